"""Planning the programme: what stands in the way of a session, and moving it.

What the database refuses (a room or a person twice at once) is a hard conflict; what is merely
unlikely to be meant (outside the venue's hours, a host twice at once) can be confirmed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events import times
from events.models import Event, ProgrammeItem, ProgrammeItemTranslation, Venue

#: How long a session takes until somebody says otherwise.
USUAL = timedelta(hours=1)


@dataclass(frozen=True)
class Wish:
    """Where and when somebody wants a session to be, and who is to be there."""

    venue: Venue | None
    room: str
    starts_at: datetime
    ends_at: datetime
    speakers: Collection[int] = field(default_factory=frozenset)
    organisation_id: int | None = None
    item_id: int | None = None

    @classmethod
    def of(cls, item: ProgrammeItem) -> "Wish":
        """As it is planned now; its speakers are at hand (`for_planning`)."""
        return cls(
            item.venue,
            item.room,
            item.starts_at,
            item.ends_at,
            frozenset(speaker.pk for speaker in item.speakers.all()),
            item.organisation_id,
            item.pk,
        )


@dataclass(frozen=True)
class Conflict:
    """Something in the way, in words; `field` is the answer it is about."""

    field: str
    words: str
    is_hard: bool


def conflicts(wish: Wish, others: Iterable[ProgrammeItem]) -> list[Conflict]:
    """Return what is in the way of a wish among other sessions, the hard ones first. What is not
    placed is in nobody's way."""
    if wish.venue is None:
        return []
    found = []
    for other in others:
        if other.pk == wish.item_id or not other.is_placed:
            continue
        if other.starts_at < wish.ends_at and wish.starts_at < other.ends_at:
            found += _between(wish, other)
    if not wish.venue.is_open(wish.starts_at, wish.ends_at):
        found.append(Conflict("starts_at", _hours(wish.venue, wish.starts_at), is_hard=False))
    return sorted(found, key=lambda conflict: not conflict.is_hard)


def conflicts_in(event: Event, wish: Wish) -> list[Conflict]:
    """The same, among all sessions of an event."""
    if wish.venue is None:
        return []
    at_once = event.programme_items.filter(starts_at__lt=wish.ends_at, ends_at__gt=wish.starts_at)
    return conflicts(wish, at_once.for_planning())


def _hours(venue: Venue, moment: datetime) -> str:
    """Return in words when a venue is open; of a pop-up where it is on that day."""
    name = venue.text.name
    if not venue.itinerary:
        hours = times.when(venue.starts_at, venue.ends_at)
        return _("%(venue)s is open then: %(hours)s.") % {"venue": name, "hours": hours}
    stops = venue.stops_on(timezone.localdate(moment))
    if not stops:
        return _("%(venue)s has no stop on that day.") % {"venue": name}
    return _("%(venue)s is not at one place all that time. Its stops on that day: %(stops)s.") % {
        "venue": name,
        "stops": "; ".join(stop.hours for stop in stops),
    }


def _between(wish: Wish, other: ProgrammeItem) -> Iterable[Conflict]:
    facts = {
        "item": other.text.title,
        "hours": times.span(other.starts_at, other.ends_at),
    }
    is_there = wish.venue is not None and other.venue_id == wish.venue.pk
    if is_there and other.room.casefold() == wish.room.casefold():
        words = _("“%(item)s” is there then, %(hours)s.") % facts
        yield Conflict("room", words, is_hard=True)
    for speaker in other.speakers.all():
        if speaker.pk in wish.speakers:
            words = _("%(name)s takes part in “%(item)s” then, %(hours)s.")
            yield Conflict("speakers", words % {**facts, "name": speaker.name}, is_hard=True)
    if wish.organisation_id and other.organisation_id == wish.organisation_id:
        words = _("%(name)s hosts “%(item)s” then, %(hours)s.")
        name = other.organisation.name
        yield Conflict("organisation", words % {**facts, "name": name}, is_hard=False)


@transaction.atomic
def save_placing(item: ProgrammeItem, *, room_before: str) -> None:
    """Save where and when a session is. With another room, its translations say that one: as other
    sessions there have it, else in German."""
    revision = item.revision
    item.save(update_fields=["venue", "room", "starts_at", "ends_at"])
    if item.room == room_before:
        return
    rows = ProgrammeItemTranslation.objects
    for row in item.translations.all():
        there = rows.filter(original__event=item.event_id, original__room=item.room)
        known = there.filter(language=row.language).exclude(room="").exclude(pk=row.pk)
        row.room = known.values_list("room", flat=True).first() or ""
        was_right = row.base_revision >= revision
        item.refresh_from_db(fields=["revision"])
        row.base_revision = item.revision if was_right else row.base_revision
        row.save(update_fields=["room", "base_revision"])
