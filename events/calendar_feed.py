"""The calendar for other programs: every event that a query string asks for, as one file.

A finished entry is kept by the process that wrote it until the event's `sequence` says that
something in it has changed, so that a calendar of thousands is put together, not written.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Q, QuerySet

from events import calendar_entries, ics
from events.filters import EventFilter
from events.models import Event
from events.models.event import EventQuerySet
from ssoe_portal.common.translation import current_language

#: How long what is over, or was called off, stays with those who have subscribed to the calendar.
KEPT_AFTERWARDS = timedelta(weeks=8)
#: Entries that a process keeps, some 600 bytes each.
MOST = 20_000

#: {(event, language): (its sequence, the entry)}
_entries: dict[tuple[int, str], tuple[int, str]] = {}


class CalendarFeed(EventFilter):
    """The list's filters. Where nobody says when, also what was lately, else it would vanish."""

    def published(self) -> EventQuerySet:
        return Event.objects.in_calendar(self.moment, KEPT_AFTERWARDS)

    # A calendar wants every date.
    is_once_a_series = False

    @cached_property
    def conditions(self) -> dict[str, Q]:
        asked = super().conditions
        if "when" in self.wanted or self.implied_when != "upcoming":
            return asked
        return {**asked, "when": Q(ends_at__gte=self.moment - KEPT_AFTERWARDS)}

    def in_order(self, rows: QuerySet) -> list[QuerySet]:
        """In time: how well words fit is nothing that calendars know."""
        found = rows if self.asked is None else rows.having(self.asked)
        return [found.order_by("starts_at", "pk")]

    @cached_property
    def versions(self) -> "Versions":
        rows = self.queryset.filter(*self.conditions.values())
        [ordered] = self.in_order(rows)
        found = list(ordered.values_list("pk", "sequence", "modified_at"))
        return Versions(
            [(pk, sequence) for pk, sequence, _changed in found],
            max((changed for *_pk, changed in found), default=None),
        )


@dataclass(frozen=True)
class Versions:
    """Keys and sequences of the events of a calendar, in order, and when the last one changed."""

    rows: Sequence[tuple[int, int]]
    changed_at: datetime | None

    def etag(self, name: str) -> str:
        said = repr((name, current_language(), settings.PUBLIC_URL, self.rows))
        return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'

    def file(self, name: str) -> bytes:
        language = current_language()
        # Looked at once: another thread may forget them all at any moment.
        known = {pk: _entries.get((pk, language)) for pk, _sequence in self.rows}
        entries = {
            pk: entry[1]
            for pk, sequence in self.rows
            if (entry := known[pk]) is not None and entry[0] == sequence
        }
        missing = [pk for pk, _sequence in self.rows if pk not in entries]
        if len(_entries) + len(missing) > MOST:
            _entries.clear()
        if missing:
            entries |= _written(missing)
        # What was deleted since the keys were read is left out.
        return ics.calendar(name, [entries[pk] for pk, _sequence in self.rows if pk in entries])


def _written(keys: list[int]) -> dict[int, str]:
    """Write the entries of some events, and keep them."""
    language, write = current_language(), calendar_entries.writer()
    found = {event.key: (event.sequence, write(event)) for event in calendar_entries.read(keys)}
    _entries.update({(pk, language): entry for pk, entry in found.items()})
    return {pk: entry for pk, (_sequence, entry) in found.items()}
