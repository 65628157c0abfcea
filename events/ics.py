"""Calendar files (RFC 5545): one event, or every session of its programme.

Times are local to Berlin and the file brings that time zone's rules along, so an entry stays right
over the change of the clocks. UIDs never change; SEQUENCE and LAST-MODIFIED say what did.
"""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import get_language, gettext
from icalendar import Calendar

from events import calendar_entries
from events import calendar_lines as lines
from events.calendar_entries import host, location, state
from events.models import Event, ReleasedItem, Venue
from events.times import when
from ssoe_portal.common.mail import absolute


def for_event(
    event: Event,
    venues: Iterable[Venue],
    *,
    online_url: str = "",
    chosen: Iterable[ReleasedItem] = (),
) -> bytes:
    """Return a calendar file with one entry: the event itself. Only for those who are registered
    are `online_url` (`Registration.online_url`) and the sessions that a party has `chosen`."""
    told = calendar_entries.told(event, list(venues))
    sessions = "\n".join(_in_one_line(item) for item in chosen if not item.is_cancelled)
    entry = calendar_entries.writer()(told, online_url=online_url, chosen=sessions)
    return calendar(event.text.title, [entry])


def calendar(name: str, entries: Iterable[str]) -> bytes:
    """Return a calendar file of finished entries."""
    # From its end: the words of a search, which are in the name, may be anything.
    head, closing, end = _calendar(name).to_ical().decode().rpartition("END:VCALENDAR")
    return "".join((head, lines.TIMEZONE, *entries, closing, end)).encode()


def for_programme(event: Event, items: Iterable[ReleasedItem]) -> bytes:
    """Return a calendar file with an entry for every session."""
    name = gettext("Programme: %(event)s") % {"event": event.text.title}
    url = absolute(reverse("events:programme", args=[event.slug]))
    return calendar(name, (_item_entry(event, item, url) for item in items))


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//SSÖ-Portal Berlin-Pankow//{get_language() or 'de'}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Europe/Berlin")
    return calendar


def _item_status(event: Event, item: ReleasedItem) -> str:
    return "CANCELLED" if item.is_cancelled else state(event.status, event.date_note)


def _in_one_line(item: ReleasedItem) -> str:
    place = ", ".join(filter(None, (item.venue.text.name, str(item.room_text))))
    return f"{when(item.starts_at, item.ends_at)}: {item.text.title} ({place})"


def _item_entry(event: Event, item: ReleasedItem, programme_url: str) -> str:
    spoken = ", ".join(item.spoken)
    about = (
        item.text.summary,
        item.organisation.name if item.organisation else "",
        ", ".join(item.speaker_names),
        gettext("Languages: %(languages)s") % {"languages": spoken} if spoken else "",
        event.text.date_note,
        event.text.title,
    )
    name, stop = item.venue.text.name, item.stop
    place = location(name, stop.in_one_line if stop else item.venue.address)
    return lines.entry(
        uid=f"programme-{item.pk}@{host()}",
        title=item.text.title,
        starts=item.starts_at,
        ends=item.ends_at,
        modified=item.modified_at,
        sequence=item.sequence,
        status=_item_status(event, item),
        url=f"{programme_url}#item-{item.pk}",
        about="\n".join(filter(None, about)),
        where=lines.text("LOCATION", f"{item.room_text}, {place}" if item.room else place),
    )
