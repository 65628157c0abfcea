"""Rules that hold whoever writes: every test goes past the forms."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from surveys.models import Choice, Question, Response, Section, Survey, Wave
from tests.surveys.world import load_file, make_response, make_wave, questions, small_questionnaire
from tests.world import make_organisation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refused(change) -> bool:
    try:
        with transaction.atomic():
            change()
    except IntegrityError:
        return True
    return False


class TestFreeze:
    CHANGES = {
        "section": lambda s: Section.objects.filter(questionnaire__survey=s).update(title="x"),
        "question": lambda s: Question.objects.filter(section__questionnaire__survey=s).update(
            wording="x"
        ),
        "choice": lambda s: Choice.objects.filter(
            question__section__questionnaire__survey=s
        ).update(label="x"),
        "translation": lambda s: Question.translations.rel.related_model.objects.filter(
            original__section__questionnaire__survey=s
        ).update(wording="x"),
        "removal": lambda s: Choice.objects.filter(
            question__section__questionnaire__survey=s
        ).delete(),
        "addition": lambda s: Section.objects.create(
            questionnaire=s.questionnaires.get(), key="more", position=9, title="x"
        ),
        "version": lambda s: s.questionnaires.update(version=7),
    }

    @pytest.mark.parametrize("name", CHANGES)
    @pytest.mark.parametrize(("state", "frozen"), [("planned", False), ("open", True)])
    def test_a_questionnaire_changes_only_until_its_wave_opens(self, name, state, frozen):
        survey = make_wave(state=state).survey
        assert refused(lambda: self.CHANGES[name](survey)) == frozen

    def test_stays_after_the_wave_has_closed(self):
        survey = make_wave(state="closed").survey
        assert refused(lambda: self.CHANGES["question"](survey))

    def test_lets_a_new_language_in(self):
        wave = make_wave()
        question = questions(wave)["wish"]
        question.translations.create(language="uk", wording="Бажання?")

    def test_says_when_it_began(self):
        wave = make_wave()
        assert wave.questionnaire.opened_at == wave.opens_at
        assert not load_file(small_questionnaire()).questionnaire.is_frozen


class TestWave:
    @pytest.mark.parametrize(("threshold", "wrong"), [(2, True), (3, False)])
    def test_never_shows_fewer_than_three(self, threshold, wrong):
        assert refused(lambda: make_wave(threshold=threshold)) == wrong

    def test_has_to_end_after_it_begins(self):
        now = timezone.now()
        assert refused(lambda: make_wave(opens_at=now, closes_at=now))

    def test_is_the_only_one_of_its_survey_at_a_time(self):
        first = make_wave()
        assert refused(lambda: make_wave(first.survey))
        later = make_wave(first.survey, opens_at=first.closes_at, closes_at=first.closes_at + DAY)
        assert later.state == "planned"

    def test_asks_with_a_questionnaire_of_its_own_survey(self):
        other = load_file(small_questionnaire()).questionnaire
        wave = make_wave(state="planned")
        assert refused(lambda: Wave.objects.filter(pk=wave.pk).update(questionnaire=other))

    @pytest.mark.parametrize(
        ("state", "change", "wrong"),
        [
            ("planned", {"threshold": 8}, False),
            ("open", {"threshold": 8}, True),
            ("open", {"opens_at": timezone.now()}, True),
            ("open", {"closes_at": timezone.now() + 60 * DAY}, False),
            ("open", {"title": "Neuer Name"}, False),
            ("closed", {"closes_at": timezone.now() + 60 * DAY}, True),
        ],
    )
    def test_keeps_what_people_were_promised(self, state, change, wrong):
        wave = make_wave(state=state)
        assert refused(lambda: Wave.objects.filter(pk=wave.pk).update(**change)) == wrong

    def test_publishes_no_results_before_its_end(self):
        wave = make_wave()
        assert refused(
            lambda: Wave.objects.filter(pk=wave.pk).update(results_published_at=timezone.now())
        )
        assert not wave.publish_results()

    @pytest.mark.parametrize("state", ["planned", "open", "closed"])
    def test_state_follows_from_its_dates(self, state):
        assert make_wave(state=state).state == state

    def test_its_rules_speak_to_people(self):
        wave = make_wave(state="planned")
        wave.threshold = 2
        with pytest.raises(ValidationError, match=r"drei|three"):
            wave.full_clean()


class TestResponse:
    def test_an_organisation_answers_once_a_wave(self):
        wave = make_wave()
        organisation = make_organisation()
        make_response(wave, organisation=organisation)
        assert refused(lambda: make_response(wave, organisation=organisation, submitted=False))
        make_response(make_wave(), organisation=organisation)

    def test_anonymous_ones_carry_no_date(self):
        response = make_response(make_wave())
        rows = Response.objects.filter(pk=response.pk)
        assert refused(lambda: rows.update(submitted_on=timezone.localdate()))

    def test_the_link_ends_with_the_draft(self):
        response = make_response(make_wave())
        rows = Response.objects.filter(pk=response.pk)
        assert refused(lambda: rows.update(token_hash="x"))
        assert refused(lambda: rows.update(state="draft"))

    def test_keeps_a_wave_that_was_answered(self):
        from django.db.models import ProtectedError

        wave = make_wave(state="closed")
        make_response(wave)
        with pytest.raises(ProtectedError):
            wave.delete()


class TestSurvey:
    @pytest.mark.parametrize("slug", ["desk", "own", "answers"])
    def test_takes_no_address_of_another_page(self, slug):
        survey = Survey(slug=slug, title="x", introduction="x", asked_by="x", purpose="x")
        with pytest.raises(ValidationError, match=r"slug|Adresse"):
            survey.full_clean()
