"""What several public pages look up."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from events import ready, repeating
from events.models import Event, Venue


class CalledOff(Http404):
    """The event was public, and is called off."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.slug)
        self.event = event


def visible_event(request: HttpRequest, slug: str) -> Event:
    """The event as this reader may see it; CalledOff, which is an Http404, where it was public
    until it was called off, Http404 where it is not public."""
    if not request.user.is_authenticated:
        found = ready.public_event(slug)
    else:
        found = Event.objects.visible_to(request.user).for_page().filter(slug=slug).first()
    if found is not None:
        return found
    called_off = Event.objects.called_off().with_translation().filter(slug=slug).first()
    raise CalledOff(called_off) if called_off else Http404(slug)


def says_what_is_called_off(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever follows an old link, or sends a form of before, reads that it does not take place."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except CalledOff as missing:
            event = missing.event
            others = repeating.shown_beside(event) if event.series_id else []
            context = {"event": event, "other_dates": others}
            return render(request, "events/event/called_off.html", context, status=410)

    return wrapped


def event_or_called_off(request: HttpRequest, slug: str) -> Event:
    """The same for calendars, which have to hear that it does not take place."""
    try:
        return visible_event(request, slug)
    except CalledOff as missing:
        return missing.event


def venues_of(event: Event) -> list[Venue]:
    venues = ready.venues(event)
    for venue in venues:
        venue.event = event
    return venues
