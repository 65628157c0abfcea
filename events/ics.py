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

from events import calendar_lines as lines
from events.calendar_lines import BERLIN
from events.models import Event, ReleasedItem, Venue
from events.times import is_all_day, when
from ssoe_portal.common.mail import absolute

UTC = ZoneInfo("UTC")


def for_event(
    event: Event,
    venues: Iterable[Venue],
    *,
    online_url: str = "",
    chosen: Iterable[ReleasedItem] = (),
) -> bytes:
    """Return a calendar file with one entry: the event itself. Only for those who are registered
    are `online_url` (`Registration.online_url`) and the sessions that a party has `chosen`."""
    told = "\n".join(_in_one_line(item) for item in chosen if not item.is_cancelled)
    return calendar(event.text.title, [event_entry(event, list(venues), online_url, told)])


def calendar(name: str, entries: Iterable[str]) -> bytes:
    """Return a calendar file of finished entries."""
    # From its end: the words of a search, which are in the name, may be anything.
    head, closing, end = _calendar(name).to_ical().decode().rpartition("END:VCALENDAR")
    return "".join((head, lines.TIMEZONE, *entries, closing, end)).encode()


def for_programme(event: Event, items: Iterable[ReleasedItem]) -> bytes:
    """Return a calendar file with an entry for every session."""
    programme = _calendar(gettext("Programme: %(event)s") % {"event": event.text.title})
    for item in items:
        programme.add_component(_item_entry(event, item))
    return _finished(programme)


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


def _host() -> str:
    """What makes the UIDs of this portal differ from those of others."""
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def _local(moment: datetime) -> datetime:
    """The moment on Berlin's clocks. The hour that comes twice when they go back means the first
    one (RFC 5545 §3.3.5): the second one stays in UTC."""
    local = moment.astimezone(BERLIN)
    return moment.astimezone(UTC) if local.fold else local


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
    entry.add("uid", f"{uid}@{_host()}")
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


def _in_one_line(item: ReleasedItem) -> str:
    place = ", ".join(filter(None, (item.venue.text.name, str(item.room_text))))
    return f"{when(item.starts_at, item.ends_at)}: {item.text.title} ({place})"


def event_entry(event: Event, venues: list[Venue], online_url: str = "", chosen: str = "") -> str:
    """Return the entry of an event as a calendar file holds it. Whatever it shows raises the
    event's `sequence` when it changes: finished entries are kept by that (`calendar_feed`)."""
    title, url = event.text, absolute(event.get_absolute_url())
    online = gettext("Take part online: %(link)s") % {"link": online_url} if online_url else ""
    about = [title.summary, title.date_note, chosen, online, url]
    if is_all_day(event.starts_at, event.ends_at):
        at = [
            lines.day("DTSTART", _local(event.starts_at).date()),
            lines.day("DTEND", _local(event.ends_at).date()),
        ]
    else:
        at = [lines.moment("DTSTART", event.starts_at), lines.moment("DTEND", event.ends_at)]
    where = []
    if venues:
        where.append(lines.text("LOCATION", _location(venues[0])))
        if point := venues[0].point:
            where.append(f"GEO:{point.latitude:.6f};{point.longitude:.6f}{lines.END}")
    elif event.is_online:
        where.append(lines.text("LOCATION", gettext("Online")))
    if online_url:  # RFC 7986 §5.11
        where.append(lines.folded(f"CONFERENCE;VALUE=URI:{online_url}"))
    return "".join(
        (
            f"BEGIN:VEVENT{lines.END}",
            lines.folded(f"UID:event-{event.pk}@{_host()}"),
            lines.text("SUMMARY", title.title),
            *at,
            lines.utc("DTSTAMP", event.modified_at),
            lines.utc("LAST-MODIFIED", event.modified_at),
            f"SEQUENCE:{event.sequence}{lines.END}",
            f"STATUS:{_status(event)}{lines.END}",
            lines.folded(f"URL:{url}"),
            lines.text("DESCRIPTION", "\n\n".join(line for line in about if line)),
            *where,
            f"END:VEVENT{lines.END}",
        )
    )


def _item_entry(event: Event, item: ReleasedItem) -> Entry:
    url = f"{absolute(event.get_absolute_url())}programme/#item-{item.pk}"
    entry = _entry(f"programme-{item.pk}", item, item.text.title, url, _item_status(event, item))
    spoken = ", ".join(item.spoken)
    lines = [
        item.text.summary,
        item.organisation.name if item.organisation else "",
        ", ".join(item.speaker_names),
        gettext("Languages: %(languages)s") % {"languages": spoken} if spoken else "",
        event.text.date_note,
        event.text.title,
    ]
    entry.add("description", "\n".join(line for line in lines if line))
    stop = item.stop
    place = f"{item.venue.text.name}, {stop.in_one_line}" if stop else _location(item.venue)
    entry.add("location", f"{item.room_text}, {place}" if item.room else place)
    return entry


def _location(venue: Venue) -> str:
    return ", ".join(part for part in (venue.text.name, venue.address) if part)
