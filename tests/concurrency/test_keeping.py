"""Two people whose forms take entries from one organisation to another at the same moment."""

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Membership
from actors.views import keeping
from tests.concurrency.racing import at_once, both_meet
from tests.sending import OpenForm
from tests.world import make_listing, make_member, make_organisation

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
