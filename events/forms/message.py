"""A message to those who are registered."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event, Message
from events.models.message import Audience, signed_up_for

ITEM = Audience.ITEM


class MessageForm(forms.ModelForm):
    """Written, looked at, sent; `key` is of this message only."""

    class Meta:
        model = Message
        fields = ("audience", "subject", "text")
        widgets = {"audience": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 10})}

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, event: Event, for_item: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.instance.event = event
        self.initial["key"] = self.instance.key
        numbers = event.registrations.numbers_of_parties()
        items = event.programme_items.signed_up_for().with_translation().in_order()
        self.items = {f"{ITEM}-{item.pk}": item for item in items}
        self.fields["audience"].choices = [
            *(
                (key, f"{label}: {_parties(numbers[key])}")
                for key, label in Message.Audience.choices
                if key != ITEM
            ),
            *(
                (key, f"{signed_up_for(item)}: {_parties(item.parties)}")
                for key, item in self.items.items()
            ),
        ]
        if f"{ITEM}-{for_item}" in self.items:
            self.initial["audience"] = f"{ITEM}-{for_item}"

    def clean_audience(self) -> str:
        """What stands for a programme item becomes one."""
        chosen = self.cleaned_data["audience"]
        self.instance.item = self.items.get(chosen)
        return str(ITEM) if self.instance.item else chosen

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
