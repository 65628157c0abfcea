"""Races for places and pitches, with real connections; each is shown to need its lock."""

import random
import time
from collections.abc import Callable
from datetime import timedelta

import pgtrigger
import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from events import calling_off, placing, planning, registering, releasing
from events.models import Event, PitchAssignment, Registration, StallApplication
from events.models.event import EventQuerySet
from events.models.stall import StallApplicationQuerySet
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.concurrency.racing import Meeting, at_once, both_meet
from tests.events.world import (
    in_days,
    make_event,
    make_format,
    make_item,
    make_pitch,
    make_registration,
    make_stall,
    make_venue,
)
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def without_lock(monkeypatch):
    """Take the lock away, to show what it is for."""
    monkeypatch.setattr(EventQuerySet, "locked", lambda self: self)


@pytest.fixture
def everybody_counts_before_anybody_writes(monkeypatch):
    """Make two threads meet between counting places and giving them away."""
    both_meet(monkeypatch, registering, "_places_locked", after=True)


def registering_party(event, number: int, size: int) -> Callable[[], Registration]:
    party = Registration(name="Gast", email=f"wettlauf{number}@example.org", size=size)
    return lambda: registering.register(event=event, registration=party)


@pytest.mark.usefixtures("everybody_counts_before_anybody_writes")
class TestLastPlaces:
    def race(self):
        event = make_event(capacity=5)
        make_registration(event, size=2)
        at_once(registering_party(event, 1, 3), registering_party(event, 2, 3))
        return event.registrations

    def test_go_to_one_of_two_parties(self):
        registrations = self.race()
        assert registrations.confirmed().people() == 5
        assert registrations.waiting().people() == 3

    def test_are_given_away_twice_without_the_lock(self, without_lock):
        """If this fails, the test above proves nothing."""
        assert self.race().confirmed().people() == 8


class TestFewerPlaces:
    """Places are taken away while a party is about to take them: who takes them away waits for the
    event's row, and the database then counts anew."""

    def race(self, monkeypatch, lower: Callable[[Event], object]) -> tuple[Event, list[object]]:
        count_places = registering._places_locked

        def count_and_think(*args):
            held = count_places(*args)
            time.sleep(0.6)
            return held

        monkeypatch.setattr(registering, "_places_locked", count_and_think)
        event = make_event(capacity=5)
        make_registration(event, size=2)

        def lower_a_little_later():
            time.sleep(0.2)
            return lower(event)

        results = at_once(registering_party(event, 1, 3), lower_a_little_later)
        event.refresh_from_db()
        assert event.registrations.confirmed().people() == 5
        return event, results

    def lower(self, event: Event) -> None:
        Event.objects.filter(pk=event.pk).update(capacity=3)

    def test_are_refused_where_somebody_was_quicker(self, monkeypatch):
        event, results = self.race(monkeypatch, self.lower)
        assert isinstance(results[1], IntegrityError)
        assert event.capacity == 5

    def test_are_fewer_than_taken_without_the_trigger(self, monkeypatch):
        """If this fails, the test above proves nothing."""

        def lower(event: Event) -> None:
            with pgtrigger.ignore("events.Event:keep_places_taken"):
                self.lower(event)

        event, _results = self.race(monkeypatch, lower)
        assert event.capacity == 3


class TestManyAtOnce:
    def test_never_overbook_and_keep_everybody(self):
        event = make_event(capacity=10)
        sizes = [1, 2, 3, 4, 5, 1, 2, 3]
        results = at_once(
            *[registering_party(event, number, size) for number, size in enumerate(sizes)]
        )
        assert not [result for result in results if isinstance(result, Exception)]
        held = event.registrations.confirmed().people()
        assert held <= 10
        assert held + event.registrations.waiting().people() == sum(sizes)
        free = 10 - held
        assert all(party.size > free for party in event.registrations.waiting())


