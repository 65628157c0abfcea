"""Races of parties that are registered already, and of what befalls their event."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from events import arriving, calling_off, links, messaging, ready, registering, reminding, telephone
from events import letters as note
from events.models import Arrival, Event, Message, Registration
from events.models.event import EventQuerySet
from events.models.registration import RegistrationQuerySet
from tests.concurrency.racing import Meeting, at_once, both_meet, raised_at_once
from tests.events.world import desk_url, in_days, make_event, make_registration
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def without_lock(monkeypatch):
    """Take the lock away, to show what it is for."""
    monkeypatch.setattr(EventQuerySet, "locked", lambda self: self)


@pytest.fixture
def meeting(monkeypatch):
    return Meeting(monkeypatch)


@pytest.fixture
def event():
    return make_event(capacity=2)


def states(event: Event) -> list[str]:
    return list(event.registrations.order_by("pk").values_list("state", flat=True))


def letters(kind: str) -> int:
    """How many letters of a kind are to be written."""
    return ProcrastinateJob.objects.filter(args__letter=kind).count()


class TestPressedTwice:
    """Both requests have looked at the registration before either changes it."""

    def race(self, monkeypatch, event, act: Callable[[Registration], object], state: str):
        both_meet(monkeypatch, registering, "_lock", after=True)
        party = make_registration(event, size=2, state=state)
        return sorted(
            getattr(raised, "__name__", "") for raised in raised_at_once(*[lambda: act(party)] * 2)
        )

    def test_cancels_once(self, monkeypatch, event):
        make_registration(event, state="waiting", size=2)
        raised = self.race(monkeypatch, event, registering.cancel, "confirmed")
        assert raised == ["", "TransitionNotAllowed"]
        assert letters("cancelled") == letters("offered") == 1

    def test_writes_twice_of_cancelling_without_the_lock(self, monkeypatch, event, without_lock):
        """If this fails, the test above proves nothing."""
        assert self.race(monkeypatch, event, registering.cancel, "confirmed") == ["", ""]
        assert letters("cancelled") == 2

    def test_accepts_once(self, monkeypatch, event):
        raised = self.race(monkeypatch, event, registering.accept, "offered")
        assert raised == ["", "TransitionNotAllowed"]
        assert letters("confirmed") == 1

    def test_writes_twice_of_accepting_without_the_lock(self, monkeypatch, event, without_lock):
        """If this fails, the test above proves nothing."""
        assert self.race(monkeypatch, event, registering.accept, "offered") == ["", ""]
        assert letters("confirmed") == 2

    def register(self, monkeypatch, event) -> list[type[BaseException] | None]:
        both_meet(monkeypatch, ready, "registered", after=True)
        same = [
            Registration(name="Gast", email="doppelt@example.org", size=1) for _number in range(2)
        ]
        return raised_at_once(
            *[lambda one=one: registering.register(event=event, registration=one) for one in same]
        )

    def test_registers_once(self, monkeypatch, event):
        assert self.register(monkeypatch, event) == [None, None]
        assert states(event) == ["confirmed"]
        assert (letters("confirmed"), letters("already")) == (1, 1)

    def test_is_refused_by_the_database_without_the_lock(self, monkeypatch, event, without_lock):
        """If this fails, the test above proves nothing."""
        assert IntegrityError in self.register(monkeypatch, event)

    @pytest.mark.parametrize(("name", "state"), [("cancel", "confirmed"), ("accept", "offered")])
    def test_shows_how_things_stand_to_both(self, event, name, state):
        party = make_registration(event, state=state)
        path = reverse(f"events:registration-{name}", args=[party.code])

        def press() -> tuple[int, str]:
            client = Client()
            client.get(links.link(party))
            answer = client.post(path, follow=True)
            return answer.status_code, answer.redirect_chain[-1][0]

        own = party.get_absolute_url()
        assert at_once(press, press) == [(200, own), (200, own)]


class TestExpiringOffer:
    def race(self, event, meeting) -> list[type[BaseException] | None]:
        """A party accepts; at this very moment the worker says that its time is up."""
        ends = timezone.now() + timedelta(minutes=1)
        offered = make_registration(event, size=2, state="offered", offered_until=ends)
        make_registration(event, size=2, state="waiting")
        meeting.after(Registration, "offer_is_open")
        late = ends + timedelta(seconds=1)
        return raised_at_once(
            lambda: registering.accept(offered),
            meeting.meanwhile(lambda: registering.settle(event.pk, late)),
        )

    def test_is_the_place_of_whoever_accepted_it_in_time(self, event, meeting):
        assert self.race(event, meeting) == [None, None]
        assert states(event) == ["confirmed", "waiting"]

    def test_is_lost_to_whoever_accepted_it_without_the_lock(self, event, meeting, without_lock):
        """If this fails, the test above proves nothing; the database lets nobody be both."""
        assert self.race(event, meeting) == [IntegrityError, None]
        assert states(event) == ["cancelled", "offered"]


class TestGrowing:
    """Two parties take the last free place for one more."""

    def race(self, monkeypatch) -> list[type[BaseException] | None]:
        both_meet(monkeypatch, registering, "_places_locked", after=True)
        self.event = make_event(capacity=3)
        parties = [make_registration(self.event, size=1) for _number in range(2)]

        def grow(party: Registration):
            party.size = 2
            return lambda: registering.change(party)

        return raised_at_once(*[grow(party) for party in parties])

    def test_is_possible_for_one(self, monkeypatch):
        assert set(self.race(monkeypatch)) == {None, registering.NotEnoughPlaces}
        assert self.event.registrations.confirmed().people() == 3

    def test_is_possible_for_both_without_the_lock(self, monkeypatch, without_lock):
        """If this fails, the test above proves nothing."""
        assert self.race(monkeypatch) == [None, None]
        assert self.event.registrations.confirmed().people() == 4


class TestCorrecting:
    """Two parties who call get one and the same address."""

    def race(self, monkeypatch, event) -> list[type[BaseException] | None]:
        both_meet(monkeypatch, ready, "registered", after=True)
        by = make_user("event_manager")

        def correct(party: Registration):
            party.email = "amira@example.org"
            return lambda: telephone.change(party, by=by)

        return raised_at_once(*[correct(make_registration(event)) for _number in range(2)])

    def test_is_possible_for_one(self, monkeypatch, event):
        assert set(self.race(monkeypatch, event)) == {None, telephone.AlreadyRegistered}

    def test_is_refused_by_the_database_without_the_lock(self, monkeypatch, event, without_lock):
        """If this fails, the test above proves nothing."""
        assert set(self.race(monkeypatch, event)) == {None, IntegrityError}


class TestCalls:
    """Two letters are written at once to somebody without an address."""

    def race(self, monkeypatch, event) -> list[str]:
        party = make_registration(event, email="", at_desk=True)
        both_meet(monkeypatch, Registration, "save")
        written = [
            lambda key=key: note.write("moved", party.pk, key=key, move=1) for key in ("a", "b")
        ]
        assert raised_at_once(*written) == [None, None]
        party.refresh_from_db()
        return sorted(call["key"] for call in party.call_about)

    def test_are_noted_both(self, monkeypatch, event):
        assert self.race(monkeypatch, event) == ["a", "b"]

    def test_hide_each_other_without_the_lock(self, monkeypatch, event):
        """If this fails, the test above proves nothing."""
        monkeypatch.setattr(RegistrationQuerySet, "select_for_update", lambda self, **how: self)
        assert len(self.race(monkeypatch, event)) == 1


class TestCallingOff:
    """An event is called off while somebody registers, or takes up an offer."""

    def register(self, event, meeting) -> list[type[BaseException] | None]:
        party = Registration(name="Gast", email="gast@example.org", size=1)
        meeting.after(Event, "registration_is_open")
        return raised_at_once(
            lambda: registering.register(event=event, registration=party),
            meeting.meanwhile(lambda: calling_off.call_off(event, "Sturm.")),
        )

    def accept(self, event, meeting) -> list[type[BaseException] | None]:
        party = make_registration(event, state="offered")
        meeting.after(Registration, "offer_is_open")
        return raised_at_once(
            lambda: registering.accept(party),
            meeting.meanwhile(lambda: calling_off.call_off(event, "Sturm.")),
        )

    @pytest.mark.parametrize("act", ["register", "accept"])
    def test_leaves_nobody_believing_that_it_takes_place(self, event, meeting, act):
        assert getattr(self, act)(event, meeting) == [None, None]
        assert states(event) == ["cancelled"]
        assert letters("called_off") == 1

    def test_leaves_who_registers_so_without_the_lock(self, event, meeting, without_lock):
        """If this fails, the test above proves nothing."""
        self.register(event, meeting)
        assert states(event) == ["confirmed"]

    def test_fails_who_accepts_without_the_lock(self, event, meeting, without_lock):
        """If this fails, the test above proves nothing; the database lets nobody be both."""
        assert self.accept(event, meeting) == [IntegrityError, None]


class TestLettersToAll:
    def test_of_a_message_are_queued_once_however_often_it_is_sent(self, event):
        make_registration(event)
        key = uuid.uuid4()

        def send():
            messaging.send(
                Message(event=event, key=key, audience="active", subject="Ort", text="Saal 2.")
            )

        assert at_once(send, send) == [None, None]
        assert letters("message") == 1

    def remind(self, monkeypatch) -> int:
        both_meet(monkeypatch, RegistrationQuerySet, "due_for_reminder", after=True)
        make_registration(make_event(starts_at=in_days(1), ends_at=in_days(1.1)),
                          created_at=in_days(-9))  # fmt: skip
        at_once(reminding.remind, reminding.remind)
        return letters("reminder")

    def test_remind_a_party_once_whatever_workers_do(self, monkeypatch):
        assert self.remind(monkeypatch) == 1


class TestOnePartyAtTwoDoors:
    """One telephone has a connection, the other one sends later what it noted: at one moment."""

    def race(self, monkeypatch) -> list[int]:
        both_meet(monkeypatch, arriving, "_count_anew", after=True)
        party = make_registration(size=3)
        staff = make_user("event_manager")

        def online() -> int:
            arriving.check_in(event=party.event, code=party.code, people=2, key=uuid.uuid4())
            return 200

        def offline() -> int:
            client = Client()
            client.force_login(staff)
            noted = {
                "key": str(uuid.uuid4()),
                "code": party.code,
                "people": 3,
                "at": "",
                "arrived_at": 0,
                "undone": False,
            }
            body = json.dumps({"sent_at": 600_000, "notes": [noted]})
            path = desk_url("door-sync", party.event)
            return client.post(path, body, content_type="application/json").status_code

        results = at_once(online, offline)
        assert results == [200, 200]
        return list(Arrival.objects.order_by("arrived_at").values_list("people", flat=True))

    def test_counts_as_many_as_it_has_who_came_first_first(self, monkeypatch):
        assert self.race(monkeypatch) == [3, 0]

    def test_counts_too_many_without_the_lock(self, monkeypatch):
        """If this fails, the test above proves nothing."""
        monkeypatch.setattr(RegistrationQuerySet, "select_for_update", lambda self, **how: self)
        assert sum(self.race(monkeypatch)) == 5
