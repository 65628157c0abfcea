"""An organisation's own events: proposed, changed, handed in, withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actors.models import Organisation
from events import proposing, registering
from events.forms.event import EventEnglishForm
from events.forms.proposal import ProposalForm
from events.models import Event
from events.views.venues import say_who_hears
from ssoe_portal.common.moderation import TransitionNotAllowed

PER_PAGE = 30


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Everything one's own organisations lead, the latest first, in whatever state."""
    own = request.user.memberships.values("organisation")
    events = (
        Event.objects.filter(organisation__in=own)
        .select_related("organisation")
        .defer("search", "description")
        .with_translation()
        .order_by("-starts_at", "-pk")
    )
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "may_propose": _writes_for(request).exists()}
    return render(request, "events/own/list.html", context)


def _writes_for(request: HttpRequest):
    return Organisation.objects.to_write_for(request.user).filter(memberships__user=request.user)


@login_required
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: what became of it, what is still missing, its venues."""
    event = get_object_or_404(
        Event.objects.editable_by(request.user).select_related("organisation").with_translation(),
        slug=slug,
    )
    return render(
        request,
        "events/own/detail.html",
        {
            "event": event,
            "venues": list(event.venues.select_related("area").with_translation()),
            "missing": event.missing_for_submission if event.can_submit else [],
        },
    )


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Propose an event for one of one's own organisations."""
    if not _writes_for(request).exists():
        messages.info(request, _("An event belongs to an organisation. Please enter yours first."))
        return redirect("actors:organisation-register")
    form = ProposalForm(request.POST or None, instance=Event(), user=request.user)
    english_form = EventEnglishForm.of(form.instance, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
        with transaction.atomic():
            event = proposing.drafted_before(form.instance)
            if event is None:
                event = form.save()
                english_form.save_for(event)
                messages.success(request, _("Saved as a draft. Only your team sees it."))
        return redirect("events:own-event", event.slug)
    return _form(request, None, form, english_form)


@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an event. Changes to a published one are public at once; event managers look at
    them, and whoever is registered hears when time or place change."""
    with transaction.atomic():
        events = Event.objects.editable_by(request.user)
        if request.method == "POST":
            # Held, so that nobody else's step is undone meanwhile.
            events = events.locked()
        event = get_object_or_404(events.with_translation(), slug=slug)
        if event.was_called_off:
            # Everyone was told that it does not take place; its page says what can be done.
            return redirect("events:own-event", event.slug)
        form = ProposalForm(request.POST or None, instance=event, user=request.user)
        english_form = EventEnglishForm.of(event, request.POST or None)
        if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
            form.save()
            english_form.save_for(event)
            registering.settle(event.pk)
            if form.has_changed() or english_form.has_changed():
                event.record_change()
            public = event.is_published
            messages.success(
                request, _("Saved. Everyone sees the change at once.") if public else _("Saved.")
            )
            say_who_hears(request, event)
            return redirect("events:own-event", event.slug)
    return _form(request, event, form, english_form)


def _form(
    request: HttpRequest, event: Event | None, form: ProposalForm, english_form: EventEnglishForm
) -> HttpResponse:
    return render(
        request,
        "events/own/edit.html",
        {"event": event, "form": form, "english_form": english_form},
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def step(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand a proposal in, or withdraw it while nobody has decided."""
    event = get_object_or_404(Event.objects.editable_by(request.user), slug=slug)
    try:
        if request.POST.get("step") == "withdraw":
            event.withdraw()
            messages.success(request, _("Withdrawn. It is a draft again that only your team sees."))
        else:
            proposing.hand_in(event)
            messages.success(request, _("Thank you for your proposal."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except TransitionNotAllowed:
        messages.info(request, _("This step is not possible."))
    return redirect("events:own-event", event.slug)
