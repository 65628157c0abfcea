"""An organisation's way in: look for yourself, create the entry in short steps, hand it in.

The same steps change a published entry later; changes then go live at once and land in the task
force's list of recent changes.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from actors import archiving, duplicates, services
from actors.additions import additions
from actors.forms.english import OrganisationEnglishForm
from actors.forms.limits import refuse
from actors.forms.organisations import (
    BasicsForm,
    ContactForm,
    DetailsForm,
    HoursForm,
    PeopleForm,
    StepForm,
    WorkForm,
)
from actors.models import Branch, Organisation, Partnership
from actors.models.organisation import OrganisationQuerySet
from actors.views import keeping
from ssoe_portal.common.asking import LONGEST
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed, rate_limited
from ssoe_portal.common.vocabulary import fetch_terms


@dataclass(frozen=True)
class Step:
    """A page of the way; `further` are pages beside it that list more of the same: address name,
    words of the button."""

    key: str
    title: str | Promise
    form: type[StepForm]
    further: tuple[tuple[str, str | Promise], ...] = ()


STEPS = [
    Step("basics", gettext_lazy("Who you are"), BasicsForm),
    Step("work", gettext_lazy("What you do"), WorkForm),
    Step(
        "people",
        gettext_lazy("Who you work with"),
        PeopleForm,
        (("partners", gettext_lazy("Partners")),),
    ),
    Step(
        "contact",
        gettext_lazy("How to reach you"),
        ContactForm,
        (
            ("contacts", gettext_lazy("Contact persons")),
            ("branches", gettext_lazy("Further addresses")),
        ),
    ),
    Step("hours", gettext_lazy("When you are open"), HoursForm),
    Step(
        "details",
        gettext_lazy("Good to know"),
        DetailsForm,
        (("pictures", gettext_lazy("Logo and pictures")),),
    ),
]
FURTHER = {name for step in STEPS for name, _title in step.further}
POSITIONS = {step.key: position for position, step in enumerate(STEPS)}


def register(request: HttpRequest) -> HttpResponse:
    """Are you in already? Looks for the name; a new entry starts only after that."""
    name = " ".join(request.GET.get("name", "").replace("\x00", "").split())[:LONGEST]
    matches = []
    if name:
        matches = list(
            Organisation.objects.similar_to(name)
            .filter(status__in=[Status.PUBLISHED, Status.SUBMITTED])
            .with_claimable()
            .select_related("area")[:10]
        )
    return render(request, "actors/registration/search.html", {"name": name, "matches": matches})


@require_POST
@rate_limited("register")
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the account or straight to the first step. The address holds the name that was typed:
    so it is there on the device, too, on which the mail of a new account is opened."""
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())
    start_url = reverse("actors:organisation-start", query={"name": name[:160]})
    if request.user.is_authenticated:
        return redirect(start_url)
    return redirect_to_login(start_url, login_url=reverse("account_signup"))


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """The first step of a new entry; saving it creates the draft and makes one its owner."""
    initial = {"name": request.GET.get("name", "")}
    form = BasicsForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        # Only what would become an entry counts: a typing error locks nobody out.
        if allowed(request, "register", key=f"user:{request.user.pk}"):
            organisation = services.register_organisation(
                organisation=form.save(commit=False), by=request.user
            )
            return redirect(_after(organisation, 0, request.POST.get("go", "")))
        refuse(form)
        status = 429
    return render(
        request,
        "actors/registration/step.html",
        {"form": form, "step": STEPS[0], "number": 1, "total": len(STEPS)},
        status=status,
    )


