"""When something is open or takes place: weekly times, exceptions, public holidays.

Times are what a clock in Berlin shows, so they stay right when the clocks change. A time ends on
the day it begins; midnight as its end is the end of that day. What goes on over midnight is two
times. Nothing here asks what time it is: moments and days are passed in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models, transaction
from django.db.models import Case, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.public_holidays import public_holiday
from ssoe_portal.common.ready_queries import Among

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = time(0)
DAY = timedelta(days=1)
#: How far ahead a next date is looked for: more than a year, so that what happens once in a long
#: while is still found, and an ended series costs little.
HORIZON = timedelta(days=400)


class Weekday(models.IntegerChoices):
    """As Python counts them, from 0."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Rhythm(models.TextChoices):
    WEEKLY = "weekly", _("every week")
    FORTNIGHTLY = "fortnightly", _("every second week")
    FIRST = "first", _("the first one in a month")
    SECOND = "second", _("the second one in a month")
    THIRD = "third", _("the third one in a month")
    FOURTH = "fourth", _("the fourth one in a month")
    LAST = "last", _("the last one in a month")


#: The number of a weekday in its month, as calendar files (RFC 5545, BYDAY) count it, too.
IN_MONTH = {
    Rhythm.FIRST: 1,
    Rhythm.SECOND: 2,
    Rhythm.THIRD: 3,
    Rhythm.FOURTH: 4,
    Rhythm.LAST: -1,
}


def monthly_rhythms(day: date) -> list[str]:
    """Return the monthly rhythms that fall on a day: of its weekday the second one, or the fourth
    and the last."""
    is_last = (day + timedelta(days=7)).month != day.month
    number = (day.day - 1) // 7 + 1
    return [rhythm for rhythm, n in IN_MONTH.items() if n == number or (n == -1 and is_last)]


def at(day: date, clock: time, *, is_end: bool = False) -> datetime:
    """Return the moment a clock in Berlin shows this, in UTC, which compares and subtracts right.

    An end at midnight is the end of the day. An hour that comes twice (in October) begins with the
    first and ends with the second one; one that is left out (in March) is the moment of the change,
    01:00 UTC (Directive 2000/84/EC).
    """
    if is_end and clock == MIDNIGHT:
        day += DAY
    shown = datetime.combine(day, clock.replace(fold=int(is_end)), BERLIN)
    moment = shown.astimezone(UTC)
    exists = moment.astimezone(BERLIN).replace(tzinfo=None) == shown.replace(tzinfo=None)
    return moment if exists else moment.replace(hour=1, minute=0, second=0)


def _ends_after(clock: time) -> Q:
    return Q(closes__gt=clock) | Q(closes=MIDNIGHT)


class WeeklyTimeQuerySet(models.QuerySet):
    def on(self, day: date) -> Self:
        """The times that fall on a day by their weekday, rhythm and period, exceptions apart."""
        weeks_since = Func(
            Value(day), F("valid_from"), template="MOD((%(expressions)s) / 7, 2)", arg_joiner=" - "
        )
        return self.alias(
            weeks_since=Case(
                When(rhythm=Rhythm.FORTNIGHTLY, then=weeks_since),
                default=Value(0),
                output_field=models.IntegerField(),
            )
        ).filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            Q(rhythm__in=[Rhythm.WEEKLY, *monthly_rhythms(day)])
            | Q(rhythm=Rhythm.FORTNIGHTLY, weeks_since=0),
            weekday=day.weekday(),
        )

    def not_over(self, clock: time) -> Self:
        """The times that have not ended when clocks in Berlin show this, begun or not."""
        return self.filter(_ends_after(clock))


class Row(models.Model):
    """A row of something that keeps hours. `COLUMNS` say what it is about, apart from whose."""

    COLUMNS: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    @classmethod
    def fetched(cls, row: dict[str, Any]) -> Self:
        """Return a row from what came along with its owner (`HoursQuerySet.with_hours`)."""
        return cls(**{name: cls._meta.get_field(name).to_python(row[name]) for name in cls.COLUMNS})

    def said(self) -> list[str]:
        """What it says, to be compared and sorted."""
        return [str(getattr(self, name)) for name in self.COLUMNS]


