"""What anybody sees of surveys before answering."""

import pytest

from tests.surveys.world import make_response, make_wave
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.django_db


class TestList:
    def test_shows_open_and_closed_surveys_but_no_planned_ones(self, client):
        shown = [make_wave(), make_wave(state="closed")]
        hidden = make_wave(state="planned")
        page = client.get("/en/surveys/").content.decode()
        assert all(wave.survey.get_absolute_url() in page for wave in shown)
        assert hidden.survey.get_absolute_url() not in page

    def test_says_when_there_is_none(self, client):
        assert "No survey is open at the moment" in client.get("/en/surveys/").content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_takes_the_same_queries_for_one_and_three(
        self, count, client, django_assert_num_queries
    ):
        for _ in range(count):
            make_wave()
        with django_assert_num_queries(2):
            client.get("/de/surveys/")
        with django_assert_num_queries(4):
            client.get("/en/surveys/")

    def test_says_what_a_survey_is_about_to_the_end(self, client):
        wave = make_wave()
        words = "Wort " * 60 + "Ende."
        type(wave.survey).objects.filter(pk=wave.survey_id).update(introduction=words)
        assert words in client.get("/de/surveys/").content.decode()


class TestDetail:
    def test_says_who_asks_why_how_long_and_the_threshold(self, client):
        wave = make_wave(threshold=7)
        page = client.get(f"/en/surveys/{wave.survey.slug}/").content.decode()
        for words in (
            "Die Task Force (en)",
            "About 5 minutes",
            "No group of fewer than 7.",
            "Was damit",
        ):
            assert words in page

    def test_is_missing_before_the_first_wave_opens(self, client):
        wave = make_wave(state="planned")
        assert client.get(f"/de/surveys/{wave.survey.slug}/").status_code == 404

    def test_offers_no_beginning_when_closed(self, client):
        wave = make_wave(state="closed")
        page = client.get(f"/en/surveys/{wave.survey.slug}/").content.decode()
        assert "This survey is closed." in page
        assert "About 5 minutes" not in page
        assert "/start/" not in page

    def test_shows_members_their_draft_and_nobody_else(self, client):
        wave = make_wave()
        organisation = make_organisation("Beispiel Draft")
        make_response(wave, organisation=organisation, submitted=False)
        url = f"/en/surveys/{wave.survey.slug}/"
        client.force_login(make_member(organisation, "editor"))
        assert "Beispiel Draft has begun to answer" in client.get(url).content.decode()
        client.force_login(make_member(make_organisation("Beispiel Fremd")))
        assert "Beispiel Draft" not in client.get(url).content.decode()

    def test_leads_members_to_what_they_answered_when_it_is_closed(self, client):
        wave = make_wave(state="closed")
        organisation = make_organisation("Beispiel Antwort")
        response = make_response(wave, organisation=organisation)
        make_response(wave, organisation=make_organisation("Beispiel Fremd"))
        url = f"/en/surveys/{wave.survey.slug}/"
        client.force_login(make_member(organisation, "editor"))
        page = client.get(url).text
        assert "Beispiel Antwort: " in page
        own = f"/en/surveys/own/{response.pk}/"
        assert f'href="{own}"' in page
        assert client.get(own).status_code == 200
        assert "Beispiel Fremd" not in page
        client.logout()
        assert "Beispiel Antwort" not in client.get(url).text

    def test_takes_few_queries(self, client, django_assert_num_queries):
        wave = make_wave()
        with django_assert_num_queries(2):
            client.get(f"/de/surveys/{wave.survey.slug}/")
        client.force_login(make_member(make_organisation()))
        with django_assert_num_queries(6):
            client.get(f"/de/surveys/{wave.survey.slug}/")
