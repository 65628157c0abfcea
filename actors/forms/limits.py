"""The words for somebody who sends a form too often; what was typed stays."""

from django import forms
from django.utils.translation import gettext_lazy as _

TOO_OFTEN = _(
    "That was too often within one hour, so nothing has been sent. What you entered is still "
    "here: please try again later."
)


def refuse(form: forms.BaseForm) -> None:
    """Say it above the form, which the view then shows again with status 429."""
    form.add_error(None, TOO_OFTEN)
