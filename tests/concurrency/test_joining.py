"""Two at the same moment: confirming requests of one address, answering, the last place."""

import pytest

from actors import archiving, joining
from actors.models import JoinRequest, Offer
from actors.models.offer import OfferQuerySet
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.concurrency.racing import Meeting, both_meet, raised_at_once
from tests.world import make_join_request, make_offer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unlocked(monkeypatch) -> None:
    """Take the lock away, to show what it is for."""
    unlocked = lambda self: self.select_related("organisation")  # noqa: E731
    monkeypatch.setattr(OfferQuerySet, "locked", unlocked)


WORDS = {None: "done", TransitionNotAllowed: "too late", joining.PlacesTaken: "full"}


def outcomes_at_once(*actions) -> list[str]:
    """Run each in a thread of its own; return in words what came of them, sorted."""
    return sorted(WORDS[kind] for kind in raised_at_once(*actions))


class TestConfirm:
    @pytest.fixture(autouse=True)
    def both_are_on_their_way(self, monkeypatch) -> None:
        """Let each go on when both have read what there is, or one waits for the other."""
        both_meet(monkeypatch, JoinRequest, "confirm")

    def test_of_two_requests_from_one_address_one_counts(self):
        offer = make_offer()
        requests = [
            make_join_request(offer, email="amira@example.org", state="unconfirmed")
            for _ in range(4)
        ]
        outcomes = outcomes_at_once(*(lambda r=r: joining.confirm(request=r) for r in requests))
        assert outcomes == ["done", "too late", "too late", "too late"]
        assert offer.join_requests.active().count() == 1

    def test_of_two_taps_on_the_same_button_one_counts(self):
        request = make_join_request(state="unconfirmed")
        copies = [JoinRequest.objects.get(pk=request.pk) for _ in range(2)]
        outcomes = outcomes_at_once(*(lambda r=r: joining.confirm(request=r) for r in copies))
        assert outcomes == ["done", "too late"]


class TestAnswer:
    @pytest.fixture(autouse=True)
    def both_are_on_their_way(self, monkeypatch) -> None:
        """Let each go on when both are about to write, or one waits for the other."""
        both_meet(monkeypatch, JoinRequest, "_move")

    def test_of_an_answer_and_a_withdrawal_one_counts(self):
        make_join_request()
        one, other = (JoinRequest.objects.select_related("offer").get() for _ in range(2))
        outcomes = outcomes_at_once(
            lambda: joining.answer(request=one, accept=False, text="Leider voll."),
            lambda: joining.withdraw(request=other),
        )
        assert outcomes == ["done", "too late"]


class TestTheLastPlace:
    @pytest.fixture
    def offer(self):
        return make_offer(places=1)

    @pytest.fixture
    def both_have_counted(self, monkeypatch) -> None:
        """Let each wait, a moment at most, until the other one has counted the places, too."""
        both_meet(monkeypatch, joining, "_is_full_locked", after=True)

    def accept_two(self, offer: Offer) -> list[str]:
        requests = [make_join_request(offer) for _ in range(2)]
        return outcomes_at_once(
            *(lambda r=r: joining.answer(request=r, accept=True, text="") for r in requests)
        )

    def test_is_given_once(self, offer, both_have_counted):
        assert self.accept_two(offer) == ["done", "full"]
        assert offer.join_requests.holding_places().count() == 1

    def test_without_the_lock_is_given_twice(self, offer, both_have_counted, unlocked):
        """What the lock is for: both count before either has accepted."""
        assert self.accept_two(offer) == ["done", "done"]
        assert offer.join_requests.holding_places().count() == 2

    def settle_twice(self, offer: Offer) -> list[str]:
        for _ in range(3):
            make_join_request(offer, state="waiting")
        return outcomes_at_once(*[lambda: joining.settle(offer.pk)] * 2)

    def test_is_offered_to_one_when_two_workers_settle(self, offer, both_have_counted):
        assert self.settle_twice(offer) == ["done", "done"]
        assert offer.join_requests.holding_places().count() == 1

    def test_without_the_lock_one_of_two_workers_fails(self, offer, both_have_counted, unlocked):
        """What the lock is for: both see the same person waiting and a place to offer."""
        assert self.settle_twice(offer) == ["done", "too late"]

    def test_is_either_taken_or_passed_on(self, offer):
        mine = make_join_request(offer, state="offered")
        make_join_request(offer, state="waiting")
        one, other = (JoinRequest.objects.get(pk=mine.pk) for _ in range(2))
        outcomes = outcomes_at_once(
            lambda: joining.take(request=one), lambda: joining.withdraw(request=other)
        )
        assert outcomes in (["done", "done"], ["done", "too late"])
        assert offer.join_requests.holding_places().count() == 1


class TestAnsweringSeveral:
    """Two colleagues accept as many people as there are places, each of them others."""

    @pytest.fixture
    def accepted(self, monkeypatch):
        offer = make_offer(places=2)
        requests = [make_join_request(offer) for _ in range(4)]
        both_meet(monkeypatch, joining, "places", after=True)

        def accept_two_each() -> tuple[list[str], int]:
            outcomes = outcomes_at_once(
                *(
                    lambda keys=[r.pk for r in two]: joining.answer_all(
                        offer=offer, keys=keys, accept=True, text=""
                    )
                    for two in (requests[:2], requests[2:])
                )
            )
            return outcomes, offer.join_requests.holding_places().count()

        return accept_two_each

    def test_gives_each_place_once(self, accepted):
        assert accepted() == (["done", "full"], 2)

    def test_without_the_lock_gives_more_places_than_there_are(self, accepted, unlocked):
        """What the lock is for: both count the places before either has accepted."""
        assert accepted() == (["done", "done"], 4)


class TestArchivingMeanwhile:
    """Of a step that somebody takes and the archive nobody is left with a place, or waiting."""

    @pytest.fixture
    def offer(self):
        return make_offer(places=1)

    @pytest.mark.parametrize("is_whole", [False, True])
    @pytest.mark.parametrize("step", ["call_off", "_counts_on"])
    def test_who_confirms_is_refused_or_told(self, offer, step, is_whole, monkeypatch):
        meeting = Meeting(monkeypatch)
        meeting.before(joining, step)  # before its offers are held, and after
        request = make_join_request(offer, state="unconfirmed")
        one = JoinRequest.objects.get(pk=request.pk)
        outcomes = outcomes_at_once(
            lambda: archiving.archive(offer.organisation if is_whole else offer),
            meeting.meanwhile(lambda: joining.confirm(request=one)),
        )
        assert outcomes in (["done", "done"], ["done", "too late"])
        assert not offer.join_requests.active().exists()

    def test_two_who_archive_write_once(self, offer, monkeypatch):
        both_meet(monkeypatch, Offer, "archive")
        make_join_request(offer, state="accepted")
        copies = [Offer.objects.get(pk=offer.pk) for _ in range(2)]
        outcomes = outcomes_at_once(*(lambda o=o: archiving.archive(o) for o in copies))
        assert outcomes == ["done", "too late"]
        assert OutgoingMail.objects.count() == 1

    def test_organisation_and_offer_at_once_write_once(self, offer, monkeypatch):
        both_meet(monkeypatch, joining, "call_off")
        make_join_request(offer, state="accepted")
        outcomes = outcomes_at_once(
            lambda: archiving.archive(offer), lambda: archiving.archive(offer.organisation)
        )
        assert outcomes == ["done", "done"]
        assert OutgoingMail.objects.count() == 1
