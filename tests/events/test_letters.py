"""Letters to parties: written by the worker, once, and only what is still so."""

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from events import letters, registering
from events.models import Registration
from ssoe_portal.common.mail import OutgoingMail
from tests.events.world import make_event, make_registration

pytestmark = pytest.mark.django_db


def subjects(mailbox, party: Registration) -> list[str]:
    return [mail.subject.partition(":")[0] for mail in mailbox.mails(to=party.email)]


class TestLetter:
    def test_goes_only_if_the_step_was_taken(self):
        event = make_event()
        party = Registration(name="Amira", email="amira@example.org")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            registering.register(event=event, registration=party)
            1 / 0  # noqa: B018
        assert not ProcrastinateJob.objects.exists()

    def test_is_written_once_though_a_worker_died_over_it(self):
        party = make_registration()
        for _ in range(2):
            letters.write("confirmed", party.pk, key="events.letter.7")
        assert OutgoingMail.objects.get().recipients == [party.email]

    def test_cannot_be_stored_twice_by_two_workers_at_once(self):
        letters.write("confirmed", make_registration().pk, key="events.letter.7")
        mail = OutgoingMail.objects.get()
        mail.pk = None
        with pytest.raises(IntegrityError):
            mail.save()

    def test_that_is_not_true_any_more_gives_way_to_the_next(self, mailbox, deliver_jobs):
        """Cancelled before the worker came to say that the place is kept."""
        event = make_event()
        party = registering.register(
            event=event, registration=Registration(name="Amira", email="amira@example.org")
        )
        registering.cancel(party)
        deliver_jobs()
        assert subjects(mailbox, party) == ["Abgesagt"]

    def test_to_who_is_erased_meanwhile_is_not_written(self):
        letters.write("confirmed", 0, key="events.letter.8")
        assert not OutgoingMail.objects.exists()

    def test_of_the_waiting_list_says_the_place_that_was_given(self, mailbox, deliver_jobs):
        event = make_event(capacity=1)
        make_registration(event)
        ahead = make_registration(event, state="waiting")
        party = registering.register(
            event=event, registration=Registration(name="Amira", email="amira@example.org")
        )
        registering.cancel(ahead)
        deliver_jobs()
        assert "Ihr Platz auf der Liste: 2" in mailbox.latest(party.email).text
