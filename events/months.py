"""A month of the calendar: its days, each with what takes place."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR

from events import times
from events.filters import EventFilter, MonthFilter, next_month
from events.models import Event
from events.models.event import EventQuerySet
from ssoe_portal.common.facet_filters import ActiveFilter

#: How many a day shows before it leads to the list.
SHOWN = 4


@dataclass
class Entry:
    """An event on one of its days."""

    event: Event
    begins: bool

    @property
    def hour(self) -> str:
        """When it begins that day; empty where it goes on, or lasts the whole day."""
        event = self.event
        if not self.begins or times.is_all_day(event.starts_at, event.ends_at):
            return ""
        return times.hour(event.starts_at)


@dataclass
class Day:
    date: date
    is_today: bool = False
    entries: list[Entry] = field(default_factory=list)

    @property
    def shown(self) -> list[Entry]:
        return self.entries[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.entries[SHOWN:])

    @property
    def weekday(self) -> int:
        """From 1, a Monday, to 7."""
        return self.date.isoweekday()

    @property
    def key(self) -> str:
        return self.date.isoformat()


def days_of(month: date, events: Iterable[Event], today: date) -> list[Day]:
    """Return all days of a month; what lasts several days is on each of them."""
    end = next_month(month)
    days = {}
    day = month
    while day < end:
        days[day] = Day(day, is_today=day == today)
        day += timedelta(days=1)
    for event in events:
        first = timezone.localdate(event.starts_at)
        last = timezone.localdate(event.ends_at - timedelta(microseconds=1))
        day = max(first, month)
        while day <= last and day < end:
            days[day].entries.append(Entry(event, begins=day == first))
            day += timedelta(days=1)
    return list(days.values())


class MonthCalendar(EventFilter):
    """The month that is asked for, else the one that is now, with what is over in it."""

    # A month is when enough.
    when = None
    day = None
    month = MonthFilter()

    # It has every date of a series.
    is_once_a_series = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever chooses no month sees this one.
        today = timezone.localdate(self.moment)
        month = self.filters["month"]
        month.any_label = month.says(today.replace(day=1))

    @property
    def chips(self) -> list[ActiveFilter]:
        """The month stands above its days and need not be said twice."""
        return [each for each in super().chips if each.name != "month"]

    @property
    def chosen(self) -> date:
        return self.wanted.get("month") or timezone.localdate(self.moment).replace(day=1)

    @property
    def implied_when(self) -> str:
        return ""

    @cached_property
    def conditions(self) -> dict[str, Q]:
        return {"month": self.filters["month"].condition(self.chosen), **super().conditions}

    @classmethod
    def cards(cls) -> EventQuerySet:
        needed = ("title", "slug", "starts_at", "ends_at", "status")
        return Event.objects.only(*needed).with_translation()

    @cached_property
    def hits(self) -> list[Event]:
        """All of the month: a page shows it whole."""
        found = super().hits
        return found[: found.total] if found.total else []

    @property
    def days(self) -> list[Day]:
        return days_of(self.chosen, self.hits, timezone.localdate(self.moment))

    @property
    def before(self) -> date:
        return next_month(self.chosen, -1)

    @property
    def after(self) -> date:
        return next_month(self.chosen)

    @property
    def weekdays(self) -> list:
        return [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in range(7)]
