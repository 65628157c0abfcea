from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Claim


class ClaimForm(forms.ModelForm):
    """Who asks for an entry; the address is the account's, which is confirmed."""

    class Meta:
        model = Claim
        fields = ("name", "position", "message")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "position": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "message": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What is your name?")
        self.fields["position"].label = _("What is your task in this organisation?")
        self.fields["message"].label = _("How can we check that?")
        self.fields["message"].help_text = _(
            "For example: your office telephone number, or the page that names you."
        )
        self.fields["message"].why = _(
            "Whoever looks after an entry speaks for the organisation. So the task force asks back "
            "before it hands the entry over. Only the task force reads this."
        )


class ClaimDecisionForm(forms.Form):
    """Yes, or no with a sentence that the person reads."""

    ACCEPT, DECLINE = "accept", "decline"

    action = forms.ChoiceField(choices=[(ACCEPT, ACCEPT), (DECLINE, DECLINE)])
    reason = forms.CharField(
        label=_("Why not?"),
        help_text=_("This person reads it in a mail."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # Not called optional: a no needs it.
        self.fields["reason"].needed = True

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if data.get("action") == self.DECLINE and not data.get("reason"):
            self.add_error("reason", _("Please say in a sentence why not."))
        return data
