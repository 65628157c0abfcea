"""The released programme of an event, and its calendar file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from events import ics, links, picking
from events.models import ReleasedItem
from events.programme import by_day, latest_changes, now_and_next, sessions
from events.programme_filters import Filters
from events.views.files import calendar_file
from events.views.lookup import (
    event_or_called_off,
    says_when_called_off,
    venues_of,
    visible_event,
)


@says_when_called_off
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole programme, or what one wants to know of it (`events.programme_filters`)."""
    event = visible_event(request, slug)
    venues = venues_of(event)
    rows = ReleasedItem.objects.filter(event=event)
    filters = Filters(sessions(event, venues, rows=rows), request.GET)
    takes_part = event.takes_registrations and not event.is_over
    with_sign_up = takes_part and any(item.takes_sign_ups for item in filters.found)
    return render(
        request,
        "events/event/programme.html",
        {
            "event": event,
            "filters": filters,
            "count": sum(not item.is_cancelled for item in filters.found),
            "days": by_day(filters.found),
            "today": now_and_next(filters.found, timezone.now()),
            "speakers": list(event.speakers.public().for_reading()),
            "can_pick": event.is_published and not event.is_over,
            "picked": picking.picked_items(request, event),
            "latest": latest_changes(event, venues),
            "with_sign_up": with_sign_up,
            "my_party": links.opened_for(request, event) if with_sign_up else None,
        },
    )


def programme_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """Every session, those that were cancelled, too: calendars take them out then."""
    event = event_or_called_off(request, slug)
    found = sessions(event, venues_of(event), rows=ReleasedItem.objects.filter(event=event))
    return calendar_file(ics.for_programme(event, found), f"{event.slug}-programm.ics")
