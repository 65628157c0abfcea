"""What a person may narrow the calendar by. Its whole state is the query string."""

import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Case, Q, QuerySet, When
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from actors.filters import language_filter
from actors.models.offer import Cost
from events import times
from events.models import Event
from events.models.event import EventQuerySet, next_of_series, once_of_series
from events.models.facts import Attendance
from events.models.narrowing import MONTHS, Fact, bits
from ssoe_portal.common.facet_filters import ActiveFilter, FewFilter, Hits
from ssoe_portal.common.facet_kinds import (
    AreaFilter,
    ChoicesFilter,
    Facet,
    Option,
    SwitchFilter,
    WordsFilter,
)
from ssoe_portal.common.facets import Tally, holds, missing
from ssoe_portal.common.geography import Area

BERLIN = ZoneInfo("Europe/Berlin")
UNKNOWN_MONTH = _("Please give a month like this: 2026-12.")
UNKNOWN_DAY = _("Please give a day like this: 2026-12-31.")


def midnight(day: date) -> datetime:
    """When a day begins in Berlin."""
    return datetime.combine(day, time(), tzinfo=BERLIN)


def during(start: datetime, end: datetime) -> Q:
    """What takes place, or goes on, between two moments."""
    return Q(starts_at__lt=end, ends_at__gt=start)


class WhenFilter(ChoicesFilter):
    """Roughly when, as people ask for it. `moment` is now."""

    CHOICES = (
        ("upcoming", _("Upcoming")),
        ("today", _("Today")),
        ("tomorrow", _("Tomorrow")),
        ("weekend", _("At the weekend")),
        ("week", _("In the next seven days")),
        ("past", _("Past")),
    )
    moment: datetime

    def __init__(self) -> None:
        numbered = {value: 1 << number for number, (value, _label) in enumerate(self.CHOICES)}
        super().__init__(_("When"), self.CHOICES, bits=numbered, column="when_bits")

    def condition(self, value: str) -> Q:
        not_over = Q(ends_at__gte=self.moment)
        if value in ("upcoming", "past"):
            return not_over if value == "upcoming" else Q(ends_at__lt=self.moment)
        today = timezone.localdate(self.moment, BERLIN)
        first, days = {
            "today": (today, 1),
            "tomorrow": (today + timedelta(days=1), 1),
            # On a Sunday what is left of it.
            "weekend": (today + timedelta(days=5 - today.weekday()), 2),
            "week": (today, 7),
        }[value]
        return not_over & during(midnight(first), midnight(first + timedelta(days=days)))

    def groups(self, counts: Counter, chosen: str) -> list[tuple[str | Promise, list[Option]]]:
        """What is meant by saying nothing is not offered twice."""
        [(heading, options)] = super().groups(counts, chosen)
        shown = [each for each in options if each.chosen or each.label != self.any_label]
        return [(heading, shown)]

    @property
    def column_of_bits(self) -> Any:
        return bits({bit: self.condition(value) for value, bit in (self.bits or {}).items()})


