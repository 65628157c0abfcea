"""Two people who send their forms at the same moment: entries that go from one organisation to
another, and one entry in Django admin."""

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Membership
from actors.views import keeping
from ssoe_portal.common.admin import NoticesOthersAdmin
from ssoe_portal.common.edit_conflicts import NoticesOthers
from tests.concurrency.racing import at_once, both_meet
from tests.sending import OpenForm
from tests.world import make_listing, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_entries_that_change_places_do_not_wait_for_each_other_for_ever(monkeypatch):
    one, other = make_organisation(), make_organisation()
    member = make_member(one)
    Membership.objects.create(user=member, organisation=other, role="owner")
    forms = []
    for listing, to in ((make_listing(one), other), (make_listing(other), one)):
        client = Client()
        client.force_login(member)
        address = reverse("actors:listing-edit", args=[listing.slug])
        forms.append((listing, to, OpenForm(client, address)))
    both_meet(monkeypatch, keeping, "save")
    answers = at_once(*[lambda to=to, f=f: f.send(organisation=to.pk) for _l, to, f in forms])
    assert [answer.status_code for answer in answers] == [302, 302]
    for listing, to, _form in forms:
        listing.refresh_from_db()
        assert listing.organisation == to


class TestTheSameEntryInDjangoAdmin:
    @pytest.fixture
    def saved(self, monkeypatch):
        """What is stored once two people have changed one answer each."""

        def save_both() -> tuple[str, str]:
            organisation = make_organisation("Alt")
            address = reverse("admin:actors_organisation_change", args=[organisation.pk])
            forms = []
            for _person in range(2):
                client = Client()
                client.force_login(make_user("admin"))
                forms.append(OpenForm(client, address))
            first, second = forms
            # Both have compared what is stored with what they were shown before either writes.
            both_meet(monkeypatch, NoticesOthers, "_compare", after=True)
            answers = at_once(
                lambda: first.send(name="Neu"), lambda: second.send(summary="Anders.")
            )
            assert [answer.status_code for answer in answers] == [302, 302]
            organisation.refresh_from_db()
            return organisation.name, organisation.summary

        return save_both

    def test_keeps_what_each_has_changed(self, saved):
        assert saved() == ("Neu", "Anders.")

    def test_without_the_lock_loses_what_one_has_changed(self, saved, monkeypatch):
        monkeypatch.delattr(NoticesOthersAdmin, "get_object")
        assert saved() != ("Neu", "Anders.")
