"""Dates and hours in templates: {% load times %}."""

from datetime import datetime

from django import template

from events import times

register = template.Library()


@register.simple_tag
def when(start: datetime, end: datetime) -> str:
    return times.when(start, end)


@register.simple_tag
def span(start: datetime, end: datetime) -> str:
    return times.span(start, end)


register.filter("day", times.day)
register.filter("moment", times.moment)
register.filter("hour", times.hour)


@register.filter
def short_day(value: datetime) -> str:
    return times.day(value, short=True)
