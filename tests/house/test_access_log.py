"""Logs of access to personal data, one in each app that has such data: kept alike, read alike."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors.models import ExportRecord
from events.models import ExportLog
from ssoe_portal.common.access_log import KEPT, AccessRecord
from ssoe_portal.common.privacy import erase_expired
from surveys.models import AccessLog
from tests.events.world import make_event
from tests.surveys.world import make_wave
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db

LOGS: dict[type[AccessRecord], Callable[[], dict[str, models.Model]]] = {
    ExportRecord: dict,
    ExportLog: lambda: {"event": make_event()},
    AccessLog: lambda: {"wave": make_wave(), "organisation": make_organisation()},
}
every_log = pytest.mark.parametrize("log", LOGS)


def record(log: type[AccessRecord], **fields) -> AccessRecord:
    return log.objects.create(by=make_user("reviewer"), rows=4321, **LOGS[log](), **fields)


def page_of(log: type[AccessRecord], name: str, *args) -> str:
    return reverse(f"admin:{log._meta.app_label}_{log._meta.model_name}_{name}", args=args)


def test_all_of_them_are_tested_here():
    assert set(AccessRecord.__subclasses__()) == set(LOGS)


@every_log
class TestRecord:
    @pytest.mark.parametrize(("days", "left"), [(-1, 1), (1, 0)])
    def test_is_kept_for_its_time_and_no_longer(self, log, days, left):
        record(log, at=timezone.now() - KEPT - timedelta(days=days))
        erase_expired()
        assert log.objects.count() == left

    def test_outlives_the_account_of_whoever_it_names(self, log):
        kept = record(log)
        kept.by.delete()
        kept.refresh_from_db()
        assert (kept.by, kept.rows) == (None, 4321)
        assert str(kept).startswith("gelöschtes Konto: ")


@every_log
class TestAdmin:
    @pytest.fixture(autouse=True)
    def administrator(self, client):
        client.force_login(make_user("admin"))

    def test_shows_who_what_and_how_much(self, log, client):
        kept = record(log)
        for address in (page_of(log, "changelist"), page_of(log, "change", kept.pk)):
            page = client.get(address).text
            shown = [kept.by, *(getattr(kept, name) for name in LOGS[log]())]
            assert all(str(value) in page for value in shown)
            assert "4321" in page or "4.321" in page

    def test_finds_who_it_was(self, log, client):
        record(log)
        kept = record(log)
        answer = client.get(page_of(log, "changelist"), {"q": kept.by.email})
        assert list(answer.context["cl"].result_list) == [kept]

    def test_lets_nobody_change_it(self, log, client):
        kept = record(log)
        assert client.get(page_of(log, "add")).status_code == 403
        assert client.post(page_of(log, "delete", kept.pk), {"post": "yes"}).status_code == 403
        assert client.post(page_of(log, "change", kept.pk), {"rows": 1}).status_code == 403
        assert "delete_selected" not in client.get(page_of(log, "changelist")).text
        kept.refresh_from_db()
        assert kept.rows == 4321

    def test_lists_three_with_the_queries_for_one(self, log, client):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(page_of(log, "changelist"))
            return len(captured)

        record(log)
        queries()  # what is read once and remembered
        one = queries()
        record(log)
        record(log)
        assert queries() == one
