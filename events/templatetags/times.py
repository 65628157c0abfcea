"""Dates and hours in templates: {% load times %}."""

import re
from datetime import date, datetime

from django import template

from events import times

register = template.Library()


#: Word joiners keep "14:00–17:00" on one line of a narrow page, and a space that does not break
#: the number of a day with its month.
_DASH = "\u2060–\u2060"
_DAY_OF_MONTH = re.compile(r"(?<=\d)(\.?) (?=[^\W\d])")


def _held(words: str) -> str:
    return _DAY_OF_MONTH.sub("\\1\u00a0", words.replace("–", _DASH))


@register.simple_tag
def when(start: datetime, end: datetime) -> str:
    """For pages; in mails and files use `when_plain`."""
    return _held(times.when(start, end))


@register.simple_tag
def when_plain(start: datetime, end: datetime) -> str:
    return times.when(start, end)


@register.simple_tag
def span(start: datetime, end: datetime) -> str:
    return _held(times.span(start, end))


@register.filter
def day(value: datetime | date) -> str:
    return _held(times.day(value))


@register.filter
def moment(value: datetime) -> str:
    return _held(times.moment(value))


register.filter("hour", times.hour)


@register.filter
def short_day(value: datetime) -> str:
    return _held(times.day(value, short=True))
