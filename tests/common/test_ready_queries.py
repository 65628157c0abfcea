"""Queries whose SQL is written once."""

import re
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from actors.models import Offer, Organisation
from events.models import Event
from ssoe_portal.common.history import latest_state_of
from ssoe_portal.common.ready_queries import Among, ReadyQuery, as_array
from tests.events.world import make_event, make_venue
from tests.world import make_category, make_offer, make_organisation

pytestmark = pytest.mark.django_db


class TestReadyQuery:
    def test_reads_what_is_meant_each_time_with_all_that_comes_along(
        self, django_assert_num_queries
    ):
        offers = [make_offer(make_organisation(f"Haus {n}"), title=f"Tee {n}") for n in range(3)]
        with translation.override("en"):
            ready = ReadyQuery(Offer.objects.for_cards().filter(Among("{}")).order_by())
        for asked in (offers[:1], offers[1:], []):
            # The offers, and where there are any their texts.
            with django_assert_num_queries(1 + bool(asked)):
                found = ready.read({"{}": as_array([offer.pk for offer in asked])})
                assert {(offer.pk, offer.organisation.name) for offer in found} == {
                    (offer.pk, offer.organisation.name) for offer in asked
                }
                assert all(offer.fetched_translations == [] for offer in found)

    def test_puts_rows_that_come_along_to_what_they_refer_to(self, django_assert_num_queries):
        hall, yard, nowhere = make_event(), make_event(), make_event()
        first, second = make_venue(hall), make_venue(hall, name="Saal")
        third = make_venue(yard, name="Hof")
        second.translations.create(language="en", name="Great hall")
        with translation.override("en"):
            ready = ReadyQuery(Event.objects.for_cards().filter(Among("{}")).order_by("pk"))
            events = [hall, yard, nowhere]
            with django_assert_num_queries(4):  # the events, their venues, the texts of both
                found = ready.read({"{}": as_array([event.pk for event in events])})
                assert [list(event.venues.all()) for event in found] == [
                    [first, second],
                    [third],
                    [],
                ]
                names = [venue.text.name for venue in found[0].venues.all()]
                assert names == [first.name, "Great hall"]
                assert found[1].venues.all()[0].event is found[1]
            # Whoever asks further gets no one else's.
            assert not found[1].venues.filter(name="Saal")
            assert list(found[0].venues.filter(name="Saal")) == [second]

    def test_asks_over_the_connection_of_each_thread(self):
        ready = ReadyQuery(Offer.objects.only("title"))
        asked: list[int] = []

        def read() -> None:
            with CaptureQueriesContext(connection) as queries:
                ready.read({})
            asked.append(len(queries))
            connection.close()

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        assert asked == [1]


class TestCards:
    def test_are_in_the_language_of_each_page(self, client):
        category = make_category()
        category.labels = {"de": "Beratung", "en": "Advice"}
        category.save()
        make_offer(category=category)
        for language, label in (("de", "Beratung"), ("en", "Advice"), ("de", "Beratung")):
            page = client.get(f"/{language}/offers/").text
            assert re.search(rf'kicker">{label} ', page)
            assert f'">{label} (1)</option>' in page

    def test_measure_from_each_postcode_anew(self, client):
        make_offer(latitude=52.6361, longitude=13.4921)
        said = [
            re.search(r"etwa ([\d,]+) km", client.get("/de/offers/", {"near": postcode}).text)
            for postcode in ("13125", "10405", "13125")
        ]
        near, far, again = [found[1] for found in said if found]
        assert near == again != far


class TestLatestState:
    def test_is_looked_up_by_the_object(self):
        """Not in the order of all states, from the end: of thousands that a list has just written
        PostgreSQL knows nothing yet."""
        rows = Organisation.objects.order_by().values_list(latest_state_of(Organisation))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(*_explained(rows))
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Sort" in plan
        assert "Backward" not in plan


def _explained(rows) -> tuple[str, tuple]:
    sql, params = rows.query.sql_with_params()
    return f"EXPLAIN {sql}", params
