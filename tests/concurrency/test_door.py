"""Two telephones at two doors note the same party at the same moment."""

import uuid

import pytest

from events import arriving
from events.models import Arrival
from events.models.registration import RegistrationQuerySet
from tests.concurrency.racing import at_once, both_meet
from tests.events.world import make_registration

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both_note_before_either_counts(monkeypatch):
    both_meet(monkeypatch, arriving, "_count_anew")


@pytest.mark.usefixtures("both_note_before_either_counts")
class TestTwoDoors:
    def race(self) -> int:
        party = make_registration(size=3)

        def note():
            arriving.check_in(event=party.event, code=party.code, people=3, key=uuid.uuid4())

        results = at_once(note, note)
        assert not [result for result in results if result is not None]
        return Arrival.objects.people()

    def test_count_a_party_once(self):
        assert self.race() == 3

    def test_count_it_twice_without_the_lock(self, monkeypatch):
        """If this fails, the test above proves nothing."""
        monkeypatch.setattr(RegistrationQuerySet, "select_for_update", lambda self, **how: self)
        assert self.race() == 6


class TestOneKey:
    def test_sent_twice_at_once_is_one(self):
        party = make_registration(size=3)
        key = uuid.uuid4()

        def note():
            arriving.check_in(event=party.event, code=party.code, people=2, key=key)

        assert at_once(note, note) == [None, None]
        assert Arrival.objects.get().people == 2
