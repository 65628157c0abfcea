import re
import time
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.db import IntegrityError
from django.urls import reverse

from ssoe_portal.common.users import User
from tests.world import PASSWORD, make_user

pytestmark = pytest.mark.django_db


class TestRoles:
    @pytest.mark.parametrize(
        ("role", "rights"),
        [
            ("", set()),
            ("reviewer", {"may_review", "works_at_desk"}),
            ("event_manager", {"may_manage_events", "works_at_desk"}),
            ("admin", {"may_review", "may_manage_events", "may_administer", "works_at_desk"}),
        ],
    )
    def test_follow_from_the_account(self, role, rights):
        user = make_user(role)
        names = ("may_review", "may_manage_events", "may_administer", "works_at_desk")
        assert {name for name in names if getattr(user, name)} == rights

    @pytest.mark.parametrize("role", ["reviewer", "event_manager", "admin"])
    def test_count_only_with_a_second_factor(self, role, client):
        user = make_user(role, second_factor=False)
        assert not user.works_at_desk
        client.force_login(user)
        answer = client.get(reverse("desk:front"))
        assert answer.status_code == 302
        assert answer.url == reverse("mfa_index")

    def test_an_inactive_account_has_none(self):
        user = make_user("admin")
        user.is_active = False
        assert not (user.may_administer or user.is_staff)


class TestSignIn:
    @pytest.mark.parametrize(
        ("role", "page"), [("", "actors:dashboard"), ("reviewer", "desk:front")]
    )
    def test_lets_staff_begin_at_the_desk(self, role, page, client):
        client.force_login(make_user(role))
        assert client.get(reverse("account_login")).url == reverse(page)


class TestUser:
    def test_one_address_is_one_account_whatever_its_case(self):
        User.objects.create_user("Frau@Example.org")
        with pytest.raises(IntegrityError):
            User.objects.create(email="FRAU@example.org")


class TestSecondStep:
    @pytest.mark.parametrize(("steps_ago", "is_let_in"), [(0, True), (1, True), (3, False)])
    def test_takes_a_code_that_ran_out_while_it_was_typed(
        self, client, monkeypatch, steps_ago, is_let_in
    ):
        user = make_user("reviewer")
        secret = decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"])
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        # The clock stands still: else another step could begin before the code arrives.
        now = time.time()
        monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: now))
        code = totp.format_hotp_value(totp.hotp_value(secret, int(now) // 30 - steps_ago))
        answer = client.post(reverse("mfa_authenticate"), {"code": code})
        assert (answer.status_code == 302) is is_let_in


class TestEmailAddresses:
    PAGE = "/de/account/email/"

    @pytest.fixture
    def user(self, client):
        user = make_user()
        client.post("/de/account/login/", {"login": user.email, "password": PASSWORD})
        return user

    def act(self, client, name: str) -> None:
        """Press a button for an address, and show that it is oneself where that is asked."""
        sent = {f"action_{name}": "1", "email": "neu@example.org"}
        asked = client.post(self.PAGE, sent, follow=True)
        if "/reauthenticate/" in asked.redirect_chain[0][0]:
            client.post(asked.redirect_chain[0][0], {"password": PASSWORD})

    def acts(self, client) -> list[str]:
        return re.findall(r'name="action_(\w+)"', client.get(self.PAGE).text)

    def test_one_that_is_confirmed_leaves_only_to_add_another(self, client, user):
        assert self.acts(client) == ["add"]
        assert "Hauptadresse</span>" in client.get(self.PAGE).text

    def test_one_that_is_not_confirmed_is_written_again_or_removed(self, client, user, mailbox):
        self.act(client, "add")
        assert self.acts(client) == ["send", "remove", "add"]
        self.act(client, "remove")
        assert self.acts(client) == ["add"]

    def test_another_that_is_confirmed_becomes_the_main_one(self, client, user):
        EmailAddress.objects.create(user=user, email="neu@example.org", verified=True)
        assert self.acts(client) == ["primary", "remove", "add"]
        self.act(client, "primary")
        user.refresh_from_db()
        assert user.email == "neu@example.org"

    def test_that_is_none_is_told_at_the_field(self, client, user):
        page = client.post(self.PAGE, {"action_add": "1", "email": "neu"}).text
        assert page.count("error-summary") == 1
        assert 'href="#id_email"' in page
