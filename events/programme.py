"""The programme as a page shows it: by day, then by venue, each venue's sessions in order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.utils import timezone

from events import ready
from events.models import ProgrammeItem, Venue


@dataclass
class Column:
    """One venue's sessions on one day."""

    venue: Venue
    items: list[ProgrammeItem] = field(default_factory=list)


@dataclass
class Day:
    date: date
    columns: list[Column]


def sessions(
    venues: Iterable[Venue], *, limit: int | None = None, with_languages: bool = True, **filters
) -> list[ProgrammeItem]:
    """Return the (first) sessions at these venues in order; each has its venue and, unless nobody
    reads them, the names of its languages at hand."""
    by_pk = {venue.pk: venue for venue in venues}
    if filters:
        rows = ProgrammeItem.objects.filter(venue__in=by_pk, **filters).for_programme()[:limit]
    else:
        rows = ready.items(list(by_pk), limit)
    found = {item.pk: item for item in rows}
    for item in found.values():
        item.venue = by_pk[item.venue_id]  # type: ignore[index]  # what is at a venue is placed
    if not with_languages:
        return list(found.values())
    for item in found.values():
        item.spoken = []
    for _, label, pk in ready.languages(list(found)):
        found[pk].spoken.append(label)
    return list(found.values())


def dated(items: Iterable[ProgrammeItem]) -> list[tuple[date, list[ProgrammeItem]]]:
    """Return sessions, which come in order of time, by the day they begin."""
    days = groupby(items, key=lambda item: timezone.localdate(item.starts_at))
    return [(day, list(of_day)) for day, of_day in days]


def by_day(items: Iterable[ProgrammeItem]) -> list[Day]:
    """Return sessions, which come in order of time, as days and columns."""
    days = []
    for day, of_day in dated(items):
        columns: dict[int, Column] = {}
        for item in of_day:
            columns.setdefault(item.venue.pk, Column(item.venue)).items.append(item)  # type: ignore
        ordered = sorted(
            columns.values(), key=lambda column: (column.venue.position, column.venue.pk)
        )
        days.append(Day(day, ordered))
    return days
