"""How the portal writes dates and hours: in the reader's language, in Berlin's time."""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext, pgettext

#: Word joiners keep "14:00–17:00" on one line of a narrow page, and a space that does not break
#: the number of a day with its month.
_DASH = "\u2060–\u2060"
_DAY_OF_MONTH = re.compile(r"(?<=\d)(\.?) (?=[^\W\d])")


def held(words: str) -> str:
    """Words as pages print them: a day and its month, and hours, stay on one line."""
    return _DAY_OF_MONTH.sub("\\1\u00a0", words.replace("–", _DASH))


def day(moment: datetime | date, *, short: bool = False, with_year: bool = False) -> str:
    """Return the day with its weekday: "Samstag, 24. April 2027", short "Sa, 24. April" (2027)."""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment)
        moment = moment.date()
    # Translators: Django's date format characters, https://docs.djangoproject.com/ref/templates/builtins/#date
    if not short:
        pattern = pgettext("day", "l, j F Y")
    elif with_year:
        pattern = pgettext("short day", "D, j F Y")
    else:
        pattern = pgettext("short day", "D, j F")
    return _written(moment, pattern, get_language())


@lru_cache(maxsize=2000)
def _written(day: date, pattern: str, language: str) -> str:
    """A programme names the same few days again and again; `language` is the active one."""
    return format_date(day, pattern)


def hour(moment: datetime) -> str:
    """Return the time of day: "09:30", and "10" for ten sharp would be ambiguous: "10:00"."""
    return f"{timezone.localtime(moment):%H:%M}"


def span(start: datetime, end: datetime) -> str:
    """Return the hours between two moments of one day: "10:00–18:00 Uhr"."""
    return gettext("%(start)s–%(end)s") % {"start": hour(start), "end": hour(end)}


def is_all_day(start: datetime, end: datetime) -> bool:
    """Whether it goes from midnight to midnight: the hours are not known, or do not matter."""
    midnight = time(0, 0)
    return timezone.localtime(start).time() == timezone.localtime(end).time() == midnight


def when(start: datetime, end: datetime) -> str:
    """Return from when to when, on one day or over several."""
    start, end = timezone.localtime(start), timezone.localtime(end)
    first, last = start.date(), end.date()
    if is_all_day(start, end):
        last -= timedelta(days=1)
        if first == last:
            return day(first)
        return gettext("%(day)s to %(last_day)s") % {
            "day": day(first, short=True, with_year=first.year != last.year),
            "last_day": day(last, short=True, with_year=True),
        }
    if first == last:
        return f"{day(first)}, {span(start, end)}"
    return gettext("%(day)s, %(time)s, to %(last_day)s, %(last_time)s") % {
        "day": day(first, short=True, with_year=first.year != last.year),
        "time": hour(start),
        "last_day": day(last, short=True, with_year=True),
        "last_time": hour(end),
    }


def moment(value: datetime) -> str:
    """Return a day and a time of day: a deadline."""
    return gettext("%(day)s, %(time)s") % {"day": day(value), "time": hour(value)}


def short_moment(value: datetime) -> str:
    """Return the same on a line that has little room: "Sa, 24. April 14:00"."""
    return f"{day(value, short=True)} {hour(value)}"
