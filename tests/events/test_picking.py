"""My programme: what a visitor picks without an account, as a page and as a calendar."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events.models import MyProgramme, ReleasedItem
from ssoe_portal.common.privacy import erase_expired
from tests.events.world import in_days, make_event, make_item, make_venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
HOUR = timedelta(hours=1)


@pytest.fixture
def items():
    venue = make_venue(make_event(title="Beispielmarkt"))
    return [make_item(venue, title=title, room=title) for title in ("Reden", "Kochen")]


def url(name: str, event) -> str:
    return reverse(f"events:{name}", args=[event.slug])


def mark(client, item, step: str = "pick", **data):
    return client.post(url("mark", item.event), {step: item.pk, **data})


def address(client, event) -> str:
    return client.get(url("my-programme", event)).context["address"].partition("localhost")[2]


def entries(client, path: str) -> dict:
    path = path[path.index("/de/") :]
    calendar = Calendar.from_ical(client.get(path).content)
    return {str(entry["SUMMARY"]): entry for entry in calendar.events}


class TestMine:
    def test_is_what_this_browser_picked_and_did_not_drop(self, client, items):
        event = items[0].event
        for item in items:
            answer = mark(client, item)
            assert answer["Location"] == f"{url('programme', event)}#item-{item.pk}"
        mark(client, items[0], "drop")
        page = client.get(url("my-programme", event)).text
        assert "Kochen" in page
        assert "Reden" not in page
        programme = client.get(url("programme", event)).text
        assert "Mein Programm (1)" in programme
        assert programme.count("Gemerkt") == 1
        assert "Noch nichts ausgesucht" in Client().get(url("my-programme", event)).text

    def test_leads_back_to_where_it_was_and_nowhere_else(self, client, items):
        back = f"{url('programme', items[0].event)}?format=talk"
        assert mark(client, items[0], back=back)["Location"] == f"{back}#item-{items[0].pk}"
        for wrong in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
            answer = mark(client, items[0], back=wrong)
            assert answer["Location"].startswith(url("programme", items[0].event))

    @pytest.mark.parametrize("number", ["", "x", "9" * 30])
    def test_is_not_harmed_by_nonsense(self, client, items, number):
        assert client.post(url("mark", items[0].event), {"pick": number}).status_code == 302

    def test_takes_nothing_of_other_events_or_before_it_is_public(self, client, items):
        event = items[0].event
        secret = make_item(items[0].venue, released=False, room="Keller")
        for foreign in (make_item(), secret):
            assert client.post(url("mark", event), {"pick": foreign.pk}).status_code == 404

    def test_says_what_overlaps(self, client, items):
        for item in items:
            mark(client, item)
        text = client.get(url("my-programme", items[0].event)).text
        assert "„Reden“ und „Kochen“ überschneiden sich" in text

    def test_makes_no_session_before_something_is_picked(self, client, items):
        client.get(url("programme", items[0].event))
        client.get(url("my-programme", items[0].event))
        assert "sessionid" not in client.cookies
        assert not MyProgramme.objects.exists()

    def test_is_no_longer_picked_from_what_is_over(self, client):
        over = make_event(starts_at=in_days(-3), ends_at=in_days(-2))
        make_item(make_venue(over))
        assert "Merken" not in client.get(url("programme", over)).text

    @pytest.mark.parametrize("rows", [1, 3])
    def test_takes_so_many_queries(self, client, django_assert_num_queries, rows):
        venue = make_venue()
        for number in range(rows):
            mark(client, make_item(venue, room=str(number)))
        client.get(url("my-programme", venue.event))
        with django_assert_num_queries(5):
            client.get(url("my-programme", venue.event))
        with django_assert_num_queries(7):
            client.get(url("programme", venue.event))


class TestCalendar:
    def test_follows_what_is_picked_moved_and_cancelled(self, client, items):
        reden, kochen = items
        mark(client, reden)
        path = address(client, reden.event)
        before = entries(Client(), path)["Reden"]
        assert before["UID"] == f"programme-{reden.pk}@localhost"
        mark(client, kochen)
        ReleasedItem.objects.filter(pk=reden.pk).update(is_cancelled=True)
        found = entries(Client(), path)
        assert set(found) == {"Reden", "Kochen"}
        assert found["Reden"]["UID"] == before["UID"]
        assert found["Reden"]["STATUS"] == "CANCELLED"
        assert found["Reden"]["SEQUENCE"] == before["SEQUENCE"] + 1

    def test_ends_with_its_address(self, client, items):
        mark(client, items[0])
        old = address(client, items[0].event)
        client.post(url("my-programme-renew", items[0].event))
        new = address(client, items[0].event)
        assert new != old
        assert client.get(old[old.index("/de/") :]).status_code == 404
        assert set(entries(client, new)) == {"Reden"}

    def test_has_no_address_that_is_none(self, client):
        assert client.get("/de/events/my-programmes/a%00b/calendar.ics").status_code == 404

    def test_says_that_the_event_is_called_off(self, client, items):
        mark(client, items[0])
        path = address(client, items[0].event)
        items[0].event.archive()
        assert entries(client, path)["Reden"]["STATUS"] == "CANCELLED"


def test_picked_programmes_go_thirty_days_after_the_event(client, items):
    mark(client, items[0])
    erase_expired(timezone.now())
    assert MyProgramme.objects.exists()
    erase_expired(items[0].event.ends_at + timedelta(days=31))
    assert not MyProgramme.objects.exists()
