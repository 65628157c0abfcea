"""Hours in templates: {% load hours %}."""

from django import template

from ssoe_portal.common import hours_words

register = template.Library()

#: Word joiners keep "16–18 Uhr" on one line of a narrow page, as they do "24. November".
_DASH = "\u2060–\u2060"


def _unbroken(words: str) -> str:
    return words.replace("–", _DASH).replace(" Uhr", "\u00a0Uhr").replace(". ", ".\u00a0")


@register.filter
def hours_line(line: str) -> str:
    """A line of `Hours.lines`, for pages; mails and files take the words as they are."""
    return _unbroken(line)


@register.filter
def occurrence(value: hours_words.Occurrence) -> str:
    return _unbroken(hours_words.occurrence_line(value))


@register.filter
def deviation(value: hours_words.Deviation) -> str:
    return _unbroken(hours_words.deviation_line(value))
