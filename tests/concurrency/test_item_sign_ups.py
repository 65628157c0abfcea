"""Races for the places of programme items, with real connections; each needs its lock."""

import time
from collections.abc import Callable

import pgtrigger
import pytest
from django.db import IntegrityError

from events import registering, signing_up
from events.models import ProgrammeItem, Registration
from events.models.event import EventQuerySet
from events.models.item_sign_up import ItemSignUpQuerySet
from tests.concurrency.racing import at_once, both_meet
from tests.events.world import make_event, make_item, make_registration, make_venue, sign_up

pytestmark = pytest.mark.django_db(transaction=True)
TRIGGER = "events.ItemSignUp:within_places_and_party"


@pytest.fixture
def without_lock(monkeypatch):
    """Take the lock away, to show what it is for."""
    monkeypatch.setattr(EventQuerySet, "locked", lambda self: self)


@pytest.fixture
def item():
    return make_item(make_venue(make_event()), places=4)


def choosing(party: Registration, item: ProgrammeItem, people: int) -> Callable[[], bool]:
    return lambda: signing_up.choose(party, {item.pk: people})


class TestLastPlacesOfAnItem:
    def race(self, monkeypatch, item) -> list[object]:
        """Two parties of three want four places: both count before either writes."""
        both_meet(monkeypatch, signing_up, "_locked_rows", after=True)
        parties = [make_registration(item.event, size=3) for _ in range(2)]
        return at_once(*[choosing(party, item, 3) for party in parties])

    def test_go_to_one_of_two_parties_and_the_other_is_told(self, monkeypatch, item):
        results = self.race(monkeypatch, item)
        assert item.sign_ups.people() == 3
        assert {type(result) for result in results} == {bool, signing_up.NoRoom}

    def test_without_the_lock_only_the_database_refuses(self, monkeypatch, item, without_lock):
        """If this fails, the test above proves nothing."""
        results = self.race(monkeypatch, item)
        assert item.sign_ups.people() == 3
        assert {type(result) for result in results} == {bool, IntegrityError}

    def test_without_lock_and_trigger_are_given_away_twice(self, monkeypatch, item, without_lock):
        """If this fails, the tests above prove nothing."""

        bulk_create = ItemSignUpQuerySet.bulk_create

        def without_trigger(*args, **kwargs):
            with pgtrigger.ignore(TRIGGER):
                return bulk_create(*args, **kwargs)

        monkeypatch.setattr(ItemSignUpQuerySet, "bulk_create", without_trigger)
        self.race(monkeypatch, item)
        assert item.sign_ups.people() == 6


class TestManyAtOnce:
    def test_never_overbook_an_item(self, item):
        parties = [make_registration(item.event, size=number % 3 + 1) for number in range(12)]
        results = at_once(*[choosing(party, item, party.size) for party in parties])
        assert item.sign_ups.people() == 4
        assert {type(result) for result in results} == {bool, signing_up.NoRoom}


class TestShrinkingParty:
    """One tab lets the party shrink while another signs all of it up."""

    def test_never_has_more_people_signed_up_than_it_is(self, item):
        party = make_registration(item.event, size=3)
        smaller = Registration.objects.get(pk=party.pk)
        smaller.size = 1
        at_once(choosing(party, item, 3), lambda: registering.change(smaller))
        assert item.sign_ups.people() <= 1


class TestFewerPlacesOfAnItem:
    """Django admin changes an item without holding the event: the item's row sees to it."""

    def race(self, monkeypatch, item) -> list[object]:
        queue = signing_up.letters.queue

        def queue_and_think(*args, **kwargs):
            queue(*args, **kwargs)
            time.sleep(0.6)

        monkeypatch.setattr(signing_up.letters, "queue", queue_and_think)

        def lower_a_little_later():
            time.sleep(0.2)
            ProgrammeItem.objects.filter(pk=item.pk).update(places=2)

        party = make_registration(item.event, size=3)
        return at_once(choosing(party, item, 3), lower_a_little_later)

    def test_are_refused_where_somebody_was_quicker(self, monkeypatch, item):
        results = self.race(monkeypatch, item)
        item.refresh_from_db()
        assert isinstance(results[1], IntegrityError)
        assert (item.places, item.sign_ups.people()) == (4, 3)

    def test_can_be_raised_at_any_time(self, item):
        sign_up(make_registration(item.event, size=4), item)
        party = make_registration(item.event, size=1)
        ProgrammeItem.objects.filter(pk=item.pk).update(places=5)
        assert signing_up.choose(party, {item.pk: 1})
