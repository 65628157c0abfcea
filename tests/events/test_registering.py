"""Who gets a place: the rules, without pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from events import registering
from events.models import Registration
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.events.world import in_days, make_event, make_registration

pytestmark = pytest.mark.django_db

_STATES = Registration.State


def register(event, size=1, email="nachbarin@example.org", **fields) -> Registration:
    party = Registration(name="Amira", email=email, size=size, **fields)
    return registering.register(event=event, registration=party)


class TestRegister:
    def test_gives_a_place_at_once(self):
        event = make_event(capacity=3)
        assert register(event, size=3).state == _STATES.CONFIRMED

    def test_of_an_address_whose_offer_ran_out_counts_as_a_new_one(self):
        event = make_event(capacity=2)
        late = make_registration(
            event, state="offered", email="nachbarin@example.org", offered_until=in_days(-1)
        )
        assert register(event, size=2).state == _STATES.CONFIRMED
        late.refresh_from_db()
        assert late.cancelled_because == "expired"

    def test_counts_people_not_parties(self):
        event = make_event(capacity=4)
        make_registration(event, size=3)
        assert register(event, size=2).state == _STATES.WAITING

    def test_counts_offered_places_as_taken(self):
        event = make_event(capacity=3)
        make_registration(event, size=3, state="offered")
        assert register(event).state == _STATES.WAITING

    @pytest.mark.parametrize("state", ["cancelled", "waiting"])
    def test_does_not_count(self, state):
        event = make_event(capacity=3)
        make_registration(event, size=4, state=state)
        assert register(event, size=3).state == _STATES.CONFIRMED

    def test_has_no_limit_without_capacity(self):
        event = make_event(capacity=None)
        make_registration(event, size=10)
        assert register(event, size=10).state == _STATES.CONFIRMED

    def test_lets_a_small_party_have_what_no_waiting_party_fits_into(self):
        event = make_event(capacity=4)
        make_registration(event, size=3)
        make_registration(event, size=2, state="waiting")
        assert register(event, size=1).state == _STATES.CONFIRMED

    def test_first_offers_free_places_to_those_who_wait(self):
        event = make_event(capacity=2)
        waiting = make_registration(event, size=2, state="waiting")
        assert register(event, size=1).state == _STATES.WAITING
        waiting.refresh_from_db()
        assert waiting.state == _STATES.OFFERED

    def test_changes_nothing_for_an_address_that_is_registered(self, mailbox, deliver_jobs):
        event = make_event(capacity=10)
        first = register(event, size=2)
        again = register(event, size=5, email="Nachbarin@Example.org")
        assert again.pk == first.pk
        assert event.registrations.get().size == 2
        deliver_jobs()
        assert [mail.subject for mail in mailbox.mails(to="nachbarin@example.org")] == [
            f"Sie sind dabei: {event.title}",
            f"Sie sind schon angemeldet: {event.title}",
        ]

    def test_takes_an_address_again_after_cancelling(self):
        event = make_event()
        registering.cancel(register(event))
        assert register(event).state == _STATES.CONFIRMED

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "draft"},
            {"takes_registrations": False},
            {"registration_opens_at": in_days(1)},
            {"registration_closes_at": in_days(-1), "registration_opens_at": in_days(-2)},
            {"starts_at": in_days(-0.1), "ends_at": in_days(1)},
        ],
    )
    def test_refuses_when_registration_is_not_open(self, fields):
        with pytest.raises(registering.RegistrationClosed):
            register(make_event(**fields))


class TestCancel:
    def test_offers_the_place_to_the_first_party_that_fits(self):
        event = make_event(capacity=4)
        going = make_registration(event, size=2)
        make_registration(event, size=2)
        large = make_registration(event, size=3, state="waiting")
        first = make_registration(event, size=1, state="waiting")
        second = make_registration(event, size=2, state="waiting")
        registering.cancel(going)
        states = {r.pk: r.state for r in event.registrations.all()}
        assert states[large.pk] == _STATES.WAITING
        assert states[first.pk] == _STATES.OFFERED
        assert states[second.pk] == _STATES.WAITING

    def test_offers_to_several_when_they_fit_together(self):
        event = make_event(capacity=4)
        going = make_registration(event, size=4)
        for _ in range(2):
            make_registration(event, size=2, state="waiting")
        registering.cancel(going)
        assert event.registrations.offered().people() == 4

    def test_is_done_once(self):
        party = make_registration()
        registering.cancel(party)
        with pytest.raises(TransitionNotAllowed):
            registering.cancel(party)

    def test_offers_nothing_once_the_event_has_started(self):
        event = make_event(capacity=1, starts_at=in_days(-0.1), ends_at=in_days(1))
        going = make_registration(event)
        waiting = make_registration(event, state="waiting")
        registering.cancel(going)
        waiting.refresh_from_db()
        assert waiting.state == _STATES.WAITING


class TestOffer:
    def test_is_kept_for_48_hours(self):
        event = make_event(capacity=1)
        waiting = make_registration(event, state="waiting")
        now = timezone.now()
        registering.settle(event.pk, now)
        waiting.refresh_from_db()
        assert waiting.offered_until == now + timedelta(hours=48)

    def test_ends_when_the_event_starts(self):
        event = make_event(capacity=1, starts_at=in_days(1), ends_at=in_days(1.2))
        waiting = make_registration(event, state="waiting")
        registering.settle(event.pk)
        waiting.refresh_from_db()
        assert waiting.offered_until == event.starts_at

    def test_is_taken_up_by_accepting(self):
        party = make_registration(make_event(capacity=1), state="offered")
        registering.accept(party)
        party.refresh_from_db()
        assert (party.state, party.offered_until) == (_STATES.CONFIRMED, None)

    def test_cannot_be_taken_up_too_late_and_goes_on_to_the_next(self):
        event = make_event(capacity=2)
        late = make_registration(event, size=2, state="offered", offered_until=in_days(-1))
        following = make_registration(event, size=2, state="waiting")
        with pytest.raises(TransitionNotAllowed):
            registering.accept(late)
        late.refresh_from_db()
        following.refresh_from_db()
        assert (late.state, late.cancelled_because) == (_STATES.CANCELLED, "expired")
        assert following.state == _STATES.OFFERED

    @pytest.mark.parametrize("state", ["confirmed", "waiting", "cancelled"])
    def test_must_have_been_made(self, state):
        with pytest.raises(TransitionNotAllowed):
            registering.accept(make_registration(state=state))

    def test_expires_by_the_job_planned_for_its_end(self, deliver_jobs):
        event = make_event(capacity=1)
        first = make_registration(event, state="waiting")
        second = make_registration(event, state="waiting")
        registering.settle(event.pk)
        event.registrations.offered().update(offered_until=timezone.now())
        assert "events.settle_event" in deliver_jobs(early=True)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == (_STATES.CANCELLED, _STATES.OFFERED)

    def test_expires_by_the_periodic_task_too(self):
        from events.tasks import settle_all

        event = make_event(capacity=1)
        late = make_registration(event, state="offered", offered_until=in_days(-1))
        following = make_registration(event, state="waiting")
        settle_all(timestamp=0)
        late.refresh_from_db()
        following.refresh_from_db()
        assert (late.state, following.state) == (_STATES.CANCELLED, _STATES.OFFERED)

    def test_that_fails_for_one_event_is_done_for_the_others(self):
        from events.tasks import settle_all

        wrong, late = (
            make_registration(make_event(), state="offered", offered_until=in_days(-1))
            for _ in range(2)
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "ALTER TABLE events_registration ADD CONSTRAINT stays"
                f" CHECK (id <> {wrong.pk} OR state = 'offered')"
            )
        with pytest.raises(ExceptionGroup) as failure:
            settle_all(timestamp=0)
        assert [error.__notes__ for error in failure.value.exceptions] == [
            [f"settle {wrong.event_id}"]
        ]
        late.refresh_from_db()
        assert late.state == _STATES.CANCELLED


class TestChange:
    def change(self, party: Registration, **fields) -> Registration:
        for name, value in fields.items():
            setattr(party, name, value)
        return registering.change(party)

    def test_to_fewer_passes_the_freed_places_on(self):
        event = make_event(capacity=4)
        party = make_registration(event, size=4, children=3)
        waiting = make_registration(event, size=2, state="waiting")
        party = self.change(party, size=2)
        waiting.refresh_from_db()
        assert (party.size, party.children) == (2, 2)
        assert waiting.state == _STATES.OFFERED

    def test_to_more_takes_free_places(self):
        party = make_registration(make_event(capacity=4), size=2)
        assert self.change(party, size=4).size == 4
        assert registering.places(party.event).free == 0

    @pytest.mark.parametrize("state", ["confirmed", "offered"])
    def test_to_more_than_are_free_leaves_everything_as_it_was(self, state):
        party = make_registration(make_event(capacity=4), size=2, state=state)
        with pytest.raises(registering.NotEnoughPlaces) as raised:
            self.change(party, size=5, name="Anders")
        assert raised.value.free == 2
        party.refresh_from_db()
        assert (party.size, party.name, party.state) == (2, party.name, state)
        assert party.name != "Anders"

    def test_to_more_does_not_take_what_is_offered_to_those_who_wait(self):
        event = make_event(capacity=4)
        party = make_registration(event, size=2)
        make_registration(event, size=2, state="waiting")
        with pytest.raises(registering.NotEnoughPlaces):
            self.change(party, size=3)

    def test_to_more_is_too_late_once_registration_has_ended(self):
        event = make_event(
            capacity=9, registration_opens_at=in_days(-2), registration_closes_at=in_days(-1)
        )
        party = make_registration(event, size=2)
        with pytest.raises(registering.RegistrationClosed):
            self.change(party, size=3)
        party.refresh_from_db()
        assert self.change(party, size=1).size == 1

    def test_of_who_waits_keeps_its_turn(self):
        event = make_event(capacity=1)
        make_registration(event)
        party = make_registration(event, size=2, state="waiting")
        make_registration(event, state="waiting")
        party = self.change(party, size=6)
        assert (party.state, party.position) == (_STATES.WAITING, 1)

    def test_lets_a_smaller_waiting_party_in(self):
        event = make_event(capacity=3)
        make_registration(event, size=1)
        waiting = make_registration(event, size=3, state="waiting")
        assert self.change(waiting, size=2).state == _STATES.OFFERED

    def test_of_what_is_cancelled_is_refused(self):
        with pytest.raises(TransitionNotAllowed):
            self.change(make_registration(state="cancelled"), name="Anders")

    def test_never_brings_back_what_was_cancelled_meanwhile(self):
        party = make_registration()
        registering.cancel(Registration.objects.get(pk=party.pk))
        with pytest.raises(TransitionNotAllowed):
            self.change(party, name="Anders")
        party.refresh_from_db()
        assert party.state == _STATES.CANCELLED

    def test_drops_names_of_those_who_do_not_come_any_more(self):
        party = make_registration(size=3, companions=["Ali", "Mina"])
        assert self.change(party, size=2).companions == ["Ali"]

    def test_is_told_once(self, mailbox, deliver_jobs):
        party = make_registration(make_event(title="Beispielfest"), size=3)
        self.change(party, size=2)
        deliver_jobs()
        assert [mail.subject for mail in mailbox.mails(to=party.email)] == [
            "Ihre Anmeldung ist geändert: Beispielfest"
        ]
        assert "2 Plätze sind für Sie reserviert." in mailbox.latest(party.email).text


class TestPosition:
    def test_is_counted_in_parties_in_order(self):
        event = make_event(capacity=1)
        make_registration(event)
        parties = [make_registration(event, state="waiting") for _ in range(3)]
        make_registration(make_event(), state="waiting")
        assert [party.position for party in parties] == [1, 2, 3]


class TestCapacity:
    def test_raised_goes_to_those_who_wait(self):
        event = make_event(capacity=1)
        make_registration(event)
        waiting = make_registration(event, size=2, state="waiting")
        event.capacity = 3
        event.save()
        registering.settle(event.pk)
        waiting.refresh_from_db()
        assert waiting.state == _STATES.OFFERED

    def test_that_is_exceeded_takes_nobody_s_place(self):
        event = make_event(capacity=2)
        make_registration(event, size=4)
        registering.settle(event.pk)
        assert registering.places(event).free == 0
        assert event.registrations.confirmed().people() == 4
        assert register(event).state == _STATES.WAITING
