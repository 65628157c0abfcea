from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from actors.models import Organisation
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


class TestModerated:
    def test_goes_from_draft_over_review_to_published(self):
        item = make_organisation(status="draft")
        item.submit()
        assert item.status == Status.SUBMITTED and item.submitted_at
        item.publish()
        item.refresh_from_db()
        assert item.status == Status.PUBLISHED
        assert item.published_at and item.reviewed_at

    @pytest.mark.parametrize("by_owner", [True, False])
    def test_is_confirmed_by_the_owner_who_hands_it_in_and_by_nobody_else(self, by_owner):
        item = make_organisation(status="draft")
        item.submit(by_owner=by_owner)
        item.publish()
        item.refresh_from_db()
        assert bool(item.confirmed_at) is by_owner

    def test_keeps_the_first_publication_date_when_published_again(self):
        item = make_organisation()
        first = item.published_at
        item.archive()
        item.publish()
        assert item.published_at == first

    def test_returned_items_carry_a_reason_and_can_be_handed_in_again(self):
        item = make_organisation(status="submitted")
        item.return_to_owner("  Für wen ist das? ")
        assert (item.status, item.return_reason) == (Status.RETURNED, "Für wen ist das?")
        item.submit()
        item.refresh_from_db()
        assert (item.status, item.return_reason) == (Status.SUBMITTED, "")

    def test_only_one_of_two_reviewers_decides(self):
        item = make_organisation(status="submitted")
        same = Organisation.objects.get(pk=item.pk)
        item.return_to_owner("Bitte ergänzen.")
        with pytest.raises(TransitionNotAllowed):
            same.return_to_owner("Etwas anderes.")
        item.refresh_from_db()
        assert item.return_reason == "Bitte ergänzen."

    @pytest.mark.parametrize("step", ["submit", "archive"])
    def test_refuses_steps_that_do_not_follow(self, step):
        item = make_organisation()
        if step == "archive":
            item.archive()
        with pytest.raises(TransitionNotAllowed):
            getattr(item, step)()

    def test_cannot_be_returned_without_a_reason_past_the_form(self):
        item = make_organisation(status="submitted")
        with pytest.raises(IntegrityError, match="actors_organisation_returned_with_reason"):
            item.return_to_owner(" ")

    def test_cannot_be_published_without_a_date_past_the_model(self):
        item = make_organisation(status="draft")
        with pytest.raises(IntegrityError, match="actors_organisation_published_when"):
            Organisation.objects.filter(pk=item.pk).update(status="published")


class TestModeratedQuerySet:
    def test_published_shows_only_what_everyone_may_read(self):
        for status in Status.values:
            make_organisation(status=status)
        assert [o.status for o in Organisation.objects.published()] == [Status.PUBLISHED]

    def test_awaiting_review_has_the_longest_waiting_first(self):
        later = make_organisation(status="submitted")
        earlier = make_organisation(status="submitted")
        Organisation.objects.filter(pk=earlier.pk).update(
            submitted_at=timezone.now() - timedelta(days=3)
        )
        queue = Organisation.objects.awaiting_review()
        assert list(queue) == [earlier, later]
        assert queue.totally_ordered

    def test_recently_changed_lists_owners_changes_until_staff_looked(self):
        changed, untouched = make_organisation(), make_organisation()
        changed.record_change()
        assert list(Organisation.objects.recently_changed()) == [changed]
        changed.mark_reviewed()
        assert not Organisation.objects.recently_changed().exists()
        assert untouched.changed_at is None

    def test_changes_of_a_draft_are_nobodys_business(self):
        draft = make_organisation(status="draft")
        draft.record_change()
        assert draft.changed_at is None
