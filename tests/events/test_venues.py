"""Venues, set up and changed by event managers and by the organisation that leads the event."""

import uuid
from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from events import arriving
from events.models import Event, Venue
from ssoe_portal.common.geography import point_for_postcode
from tests.events.world import desk_url, in_days, make_event, make_item, make_pitch, make_venue
from tests.sending import as_shown
from tests.world import make_area

pytestmark = pytest.mark.django_db


def at(hour: int) -> datetime:
    return datetime(2030, 5, 1, hour, tzinfo=timezone.get_default_timezone())


def form(**fields) -> dict:
    return {"name": "Beispielhof", "kind": "main", "position": "0", **fields}


def new_url(event) -> str:
    return reverse("events:venue-new", args=[event.slug])


def edit_url(venue) -> str:
    return reverse("events:venue-edit", args=[venue.event.slug, venue.pk])


class TestAdding:
    def test_sets_up_a_venue_with_its_point_and_its_english_name(self, client, manager):
        event = make_event()
        buch = make_area("buch")
        answer = client.post(
            new_url(event),
            form(
                street="Beispielweg 1",
                postcode="13125",
                area=buch.pk,
                directions="Durch das Tor.",
                accessibility="Ohne Stufen.",
                **{"en-name": "Example yard", "en-directions": "Through the gate."},
            ),
        )
        assert answer.url == desk_url("event", event)
        venue = event.venues.get()
        assert venue.point == buch.point  # nearer than the middle of a postcode of three places
        assert venue.translations.get().name == "Example yard"
        english = client.get(f"/en/events/{event.slug}/").text
        assert "Example yard" in english
        assert "Through the gate." in english

    def test_of_a_pop_up_goes_on_to_its_stops(self, client, manager):
        event = make_event()
        answer = client.post(new_url(event), form(kind="pop-up"))
        bike = event.venues.get()
        assert answer.url == reverse("events:stop-list", args=[event.slug, bike.pk])
        answer = client.post(edit_url(bike), as_shown(client.get(edit_url(bike)).text))
        assert answer.url == desk_url("event", event)

    def test_puts_a_further_one_last(self, client, manager):
        event = make_event()
        make_venue(event, position=3)
        assert client.get(new_url(event)).context["form"]["position"].value() == 4

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"postcode": "99999"}, "Diese Postleitzahl kennen wir nicht"),
            ({"en-directions": "Bus"}, "Ein englischer Text braucht einen Namen."),
        ],
    )
    def test_says_what_to_mend(self, client, manager, fields, words):
        event = make_event()
        answer = client.post(new_url(event), form(**fields))
        assert answer.status_code == 422
        assert words in answer.text
        assert not event.venues.exists()

    @pytest.mark.parametrize(
        ("opens", "closes", "field", "words"),
        [
            ("01T10:00", "", "closes_at", "Bitte beide Zeiten angeben"),
            ("", "01T10:00", "opens_at", "Bitte beide Zeiten angeben"),
            ("01T10:00", "01T09:00", "closes_at", "Das Ende muss nach dem Anfang liegen"),
            ("02T10:00", "02T12:00", "opens_at", "1. Mai 2030"),
            ("01T14:00", "01T18:00", "opens_at", "1. Mai 2030"),
            ("01T12:00", "01T18:00", "", ""),
        ],
    )
    def test_is_open_while_the_event_is_on(self, client, manager, opens, closes, field, words):
        event = make_event(starts_at=at(10), ends_at=at(14))
        hours = {"opens_at": f"2030-05-{opens}"} if opens else {}
        hours |= {"closes_at": f"2030-05-{closes}"} if closes else {}
        answer = client.post(new_url(event), form(**hours))
        assert (answer.status_code == 422) is bool(field)
        assert event.venues.exists() is not bool(field)
        if field:
            assert set(answer.context["form"].errors) == {field}
            assert words in answer.context["form"].errors[field][0]

    def test_refuses_a_name_that_is_there(self, client, manager):
        event = make_event()
        make_venue(event, name="Beispielhof")
        answer = client.post(new_url(event), form())
        assert "hat schon einen Ort mit diesem Namen" in answer.text


