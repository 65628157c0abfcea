"""Days, times and moments: read from ISO text, counted as numbers, written in a format.

As a number a day is the days since 1 January 1970, and a moment has the part of the day behind the
point that a clock in Berlin shows: so the days between two dates are whole, summer time or not.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from math import floor, isfinite, nan
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR

BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = date(1970, 1, 1)
_FIRST = EPOCH.toordinal()
_CLOCK = r"\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(_CLOCK, re.ASCII)
_MOMENT = re.compile(rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}", re.ASCII)

Moment = date | time  # a datetime is a date


def read_moment(text: str) -> Moment | None:
    """Read a day, a time or a moment from ISO text; None if it is none."""
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
        if _TIME.fullmatch(text):
            # An offset says nothing here: a time is what the clock showed.
            return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        pass
    return None


def in_berlin(moment: datetime) -> datetime:
    """The same moment by a clock in Berlin; one without a zone is that already."""
    if moment.tzinfo is not None:
        try:
            return moment.astimezone(BERLIN)
        except (OverflowError, ValueError):  # at the ends of time
            pass
    return moment.replace(tzinfo=BERLIN)


def part_of_day(clock: time | datetime) -> float:
    """From 0 at midnight to almost 1."""
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
    return seconds / 86400


def days(moment: Moment) -> float:
    """Days since 1970 began; of a time alone the part of the day."""
    if isinstance(moment, datetime):
        moment = in_berlin(moment)
        return moment.toordinal() - _FIRST + part_of_day(moment)
    if isinstance(moment, time):
        return part_of_day(moment)
    return float(moment.toordinal() - _FIRST)


def days_of_text(text: str) -> float:
    moment = read_moment(text)
    return nan if moment is None else days(moment)


def day_of(number: float) -> date | None:
    """The day with this number; what is behind the point is dropped."""
    if not isfinite(number):
        return None
    try:
        return date.fromordinal(_FIRST + int(number))
    except (OverflowError, ValueError):
        return None


def moment_of(number: float) -> datetime | None:
    """The moment with this number, to the millisecond."""
    if not isfinite(number):
        return None
    whole = floor(number)
    try:
        midnight = datetime.fromordinal(_FIRST + whole)
        return (midnight + timedelta(milliseconds=round((number - whole) * 86_400_000))).replace(
            tzinfo=BERLIN
        )
    except (OverflowError, ValueError):
        return None


def as_datetime(moment: Moment) -> datetime:
    """A day begins at midnight; a time alone is one of 1 January 1970."""
    if isinstance(moment, datetime):
        return in_berlin(moment)
    if isinstance(moment, time):
        return datetime.combine(EPOCH, moment, BERLIN)
    return datetime.combine(moment, time(), BERLIN)


def iso(moment: Moment) -> str:
    """As it is stored: 2026-11-22, 09:30, 2026-11-22T09:30:00+01:00."""
    if isinstance(moment, datetime):
        return in_berlin(moment).isoformat(timespec="seconds")
    if isinstance(moment, time):
        needed = "seconds" if moment.second or moment.microsecond else "minutes"
        return moment.replace(tzinfo=None).isoformat(timespec=needed)
    return moment.isoformat()


#: What format-date() and format-date-time() put for the letter after "%". Names are in the
#: reader's language.
PARTS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda moment: f"{moment.year:04}",
    "y": lambda moment: f"{moment.year:04}"[2:],
    "m": lambda moment: f"{moment.month:02}",
    "n": lambda moment: str(moment.month),
    "b": lambda moment: str(MONTHS_3[moment.month]).title(),
    "d": lambda moment: f"{moment.day:02}",
    "e": lambda moment: str(moment.day),
    "a": lambda moment: str(WEEKDAYS_ABBR[moment.weekday()]),
    "H": lambda moment: f"{moment.hour:02}",
    "h": lambda moment: str(moment.hour),
    "M": lambda moment: f"{moment.minute:02}",
    "S": lambda moment: f"{moment.second:02}",
    "3": lambda moment: f"{moment.microsecond // 1000:03}",
    "%": lambda moment: "%",
}
_PART = re.compile(r"%(.?)", re.DOTALL)


def wrong_part(pattern: str) -> tuple[str, int] | None:
    """Return the first letter of a format that stands for nothing, and where its "%" is."""
    for found in _PART.finditer(pattern):
        if found[1] not in PARTS:
            return found[0], found.start()
    return None


def formatted(moment: Moment, pattern: str) -> str:
    at = as_datetime(moment)
    return _PART.sub(lambda found: PARTS[found[1]](at) if found[1] in PARTS else found[0], pattern)
