"""What every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, ResolverMatch, reverse
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
    path, mark, query = address.partition("?")
    match = request.resolver_match
    return [
        {
            "code": code,
            "name": name,
            "url": address if code == current else _path_in(code, match, path) + mark + query,
            "current": code == current,
        }
        for code, name in settings.LANGUAGES
    ]


def _path_in(language: str, match: ResolverMatch | None, path: str) -> str:
    """Return the path of what was found, as Django's `translate_url` does, which would look for it
    once more in each language; `path` itself where nothing was, or nothing that has a name."""
    if match is None:
        return path
    try:
        with override(language):
            return reverse(match.view_name, args=match.args, kwargs=match.kwargs)
    except NoReverseMatch:
        return path
