"""Calendar files (RFC 5545): one event, or every session of its programme.

Times are local to Berlin and the file brings that time zone's rules along, so an entry stays right
over the change of the clocks. UIDs never change; SEQUENCE and LAST-MODIFIED say what did.
"""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language, gettext
from icalendar import Calendar
from icalendar import Event as Entry

from events.models import Event, ReleasedItem, Venue
from events.times import is_all_day
from ssoe_portal.common.mail import absolute

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")


def for_event(event: Event, venues: Iterable[Venue], *, online_url: str = "") -> bytes:
    """Return a calendar file with one entry: the event itself. `online_url` is only for those who
    are registered (`Registration.online_url`)."""
    calendar = _calendar(event.text.title)
    calendar.add_component(_event_entry(event, list(venues), online_url))
    return _finished(calendar)


def for_programme(event: Event, items: Iterable[ReleasedItem]) -> bytes:
    """Return a calendar file with an entry for every session."""
    calendar = _calendar(gettext("Programme: %(event)s") % {"event": event.text.title})
    for item in items:
        calendar.add_component(_item_entry(event, item))
    return _finished(calendar)


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//SSÖ-Portal Berlin-Pankow//{get_language() or 'de'}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Europe/Berlin")
    return calendar


def _finished(calendar: Calendar) -> bytes:
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _local(moment: datetime) -> datetime:
    return moment.astimezone(BERLIN)


def _status(event: Event) -> str:
    """What calendars show of it: an archived event does not take place, and one with a note on its
    date may still move."""
    if event.status == event.Status.ARCHIVED:
        return "CANCELLED"
    return "CONFIRMED" if event.is_published and not event.date_note else "TENTATIVE"


def _item_status(event: Event, item: ReleasedItem) -> str:
    return "CANCELLED" if item.is_cancelled else _status(event)


def _entry(uid: str, row: Event | ReleasedItem, title: str, url: str, status: str) -> Entry:
    entry = Entry()
    entry.add("uid", f"{uid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    entry.add("summary", title)
    if is_all_day(row.starts_at, row.ends_at):
        entry.add("dtstart", _local(row.starts_at).date())
        entry.add("dtend", _local(row.ends_at).date())
    else:
        entry.add("dtstart", _local(row.starts_at))
        entry.add("dtend", _local(row.ends_at))
    entry.add("dtstamp", row.modified_at.astimezone(UTC))
    entry.add("last-modified", row.modified_at.astimezone(UTC))
    entry.add("sequence", row.sequence)
    entry.add("status", status)
    entry.add("url", url)
    return entry


def _event_entry(event: Event, venues: list[Venue], online_url: str = "") -> Entry:
    url = absolute(event.get_absolute_url())
    entry = _entry(f"event-{event.pk}", event, event.text.title, url, _status(event))
    online = gettext("Take part online: %(link)s") % {"link": online_url} if online_url else ""
    lines = [event.text.summary, event.text.date_note, online, url]
    entry.add("description", "\n\n".join(line for line in lines if line))
    if online_url:  # RFC 7986 §5.11
        entry.add("conference", online_url, parameters={"VALUE": "URI"})
    if venues:
        entry.add("location", _location(venues[0]))
        if venues[0].point:
            entry.add("geo", (venues[0].point.latitude, venues[0].point.longitude))
    elif event.is_online:
        entry.add("location", gettext("Online"))
    return entry


def _item_entry(event: Event, item: ReleasedItem) -> Entry:
    url = f"{absolute(event.get_absolute_url())}programme/#item-{item.pk}"
    entry = _entry(f"programme-{item.pk}", item, item.text.title, url, _item_status(event, item))
    spoken = ", ".join(item.spoken)
    lines = [
        item.text.summary,
        item.organisation.name if item.organisation else "",
        gettext("Languages: %(languages)s") % {"languages": spoken} if spoken else "",
        event.text.date_note,
        event.text.title,
    ]
    entry.add("description", "\n".join(line for line in lines if line))
    place = _location(item.venue)
    entry.add("location", f"{item.room_text}, {place}" if item.room else place)
    return entry


def _location(venue: Venue) -> str:
    return ", ".join(part for part in (venue.text.name, venue.address) if part)
