"""What every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language


def portal(request: HttpRequest) -> dict[str, Any]:
    """`language_links`: this page in every interface language; `public_url`: without slash."""
    return {
        "language_links": SimpleLazyObject(lambda: language_links(request)),
        "public_url": settings.PUBLIC_URL,
    }


def language_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return this page's address in each language. A page answering a POST links to its GET."""
    path, current = request.get_full_path(), get_language()
    return [
        {
            "code": code,
            "name": name,
            "url": path if code == current else translate_url(path, code),
            "current": code == current,
        }
        for code, name in settings.LANGUAGES
    ]
