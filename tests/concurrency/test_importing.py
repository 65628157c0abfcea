"""Two lists at once, a list that is taken back while it is being written, and what somebody adds to
an entry that is being taken back."""

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from actors.importing import running, storing, undoing, writing
from actors.models import ListImport, Offer, Organisation
from tests.concurrency.racing import Meeting, at_once, both_meet, raised_at_once
from tests.world import make_area, make_category, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def checked(by, number: int = 4) -> ListImport:
    """A list that is checked and may be written."""
    rows = "".join(f"Beispiel Haus {row};association\n" for row in range(number))
    of = running.begin(
        kind="organisation", filename="liste.csv", content=f"Name;Art\n{rows}".encode(), by=by
    )
    work(of, by)
    return of


def to_write(by, number: int = 4, new_as: str = "submitted") -> ListImport:
    of = checked(by, number)
    running.start_writing(of=of, by=by, new_as=new_as)
    return of


def work(of: ListImport, by) -> None:
    running.work(list_id=of.pk, by_id=by.pk)


@pytest.fixture
def by():
    make_area("buch")
    return make_user("admin")


class TestTwoListsWithTheSameRows:
    @pytest.fixture
    def written(self, by, monkeypatch):
        """What becomes of both where they look at the same moment, if they can."""

        def write_both() -> list[tuple[str, str]]:
            both = [checked(by), checked(by)]
            for of in both:
                running.start_writing(of=of, by=by, new_as="submitted")
            both_meet(monkeypatch, storing, "create")
            assert raised_at_once(*(lambda of=of: work(of, by) for of in both)) == [None, None]
            return list(ListImport.objects.values_list("step", "problem"))

        return write_both

    def test_enter_them_once(self, written):
        assert written() == [("written", "")] * 2
        assert Organisation.objects.count() == 4

    def test_without_the_lock_enter_them_twice(self, written, monkeypatch):
        monkeypatch.setattr(writing, "hold_kind", lambda kind: None)
        assert written() == [("written", "")] * 2
        assert Organisation.objects.count() == 8


class TestTakingBackWhileWriting:
    @pytest.fixture
    def taken_back(self, by, monkeypatch):
        """The list, taken back while its first batch of two is being written."""

        def take_back() -> ListImport:
            of = to_write(by, 6)
            monkeypatch.setattr(writing, "BATCH", 2)
            meeting = Meeting(monkeypatch)
            meeting.before(storing, "create")

            def press() -> None:
                running.start_undo(of=ListImport.objects.get(pk=of.pk), by=by)
                work(of, by)

            raised = raised_at_once(lambda: work(of, by), meeting.meanwhile(press))
            assert raised == [None, None]
            of.refresh_from_db()
            assert of.step == "undone"
            return of

        return take_back

    def test_leaves_nothing(self, taken_back):
        of = taken_back()
        assert not Organisation.objects.exists()
        assert of.total == of.done >= 2  # it stops after one batch, or the next that was faster

    def test_without_the_locks_leaves_a_batch(self, taken_back, monkeypatch):
        monkeypatch.setattr(
            writing, "hold", lambda pk, step: ListImport.objects.filter(pk=pk, step=step).first()
        )
        monkeypatch.setattr(writing, "hold_kind", lambda kind: None)
        taken_back()
        assert Organisation.objects.count() == 2


class TestTakingBack:
    @pytest.fixture
    def pressed(self, by, monkeypatch):
        """What becomes of two who press at the same moment, and how many jobs there are."""

        def press_twice(move=ListImport.move) -> tuple[int, int]:
            of = to_write(by)
            work(of, by)
            monkeypatch.setattr(ListImport, "move", move)
            both_meet(monkeypatch, ListImport, "move")
            raised = raised_at_once(
                *(
                    lambda: running.start_undo(of=ListImport.objects.get(pk=of.pk), by=by)
                    for _press in range(2)
                )
            )
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%list'"
                )
                return raised.count(None), cursor.fetchone()[0]

        return press_twice

    def test_is_done_once_of_two_who_press(self, pressed):
        assert pressed() == (1, 3)  # checked, written, taken back

    def test_without_the_condition_is_done_twice(self, pressed):
        def move(of, allowed, step, **changes) -> bool:
            return of.step in allowed and bool(
                ListImport.objects.filter(pk=of.pk).update(step=step, **changes)
            )

        assert pressed(move) == (2, 4)

    @pytest.fixture
    def raised(self, by, monkeypatch):
        """What two raise: one takes an organisation back of which nothing else is, one adds an
        offer to it just then."""

        def add_an_offer() -> list[type[BaseException] | None]:
            of = to_write(by, 1)
            work(of, by)
            running.start_undo(of=of, by=by)
            home, category = Organisation.objects.get(), make_category()
            meeting = Meeting(monkeypatch)
            meeting.before(storing, "change")
            return raised_at_once(
                lambda: work(of, by),
                meeting.meanwhile(lambda: make_offer(home, category=category)),
            )

        return add_an_offer

    def test_lets_nobody_add_what_would_go_with_it(self, raised):
        assert raised() == [None, IntegrityError]
        assert not Organisation.objects.exists()

    def test_without_the_whole_lock_fails_over_what_somebody_has_added(self, raised, monkeypatch):
        hold = undoing.hold_entries
        monkeypatch.setattr(
            undoing, "hold_entries", lambda entries, keys, no_key: hold(entries, keys)
        )
        assert raised() == [IntegrityError, None]
        assert Organisation.objects.exists() and Offer.objects.exists()


class TestAFormAboutWhatIsTakenBack:
    @pytest.mark.parametrize("what", ["contacts", "partners"])
    def test_is_told_that_it_is_gone(self, by, client, monkeypatch, what):
        """A contact person is added to the entry, or the entry is named as a partner: the first
        waits for its row, the second one's reference is looked at when all of it is written."""
        of = to_write(by, 1, "published")
        work(of, by)
        running.start_undo(of=of, by=by)
        home = Organisation.objects.get()
        about, answers = {
            "contacts": (home, {"name": "Samira", "phone": "030 123456", "audience": "public"}),
            "partners": (make_organisation(), {"name": home.name, "which": home.pk}),
        }[what]
        client.force_login(by)
        meeting = Meeting(monkeypatch)
        meeting.before(storing, "change")
        address = reverse(f"actors:{what}", args=[about.slug])
        _, answer = at_once(
            lambda: work(of, by), meeting.meanwhile(lambda: client.post(address, answers))
        )
        assert not Organisation.objects.filter(pk=home.pk).exists()
        assert answer.status_code == 409
        assert "Es wurde nichts gespeichert." in answer.text
        assert not about.contacts.exists() and not about.partnerships.exists()
