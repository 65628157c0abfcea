"""Two people at once: deciding on an entry, and leaving a team."""

import contextlib
import threading
from collections.abc import Callable

import pytest
from django.db import connections

from actors import services
from actors.models import Membership, Organisation
from actors.models.membership import LastOwner
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions: Callable[[], None]) -> list[type[BaseException] | None]:
    """Run actions in threads of their own, let go together; return what each raised."""
    barrier = threading.Barrier(len(actions))
    raised: list[type[BaseException] | None] = [None] * len(actions)

    def run(number: int, action: Callable[[], None]) -> None:
        try:
            barrier.wait(timeout=10)
            action()
        except BaseException as error:
            raised[number] = type(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(number, action)) for number, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return raised


def two_owners() -> tuple[Organisation, list[Membership]]:
    organisation = make_organisation()
    return organisation, [make_member(organisation).memberships.get() for _number in range(2)]


class TestTwoOwnersLeaving:
    def test_leaves_one(self):
        organisation, memberships = two_owners()
        raised = at_once(*(membership.end for membership in memberships))
        assert sorted(raised, key=str) == sorted([None, LastOwner], key=str)
        assert organisation.memberships.owners().count() == 1

    def test_without_the_lock_leaves_none(self, monkeypatch):
        """What the lock is for: both count the other one before either has gone."""
        organisation, memberships = two_owners()
        both_counted = threading.Barrier(2)
        ensure = Membership._ensure_another_owner

        def ensure_and_wait(self) -> None:
            ensure(self)
            both_counted.wait(timeout=10)

        monkeypatch.setattr(Membership, "_lock_team", lambda self: None)
        monkeypatch.setattr(Membership, "_ensure_another_owner", ensure_and_wait)
        assert at_once(*(membership.end for membership in memberships)) == [None, None]
        assert organisation.memberships.owners().count() == 0

    def test_waits_for_the_other_with_the_lock(self, monkeypatch):
        """The same meeting point as above is never reached by both: the second one waits."""
        organisation, memberships = two_owners()
        both_counted = threading.Barrier(2)
        ensure = Membership._ensure_another_owner

        def ensure_and_wait(self) -> None:
            ensure(self)
            with contextlib.suppress(threading.BrokenBarrierError):
                both_counted.wait(timeout=1)

        monkeypatch.setattr(Membership, "_ensure_another_owner", ensure_and_wait)
        raised = at_once(*(membership.end for membership in memberships))
        assert LastOwner in raised
        assert organisation.memberships.owners().count() == 1

    def test_one_leaves_while_the_other_steps_down(self):
        organisation, [first, second] = two_owners()
        raised = at_once(first.end, lambda: second.change_role("editor"))
        assert LastOwner in raised
        assert organisation.memberships.owners().count() == 1


class TestTwoReviewers:
    def test_only_one_decides(self):
        organisation = make_organisation(status="submitted")
        first, second = (Organisation.objects.get(pk=organisation.pk) for _number in range(2))
        raised = at_once(
            lambda: services.publish(item=first, only_from="submitted"),
            lambda: services.return_to_owner(
                item=second, reason="Bitte kürzer.", only_from="submitted"
            ),
        )
        assert sorted(raised, key=str) == sorted([None, TransitionNotAllowed], key=str)
        organisation.refresh_from_db()
        assert organisation.status == ("published" if raised[0] is None else "returned")

    def test_tells_the_owner_one_thing(self):
        organisation = make_organisation(status="submitted")
        make_member(organisation)
        copies = [Organisation.objects.get(pk=organisation.pk) for _number in range(3)]
        at_once(
            *(
                lambda copy=copy: services.publish(item=copy, only_from="submitted")
                for copy in copies
            )
        )
        assert OutgoingMail.objects.count() == 1
