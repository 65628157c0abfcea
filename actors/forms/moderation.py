from django import forms
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.moderation import Status


class DecisionForm(forms.Form):
    """Publish, or give back with a reason."""

    PUBLISH, RETURN, REVIEWED = "publish", "return", "reviewed"

    action = forms.ChoiceField(
        choices=[(PUBLISH, ""), (RETURN, ""), (REVIEWED, "")], widget=forms.HiddenInput
    )
    #: What the page showed: the status, and the newest state in the history.
    was = forms.ChoiceField(
        choices=[(Status.SUBMITTED, ""), (Status.PUBLISHED, "")], widget=forms.HiddenInput
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What should be different?"),
        help_text=_(
            "The owners read this in a mail and in their area. Say what they should change."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].needed = True

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("action") == self.RETURN and not cleaned.get("reason"):
            self.add_error("reason", _("Please say why, so that the owner can mend it."))
        return cleaned
