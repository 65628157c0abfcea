"""Two people who change the same version of a questionnaire at the same moment."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from surveys import editing
from surveys.loading import dump
from surveys.models import Question
from surveys.wave_forms import WaveAtDeskForm, WaveForm
from tests.concurrency.racing import both_meet, raised_at_once, wait_for
from tests.surveys.world import load_file, small_questionnaire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version():
    return load_file(small_questionnaire()).questionnaire


def words_of(version) -> list[tuple[str, int]]:
    rows = Question.objects.filter(section__questionnaire=version, section__key="words")
    return list(rows.order_by("position", "pk").values_list("key", "position"))


def address(version, key: str) -> str:
    return editing.address(Question.objects.get(section__questionnaire=version, key=key))


def test_both_moves_count_and_places_stay_without_gaps(monkeypatch, version):
    both_meet(monkeypatch, editing, "siblings", after=True)
    first, last = address(version, "mood"), address(version, "causes")
    assert raised_at_once(
        lambda: editing.step(questionnaire=version.pk, item=first, by=1),
        lambda: editing.step(questionnaire=version.pk, item=last, by=-1),
    ) == [None, None]
    found = words_of(version)
    assert [position for _key, position in found] == [0, 1, 2]
    assert [key for key, _position in found] in (
        ["wish", "causes", "mood"],
        ["causes", "mood", "wish"],
    )


def test_two_copies_have_two_names(monkeypatch, version):
    both_meet(monkeypatch, editing, "names_in", after=True)
    item = address(version, "wish")
    assert raised_at_once(
        *[lambda: editing.duplicate(questionnaire=version.pk, item=item)] * 2
    ) == [None, None]
    assert sorted(key for key, _position in words_of(version)) == [
        "causes",
        "mood",
        "wish",
        "wish-2",
        "wish-3",
    ]


def test_two_new_versions_have_two_numbers(monkeypatch, version):
    both_meet(monkeypatch, editing, "dump")
    assert raised_at_once(*[lambda: editing.new_version(of=version)] * 2) == [None, None]
    versions = version.survey.questionnaires.order_by("version")
    assert [row.version for row in versions] == [1, 2, 3]
    assert all(dump(row) == dump(version) for row in versions)


class TestPlanningAVersionThatIsDeleted:
    """Each holds the version until it is done: the second one reads what the first one did."""

    def form(self, version) -> WaveAtDeskForm:
        now = timezone.localtime()
        moments = {"opens_at": now + timedelta(days=2), "closes_at": now + timedelta(days=9)}
        return WaveAtDeskForm(
            {"questionnaire": version.pk, "title": "Herbst", "threshold": 5}
            | {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in moments.items()}
        )

    def plan_first(self, version) -> list[type[BaseException] | None]:
        planned, removed = threading.Event(), threading.Event()

        def plan() -> None:
            with transaction.atomic():
                form = self.form(version)
                assert form.is_valid(), form.errors
                form.save()
                planned.set()
                wait_for(removed)

        def remove() -> None:
            wait_for(planned)
            editing.remove_version(version.pk)
            removed.set()

        return raised_at_once(plan, remove)

    def test_planned_first_it_stays(self, version):
        assert self.plan_first(version) == [None, editing.StillAsked]
        assert version.waves.count() == 1

    def test_without_the_lock_who_deletes_runs_into_the_database(self, version, monkeypatch):
        monkeypatch.setattr(
            WaveForm, "clean_questionnaire", lambda form: form.cleaned_data["questionnaire"]
        )
        assert self.plan_first(version) == [None, ProtectedError]

    def test_deleted_first_the_form_says_so(self, version):
        chosen, removed = threading.Event(), threading.Event()
        errors: list[str] = []

        def remove() -> None:
            with transaction.atomic():
                editing.remove_version(version.pk)
                removed.set()
                wait_for(chosen)

        def plan() -> None:
            wait_for(removed)
            with transaction.atomic():
                form = self.form(version)
                assert not form.is_valid()
                errors.extend(error.code for error in form.errors.as_data()["questionnaire"])
                chosen.set()

        assert raised_at_once(remove, plan) == [None, None]
        assert errors == ["deleted"]
