"""Two lists at once, and a list that is taken back while it is being written."""

import threading

import pytest
from django.db import connection

from actors.importing import running, writing
from actors.models import ListImport, Organisation
from tests.concurrency.racing import raised_at_once
from tests.world import make_area, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def checked(by, number: int = 4) -> ListImport:
    """A list that is checked and may be written."""
    rows = "".join(f"Beispiel Haus {row};association\n" for row in range(number))
    of = running.begin(
        kind="organisation", filename="liste.csv", content=f"Name;Art\n{rows}".encode(), by=by
    )
    running.work(list_id=of.pk, by_id=by.pk)
    return of


def to_write(by, number: int = 4) -> ListImport:
    of = checked(by, number)
    running.start_writing(of=of, by=by, new_as="submitted")
    return of


@pytest.fixture
def by():
    make_area("buch")
    return make_user("admin")


class TestTwoListsWithTheSameRows:
    def test_enter_them_once(self, by):
        first = checked(by)
        second = checked(by)
        for of in (first, second):
            running.start_writing(of=of, by=by, new_as="submitted")
        raised_at_once(
            *(lambda of=of: running.work(list_id=of.pk, by_id=by.pk) for of in (first, second))
        )
        assert Organisation.objects.count() == 4
        for of in (first, second):
            of.refresh_from_db()
            assert (of.step, of.problem) == ("written", "")

    def test_without_the_lock_enter_them_twice(self, by, monkeypatch):
        """What the lock is for: both have looked before either has written."""
        first, second = checked(by), checked(by)
        for of in (first, second):
            running.start_writing(of=of, by=by, new_as="submitted")
        both_looked = threading.Barrier(2)
        create = writing.storing.create

        def wait_and_create(*args):
            both_looked.wait(timeout=10)
            return create(*args)

        monkeypatch.setattr(writing, "hold_kind", lambda kind: None)
        monkeypatch.setattr(writing.storing, "create", wait_and_create)
        raised_at_once(
            *(
                lambda of=of: writing._batch(of.pk, writing.LISTS["organisation"](by))
                for of in (first, second)
            )
        )
        assert Organisation.objects.count() == 8


class TestTakingBackWhileWriting:
    def test_leaves_nothing(self, by, monkeypatch):
        of = to_write(by, 6)
        monkeypatch.setattr(writing, "BATCH", 2)
        in_the_middle, pressed = threading.Event(), threading.Event()
        create = writing.storing.create

        def slow(*args):
            in_the_middle.set()
            pressed.wait(timeout=1)
            return create(*args)

        monkeypatch.setattr(writing.storing, "create", slow)

        def write() -> None:
            running.work(list_id=of.pk, by_id=by.pk)

        def take_back() -> None:
            in_the_middle.wait(timeout=10)
            # Waits for the batch, which holds the list; no batch comes after it.
            running.start_undo(of=ListImport.objects.get(pk=of.pk), by=by)
            pressed.set()

        assert raised_at_once(write, take_back) == [None, None]
        of.refresh_from_db()
        assert of.step == "undoing" and Organisation.objects.count() == 2
        running.work(list_id=of.pk, by_id=by.pk)
        of.refresh_from_db()
        assert of.step == "undone" and not Organisation.objects.exists()

    def test_of_two_who_press_one_takes_it_back(self, by):
        of = to_write(by)
        running.work(list_id=of.pk, by_id=by.pk)
        raised = raised_at_once(
            *(
                lambda: running.start_undo(of=ListImport.objects.get(pk=of.pk), by=by)
                for _press in range(2)
            )
        )
        assert [error is None for error in raised].count(True) == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%list'")
            assert cursor.fetchone()[0] == 3  # checked, written, taken back
