"""Old links, old tabs, second clicks, and nights in which the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events import calling_off, links, times
from events.models import Event, EventSeries, Registration
from tests.events.world import (
    desk_url,
    in_days,
    make_event,
    make_item,
    make_registration,
    make_venue,
)
from tests.sending import as_shown

pytestmark = pytest.mark.django_db
GONE = "Diese Veranstaltung findet nicht statt"


def opened(client, party: Registration) -> str:
    """Open the link in a party's mail; return the address it leads to."""
    return client.get(links.link(party)).url


class TestCalledOffEvent:
    """People still have its address, its mails, its pages in a tab."""

    @pytest.fixture
    def event(self):
        event = make_event(capacity=5)
        make_item(make_venue(event))
        return event

    @pytest.mark.parametrize(
        "path",
        ["", "programme/", "register/", "registered/", "programme/mine/", "programme/mails/"],
    )
    def test_says_so_at_its_old_addresses(self, client, event, path):
        calling_off.call_off(event)
        answer = client.get(f"{event.get_absolute_url()}{path}")
        assert answer.status_code == 410
        assert GONE in answer.text

    def test_names_the_further_dates_of_its_series(self, client, event):
        series = EventSeries.objects.create(rhythm="weekly", until=timezone.localdate(in_days(90)))
        Event.objects.filter(pk=event.pk).update(series=series)
        further = make_event(starts_at=in_days(37), ends_at=in_days(37.1), series=series)
        event.refresh_from_db()
        calling_off.call_off(event)
        assert further.get_absolute_url() in client.get(event.get_absolute_url()).text

    def test_is_struck_out_of_calendars_that_hold_its_file(self, client, event):
        calling_off.call_off(event)
        for name in ("event-ics", "programme-ics"):
            answer = client.get(reverse(f"events:{name}", args=[event.slug]))
            assert "STATUS:CANCELLED" in answer.text

    @pytest.mark.parametrize("status", ["draft", "submitted"])
    def test_was_public_else_nobody_hears_of_it(self, client, status):
        event = make_event(status=status)
        event.archive()
        assert client.get(event.get_absolute_url()).status_code == 404

    def test_takes_no_registration_from_a_form_that_was_open(self, client, event):
        path = reverse("events:register", args=[event.slug])
        shown = as_shown(client.get(path).text)
        calling_off.call_off(event)
        answer = client.post(path, shown | {"name": "Gast", "email": "gast@example.org"})
        assert answer.status_code == 410
        assert GONE in answer.text
        assert not event.registrations.exists()

    @pytest.mark.parametrize("step", ["accept", "cancel", "change"])
    def test_answers_a_party_that_acts_in_an_old_tab(self, client, event, step):
        party = make_registration(event, state="offered", email="gast@example.org")
        opened(client, party)
        calling_off.call_off(event, "Sturm.")
        path = reverse(f"events:registration-{step}", args=[party.code])
        page = client.post(path, {"name": "Gast", "size": "2"}, follow=True)
        assert page.status_code == 200
        assert "Diese Veranstaltung findet nicht statt." in page.text
        assert "der Platz ging an andere weiter" not in page.text
        party.refresh_from_db()
        assert party.state == "cancelled"

    def test_is_called_off_once_by_two_clicks(self, client, manager, event, mailbox, deliver_jobs):
        make_registration(event, email="gast@example.org")
        page = desk_url("call-off", event)
        for _click in range(2):
            answer = client.post(page, {"words": "Sturm."}, follow=True)
        assert "Diese Veranstaltung ist schon archiviert." in answer.text
        deliver_jobs()
        assert len(mailbox.mails(to="gast@example.org")) == 1


