"""An event with people in it moves, or gets fewer places than are taken."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from events import moving
from events.models import Event, EventMove, Registration, Venue, VenueStop
from events.tasks import tell_moves
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

LATER = timedelta(hours=1)


@pytest.fixture
def event():
    starts_at = timezone.localtime(in_days(30)).replace(hour=10)
    event = make_event(
        title="Beispielmarkt", capacity=20, starts_at=starts_at, ends_at=starts_at + 5 * LATER
    )
    make_venue(event, name="Beispielhof", street="Beispielweg 1", postcode="13125")
    return event


def rest() -> None:
    """Let the time pass after which a move is told."""
    EventMove.objects.update(changed_at=F("changed_at") - moving.QUIET)
    Registration.objects.update(created_at=F("created_at") - moving.QUIET)


@pytest.fixture
def tell(deliver_jobs):
    def told() -> None:
        rest()
        tell_moves(0)
        deliver_jobs()

    return told


def move(event: Event, by: timedelta = LATER) -> None:
    event.refresh_from_db()
    Event.objects.filter(pk=event.pk).update(
        starts_at=event.starts_at + by, ends_at=event.ends_at + by
    )


def in_berlin(day: int, hour: int) -> datetime:
    """Return a moment of October 2026, at whose 25th the clocks are put back."""
    return datetime(2026, 10, day, hour, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


class TestTelling:
    def test_says_what_was_and_what_is_with_the_new_entry(self, event, tell, mailbox):
        make_registration(event, email="gast@example.org", state="waiting")
        before = timezone.localtime(event.starts_at)
        sequence = event.sequence
        move(event)
        Venue.objects.update(street="Beispielweg 7")
        tell()
        [mail] = mailbox.mails()
        assert mail.subject == "Geändert: Beispielmarkt"
        assert f"{before:%H:%M}–" in mail.text
        assert f"{before + LATER:%H:%M}–" in mail.text
        assert "Beispielhof, Beispielweg 1, 13125 Berlin" in mail.text
        assert "Beispielhof, Beispielweg 7" in mail.text
        assert "/events/registrations/link/" in mail.text
        event.refresh_from_db()
        assert event.sequence > sequence
        assert f"SEQUENCE:{event.sequence}" in mail.attachments[0].content.decode()

    def test_is_one_mail_however_often_it_is_saved(self, event, tell, mailbox):
        make_registration(event)
        for _ in range(3):
            move(event)
        tell()
        tell()
        assert len(mailbox.mails()) == 1
        move(event)
        tell()
        assert len(mailbox.mails()) == 2

    def test_waits_until_nothing_more_changes(self, event, deliver_jobs, mailbox):
        make_registration(event)
        move(event)
        tell_moves(0)
        deliver_jobs()
        assert mailbox.mails() == []

    def test_is_silent_about_what_was_moved_back(self, event, tell, mailbox):
        make_registration(event)
        move(event)
        move(event, -LATER)
        tell()
        assert mailbox.mails() == []
        assert not EventMove.objects.exists()

    def test_leaves_out_whoever_cancelled_or_registered_later(self, event, tell, mailbox):
        make_registration(event, email="gast@example.org")
        make_registration(event, state="cancelled")
        move(event)
        rest()
        make_registration(event)
        tell()
        assert [mail.recipients for mail in mailbox.mails()] == [["gast@example.org"]]

    def test_is_silent_where_it_was_called_off_meanwhile(self, event, tell, mailbox):
        make_registration(event)
        move(event)
        event.archive()
        tell()
        assert mailbox.mails() == []

    @pytest.mark.parametrize("status", ["draft", "published"])
    def test_notes_nothing_where_nobody_is_written_to(self, status):
        move(make_event(status=status))
        assert not EventMove.objects.exists()

    def test_hears_of_another_first_venue_and_not_of_a_further_one(self, event, tell, mailbox):
        make_registration(event)
        make_venue(event, position=5)
        Venue.objects.filter(position=0).update(accessibility="Ohne Stufen.")
        tell()
        assert mailbox.mails() == []
        Venue.objects.filter(position=0).delete()
        tell()
        [mail] = mailbox.mails()
        assert "an einem anderen Ort" in mail.text
        assert "Beispielhof" in mail.text

    def test_goes_with_a_deleted_event(self, event):
        make_registration(event)
        move(event)
        event.delete()
        assert not EventMove.objects.exists()

    def test_keeps_one_untold_move_an_event(self, event):
        values = {"was_starts_at": event.starts_at, "was_ends_at": event.ends_at}
        event.moves.create(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            event.moves.create(**values)


class TestDesk:
    def save(self, client, event, **fields):
        page = desk_url("edit", event)
        return client.post(page, as_shown(client.get(page).text) | fields, follow=True)

    def test_says_that_people_will_hear_of_it(self, client, manager, event):
        make_registration(event)
        later = timezone.localtime(event.starts_at + LATER)
        answer = self.save(client, event, starts_at=f"{later:%Y-%m-%dT%H:%M}")
        assert "bekommen alle Angemeldeten eine E\u2011Mail" in answer.text
        answer = self.save(client, event, title="Beispielfest")
        assert EventMove.objects.count() == 1

    @pytest.mark.parametrize("wished", [True, False])
    def test_moves_along_what_hangs_on_it_if_wished(self, client, manager, event, wished):
        start = event.starts_at
        venue = make_venue(event, kind="pop-up", opens_at=start, closes_at=start + LATER)
        first = make_item(venue, room="Bühne")
        make_item(venue, room="Bühne", starts_at=start + LATER, ends_at=start + 2 * LATER)
        for number in range(2):
            VenueStop.objects.create(
                venue=venue,
                name="Platz",
                starts_at=start + number * LATER,
                ends_at=start + (number + 1) * LATER,
            )
        moment = timezone.localtime(start + LATER)
        fields = {} if wished else {"moves_along": []}
        self.save(client, event, starts_at=f"{moment:%Y-%m-%dT%H:%M}", **fields)
        for row in (first, venue):
            row.refresh_from_db()
        expected = start + LATER * wished
        assert (first.starts_at, venue.opens_at) == (expected, expected)
        assert venue.stops.first().starts_at == expected

    def test_asks_nothing_where_nothing_hangs_on_it(self, client, manager):
        assert "moves_along" not in client.get(desk_url("edit", make_event())).text

    def test_keeps_the_hour_over_the_change_of_the_clocks(self):
        shifted = moving.shifting(in_berlin(18, 9), in_berlin(25, 9))
        assert shifted(in_berlin(18, 12)) == in_berlin(25, 12)
        assert shifted(in_berlin(18, 12)) - in_berlin(18, 12) == timedelta(days=7, hours=1)


class TestCapacity:
    def test_lowered_below_what_is_taken_is_refused_at_the_field(self, client, manager, event):
        make_registration(event, size=6)
        make_registration(event, size=2, state="offered")
        make_registration(event, size=9, state="waiting")
        save = TestDesk().save
        answer = save(client, event, capacity="7")
        assert answer.status_code == 422
        assert "capacity" in answer.context["form"].errors
        assert "8 Plätze sind schon vergeben." in answer.text
        event.refresh_from_db()
        assert event.capacity == 20
        save(client, event, capacity="8")
        event.refresh_from_db()
        assert event.capacity == 8

    def test_is_refused_by_the_database_as_well(self, event):
        make_registration(event, size=6)
        with pytest.raises(IntegrityError, match="More places"), transaction.atomic():
            Event.objects.update(capacity=5)
        with transaction.atomic():
            Event.objects.update(capacity=6)
            Event.objects.update(capacity=None)

    def test_that_is_exceeded_already_does_not_stop_other_changes(self, client, manager, event):
        Event.objects.update(capacity=1)
        make_registration(event, size=6)
        TestDesk().save(client, event, title="Beispielfest")
        event.refresh_from_db()
        assert event.title == "Beispielfest"
        assert event.starts_at > in_days(0)
