"""Reminders: once, to those who have a place, and not to those who have just registered."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from events import moving, reminding
from events.models import Event, EventMove
from tests.events.test_event_constraints import refused
from tests.events.world import in_days, make_event, make_registration, make_venue

pytestmark = pytest.mark.django_db


def near(days: float = 1.5, **fields):
    return make_event(starts_at=in_days(days), ends_at=in_days(days + 0.2), **fields)


def party_of(event, **fields):
    return make_registration(event, **{"created_at": timezone.now() - timedelta(days=20), **fields})


class TestReminder:
    def test_comes_once_with_ticket_and_way(self, mailbox, deliver_jobs):
        event = near(title="Beispielfest")
        make_venue(event, directions="Der Eingang ist im Hof.")
        party = party_of(event, size=2)
        assert [reminding.remind(), reminding.remind()] == [1, 0]
        deliver_jobs()
        [mail] = mailbox.mails(to=party.email)
        assert mail.subject == "Bald: Beispielfest"
        assert "Der Eingang ist im Hof." in mail.text
        assert party.code in mail.text
        assert {file.kind for file in mail.attachments} >= {"text/calendar", "image/png"}

    @pytest.mark.parametrize(("to", "reminded"), [(40, 1), (1.6, 0)])
    def test_comes_once_more_where_the_event_moves_to_a_later_day(self, to, reminded):
        event = party_of(near()).event
        assert reminding.remind() == 1
        Event.objects.filter(pk=event.pk).update(starts_at=in_days(to), ends_at=in_days(to + 0.2))
        EventMove.objects.update(changed_at=F("changed_at") - moving.QUIET)
        moving.tell_due()
        assert reminding.remind() == 0
        assert reminding.remind(in_days(to - 1)) == reminded

    @pytest.mark.parametrize(
        ("event", "fields"),
        [
            ({"days": 2.5}, {}),
            ({"days": -0.1}, {}),
            ({"reminder_days": None}, {}),
            ({"status": "draft"}, {}),
            ({}, {"state": "waiting"}),
            ({}, {"state": "offered"}),
            ({}, {"state": "cancelled"}),
            ({}, {"created_at": timezone.now()}),
        ],
    )
    def test_does_not_come(self, event, fields):
        party_of(near(**event), **fields)
        assert reminding.remind() == 0

    def test_comes_as_many_days_before_as_the_event_says(self):
        party_of(near(6.5, reminder_days=7))
        assert reminding.remind() == 1

    def test_comes_to_whoever_had_it_in_hand_twice_only_once(self):
        """More of them than one transaction takes."""
        event = near()
        for _ in range(3):
            party_of(event)
        reminding.BATCH, before = 2, reminding.BATCH
        try:
            assert reminding.remind() == 3
        finally:
            reminding.BATCH = before

    def test_of_who_cancels_meanwhile_is_not_sent(self, mailbox, deliver_jobs):
        from events import registering

        party = party_of(near())
        reminding.remind()
        registering.cancel(party)
        deliver_jobs()
        assert [mail.subject.partition(":")[0] for mail in mailbox.mails(to=party.email)] == [
            "Abgesagt"
        ]

    def test_is_queued_by_the_clock(self):
        from events.tasks import remind

        party = party_of(near())
        remind(timestamp=0)
        party.refresh_from_db()
        assert party.reminded_at

    @pytest.mark.parametrize("days", [0, 31])
    def test_is_one_to_thirty_days_before(self, days):
        with refused("events_event_reminder_days"):
            make_event(reminder_days=days)
