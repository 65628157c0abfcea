"""Two people who change the same version of a questionnaire at the same moment."""

import pytest

from surveys import editing
from surveys.loading import dump
from surveys.models import Question
from tests.concurrency.racing import both_meet, raised_at_once
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
