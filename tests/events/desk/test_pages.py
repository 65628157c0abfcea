"""What holds for every page of the event managers’ desk."""

import pytest

from events.models import EventTranslation, ProgrammeItemTranslation, VenueTranslation
from tests.events.world import busy_event, desk_url, make_item, make_venue

pytestmark = pytest.mark.django_db


class TestQueries:
    """Every page in a number of queries that does not grow: session and account take two."""

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(
        ("name", "queries"),
        [
            ("event", 9),
            ("stalls", 7),
            ("plan", 6),
            ("registrations", 8),
            ("edit", 11),
            ("history", 7),
        ],
    )
    def test_of_an_event(self, client, django_assert_num_queries, rows, name, queries):
        event = busy_event(rows)
        client.get(desk_url(name, event))
        with django_assert_num_queries(queries):
            client.get(desk_url(name, event))

    @pytest.mark.parametrize("rows", [1, 3])
    def test_of_the_list(self, client, django_assert_num_queries, rows):
        for _ in range(rows):
            busy_event(1)
        client.get("/de/events/desk/")
        with django_assert_num_queries(5):
            client.get("/de/events/desk/")

    @pytest.mark.parametrize("rows", [1, 3])
    def test_of_a_stall(self, client, django_assert_num_queries, rows):
        event = busy_event(rows)
        stall = event.stall_applications.accepted().first()
        path = f"/de/events/desk/stalls/{stall.pk}/"
        client.get(path)
        with django_assert_num_queries(6):
            client.get(path)


class TestLanguage:
    @pytest.mark.parametrize(
        "path",
        ["", "/edit", "/stalls", "/plan", "/registrations", "/history", "/call-off"],
    )
    def test_is_the_reader_s_in_at_most_twelve_queries(
        self, client, django_assert_max_num_queries, path
    ):
        event = busy_event(3)
        EventTranslation.objects.create(original=event, language="en", title="Example fair")
        with django_assert_max_num_queries(12):
            text = client.get(f"/en/events/desk/{event.slug}{path}/").text
        assert "Example fair" in text

    def test_is_the_reader_s_on_the_page_of_a_stall_and_of_a_party(
        self, client, django_assert_max_num_queries
    ):
        event = busy_event(3)
        EventTranslation.objects.create(original=event, language="en", title="Example fair")
        stall = event.stall_applications.accepted().first()
        code = event.registrations.first().code
        for path in (f"stalls/{stall.pk}", f"registrations/{code}"):
            with django_assert_max_num_queries(12):
                assert "Example fair" in client.get(f"/en/events/desk/{path}/").text

    def test_is_the_reader_s_for_the_programme(self, client):
        item = make_item(make_venue(name="Beispielhof"), room="Bühne")
        VenueTranslation.objects.create(original=item.venue, language="en", name="Example yard")
        ProgrammeItemTranslation.objects.create(
            original=item, language="en", title="Talk", room="Stage"
        )
        text = client.get(f"/en/events/desk/{item.venue.event.slug}/").text
        assert "Talk" in text
        assert "<span>Example yard</span>, <span>Stage</span>" in text
