"""The day after, whoever came is asked how it was, once."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from events import anonymising, feedback
from events.arriving import check_in
from events.models.afterwards import survey_path
from events.tasks import ask_for_feedback
from tests.events.world import in_days, make_event, make_registration

pytestmark = pytest.mark.django_db
SURVEY = "/de/surveys/wie-war-es/"


def yesterday(**fields):
    return make_event(**{"starts_at": in_days(-1.2), "ends_at": in_days(-1.1), **fields})


def ask(deliver_jobs) -> None:
    ask_for_feedback(0)
    deliver_jobs()


class TestMail:
    def test_goes_to_those_who_came_and_only_once(self, mailbox, deliver_jobs):
        event = yesterday(feedback_url=SURVEY, title="Beispielfest")
        came = make_registration(event, email="da@example.org", language="en")
        make_registration(event, email="weg@example.org")
        check_in(event=event, code=came.code, people=1, key=uuid.uuid4())
        ask(deliver_jobs)
        ask(deliver_jobs)
        (mail,) = mailbox.mails(to="da@example.org")
        assert mail.subject == "How was it? Beispielfest"
        assert f"{settings.PUBLIC_URL}/en/surveys/wie-war-es/" in mail.text
        assert not mailbox.mails(to="weg@example.org")

    def test_goes_to_all_with_a_place_where_nobody_was_checked_in(self):
        event = yesterday(feedback_url=SURVEY)
        party = make_registration(event)
        make_registration(event, state="waiting")
        make_registration(event, state="cancelled")
        check_in(event=event, code="", people=3, key=uuid.uuid4())
        assert list(feedback.asked(event)) == [party]

    def test_goes_to_nobody_who_is_anonymous(self):
        party = make_registration(yesterday(feedback_url=SURVEY))
        anonymising.anonymise(party.event.registrations.all())
        assert not feedback.asked(party.event)

    @pytest.mark.parametrize(
        "fields",
        [
            {"feedback_url": ""},
            {"ends_at": in_days(0.2)},
            {"starts_at": in_days(-20), "ends_at": in_days(-19)},
            {"status": "draft"},
        ],
    )
    def test_is_not_due(self, fields):
        event = yesterday(**{"feedback_url": SURVEY, **fields})
        assert feedback.ask(event.pk) == 0

    def test_waits_for_the_day_after(self):
        event = yesterday(feedback_url=SURVEY)
        end = timezone.localtime(event.ends_at)
        assert event not in feedback.due(end.replace(hour=23, minute=59))
        assert event in feedback.due(end.replace(hour=9) + timedelta(days=1))


class TestAddress:
    @pytest.mark.parametrize(
        "address",
        [SURVEY, "https://portal.example.org/en/surveys/wie-war-es/", "/de/surveys/x/start/"],
    )
    def test_is_a_survey_s_public_one(self, address, settings):
        settings.PUBLIC_URL = "https://portal.example.org"
        assert survey_path(address).endswith("/")

    @pytest.mark.parametrize(
        "address",
        [
            "https://example.org/de/surveys/x/",
            "//example.org/de/surveys/x/",
            "/de/surveys/",
            "/de/surveys/desk/",
            "/de/events/x/",
            "/de/surveys/answers/geheim/",
            "javascript:alert(1)",
            "x",
        ],
    )
    def test_is_nothing_else(self, address):
        with pytest.raises(ValidationError):
            survey_path(address)

    def test_is_told_in_the_reader_s_language(self):
        event = make_event(feedback_url=f"{settings.PUBLIC_URL}{SURVEY}")
        with translation.override("en"):
            assert event.feedback_address == "/en/surveys/wie-war-es/"

    def test_stands_on_the_event_s_page_once_it_is_over(self, client):
        for event, is_there in ((yesterday(feedback_url=SURVEY), True), (yesterday(), False),
                                (make_event(feedback_url=SURVEY), False)):  # fmt: skip
            page = client.get(f"/de/events/{event.slug}/").text
            assert ("Sagen, wie es war" in page) is is_there
