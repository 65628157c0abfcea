"""Forms of the programme at the desk."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReleaseForm(forms.Form):
    """A sentence about a release; `seen` says which changes were read."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("A sentence about it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands above the changes, on the public page and in the mails."),
    )
