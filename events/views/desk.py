"""The desk of event managers: events with their numbers, stalls, the plan, registrations."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from events import calling_off, export, placing, registering
from events.forms import CallOffForm, DecisionForm, EventEnglishForm, EventForm, PlacementForm
from events.models import (
    Event,
    ExportLog,
    Pitch,
    Registration,
    StallApplication,
    StallFormat,
    Venue,
)
from events.models.registration import CancelledBecause
from events.plan import plans
from events.programme import sessions
from events.tables import ColumnSpec, sort
from ssoe_portal.common.history import changes
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import event_manager_required
from ssoe_portal.common.translation import texts_along
from ssoe_portal.common.users import User

PER_PAGE = 50


@event_manager_required
def event_list(request: HttpRequest) -> HttpResponse:
    """Every event with its numbers, the next one first, what is over below."""
    held = Q(registrations__state__in=["confirmed", "offered"])
    counted = Event.objects.defer("search", "description").with_translation()
    numbers = {
        row["pk"]: row
        for row in Event.objects.values("pk").annotate(
            people=Sum("registrations__size", filter=held, default=0),
            waiting=Count("registrations", filter=Q(registrations__state="waiting")),
        )
    }
    stalls = {
        row["pk"]: row
        for row in Event.objects.values("pk").annotate(
            undecided=Count("stall_applications", filter=Q(stall_applications__state="submitted")),
            accepted=Count("stall_applications", filter=Q(stall_applications__state="accepted")),
        )
    }
    events = list(counted.order_by("-starts_at", "-pk"))
    for row in events:
        row.numbers = numbers[row.pk] | stalls[row.pk]
    now = timezone.now()
    return render(
        request,
        "events/desk/list.html",
        {
            "groups": [
                (_("Upcoming"), sorted((e for e in events if e.ends_at >= now), key=_by_start)),
                (_("Over"), [e for e in events if e.ends_at < now]),
            ],
            "events": events,
        },
    )


def _by_start(event: Event):
    return (event.starts_at, event.pk)


def _event(slug: str) -> Event:
    return get_object_or_404(
        Event.objects.with_translation().select_related("organisation"), slug=slug
    )


@event_manager_required
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: numbers, what waits, its life, and its programme with links to the admin."""
    event = _event(slug)
    registrations = event.registrations.aggregate(
        confirmed=Sum("size", filter=Q(state="confirmed"), default=0),
        offered=Sum("size", filter=Q(state="offered"), default=0),
        waiting=Sum("size", filter=Q(state="waiting"), default=0),
        children=Sum("children", filter=Q(state="confirmed"), default=0),
        parties=Count("pk", filter=Q(state="confirmed")),
    )
    stalls = event.stall_applications.aggregate(
        undecided=Count("pk", filter=Q(state="submitted")),
        without_pitch=Count("pk", filter=Q(state="accepted", assignment__isnull=True)),
        placed=Count("pk", filter=Q(state="accepted", assignment__isnull=False)),
    )
    venues = list(event.venues.with_translation())
    return render(
        request,
        "events/desk/event.html",
        {
            "event": event,
            "registrations": registrations,
            "stalls": stalls,
            "is_counted_on": not event.is_over and any([*registrations.values(), *stalls.values()]),
            "venues": venues,
            "items": sessions(venues, with_languages=False),
            "administrators": _administrators(),
        },
    )


def _administrators() -> QuerySet[User]:
    """Whom event managers ask for what they may not change; looked up where it is shown."""
    return User.objects.filter(is_active=True, is_superuser=True).order_by("pk")[:3]


