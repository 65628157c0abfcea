"""Planning a wave at the desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys.models import Question, Survey, Wave
from tests.surveys.world import load_file, make_wave, small_questionnaire
from tests.world import make_user, there_once

pytestmark = pytest.mark.django_db
NEW = "/en/surveys/desk/waves/new/"


@pytest.fixture
def staff(client):
    client.force_login(make_user("reviewer"))
    return client


def moment(value) -> str:
    return timezone.localtime(there_once(value)).strftime("%Y-%m-%dT%H:%M")


def sent(questionnaire, **changes) -> dict:
    now = timezone.now()
    return {
        "questionnaire": questionnaire.pk,
        "title": "Herbst",
        "en-title": "Autumn",
        "opens_at": moment(now + timedelta(days=2)),
        "closes_at": moment(now + timedelta(days=20)),
        "threshold": 5,
        **changes,
    }


def change_url(wave: Wave) -> str:
    return f"/en/surveys/desk/waves/{wave.pk}/change/"


def shown(form) -> dict:
    """What a browser sends of a form that nobody has touched."""
    names = [name for name in form.fields if not isinstance(form[name].value(), bool)]
    return {name: form[name].value() or "" for name in names} | {
        name: form[name].value().strftime("%Y-%m-%dT%H:%M")
        for name in ("opens_at", "closes_at")
        if name in names
    }


class TestNewWave:
    @pytest.fixture
    def questionnaire(self):
        return load_file(small_questionnaire()).questionnaire

    def test_of_a_version_says_so_where_it_can_still_be_changed(self, staff, questionnaire):
        section = questionnaire.sections.get(key="words")
        pages = [
            f"/en/surveys/desk/questionnaires/{questionnaire.pk}/{page}"
            for page in ("", f"pages/{section.pk}/", f"questions/{section.questions.first().pk}/")
        ]
        told = "A wave is planned with this version and opens on"
        assert not any(told in staff.get(page).text for page in pages)
        staff.post(NEW, sent(questionnaire))
        assert all(told in staff.get(page).text for page in pages)
        Wave.objects.update(opens_at=timezone.now() - timedelta(days=1))
        assert not any(told in staff.get(page).text for page in pages)

    @pytest.mark.parametrize(
        ("days", "words"), [(-1, "The wave is open."), (2, "The wave is planned.")]
    )
    def test_says_whether_it_is_open_at_once(self, staff, questionnaire, days, words):
        opens = moment(timezone.now() + timedelta(days=days))
        assert words in staff.post(NEW, sent(questionnaire, opens_at=opens), follow=True).text

    def test_is_planned_from_the_list_of_questionnaires(self, staff, questionnaire):
        load_file(small_questionnaire())
        listed = staff.get(reverse("surveys:editor-list")).text
        address = f"{reverse('surveys:desk-wave-create')}?questionnaire={questionnaire.pk}"
        assert address in listed
        page = staff.get(f"{NEW}?questionnaire={questionnaire.pk}")
        assert page.context["form"]["questionnaire"].value() == questionnaire.pk
        assert f" selected>{questionnaire.survey.text.title}, Version 1</option>" in page.text
        answer = staff.post(NEW, sent(questionnaire))
        wave = Wave.objects.get()
        assert (answer.status_code, answer.url) == (302, wave.get_absolute_url())
        assert (wave.survey, wave.state, wave.title) == (questionnaire.survey, "planned", "Herbst")
        assert wave.translations.get().title == "Autumn"
        assert "Autumn" in staff.get(answer.url).text

    def test_of_the_newest_questionnaire_can_be_sent_as_it_comes(self, staff, questionnaire):
        before = make_wave(questionnaire.survey)
        proposal = shown(staff.get(NEW).context["form"])
        assert staff.post(NEW, {**proposal, "title": "Herbst"}).status_code == 302
        assert Wave.objects.get(title="Herbst").opens_at > before.closes_at

    @pytest.mark.parametrize("named", ["0", "999999", "drop"])
    def test_of_a_version_that_is_not_there_is_one_of_the_newest(self, staff, questionnaire, named):
        form = staff.get(f"{NEW}?questionnaire={named}").context["form"]
        assert form["questionnaire"].value() == questionnaire.pk

    def test_of_a_version_with_mistakes_is_refused(self, staff, questionnaire):
        Question.objects.filter(key="wish").update(relevant="${nobody} = 1")
        answer = staff.post(NEW, sent(questionnaire))
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["questionnaire"]
        assert reverse("surveys:editor-check", args=[questionnaire.pk]) in answer.text
        assert 'value="Autumn"' in answer.text

    def test_of_a_version_that_asks_nothing_is_refused(self, staff):
        survey = Survey.objects.create(slug="leer", title="Leer", minutes=1)
        answer = staff.post(NEW, sent(survey.questionnaires.create(version=1)))
        assert list(answer.context["form"].errors) == ["questionnaire"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"questionnaire": "x"}, "questionnaire"),
            ({"title": ""}, "title"),
            ({"opens_at": "soon"}, "opens_at"),
            ({"closes_at": "2020-01-01T10:00"}, "closes_at"),
            ({"threshold": "2"}, "threshold"),
        ],
    )
    def test_says_at_the_field_what_is_wrong(self, staff, questionnaire, wrong, field):
        answer = staff.post(NEW, sent(questionnaire) | wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert not Wave.objects.exists()


class TestAWave:
    def test_that_is_planned_may_change_in_everything(self, staff):
        wave = make_wave(state="planned")
        later = wave.closes_at + timedelta(days=3)
        form = staff.get(change_url(wave)).context["form"]
        changes = {"title": "Winter", "threshold": 7, "closes_at": moment(later)}
        assert staff.post(change_url(wave), shown(form) | changes).status_code == 302
        wave.refresh_from_db()
        assert (wave.title, wave.threshold, moment(wave.closes_at)) == ("Winter", 7, moment(later))

    def test_that_is_planned_is_deleted_after_asking_once_more(self, staff):
        wave = make_wave(state="planned")
        wave.invitations.create(email="ada@example.org")
        address = change_url(wave).replace("change/", "delete/")
        assert address in staff.get(change_url(wave)).text
        assert "The list with 1 invited address goes, too." in staff.get(address).text
        assert Wave.objects.exists()
        answer = staff.post(address)
        assert (answer.status_code, answer.url) == (302, "/en/surveys/desk/")
        assert not Wave.objects.exists()
        assert Survey.objects.filter(pk=wave.survey_id).exists()

    @pytest.mark.parametrize("state", ["open", "closed"])
    def test_that_has_opened_is_not_deleted(self, staff, state):
        wave = make_wave(state=state)
        address = change_url(wave).replace("change/", "delete/")
        assert address not in staff.get(change_url(wave)).text
        for send in (staff.get, staff.post):
            assert "The wave has opened: it stays" in send(address, follow=True).text
        assert Wave.objects.filter(pk=wave.pk).exists()

    def test_that_is_open_keeps_what_people_were_told_and_may_end_sooner(self, staff):
        wave = make_wave()
        page = staff.get(change_url(wave))
        assert set(page.context["form"].fields) >= {"title", "closes_at", "is_by_invitation"}
        assert not set(page.context["form"].fields) & {"questionnaire", "opens_at", "threshold"}
        soon = timezone.now() + timedelta(hours=2)
        sooner = shown(page.context["form"]) | {"closes_at": moment(soon)}
        assert staff.post(change_url(wave), sooner).status_code == 302
        wave.refresh_from_db()
        assert moment(wave.closes_at) == moment(soon)

    def test_that_is_open_is_not_ended_for_good_by_a_wrong_year(self, staff):
        wave = make_wave()
        page = staff.get(change_url(wave))
        past = shown(page.context["form"]) | {"closes_at": moment(timezone.now())}
        answer = staff.post(change_url(wave), past)
        assert answer.status_code == 422
        assert "stays closed" in answer.context["form"].errors["closes_at"][0]
        wave.refresh_from_db()
        assert wave.is_open

    def test_that_has_opened_meanwhile_says_so_and_takes_nothing(self, staff):
        wave = make_wave()
        answer = staff.post(change_url(wave), sent(wave.questionnaire, threshold=9))
        assert answer.status_code == 422
        assert "The wave has opened meanwhile" in answer.text
        assert 'value="Herbst"' in answer.text
        wave.refresh_from_db()
        assert wave.threshold == 5

    def test_that_is_over_may_get_another_name_only(self, staff):
        wave = make_wave(state="closed")
        form = staff.get(change_url(wave)).context["form"]
        assert [name for name in form.fields if "-" not in name] == ["title", "seen"]
        assert staff.post(change_url(wave), shown(form) | {"title": "Damals"}).status_code == 302
        wave.refresh_from_db()
        assert wave.title == "Damals"