class TestFiveHundredAtOnce:
    """Registration opens: so many people come for a hundred places, in parties of one to five."""

    PEOPLE, PLACES = 500, 100

    def race(self, monkeypatch) -> list[Registration]:
        """Return the parties in the order of the list. Whoever has counted takes a moment before
        deciding, so that without the lock others count meanwhile."""
        count_places = registering._places_locked

        def count_and_think(*args):
            held = count_places(*args)
            time.sleep(0.002)
            return held

        monkeypatch.setattr(registering, "_places_locked", count_and_think)
        # The pool's patience, so that a slow computer does not fail the test.
        monkeypatch.setattr(connection.pool, "timeout", 100)
        event = make_event(capacity=self.PLACES)
        chance = random.Random(5)
        comers = [
            registering_party(event, number, chance.randint(1, 5)) for number in range(self.PEOPLE)
        ]
        results = at_once(*comers, seconds=120)
        assert not [result for result in results if isinstance(result, Exception)]
        parties = list(event.registrations.order_by("created_at", "pk"))
        assert len(parties) == self.PEOPLE
        return parties

    def test_never_take_a_place_too_many_and_wait_in_order(self, monkeypatch):
        """What comes out is what would if they came one after the other, in the list's order; and
        whoever waits is told the number that the list gives."""
        taken, waiting = 0, []
        parties = self.race(monkeypatch)
        for party in parties:
            if fits := taken + party.size <= self.PLACES:
                taken += party.size
            else:
                waiting.append(party.pk)
            assert party.state == ("confirmed" if fits else "waiting")
        assert taken == self.PLACES
        told = {
            job.args["registration_id"]: job.args["position"]
            for job in ProcrastinateJob.objects.filter(args__letter="waiting")
        }
        assert told == {pk: number for number, pk in enumerate(waiting, 1)}

    def test_take_too_many_without_the_lock(self, monkeypatch, without_lock):
        """If this fails, the test above proves nothing."""
        parties = self.race(monkeypatch)
        assert sum(party.size for party in parties if party.is_confirmed) > self.PLACES


class TestOneAddress:
    def test_registers_once_however_often_it_is_sent(self):
        event = make_event(capacity=10)
        same = [
            lambda: registering.register(
                event=event,
                registration=Registration(name="Gast", email="doppelt@example.org", size=2),
            )
            for _ in range(4)
        ]
        results = at_once(*same)
        assert not [result for result in results if isinstance(result, Exception)]
        assert event.registrations.get().size == 2


class TestOffer:
    @pytest.fixture
    def event(self):
        return make_event(capacity=2)

    def expired(self, event) -> Registration:
        return make_registration(
            event, size=2, state="offered", offered_until=timezone.now() - timedelta(seconds=1)
        )

    def test_cancelled_while_it_expires_passes_the_place_on_once(self, event):
        offered = self.expired(event)
        first = make_registration(event, size=2, state="waiting")
        second = make_registration(event, size=2, state="waiting")
        results = at_once(lambda: registering.cancel(offered), lambda: registering.settle(event.pk))
        assert all(
            result is None or isinstance(result, Registration | TransitionNotAllowed)
            for result in results
        )
        states = dict(event.registrations.values_list("pk", "state"))
        assert states == {offered.pk: "cancelled", first.pk: "offered", second.pk: "waiting"}
        assert event.registrations.holding_places().people() == 2

    def test_accepted_while_it_is_cancelled_ends_one_way(self, event):
        offered = make_registration(event, size=2, state="offered")
        waiting = make_registration(event, size=2, state="waiting")
        at_once(lambda: registering.accept(offered), lambda: registering.cancel(offered))
        offered.refresh_from_db()
        waiting.refresh_from_db()
        assert (offered.state, waiting.state) == ("cancelled", "offered")
        assert event.registrations.holding_places().people() == 2

    def test_settled_by_several_workers_is_made_once(self, event):
        for _ in range(3):
            make_registration(event, size=2, state="waiting")
        at_once(*[lambda: registering.settle(event.pk)] * 3)
        assert event.registrations.offered().count() == 1

    @pytest.mark.usefixtures("everybody_counts_before_anybody_writes")
    def test_is_no_place_for_a_newcomer(self, event):
        """A place freed at the same moment as somebody registers: only one gets it."""
        going = make_registration(event, size=2)
        make_registration(event, size=2, state="waiting")
        at_once(lambda: registering.cancel(going), registering_party(event, 1, 2))
        assert event.registrations.holding_places().people() == 2


