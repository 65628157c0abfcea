"""Structured logs without personal data: a line of JSON a request, with its route, not its path."""

import json
import logging
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("ssoe_portal.request")


#: Loggers whose messages quote the request's path or its host.
QUOTING = ("django.request", "django.security", "django.server")


class JSONFormatter(logging.Formatter):
    """One JSON object a line; fields given as `extra={"data": {…}}` are merged in.

    What a request or an exception brings along stays out: paths hold signed links, and messages
    of the database quote values ("Key (lower(email))=(…) already exists").
    """

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        quoting = request is not None or any(
            record.name == name or record.name.startswith(f"{name}.") for name in QUOTING
        )
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": "request failed" if quoting else record.getMessage(),
            **(_outline(record, request) if quoting else {}),
            **getattr(record, "data", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["exception"] = describe(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False, default=str)


def _outline(record: logging.LogRecord, request: Any) -> dict[str, Any]:
    """Return status and route of a failed request, as far as they are known."""
    match = getattr(request, "resolver_match", None)
    known = {
        "status": getattr(record, "status_code", None),
        "route": (match.view_name or match.route) if match is not None else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def describe(error: BaseException) -> list[dict[str, Any]]:
    """Return type and frames of an exception and of those that led to it, without their messages.

    A frame is "file:line function", the innermost last.
    """
    described: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        described.append(
            {
                "type": f"{kind.__module__}.{kind.__qualname__}",
                "frames": [
                    f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
                    for frame, line in traceback.walk_tb(current.__traceback__)
                ],
            }
        )
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden
    return described


class RequestLogMiddleware:
    """Log method, route, status and duration. Paths hold signed links and queries hold searches,
    addresses identify people: none of them is logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None:
            logger.info(
                "request",
                extra={
                    "data": {
                        "method": request.method,
                        "route": match.view_name or match.route,
                        "status": response.status_code,
                        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                    }
                },
            )
        return response
