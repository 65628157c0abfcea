"""Dates and hours in templates: {% load times %}."""

from datetime import datetime

from django import template

from events import times

register = template.Library()


#: Word joiners keep "14:00–17:00" on one line of a narrow page.
_DASH = "\u2060–\u2060"


@register.simple_tag
def when(start: datetime, end: datetime) -> str:
    """For pages; in mails and files use `when_plain`."""
    return times.when(start, end).replace("–", _DASH)


@register.simple_tag
def when_plain(start: datetime, end: datetime) -> str:
    return times.when(start, end)


@register.simple_tag
def span(start: datetime, end: datetime) -> str:
    return times.span(start, end).replace("–", _DASH)


register.filter("day", times.day)
register.filter("moment", times.moment)
register.filter("hour", times.hour)


@register.filter
def short_day(value: datetime) -> str:
    return times.day(value, short=True)
