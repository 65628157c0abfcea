"""Venues of an event, for whoever may change the event: event managers and its organisation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import moving, repeating
from events.forms.repeating import ScopeForm
from events.forms.venue import StopForm, VenueEnglishForm, VenueForm
from events.models import Event, Venue, VenueStop


def own_event(request: HttpRequest, slug: str) -> Event:
    """The event, where this person may change it; held until saved when something is sent."""
    events = Event.objects.editable_by(request.user)
    if request.method == "POST":
        events = events.locked()
    return get_object_or_404(events.with_translation(), slug=slug)


def home(request: HttpRequest, event: Event) -> HttpResponse:
    """Lead back to where this person looks after the event."""
    name = "desk-event" if request.user.may_manage_events else "own-event"
    return redirect(f"events:{name}", event.slug)


def note_change(request: HttpRequest, event: Event) -> None:
    """Let event managers look at what an organisation has changed."""
    if not request.user.may_manage_events:
        event.record_change()


def say_who_hears(request: HttpRequest, event: Event) -> None:
    """Say that people will be written to, where they think of another time or place."""
    move = event.moves.filter(told_at__isnull=True).first()
    if move is not None and moving.has_moved(event, move):
        messages.info(
            request,
            _(
                "Time or place have changed. In about ten minutes everyone who is registered gets "
                "one mail about it; until then you can still correct it."
            ),
        )


@login_required
def edit(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Add a venue, or change one (`pk`)."""
    with transaction.atomic():
        event = own_event(request, slug)
        if pk is None:
            last = event.venues.aggregate(last=Max("position"))["last"]
            venue = Venue(event=event, position=0 if last is None else last + 1)
        else:
            venue = get_object_or_404(event.venues.with_translation(), pk=pk)
            venue.event = event
        name = venue.text.name
        form = VenueForm(request.POST or None, instance=venue)
        english_form = VenueEnglishForm.of(venue, request.POST or None)
        scope_form = ScopeForm.of(event, request.POST or None)
        called = venue.name  # before the form writes on it
        checked = [form.is_valid(), english_form.is_valid()]
        if scope_form is not None:
            checked.append(scope_form.is_valid())
        is_wide = scope_form is not None and scope_form.is_bound and scope_form.is_wide
        if request.method == "POST" and all(checked) and _keep(form, english_form, is_wide, called):
            if form.has_changed() or english_form.has_changed():
                note_change(request, event)
            messages.success(request, _("Saved."))
            say_who_hears(request, event)
            if venue.is_pop_up and "kind" in form.changed_data:
                return redirect("events:stop-list", event.slug, venue.pk)
            return home(request, event)
    return render(
        request,
        "events/venue/edit.html",
        {
            "event": event,
            "name": name,
            "form": form,
            "english_form": english_form,
            "scope_form": scope_form,
            "pk": pk,
        },
        status=422 if form.is_bound else 200,
    )


def _keep(form: VenueForm, english_form: VenueEnglishForm, is_wide: bool, called: str) -> bool:
    """Keep a venue, of a series also on all following dates if so wished; return whether that was
    possible."""
    try:
        with transaction.atomic():
            venue = form.save()
            english_form.save_for(venue)
            if is_wide:
                repeating.change_venue_of_following(
                    venue.event,
                    venue,
                    form.changed_data,
                    called=called,
                    english=english_form.has_changed(),
                )
    except ValidationError as error:
        form.add_error("name", error.messages)
        return False
    return True


@login_required
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask whether it is meant, then remove a venue where nothing takes place."""
    with transaction.atomic():
        event = own_event(request, slug)
        venue = get_object_or_404(event.venues.with_translation(), pk=pk)
        if venue.stays_because:
            messages.error(request, venue.stays_because)
            return home(request, event)
        scope_form = ScopeForm.of(event, request.POST or None)
        if request.method == "POST":
            try:
                with transaction.atomic():
                    if scope_form is not None and scope_form.is_wide:
                        repeating.remove_venue_of_following(event, venue)
                    venue.delete()
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
                return home(request, event)
            note_change(request, event)
            messages.success(request, _("The venue is removed."))
            say_who_hears(request, event)
            return home(request, event)
    context = {"event": event, "venue": venue, "scope_form": scope_form}
    return render(request, "events/venue/remove.html", context)


@login_required
def stops(request: HttpRequest, slug: str, pk: int, stop_pk: int | None = None) -> HttpResponse:
    """Where a pop-up is and when: add a stop, or change one (`stop_pk`)."""
    with transaction.atomic():
        event = own_event(request, slug)
        pop_ups = event.venues.filter(kind=Venue.Kind.POP_UP)
        venue = get_object_or_404(pop_ups.with_translation(), pk=pk)
        if stop_pk is None:
            stop = VenueStop(venue=venue)
        else:
            stop = get_object_or_404(venue.stops, pk=stop_pk)
        form = StopForm(request.POST or None, instance=stop)
        scope_form = ScopeForm.of(event, request.POST or None)
        if request.method == "POST" and form.is_valid() and _keep_stop(form, event, scope_form):
            note_change(request, event)
            messages.success(request, _("Saved."))
            return redirect("events:stop-list", event.slug, venue.pk)
    return render(
        request,
        "events/venue/stops.html",
        {
            "event": event,
            "venue": venue,
            "form": form,
            "stop_pk": stop_pk,
            "scope_form": scope_form,
        },
        status=422 if form.is_bound else 200,
    )


def _keep_stop(form: StopForm, event: Event, scope_form: ScopeForm | None) -> bool:
    """Keep a stop, of a series also on all following dates if so wished; return whether that was
    possible."""
    was = form.initial.get("starts_at")
    try:
        with transaction.atomic():
            stop = form.save()
            if scope_form is not None and scope_form.is_wide:
                repeating.change_stop_of_following(event, stop, form.changed_data, was=was)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


@login_required
@require_POST
def remove_stop(request: HttpRequest, slug: str, pk: int, stop_pk: int) -> HttpResponse:
    with transaction.atomic():
        event = own_event(request, slug)
        rows = VenueStop.objects.filter(venue=pk, venue__event=event).select_related("venue")
        stop = rows.filter(pk=stop_pk).first()
        if stop is not None:
            if request.POST.get("scope") == ScopeForm.FOLLOWING:
                repeating.remove_stop_of_following(event, stop)
            stop.delete()
            note_change(request, event)
            messages.success(request, _("The stop is removed."))
    return redirect("events:stop-list", event.slug, pk)
