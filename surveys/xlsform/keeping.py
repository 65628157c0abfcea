"""A form's file between the page that shows what it would become and the button that stores it.

It lies in the cache for an hour, under a name that nobody can guess, for the one who uploaded it.
What is stored is read once more from the file: nothing that a page has shown is believed.
"""

import secrets
from dataclasses import dataclass

from django.core.cache import cache

SECONDS = 3600


@dataclass(frozen=True)
class KeptFile:
    name: str
    content: bytes


def keep(content: bytes, name: str, user_id: int) -> str:
    """Keep a file; return its key."""
    key = secrets.token_urlsafe(16)
    cache.set(_name(key, user_id), KeptFile(name[-120:], content), SECONDS)
    return key


def kept(key: str, user_id: int) -> KeptFile | None:
    return cache.get(_name(key, user_id))


def forget(key: str, user_id: int) -> None:
    cache.delete(_name(key, user_id))


def _name(key: str, user_id: int) -> str:
    return f"xlsform:{user_id}:{key}"
