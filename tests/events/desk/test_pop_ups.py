"""Sessions at a pop-up: where it is then says which stop it makes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from events.models import ReleasedItem, VenueStop
from tests.events.desk.test_programme import HOUR, TEN, send, session
from tests.events.world import desk_url, make_event, make_item, make_venue, release_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def bike():
    """A pop-up that is at the station from ten to twelve and at the library from two to four."""
    event = make_event(starts_at=TEN, ends_at=TEN + 8 * HOUR)
    bike = make_venue(event, name="Lastenrad", kind="pop-up")
    stop(bike, 0, "Bahnhof", street="Beispielweg 2", postcode="13125")
    stop(bike, 4, "Bibliothek")
    return bike


def stop(venue, hours: int, name: str, **fields) -> VenueStop:
    starts_at = TEN + hours * HOUR
    return VenueStop.objects.create(
        venue=venue, name=name, starts_at=starts_at, ends_at=starts_at + 2 * HOUR, **fields
    )


@pytest.mark.usefixtures("manager")
class TestBoard:
    def cells(self, client, event) -> list:
        page = client.get(desk_url("programme", event))
        return [cell for row in page.context["board"].rows for cell in row.cells]

    def test_shows_each_stop_where_it_begins_and_is_closed_between_them(self, client, bike):
        cells = self.cells(client, bike.event)
        assert [cell.stop.name for cell in cells if cell.is_arrival] == ["Bahnhof", "Bibliothek"]
        open_rows = [number for number, cell in enumerate(cells) if not cell.is_closed]
        assert open_rows == [*range(8), *range(16, 24)]

    def test_reaches_as_far_as_the_stops_do_on_days_of_their_own_as_well(self, client, bike):
        stop(bike, -2, "Markt")
        stop(bike, 24, "Schule")
        page = client.get(desk_url("programme", bike.event)).context["board"]
        assert page.rows[0].starts_at == TEN - 2 * HOUR
        assert len(page.days) == 2

    def test_names_the_stop_on_the_card(self, client, bike):
        session(bike, starts_at=TEN + 4 * HOUR, ends_at=TEN + 5 * HOUR)
        page = client.get(desk_url("programme", bike.event))
        assert '<span lang="de">Bibliothek</span></p>' in page.text


@pytest.mark.usefixtures("manager")
class TestMoving:
    def test_to_a_stop_takes_no_question(self, client, bike):
        item = session(None, event=bike.event)
        answer = send(client, item, venue=bike.pk, starts_at="2030-04-27T14:00")
        assert answer.status_code == 302
        item.refresh_from_db()
        assert item.stop.name == "Bibliothek"

    @pytest.mark.parametrize("at", ["11:30", "12:30"])
    def test_says_before_saving_where_the_pop_up_is_that_day(self, client, bike, at):
        item = session(None, event=bike.event)
        answer = send(client, item, venue=bike.pk, starts_at=f"2030-04-27T{at}")
        assert answer.status_code == 422
        assert "Halte an diesem Tag: Bahnhof, 10:00–12:00 Uhr; Bibliothek, 14:00" in answer.text
        item.refresh_from_db()
        assert not item.is_placed
        anyway = send(client, item, venue=bike.pk, starts_at=f"2030-04-27T{at}", anyway="on")
        assert anyway.status_code == 302

    def test_says_that_it_has_no_stop_on_another_day(self, client, bike):
        item = session(None, event=bike.event)
        answer = send(client, item, venue=bike.pk, starts_at="2030-04-28T10:00")
        assert "Lastenrad hat an diesem Tag keinen Halt." in answer.text

    def test_refuses_two_sessions_at_one_stop_at_once(self, client, bike):
        session(bike, title="Kochen")
        item = session(None, event=bike.event)
        answer = send(client, item, venue=bike.pk, starts_at="2030-04-27T10:30", anyway="on")
        assert answer.status_code == 422
        assert "„Kochen“" in answer.text

    def test_lists_the_stops_beside_the_form(self, client, bike):
        item = session(None, event=bike.event)
        for name in ("item-move", "item"):
            page = client.get(reverse(f"events:desk-{name}", args=[bike.event.slug, item.pk]))
            assert "Der Platz ergibt sich aus der Zeit" in page.text
            assert '<span lang="de">Bibliothek</span>' in page.text


class TestPublic:
    @pytest.fixture
    def item(self, bike):
        return make_item(bike, starts_at=TEN, ends_at=TEN + HOUR)

    @pytest.mark.parametrize("path", ["", "programme/"])
    def test_page_says_at_which_stop_a_session_is(self, client, item, path):
        page = client.get(f"{item.event.get_absolute_url()}{path}").text
        assert "Bahnhof, Beispielweg 2, 13125 Berlin</span>" in page

    def test_calendar_says_it_and_follows_when_the_stop_moves(self, client, item):
        path = reverse("events:programme-ics", args=[item.event.slug])
        assert "Lastenrad\\, Bahnhof\\, Beispielweg 2" in client.get(path).text
        before = ReleasedItem.objects.get().sequence
        item.venue.stops.filter(name="Bahnhof").update(name="Rathaus")
        assert ReleasedItem.objects.get().sequence == before + 1
        assert "Lastenrad\\, Rathaus" in client.get(path).text

    def test_release_says_where_a_session_is_now(self, client, item, manager):
        item.released.delete()
        release_item(item, starts_at=TEN + timedelta(minutes=30), ends_at=TEN + 2 * HOUR)
        page = client.get(desk_url("release", item.event)).text
        assert 'Lastenrad, <span lang="de">Bahnhof</span>' in page
