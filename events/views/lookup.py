"""What several public pages look up."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from events import ready, repeating
from events.calendar_feed import KEPT_AFTERWARDS
from events.models import Event, Venue


def visible_event(request: HttpRequest, slug: str) -> Event:
    """The event as this reader may see it; Http404 where it is not public."""
    if not request.user.is_authenticated:
        found = ready.public_event(slug)
        if found is None:
            raise Http404(slug)
        return found
    return get_object_or_404(Event.objects.visible_to(request.user).for_page(), slug=slug)


def venues_of(event: Event) -> list[Venue]:
    venues = ready.venues(event)
    for venue in venues:
        venue.event = event
    return venues


def says_when_called_off(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page of an event that was called off say so: its address is on paper, in chats and in
    calendars, and whoever opens it would else come for nothing."""

    @wraps(view)
    def answer(request: HttpRequest, slug: str) -> HttpResponse:
        try:
            return view(request, slug)
        except Http404:
            found = _called_off(slug)
            if found is None:
                raise
        dates = repeating.shown_beside(found) if found.series_id else []
        context = {"event": found, "other_dates": dates}
        return render(request, "events/event/called_off.html", context, status=410)

    return answer


def event_or_called_off(request: HttpRequest, slug: str) -> Event:
    """The event for a calendar file: one that holds it has to hear that it does not take place."""
    try:
        return visible_event(request, slug)
    except Http404:
        found = _called_off(slug)
        if found is None:
            raise
        return found


def _called_off(slug: str) -> Event | None:
    since = timezone.now() - KEPT_AFTERWARDS
    return Event.objects.called_off(since).with_translation().filter(slug=slug).first()
