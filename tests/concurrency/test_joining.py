"""Two at the same moment: confirming requests of one address, answering, the last place."""

import contextlib
import threading

import pytest
from django.db import connection

from actors import joining
from actors.models import JoinRequest, Offer
from actors.models.offer import OfferQuerySet
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import make_join_request, make_offer

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions) -> list[str]:
    """Run each in a thread and a connection of its own; return what came of each."""
    start = threading.Barrier(len(actions))
    outcomes: list[str] = []

    def run(action) -> None:
        try:
            start.wait(timeout=10)
            action()
            outcomes.append("done")
        except TransitionNotAllowed:
            outcomes.append("too late")
        except joining.PlacesTaken:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


class TestConfirm:
    def test_of_two_requests_from_one_address_one_counts(self):
        offer = make_offer()
        requests = [
            make_join_request(offer, email="amira@example.org", state="unconfirmed")
            for _ in range(4)
        ]
        outcomes = at_once(*(lambda r=r: joining.confirm(request=r) for r in requests))
        assert outcomes == ["done", "too late", "too late", "too late"]
        assert offer.join_requests.active().count() == 1

    def test_of_two_taps_on_the_same_button_one_counts(self):
        request = make_join_request(state="unconfirmed")
        copies = [JoinRequest.objects.get(pk=request.pk) for _ in range(2)]
        outcomes = at_once(*(lambda r=r: joining.confirm(request=r) for r in copies))
        assert outcomes == ["done", "too late"]


class TestAnswer:
    def test_of_an_answer_and_a_withdrawal_one_counts(self):
        make_join_request()
        one, other = (JoinRequest.objects.select_related("offer").get() for _ in range(2))
        outcomes = at_once(
            lambda: joining.answer(request=one, accept=False, text="Leider voll."),
            lambda: joining.withdraw(request=other),
        )
        assert outcomes == ["done", "too late"]


class TestTheLastPlace:
    @pytest.fixture
    def offer(self):
        return make_offer(places=1)

    @pytest.fixture
    def both_have_counted(self, monkeypatch) -> threading.Barrier:
        """Let each wait, a moment at most, until the other one has counted the places, too."""
        both = threading.Barrier(2)
        count = joining._is_full_locked

        def count_and_wait(offer: Offer) -> bool:
            is_full = count(offer)
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(timeout=1)
            return is_full

        monkeypatch.setattr(joining, "_is_full_locked", count_and_wait)
        return both

    def accept_two(self, offer: Offer) -> list[str]:
        requests = [make_join_request(offer) for _ in range(2)]
        return at_once(
            *(lambda r=r: joining.answer(request=r, accept=True, text="") for r in requests)
        )

    def test_is_given_once(self, offer, both_have_counted):
        assert self.accept_two(offer) == ["done", "full"]
        assert offer.join_requests.holding_places().count() == 1

    def test_without_the_lock_is_given_twice(self, offer, both_have_counted, monkeypatch):
        """What the lock is for: both count before either has accepted."""
        unlocked = lambda self: self.select_related("organisation")  # noqa: E731
        monkeypatch.setattr(OfferQuerySet, "locked", unlocked)
        assert self.accept_two(offer) == ["done", "done"]
        assert offer.join_requests.holding_places().count() == 2

    def test_is_offered_to_one_when_two_workers_settle(self, offer):
        for _ in range(3):
            make_join_request(offer, state="waiting")
        assert at_once(*(lambda: joining.settle(offer.pk) for _ in range(3))) == ["done"] * 3
        assert offer.join_requests.holding_places().count() == 1

    def test_is_either_taken_or_passed_on(self, offer):
        mine = make_join_request(offer, state="offered")
        make_join_request(offer, state="waiting")
        one, other = (JoinRequest.objects.get(pk=mine.pk) for _ in range(2))
        outcomes = at_once(
            lambda: joining.take(request=one), lambda: joining.withdraw(request=other)
        )
        assert outcomes in (["done", "done"], ["done", "too late"])
        assert offer.join_requests.holding_places().count() == 1