@event_manager_required
def edit(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Set up a new event (without `slug`), or change one; more places go to the waiting list."""
    with transaction.atomic():
        instance = None
        if slug:
            # Saving writes every column: held, so that nobody else's step is undone meanwhile.
            events = Event.objects.locked() if request.method == "POST" else Event.objects.all()
            instance = get_object_or_404(events.with_translation(), slug=slug)
        form = EventForm(request.POST or None, instance=instance)
        english_form = EventEnglishForm.of(form.instance, request.POST or None)
        if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
            saved = form.save()
            english_form.save_for(saved)
            registering.settle(saved.pk)
            messages.success(request, _("Saved."))
            return redirect("events:desk-event", slug=saved.slug)
    return render(
        request,
        "events/desk/edit.html",
        {"event": instance, "form": form, "english_form": english_form},
        status=422 if form.is_bound else 200,
    )


@event_manager_required
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Who changed what about the event and its translations, and when."""
    event = _event(slug)
    return render(request, "events/desk/history.html", {"event": event, "changes": changes(event)})


@event_manager_required
@require_POST
def status(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish, or archive what nobody counts on; anything else is called off, with a reason."""
    event = _event(slug)
    try:
        match request.POST.get("step"):
            case "publish":
                event.publish()
            case "archive":
                calling_off.call_off(event)
            case _:
                raise TransitionNotAllowed(event.slug)
    except calling_off.WordsMissing:
        return redirect("events:desk-call-off", slug=slug)
    except TransitionNotAllowed:
        messages.error(request, _("This step is not possible."))
    else:
        messages.success(
            request, _("The event is public.") if event.is_published else _("Archived.")
        )
    return redirect("events:desk-event", slug=slug)


@event_manager_required
def call_off(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how many people will be written to, ask for a sentence, then archive and write."""
    event = _event(slug)
    concerned = calling_off.concerned(event)
    if event.is_over or not concerned:
        messages.info(request, _("Nobody counts on this event: it can simply be archived."))
        return redirect("events:desk-event", slug=slug)
    form = CallOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            calling_off.call_off(event, form.cleaned_data["words"])
        except TransitionNotAllowed:
            messages.error(request, _("This step is not possible."))
        else:
            messages.success(request, _("Called off. Everyone who counted on it gets a mail."))
        return redirect("events:desk-event", slug=slug)
    return render(
        request,
        "events/desk/call_off.html",
        {"event": event, "concerned": concerned, "form": form},
        status=422 if form.is_bound else 200,
    )


# --- Stalls -------------------------------------------------------------------------------------

STALL_COLUMNS = [
    ColumnSpec("title", gettext_lazy("Stall"), ("title",)),
    ColumnSpec("organisation", gettext_lazy("Organisation"), ("organisation__name",)),
    ColumnSpec("format", gettext_lazy("Format"), ("format__position",)),
    ColumnSpec("needs", gettext_lazy("Needs")),
    ColumnSpec("received", gettext_lazy("Received"), ("created_at",)),
    ColumnSpec("state", gettext_lazy("Decision"), ("state",)),
    ColumnSpec("pitch", gettext_lazy("Pitch"), ("assignment__pitch__label",)),
]


@event_manager_required
def stall_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Applications, filtered by `state` and `format`, sorted by `sort`."""
    event = _event(slug)
    rows = event.stall_applications.for_tables()
    state = request.GET.get("state", "")
    if state == "without-pitch":
        rows = rows.without_pitch()
    elif state in StallApplication.State.values:
        rows = rows.filter(state=state)
    formats = list(StallFormat.objects.all())
    chosen = request.GET.get("format", "")
    if chosen in {term.key for term in formats}:
        rows = rows.filter(format__key=chosen)
    rows, heads = sort(request, rows, STALL_COLUMNS, "received")
    return render(
        request,
        "events/desk/stalls.html",
        {
            "event": event,
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "heads": heads,
            "formats": [(term.key, term.label) for term in formats],
            "chosen_format": chosen,
            "states": [
                *StallApplication.State.choices,
                ("without-pitch", _("accepted, without a pitch")),
            ],
            "chosen_state": state,
        },
    )


def _stall(pk: int) -> StallApplication:
    return get_object_or_404(StallApplication.objects.for_tables().with_texts(), pk=pk)


def _stall_page(
    request: HttpRequest,
    application: StallApplication,
    *,
    decision: DecisionForm | None = None,
    placement: PlacementForm | None = None,
    status: int = 200,
) -> HttpResponse:
    bound = decision or placement
    pitches = _pitches(application.event)
    chosen = _chosen(request, pitches) if application.state == "accepted" else None
    here = reverse("events:desk-stall", args=[application.pk])

    def link(pitch: Pitch, stall: StallApplication | None) -> str:
        if stall is not None:
            return "" if stall == application else reverse("events:desk-stall", args=[stall.pk])
        return f"{here}?pitch={pitch.pk}#placing" if application.state == "accepted" else ""

    return render(
        request,
        "events/desk/stall.html",
        {
            "application": application,
            "event": application.event,
            "decision": decision or DecisionForm(application=application),
            "placement": placement or PlacementForm(application=application, chosen=chosen),
            "chosen": chosen,
            "plans": plans(pitches, mine=application, chosen=chosen, link=link),
        },
        status=422 if bound is not None and bound.errors else status,
    )


@event_manager_required
def stall(request: HttpRequest, pk: int) -> HttpResponse:
    return _stall_page(request, _stall(pk))


@event_manager_required
@require_POST
def stall_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one step. A page that shows what is no longer so decides nothing: it comes anew, with
    what stands now and what was written."""
    application = _stall(pk)
    form = DecisionForm(request.POST, application=application)
    if form.is_stale:
        return _decided_meanwhile(request, application)
    if not form.is_valid():
        return _stall_page(request, application, decision=form)
    reason = form.cleaned_data["reason"]
    try:
        match form.cleaned_data["decision"]:
            case "accept":
                placing.accept(application=application, reason=reason)
                said = _("Accepted. The organisation gets a mail. Now a pitch?")
            case "decline":
                placing.decline(application=application, reason=reason)
                said = _("Declined. The organisation gets a mail with your reason.")
            case "take-back":
                placing.take_back(application=application, reason=reason)
                said = _("Taken back. The organisation gets a mail with your reason.")
            case _:
                placing.reopen(application=application)
                said = _("Open again. The organisation gets a mail when you decide.")
    except placing.AppliedAgain:
        messages.error(
            request,
            _("The organisation has applied for this event anew. Please decide on that one."),
        )
    except TransitionNotAllowed:
        return _decided_meanwhile(request, _stall(pk))
    else:
        messages.success(request, said)
    return redirect("events:desk-stall", pk=pk)


#: Whoever reads it may be the one who decided, in another tab: it says what is so, not who did it.
STANDS_NOW = {
    StallApplication.State.SUBMITTED: gettext_lazy(
        "Meanwhile this application is open again. Nothing was changed now."
    ),
    StallApplication.State.ACCEPTED: gettext_lazy(
        "Decided meanwhile: the stall is accepted. Nothing was changed now."
    ),
    StallApplication.State.DECLINED: gettext_lazy(
        "Decided meanwhile: the stall is declined. Nothing was changed now."
    ),
    StallApplication.State.WITHDRAWN: gettext_lazy(
        "Meanwhile the organisation has withdrawn its application. Nothing was changed now."
    ),
}


def _decided_meanwhile(request: HttpRequest, application: StallApplication) -> HttpResponse:
    messages.warning(request, STANDS_NOW[StallApplication.State(application.state)])
    written = request.POST.get("reason", "")
    anew = DecisionForm(initial={"reason": written}, application=application)
    return _stall_page(request, application, decision=anew, status=409)


@event_manager_required
@require_POST
def stall_place(request: HttpRequest, pk: int) -> HttpResponse:
    application = _stall(pk)
    form = PlacementForm(request.POST, application=application)
    if not form.is_valid():
        return _stall_page(request, application, placement=form)
    try:
        placing.place(application=application, pitch=form.cleaned_data["pitch"])
    except placing.PitchTaken:
        messages.error(request, _("This pitch was given away a moment ago. Please choose another."))
    except TransitionNotAllowed:
        messages.error(request, _("Only an accepted stall gets a pitch."))
    else:
        messages.success(request, _("Saved. The organisation gets a mail when it has a new pitch."))
    if request.POST.get("back") == "plan":
        return redirect("events:desk-plan", slug=application.event.slug)
    return redirect("events:desk-stall", pk=pk)


def _pitches(event: Event) -> list[Pitch]:
    return list(
        Pitch.objects.filter(venue__event=event)
        .select_related("venue", "assignment__application__organisation")
        .prefetch_related(*texts_along("venue", Venue))
        .order_by("venue__position", "venue_id", "y", "x", "pk")
    )


def _chosen(request: HttpRequest, pitches: list[Pitch]) -> Pitch | None:
    """Return the pitch of `?pitch=`, which the plan's links say, if it is there and free."""
    asked = request.GET.get("pitch", "")
    free = (pitch for pitch in pitches if not hasattr(pitch, "assignment"))
    return next((pitch for pitch in free if str(pitch.pk) == asked), None)


@event_manager_required
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Who stands where, drawn and as a list; and who has no pitch yet. `?pitch=` is the free pitch
    to give away."""
    event = _event(slug)
    pitches = _pitches(event)
    without_pitch = list(event.stall_applications.without_pitch().for_tables())
    chosen = _chosen(request, pitches) if without_pitch else None

    def link(pitch: Pitch, stall: StallApplication | None) -> str:
        if stall is not None:
            return reverse("events:desk-stall", args=[stall.pk])
        return f"{request.path}?pitch={pitch.pk}#placing" if without_pitch else ""

    return render(
        request,
        "events/desk/plan.html",
        {
            "event": event,
            "plans": plans(pitches, chosen=chosen, link=link),
            "chosen": chosen,
            "without_pitch": without_pitch,
            "administrators": _administrators(),
        },
    )


# --- Registrations ------------------------------------------------------------------------------

REGISTRATION_COLUMNS = [
    ColumnSpec("name", gettext_lazy("Name"), ("name",)),
    ColumnSpec("size", gettext_lazy("People"), ("size",), is_number=True),
    ColumnSpec("state", gettext_lazy("Status"), ("state",)),
    ColumnSpec("needs", gettext_lazy("Needs")),
    ColumnSpec("email", gettext_lazy("E-mail"), ("email",)),
    ColumnSpec("registered", gettext_lazy("Registered"), ("created_at",)),
]


@event_manager_required
def registration_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Parties, filtered by `state`, sorted by `sort`."""
    event = _event(slug)
    rows = event.registrations.all()
    state = request.GET.get("state", "")
    if state == "needs":
        rows = rows.active().exclude(access_needs="", interpreting="", children=0)
    elif state in Registration.State.values:
        rows = rows.filter(state=state)
    rows, heads = sort(request, rows, REGISTRATION_COLUMNS, "registered")
    return render(
        request,
        "events/desk/registrations.html",
        {
            "event": event,
            "places": registering.places(event),
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "heads": heads,
            "states": [*Registration.State.choices, ("needs", _("with needs"))],
            "chosen_state": state,
        },
    )


@event_manager_required
@require_POST
def registrations_export(request: HttpRequest, slug: str) -> HttpResponse:
    """Names, addresses and needs leave the portal: who took them is written down first."""
    event = _event(slug)
    registrations = list(event.registrations.order_by("created_at", "pk"))
    ExportLog.objects.create(by=request.user, event=event, rows=len(registrations))
    content = export.as_csv(registrations)
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{event.slug}.csv"'},
    )


def _registration(code: str) -> Registration:
    return get_object_or_404(
        Registration.objects.select_related("event").prefetch_related(*texts_along("event", Event)),
        code=code,
    )


@event_manager_required
def registration(request: HttpRequest, code: str) -> HttpResponse:
    """One party; this is where the QR code leads."""
    found = _registration(code)
    return render(
        request, "events/desk/registration.html", {"registration": found, "event": found.event}
    )


@event_manager_required
@require_POST
def registration_cancel(request: HttpRequest, code: str) -> HttpResponse:
    found = _registration(code)
    try:
        registering.cancel(found, because=CancelledBecause.STAFF)
    except TransitionNotAllowed:
        messages.info(request, _("This registration was already cancelled."))
    else:
        messages.success(request, _("Cancelled. The party gets a mail, the places are passed on."))
    return redirect("events:desk-registration", code=code)