class TestPitch:
    def test_goes_to_one_of_two_stalls(self):
        venue = make_venue()
        pitch = make_pitch(venue)
        stalls = [make_stall(venue.event, state="accepted") for _ in range(2)]
        results = at_once(
            *[lambda stall=stall: placing.place(application=stall, pitch=pitch) for stall in stalls]
        )
        assert sorted(type(result).__name__ for result in results) == ["NoneType", "PitchTaken"]
        assert PitchAssignment.objects.count() == 1

    def test_is_not_given_to_a_stall_that_is_being_withdrawn(self):
        venue = make_venue()
        pitch, stall = make_pitch(venue), make_stall(venue.event, state="accepted")
        at_once(lambda: placing.place(application=stall, pitch=pitch), stall.withdraw)
        stall.refresh_from_db()
        assert stall.state == "withdrawn"
        assert not PitchAssignment.objects.exists()


class TestDecision:
    def test_is_made_once_by_two_people_who_saw_the_same_page(self):
        """Neither undoes the other, whoever comes first: one mail, one decision."""
        stall = make_stall()
        owner = make_member(stall.organisation)
        other = StallApplication.objects.for_tables().get(pk=stall.pk)
        results = at_once(
            lambda: placing.accept(application=stall),
            lambda: placing.decline(application=other, reason="Kein Platz."),
        )
        assert sorted(type(result).__name__ for result in results) == [
            "NoneType",
            "TransitionNotAllowed",
        ]
        decided = "accepted" if results[0] is None else "declined"
        assert StallApplication.objects.get().state == decided
        assert OutgoingMail.objects.filter(recipients__contains=[owner.email]).count() == 1

    def test_taken_back_while_it_is_placed_leaves_no_pitch_taken(self):
        venue = make_venue()
        pitch, stall = make_pitch(venue), make_stall(venue.event, state="accepted")
        at_once(
            lambda: placing.place(application=stall, pitch=pitch),
            lambda: placing.take_back(application=stall, reason="Der Hof ist gesperrt."),
        )
        stall.refresh_from_db()
        assert stall.state == "declined"
        assert not PitchAssignment.objects.exists()


class TestCallingOff:
    @pytest.fixture
    def meeting(self, monkeypatch):
        return Meeting(monkeypatch)

    @pytest.fixture
    def event(self):
        return make_event(stalls_until=in_days(10))

    def call_off_while(self, act, event, meeting) -> list[object]:
        return at_once(act, meeting.meanwhile(lambda: calling_off.call_off(event, "Sturm.")))

    def apply(self, event, meeting) -> str:
        """Return the state of an application that arrives while the event is called off."""
        stall = StallApplication(
            event=event,
            organisation=make_organisation(),
            format=make_format(),
            title="Suppe",
            description="Suppe und Rezepte.",
        )
        meeting.after(Event, "takes_stalls")
        self.call_off_while(lambda: placing.apply(application=stall), event, meeting)
        event.refresh_from_db()
        assert event.status == "archived"
        return StallApplication.objects.get().state

    def reopen(self, event, meeting) -> str:
        """Return the state of an application that is opened again while the event is called off."""
        stall = make_stall(event, state="declined")
        meeting.after(StallApplication, "can_be_reopened")
        self.call_off_while(lambda: placing.reopen(application=stall), event, meeting)
        event.refresh_from_db()
        assert event.status == "archived"
        return StallApplication.objects.get().state

    @pytest.mark.parametrize("act", ["apply", "reopen"])
    def test_lets_no_application_wait(self, act, event, meeting):
        assert getattr(self, act)(event, meeting) == "withdrawn"

    @pytest.mark.parametrize("act", ["apply", "reopen"])
    def test_lets_one_wait_for_ever_without_the_lock(self, act, event, meeting, without_lock):
        """If this fails, the test above proves nothing."""
        assert getattr(self, act)(event, meeting) == "submitted"

    def withdraw(self, event, meeting, monkeypatch) -> list[object]:
        """Return what came of calling off while the organisation withdraws by itself."""
        stall = make_stall(event)
        withdraw = calling_off._withdraw

        def wait_and_withdraw(*args) -> None:
            meeting.wait()
            withdraw(*args)

        monkeypatch.setattr(calling_off, "_withdraw", wait_and_withdraw)
        results = at_once(
            lambda: calling_off.call_off(event, "Sturm."), meeting.meanwhile(stall.withdraw)
        )
        return [type(result).__name__ for result in results]

    def test_is_not_undone_by_an_organisation_that_withdraws(self, event, meeting, monkeypatch):
        assert self.withdraw(event, meeting, monkeypatch) == ["NoneType", "TransitionNotAllowed"]

    def test_is_undone_by_one_without_the_lock(self, event, meeting, monkeypatch):
        """If this fails, the test above proves nothing."""
        monkeypatch.setattr(StallApplicationQuerySet, "locked", lambda self: self)
        assert self.withdraw(event, meeting, monkeypatch) == ["TransitionNotAllowed", "NoneType"]