class WeeklyTime(Row):
    """One time in a week. A concrete row adds whose it is, with `related_name="times"`."""

    COLUMNS = ("weekday", "opens", "closes", "rhythm", "valid_from", "valid_until")
    Weekday = Weekday
    Rhythm = Rhythm

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("begins"))
    closes = models.TimeField(_("ends"), help_text=_("0:00 is midnight, the end of the day."))
    rhythm = models.CharField(_("how often"), max_length=12, choices=Rhythm, default=Rhythm.WEEKLY)
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)

    objects = WeeklyTimeQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["weekday", "opens", "closes", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6), name="%(app_label)s_%(class)s_weekday"
            ),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes=MIDNIGHT),
                name="%(app_label)s_%(class)s_ends_later",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_from__lte=F("valid_until")),
                name="%(app_label)s_%(class)s_period",
                violation_error_message=_("The last day is before the first one."),
            ),
            models.CheckConstraint(
                condition=~Q(rhythm="fortnightly") | Q(valid_from__isnull=False),
                name="%(app_label)s_%(class)s_fortnightly_from",
                violation_error_message=_("Every second week needs a first day to count from."),
            ),
        ]

    def __str__(self) -> str:
        from ssoe_portal.common.hours_words import time_lines

        return "; ".join(time_lines([self]))

    def runs_on(self, day: date) -> bool:
        """Whether it falls on a day by weekday, rhythm and period, exceptions apart."""
        if day.weekday() != self.weekday:
            return False
        if self.valid_from and day < self.valid_from:
            return False
        if self.valid_until and day > self.valid_until:
            return False
        if self.rhythm == Rhythm.WEEKLY:
            return True
        if self.rhythm == Rhythm.FORTNIGHTLY:
            assert self.valid_from is not None  # held by a constraint
            return (day - self.valid_from).days // 7 % 2 == 0
        return self.rhythm in monthly_rhythms(day)


class TimeException(Row):
    """Days on which it is different: closed, or other times.

    Other times on a single day hold for that day, whatever weekday it is. Over several days they
    hold for those on which something would be anyway. A concrete row adds whose it is, with
    `related_name="exceptions"`, and `no_overlap(…)` to its constraints.
    """

    COLUMNS = ("first_day", "last_day", "opens", "closes", "note")

    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    opens = models.TimeField(_("begins"), null=True, blank=True)
    closes = models.TimeField(_("ends"), null=True, blank=True)
    note = models.CharField(
        _("note"), max_length=120, blank=True, help_text=_("In German, for example: Summer break.")
    )

    class Meta:
        abstract = True
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="%(app_label)s_%(class)s_days",
                violation_error_message=_("The last day is before the first one."),
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(Q(closes__gt=F("opens")) | Q(closes=MIDNIGHT), opens__isnull=False)
                & Q(closes__isnull=False),
                name="%(app_label)s_%(class)s_times",
                violation_error_message=_("Please give both times, or none if it is closed."),
            ),
        ]

    def __str__(self) -> str:
        from ssoe_portal.common.hours_words import exception_line

        return exception_line(self)

    @property
    def is_closed(self) -> bool:
        return self.opens is None

    @property
    def is_one_day(self) -> bool:
        return self.first_day == self.last_day

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def no_overlap(owner: str, *, name: str) -> ExclusionConstraint:
    """Of one owner no two exceptions hold for the same day: readers could not tell which."""
    days = Func(F("first_day"), F("last_day"), Value("[]"), function="DATERANGE")
    return ExclusionConstraint(
        name=name,
        expressions=[(owner, "="), (days, "&&")],
        violation_error_message=_("Two exceptions are for the same day."),
    )


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that takes place: aware moments in UTC. `exception` is what changed it."""

    start: datetime
    end: datetime
    exception: TimeException | None = None

    @property
    def day(self) -> date:
        return self.start.astimezone(BERLIN).date()

    @property
    def note(self) -> str:
        return self.exception.note if self.exception else ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """What readers should know of the next weeks: an exception, or a public holiday's name."""

    first_day: date
    exception: TimeException | None = None
    holiday: str = ""


