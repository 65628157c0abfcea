"""Who has come: parties in parts, noted twice, undone; people without a registration."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import anonymising, arriving
from events.arriving import Outcome, Place
from events.models import Arrival, ProgrammeItem
from tests.events.world import make_event, make_item, make_registration, make_venue

pytestmark = pytest.mark.django_db


def note(party, people: int = 1, **fields) -> arriving.Noted:
    values = {"code": party.code, "key": uuid.uuid4(), "people": people, **fields}
    return arriving.check_in(event=party.event, **values)


class TestParty:
    def test_comes_in_parts(self):
        party = make_registration(size=4)
        assert note(party, 1).outcome == Outcome.COUNTED
        assert note(party, 3).outcome == Outcome.COUNTED
        assert party.arrivals.people() == 4

    def test_is_noted_once_however_often_it_is_sent(self):
        party = make_registration(size=4)
        key = uuid.uuid4()
        for _ in range(3):
            assert note(party, 2, key=key).outcome == Outcome.COUNTED
        assert Arrival.objects.get().people == 2

    def test_counts_up_to_its_size_when_two_doors_note_it(self):
        party = make_registration(size=4)
        assert note(party, 4).outcome == Outcome.COUNTED
        assert note(party, 4).outcome == Outcome.DOUBLED
        assert party.arrivals.people() == 4
        assert arriving.at_entrance(party).is_doubled

    def test_counts_the_same_in_whatever_order_its_arrivals_are_heard_of(self):
        now = timezone.now()
        earlier, later = uuid.uuid4(), uuid.uuid4()
        party = make_registration(size=3)
        note(party, 3, key=later, arrived_at=now - timedelta(minutes=1))
        note(party, 2, key=earlier, arrived_at=now - timedelta(minutes=9))
        counted = dict(Arrival.objects.values_list("key", "people"))
        assert counted == {earlier: 2, later: 1}

    def test_is_counted_anew_when_one_of_two_notes_is_undone(self):
        party = make_registration(size=2)
        first = note(party, 2).arrival
        second = note(party, 2).arrival
        arriving.undo(event=party.event, key=first.key)
        second.refresh_from_db()
        assert second.people == 2
        arriving.undo(event=party.event, key=first.key)
        assert party.arrivals.people() == 2

    def test_may_be_undone_before_anybody_heard_of_it(self):
        party = make_registration(size=2)
        key = uuid.uuid4()
        assert note(party, 2, key=key, undone=True).outcome == Outcome.UNDONE
        assert note(party, 2, key=key).outcome == Outcome.UNDONE
        assert party.arrivals.people() == 0

    def test_counts_at_each_place_by_itself(self):
        party = make_registration(size=2)
        venue = make_venue(party.event)
        item = make_item(venue)
        for place in (Place(), Place("v", venue=venue), Place("i", item=item)):
            assert note(party, 2, place=place).outcome == Outcome.COUNTED
        assert arriving.count(party.event).of_parties == 2

    @pytest.mark.parametrize("state", ["waiting", "offered", "cancelled"])
    def test_without_a_place_counts_as_without_registration(self, state):
        party = make_registration(state=state, size=3)
        noted = note(party, 3)
        assert noted.outcome == Outcome.WALK_IN
        assert noted.arrival.registration is None
        assert Arrival.objects.walk_ins().people() == 3

    def test_of_another_event_has_no_place_here(self):
        party, event = make_registration(), make_event()
        noted = arriving.check_in(event=event, code=party.code, people=1, key=uuid.uuid4())
        assert noted.outcome == Outcome.WALK_IN

    def test_came_now_if_a_clock_says_later(self):
        noted = note(make_registration(), arrived_at=timezone.now() + timedelta(hours=3))
        assert noted.arrival.arrived_at <= timezone.now()

    def test_is_found_by_words_of_its_name_and_by_a_code_read_aloud(self):
        event = make_event()
        party = make_registration(event, name="Amira Beispiel", code="01ABCDEFGH")
        make_registration(event, name="Jonas Beispiel")
        rows = arriving.parties(event)
        for words in ("amira", "beispiel ami", "oiabcdefgh", "01abc-defgh"):
            assert list(arriving.found(rows, words)) == [party], words

    def test_list_has_a_total_order(self):
        assert arriving.parties(make_event()).totally_ordered


class TestKey:
    def test_of_another_event_is_refused(self):
        key = uuid.uuid4()
        note(make_registration(), key=key)
        with pytest.raises(arriving.KeyTaken):
            note(make_registration(), key=key)


class TestPlaces:
    def test_are_the_entrance_several_venues_and_the_sessions(self):
        event = make_event()
        hall = make_venue(event)
        item = make_item(hall)
        assert [place.key for place in arriving.places(event)] == ["", f"item-{item.pk}"]
        yard = make_venue(event, position=1)
        keys = [place.key for place in arriving.places(event)]
        assert keys == ["", f"venue-{hall.pk}", f"venue-{yard.pk}", f"item-{item.pk}"]

    def test_are_found_by_their_key_in_their_event_only(self):
        event = make_event()
        item = make_item(make_venue(event))
        for place in arriving.places(event):
            assert arriving.place_of(event, place.key) == place
        strange = make_item()
        for key in (f"item-{strange.pk}", f"venue-{item.pk + 99}", "item-x", "door-1", "item-²"):
            assert arriving.place_of(event, key) is None


class TestSession:
    """People are counted at what readers know, also while it is planned anew."""

    def test_is_counted_at_until_a_release_says_that_it_is_off(self):
        item = make_item()
        ProgrammeItem.objects.filter(pk=item.pk).update(venue=None)
        place = arriving.place_of(item.event, f"item-{item.pk}")
        noted = arriving.check_in(
            event=item.event, code="", people=3, key=uuid.uuid4(), place=place
        )
        assert noted.outcome == Outcome.COUNTED

    def test_that_was_taken_off_lets_who_noted_it_be_forgotten(self, manager):
        item = make_item()
        place = arriving.place_of(item.event, f"item-{item.pk}")
        arriving.check_in(
            event=item.event, code="", people=3, key=uuid.uuid4(), place=place, by=manager
        )
        ProgrammeItem.objects.filter(pk=item.pk).update(venue=None)
        anonymising.forget_who_noted(Arrival.objects.all())
        assert Arrival.objects.get().noted_by is None


class TestDatabase:
    """What it holds, whoever writes."""

    def make(self, **fields) -> Arrival:
        values = {"reported": 1, "people": 1, "key": uuid.uuid4(), **fields}
        values.setdefault("event", make_event())
        return Arrival.objects.create(**values)

    @pytest.mark.parametrize("reported", [0, 101])
    def test_notes_one_to_a_hundred_people(self, reported):
        with pytest.raises(IntegrityError, match="events_arrival_reported"):
            self.make(reported=reported, people=0)

    def test_counts_no_more_than_noted(self):
        with pytest.raises(IntegrityError, match="events_arrival_people"):
            self.make(reported=2, people=3)

    def test_knows_one_place(self):
        event = make_event()
        venue = make_venue(event)
        item = make_item(venue)
        with pytest.raises(IntegrityError, match="events_arrival_one_place"):
            self.make(event=event, venue=venue, item=item)

    def test_has_each_key_once(self):
        key = uuid.uuid4()
        self.make(key=key)
        with pytest.raises(IntegrityError, match="key"):
            self.make(key=key)

    def test_takes_party_and_place_from_the_event_only(self):
        for fields in (
            {"registration": make_registration()},
            {"venue": make_venue()},
            {"item": make_item()},
        ):
            with (
                pytest.raises(IntegrityError, match="belong to its event"),
                transaction.atomic(),
            ):
                self.make(**fields)
