"""Hours in words, in the reader's language: "Di 16–18 Uhr", "Tue 16:00–18:00"."""

from collections.abc import Iterable, Sequence
from datetime import date, time

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, pgettext

from ssoe_portal.common.hours import (
    BERLIN,
    MIDNIGHT,
    Deviation,
    Occurrence,
    Rhythm,
    TimeException,
    WeeklyTime,
)


def span(opens: time, closes: time) -> str:
    """Return from when to when: "16–18 Uhr", "9:30–11 Uhr", "16:00–18:00"."""
    if opens == closes == MIDNIGHT:
        return gettext("around the clock")
    short = (get_language() or "de").startswith("de")
    return gettext("%(opens)s–%(closes)s") % {
        "opens": _clock(opens, short=short),
        "closes": _clock(closes, short=short, is_end=True),
    }


def _clock(clock: time, *, short: bool, is_end: bool = False) -> str:
    hour = 24 if is_end and clock == MIDNIGHT else clock.hour
    if short:
        return f"{hour}:{clock.minute:02}" if clock.minute else str(hour)
    return f"{hour:02}:{clock.minute:02}"


def days_in_words(weekdays: Iterable[int]) -> str:
    """Return weekdays in short: "Mo–Do", "Mo, Mi"."""
    runs: list[list[int]] = []
    for weekday in sorted(set(weekdays)):
        if runs and runs[-1][-1] == weekday - 1:
            runs[-1].append(weekday)
        else:
            runs.append([weekday])
    words = []
    for run in runs:
        names = [str(WEEKDAYS_ABBR[weekday]) for weekday in run]
        words += [f"{names[0]}–{names[-1]}"] if len(run) > 2 else names
    return ", ".join(words)


def time_lines(times: Iterable[WeeklyTime], *, today: date | None = None) -> list[str]:
    """Return one line for what is at the same hours, in the order of the week. With `today`, what
    is over is left out, and a period that has begun says only when it ends."""
    groups: dict[tuple, list[int]] = {}
    for row in sorted(times, key=lambda row: (row.weekday, row.opens, row.closes)):
        if today and row.valid_until and row.valid_until < today:
            continue
        has_begun = today and row.valid_from and row.valid_from <= today
        rhythm = Rhythm(row.rhythm)
        # Every second Tuesday and every second Friday need not be in the same week.
        apart = row.weekday if rhythm != Rhythm.WEEKLY else None
        key = (
            row.opens,
            row.closes,
            rhythm,
            None if has_begun else row.valid_from,
            row.valid_until,
            apart,
        )
        groups.setdefault(key, []).append(row.weekday)
    return [_line(weekdays, *key[:5]) for key, weekdays in groups.items()]


def _line(
    weekdays: list[int],
    opens: time,
    closes: time,
    rhythm: Rhythm,
    first: date | None,
    last: date | None,
) -> str:
    hours = span(opens, closes)
    if rhythm in {Rhythm.WEEKLY, Rhythm.FORTNIGHTLY}:
        line = gettext("%(days)s %(hours)s") % {"days": days_in_words(weekdays), "hours": hours}
        if rhythm == Rhythm.FORTNIGHTLY:
            line = gettext("%(line)s, every second week") % {"line": line}
    else:
        line = _monthly(rhythm) % {"day": WEEKDAYS[weekdays[0]], "hours": hours}
    return _within(line, first, last)


def _monthly(rhythm: Rhythm) -> str:
    return {
        Rhythm.FIRST: gettext("first %(day)s of the month, %(hours)s"),
        Rhythm.SECOND: gettext("second %(day)s of the month, %(hours)s"),
        Rhythm.THIRD: gettext("third %(day)s of the month, %(hours)s"),
        Rhythm.FOURTH: gettext("fourth %(day)s of the month, %(hours)s"),
        Rhythm.LAST: gettext("last %(day)s of the month, %(hours)s"),
    }[rhythm]


def _within(line: str, first: date | None, last: date | None) -> str:
    words = {
        "line": line,
        "first": date_format(first) if first else "",
        "last": date_format(last) if last else "",
    }
    if first and last:
        return gettext("%(line)s (%(first)s to %(last)s)") % words
    if first:
        return gettext("%(line)s (from %(first)s)") % words
    if last:
        return gettext("%(line)s (until %(last)s)") % words
    return line


def day_in_words(day: date, *, today: date | None = None) -> str:
    """Return a day with its weekday, and its year where that is not this one."""
    today = today or timezone.localdate(timezone=BERLIN)
    # Translators: Django's date format characters, https://docs.djangoproject.com/ref/templates/builtins/#date
    if day.year == today.year:
        return format_date(day, pgettext("day of hours", "l, j F"))
    return format_date(day, pgettext("day of hours", "l, j F Y"))


def short_day(day: date) -> str:
    """The same with the weekday in short, for where there is little room."""
    weekday = WEEKDAYS[day.weekday()]
    return day_in_words(day).replace(str(weekday), str(WEEKDAYS_ABBR[day.weekday()]), 1)


def occurrence_line(occurrence: Occurrence) -> str:
    """Return one date: "Dienstag, 24. November, 16–18 Uhr"."""
    return gettext("%(day)s, %(hours)s") % {
        "day": day_in_words(occurrence.day),
        "hours": _span_of(occurrence),
    }


def _span_of(occurrence: Occurrence) -> str:
    start, end = (moment.astimezone(BERLIN) for moment in (occurrence.start, occurrence.end))
    return span(start.time(), end.time())


def day_line(occurrences: Sequence[Occurrence]) -> str:
    """Return what is on one day, in short: "Di, 24. November, 10–12 Uhr, 16–18 Uhr"."""
    return ", ".join([short_day(occurrences[0].day), *map(_span_of, occurrences)])


def exception_line(exception: TimeException) -> str:
    """Return what is different and when, without the note, which is German."""
    return gettext("%(days)s: %(what)s") % {
        "days": _days(exception.first_day, exception.last_day),
        "what": span(exception.opens, exception.closes)
        if exception.opens is not None and exception.closes is not None
        else gettext("closed"),
    }


def _days(first: date, last: date) -> str:
    if first == last:
        return day_in_words(first)
    return gettext("%(first)s to %(last)s") % {
        "first": date_format(first),
        "last": date_format(last),
    }


def deviation_line(deviation: Deviation) -> str:
    """Return what is different: an exception, or "Freitag, 25. Dezember: geschlossen (Erster
    Weihnachtstag)"."""
    if deviation.exception is not None:
        return exception_line(deviation.exception)
    return gettext("%(day)s: closed (%(holiday)s)") % {
        "day": day_in_words(deviation.first_day),
        "holiday": deviation.holiday,
    }
