"""django-allauth's forms, as they stand on the portal's pages."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.utils.translation import gettext_lazy as _


class WithoutEchoes(forms.Form):
    """A placeholder that says what the label says already is one more thing to read, and is gone
    as soon as one types. An address is called as on all other pages, and so are passwords
    (`labels`)."""

    labels: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.label = _("E-mail address")
            elif name in self.labels:
                field.label = self.labels[name]


class LoginForm(WithoutEchoes, account.LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in")


class SignupForm(WithoutEchoes, account.SignupForm):
    pass


class ResetPasswordForm(WithoutEchoes, account.ResetPasswordForm):
    pass


NEW_PASSWORD = {"password1": _("New password"), "password2": _("New password once more")}


class ResetPasswordKeyForm(WithoutEchoes, account.ResetPasswordKeyForm):
    labels = NEW_PASSWORD


class ChangePasswordForm(WithoutEchoes, account.ChangePasswordForm):
    labels = NEW_PASSWORD | {"oldpassword": _("Current password")}


class AddEmailForm(WithoutEchoes, account.AddEmailForm):
    pass


class ReauthenticateForm(WithoutEchoes, account.ReauthenticateForm):
    pass


class SecondStepForm(WithoutEchoes, AuthenticateForm):
    @property
    def has_key(self) -> bool:
        """Whether the account has a passkey or security key that can be used instead."""
        keys = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN)
        return keys.exists()
