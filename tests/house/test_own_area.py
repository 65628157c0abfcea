"""What surveys and events show in a member's own area."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from events.models import EventTranslation
from ssoe_portal.common.own_area import doors
from tests.events.world import (
    in_days,
    make_event,
    make_group,
    make_pitch,
    make_stall,
    make_venue,
    place,
)
from tests.surveys.world import make_response, make_wave, small_questionnaire
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.django_db


def told(*organisations) -> list[tuple]:
    return [(str(door.title), door.url, door.waits) for door in doors(organisations)]


class TestStalls:
    def test_lead_to_the_application_for_that_event(self):
        one = make_organisation()
        event = make_event(stalls_until=in_days(10))
        make_event()
        path = f"/de/events/{event.slug}/stall/apply/"
        assert told(one) == [("Um einen Stand bewerben", f"{path}?organisation={one.slug}", True)]
        assert told(one, make_organisation()) == [("Um einen Stand bewerben", path, True)]

    def test_show_what_became_of_the_application_instead(self):
        organisation = make_organisation()
        event = make_event(stalls_until=in_days(10))
        stall = make_stall(event, organisation=organisation, title="Suppe", state="accepted")
        (door,) = doors([organisation])
        assert (door.title, door.text) == ("Ihr Stand", f"{event.title}: Suppe, zugesagt")
        assert (door.url, door.waits) == (stall.get_absolute_url(), False)
        place(stall, make_pitch(make_venue(event), label="A7"))
        assert doors([organisation])[0].text == f"{event.title}: Suppe, Standplatz A7"

    @pytest.mark.parametrize("state", ["declined", "withdrawn"])
    def test_do_not_ask_again_when_it_came_to_nothing(self, state):
        organisation = make_organisation()
        make_stall(make_event(stalls_until=in_days(10)), organisation=organisation, state=state)
        assert told(organisation) == []

    def test_forget_events_that_are_over(self):
        organisation = make_organisation()
        make_stall(
            make_event(starts_at=in_days(-2), ends_at=in_days(-1)), organisation=organisation
        )
        assert told(organisation) == []


class TestSurveys:
    def test_lead_to_the_survey_until_the_organisation_has_answered(self):
        organisation = make_organisation()
        wave = make_wave()
        url = wave.survey.get_absolute_url()
        assert told(organisation) == [("Sagen, was Sie brauchen", url, True)]
        draft = make_response(wave, organisation=organisation, submitted=False)
        assert told(organisation) == [("Weiter antworten", url, True)]
        draft.delete()
        make_response(wave, organisation=organisation)
        assert told(organisation) == [("Sie haben geantwortet, danke", url, False)]
        assert told(organisation, make_organisation())[0][2] is True

    def test_wait_for_nobody_where_nothing_is_asked_of_organisations(self):
        data = small_questionnaire()
        for each in data["sections"][0]["questions"]:
            each.pop("profile_field", None)
        wave, organisation = make_wave(data=data), make_organisation()
        door = ("Eine Umfrage beantworten", wave.survey.get_absolute_url(), False)
        assert told(organisation) == [door]
        make_response(wave, organisation=organisation)
        assert told(organisation)[0][0] == "Sie haben geantwortet, danke"

    def test_forget_surveys_that_are_over(self):
        make_wave(state="closed")
        assert told(make_organisation()) == []


class TestOwnArea:
    def test_shows_what_waits_before_everything_else(self, client):
        organisation = make_organisation()
        make_stall(make_event(), organisation=organisation)
        make_wave()
        client.force_login(make_member(organisation))
        text = client.get("/de/account/").text
        places = [text.index(f'door__title">{title}') for title in
                  ("Sagen, was Sie brauchen", "Ihr Stand")]  # fmt: skip
        assert places == sorted(places)
        assert places[-1] < text.index("Meine Organisation")

    def test_shows_nothing_of_it_before_the_organisation_is_public(self, client):
        make_event(stalls_until=in_days(10))
        make_wave()
        client.force_login(make_member(make_organisation(status="draft")))
        assert "door--waits" not in client.get("/de/account/").text

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("language", "queries"), [("de", 3), ("en", 6)])
    def test_asks_a_fixed_number_of_times(
        self, client, django_assert_num_queries, rows, language, queries
    ):
        organisation = make_organisation()
        for _ in range(rows):
            event = make_event(stalls_until=in_days(10))
            EventTranslation.objects.create(original=event, language="en", title="Fair")
            make_stall(make_event(), organisation=organisation)
            make_group(organisation=organisation)
            make_wave()
        with translation.override(language), django_assert_num_queries(queries):
            assert len(doors([organisation])) == 4 * rows

    def test_has_a_way_to_the_stalls_whatever_is_on(self, client):
        client.force_login(make_member(make_organisation()))
        for language, words in (("de", "Unsere Stände"), ("en", "Our stalls")):
            text = client.get(f"/{language}/account/").text
            assert f'<a class="door" href="/{language}/events/stalls/">' in text
            assert words in text

    def test_is_made_by_actors_without_knowing_where_else_it_leads(self):
        pages = (Path(settings.BASE_DIR) / "templates" / "actors").rglob("*.html")
        found = [
            page.name
            for page in pages
            if re.search(r"url ['\"](events|surveys):", page.read_text())
        ]
        assert found == []
