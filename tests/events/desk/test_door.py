"""The door at the desk: plain pages and forms."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Arrival, ProgrammeItem
from tests.events.world import desk_url, make_event, make_item, make_registration, make_venue

pytestmark = pytest.mark.django_db


def check_in(client, event, **fields):
    values = {"people": 1, "key": uuid.uuid4(), **fields}
    return client.post(desk_url("door-check-in", event), values, follow=True)


class TestDoor:
    def test_lets_a_party_in_and_tells_how_many_are_here(self, client, manager):
        party = make_registration(size=3, name="Amira")
        page = client.get(desk_url("door", party.event)).text
        key = re.search(r'name="key" value="([^"]+)"', page)[1]
        answer = check_in(client, party.event, code=party.code, people=2, key=key, q="amira")
        assert answer.redirect_chain == [(f"{desk_url('door', party.event)}?q=amira", 302)]
        assert "Amira: 2 Personen sind da." in answer.text
        assert "2 von 3 da" in answer.text
        arrival = Arrival.objects.get()
        assert (arrival.registration, arrival.noted_by) == (party, manager)
        assert str(arrival.key) == key

    @pytest.mark.parametrize("words", ["Näh\0café", "x " * 3000])
    def test_finds_nobody_by_what_no_name_has(self, client, words):
        party = make_registration(name="Amira")
        page = client.get(desk_url("door", party.event), {"q": words})
        assert page.context["parties"] == []

    def test_leads_back_to_the_page_of_the_list(self, client):
        event = make_event()
        for _ in range(26):
            make_registration(event)
        page = client.get(desk_url("door", event), {"page": "2"}).text
        [kept] = set(re.findall(r'name="page" value="([^"]+)"', page))
        answer = check_in(client, event, page=kept)
        assert answer.redirect_chain == [(f"{desk_url('door', event)}?page=2", 302)]

    def test_says_when_more_come_than_the_party_has(self, client):
        party = make_registration(size=2, name="Amira")
        check_in(client, party.event, code=party.code, people=2)
        text = check_in(client, party.event, code=party.code, people=2).text
        assert "Amira wurde mehrfach erfasst" in text
        assert "doppelt erfasst" in text

    def test_counts_people_without_registration(self, client):
        event = make_event()
        assert "4 Personen ohne Anmeldung sind gezählt." in check_in(client, event, people=4).text
        assert Arrival.objects.walk_ins().people() == 4

    @pytest.mark.parametrize("people", ["", "0", "101", "viele"])
    def test_refuses_what_is_no_number_of_people(self, client, people):
        text = check_in(client, make_event(), people=people).text
        assert "Bitte geben Sie eine Zahl von 1 bis 100 an." in text
        assert not Arrival.objects.exists()

    def test_counts_at_the_place_that_was_chosen(self, client):
        item = make_item()
        event = item.venue.event
        make_registration(event)
        place = f"item-{item.pk}"
        answer = check_in(client, event, people=5, at=place)
        assert Arrival.objects.get().item == item
        assert answer.context["count"].walk_ins == 5
        assert client.get(desk_url("door", event)).context["count"].walk_ins == 0

    def test_names_a_session_by_the_hour_that_everybody_reads(self, client):
        item = make_item()
        start = timezone.localtime(item.starts_at)
        ProgrammeItem.objects.update(
            starts_at=item.starts_at + timedelta(hours=2), ends_at=item.ends_at + timedelta(hours=2)
        )
        for page in (
            client.get(desk_url("door", item.event), {"at": f"item-{item.pk}"}),
            client.get(desk_url("door-places", item.event)),
        ):
            assert f"{start:%H:%M} {item.title}" in page.text

    def test_counts_nowhere_at_a_place_of_another_event(self, client):
        check_in(client, make_event(), at=f"venue-{make_venue().pk}")
        assert not Arrival.objects.exists()

    def test_undoes_and_says_so_once(self, client):
        event = make_event()
        check_in(client, event, people=4)
        key = Arrival.objects.get().key
        path = desk_url("door-undo", event)
        assert "Rückgängig gemacht" in client.post(path, {"key": key}, follow=True).text
        assert Arrival.objects.get().is_undone
        other = desk_url("door-undo", make_event())
        for address, wrong in ((other, key), (path, uuid.uuid4()), (path, "x")):
            assert "nichts rückgängig" in client.post(address, {"key": wrong}, follow=True).text

    def test_shows_who_is_missing(self, client):
        event = make_event()
        here, missing = make_registration(event), make_registration(event)
        check_in(client, event, code=here.code)
        page = client.get(desk_url("door", event), {"show": "missing"})
        assert [party.registration for party, _key in page.context["parties"]] == [missing]

    def test_is_on_the_page_that_the_qr_code_opens(self, client):
        party = make_registration(size=2)
        path = f"/de/events/desk/registrations/{party.code}/"
        assert "Einlassen" in client.get(path).text
        answer = check_in(client, party.event, code=party.code, people=2, back=party.code)
        assert answer.redirect_chain == [(path, 302)]
        assert "alle da" in answer.text
        waiting = make_registration(state="waiting")
        assert "Einlassen" not in client.get(f"/de/events/desk/registrations/{waiting.code}/").text

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(("language", "queries"), [("de", 9), ("en", 10)])
    def test_takes_as_many_queries_whoever_comes(
        self, client, django_assert_num_queries, rows, language, queries
    ):
        event = make_event()
        for _ in range(rows):
            party = make_registration(event, size=2)
            make_item(make_venue(event))
            check_in(client, event, code=party.code)
        path = desk_url("door", event).replace("/de/", f"/{language}/")
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)

    @pytest.mark.parametrize("number", [1, 3])
    def test_offers_places_in_as_many_queries_however_many(
        self, client, manager, django_assert_num_queries, number
    ):
        venue = make_venue()
        for room in range(number):
            make_item(venue, room=str(room))
        address = desk_url("door-places", venue.event)
        client.get(address)
        # session, account, second factor, event, venues, what is released, its sessions
        with django_assert_num_queries(7):
            page = client.get(address)
        assert page.text.count("?at=item-") == number
