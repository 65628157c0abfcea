"""The pages of the second step: what has to be read, copied or scanned is there."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.world import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def entered(client):
    """Return a function that signs an account in and confirms the password again."""

    def enter(user):
        client.force_login(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client

    return enter


def test_recovery_codes_can_be_read_saved_and_printed(entered):
    user = make_user("reviewer")
    page = entered(user).get(reverse("mfa_view_recovery_codes")).text
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert all(f"<li>{code}</li>" in page for code in codes)
    assert "10 Codes sind übrig" in page
    for name in ("mfa_download_recovery_codes", "mfa_generate_recovery_codes"):
        assert reverse(name) in page
    assert "data-print" in page


def test_key_for_the_app_stands_there_whole(entered):
    answer = entered(make_user()).get(reverse("mfa_activate_totp"))
    secret = answer.context["form"].secret
    assert f'id="authenticator_secret">{secret}</output>' in answer.text
    assert '<img class="qr"' in answer.text  # black on white, in the dark too


@pytest.mark.parametrize("has_key", [False, True])
def test_a_passkey_is_offered_to_whoever_has_one(client, monkeypatch, has_key):
    # What the device signed is not read: only whether there is one.
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda user: [])
    user = make_user("reviewer")
    if has_key:
        Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Schlüssel", "passwordless": False, "credential": {}},
        )
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    page = client.get(reverse("mfa_authenticate")).text
    assert ("mfa_webauthn_authenticate" in page) == has_key
    assert "placeholder" not in page[page.index("<main") : page.index("</main>")]


def test_keys_are_listed_with_when_they_came_and_where_to_remove_them(entered):
    user = make_user("reviewer")
    key = Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Mein Telefon", "passwordless": False, "credential": {}},
    )
    page = entered(user).get(reverse("mfa_list_webauthn")).text
    page = page[page.index("<main") : page.index("</main>")]
    assert "Mein Telefon" in page and "noch nicht benutzt" in page and "Not used" not in page
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert reverse(name, args=[key.pk]) in page


def test_a_mistake_in_a_password_is_told_by_the_portal_and_not_by_the_browser(entered):
    client = entered(make_user())
    page = client.get(reverse("account_change_password")).text
    page = page[page.index("<main") : page.index("</main>")]
    assert " novalidate" in page and "placeholder" not in page
    answer = client.post(reverse("account_change_password"), {})
    assert "Bitte füllen Sie dieses Feld aus." in answer.text
