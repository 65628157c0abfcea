"""The drawing on an event's page: where it is, and where its pop-ups are now and will be."""

from collections.abc import Sequence

from django.utils import timezone

from events.models import Venue, VenueStop
from ssoe_portal.common.geography import Located
from ssoe_portal.common.mini_map import Mark, MiniMap, mini_map


def drawing(venues: Sequence[Venue]) -> tuple[MiniMap | None, str]:
    """Return the drawing, with what its pin stands for: the first venue that has a place; where
    there are only pop-ups, the stop at which one of them is now or next."""
    here = next((venue for venue in venues if venue.point), None)
    to_come = [stops for venue in venues if (stops := _to_come(venue))]
    marks = [mark for stops in to_come for mark in _marks(stops)]
    for venue in _standing(venues):
        if venue is not here:
            marks += _marks([venue])
    if here is not None:
        return mini_map(here.point, area=here.area, marks=tuple(marks)), here.text.name
    if to_come:
        first = min((stops[0] for stops in to_come), key=lambda stop: stop.starts_at)
        return mini_map(first.point, marks=tuple(marks)), first.name
    return None, ""


def _marks(places: Sequence[Located]) -> list[Mark]:
    return [
        Mark(each.point, is_first=not number) for number, each in enumerate(places) if each.point
    ]


def _to_come(venue: Venue) -> list[VenueStop]:
    """The stops of a pop-up that are not over and whose place is known, by time."""
    return [stop for stop in venue.itinerary if stop.point and not stop.is_over]


def _standing(venues: Sequence[Venue]) -> list[Venue]:
    """Pop-ups that stay in one place and are not over."""
    now = timezone.now()
    return [
        venue for venue in venues if venue.is_pop_up and venue.ends_at > now and not venue.itinerary
    ]
