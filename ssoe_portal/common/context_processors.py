"""What every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import ResolverMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, override


def portal(request: HttpRequest) -> dict[str, Any]:
    """`language_links`: this page in every interface language; `public_url`: without slash."""
    return {
        "language_links": SimpleLazyObject(lambda: language_links(request)),
        "public_url": settings.PUBLIC_URL,
    }


def language_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return this page's address in each language. A page answering a POST links to its GET."""
    address, current = request.get_full_path(), get_language()
    _, mark, query = address.partition("?")
    match = request.resolver_match
    return [
        {
            "code": code,
            "name": name,
            "url": _path_in(code, match) + mark + query if match and code != current else address,
            "current": code == current,
        }
        for code, name in settings.LANGUAGES
    ]


def _path_in(language: str, match: ResolverMatch) -> str:
    """Return the path of what was found, as Django's `translate_url` does, which would look for it
    once more in each language."""
    with override(language):
        return reverse(match.view_name, args=match.args, kwargs=match.kwargs)
