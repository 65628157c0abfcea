"""Two workers in one night, and two people who merge the same entries at once."""

import threading

import pytest
from django.utils import timezone

from actors import confirmation, emails, merging
from actors.models import Organisation
from actors.models.organisation import OrganisationQuerySet
from ssoe_portal.common.confirmation import months_before
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.concurrency.racing import LONGEST, both_meet, raised_at_once
from tests.world import make_offer, make_organisation

pytestmark = pytest.mark.django_db(transaction=True)


class TestTwoWorkersInOneNight:
    @pytest.fixture
    def now(self):
        now = timezone.now()
        make_organisation()
        Organisation.objects.update(published_at=months_before(now, 12))
        return now

    def test_send_one_mail(self, now, monkeypatch):
        both_meet(monkeypatch, emails, "still_right")
        assert raised_at_once(*[lambda: confirmation.run(now)] * 2) == [None, None]
        assert OutgoingMail.objects.count() == 1

    def test_without_the_locks_send_two(self, now, monkeypatch):
        """What the locks are for: both read what is due before either has noted it."""
        monkeypatch.setattr(OrganisationQuerySet, "locked", lambda rows: rows)
        monkeypatch.setattr(OrganisationQuerySet, "select_for_update", lambda rows, **options: rows)
        both = threading.Barrier(2)
        note = confirmation._note

        def wait_and_note(items, **values) -> None:
            both.wait(timeout=LONGEST)
            note(items, **values)

        monkeypatch.setattr(confirmation, "_note", wait_and_note)
        assert raised_at_once(*[lambda: confirmation.run(now)] * 2) == [None, None]
        assert OutgoingMail.objects.count() == 2


class TestMergingBothWaysAtOnce:
    @pytest.fixture
    def pair(self):
        pair = make_organisation("Beispiel Eins"), make_organisation("Beispiel Zwei")
        for organisation in pair:
            make_offer(organisation)
        return pair

    def both_ways(self, pair) -> list:
        one, two = pair
        return raised_at_once(
            lambda: merging.merge(gone=one, stays=two), lambda: merging.merge(gone=two, stays=one)
        )

    def test_keeps_one_with_everything(self, pair):
        assert set(self.both_ways(pair)) == {None, TransitionNotAllowed}
        stays = Organisation.objects.get(merged_into=None)
        assert stays.is_published and stays.offers.count() == 2

    def test_without_the_lock_loses_both(self, pair, monkeypatch):
        """What the lock is for: both read two free entries before either is archived."""
        both = threading.Barrier(2)

        def unlocked(*keys):
            rows = Organisation.objects.in_bulk(keys)
            both.wait(timeout=LONGEST)
            return [rows[key] for key in keys]

        monkeypatch.setattr(merging, "_locked", unlocked)
        # Of texts and terms nothing is written: neither meets the other's rows before the end.
        monkeypatch.setattr(merging, "_merge_texts", lambda gone, stays, taken: None)
        monkeypatch.setattr(merging, "rules", list)
        assert self.both_ways(pair) == [None, None]
        assert not Organisation.objects.filter(merged_into=None).exists()
