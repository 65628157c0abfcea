"""What everyone reads of an event: its page, its calendar file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from events import ics, ready, registering, repeating, structured_data, where
from events.programme import dated, sessions
from events.views.files import calendar_file
from events.views.lookup import (
    event_or_called_off,
    says_when_called_off,
    venues_of,
    visible_event,
)
from ssoe_portal.common.microcache import microcached

PREVIEW = 3


@microcached
@says_when_called_off
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """What, when, where, for whom; who has a stall; what is on."""
    event = visible_event(request, slug)
    venues = venues_of(event)
    items = sessions(event, venues, limit=PREVIEW)
    stalls = ready.stalls(event)
    places = registering.free_places(event) if event.registration_is_open else None
    drawing, pinned = where.drawing(venues)
    return render(
        request,
        "events/event/detail.html",
        {
            "event": event,
            "venues": venues,
            "map": drawing,
            "pinned": pinned,
            "days": dated(items),
            "stalls": stalls,
            "pictures": event.pictures.order_by("pk") if event.is_over else [],
            "other_dates": repeating.shown_beside(event) if event.series_id else [],
            "structured_data": structured_data.event(event, venues, places),
            "places": places,
        },
    )


def event_ics(request: HttpRequest, slug: str) -> HttpResponse:
    event = event_or_called_off(request, slug)
    return calendar_file(ics.for_event(event, venues_of(event)), f"{event.slug}.ics")
