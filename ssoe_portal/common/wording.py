"""Django's own words in forms in the portal's: they ask, and say how to mend.

Set once at start (`CommonConfig.ready`). A field's own `error_messages` still win.
"""

from django import forms
from django.core.validators import EmailValidator
from django.db.models import fields as model_fields
from django.utils.translation import gettext_lazy as _


def use_own_words() -> None:
    """Replace the default texts that people meet most: of errors, and of an empty choice."""
    model_fields.BLANK_CHOICE_LABEL = _("Please choose")
    choose = {"required": _("Please choose an answer.")}
    forms.Field.default_error_messages |= {"required": _("Please fill this in.")}
    forms.ChoiceField.default_error_messages |= choose
    forms.MultipleChoiceField.default_error_messages |= choose
    forms.ModelChoiceField.default_error_messages |= choose
    forms.ModelMultipleChoiceField.default_error_messages |= choose
    forms.BooleanField.default_error_messages = {"required": _("Please tick this box.")}
    forms.FileField.default_error_messages |= {"required": _("Please choose a file.")}
    forms.DateField.default_error_messages |= {
        "invalid": _("Please write the date as day, month, year, like 24.12.2026.")
    }
    EmailValidator.message = _("Please write a whole e-mail address, like name@example.org.")