class TestNightOfTheClocks:
    """On 28 March 2027 there is no half past two; on 31 October 2027 there are two."""

    @pytest.fixture(autouse=True)
    def signed_in(self, manager):
        """Here an event manager is at work."""

    def save(self, client, event, **fields):
        page = reverse("events:desk-edit", args=[event.slug])
        return client.post(page, as_shown(client.get(page).text) | fields)

    def test_leaves_out_an_hour_and_the_form_says_so(self, client):
        event = make_event()
        answer = self.save(client, event, starts_at="2027-03-28T02:30", ends_at="2027-03-28T06:00")
        assert answer.status_code == 422
        assert "In dieser Nacht werden die Uhren vorgestellt" in answer.text
        assert 'value="2027-03-28T02:30"' in answer.text

    def test_has_an_hour_twice_and_the_first_one_is_meant(self, client):
        event = make_event()
        answer = self.save(client, event, starts_at="2027-10-30T22:00", ends_at="2027-10-31T02:30")
        assert answer.status_code == 302
        event.refresh_from_db()
        assert event.ends_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
        assert self.save(client, event, title="Lange Nacht").status_code == 302

    def test_takes_stops_and_sessions_of_that_night(self, client):
        start = datetime(2027, 10, 30, 20, tzinfo=UTC)
        event = make_event(starts_at=start, ends_at=start + timedelta(hours=8))
        bike = make_venue(event, kind="pop-up")
        stops = reverse("events:stop-list", args=[event.slug, bike.pk])
        stop = {"name": "Platz", "starts_at": "2027-10-31T02:00", "ends_at": "2027-10-31T03:30"}
        assert client.post(stops, stop).status_code == 302
        item = make_item(None, event=event)
        move = reverse("events:desk-item-move", args=[event.slug, item.pk])
        moved = {"venue": bike.pk, "starts_at": "2027-10-31T02:15"}
        assert client.post(move, moved).status_code == 302
        item.refresh_from_db()
        assert item.stop.name == "Platz"
        # From two to five by the clock are four hours.
        page = client.get(desk_url("programme", event), {"day": "2027-10-31"})
        assert page.status_code == 200
        assert len(page.context["board"].rows) == 16


class TestFewerPlaces:
    """Capacity is lowered below what is taken."""

    def test_are_refused_at_the_field_with_the_number_that_is_taken(self, client, manager):
        event = make_event(capacity=10)
        make_registration(event, size=6)
        page = reverse("events:desk-edit", args=[event.slug])
        answer = client.post(page, as_shown(client.get(page).text) | {"capacity": "5"})
        assert answer.status_code == 422
        assert "6 Plätze sind schon vergeben" in answer.text
        assert 'value="5"' in answer.text
        event.refresh_from_db()
        assert event.capacity == 10

    def test_are_possible_down_to_what_is_taken_and_nobody_is_asked_to_go(
        self, client, manager, deliver_jobs, mailbox
    ):
        event = make_event(capacity=10)
        make_registration(event, size=6)
        make_registration(event, size=5, state="waiting")
        page = reverse("events:desk-edit", args=[event.slug])
        assert (
            client.post(page, as_shown(client.get(page).text) | {"capacity": "6"}).status_code
            == 302
        )
        deliver_jobs()
        assert event.registrations.confirmed().people() == 6
        assert not mailbox.mails()


class TestReplayedLink:
    """A link in a mail is opened again, after what it was for."""

    def test_of_an_offer_that_was_taken_shows_the_ticket(self, client):
        party = make_registration(state="offered")
        own = opened(client, party)
        client.post(f"{own}accept/")
        assert "QR-Code" in client.get(opened(client, party)).text

    def test_of_a_party_that_cancelled_says_so_and_offers_to_come_back(self, client):
        party = make_registration(make_event(capacity=3))
        own = opened(client, party)
        client.post(f"{own}cancel/")
        for path in (own, f"{own}cancel/", f"{own}change/"):
            page = client.get(path, follow=True)
            assert "Diese Anmeldung ist abgesagt" in page.text
        assert reverse("events:register", args=[party.event.slug]) in page.text

    def test_of_an_event_that_moved_says_when_it_is_now(self, client):
        event = make_event()
        party = make_registration(event)
        own = opened(client, party)
        event.starts_at, event.ends_at = in_days(40), in_days(40.1)
        event.save()
        assert times.day(event.starts_at) in client.get(own).text.replace("\xa0", " ")
