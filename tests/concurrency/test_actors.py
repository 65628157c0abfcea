"""Two people at once: deciding on an entry, and leaving a team."""

import pytest
from django import forms
from django.db import transaction
from django.test import Client
from django.urls import reverse

from actors import services
from actors.models import Listing, Membership, Organisation
from actors.models.entry import EntryQuerySet
from actors.models.membership import LastOwner
from actors.models.organisation import OrganisationQuerySet
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.moderation import Moderated, TransitionNotAllowed
from tests.concurrency.racing import Meeting, at_once, both_meet, raised_at_once
from tests.sending import as_shown
from tests.world import (
    make_initiative,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


def two_owners() -> tuple[Organisation, list[Membership]]:
    organisation = make_organisation()
    return organisation, [make_member(organisation).memberships.get() for _number in range(2)]


class TestTwoOwnersLeaving:
    @pytest.fixture
    def both_have_counted(self, monkeypatch):
        """Let each go on when both have counted the other one, or one waits for the lock."""
        both_meet(monkeypatch, Membership, "_ensure_another_owner", after=True)

    def test_leaves_one(self, both_have_counted):
        organisation, memberships = two_owners()
        raised = raised_at_once(*(membership.end for membership in memberships))
        assert sorted(raised, key=str) == sorted([None, LastOwner], key=str)
        assert organisation.memberships.owners().count() == 1

    def test_without_the_lock_leaves_none(self, both_have_counted, monkeypatch):
        """What the lock is for: both count the other one before either has gone."""
        organisation, memberships = two_owners()
        monkeypatch.setattr(Membership, "_lock_team", lambda self: None)
        assert raised_at_once(*(membership.end for membership in memberships)) == [None, None]
        assert organisation.memberships.owners().count() == 0

    def test_one_leaves_while_the_other_steps_down(self, both_have_counted):
        organisation, [first, second] = two_owners()
        raised = raised_at_once(first.end, lambda: second.change_role("editor"))
        assert LastOwner in raised
        assert organisation.memberships.owners().count() == 1


class TestTheSameFormTwiceAtOnce:
    """Somebody presses the button twice, and both requests arrive before either is answered."""

    @pytest.fixture
    def send(self):
        organisation = make_organisation()
        user = make_member(organisation)
        data = {
            "organisation": organisation.pk,
            "direction": "seeks",
            "title": "Seminarraum",
            "resource": "room",
            "description": "Donnerstags.",
        }

        def send() -> None:
            client = Client()
            client.force_login(user)
            answer = client.post(reverse("actors:listing-create"), data)
            assert answer.status_code == 302

        return send

    @pytest.fixture
    def both_have_looked(self, monkeypatch):
        """Let each go on when both have looked for the other's entry, or one waits for the lock."""
        both_meet(monkeypatch, EntryQuerySet, "entered_like", after=True)

    def test_makes_one_entry(self, send, both_have_looked):
        assert raised_at_once(send, send) == [None, None]
        assert Listing.objects.count() == 1

    def test_without_the_lock_makes_two(self, send, both_have_looked, monkeypatch):
        monkeypatch.setattr(OrganisationQuerySet, "locked", lambda self: self)
        assert raised_at_once(send, send) == [None, None]
        assert Listing.objects.count() == 2


class TestTwoReviewers:
    """Neither writes before both have found that they may."""

    def test_only_one_decides(self, monkeypatch):
        organisation = make_organisation(status="submitted")
        first, second = (Organisation.objects.get(pk=organisation.pk) for _number in range(2))
        both_meet(monkeypatch, Moderated, "_move")
        raised = raised_at_once(
            lambda: services.publish(item=first, only_from="submitted"),
            lambda: services.return_to_owner(
                item=second, reason="Bitte kürzer.", only_from="submitted"
            ),
        )
        assert sorted(raised, key=str) == sorted([None, TransitionNotAllowed], key=str)
        organisation.refresh_from_db()
        assert organisation.status == ("published" if raised[0] is None else "returned")

    def test_tells_the_owner_one_thing(self, monkeypatch):
        organisation = make_organisation(status="submitted")
        make_member(organisation)
        copies = [Organisation.objects.get(pk=organisation.pk) for _number in range(3)]
        both_meet(monkeypatch, Moderated, "_move")
        raised_at_once(
            *(
                lambda copy=copy: services.publish(item=copy, only_from="submitted")
                for copy in copies
            )
        )
        assert OutgoingMail.objects.count() == 1


class TestOwnerAndReviewer:
    """Staff decide while an owner's form is on its way: neither undoes the other's work."""

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_an_owners_save_leaves_the_decision(self, make):
        item = make(status="submitted")
        opened = type(item).objects.get(pk=item.pk)
        services.publish(item=item, only_from="submitted")
        opened.summary = opened.description = "Neuer Text."
        with transaction.atomic():
            opened.save()
            opened.record_change()
        stored = type(item).objects.get(pk=item.pk)
        assert (stored.status, stored.published_at) == ("published", item.published_at)
        assert stored.description == "Neuer Text."
        # Nobody has looked at the new text, and the owner is told what is true now.
        assert stored in type(item).objects.recently_changed()
        assert opened.is_published

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    def test_a_decision_waits_for_a_form_that_is_being_kept(self, client, monkeypatch, make):
        """Staff publish what they read, never what came in at the same moment."""
        organisation = make_organisation()
        if make is make_organisation:
            item = make(status="submitted")
            url = reverse("actors:organisation-edit-step", args=[item.slug, "work"])
        else:
            item = make(organisation=organisation, status="submitted")
            url = item.get_edit_url()
        desk = Client()
        desk.force_login(make_user("reviewer"))
        review = reverse("actors:moderation-review", args=[item._meta.model_name, item.slug])
        decision = as_shown(desk.get(review).text) | {"action": "publish"}
        client.force_login(make_member(getattr(item, "organisation", item)))
        form = as_shown(client.get(url).text) | {"description": "Neuer Text."}
        meeting = Meeting(monkeypatch)
        meeting.before(forms.ModelForm, "save")
        saved, decided = at_once(
            lambda: client.post(url, form), meeting.meanwhile(lambda: desk.post(review, decision))
        )
        assert saved.status_code == 302
        assert "wurde gerade geändert" in decided.text
        item.refresh_from_db()
        assert (item.status, item.description) == ("submitted", "Neuer Text.")
