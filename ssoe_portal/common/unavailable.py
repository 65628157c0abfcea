"""A clear page when the database cannot be reached, instead of a bare error."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

logger = logging.getLogger(__name__)


class UnavailableDatabaseMiddleware:
    """Answer 503 with a page that keeps what was typed within reach: going back shows the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return self.unavailable(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            return self.unavailable(request)
        return None

    def unavailable(self, request: HttpRequest) -> HttpResponse:
        logger.exception("database unreachable")
        language = translation.get_language_from_path(request.path_info) or "de"
        with translation.override(language):
            # Without the request: context processors would ask the database again.
            content = render_to_string("503.html", {"LANGUAGE_CODE": language})
        return HttpResponse(content, status=503, headers={"Retry-After": "30"})
