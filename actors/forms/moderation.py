from django import forms
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.moderation import Status


class DecisionForm(forms.Form):
    """Publish, or give back or archive with a reason."""

    PUBLISH, RETURN, REVIEWED, ARCHIVE = "publish", "return", "reviewed", "archive"

    action = forms.ChoiceField(
        choices=[(PUBLISH, ""), (RETURN, ""), (REVIEWED, ""), (ARCHIVE, "")],
        widget=forms.HiddenInput,
    )
    #: What the page showed: the status, and the newest state in the history.
    was = forms.ChoiceField(
        choices=[(Status.SUBMITTED, ""), (Status.PUBLISHED, ""), (Status.ARCHIVED, "")],
        widget=forms.HiddenInput,
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
        if self["was"].value() == Status.PUBLISHED:
            self.fields["reason"].label = _("Reason for taking it offline or archiving it")
            self.fields["reason"].help_text = _(
                "If there is anybody to write to, they read this in a mail. It is kept in the "
                "history."
            )

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("action") == self.RETURN and not cleaned.get("reason"):
            self.add_error("reason", _("Please say why, so that the owner can mend it."))
        if cleaned.get("action") == self.ARCHIVE and not cleaned.get("reason"):
            self.add_error("reason", _("Please say why. The owners read this."))
        return cleaned
