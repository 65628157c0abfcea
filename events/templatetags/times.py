"""Dates and hours in templates: {% load times %}."""

from datetime import date, datetime

from django import template

from events import times

register = template.Library()


@register.simple_tag
def when(start: datetime, end: datetime) -> str:
    """For pages; in mails and files use `when_plain`."""
    return times.held(times.when(start, end))


@register.simple_tag
def when_plain(start: datetime, end: datetime) -> str:
    return times.when(start, end)


@register.simple_tag
def span(start: datetime, end: datetime) -> str:
    return times.held(times.span(start, end))


@register.filter
def day(value: datetime | date) -> str:
    return times.held(times.day(value))


@register.filter
def moment(value: datetime) -> str:
    return times.held(times.moment(value))


register.filter("hour", times.hour)


@register.filter
def short_day(value: datetime) -> str:
    return times.held(times.day(value, short=True))
