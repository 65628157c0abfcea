"""A month of the calendar: its days, each with what takes place."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR

from events import times
from events.filters import BERLIN, EventFilter, MonthFilter, next_month
from events.models import Event
from events.models.event import EventQuerySet
from ssoe_portal.common.facet_filters import ActiveFilter

#: How many a day shows before it leads to the list.
SHOWN = 4


@dataclass
class Entry:
    """An event, by its key, on one of its days; `event` itself where the day shows it."""

    key: int
    starts_at: datetime
    ends_at: datetime
    begins: bool
    event: Event | None = None

    @property
    def hour(self) -> str:
        """When it begins that day; empty where it goes on, or lasts the whole day."""
        if not self.begins or times.is_all_day(self.starts_at, self.ends_at):
            return ""
        return times.hour(self.starts_at)


@dataclass
class Day:
    date: date
    is_today: bool = False
    entries: list[Entry] = field(default_factory=list)

    @property
    def shown(self) -> list[Entry]:
        return [entry for entry in self.entries[:SHOWN] if entry.event]

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


def days_of(
    month: date, events: Iterable[tuple[int, datetime, datetime]], today: date
) -> list[Day]:
    """Return all days of a month with its events, which are a key, a start and an end each; what
    lasts several days is on each of them."""
    end = next_month(month)
    days = {}
    day = month
    while day < end:
        days[day] = Day(day, is_today=day == today)
        day += timedelta(days=1)
    for key, starts_at, ends_at in events:
        first = starts_at.astimezone(BERLIN).date()
        last = (ends_at - timedelta(microseconds=1)).astimezone(BERLIN).date()
        day = max(first, month)
        while day <= last and day < end:
            days[day].entries.append(Entry(key, starts_at, ends_at, begins=day == first))
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
    def days(self) -> list[Day]:
        """All days of the month. Only what they show is read as a whole."""
        if not self.tally.total:
            return days_of(self.chosen, [], timezone.localdate(self.moment))
        [rows] = self.in_order(self.queryset.filter(*self.conditions.values()))
        spans = rows.values_list("pk", "starts_at", "ends_at")
        days = days_of(self.chosen, spans, timezone.localdate(self.moment))
        shown = [entry for day in days for entry in day.entries[:SHOWN]]
        events = {each.pk: each for each in self._read_cards([entry.key for entry in shown])}
        for entry in shown:
            entry.event = events.get(entry.key)
        return days

    @property
    def hits(self) -> list[Event]:
        """Those that the days show; `tally` counts all of the month."""
        shown = [entry.event for day in self.days for entry in day.shown]
        return list(dict.fromkeys(event for event in shown if event))

    @cached_property
    def of_a_day(self) -> str:
        """The query string of the list of a day, but for the day."""
        rest = self.data.copy()
        for name in ("view", "month", "day", "page"):
            rest.pop(name, None)
        return f"?{rest.urlencode()}&day=" if rest else "?day="

    @property
    def before(self) -> date:
        return next_month(self.chosen, -1)

    @property
    def after(self) -> date:
        return next_month(self.chosen)

    @property
    def weekdays(self) -> list:
        return [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in range(7)]