@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Go on where something is missing, else to the overview."""
    organisation = get_object_or_404(Organisation.objects.editable_by(request.user), slug=slug)
    if organisation.status == Status.DRAFT and organisation.gaps:
        first = _step_of(next(iter(organisation.gaps)))
        return redirect("actors:organisation-edit-step", slug=slug, step=first)
    return redirect("actors:organisation-review", slug=slug)


def _step_of(gap: str) -> str:
    """Return the step that asks for what is missing."""
    return next((step.key for step in STEPS if gap in step.form.base_fields), "contact")


def _answer_to(organisation: Organisation, gap: str) -> tuple[str, str | Promise]:
    """Return where the answer that is missing is written, and what it is called there."""
    key = _step_of(gap)
    form = STEPS[POSITIONS[key]].form(instance=organisation)
    url = reverse("actors:organisation-edit-step", args=[organisation.slug, key])
    if gap in form.fields:
        return f"{url}#div_{form[gap].auto_id}", form[gap].label
    # One of several ways to reach it: they stand together under a heading of their own.
    ways = next(section for section in form.sections if section.fields[0].name in ContactForm.WAYS)
    return f"{url}#div_{ways.fields[0].auto_id}", ways.title


def _open_steps(organisation: Organisation) -> set[int]:
    """Return the numbers of the steps in which something is missing, or nothing was said."""
    missing = {POSITIONS[_step_of(gap)] + 1 for gap in organisation.gaps}
    return missing | {n for n, step in enumerate(STEPS, 1) if step.form.is_empty(organisation)}


@login_required
def edit_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """One step; what is in it is kept as soon as it is sent, whichever way one goes on."""
    if step not in POSITIONS:
        raise Http404
    own = Organisation.objects.editable_by(request.user)
    with keeping.held(request, own, slug):
        organisation = get_object_or_404(own.with_hours(), slug=slug)
        return _edit_step(request, organisation, POSITIONS[step])


def _edit_step(request: HttpRequest, organisation: Organisation, position: int) -> HttpResponse:
    # A step of boxes only is sent empty when all are cleared; that is an answer too.
    data = request.POST if request.method == "POST" else None
    form = STEPS[position].form(data, instance=organisation)
    if form.is_bound:
        if form.is_valid():
            if form.has_changed():
                services.change_organisation(
                    organisation=organisation, save=form.save, has_moved=form.has_moved
                )
            return redirect(_after(organisation, position, request.POST.get("go", "")))
        # The page names the organisation as it is stored, not as it was just mistyped.
        organisation = Organisation.objects.get(pk=organisation.pk)
    return render(
        request,
        "actors/registration/step.html",
        {
            "form": form,
            "organisation": organisation,
            "step": STEPS[position],
            "number": position + 1,
            "total": len(STEPS),
            "open_steps": _open_steps(organisation),
            "english_is_outdated": organisation.is_outdated_in("en"),
        },
    )


def _after(organisation: Organisation, position: int, go: str) -> str:
    """Return where a step leads: back, to one's own area, to the overview, or on."""
    if go == "later":
        return reverse("actors:dashboard")
    if go in FURTHER:
        return reverse(f"actors:{go}", args=[organisation.slug])
    target = position - 1 if go == "back" else position + 1
    if go == "overview" or not 0 <= target < len(STEPS):
        return reverse("actors:organisation-review", args=[organisation.slug])
    return reverse("actors:organisation-edit-step", args=[organisation.slug, STEPS[target].key])


@login_required
def english(request: HttpRequest, slug: str) -> HttpResponse:
    """The texts in English, of one's own free will. Emptied, the translation goes."""
    own = Organisation.objects.editable_by(request.user)
    with keeping.held(request, own, slug):
        organisation = get_object_or_404(own, slug=slug)
        form = OrganisationEnglishForm.of(organisation, request.POST or None)
        if request.method == "POST" and form.is_valid():
            if form.has_changed():
                services.change_organisation(
                    organisation=organisation, save=lambda: form.save_for(organisation)
                )
            return redirect("actors:organisation-review", slug=slug)
    further = [
        (capfirst(Organisation._meta.get_field(name).verbose_name), text)
        for name in form.FURTHER
        if (text := getattr(organisation, name))
    ]
    context = {"form": form, "organisation": organisation, "further": further}
    return render(request, "actors/registration/english.html", context)


@login_required
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything at a glance, what is missing, and the button that hands it in."""
    organisation = get_object_or_404(
        Organisation.objects.editable_by(request.user)
        .select_related(*OrganisationQuerySet.ALONG)
        .prefetch_related(
            "contacts",
            Prefetch("branches", Branch.objects.select_related("area")),
            "pictures",
            "translations",
        )
        .with_hours(),
        slug=slug,
    )
    if request.method == "POST":
        if keeping.hand_in(request, organisation):
            return redirect("actors:dashboard")
        return redirect("actors:organisation-review", slug=slug)
    fetch_terms(organisation, *OrganisationQuerySet.TERMS)
    english = next((row for row in organisation.translations.all() if row.language == "en"), None)
    return render(
        request,
        "actors/registration/review.html",
        {
            "organisation": organisation,
            "additions": additions(organisation),
            "partnerships": Partnership.objects.of(organisation).with_sides(),
            "should_confirm": services.should_confirm(organisation, request.user),
            "missing": [_answer_to(organisation, gap) for gap in organisation.gaps],
            "english": english,
            "twins": duplicates.published_twins(organisation) if organisation.can_submit else [],
        },
    )


@login_required
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an entry out of everything public, after asking once. Owners only."""
    organisation = get_object_or_404(Organisation.objects.editable_by(request.user), slug=slug)
    organisation.ensure_managed_by(request.user)
    if request.method == "POST":
        try:
            told = archiving.archive(organisation)
        except TransitionNotAllowed:
            messages.info(request, _("This entry is archived already."))
        else:
            messages.success(
                request, _("Archived. Nobody sees the entry any more; you can hand it in again.")
            )
            keeping.say_who_was_told(request, told)
        return redirect("actors:dashboard")
    return render(
        request,
        "actors/registration/archive.html",
        {"organisation": organisation, "concerned": archiving.concerned(organisation)},
    )
