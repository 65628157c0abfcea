"""A pop-up with changing places and hours."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events.models import Event, VenueStop
from ssoe_portal.common.mini_map import DOT, FIRST_DOT
from tests.events.world import in_days, make_event, make_venue
from tests.sending import as_shown
from tests.world import make_area

pytestmark = pytest.mark.django_db


@pytest.fixture
def pop_up():
    event = make_event(starts_at=in_days(-1), ends_at=in_days(3))
    return make_venue(event, kind="pop-up", name="Lastenrad")


def make_stop(venue, hours: float, length: float = 1, **fields) -> VenueStop:
    starts_at = timezone.now() + timedelta(hours=hours)
    values = {"name": f"Platz {hours}", **fields}
    return VenueStop.objects.create(
        venue=venue, starts_at=starts_at, ends_at=starts_at + timedelta(hours=length), **values
    )


def stops_url(venue) -> str:
    return reverse("events:stop-list", args=[venue.event.slug, venue.pk])


def form(**fields) -> dict:
    return {
        "name": "Bahnhof",
        "starts_at": in_days(1).strftime("%Y-%m-%dT10:00"),
        "ends_at": in_days(1).strftime("%Y-%m-%dT12:00"),
        **fields,
    }


class TestPage:
    def test_says_where_the_pop_up_is_now_and_all_its_stops(self, client, pop_up):
        make_stop(pop_up, 20, name="Bibliothek", street="Beispielweg 2", postcode="13125")
        make_stop(pop_up, -0.5, name="Bahnhof")
        page = client.get(pop_up.event.get_absolute_url()).text
        assert "Jetzt: Bahnhof, bis" in page
        assert "Beispielweg 2, 13125 Berlin" in page

    def test_says_where_it_is_next(self, client, pop_up):
        make_stop(pop_up, -5, name="Bahnhof")
        make_stop(pop_up, 20, name="Bibliothek")
        page = client.get(pop_up.event.get_absolute_url()).text
        assert "Als Nächstes: Bibliothek, ab" in page
        assert "Jetzt: " not in page

    def test_draws_where_it_will_stop_the_next_one_large(self, client, pop_up):
        make_venue(pop_up.event, postcode="13125")
        make_stop(pop_up, -5, postcode="10405")
        make_stop(pop_up, 5, postcode="13187")
        for hours in (20, 30):
            make_stop(pop_up, hours, postcode="10439")
        make_stop(pop_up, 40)
        page = client.get(pop_up.event.get_absolute_url())
        assert [r for _x, _y, r in page.context["map"].dots] == [DOT, FIRST_DOT]
        drawing = page.text.split("<figure")[1].split("</figure>")[0]
        assert drawing.count('class="mini-map__me"') == 2
        assert "groß: wo sie jetzt oder als Nächstes sind" in drawing

    def test_draws_a_pop_up_that_stays_in_one_place(self, client, pop_up):
        make_venue(pop_up.event, postcode="13125")
        make_venue(pop_up.event, kind="pop-up", postcode="13187")
        over = {"opens_at": in_days(-0.5), "closes_at": in_days(-0.1)}
        make_venue(pop_up.event, kind="pop-up", postcode="10405", **over)
        page = client.get(pop_up.event.get_absolute_url())
        assert [r for _x, _y, r in page.context["map"].dots] == [FIRST_DOT]

    def test_draws_where_it_is_next_where_there_is_nothing_else(self, client, pop_up):
        url = pop_up.event.get_absolute_url()
        assert "mini-map" not in client.get(url).text
        make_stop(pop_up, 20, name="Bibliothek", postcode="13187")
        make_stop(make_venue(pop_up.event, kind="pop-up"), 5, name="Bahnhof", postcode="13125")
        page = client.get(url)
        assert "Wo es ist: Bahnhof" in page.text
        assert page.context["map"].place in {(x, y) for x, y, _r in page.context["map"].dots}

    def test_draws_nothing_of_what_is_over(self, client):
        event = make_event(starts_at=in_days(-3), ends_at=in_days(-2))
        make_stop(make_venue(event, kind="pop-up", postcode="13125"), -60, postcode="13187")
        assert not client.get(event.get_absolute_url()).context["map"].dots

    def test_asks_no_more_with_stops_than_without(self, client, pop_up, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        page = pop_up.event.get_absolute_url()
        client.get(page)
        with CaptureQueriesContext(connection) as without:
            client.get(page)
        for hours in (1, 3, 5):
            make_stop(pop_up, hours)
        with django_assert_num_queries(len(without)):
            client.get(page)

    def test_is_found_where_it_stops(self, pop_up):
        buch, karow = make_area("buch"), make_area("karow")
        make_stop(pop_up, 2, area=karow)
        assert list(Event.objects.in_area(karow)) == [pop_up.event]
        assert not Event.objects.in_area(buch).exists()


class TestEditing:
    @pytest.fixture(autouse=True)
    def signed_in(self, manager):
        """Here an event manager is at work."""

    def test_adds_changes_and_removes_a_stop(self, client, pop_up):
        client.post(stops_url(pop_up), form(postcode="13125"))
        stop = pop_up.stops.get()
        assert stop.point is not None
        page = reverse("events:stop-edit", args=[pop_up.event.slug, pop_up.pk, stop.pk])
        client.post(page, as_shown(client.get(page).text) | {"name": "Bibliothek"})
        stop.refresh_from_db()
        assert stop.name == "Bibliothek"
        client.post(reverse("events:stop-remove", args=[pop_up.event.slug, pop_up.pk, stop.pk]))
        assert not pop_up.stops.exists()

    def test_says_that_it_is_somewhere_else_at_that_time(self, client, pop_up):
        client.post(stops_url(pop_up), form())
        again = form(starts_at=in_days(1).strftime("%Y-%m-%dT11:00"), name="Bibliothek")
        answer = client.post(stops_url(pop_up), again)
        assert answer.status_code == 422
        assert "Das Pop-up ist zu dieser Zeit woanders." in answer.text
        assert pop_up.stops.count() == 1

    @pytest.mark.parametrize("end", ["T10:00", "T09:00"])
    def test_says_at_its_field_that_the_end_is_not_after_the_start(self, client, pop_up, end):
        data = form(ends_at=in_days(1).strftime(f"%Y-%m-%d{end}"))
        page = client.post(stops_url(pop_up), data)
        assert page.status_code == 422
        assert list(page.context["form"].errors) == ["ends_at"]

    def test_is_only_for_pop_ups(self, client):
        assert client.get(stops_url(make_venue())).status_code == 404


class TestConstraints:
    def test_keep_a_pop_up_from_being_in_two_places(self, pop_up):
        make_stop(pop_up, 1, 2)
        make_stop(make_venue(pop_up.event, kind="pop-up"), 1, 2)
        make_stop(pop_up, 3.1)
        with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
            make_stop(pop_up, 2)

    def test_keep_a_stop_from_ending_before_it_starts(self, pop_up):
        with pytest.raises(IntegrityError, match="ends_after_start"), transaction.atomic():
            make_stop(pop_up, 1, -1)
