from datetime import timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone

from surveys.models import Questionnaire, Response, Section, Wave
from tests.surveys.world import freeze, make_response, make_wave
from tests.world import make_organisation, make_user, there_once

pytestmark = pytest.mark.django_db
ADD = "/admin/surveys/wave/add/"


@pytest.fixture
def administrator(client):
    user = make_user("admin")
    client.force_login(user)
    return user


def sent(wave: Wave, **changes) -> dict:
    """What the form of a new wave sends, after another wave by default."""
    opens, closes = wave.closes_at + timedelta(days=10), wave.closes_at + timedelta(days=20)
    return {
        "survey": wave.survey_id,
        "questionnaire": wave.questionnaire_id,
        "title": "Herbst",
        "threshold": 5,
        "translations-TOTAL_FORMS": 0,
        "translations-INITIAL_FORMS": 0,
        **moment("opens_at", opens),
        **moment("closes_at", closes),
        **changes,
    }


def moment(name: str, value) -> dict:
    local = timezone.localtime(there_once(value))
    return {f"{name}_0": local.strftime("%d.%m.%Y"), f"{name}_1": local.strftime("%H:%M")}


def errors(answer) -> dict:
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


class TestNewWave:
    def test_comes_filled_in_with_the_latest_questionnaire_and_four_weeks(
        self, administrator, client
    ):
        wave = make_wave()
        initial = client.get(ADD).context["adminform"].form.initial
        assert initial["questionnaire"] == wave.questionnaire_id
        assert initial["survey"] == wave.survey_id
        day_after = timezone.localtime(wave.closes_at + timedelta(days=1))
        assert timezone.localtime(initial["opens_at"]) == day_after.replace(
            hour=8, minute=0, second=0, microsecond=0
        )
        assert timezone.localtime(initial["closes_at"]).strftime("%H:%M") == "23:59"

    def test_can_be_saved_as_it_comes_while_another_is_open(self, administrator, client):
        wave = make_wave()
        initial = client.get(ADD).context["adminform"].form.initial
        dates = {**moment("opens_at", initial["opens_at"])}
        dates |= moment("closes_at", initial["closes_at"])
        assert client.post(ADD, sent(wave, **dates)).status_code == 302

    def test_begins_tomorrow_when_the_last_is_long_over(self, administrator, client):
        make_wave(state="closed")
        initial = client.get(ADD).context["adminform"].form.initial
        tomorrow = timezone.localdate() + timedelta(days=1)
        assert timezone.localtime(initial["opens_at"]).date() == tomorrow

    def test_is_made(self, administrator, client):
        wave = make_wave()
        assert client.post(ADD, sent(wave)).status_code == 302
        assert Wave.objects.filter(title="Herbst", threshold=5).exists()

    def test_needs_a_questionnaire_of_its_survey(self, administrator, client):
        wave, other = make_wave(), make_wave()
        answer = client.post(ADD, sent(wave, questionnaire=other.questionnaire_id))
        assert list(errors(answer)) == ["questionnaire"]
        assert str(other.survey) in str(errors(answer))

    def test_closes_after_it_opens(self, administrator, client):
        wave = make_wave()
        early = moment("closes_at", wave.closes_at + timedelta(days=9))
        assert list(errors(client.post(ADD, sent(wave, **early)))) == ["closes_at"]

    def test_names_the_wave_that_is_in_the_way(self, administrator, client):
        wave = make_wave(title="Frühling")
        found = errors(client.post(ADD, sent(wave, **moment("opens_at", timezone.now()))))
        assert list(found) == ["opens_at"]
        assert "„Frühling“ ist von" in str(found)

    def test_shows_no_smaller_groups_than_three(self, administrator, client):
        wave = make_wave()
        assert list(errors(client.post(ADD, sent(wave, threshold=2)))) == ["threshold"]


class TestOpenWave:
    def test_keeps_what_was_promised_and_may_end_later(self, administrator, client):
        wave = make_wave()
        address = reverse("admin:surveys_wave_change", args=[wave.pk])
        page = client.get(address).content.decode()
        assert 'name="threshold"' not in page
        assert "lässt sich nicht mehr ändern" in page
        later = wave.closes_at + timedelta(days=5)
        data = sent(wave, **moment("closes_at", later), threshold=3)
        assert client.post(address, data).status_code == 302
        wave.refresh_from_db()
        assert wave.threshold == 5
        assert timezone.localtime(wave.closes_at).date() == timezone.localtime(later).date()

    def test_cannot_end_in_the_time_of_the_next(self, administrator, client):
        wave = make_wave()
        next_wave = Wave.objects.create(
            survey=wave.survey,
            questionnaire=wave.questionnaire,
            title="Danach",
            opens_at=wave.closes_at + timedelta(days=1),
            closes_at=wave.closes_at + timedelta(days=9),
        )
        address = reverse("admin:surveys_wave_change", args=[wave.pk])
        late = moment("closes_at", next_wave.opens_at + timedelta(days=1))
        assert list(errors(client.post(address, sent(wave, **late)))) == ["closes_at"]

    def test_publishes_what_is_over_and_says_how_many(self, administrator, client):
        publish = {"action": "publish_results", ACTION_CHECKBOX_NAME: []}
        for state, told in (
            ("open", "Es gibt nichts zu veröffentlichen"),
            ("closed", "Die Ergebnisse einer Welle sind jetzt öffentlich"),
        ):
            wave = make_wave(state=state)
            if state == "closed":
                for _ in range(wave.threshold):
                    make_response(wave)
                freeze(wave)
            publish[ACTION_CHECKBOX_NAME] = [wave.pk]
            page = client.post(reverse("admin:surveys_wave_changelist"), publish, follow=True)
            assert told in page.text

    def test_that_is_over_only_shows_its_dates(self, administrator, client):
        wave = make_wave(state="closed")
        address = reverse("admin:surveys_wave_change", args=[wave.pk])
        assert 'name="closes_at_0"' not in client.get(address).content.decode()
        assert client.post(address, sent(wave, title="Neu")).status_code == 302
        assert Wave.objects.get(pk=wave.pk).title == "Neu"


