"""The plan of an event at the desk."""

import pytest
from django.urls import reverse

from events.models import PitchAssignment
from tests.events.world import desk_url, make_pitch, make_stall, make_venue, place
from tests.world import make_user

pytestmark = pytest.mark.django_db


class TestPlan:
    def test_leads_administrators_from_the_plan_to_the_pitches(self, client):
        venue = make_venue()
        make_pitch(venue)
        link = reverse("admin:events_venue_change", args=[venue.pk])
        page = desk_url("plan", venue.event)
        assert link not in client.get(page).text
        client.force_login(make_user("admin"))
        assert link in client.get(page).text

    def test_from_the_plan_asks_which_stall_and_comes_back(self, client, event):
        venue = make_venue(event)
        pitch = make_pitch(venue, label="B1")
        stall = make_stall(event, state="accepted")
        path = f"/de/events/desk/{event.slug}/plan/"
        assert f'<a class="plan__cell" href="{path}?pitch={pitch.pk}#placing"' in (
            client.get(path).text
        )
        assert "Auf B1 stellen" in client.get(f"{path}?pitch={pitch.pk}").text
        answer = client.post(
            f"/de/events/desk/stalls/{stall.pk}/place/", {"pitch": pitch.pk, "back": "plan"}
        )
        assert answer.url == path
        assert PitchAssignment.objects.get().application == stall
        # Nobody is left without a pitch: nothing to choose.
        assert "?pitch=" not in client.get(path).text

    @pytest.mark.parametrize("asked", ["taken", "x", "0"])
    def test_ignores_a_pitch_in_the_address_that_cannot_be_had(self, client, event, asked):
        pitch = make_pitch(make_venue(event))
        place(make_stall(event, state="accepted"), pitch)
        make_stall(event, state="accepted")
        query = {"pitch": pitch.pk if asked == "taken" else asked}
        page = client.get(f"/de/events/desk/{event.slug}/plan/", query)
        assert (page.status_code, page.context["chosen"]) == (200, None)
