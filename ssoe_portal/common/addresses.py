"""Addresses of pages that a list links to by the dozen."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

#: What stands in an address for the slug of an entry, as no address has it elsewhere.
_SLUG = "0-slug-0"


def page_of(name: str, slug: str) -> str:
    """Return what `reverse` says of a page that is named and takes nothing but a slug; it is asked
    once in a language. A slug has nothing in it that must be written otherwise in an address."""
    return _pattern(name, get_language(), get_script_prefix()).replace(_SLUG, slug)


@lru_cache
def _pattern(name: str, language: str | None, prefix: str) -> str:
    """The address in the active language, and below the active prefix, which are these."""
    return reverse(name, args=[_SLUG])
