import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from surveys.loading import QuestionnaireError, dump, load
from surveys.models import Question, Wave
from surveys.models.choice import Stage
from surveys.models.questionnaire import structure
from surveys.plan import Flow
from tests.surveys.world import load_file, make_wave, small_questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


PANKOW = Path(__file__).parents[2] / "surveys" / "questionnaires" / "pankow_needs.json"


def problems(change) -> list[str]:
    data = small_questionnaire()
    change(data)
    with override("en"), pytest.raises(QuestionnaireError) as caught:
        load_file(data)
    return caught.value.problems


class TestLoad:
    def test_changes_nothing_the_second_time(self):
        data = small_questionnaire()
        first, second = load_file(data), load_file(data)
        assert (first.outcome, second.outcome) == ("new", "unchanged")
        assert first.questionnaire == second.questionnaire

    def test_changes_a_version_nobody_was_asked_yet(self):
        data = small_questionnaire()
        first = load_file(data)
        data["sections"][3]["questions"][1]["wording"]["de"] = "Anders gefragt?"
        second = load_file(data)
        assert (second.outcome, second.questionnaire.version) == ("changed", 1)
        assert first.questionnaire == second.questionnaire

    def test_makes_a_new_version_once_it_was_asked(self):
        data = small_questionnaire()
        wave = make_wave(data=data)
        data["sections"][3]["questions"][1]["wording"]["de"] = "Anders gefragt?"
        second = load_file(data)
        assert (second.outcome, second.questionnaire.version) == ("new", 2)
        old = Question.objects.get(key="wish", section__questionnaire=wave.questionnaire)
        assert old.wording == "Frage wish?"
        assert load_file(data).outcome == "unchanged"

    def test_a_question_keeps_its_key_over_versions(self):
        data = small_questionnaire()
        make_wave(data=data)
        data["survey"]["minutes"] = 6
        data["sections"][3]["questions"].pop()
        new = load_file(data).questionnaire
        keys = [q["key"] for section in dump(new) for q in section["questions"]]
        assert "wish" in keys
        assert "causes" not in keys

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda d: d["survey"].pop("title"), "survey.title: is missing"),
            (lambda d: d.update(extra=1), "file.extra: is not known here"),
            (lambda d: d["sections"].clear(), "sections: needs a list"),
            (
                lambda d: d["sections"][0]["title"].pop("de"),
                "sections[0].title: has no German text",
            ),
            (
                lambda d: d["sections"][0]["title"].update(xx="x"),
                "sections[0].title.xx: is not a language of the portal",
            ),
            (
                lambda d: d["sections"][1]["questions"][1].update(key="people"),
                "sections[1].questions[1].key: is used twice",
            ),
            (
                lambda d: d["sections"][0]["questions"][2].update(key="help.other"),
                "sections[1].questions[1].key: is used twice",
            ),
            (
                lambda d: d["sections"][1]["questions"][0]["choices"][3].update(key="people"),
                "sections[1].questions[0].choices[3].key: “people” is a question already",
            ),
            (
                lambda d: (
                    d["sections"][1]["questions"][0].update(vocabulary="stage"),
                    d["sections"][0]["questions"][2].update(key="new"),
                ),
                "sections[1].questions[0].vocabulary: “new” is a question already",
            ),
            (
                lambda d: d["sections"][1]["questions"][1].update(kind="wheel"),
                "sections[1].questions[1].kind: “wheel” is none of",
            ),
            (
                lambda d: d["sections"][2].update(relevant="${wealth} = 'rich'"),
                "sections[2].relevant: ",
            ),
            (
                lambda d: d["sections"][0].update(relevant="${stage} = 'new'"),
                "these depend on each other in a circle: ${stage} → ${stage}",
            ),
            (
                lambda d: d["sections"][0]["questions"][0].update(required=False),
                "the stage is a required single choice",
            ),
            (
                lambda d: d["sections"][0]["questions"][2].update(minimum=900),
                "the minimum is above the maximum",
            ),
            (
                lambda d: d["sections"][1]["questions"][0].update(counts_from="huge"),
                "counts_from: is none of the points",
            ),
            (
                lambda d: d["sections"][2]["questions"][0].update(choices=[]),
                "needs choices or a vocabulary",
            ),
            (
                lambda d: d["sections"][2]["questions"][0]["choices"][0].pop("label"),
                "choices[0].label: is missing",
            ),
            (lambda d: d["sections"][3].update(title="Ohne Sprache"), "needs texts by language"),
            (
                lambda d: d["sections"][3]["title"].update(de="x" * 241),
                "is longer than 240 characters",
            ),
        ],
    )
    def test_says_where_and_why_a_file_is_wrong(self, change, problem):
        assert any(problem in found for found in problems(change))

    def test_names_every_problem_at_once(self):
        def spoil(data):
            data["survey"]["minutes"] = "viele"
            data["sections"][3]["questions"][1]["kind"] = "wheel"

        assert len(problems(spoil)) == 2

    def test_saves_nothing_of_a_wrong_file(self):
        problems(lambda d: d["survey"].update(minutes=0))
        assert not Question.objects.exists()

    def test_points_at_what_is_not_json(self, tmp_path):
        path = tmp_path / "broken.json"
        path.write_text('{\n  "survey": ,\n}')
        with pytest.raises(QuestionnaireError, match="line 2, column 13: not JSON"):
            load(path)


