"""The survey on paper: what is printed."""

import json

import pytest
from django.utils.translation import override

from surveys import paper
from surveys.models import Question, QuestionTranslation, SectionTranslation
from tests.surveys.test_loading import PANKOW
from tests.surveys.world import (
    choice,
    load_file,
    make_wave,
    question,
    small_questionnaire,
    structure,
    text,
)
from tests.world import make_user

pytestmark = pytest.mark.django_db


def form_of(wave, language: str = "en") -> str:
    return f"/en/surveys/{wave.survey.slug}/paper/{language}/"


def page_of(*asked: dict, **section) -> dict:
    data = small_questionnaire()
    data["sections"] = [
        {"key": "page", "title": text("Seite"), "questions": list(asked), **section}
    ]
    return data


COLOURS = [choice("red"), choice("green"), choice("blue", "other"), choice("none", "exclusive")]
EVERY_KIND = [
    question("single", "single", choices=COLOURS, required=True),
    question("multiple", "multiple", choices=COLOURS),
    question("ranking", "ranking", choices=COLOURS[:2], maximum=1),
    question("scale", "scale", choices=[choice("low"), choice("high")]),
    question("matrix", "matrix", choices=[choice("no"), choice("yes"), choice("money", "row")]),
    question("number", "number", minimum=0, maximum=500, unit=text("Personen")),
    question("short", "short"),
    question("long", "long"),
    question("date", "date"),
    question("time", "time"),
    question("moment", "moment"),
    question("organisation", "organisation"),
    question("consent", "consent", required=True),
    question("note", "note"),
    question("sum", "calculation", calculation="${number} + 1"),
]


class TestForm:
    def test_draws_every_kind_of_question(self, client):
        page = client.get(form_of(make_wave(data=page_of(*EVERY_KIND)))).text
        for kind in Question.Kind.values:
            assert (f'question--{kind}"' in page) == (kind != "calculation"), kind
        assert page.count('class="question__number"') == 13  # notes and sums have none
        for words in (
            "One cross.", "Several crosses are possible.", "Numbers from 1 to 1: 1 for",
            "At most one cross in each row.", "From 0 to 500.", "Personen (en)",
            "(then nothing else)", "Yes, I agree.",
        ):  # fmt: skip
            assert words in page

    def test_says_who_asks_what_is_promised_and_where_it_goes(self, client, settings):
        settings.OPERATOR = "Amt Beispiel\nBeispielweg 1"
        wave = make_wave(threshold=7)
        page = client.get(form_of(wave)).text
        for words in (
            "Die Task Force (en)", "Was damit geschieht. (en)",
            "at least 7 of its people have answered", "Beispielweg 1",
            f"surveys/{wave.survey.slug}", "QR code: leads to the survey online",
        ):  # fmt: skip
            assert words in page

    def test_is_wholly_in_its_own_language(self, client):
        wave = make_wave()
        page = client.get(form_of(wave, "de")).text
        assert '<html lang="de"' in page
        assert "Frage stage?" in page and "(en)" not in page
        assert "Anonymous" not in page

    def test_is_there_in_the_languages_that_are_whole(self, client):
        wave = make_wave()
        assert client.get(form_of(wave, "ar")).url == form_of(wave, "de")
        assert client.get(form_of(wave, "xx")).status_code == 404
        questions = Question.objects.filter(section__questionnaire=wave.questionnaire_id)
        for asked in questions:
            QuestionTranslation.objects.create(
                original=asked, language="ar", wording=f"{asked.key}؟", base_revision=asked.revision
            )
        SectionTranslation.objects.create(
            original=questions[0].section, language="ar", title="عنكم", base_revision=1
        )
        page = client.get(form_of(wave, "ar")).text
        assert '<html lang="ar" dir="rtl">' in page
        assert "stage؟" in page and "عنكم" in page
        with_links = client.get(form_of(wave)).text
        assert f'href="{form_of(wave, "ar")}"' in with_links

    @pytest.mark.parametrize("kind", [{"state": "closed"}, {"is_by_invitation": True}])
    def test_is_for_everybody_only_while_everybody_may_answer(self, client, kind):
        wave = make_wave(**kind)
        assert client.get(form_of(wave)).status_code == 404
        assert "/paper/" not in client.get(wave.survey.get_absolute_url()).text
        client.force_login(make_user("reviewer"))
        assert client.get(f"/en/surveys/desk/waves/{wave.pk}/paper/en/").status_code == 200

    def test_is_linked_from_the_survey(self, client):
        wave = make_wave()
        assert form_of(wave, "en") in client.get(f"/en/surveys/{wave.survey.slug}/").text

    def test_of_a_planned_wave_shows_what_was_changed_just_now(self, client):
        wave = make_wave(state="planned")
        client.force_login(make_user("reviewer"))
        url = f"/de/surveys/desk/waves/{wave.pk}/paper/de/"
        assert "Frage wish?" in client.get(url).text
        Question.objects.filter(key="wish").update(wording="Ein Wunsch?")
        assert "Ein Wunsch?" in client.get(url).text

    @pytest.mark.parametrize("count", [1, 3])
    def test_takes_the_same_queries_for_one_and_three_questions(
        self, count, client, django_assert_num_queries
    ):
        wave = make_wave(data=page_of(*EVERY_KIND[:count]))
        client.get(form_of(wave))  # the frozen questionnaire is read once
        with django_assert_num_queries(8):
            client.get(form_of(wave))