class MonthField(forms.CharField):
    """A month as addresses have it, "2026-12"; its first day."""

    def __init__(self, *, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
        if found is None:
            raise forms.ValidationError(UNKNOWN_MONTH)
        return date(int(found[1]), int(found[2]), 1)


def next_month(month: date, step: int = 1) -> date:
    """The first day of the month so many months on."""
    return month_of(month.year * 12 + month.month - 1 + step)


def month_of(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


class MonthFilter(ChoicesFilter):
    """A month. What goes on over its end is in both. Where it only `goes_along` with the rest of
    the address nothing is counted beside it."""

    narrows = True
    field_class = MonthField

    def __init__(self, *, goes_along: bool = False) -> None:
        column = "" if goes_along else "months"
        super().__init__(_("Month"), (), column=column, any_label=_("Any month"), max_length=20)
        if goes_along:
            self.drawn_as = "along"

    def condition(self, value: date) -> Q:
        return during(midnight(value), midnight(next_month(value)))

    def counts(self, found: Tally, name: str) -> Counter:
        counts: Counter = Counter()
        for both, number in found.of(self.column, name).items():
            first, last = divmod(both, MONTHS)
            counts.update(dict.fromkeys(range(first, last + 1), number))
        return counts

    def says(self, value: date) -> str:
        return format_date(value, "F Y")

    def groups(self, counts: Counter, chosen: str) -> list[tuple[str | Promise, list[Option]]]:
        months = {f"{month_of(number):%Y-%m}": counts[number] for number in counts}
        options = [
            Option(key, self.says(date.fromisoformat(f"{key}-01")), count, key == chosen)
            for key, count in sorted(months.items())
            if count or key == chosen
        ]
        # What is meant by choosing none is not offered twice.
        return [("", [each for each in options if each.chosen or each.label != self.any_label])]


def validate_near(day: date) -> None:
    """Refuse days that no calendar here has; the ends of time would be too much for a database."""
    if not 2000 <= day.year < 2100:
        raise forms.ValidationError(UNKNOWN_DAY)


class DayFilter(Facet):
    """A single day. Nothing is counted beside it: the month does that."""

    drawn_as = "date"
    narrows = True
    field_class = forms.DateField

    def __init__(self, **extra: Any) -> None:
        super().__init__(
            _("On this day"),
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": UNKNOWN_DAY},
            validators=[validate_near],
            **extra,
        )

    def condition(self, value: date) -> Q:
        return during(midnight(value), midnight(value + timedelta(days=1)))

    def says(self, value: date) -> str:
        return times.day(value)


class PlacesFilter(AreaFilter):
    """Neighbourhoods of what has several places: `column` holds the areas of all of them. What has
    none is for the whole city, or online, and counts in each."""

    def condition(self, value: str) -> Q:
        there = Q(**{self.column: ""})
        for row in self._inside(self.row(value)):
            there |= holds(self.column, row.pk)
        return there

    def counts(self, found: Tally, name: str) -> Counter:
        inside = {row.key: {each.pk for each in self._inside(row)} for row in self.known}
        counts: Counter = Counter()
        for value, number in found.of(self.column, name).items():
            areas = {int(key) for key in value.strip(",").split(",")} if value else set()
            for key, within in inside.items():
                if not areas or areas & within:
                    counts[key] += number
        return counts


class EventFilter(FewFilter):
    """The list of events: those to come, unless somebody asks for others or looks for words."""

    ENTRIES = Event

    q = WordsFilter(_("Search words"))
    when = WhenFilter()
    area = PlacesFilter(_("Neighbourhood"), Area, column="place_keys", any_label=_("Everywhere"))
    language = language_filter(column="spoken_keys")
    cost = ChoicesFilter(
        _("Cost"),
        Cost.choices,
        bits={cost: Fact[cost.name] for cost in Cost},
        column="facts",
        any_label=_("Any cost"),
    )
    attendance = ChoicesFilter(
        _("Taking part"),
        [(each.value, each.label) for each in (Attendance.ON_SITE, Attendance.ONLINE)],
        bits={each: Fact[each.name] for each in (Attendance.ON_SITE, Attendance.ONLINE)},
        column="facts",
        any_label=_("On site or online"),
    )
    step_free = SwitchFilter(_("Step-free"), Fact.STEP_FREE, column="facts")
    sign_language = SwitchFilter(_("Sign language"), Fact.SIGN_LANGUAGE, column="facts")
    easy_language = SwitchFilter(_("Easy language"), Fact.EASY_LANGUAGE, column="facts")
    childcare = SwitchFilter(_("With childcare"), Fact.CHILDCARE, column="facts")
    # Nothing to choose from: a month has a view of its own, where its numbers are right.
    month = MonthFilter(goes_along=True)
    day = DayFilter(is_further=True)

    def __init__(self, data: QueryDict, moment: datetime | None = None) -> None:
        self.moment = moment or timezone.now()
        super().__init__(data)
        if "when" not in self.filters:
            return
        when = cast(WhenFilter, self.filters["when"])
        when.moment = self.moment
        when.any_label = {"": _("At any time"), **dict(when.CHOICES)}[self.implied_when]

    def published(self) -> EventQuerySet:
        return Event.objects.published()

    def everything(self) -> QuerySet:
        return self.published()

    def counted(self, rows: QuerySet) -> QuerySet:
        if "when" not in self.filters:
            return rows
        return rows.annotate(when_bits=cast(WhenFilter, self.filters["when"]).column_of_bits)

    @property
    def implied_when(self) -> str:
        """What is meant where nobody says when: of a day or month that is over what was then,
        with words everything, else what is to come."""
        chosen = self.wanted.get("day") or self.wanted.get("month")
        if chosen:
            step = timedelta(days=1)
            end = chosen + step if "day" in self.wanted else next_month(chosen)
            return "past" if midnight(end) <= self.moment else "upcoming"
        return "" if "q" in self.wanted else "upcoming"

    @property
    def is_once_a_series(self) -> bool:
        """Whether each series stands there once: nobody has asked for a time yet."""
        return not {"when", "day", "month"} & set(self.wanted)

    @cached_property
    def conditions(self) -> dict[str, Q]:
        wanted = super().conditions
        if "when" in wanted:
            return wanted
        # Within what "when" asks, so that its other choices count all their dates.
        if not self.implied_when:
            once = {"when": once_of_series(self.moment)} if self.is_once_a_series else {}
            return {**once, **wanted}
        implied = self.filters["when"].condition(self.implied_when)
        if self.is_once_a_series:
            implied &= next_of_series(self.moment)
        return {"when": implied, **wanted}

    def in_order(self, rows: QuerySet) -> list[QuerySet]:
        if self.asked is not None:
            is_over = Case(When(ends_at__lt=self.moment, then=1), default=0)
            found = rows.having(self.asked).best_first(self.asked).annotate(is_past=is_over)
            # What fits equally well: the next one first, and of what was the latest.
            soon = Case(When(ends_at__gte=self.moment, then="starts_at")).asc(nulls_last=True)
            return [found.order_by("is_past", "-rank", soon, "-starts_at", "pk")]
        return [rows.order_by("-starts_at", "-pk") if self.is_past else rows.order_by(*IN_TIME)]

    @property
    def is_past(self) -> bool:
        return (self.wanted.get("when") or self.implied_when) == "past"

    @property
    def chips(self) -> list[ActiveFilter]:
        """As elsewhere; "upcoming" and "past" are tabs above them."""
        if self.wanted.get("when") in ("upcoming", "past"):
            return [each for each in super().chips if each.name != "when"]
        return super().chips

    @property
    def is_of_any_time(self) -> bool:
        return not (self.wanted.get("when") or self.implied_when)

    def near_misses(self) -> list[Event]:
        """As elsewhere, but not what was where somebody looks for what is to come."""
        others = {name: asked for name, asked in self.conditions.items() if name != "when"}
        if not others:
            return []
        rows = missing(self.queryset.filter(self.conditions.get("when", Q())), others)
        hits = Hits(lambda: self.in_order(rows), self.NEAR_MISSES, self._read_cards)
        return hits[: self.NEAR_MISSES]

    def less_strict(self) -> list[tuple[ActiveFilter, int]]:
        """As elsewhere; the list without words is of what is to come."""
        found = super().less_strict()
        if "q" not in self.wanted:
            return found
        data = self.data.copy()
        del data["q"]
        without = type(self)(data, self.moment).tally.total
        rest = [(active, number) for active, number in found if active.name != "q"]
        words = [(active, without) for active, _number in found if active.name == "q" and without]
        return words + rest

    def latest(self, number: int) -> list[Event]:
        """Those that were published or have changed last, of all that is found."""
        rows = self.rows.filter(*self.conditions.values()).order_by("-modified_at", "-pk")
        found = list(rows.values_list("pk", flat=True)[:number])
        by_key = {event.pk: event for event in self._read_cards(found)}
        return [by_key[key] for key in found if key in by_key]

    #: Up to so many stand on one page; below more of them nobody looks for what was.
    SHORT = 12

    @property
    def what_was(self) -> list[Event]:
        """The latest events that are over, below a short list that nobody has narrowed."""
        if self.active or self.tally.total > self.SHORT:
            return []
        rows = Event.objects.published().past(self.moment).values_list("pk", flat=True)[:3]
        by_key = {event.pk: event for event in self._read_cards(list(rows))}
        return [by_key[key] for key in rows]


IN_TIME = ("starts_at", "pk")
