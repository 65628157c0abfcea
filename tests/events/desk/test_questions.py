"""Questions to those who register, set at the desk."""

import csv
import io

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from events.models import EventQuestion, RegistrationAnswer
from tests.events.test_event_constraints import refused
from tests.events.world import desk_url, make_event, make_question, make_registration

pytestmark = pytest.mark.django_db


def url(name: str, question: EventQuestion) -> str:
    return reverse(f"events:desk-{name}", args=[question.event.slug, question.pk])


def sent(**fields) -> dict:
    return {"wording": "Wann kommen Sie?", "why": "Wegen der Stühle.", "kind": "text", **fields}


class TestQuestion:
    def test_is_set_up_with_its_english(self, client):
        event = make_event()
        client.post(
            desk_url("question-new", event),
            sent(kind="choice", choices="früh\r\nspät", **{"en-wording": "When do you come?"}),
        )
        question = event.questions.get()
        assert question.choices == "früh\nspät"
        assert question.translations.get().wording == "When do you come?"

    @pytest.mark.parametrize(
        ("choices", "words"), [("", "zwei bis zwölf"), ("ja", "zwei bis"), ("a\na", "zweimal da")]
    )
    def test_has_answers_to_choose_from(self, client, choices, words):
        answer = client.post(
            desk_url("question-new", make_event()), sent(kind="choice", choices=choices)
        )
        assert answer.status_code == 422
        assert words in answer.text

    def test_has_them_only_where_people_choose(self):
        with refused("events_question_choices"), transaction.atomic():
            make_question(kind="choice")
        with refused("events_question_choices"):
            make_question(choices="ja\nnein")

    def test_comes_last_and_moves_up(self, client):
        event = make_event()
        first, second, third = (make_question(event) for _ in range(3))
        client.post(url("question-up", third))
        assert list(event.questions.in_order()) == [first, third, second]
        client.post(url("question-up", first))
        assert list(event.questions.in_order()) == [first, third, second]

    def test_keeps_its_kind_once_it_is_answered(self, client):
        question = make_question()
        answer_to(question)
        client.post(url("question", question), sent(kind="yes-no", wording="Anders?"))
        question.refresh_from_db()
        assert (question.kind, question.wording) == ("text", "Anders?")

    def test_goes_with_its_answers_after_saying_how_many(self, client):
        question = make_question()
        answer_to(question)
        page = client.get(url("question-remove", question))
        assert "Eine Gruppe hat sie beantwortet." in page.text
        client.post(url("question-remove", question))
        assert not RegistrationAnswer.objects.exists()

    def test_list_says_that_groups_are_not_asked(self, client):
        event, words = make_event(), "Gruppen, die eine Organisation anmeldet"
        assert words not in client.get(desk_url("questions", event)).text
        make_question(event)
        assert words in client.get(desk_url("questions", event)).text

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_takes_so_many_queries(self, client, django_assert_num_queries, rows):
        event = make_event()
        for _ in range(rows):
            answer_to(make_question(event))
        client.get(desk_url("questions", event))
        with django_assert_num_queries(5):
            client.get(desk_url("questions", event))


def answer_to(question: EventQuestion, text: str = "Kuchen", **fields) -> RegistrationAnswer:
    party = make_registration(question.event, **fields)
    return RegistrationAnswer.objects.create(registration=party, question=question, text=text)


class TestAnswer:
    def test_is_of_the_party_s_event(self):
        with pytest.raises(IntegrityError, match="not of this event"):
            RegistrationAnswer.objects.create(
                registration=make_registration(), question=make_question(), text="Kuchen"
            )

    def test_is_given_once(self):
        answer = answer_to(make_question())
        with refused("events_registrationanswer_once"):
            RegistrationAnswer.objects.create(
                registration=answer.registration, question=answer.question, text="Brot"
            )

    def test_says_something(self):
        with refused("events_registrationanswer_not_empty"):
            answer_to(make_question(), text="")

    def test_is_read_at_the_desk_and_taken_along(self, client):
        question = make_question(wording="Was bringen Sie mit?")
        party = answer_to(question, "=Kuchen", size=2, companions=["Ali"]).registration
        page = client.get(reverse("events:desk-registration", args=[party.code])).text
        assert "Was bringen Sie mit?" in page
        assert "=Kuchen" in page
        file = client.post(desk_url("registrations-export", party.event)).content
        heads, row = csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=";")
        assert heads[-3:] == ["Wer mitkommt", "Programmpunkte", "Was bringen Sie mit?"]
        assert row[-3:] == ["Ali", "", "'=Kuchen"]


class TestCompanions:
    def test_are_fewer_than_the_party(self):
        with refused("events_registration_companions"):
            make_registration(size=2, companions=["Ali", "Mina"])