class TestExpressions:
    @pytest.fixture
    def questionnaire(self):
        make_wave(state="planned")
        return Questionnaire.objects.get()

    def send(self, client, questionnaire, relevant: str):
        return client.post(
            "/admin/surveys/section/add/",
            {
                "questionnaire": questionnaire.pk,
                "position": "9",
                "key": "anfang",
                "title": "Die ersten Jahre",
                "relevant": relevant,
                "translations-TOTAL_FORMS": 0,
                "translations-INITIAL_FORMS": 0,
            },
        )

    def test_are_kept_and_listed(self, administrator, client, questionnaire):
        answer = self.send(client, questionnaire, "${stage} = 'new'")
        assert answer.status_code == 302, answer.context["errors"]
        assert Section.objects.get(key="anfang").relevant == "${stage} = 'new'"
        page = client.get("/admin/surveys/section/").content.decode()
        assert '<td class="field-relevant">${stage} = &#x27;new&#x27;</td>' in page

    @pytest.mark.parametrize("relevant", ["${wealth} = 'rich'", "${stage} = ", "magic(1)"])
    def test_that_are_wrong_are_told_at_the_field(
        self, administrator, client, questionnaire, relevant
    ):
        answer = self.send(client, questionnaire, relevant)
        assert answer.status_code == 200
        assert list(answer.context["adminform"].form.errors) == ["relevant"]
        assert not Section.objects.filter(key="anfang").exists()


class TestFrozen:
    def test_questionnaires_offer_no_deletion_of_many(self, administrator, client):
        make_wave()
        page = client.get(reverse("admin:surveys_questionnaire_changelist")).content.decode()
        assert "delete_selected" not in page
        assert Questionnaire.objects.exists()


class TestStructure:
    def test_shows_what_is_below_to_open_it(self, administrator, client):
        questionnaire = make_wave().questionnaire
        [section, *_others] = questionnaire.sections.all()
        for item, below in (
            (questionnaire.survey, questionnaire),
            (questionnaire, section),
            (section, section.questions.first()),
        ):
            address = reverse(f"admin:surveys_{item._meta.model_name}_change", args=[item.pk])
            page = client.get(address).text
            assert (
                reverse(f"admin:surveys_{below._meta.model_name}_change", args=[below.pk]) in page
            )

    def test_of_what_does_not_exist_yet_is_empty(self, administrator, client):
        page = client.get(reverse("admin:surveys_section_add"))
        prefixes = [row.formset.prefix for row in page.context["inline_admin_formsets"]]
        assert prefixes == ["translations"]


class TestResponses:
    def test_are_listed_when_the_wave_is_over_and_only_those_with_a_name(
        self, administrator, client
    ):
        for state in ("open", "closed"):
            wave = make_wave(state=state)
            make_response(wave, organisation=make_organisation(f"Beispiel {state}"))
            make_response(wave)
        page = client.get(reverse("admin:surveys_response_changelist"))
        assert [row.organisation.name for row in page.context["cl"].result_list] == [
            "Beispiel closed"
        ]
        hidden = Response.objects.exclude(organisation__name="Beispiel closed")
        for response in hidden:
            address = reverse("admin:surveys_response_change", args=[response.pk])
            assert client.get(address).status_code == 302


@pytest.mark.parametrize(("state", "is_fixed"), [("planned", False), ("open", True)])
def test_a_survey_keeps_what_people_read_who_answer_now(client, administrator, state, is_fixed):
    survey = make_wave(state=state).survey
    page = client.get(reverse("admin:surveys_survey_change", args=[survey.pk]))
    assert ("purpose" not in page.context["adminform"].form.fields) is is_fixed
    assert "title" in page.context["adminform"].form.fields
    [translations] = [
        row for row in page.context["inline_admin_formsets"] if "translations" in row.formset.prefix
    ]
    assert translations.has_change_permission is not is_fixed
    assert translations.has_add_permission
