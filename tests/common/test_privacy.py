from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import JoinRequest
from ssoe_portal.common import privacy
from ssoe_portal.common.just_sent import KEPT_FOR
from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.privacy import PersonalData
from ssoe_portal.common.tasks import PATIENT
from tests.world import make_offer

pytestmark = pytest.mark.django_db


class TestRegistry:
    def test_every_kind_says_what_why_and_how_long(self):
        for kind in privacy.registered():
            assert str(kind.what) and str(kind.purpose) and kind.keep > timedelta(0)
            kind.due_now().count()  # the question can be asked of the database

    @pytest.mark.parametrize(
        ("kind", "keeps_copy", "sent", "written", "erased"),
        [
            ("sent-mail", True, 15, 30, True),
            ("sent-mail", True, 13, 30, False),
            ("sent-mail", True, None, 15, True),
            ("sent-mail", True, None, 13, False),
            ("undelivered-mail", False, None, 3, True),
            ("undelivered-mail", False, None, 1, False),
            ("undelivered-mail", True, None, 3, False),
            ("undelivered-mail", True, 3, 3, False),
        ],
    )
    def test_erases_what_is_over_and_nothing_else(self, kind, keeps_copy, sent, written, erased):
        now = timezone.now()
        OutgoingMail.objects.create(
            sender="a@example.org",
            recipients=["b@example.org"],
            subject="x",
            content=b"x",
            keeps_copy=keeps_copy,
            created_at=now - timedelta(days=written),
            sent_at=None if sent is None else now - timedelta(days=sent),
        )
        assert privacy.erase_expired(now)[kind] == int(erased)
        assert OutgoingMail.objects.exists() is not erased

    def test_keeps_confidential_mail_until_the_last_attempt(self):
        attempts = range(1, PATIENT.max_attempts)
        waited = timedelta(seconds=sum(PATIENT.exponential_wait**attempt for attempt in attempts))
        kinds = {kind.name: kind.keep for kind in privacy.registered()}
        assert waited < kinds["undelivered-mail"]

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

    def test_one_kind_that_fails_keeps_no_other_one(self, monkeypatch):
        erased = []

        def fail(rows):
            raise ZeroDivisionError

        def kind(name, erase):
            return PersonalData(name, "", "", timedelta(1), lambda before: name, erase)

        kinds = [kind("a", fail), kind("b", lambda rows: erased.append(rows) or 1)]
        monkeypatch.setattr(privacy, "_registry", {each.name: each for each in kinds})
        with pytest.raises(ExceptionGroup) as failure:
            privacy.erase_expired()
        assert erased == ["b"]
        assert [error.__notes__ for error in failure.value.exceptions] == [["a"]]

    def test_the_public_page_names_every_kind(self, client):
        page = client.get("/en/privacy/").content.decode()
        for kind in privacy.registered():
            assert str(kind.what) in page.replace("&#x27;", "'")

    def test_the_public_page_says_long_times_in_years_and_stands_on_a_phone(self, client):
        page = client.get("/de/privacy/").text
        assert ">10 Jahre<" in page and ">1 Jahr<" in page and ">180 Tage<" in page
        assert "365 Tage" not in page
        assert 'class="table-desk table-cards"' in page
        assert page.count('data-label="Wie lange"') == len(privacy.registered()) + 1

    def test_the_public_page_names_the_cookie_of_a_sign_up(self, client):
        assert "merkt sich ein Cookie" in client.get("/de/privacy/").text
        assert timedelta(minutes=30) == KEPT_FOR  # as the page says
