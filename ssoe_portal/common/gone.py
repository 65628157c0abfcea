"""A clear page where something was removed while a form about it was on its way.

A view looks first whether a thing is there; what writes holds it later, in a transaction. In
between an entry may go: a list that made it is taken back, somebody deletes it. Nothing is
half-saved then.
"""

import logging
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist, ObjectNotUpdated
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg.errors import ForeignKeyViolation

logger = logging.getLogger(__name__)


class GoneMiddleware:
    """Answer 409 where a POST finds that what it is about has gone since it began."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.method != "POST" or not has_gone(error):
            return None
        logger.warning("gone meanwhile", exc_info=error)
        return render(request, "common/gone.html", status=409)


def has_gone(error: Exception) -> bool:
    """Whether an error says that a row is not there (any more), or that the row it refers to is
    not: the database notices the latter when a transaction ends."""
    if isinstance(error, IntegrityError):
        return isinstance(error.__cause__, ForeignKeyViolation)
    return isinstance(error, ObjectDoesNotExist | ObjectNotUpdated)
