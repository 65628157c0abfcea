import pytest
from django.db.migrations.executor import MigrationExecutor

from ssoe_portal.common import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans(monkeypatch):
    """The migrations still to run, and how often somebody asked for them."""

    class Plans(list):
        asked = 0

    plans = Plans()

    def plan(executor, targets):
        plans.asked += 1
        return list(plans)

    monkeypatch.setattr(MigrationExecutor, "migration_plan", plan)
    monkeypatch.setattr(health._Migrations, "done", False)
    return plans


def test_reads_the_migrations_once_when_all_have_run(client, plans):
    for _ in range(3):
        assert client.get("/healthz").json()["migrations"] == "ok"
    assert plans.asked == 1


def test_asks_again_until_they_have_run(client, plans):
    plans.append("0002")
    assert client.get("/healthz").json()["migrations"] == "failing"
    assert client.get("/healthz").status_code == 503
    plans.clear()
    assert client.get("/healthz").json()["migrations"] == "ok"
    assert plans.asked == 3
