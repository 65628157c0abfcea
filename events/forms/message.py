"""A message to those who are registered."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event, Message


class MessageForm(forms.ModelForm):
    """Written, looked at, sent; `key` is of this message only."""

    class Meta:
        model = Message
        fields = ("audience", "subject", "text")
        widgets = {"audience": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 10})}

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, event: Event, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.instance.event = event
        self.initial["key"] = self.instance.key
        numbers = event.registrations.numbers_of_parties()
        self.fields["audience"].choices = [
            (key, f"{label}: {_parties(numbers[key])}") for key, label in Message.Audience.choices
        ]

    def save(self, commit: bool = True) -> Message:
        """Only what is to be sent: `messaging.send` stores it."""
        self.instance.key = self.cleaned_data["key"]
        return self.instance


def _parties(number: int) -> str:
    if not number:
        return _("nobody")
    return ngettext("%(number)s registration", "%(number)s registrations", number) % {
        "number": number
    }
