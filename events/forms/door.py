"""What is noted at the door."""

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models.arrival import LARGEST_CROWD


class ArrivalForm(forms.Form):
    """So many people came in: of the party with this code, or without registration (no code).

    The page makes the `key`, so that a double click, a page that is reloaded and a telephone that
    sends twice note it once.
    """

    code = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    people = forms.IntegerField(
        label=_("How many people?"), min_value=1, max_value=LARGEST_CROWD, initial=1
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class UndoForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
