"""What came of an event, in words and pictures."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.forms.english import EnglishForm
from actors.forms.profile import UploadForm
from events.forms.reasons import because
from events.models import Event, EventPicture, EventTranslation
from ssoe_portal.common.edit_conflicts import NoticesOthers


class OutcomeForm(NoticesOthers):
    class Meta:
        model = Event
        fields = ("outcome",)
        widgets = {"outcome": forms.Textarea(attrs={"rows": 8})}


class OutcomeEnglishForm(EnglishForm):
    """Only where there is an English title: one text beside a German page helps nobody."""

    class Meta:
        model = EventTranslation
        fields = ("outcome",)
        labels = {"outcome": _("What came of it, in English")}
        widgets = {"outcome": forms.Textarea(attrs={"rows": 6})}


class PictureForm(UploadForm):
    """A picture and, at once, what can be seen on it."""

    alt = forms.CharField(
        label=_("What can be seen on it?"),
        max_length=200,
        help_text=_(
            "In German, one sentence. For example: Zwei Frauen nähen an einem großen Tisch."
        ),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(
            *args, purpose=EventPicture.PURPOSE, label=_("File with the picture"), **kwargs
        )
        because(
            self,
            alt=_(
                "People who are blind have it read to them, and everybody reads it where the "
                "picture does not load."
            ),
        )