class TestCommand:
    def test_loads_and_says_so(self, tmp_path, capsys):
        path = tmp_path / "small.json"
        path.write_text(json.dumps(small_questionnaire()))
        call_command("load_questionnaire", path)
        assert "small.json: version 1 new" in capsys.readouterr().out

    def test_ends_with_the_problems(self, tmp_path):
        path = tmp_path / "small.json"
        path.write_text("[]")
        with pytest.raises(CommandError, match="file: needs an object"):
            call_command("load_questionnaire", path)
        with pytest.raises(CommandError, match="there is no such file"):
            call_command("load_questionnaire", tmp_path / "nowhere.json")


class TestPankow:
    def test_asks_each_stage_about_twenty_questions_in_two_languages(self):
        call_command("load_vocabularies", verbosity=0)
        questionnaire = load(PANKOW).questionnaire
        shape = structure(questionnaire.pk)
        for stage in Stage.values:
            flow = Flow(shape.plan, {"stage": stage})
            asked = [question for page in flow.pages() for question in flow.questions(page.section)]
            assert 18 <= len(asked) <= 22, stage
            own = [question for question in asked if question.section.relevant]
            assert len(own) == 4
        rows = dump(questionnaire)
        texts = [
            value
            for section in rows
            for row in [
                section,
                *section["questions"],
                *(choice for question in section["questions"] for choice in question["choices"]),
            ]
            for value in row.values()
            if isinstance(value, dict) and value
        ]
        assert all(set(text) == {"de", "en"} for text in texts)

    def test_gives_a_reason_for_what_is_personal(self):
        load(PANKOW)
        asked = Question.objects.filter(key__in=["stage", "legal-form", "employed", "volunteers"])
        assert asked.count() == 4
        assert all(question.why for question in asked)


class TestDemonstration:
    def test_loads_once_and_hides_a_group(self):
        from demonstration import surveys as demonstration
        from surveys.models import Response, Snapshot
        from surveys.results import results
        from tests.world import make_organisation

        call_command("load_vocabularies", verbosity=0)
        for stage in ("established", "transition", "transition"):
            make_organisation(stage=stage)
        demonstration.load()
        demonstration.load()
        assert Wave.objects.count() == 2
        assert Response.objects.count() == 13
        found = results(Snapshot.objects.get())
        needs = next(result for result in found if result.question.key == "topics")
        assert needs.total.base == 13
        assert set(needs.release.hidden) == {"new", "transition"}
