"""The released programme as pages show it: by day, then by venue, each venue's sessions in order;
what is on now; what the latest release changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations, groupby

from django.utils import timezone

from events import ready
from events.models import (
    Event,
    ProgrammeChange,
    ProgrammeItem,
    ProgrammeRelease,
    Registration,
    ReleasedItem,
    Venue,
)
from events.models.release import ReleasedItemQuerySet


@dataclass
class Column:
    """One venue's sessions on one day."""

    venue: Venue
    items: list[ReleasedItem] = field(default_factory=list)


@dataclass
class Day:
    date: date
    columns: list[Column]

    @property
    def in_order(self) -> list[ReleasedItem]:
        """Its sessions by time, at whatever venue."""
        items = [item for column in self.columns for item in column.items]
        return sorted(items, key=lambda item: (item.starts_at, item.ends_at, item.pk))


def sessions(
    event: Event,
    venues: Iterable[Venue],
    *,
    limit: int | None = None,
    rows: ReleasedItemQuerySet | None = None,
) -> list[ReleasedItem]:
    """Return the (first) sessions that take place, or `rows` of the released programme, in order;
    each has its venue at hand."""
    by_pk = {venue.pk: venue for venue in venues}
    found = ready.items(event, limit) if rows is None else list(rows.for_programme()[:limit])
    for session in found:
        session.venue = by_pk[session.venue_id]
    return found


def open_to(party: Registration, venues: Iterable[Venue]) -> list[ReleasedItem]:
    """Return the sessions with places that a party can choose or has chosen (`mine`), in order;
    none where it has no place at the event."""
    if not party.is_confirmed:
        return []
    return sessions(party.event, venues, rows=ReleasedItem.objects.open_to(party))


def _by_pk(venues: Iterable[Venue]) -> dict[int | None, Venue]:
    return {venue.pk: venue for venue in venues}


def planned(event: Event, venues: Iterable[Venue]) -> list[ProgrammeItem]:
    """Return all sessions of the working version, in order; what is not placed yet comes last."""
    by_pk = _by_pk(venues)
    for venue in by_pk.values():
        venue.event = event
    found = list(event.programme_items.for_planning())
    for item in found:
        item.venue = by_pk.get(item.venue_id)
    return sorted(found, key=lambda item: not item.is_placed)


def dated(items: Iterable[ReleasedItem]) -> list[tuple[date, list[ReleasedItem]]]:
    """Return sessions, which come in order of time, by the day they begin."""
    days = groupby(items, key=lambda item: timezone.localdate(item.starts_at))
    return [(day, list(of_day)) for day, of_day in days]


def by_day(items: Iterable[ReleasedItem]) -> list[Day]:
    """Return sessions, which come in order of time, as days and columns."""
    days = []
    for day, of_day in dated(items):
        columns: dict[int, Column] = {}
        for item in of_day:
            columns.setdefault(item.venue_id, Column(item.venue)).items.append(item)
        ordered = sorted(
            columns.values(), key=lambda column: (column.venue.position, column.venue.pk)
        )
        days.append(Day(day, ordered))
    return days


#: What begins within this time is called "next".
SOON = timedelta(hours=2)


@dataclass
class Now:
    """What is on, and what comes next."""

    on: list[ReleasedItem]
    next: list[ReleasedItem]

    def __bool__(self) -> bool:
        return bool(self.on or self.next)


def now_and_next(items: Iterable[ReleasedItem], now: datetime) -> Now:
    """Return what is on at a moment and, of what begins soon after it, the first."""
    taking_place = [item for item in items if not item.is_cancelled]
    soon = [item for item in taking_place if now < item.starts_at <= now + SOON]
    first = min((item.starts_at for item in soon), default=None)
    return Now(
        [item for item in taking_place if item.starts_at <= now < item.ends_at],
        [item for item in soon if item.starts_at == first],
    )


def latest_changes(event: Event, venues: Iterable[Venue]) -> ProgrammeRelease | None:
    """Return the latest release with what it `changed`, each change with its venues at hand; None
    before anything was changed: what the first one brought is the programme itself."""
    release = event.releases.filter(number__gt=1).first()
    if release is None:
        return None
    release.changed = shown(release.changes.for_reading(), venues)
    return release


def shown(changes: Iterable[ProgrammeChange], venues: Iterable[Venue]) -> list[ProgrammeChange]:
    """Return changes with their venues at hand."""
    by_pk = _by_pk(venues)
    found = list(changes)
    for change in found:
        change.venue_before = by_pk.get(change.venue_before_id)
        change.venue_after = by_pk.get(change.venue_after_id)
    return found


def overlapping(items: Iterable[ReleasedItem]) -> list[tuple[ReleasedItem, ReleasedItem]]:
    """Return pairs of sessions that take place at once, the earlier one first."""
    ordered = sorted(
        (item for item in items if not item.is_cancelled),
        key=lambda item: (item.starts_at, item.pk),
    )
    return [
        (first, second)
        for first, second in combinations(ordered, 2)
        if second.starts_at < first.ends_at
    ]
