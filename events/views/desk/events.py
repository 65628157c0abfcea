"""Events with their numbers, and an event's life."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import calling_off, proposing, registering, repeating
from events.forms.event import CallOffForm, EventEnglishForm, EventForm
from events.forms.proposal import DecisionForm
from events.forms.repeating import ScopeForm
from events.models import Event
from events.programme import planned
from events.tables import PER_PAGE
from events.views.desk.lookup import event_or_404
from events.views.venues import say_who_hears
from ssoe_portal.common.changes import changes
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def index(request: HttpRequest) -> HttpResponse:
    """Events with their numbers, the next one first, what is over below."""
    now = timezone.now()
    events = Event.objects.defer("search", "description").with_translation().with_numbers()
    page = Paginator(events.next_first(now), PER_PAGE).get_page(request.GET.get("page"))
    groups = [
        (_("Upcoming"), [event for event in page if event.ends_at >= now]),
        (_("Over"), [event for event in page if event.ends_at < now]),
    ]
    return render(
        request,
        "events/desk/list.html",
        {"groups": [(heading, rows) for heading, rows in groups if rows], "page_obj": page},
    )


@event_manager_required
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: numbers, what waits, its life, and its programme with links to the admin."""
    event = event_or_404(slug)
    return page(request, event, DecisionForm.of(event))


def page(request: HttpRequest, event: Event, decision_form: DecisionForm | None) -> HttpResponse:
    """The page of one event, with what waits to be decided about it."""
    registrations = event.registrations.numbers()
    stalls = event.stall_applications.numbers()
    venues = list(event.venues.select_related("area").with_stops().with_translation())
    return render(
        request,
        "events/desk/event.html",
        {
            "event": event,
            "registrations": registrations,
            "stalls": stalls,
            "has_parties": event.takes_registrations or any(registrations.values()),
            "has_stalls": event.stalls_until is not None or any(stalls.values()),
            "is_counted_on": not event.is_over and any([*registrations.values(), *stalls.values()]),
            "venues": venues,
            "items": planned(event, venues),
            "decision_form": decision_form,
            "asked_before": proposing.asked_before(event),
        },
        status=422 if decision_form is not None and decision_form.errors else 200,
    )


@event_manager_required
def edit(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Set up a new event (without `slug`), or change one; more places go to the waiting list."""
    with transaction.atomic():
        instance = None
        if slug:
            # Saving writes every column: held, so that nobody else's step is undone meanwhile.
            events = Event.objects.locked() if request.method == "POST" else Event.objects.all()
            instance = get_object_or_404(events.with_translation(), slug=slug)
        before = instance.starts_at if instance else None
        form = EventForm(request.POST or None, instance=instance)
        english_form = EventEnglishForm.of(form.instance, request.POST or None)
        scope_form = ScopeForm.of(instance, request.POST or None)
        if request.method == "POST" and _keep(form, english_form, scope_form, before):
            messages.success(request, _("Saved."))
            say_who_hears(request, form.instance)
            return redirect("events:desk-event", slug=form.instance.slug)
    return render(
        request,
        "events/desk/edit.html",
        {
            "event": instance,
            "form": form,
            "english_form": english_form,
            "scope_form": scope_form,
        },
        status=422 if form.is_bound else 200,
    )


def _keep(
    form: EventForm,
    english_form: EventEnglishForm,
    scope_form: ScopeForm | None,
    before: datetime | None,
) -> bool:
    """Keep what was sent, of a series also on all following dates if so wished; return whether it
    could be kept. More places go to the waiting lists."""
    checked = [
        form.is_valid(),
        english_form.is_valid(),
        scope_form is None or scope_form.is_valid(),
    ]
    if not all(checked):
        return False
    try:
        with transaction.atomic():
            event = form.save()
            english_form.save_for(event)
            others = []
            if scope_form and before and scope_form.is_wide:
                others = repeating.change_following(
                    event,
                    [name for name in form.changed_data if name in form.Meta.fields],
                    before=before,
                    moves_along=form.cleaned_data.get("moves_along", True),
                    english=english_form.has_changed(),
                )
            for each in (event, *others):
                registering.settle(each.pk)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@event_manager_required
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Who changed what about the event and its translations, and when."""
    event = event_or_404(slug)
    return render(request, "events/desk/history.html", {"event": event, "changes": changes(event)})


@event_manager_required
@require_POST
def status(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish, or archive what nobody counts on; anything else is called off, with a reason."""
    event = event_or_404(slug)
    try:
        match request.POST.get("step"):
            case "publish":
                proposing.publish(event)
            case "archive":
                calling_off.call_off(event)
            case _:
                raise TransitionNotAllowed(event.slug)
    except calling_off.WordsMissing:
        return redirect("events:desk-call-off", slug=slug)
    except proposing.NowhereToGo as error:
        messages.error(request, str(error))
    except TransitionNotAllowed:
        messages.error(request, _("This step is not possible."))
    else:
        messages.success(
            request, _("The event is public.") if event.is_published else _("Archived.")
        )
    return redirect("events:desk-event", slug=slug)


@event_manager_required
def call_off(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how many people will be written to, ask for a sentence, then archive and write; of a
    series this date, or all following ones as well."""
    event = event_or_404(slug)
    scope_form = ScopeForm.of(event, request.POST or None)
    concerned = calling_off.concerned(event)
    if event.status == Event.Status.ARCHIVED:
        # A second click, or the page as it was before.
        messages.info(request, _("This event is archived already."))
        return redirect("events:desk-event", slug=slug)
    if event.is_over or not (concerned or scope_form):
        messages.info(request, _("Nobody counts on this event: it can simply be archived."))
        return redirect("events:desk-event", slug=slug)
    with_following = calling_off.concerned(event, *repeating.following(event))
    form = CallOffForm(request.POST or None)
    is_wide = scope_form is not None and scope_form.is_bound and scope_form.is_wide
    form.fields["words"].required = bool(with_following if is_wide else concerned)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        try:
            calling_off.call_off(event, words, with_following=is_wide)
        except TransitionNotAllowed:
            messages.error(request, _("This step is not possible."))
        else:
            called = with_following if is_wide else concerned
            told = _("Called off.")
            if called.to_call:
                told = _(
                    "Called off. Everyone with an e-mail address gets a mail; “Registrations” "
                    "says whom to call."
                )
            elif called:
                told = _("Called off. Everyone who counted on it gets a mail.")
            messages.success(request, told)
        return redirect("events:desk-event", slug=slug)
    return render(
        request,
        "events/desk/call_off.html",
        {
            "event": event,
            "concerned": concerned,
            "with_following": with_following,
            "form": form,
            "scope_form": scope_form,
        },
        status=422 if form.is_bound else 200,
    )
