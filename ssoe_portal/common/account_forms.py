"""django-allauth's forms, as they stand on the portal's pages."""

from allauth.account import forms as account
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.utils.translation import gettext_lazy as _


class WithoutEchoes(forms.Form):
    """A placeholder that says what the label says already is one more thing to read, and is gone
    as soon as one types. An address is called as on all other pages."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.label = _("E-mail address")


class LoginForm(WithoutEchoes, account.LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in")


class SignupForm(WithoutEchoes, account.SignupForm):
    pass


class ResetPasswordForm(WithoutEchoes, account.ResetPasswordForm):
    pass


class SecondStepForm(WithoutEchoes, AuthenticateForm):
    @property
    def has_key(self) -> bool:
        """Whether the account has a passkey or security key that can be used instead."""
        keys = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN)
        return keys.exists()
