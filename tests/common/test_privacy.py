from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import JoinRequest
from ssoe_portal.common import privacy
from ssoe_portal.common.mail import OutgoingMail
from tests.world import make_offer

pytestmark = pytest.mark.django_db


class TestRegistry:
    def test_every_kind_says_what_why_and_how_long(self):
        for kind in privacy.registered():
            assert str(kind.what) and str(kind.purpose) and kind.keep > timedelta(0)
            kind.due_now().count()  # the question can be asked of the database

    def test_erases_what_is_over_and_nothing_else(self):
        now = timezone.now()
        sent = [now - timedelta(days=15), now - timedelta(days=13), None]
        for moment in sent:
            OutgoingMail.objects.create(
                sender="a@example.org",
                recipients=["b@example.org"],
                subject="x",
                content=b"x",
                created_at=now - timedelta(days=30),
                sent_at=moment,
            )
        assert privacy.erase_expired(now)["sent-mail"] == 1
        assert OutgoingMail.objects.filter(sent_at=sent[1]).exists()
        assert OutgoingMail.objects.unsent().exists()

    def test_unconfirmed_sign_ups_go_after_a_week_confirmed_ones_stay(self):
        now = timezone.now()
        offer = make_offer()
        old = {"offer": offer, "name": "A", "created_at": now - timedelta(days=8)}
        unconfirmed = JoinRequest.objects.create(email="a@example.org", **old)
        confirmed = JoinRequest.objects.create(email="b@example.org", **old)
        confirmed.confirm()
        privacy.erase_expired(now)
        assert list(JoinRequest.objects.all()) == [confirmed]
        assert unconfirmed.pk

    def test_the_public_page_names_every_kind(self, client):
        page = client.get("/en/privacy/").content.decode()
        for kind in privacy.registered():
            assert str(kind.what) in page.replace("&#x27;", "'")