class TestReleasing:
    """Two people release a programme at once."""

    @pytest.fixture
    def event(self, monkeypatch):
        both_meet(monkeypatch, releasing, "pending", after=True)
        return make_item(released=False).event

    def race(self, event) -> list[str]:
        results = at_once(*[lambda: releasing.release(event)] * 2)
        return sorted(type(result).__name__ for result in results)

    def test_makes_one_release(self, event):
        assert self.race(event) == ["NothingToRelease", "ProgrammeRelease"]

    def test_breaks_without_the_lock(self, event, without_lock):
        """If this fails, the test above proves nothing."""
        assert self.race(event) == ["IntegrityError", "ProgrammeRelease"]


class TestReleasingMeanwhile:
    """A release has read the plan when somebody moves a session, or deletes it."""

    def race(self, monkeypatch, item, name: str, **data) -> list[object]:
        meeting = Meeting(monkeypatch)
        meeting.before(releasing, "_apply")
        client = Client(raise_request_exception=False)
        client.force_login(make_user("event_manager"))
        path = reverse(f"events:desk-item-{name}", args=[item.event.slug, item.pk])
        return at_once(
            lambda: releasing.release(item.event).number,
            meeting.meanwhile(lambda: client.post(path, data).status_code),
        )

    def test_tells_what_it_read_and_leaves_the_move_for_the_next(self, monkeypatch):
        item = make_item(released=False)
        later = f"{timezone.localtime(item.starts_at) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
        data = {"venue": item.venue_id, "starts_at": later}
        assert self.race(monkeypatch, item, "move", **data) == [1, 302]
        [change] = item.event.releases.get().changes.all()
        public = item.event.released_items.get()
        assert public.starts_at == change.starts_after == item.starts_at
        [step] = releasing.pending(item.event)
        assert step.after.starts_at == item.starts_at + timedelta(hours=1)

    def test_keeps_what_is_public_by_now(self, monkeypatch):
        item = make_item(released=False)
        assert self.race(monkeypatch, item, "remove") == [1, 302]
        assert item.event.released_items.get().item == item

    def test_fails_to_release_what_is_gone_without_the_lock(self, monkeypatch, without_lock):
        """If this fails, the test above proves nothing."""
        results = self.race(monkeypatch, make_item(released=False), "remove")
        assert isinstance(results[0], IntegrityError)


class TestPlanning:
    """Two event managers put two sessions into one room at once."""

    def race(self, monkeypatch) -> list[int]:
        venue = make_venue(make_event(title="Beispielmarkt"))
        free = venue.event.starts_at + timedelta(hours=2)
        items = [make_item(venue, room=str(number)) for number in range(2)]
        both_meet(monkeypatch, planning, "conflicts_in", after=True)

        def put(item):
            client = Client()
            client.force_login(make_user("event_manager"))
            path = reverse("events:desk-item-move", args=[venue.event.slug, item.pk])
            data = {
                "venue": venue.pk,
                "room": "Bühne",
                "starts_at": f"{timezone.localtime(free):%Y-%m-%dT%H:%M}",
            }
            return lambda: client.post(path, data).status_code

        return sorted(at_once(*[put(item) for item in items]))

    def test_lets_the_second_one_read_what_is_there(self, monkeypatch):
        assert self.race(monkeypatch) == [302, 422]

    def test_is_refused_by_the_database_without_the_lock(self, monkeypatch, without_lock):
        """If this fails, the test above proves nothing; also then nothing is half-saved."""
        assert self.race(monkeypatch) == [302, 409]
