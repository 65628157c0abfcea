"""The cache in the database."""

from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.utils import timezone

from ssoe_portal.common import cache_table

pytestmark = pytest.mark.django_db


def run_out(seconds: int = 60) -> None:
    """Let all entries have run out so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cache SET expires = %s", [timezone.now() - timedelta(seconds=seconds)]
        )


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        return cursor.fetchone()[0]


class TestAnEntry:
    def test_is_there_until_it_runs_out(self):
        cache.set("Äpfel", [1.5, "zwei"], 60)
        assert cache.get("Äpfel") == [1.5, "zwei"]
        run_out()
        assert cache.get("Äpfel") is None

    def test_may_stay_for_ever(self):
        cache.set("key", 1, None)
        assert cache.get("key") == 1 and cache.touch("key", 10)

    def test_is_written_over(self):
        cache.set("key", 1, 60)
        cache.set("key", 2, 60)
        assert cache.get("key") == 2 and rows() == 1

    def test_is_added_once(self):
        assert cache.add("lock", 1, 60)
        assert not cache.add("lock", 2, 60)
        assert cache.get("lock") == 1

    def test_is_added_again_when_it_has_run_out(self):
        cache.add("lock", 1, 60)
        run_out()
        assert cache.add("lock", 2, 60)
        assert cache.get("lock") == 2

    def test_that_has_run_out_already_is_not_there(self):
        cache.set("key", 1, -5)
        assert cache.get("key") is None

    @pytest.mark.parametrize("write", [cache.add, cache.set])
    def test_is_one_statement(self, write, django_assert_num_queries):
        with django_assert_num_queries(1):
            write("key", 1, 60)


class TestTheTable:
    def test_is_cleared_of_what_has_run_out_when_it_is_full(self, monkeypatch):
        for number in range(6):
            cache.set(f"old{number}", 1, 60)
        run_out()
        monkeypatch.setattr(cache_table, "LOOK_EVERY", 1)
        cache.set("new", 1, 60)
        assert rows() == 7  # there is room
        monkeypatch.setattr(caches["default"], "_max_entries", 5)
        cache.set("newer", 1, 60)
        assert rows() == 2 and cache.get("new") == 1
