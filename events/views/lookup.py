"""What several public pages look up."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from events import ready
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
