"""Two browsers confirm two requests of the same address at the same moment."""

import threading

import pytest
from django.db import connection

from actors import joining
from actors.models import JoinRequest
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
