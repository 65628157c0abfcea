"""Events with their numbers, and an event's life."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import calling_off, proposing, registering
from events.forms.event import CallOffForm, EventEnglishForm, EventForm
from events.models import Event
from events.programme import planned
from events.views.desk.lookup import administrators, event_or_404
from events.views.desk.proposals import decision_form
from events.views.venues import say_who_hears
from ssoe_portal.common.changes import changes
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def index(request: HttpRequest) -> HttpResponse:
    """Every event with its numbers, the next one first, what is over below."""
    events = Event.objects.defer("search", "description").with_translation().with_numbers()
    groups = [(_("Upcoming"), list(events.upcoming())), (_("Over"), list(events.past()))]
    return render(
        request,
        "events/desk/list.html",
        {"groups": [(heading, rows) for heading, rows in groups if rows]},
    )


@event_manager_required
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: numbers, what waits, its life, and its programme with links to the admin."""
    event = event_or_404(slug)
    registrations = event.registrations.numbers()
    stalls = event.stall_applications.numbers()
    venues = list(event.venues.select_related("area").with_translation())
    return render(
        request,
        "events/desk/event.html",
        {
            "event": event,
            "registrations": registrations,
            "stalls": stalls,
            "is_counted_on": not event.is_over and any([*registrations.values(), *stalls.values()]),
            "venues": venues,
            "items": planned(event, venues),
            "decision_form": decision_form(event),
            "administrators": administrators(),
        },
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
        form = EventForm(request.POST or None, instance=instance)
        english_form = EventEnglishForm.of(form.instance, request.POST or None)
        if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
            saved = form.save()
            english_form.save_for(saved)
            registering.settle(saved.pk)
            messages.success(request, _("Saved."))
            say_who_hears(request, saved)
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
    event = event_or_404(slug)
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
