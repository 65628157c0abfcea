"""The drawing on an event's page: where it is, and where its pop-ups are now and will be."""

from collections.abc import Sequence

from events.models import Venue, VenueStop
from ssoe_portal.common.mini_map import Mark, MiniMap, mini_map


def drawing(venues: Sequence[Venue]) -> tuple[MiniMap | None, str]:
    """Return the drawing, with what its pin stands for: the first venue that has a place; where
    there are only pop-ups, the stop at which one of them is now or next."""
    to_come = [stops for venue in venues if (stops := _to_come(venue))]
    marks = tuple(
        Mark(stop.point, is_first=not number)
        for stops in to_come
        for number, stop in enumerate(stops)
        if stop.point
    )
    here = next((venue for venue in venues if venue.point), None)
    if here is not None:
        return mini_map(here.point, area=here.area, marks=marks), here.text.name
    if to_come:
        first = min((stops[0] for stops in to_come), key=lambda stop: stop.starts_at)
        return mini_map(first.point, marks=marks), first.name
    return None, ""


def _to_come(venue: Venue) -> list[VenueStop]:
    """The stops of a pop-up that are not over and whose place is known, by time."""
    return [stop for stop in venue.itinerary if stop.point and not stop.is_over]
