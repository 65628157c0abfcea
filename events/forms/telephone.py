"""What is asked of whoever calls. The words are those of the public form, to be read aloud."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from events.forms.reasons import because
from events.forms.registration import RegistrationForm
from events.models.registration import CODE_ALPHABET, CODE_LENGTH, new_code


class TelephoneForm(RegistrationForm):
    """A party that calls. `code` is of this page only, so that two presses of the button are one
    registration."""

    code = forms.CharField(
        widget=forms.HiddenInput,
        initial=new_code,
        validators=[RegexValidator(f"^[{CODE_ALPHABET}]{{{CODE_LENGTH}}}$")],
    )

    class Meta(RegistrationForm.Meta):
        fields = (*RegistrationForm.Meta.fields, "phone")
        labels = {
            **RegistrationForm.Meta.labels,
            "phone": _("Your telephone number"),
            "language": _("Language of mails and of the printed confirmation"),
        }
        widgets = {
            **RegistrationForm.Meta.widgets,
            # What the browser remembers is somebody else's.
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.required = False
        email.help_text = _("Without one, print the confirmation or read out the code.")
        self.fields["phone"].help_text = _("Only without an e-mail address.")
        because(self, phone=_("So that we can call if a place becomes free or something changes."))

    def clean(self) -> dict:
        data = super().clean()
        if data.get("email") and data.get("phone"):
            self.add_error("phone", _("With an e-mail address no number is needed."))
        return data

    def save(self, commit: bool = True):
        self.instance.code = self.cleaned_data["code"]
        return super().save(commit)
