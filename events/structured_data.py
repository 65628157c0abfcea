"""Events in the words of schema.org: see `ssoe_portal/common/structured_data.py`."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.timezone import localtime

from events.models import Event, Venue
from events.times import is_all_day
from ssoe_portal.common.structured_data import CONTEXT, Data, entry, place, reference


def event(item: Event, venues: Iterable[Venue]) -> Data:
    leader = item.organisation
    begins: date = localtime(item.starts_at)
    ends: date = localtime(item.ends_at)
    if is_all_day(item.starts_at, item.ends_at):
        begins, ends = begins.date(), ends.date() - timedelta(days=1)
    return entry(
        "Event",
        item,
        item.text,
        name=item.text.title,
        description=item.text.summary,
        startDate=begins.isoformat(),
        endDate=ends.isoformat(),
        eventStatus=f"{CONTEXT}/EventScheduled",
        eventAttendanceMode=f"{CONTEXT}/OfflineEventAttendanceMode",
        location=[found for venue in venues if (found := place(venue, venue.text.name))],
        maximumAttendeeCapacity=item.capacity,
        organizer=reference("Organization", leader, leader.name)
        if leader and leader.is_published
        else None,
    )
