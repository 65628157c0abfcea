"""The programme as a page shows it: by day, then by venue, each venue's sessions in order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.utils import timezone

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


def by_day(items: Iterable[ProgrammeItem]) -> list[Day]:
    """Return sessions, which come in order of time, as days and columns."""
    days = []
    for day, of_day in groupby(items, key=lambda item: timezone.localdate(item.starts_at)):
        columns: dict[int, Column] = {}
        for item in of_day:
            columns.setdefault(item.venue_id, Column(item.venue)).items.append(item)
        ordered = sorted(
            columns.values(), key=lambda column: (column.venue.position, column.venue.pk)
        )
        days.append(Day(day, ordered))
    return days