class TestChanging:
    def test_moves_the_point_only_with_the_address(self, client, manager):
        venue = make_venue(street="Beispielweg 1", postcode="13125", latitude=52.5, longitude=13.4)
        page = edit_url(venue)
        client.post(page, as_shown(client.get(page).text) | {"directions": "Durch das Tor."})
        venue = Venue.objects.get()
        assert (venue.latitude, venue.directions) == (52.5, "Durch das Tor.")
        client.post(page, as_shown(client.get(page).text) | {"postcode": "10119"})
        assert Venue.objects.get().point == point_for_postcode("10119")

    def test_keeps_what_somebody_else_changed_meanwhile(self, client, manager):
        venue = make_venue(name="Beispielhof")
        page = edit_url(venue)
        mine, theirs = as_shown(client.get(page).text), as_shown(client.get(page).text)
        client.post(page, mine | {"street": "Beispielweg 1", "postcode": "13125"})
        assert client.post(page, theirs | {"accessibility": "Ohne Stufen."}).status_code == 302
        venue.refresh_from_db()
        assert (venue.street, venue.accessibility) == ("Beispielweg 1", "Ohne Stufen.")

    def test_of_another_event_is_not_found(self, client, manager):
        page = reverse("events:venue-edit", args=[make_event().slug, make_venue().pk])
        assert client.get(page).status_code == 404

    def test_by_the_organisation_is_seen_by_event_managers(self, client, member, organisation):
        venue = make_venue(make_event(organisation=organisation))
        client.force_login(member)
        answer = client.post(edit_url(venue), form())
        assert answer.url == reverse("events:own-event", args=[venue.event.slug])
        venue.event.refresh_from_db()
        assert venue.event.is_changed_by_owner

    def test_by_an_event_manager_needs_nobody_to_look(self, client, manager):
        venue = make_venue()
        client.post(edit_url(venue), form())
        venue.event.refresh_from_db()
        assert not venue.event.is_changed_by_owner


class TestRemoving:
    def url(self, venue) -> str:
        return reverse("events:venue-remove", args=[venue.event.slug, venue.pk])

    def test_asks_first(self, client, manager):
        venue = make_venue(name="Beispielhof")
        other = make_venue(venue.event)
        assert "Beispielhof" in client.get(self.url(venue)).text
        assert Venue.objects.count() == 2
        client.post(self.url(venue))
        assert Venue.objects.get() == other

    @pytest.mark.parametrize("is_desk", [True, False])
    @pytest.mark.parametrize(
        ("status", "attendance", "stays"),
        [
            ("published", "on-site", True),
            ("published", "hybrid", True),
            ("submitted", "on-site", True),
            ("draft", "on-site", False),
            ("published", "online", False),
        ],
    )
    def test_spares_the_only_one_where_people_are_to_come(
        self, client, manager, member, organisation, is_desk, status, attendance, stays
    ):
        event = make_event(status=status, organisation=organisation)
        Event.objects.update(attendance=attendance)
        venue = event.venues.first() or make_venue(event)
        client.force_login(manager if is_desk else member)
        answer = client.post(self.url(venue), follow=True)
        home = (
            desk_url("event", event) if is_desk else reverse("events:own-event", args=[event.slug])
        )
        assert answer.redirect_chain == [(home, 302)]
        assert ("Tragen Sie zuerst den neuen Ort ein" in answer.text) is stays
        assert event.venues.exists() is stays

    @pytest.mark.parametrize("make", [make_item, make_pitch])
    def test_spares_one_where_something_takes_place(self, client, manager, make):
        venue = make_venue(make_event(starts_at=in_days(3), ends_at=in_days(4)))
        make(venue)
        answer = client.post(self.url(venue), follow=True)
        assert "Bitte verlegen Sie zuerst diese." in answer.text
        assert Venue.objects.exists()

    def test_spares_one_where_people_were_counted(self, client, manager):
        venue = make_venue()
        place = arriving.Place(f"venue-{venue.pk}", venue=venue)
        arriving.check_in(event=venue.event, code="", people=7, key=uuid.uuid4(), place=place)
        answer = client.post(self.url(venue), follow=True)
        assert "An diesem Ort wurden Menschen gezählt" in answer.text
        assert venue.event.arrivals.people() == 7
