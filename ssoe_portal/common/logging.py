"""Structured logs without personal data: a line of JSON a request, with its route, not its path."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("ssoe_portal.request")


class JSONFormatter(logging.Formatter):
    """One JSON object a line; fields given as `extra={"data": {…}}` are merged in."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "data", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


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
