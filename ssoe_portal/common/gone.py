"""A clear page where something was removed while a form about it was on its way.

A view looks first whether a thing is there; what writes holds it later, in a transaction. In
between an entry may go: a list that made it is taken back, somebody deletes it. Nothing is
half-saved then.
"""

import logging
import re
import traceback
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist, ObjectNotUpdated
from django.db import IntegrityError
from django.db.models import Model, QuerySet
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
    """Whether an error says that a row is no longer there that was there when the request began: it
    was to be held, read again or saved, or a new row refers to it, which the database notices when
    a transaction ends. Any other row that is not found is a mistake of ours."""
    if isinstance(error, IntegrityError):
        return _refers_to_nothing(error.__cause__)
    if isinstance(error, ObjectNotUpdated):
        return True
    return isinstance(error, ObjectDoesNotExist) and _was_there(error)


def _was_there(error: ObjectDoesNotExist) -> bool:
    """Whether a row was missed that is only asked for by who has seen it: to hold it until the
    transaction ends, or to read it again."""
    frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
    if any(frame.f_code is Model.refresh_from_db.__code__ for frame in frames):
        return True
    asked = frames[-1].f_locals.get("self") if frames else None
    return isinstance(asked, QuerySet) and bool(asked.query.select_for_update)


def _refers_to_nothing(error: BaseException | None) -> bool:
    """Whether a row names another one that is not there. Deleting a row that others name breaks the
    same rule; then the database's words, in whatever language, name the table of those others."""
    if not isinstance(error, ForeignKeyViolation):
        return False
    said, others = error.diag.message_detail or "", error.diag.table_name or ""
    return bool(said) and not re.search(rf"\b{re.escape(others)}\b", said)
