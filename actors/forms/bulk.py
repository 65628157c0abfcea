"""Entries ticked in a list at the desk, and what to do with them."""

import re
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

#: More than a page shows comes from no page.
MOST = 100
_TICKED = re.compile(r"([a-z]{1,20}):(\d{1,15}):(\d{1,18})")


@dataclass(frozen=True)
class Ticked:
    """An entry as the list showed it: `state` is the newest in its history then."""

    kind: str
    pk: int
    state: int


class BulkForm(forms.Form):
    """What to do with the ticked entries; some actions need words that owners read."""

    action = forms.ChoiceField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, data=None, *, actions: dict[str, bool], label: str = "", help_text: str = ""
    ) -> None:
        """`actions` says of each whether it needs a reason."""
        super().__init__(data)
        self.actions = actions
        self.fields["action"].choices = [(name, "") for name in actions]
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text
        self.fields["reason"].needed = any(actions.values())
        self.ticked: list[Ticked] = []

    def clean(self) -> dict:
        cleaned = super().clean()
        for value in self.data.getlist("entry")[:MOST]:
            if found := _TICKED.fullmatch(value):
                self.ticked.append(Ticked(found[1], int(found[2]), int(found[3])))
        if not self.ticked:
            raise forms.ValidationError(_("Please tick at least one entry."), code="none")
        if self.actions.get(cleaned.get("action", "")) and not cleaned.get("reason"):
            self.add_error("reason", _("Please say why. The owners read this."))
        return cleaned

    @property
    def ticked_keys(self) -> set[tuple[str, int]]:
        """What stays ticked when the form comes back."""
        return {(entry.kind, entry.pk) for entry in self.ticked}