@dataclass(frozen=True)
class Hours:
    """The times of something together with what changes them; pure, from rows that are read."""

    times: Sequence[WeeklyTime]
    exceptions: Sequence[TimeException] = ()
    closed_on_holidays: bool = True

    def __bool__(self) -> bool:
        return bool(self.times or self.exceptions)

    def exception_on(self, day: date) -> TimeException | None:
        return next((row for row in self.exceptions if row.covers(day)), None)

    def usual_on(self, day: date) -> list[tuple[time, time]]:
        """From when to when on a day if nothing came between."""
        return sorted({(row.opens, row.closes) for row in self.times if row.runs_on(day)})

    def on(self, day: date) -> list[Occurrence]:
        """What takes place on a day: an exception wins over a holiday, both over what is usual."""
        spans = self.usual_on(day)
        exception = self.exception_on(day)
        if exception is not None:
            if exception.opens is None or not (spans or exception.is_one_day):
                return []
            assert exception.closes is not None  # held by a constraint
            spans = [(exception.opens, exception.closes)]
        elif spans and self.closed_on_holidays and public_holiday(day):
            return []
        found = [
            Occurrence(at(day, opens), at(day, closes, is_end=True), exception)
            for opens, closes in spans
        ]
        # A time that lies within the hour that is left out in March does not exist.
        return [occurrence for occurrence in found if occurrence.start < occurrence.end]

    def after(self, moment: datetime, *, within: timedelta = HORIZON) -> Iterator[Occurrence]:
        """Everything that has not ended at a moment, in order; what runs at that moment first."""
        first = moment.astimezone(BERLIN).date()
        for number in range(within.days + 1):
            for occurrence in self.on(first + number * DAY):
                if occurrence.end > moment:
                    yield occurrence

    def upcoming(self, moment: datetime, limit: int = 3) -> list[Occurrence]:
        return list(islice(self.after(moment), limit))

    def next_days(self, moment: datetime, limit: int) -> list[list[Occurrence]]:
        """What has not ended at a moment, day by day: the next days on which there is something."""
        days = groupby(self.after(moment), key=lambda occurrence: occurrence.day)
        return [list(occurrences) for _day, occurrences in islice(days, limit)]

    def is_open_at(self, moment: datetime) -> bool:
        day = moment.astimezone(BERLIN).date()
        return any(row.start <= moment < row.end for row in self.on(day))

    def deviations(self, today: date, *, within: timedelta = timedelta(days=60)) -> list[Deviation]:
        """Exceptions that are not over, and the public holidays of the next weeks on which
        something would be, in order."""
        found = [
            Deviation(row.first_day, exception=row)
            for row in self.exceptions
            if row.last_day >= today
        ]
        if self.closed_on_holidays:
            for number in range(within.days + 1):
                day = today + number * DAY
                name = public_holiday(day)
                if name and self.usual_on(day) and self.exception_on(day) is None:
                    found.append(Deviation(day, holiday=name))
        return sorted(found, key=lambda deviation: deviation.first_day)

    @property
    def lines(self) -> list[str]:
        """The usual times as people write them, in the reader's language: "Di 16–18 Uhr"."""
        from ssoe_portal.common.hours_words import time_lines

        return time_lines(self.times, today=timezone.localdate(timezone=BERLIN))

    @property
    def next(self) -> list[Occurrence]:
        """The next three dates from now."""
        return self.upcoming(timezone.now())

    @property
    def changes(self) -> list[Deviation]:
        """What is different in the next weeks."""
        return self.deviations(timezone.localdate(timezone=BERLIN))


class HoursQuerySet(models.QuerySet):
    """For what keeps hours."""

    def with_hours(self) -> Self:
        """Fetch times and exceptions along, in the same query."""
        return self.with_times().annotate(fetched_exceptions=self._rows("exceptions"))

    def with_times(self) -> Self:
        """Fetch the weekly times along, in the same query: what a card shows."""
        return self.annotate(fetched_times=self._rows("times"))

    def _rows(self, name: str) -> ArraySubquery:
        relation = self.model._meta.get_field(name)
        model, owner = relation.related_model, relation.remote_field.name
        columns = JSONObject(**{column: column for column in model.COLUMNS})
        rows = model._default_manager.filter(**{owner: OuterRef("pk")})
        return ArraySubquery(rows.order_by(*model._meta.ordering).values_list(columns, flat=True))


@dataclass(frozen=True)
class RestOfDay:
    """What is open at a moment, and what is open then or later that day: conditions on rows."""

    is_open: Among
    is_open_or_later: Among


def rest_of_day(model: type[models.Model], moment: datetime) -> RestOfDay:
    """Return what is open at a moment, as `Hours.is_open_at` says it, or later that day: one query,
    over what takes place that day only. Times are whole minutes."""
    with connection.cursor() as cursor:
        cursor.execute(*_today(model, moment.replace(second=0, microsecond=0)))
        is_open, or_later = cursor.fetchone()
    return RestOfDay(Among(is_open), Among(or_later))


