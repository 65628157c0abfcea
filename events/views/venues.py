"""Venues of an event, for whoever may change the event: event managers and its organisation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from events.forms.venue import VenueEnglishForm, VenueForm
from events.models import Event, Venue


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
        if request.method == "POST" and all([form.is_valid(), english_form.is_valid()]):
            saved = form.save()
            english_form.save_for(saved)
            if form.has_changed() or english_form.has_changed():
                note_change(request, event)
            messages.success(request, _("Saved."))
            return home(request, event)
    return render(
        request,
        "events/venue/edit.html",
        {"event": event, "name": name, "form": form, "english_form": english_form, "pk": pk},
        status=422 if form.is_bound else 200,
    )


@login_required
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask whether it is meant, then remove a venue where nothing takes place."""
    with transaction.atomic():
        event = own_event(request, slug)
        venue = get_object_or_404(event.venues.with_translation(), pk=pk)
        if venue.is_in_use:
            messages.error(
                request,
                _("There are programme items or pitches at this venue. Please move them first."),
            )
            return home(request, event)
        if request.method == "POST":
            venue.delete()
            note_change(request, event)
            messages.success(request, _("The venue is removed."))
            return home(request, event)
    return render(request, "events/venue/remove.html", {"event": event, "venue": venue})