class TestFilteredChoices:
    TOWNS = [
        {**choice("buch"), "columns": {"district": "pankow"}},
        {**choice("rudow"), "columns": {"district": "neukoelln"}},
        {**choice("karow"), "columns": {"district": "pankow"}},
        {**choice("elsewhere"), "columns": {"district": "none"}},
    ]

    def read(self, choice_filter: str) -> tuple[str, dict[str, list[str]]]:
        """How to answer, and the choices by whom they are for."""
        where = question("where", "single", choices=[choice("pankow"), choice("neukoelln")])
        many = question("many", "multiple", choices=[choice("pankow"), choice("none")])
        town = question("town", "single", choices=self.TOWNS, choice_filter=choice_filter)
        plan = structure(make_wave(data=page_of(where, many, town))).plan
        line = paper.parts(plan)[0].lines[-1]
        return line.how, {words: [one.key for one in options] for words, options in line.groups}

    @pytest.mark.parametrize(
        ("choice_filter", "groups"),
        [
            (
                "district = ${where} or name = 'elsewhere'",
                {
                    "Only if you chose “Pankow” at question 1:": ["buch", "karow"],
                    "Only if you chose “Neukoelln” at question 1:": ["rudow"],
                    "For everybody:": ["elsewhere"],
                },
            ),
            (
                "selected(${many}, district) and name != 'buch'",
                {
                    "Only if you chose “Pankow” at question 2:": ["karow"],
                    "Only if you chose “None” at question 2:": ["elsewhere"],
                },
            ),
            ("not(name = 'rudow')", {"": ["buch", "karow", "elsewhere"]}),
        ],
    )
    def test_say_for_whom_they_are(self, choice_filter, groups):
        with override("en"):
            how, found = self.read(choice_filter)
        assert how == "One cross."
        assert {words.replace(" (en)", ""): keys for words, keys in found.items()} == groups

    def test_that_cannot_be_said_plainly_say_what_they_depend_on(self):
        with override("en"):
            how, found = self.read("string-length(district) > string-length(${where})")
        assert how == (
            "One cross. Not all of these are for everybody: that depends on your answer to "
            "question 1."
        )
        assert found == {"": ["buch", "rudow", "karow", "elsewhere"]}

    def test_are_printed_below_their_words(self, client):
        where = question("where", "single", choices=[choice("pankow"), choice("neukoelln")])
        town = question("town", "single", choices=self.TOWNS, choice_filter="district = ${where}")
        page = client.get(form_of(make_wave(data=page_of(where, town)))).text
        told = page.index("Only if you chose “Neukoelln (en)” at question 1:")
        assert page.index("Karow (en)") < told < page.index("Rudow (en)")


