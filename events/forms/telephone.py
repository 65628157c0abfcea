"""What is asked of whoever calls. The words are those of the public form, to be read aloud."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from events.forms.reasons import because
from events.forms.registration import ChangeForm, PartyForm, RegistrationForm
from events.models.registration import CODE_ALPHABET, CODE_LENGTH, new_code

LABELS = {
    "phone": _("Your telephone number"),
    "language": _("Language of mails and of the printed confirmation"),
}
#: What the browser remembers is somebody else's.
WIDGETS = {
    "name": forms.TextInput(attrs={"autocomplete": "off"}),
    "email": forms.EmailInput(attrs={"autocomplete": "off"}),
    "phone": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
}


def one_way_to_reach(form: forms.ModelForm) -> None:
    """A number is only kept of those without an address."""
    if form.cleaned_data.get("email") and form.cleaned_data.get("phone"):
        form.add_error("phone", _("With an e-mail address no number is needed."))


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
        labels = {**RegistrationForm.Meta.labels, **LABELS}
        widgets = {**RegistrationForm.Meta.widgets, **WIDGETS}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.required = False
        email.help_text = _("Without one, print the confirmation or read out the code.")
        self.fields["phone"].help_text = _("Only without an e-mail address.")
        because(self, phone=_("So that we can call if a place becomes free or something changes."))

    def clean(self) -> dict:
        data = super().clean()
        one_way_to_reach(self)
        return data

    def save(self, commit: bool = True):
        self.instance.code = self.cleaned_data["code"]
        return super().save(commit)


class CorrectionForm(ChangeForm):
    """What a party that calls says anew of itself, and how to reach it. A family of a group is
    reached by whoever registered it; only who registered by telephone may have neither address
    nor number."""

    class Meta(PartyForm.Meta):
        fields = ("size", "name", "email", *PartyForm.Meta.fields[2:], "phone")
        labels = {**PartyForm.Meta.labels, **LABELS}
        widgets = {**PartyForm.Meta.widgets, **WIDGETS}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        party = self.instance
        if party.group_id:
            del self.fields["email"], self.fields["phone"]
        else:
            self.fields["email"].help_text = _(
                "A new address is sent the confirmation with its link at once. The links in "
                "earlier mails then end; the code for the entrance stays."
            )
            self.fields["phone"].help_text = _("Only without an e-mail address.")
            self.fields["email"].needed = self.fields["phone"].needed = not party.at_desk

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()

    def clean(self) -> dict:
        data = super().clean()
        one_way_to_reach(self)
        is_reached = self.instance.group_id or self.instance.at_desk
        if not is_reached and data.get("email") == data.get("phone") == "":
            self.add_error("email", _("Please write an e-mail address, or a telephone number."))
        return data
