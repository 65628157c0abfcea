"""Entries of calendar files (RFC 5545 §3.6.1), one an event: thousands of them are written of plain
values, since models take too long (docs/decisions/0013-calendar-files.md)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from events import calendar_lines as lines
from events.models import Event, Venue
from events.models.facts import Attendance
from events.models.venue import address_line
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.moderation import Status
from ssoe_portal.common.ready_queries import Among, as_array


class Told(NamedTuple):
    """What an entry says of an event, in the reader's language; place and point are those of its
    first venue. `note` is what says in German that its date may move. Whatever is here raises the
    event's `sequence` when it changes: finished entries are kept by that (`calendar_feed`)."""

    key: int
    sequence: int
    slug: str
    starts_at: datetime
    ends_at: datetime
    modified_at: datetime
    status: str
    note: str
    attendance: str
    title: str
    summary: str
    date_note: str
    place: str = ""
    point: tuple[float, float] | None = None


def host() -> str:
    """What makes the UIDs of this portal differ from those of others."""
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def location(name: str, address: str) -> str:
    return ", ".join(part for part in (name, address) if part)


def state(status: str, note: str) -> str:
    """What calendars show of it: an archived event does not take place, and one with a note on its
    date may still move."""
    if status == Status.ARCHIVED:
        return "CANCELLED"
    return "CONFIRMED" if status == Status.PUBLISHED and not note else "TENTATIVE"


def told(event: Event, venues: list[Venue]) -> Told:
    """Return what an entry says of an event that is there as a model."""
    text = event.text
    point = venues[0].point if venues else None
    return Told(
        event.pk,
        event.sequence,
        event.slug,
        event.starts_at,
        event.ends_at,
        event.modified_at,
        event.status,
        event.date_note,
        event.attendance,
        text.title,
        text.summary,
        text.date_note,
        location(venues[0].text.name, venues[0].address) if venues else "",
        (point.latitude, point.longitude) if point else None,
    )


def read(keys: list[int]) -> Iterator[Told]:
    """Yield what entries say of some events, in any order: two queries."""
    wanted = as_array(keys)
    events = list(
        Event.objects.filter(Among(wanted))
        .with_texts("title", "summary", "date_note")
        .order_by()
        .values_list(
            *("pk", "sequence", "slug", "starts_at", "ends_at", "modified_at", "status"),
            *("date_note", "attendance", "text_title", "text_summary", "text_date_note"),
        )
    )
    # After the events: what changes in between raises a sequence that is not read yet.
    venues = (
        Venue.objects.filter(Among(wanted, "event_id"))
        .with_texts("name")
        .order_by("event_id", "position", "pk")
        .distinct("event_id")
        .values_list("event_id", "text_name", "street", "postcode", "latitude", "longitude")
    )
    places = {
        event: (
            location(name, address_line(street, postcode)),
            None if latitude is None or longitude is None else (latitude, longitude),
        )
        for event, name, street, postcode, latitude, longitude in venues
    }
    for event in events:
        yield Told._make([*event, *places.get(event[0], ("", None))])


def writer() -> Callable[..., str]:
    """Return what writes entries in the active language, of something `told`. Only for those who
    are registered are `online_url` (`Registration.online_url`) and their `chosen` sessions."""
    # An address is made once for all: Django takes longer for one than the rest of an entry.
    before, _slug, after = absolute(reverse("events:event-detail", args=["-"])).rpartition("-")
    at, online = host(), gettext("Online")

    def write(event: Told, *, online_url: str = "", chosen: str = "") -> str:
        url = f"{before}{event.slug}{after}"
        linked = gettext("Take part online: %(link)s") % {"link": online_url} if online_url else ""
        about = "\n\n".join(filter(None, (event.summary, event.date_note, chosen, linked, url)))
        if event.place:
            where = lines.text("LOCATION", event.place)
        else:
            where = lines.text("LOCATION", online) if event.attendance != Attendance.ON_SITE else ""
        if event.point:
            where += f"GEO:{event.point[0]:.6f};{event.point[1]:.6f}{lines.END}"
        if online_url:  # RFC 7986 §5.11
            where += lines.folded(f"CONFERENCE;VALUE=URI:{online_url}")
        return lines.entry(
            uid=f"event-{event.key}@{at}",
            title=event.title,
            starts=event.starts_at,
            ends=event.ends_at,
            modified=event.modified_at,
            sequence=event.sequence,
            status=state(event.status, event.note),
            url=url,
            about=about,
            where=where,
        )

    return write