class TestConditions:
    NUMBERED = [
        question("stage", "single", choices=[choice("new"), choice("old"), choice("other")]),
        question("people", "number"),
        question("topics", "multiple", choices=COLOURS),
        question("matrix", "matrix", choices=[choice("no"), choice("yes"), choice("money", "row")]),
        question("word", "short"),
        question("agree", "consent"),
        question("double", "calculation", calculation="${people} * 2"),
    ]

    @pytest.mark.parametrize(
        ("source", "words"),
        [
            ("${stage} = 'new'", "you chose “New (en)” at question 1"),
            ("'new' = ${stage}", "you chose “New (en)” at question 1"),
            ("${stage} != 'new'", "you did not choose “New (en)” at question 1"),
            ("not(${stage} = 'new')", "you did not choose “New (en)” at question 1"),
            ("selected(${topics}, 'red')", "you chose “Red (en)” at question 3"),
            ("not(selected(${topics}, 'red'))", "you did not choose “Red (en)” at question 3"),
            (
                "${stage} = 'new' or ${stage} = 'old'",
                "you chose “New (en)” or “Old (en)” at question 1",
            ),
            (
                "${people} > 5 and (${stage} = 'new' or selected(${topics}, 'red'))",
                "your answer to question 2 is more than 5 and (you chose “New (en)” at question 1 "
                "or you chose “Red (en)” at question 3)",
            ),
            ("5 >= ${people}", "your answer to question 2 is at most 5"),
            ("${people} < -1.5", "your answer to question 2 is less than -1.5"),
            ("${money} = 'yes'", "you chose “Yes (en)” for “Money (en)” at question 4"),
            ("${word} = 'ja'", "your answer to question 5 is “ja”"),
            ("${word} != ''", "you answered question 5"),
            ("${people} = ''", "you left question 2 empty"),
            ("${agree} = 'OK'", "you agreed at question 6"),
        ],
    )
    def test_are_said_in_words(self, source, words):
        assert self.said(source) == f"Only if {words}."

    @pytest.mark.parametrize(
        ("source", "words"),
        [
            (
                "${people} * 2 > count-selected(${topics})",
                "Only if it concerns you: that depends on your answers to questions 2 and 3.",
            ),
            (
                "${double} > 4",
                "Only if it concerns you: that depends on your answer to question 2.",
            ),
            ("today() > '2026-01-01'", "Only if it concerns you."),
            ("", ""),
        ],
    )
    def test_that_are_too_much_for_words_name_their_questions(self, source, words):
        assert self.said(source) == words

    def said(self, source: str) -> str:
        extra = {"relevant": source} if source else {}
        data = page_of(*self.NUMBERED, question("last", "short", **extra))
        wave = make_wave(data=data)
        with override("en"):
            return paper.parts(structure(wave).plan)[0].lines[-1].condition

    def test_of_a_section_say_where_to_go_on(self, client):
        page = client.get(form_of(make_wave())).text
        assert "at question 1. Otherwise please go on with question 7." in page

    def test_of_the_last_section_say_that_one_is_done(self, client):
        data = small_questionnaire()
        data["sections"][3]["relevant"] = "${stage} = 'new'"
        page = client.get(form_of(make_wave(data=data))).text
        assert "Otherwise you are done." in page

    def test_texts_that_quote_an_answer_name_its_question(self, client):
        data = page_of(question("people", "number"), question("why", "short"))
        data["sections"][0]["questions"][1]["wording"] = text("Warum ${people}?")
        page = client.get(form_of(make_wave(data=data))).text
        assert "Warum (your answer to question 1)?" in page

    def test_what_is_asked_several_times_is_printed_once(self, client):
        data = page_of(question("name", "short"), repeats=True)
        page = client.get(form_of(make_wave(data=data))).text
        assert "take another copy of this sheet" in page
        assert page.count('class="question__number"') == 1


def test_a_file_for_pankow_is_printed_in_both_languages(client):
    survey = load_file(json.loads(PANKOW.read_text())).questionnaire.survey
    wave = make_wave(survey)
    for language, words in (("de", "Nur wenn Sie bei Frage 1"), ("en", "Only if you chose")):
        assert client.get(form_of(wave, language)).text.count(words) == 3
