import json
import logging
import sys

import pytest
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from ssoe_portal.common.logging import JSONFormatter

TOKEN = "geheim-1f3a"
ADDRESS = "leserin@example.org"


def clash(request, token):
    try:
        raise IntegrityError(f"Key (lower(email))=({ADDRESS}) already exists.")
    except IntegrityError as error:
        raise RuntimeError(f"not stored: {ADDRESS}") from error


def away(request, token):
    raise OperationalError(f"connection lost for {ADDRESS}")


def busy(request, token):
    return HttpResponse(status=503)


def accept(request, token):
    return HttpResponse()


urlpatterns = [
    path("clash/<token>/", clash, name="clash"),
    path("away/<token>/", away, name="away"),
    path("busy/<token>/", busy, name="busy"),
    path("accept/<token>/", accept, name="accept"),
]
handler500 = "tests.common.test_logging.plain"
handler403 = "tests.common.test_logging.plain"


def plain(request, exception=None):
    return HttpResponse("—", status=500 if exception is None else 403)


@pytest.fixture
def lines(settings):
    """What the portal's handlers write, one dict a line; secrets must not be among it."""
    settings.ROOT_URLCONF = __name__
    settings.CSRF_FAILURE_VIEW = f"{__name__}.refuse"
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JSONFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)
    text = "\n".join(written)
    assert TOKEN not in text and ADDRESS not in text and "example.org" not in text


def refuse(request, reason=""):
    return HttpResponse("—", status=403)


def entries(lines, logger):
    return [entry for entry in map(json.loads, lines) if entry["logger"].startswith(logger)]


def ask(name, client=None):
    client = client or Client(raise_request_exception=False)
    return client.post(f"/{name}/{TOKEN}/", {"email": ADDRESS})


class TestSecretsStayOut:
    def test_of_an_error_with_an_address_in_its_message(self, lines):
        assert ask("clash").status_code == 500
        (entry,) = entries(lines, "django.request")
        assert (entry["message"], entry["status"], entry["route"]) == (
            "request failed",
            500,
            "clash",
        )
        outer, inner = entry["exception"]
        assert outer["type"] == "builtins.RuntimeError"
        assert inner["type"] == "django.db.utils.IntegrityError"
        assert inner["frames"][-1].endswith(" clash")
        assert "test_logging.py:" in inner["frames"][-1]

    def test_of_a_refused_form_on_a_signed_link(self, lines):
        client = Client(enforce_csrf_checks=True)
        assert ask("accept", client).status_code == 403
        (entry,) = entries(lines, "django.security.csrf")
        assert (entry["status"], entry["route"]) == (403, "accept")

    @pytest.mark.parametrize("name", ["busy", "away"])
    def test_of_a_portal_that_is_unavailable(self, name, lines):
        assert ask(name).status_code == 503
        (entry,) = entries(lines, "django.request")
        assert (entry["status"], entry["route"]) == (503, name)

    def test_of_any_record_that_brings_its_request(self, lines, rf):
        request = rf.get(f"/busy/{TOKEN}/")
        logging.getLogger("elsewhere").error("at %s", request.path, extra={"request": request})
        assert entries(lines, "elsewhere")[0]["message"] == "request failed"


class TestJSONFormatter:
    def test_keeps_messages_and_data_of_the_portal_itself(self):
        record = logging.makeLogRecord({"name": "ssoe_portal", "msg": "%s sent", "args": (3,)})
        record.data = {"kind": "mail"}
        entry = json.loads(JSONFormatter().format(record))
        assert (entry["message"], entry["kind"]) == ("3 sent", "mail")

    def test_ends_with_exceptions_that_lead_to_each_other(self):
        first, second = ValueError("a"), ValueError("b")
        first.__cause__, second.__cause__ = second, first
        record = logging.makeLogRecord(
            {"name": "ssoe_portal", "exc_info": (ValueError, first, None)}
        )
        assert len(json.loads(JSONFormatter().format(record))["exception"]) == 2

    def test_knows_that_there_may_be_no_exception(self):
        record = logging.makeLogRecord({"name": "ssoe_portal", "exc_info": sys.exc_info()})
        assert "exception" not in json.loads(JSONFormatter().format(record))


def test_the_development_server_writes_no_paths_of_its_own():
    server = logging.getLogger("django.server")
    assert server.handlers == [] and server.propagate
