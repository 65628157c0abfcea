"""Who changed what: django-pghistory keeps a row per change, written by database triggers."""

from collections.abc import Callable
from typing import Any

import pghistory
from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware as BaseHistoryMiddleware


class HistoryMiddleware(BaseHistoryMiddleware):
    """Note the person with each change, but not the address: it may hold a signed link."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().get_context(request)
        return {"user": context["user"]}


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable:
    """Class decorator: keep every state of a model's rows, for staff to read.

    Generated columns cannot be copied and have to be excluded, `search` first of all.
    """
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=exclude
    )
