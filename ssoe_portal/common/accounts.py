"""How django-allauth signs people in here."""

import base64
import hashlib
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """What we ask beyond address and password when an account is made."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("So that your colleagues and our staff know who wrote. Never shown publicly."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request, user) -> None:
        user.name = self.cleaned_data["name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        user.save(update_fields=["name", "language"])


class AccountAdapter(DefaultAccountAdapter):
    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        """Mails name the public address, whatever host a proxy passed on, and what was begun: it
        goes on there on another device, too."""
        url = settings.PUBLIC_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
        begun = request and get_next_redirect_url(request)
        return f"{url}?{urlencode({'next': begun})}" if begun else url

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", key)

    def get_login_redirect_url(self, request) -> str:
        """Staff begin at the desk; everybody else in their own area."""
        if request.user.works_at_desk:
            return reverse("desk:front")
        return super().get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        super().send_mail(template_prefix, email, {**context, "public_url": settings.PUBLIC_URL})

    def populate_username(self, request, user) -> None:
        """There are no user names."""

    def clean_email(self, email: str) -> str:
        return super().clean_email(email).lower()


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of the second factor are stored encrypted: a leaked backup opens no account."""

    @property
    def _fernet(self) -> Fernet:
        key = hashlib.sha256(b"mfa:" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._fernet.decrypt(encrypted_text.encode()).decode()