@lru_cache(maxsize=4)
def _today(model: type[models.Model], moment: datetime) -> tuple[str, tuple]:
    """Return the query of `rest_of_day` with what goes into it: the same for everybody who asks
    within a minute."""
    has_begun = Q(opens__lte=_berlin(moment).time())
    is_open = models.ExpressionWrapper(has_begun, models.BooleanField())
    (usual, usual_params), (changed, changed_params) = (
        rows.order_by().values_list(_owner(model), is_open).query.sql_with_params()
        for rows in _not_over(model, moment)
    )
    sql = f"""
        WITH usual AS MATERIALIZED ({usual}), changed AS MATERIALIZED ({changed})
        SELECT coalesce(array_agg(key) FILTER (WHERE is_open), '{{}}')::text,
            coalesce(array_agg(key), '{{}}')::text
        FROM (TABLE usual UNION ALL TABLE changed) AS today (key, is_open)"""  # noqa: S608 (no word typed is here)
    return sql, (*usual_params, *changed_params)


def _not_over(
    model: type[models.Model], moment: datetime
) -> tuple[models.QuerySet, models.QuerySet]:
    """Return the weekly times and the exceptions that take place on a moment's day and end after
    it. Nothing has rows of both."""
    day, clock = _berlin(moment).date(), _berlin(moment).time()
    owner = _owner(model)
    times, exceptions = (
        model._meta.get_field(name).related_model._default_manager
        for name in ("times", "exceptions")
    )
    today = exceptions.filter(first_day__lte=day, last_day__gte=day)
    usual = times.on(day).not_over(clock).exclude(**{f"{owner}__in": today.values(owner)})
    if public_holiday(day):
        usual = usual.filter(**{f"{owner}__closed_on_holidays": False})
    changed = today.filter(_ends_after(clock)).filter(
        Q(last_day=F("first_day")) | Q(**{f"{owner}__in": times.on(day).values(owner)})
    )
    return usual, changed


def _owner(model: type[models.Model]) -> str:
    """Return how the times of something name what they belong to."""
    return model._meta.get_field("times").remote_field.name


def _berlin(moment: datetime) -> datetime:
    return moment.astimezone(BERLIN)


class KeepsHours(models.Model):
    """Something with weekly times and exceptions, in rows `times` and `exceptions`."""

    closed_on_holidays = models.BooleanField(_("closed on Berlin’s public holidays"), default=True)
    #: Written by `set_hours` alone: so the history, the preview for staff and whoever reads the
    #: table see in words what the rows say.
    times_summary = models.TextField(_("times"), blank=True, default="", editable=False)

    class Meta:
        abstract = True

    @cached_property
    def hours(self) -> Hours:
        """The times with what changes them; from rows fetched along (`with_hours`), else read."""
        return Hours(self._in_order("times"), self._in_order("exceptions"), self.closed_on_holidays)

    def _in_order(self, name: str) -> list[Any]:
        fetched = getattr(self, f"fetched_{name}", None)
        if fetched is not None:
            model = self._meta.get_field(name).related_model
            return [model.fetched(row) for row in fetched]
        return list(getattr(self, name).all()) if self.pk else []

    @transaction.atomic
    def set_hours(
        self, times: Iterable[WeeklyTime], exceptions: Iterable[TimeException] = ()
    ) -> None:
        """Replace all times and exceptions by unsaved ones.

        Whoever sends them has seen all of them, so of two people who do it at once the later one's
        stay, whole: its row is held meanwhile.
        """
        type(self)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=self.pk)
        for name, rows in (("times", times), ("exceptions", exceptions)):
            relation = self._meta.get_field(name)
            model, owner = relation.related_model, relation.remote_field.name
            model._default_manager.filter(**{owner: self}).delete()
            fresh = list(rows)
            for row in fresh:
                row.pk = None
                setattr(row, owner, self)
            model._default_manager.bulk_create(fresh)
        self.forget_hours()
        self.summarise_hours()

    def keeps_same_hours(
        self, times: Iterable[WeeklyTime], exceptions: Iterable[TimeException]
    ) -> bool:
        """Whether these are the very times and exceptions, whosever they are."""
        pairs = ((self.hours.times, times), (self.hours.exceptions, exceptions))
        return all(
            sorted(row.said() for row in own) == sorted(row.said() for row in others)
            for own, others in pairs
        )

    def forget_hours(self) -> None:
        """Read the rows anew when they are asked for next."""
        self.__dict__.pop("hours", None)
        for name in ("times", "exceptions"):
            self.__dict__.pop(f"fetched_{name}", None)

    def summarise_hours(self) -> None:
        """Write what the rows say into `times_summary`, in German."""
        from ssoe_portal.common.hours_words import exception_line, time_lines

        with translation.override("de"):
            lines = time_lines(self.hours.times)
            lines += [exception_line(row) for row in self.hours.exceptions]
        summary = "; ".join(lines)
        if summary != self.times_summary:
            self.times_summary = summary
            self.save(update_fields=["times_summary"])
