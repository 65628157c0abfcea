"""Two people, or one person twice, on the same draft at the same moment."""

import threading

import pytest
from django.core.exceptions import ObjectNotUpdated
from django.db import OperationalError, connection, connections, models, transaction

from surveys import entering, mixing, services
from surveys.models import Response
from surveys.models.questionnaire import structure
from surveys.plan import Flow, Page
from surveys.services import AlreadySubmitted
from tests.concurrency.racing import LONGEST, PATIENCE, wait_for
from tests.surveys.test_answering import close
from tests.surveys.world import answers, freeze, make_wave
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)


class InThread:
    """Something that goes on in a thread with a connection of its own; called, it returns what came
    of it: a result or an error."""

    def __init__(self, function) -> None:
        self.over = threading.Event()
        self._function = function
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome = self._function()
        except Exception as error:
            self._outcome = error
        finally:
            connections.close_all()
            self.over.set()

    def __call__(self):
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the threads wait for each other"
        return self._outcome


def go_on(go: threading.Event, other: InThread) -> None:
    """Let the first one go on once the other is through, or waits for a lock."""
    wait_for(other.over)
    go.set()


def page_of(wave, key: str) -> Page:
    return Page(structure(wave.questionnaire_id).sections.get(key=key))


@pytest.fixture
def draft():
    """A complete draft: wave and token."""
    wave = make_wave()
    token = services.begin_anonymous(wave=wave).token
    services.save_page(
        token=token,
        page=page_of(wave, "about"),
        values={"stage": "established", "topics": {"money": "urgent"}},
        stage="established",
    )
    return wave, token


@pytest.fixture
def slow_submit(monkeypatch):
    """Let handing in pause in the middle, until the test says go or the other one is there, too."""
    inside, go = threading.Event(), threading.Event()
    original = Flow.open_page

    def pausing(flow):
        if inside.is_set():
            go.set()
        inside.set()
        assert go.wait(PATIENCE)
        return original(flow)

    monkeypatch.setattr(Flow, "open_page", pausing)
    return inside, go


@pytest.fixture
def slow_commit(monkeypatch):
    """Let handing in pause when all is written and nothing committed, until the test says go."""
    inside, go = threading.Event(), threading.Event()
    original = mixing.put

    def pausing(*args):
        original(*args)
        inside.set()
        assert go.wait(PATIENCE)

    monkeypatch.setattr(mixing, "put", pausing)
    return inside, go


def without_lock(monkeypatch):
    original = services.find_draft
    monkeypatch.setattr(services, "find_draft", lambda token, lock=False: original(token))


def save_while_submitting(draft, slow_commit):
    """Hand in, save a page in the middle of it; return both outcomes."""
    wave, token = draft
    inside, go = slow_commit
    submitting = InThread(
        lambda: services.submit(token=token, questionnaire=structure(wave.questionnaire_id))
    )
    assert inside.wait(LONGEST)
    saving = InThread(
        lambda: services.save_page(
            token=token, page=page_of(wave, "words"), values={"wish": "spät"}
        )
    )
    go_on(go, saving)
    return submitting(), saving()


class TestSavingWhileHandingIn:
    def test_waits_and_then_hears_that_it_is_too_late(self, draft, slow_commit):
        submitted, saved = save_while_submitting(draft, slow_commit)
        assert isinstance(submitted, Response)
        assert isinstance(saved, AlreadySubmitted)
        assert "wish" not in answers()

    def test_without_the_lock_runs_into_the_database(self, draft, slow_commit, monkeypatch):
        without_lock(monkeypatch)
        submitted, saved = save_while_submitting(draft, slow_commit)
        assert isinstance(submitted, Response)
        # The person would have seen an error page instead of a clear word.
        assert isinstance(saved, ObjectNotUpdated)


class TestHandingInTwice:
    def hand_in_twice(self, draft, slow_submit):
        wave, token = draft
        inside, go = slow_submit
        shape = structure(wave.questionnaire_id)
        first = InThread(lambda: services.submit(token=token, questionnaire=shape))
        assert inside.wait(LONGEST)
        second = InThread(lambda: services.submit(token=token, questionnaire=shape))
        go_on(go, second)
        return [type(outcome) for outcome in (first(), second())]

    def test_counts_once_and_says_so(self, draft, slow_submit):
        assert self.hand_in_twice(draft, slow_submit) == [Response, AlreadySubmitted]
        assert Response.objects.submitted().count() == 1

    def test_without_the_lock_both_believe_to_be_the_one(self, draft, slow_submit, monkeypatch):
        without_lock(monkeypatch)
        assert self.hand_in_twice(draft, slow_submit) == [Response, Response]


class TestBeginningTwice:
    def test_two_members_come_to_the_same_draft(self):
        wave, organisation = make_wave(), make_organisation()
        start = threading.Barrier(2)

        def begin():
            start.wait(PATIENCE)
            return services.begin_attributed(wave=wave, organisation=organisation)

        outcomes = [join() for join in [InThread(begin), InThread(begin)]]
        assert len({begun.token for begun in outcomes}) == 1
        assert sorted(begun.is_new for begun in outcomes) == [False, True]
        assert Response.objects.count() == 1


class TestCountingWhileHandingIn:
    """Somebody hands in in the last moment of a wave; its results are computed in the next."""

    @pytest.fixture
    def people(self, draft, slow_commit):
        def count_meanwhile() -> int:
            wave, token = draft
            inside, go = slow_commit
            submitting = InThread(
                lambda: services.submit(token=token, questionnaire=structure(wave.questionnaire_id))
            )
            assert inside.wait(LONGEST)
            close(wave)
            wave.refresh_from_db()
            counting = InThread(lambda: freeze(wave))
            go_on(go, counting)
            assert isinstance(submitting(), Response)
            return counting().snapshot.people

        return count_meanwhile

    def test_waits_for_who_is_in_time(self, people):
        assert people() == 1

    def test_without_the_lock_leaves_out_who_was_in_time(self, people, monkeypatch):
        monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_how: rows)
        assert people() == 0


def test_whoever_ends_the_entering_waits_for_what_is_being_entered():
    """Else a form could still come in after somebody has seen the results without it."""
    wave = make_wave()
    close(wave)
    wave.refresh_from_db()
    token = entering.begin(wave=wave, mode="paper", by=make_user("reviewer")).token
    services.save_page(token=token, page=page_of(wave, "about"), values={"stage": "new"})

    def end() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            wave.end_entering()

    with transaction.atomic():
        services.submit(token=token, questionnaire=structure(wave.questionnaire_id))
        assert isinstance(InThread(end)(), OperationalError)
    assert InThread(end)() is None
    wave.refresh_from_db()
    assert wave.is_evaluable
