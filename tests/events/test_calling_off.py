"""An event is called off."""

import pytest
from django.urls import reverse

from events import ics
from events.calling_off import WordsMissing, call_off
from events.models import Event, EventSeries
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.events.world import (
    desk_url,
    in_days,
    make_event,
    make_pitch,
    make_registration,
    make_stall,
    make_venue,
    place,
)
from tests.world import make_member, make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("manager")]


class TestCallingOff:
    def test_writes_to_guests_and_organisations(self, client, mailbox, deliver_jobs):
        event = make_event(title="Beispielmarkt")
        guest = make_registration(event, email="gast@example.org")
        organisation = make_organisation()
        make_member(organisation, email="stand@example.org")
        stall = make_stall(event, state="accepted", organisation=organisation)
        place(stall, make_pitch(make_venue(event)))
        client.post(desk_url("call-off", event), {"words": "Es <stürmt> zu sehr."})
        deliver_jobs()
        for row in (event, guest, stall):
            row.refresh_from_db()
        assert event.status == "archived"
        assert (guest.state, guest.cancelled_because) == ("cancelled", "staff")
        assert stall.state == "withdrawn"
        mail = mailbox.latest("gast@example.org")
        assert mail.subject == "Findet nicht statt: Beispielmarkt"
        assert mailbox.latest("stand@example.org").subject == mail.subject
        for address in ("gast@example.org", "stand@example.org"):
            assert "Es <stürmt> zu sehr." in mailbox.latest(address).text
            assert "Es &lt;stürmt&gt; zu sehr." in mailbox.latest(address).html

    def test_writes_to_the_owners_of_its_organisation(self, client, mailbox, deliver_jobs):
        organisation = make_organisation()
        event = make_event(title="Beispielmarkt", organisation=organisation)
        make_registration(event)
        make_member(organisation, email="leitung@example.org")
        make_member(organisation, role="editor", email="redaktion@example.org")
        client.post(desk_url("call-off", event), {"words": "Es <stürmt> zu sehr."})
        client.post(desk_url("call-off", event), {"words": "Es <stürmt> zu sehr."})
        deliver_jobs()
        (mail,) = mailbox.mails(to="leitung@example.org")
        assert not mailbox.mails(to="redaktion@example.org")
        assert mail.subject == "Findet nicht statt: Beispielmarkt"
        assert "Es <stürmt> zu sehr." in mail.text
        assert "Es &lt;stürmt&gt; zu sehr." in mail.html
        assert "Wer angemeldet war" in mail.text
        assert reverse("events:own-event", args=[event.slug]) in mail.text

    @pytest.mark.parametrize(
        ("fields", "mails"),
        [
            ({}, 1),
            ({"status": "draft"}, 0),
            ({"starts_at": in_days(-2), "ends_at": in_days(-1)}, 0),
        ],
    )
    def test_writes_of_what_was_public_and_still_to_come(
        self, member, organisation, mailbox, deliver_jobs, fields, mails
    ):
        call_off(make_event(organisation=organisation, **fields))
        deliver_jobs()
        assert len(mailbox.mails()) == mails
        assert not any("Wer angemeldet war" in mail.text for mail in mailbox.mails())

    @pytest.mark.parametrize("words", ["", "   "])
    def test_needs_a_sentence_to_the_guests(self, client, mailbox, deliver_jobs, words):
        event = make_event()
        make_registration(event)
        answer = client.post(desk_url("call-off", event), {"words": words})
        assert answer.status_code == 422
        assert "Bitte schreiben Sie einen Satz" in answer.text
        with pytest.raises(WordsMissing):
            call_off(event, words)
        event.refresh_from_db()
        assert event.is_published
        deliver_jobs()
        assert mailbox.mails() == []

    def test_puts_the_cancelled_date_into_calendars(self):
        event = make_event()
        before = ics.for_event(event, []).decode()
        assert "STATUS:CONFIRMED" in before
        sequence = event.sequence
        call_off(event)
        event.refresh_from_db()
        assert "STATUS:CANCELLED" in ics.for_event(event, []).decode()
        assert event.sequence > sequence

    def test_leaves_those_alone_who_were_at_an_event_that_is_over(self):
        event = make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        guest = make_registration(event)
        call_off(event)
        guest.refresh_from_db()
        assert (event.status, guest.state) == ("archived", "confirmed")

    def test_happens_once(self):
        event = make_event()
        call_off(event)
        with pytest.raises(TransitionNotAllowed):
            call_off(event)


class TestPage:
    @pytest.fixture(autouse=True)
    def visitor(self, client, manager):
        client.logout()

    @pytest.mark.parametrize("page", ["", "programme/"])
    def test_says_that_it_does_not_take_place(self, client, page):
        event = make_event(title="Beispielmarkt", description="Bitte klingeln.")
        call_off(event)
        answer = client.get(f"/de/events/{event.slug}/{page}")
        assert answer.status_code == 410
        assert "Beispielmarkt" in answer.text
        assert "Diese Veranstaltung findet nicht statt." in answer.text
        assert "klingeln" not in answer.text

    def test_says_why(self, client, manager):
        event = make_event()
        call_off(event, "Es <stürmt>.")
        assert "Es &lt;stürmt&gt;." in client.get(event.get_absolute_url()).text
        client.force_login(manager)
        assert "Es &lt;stürmt&gt;." in client.get(desk_url("event", event)).text

    def test_leads_to_the_other_dates_of_a_series(self, client):
        off, other = make_event(), make_event(starts_at=in_days(37), ends_at=in_days(37.1))
        series = EventSeries.objects.create(rhythm="weekly", until=in_days(37).date())
        Event.objects.filter(pk__in=[off.pk, other.pk]).update(series=series)
        off.refresh_from_db()
        call_off(off)
        assert f'href="{other.get_absolute_url()}"' in client.get(off.get_absolute_url()).text

    def test_is_missing_where_nothing_was_called_off(self, client):
        draft, over = (
            make_event(status="draft"),
            make_event(starts_at=in_days(-2), ends_at=in_days(-1)),
        )
        call_off(over)
        for event in (draft, over):
            assert client.get(event.get_absolute_url()).status_code == 404


class TestDesk:
    def test_tells_it_from_what_is_merely_archived(self, client, manager):
        off, over = make_event(), make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        client.force_login(manager)
        words = "Diese Veranstaltung findet nicht statt."
        for event, says in ((off, True), (over, False)):
            call_off(event)
            assert (words in client.get(desk_url("event", event)).text) is says
            label = "Abgesagt" if says else "Archiviert"
            for page in (desk_url("event", event), reverse("events:desk-list")):
                assert f'status--archived">{label}<' in client.get(page).text
