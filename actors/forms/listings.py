from django import forms
from django.utils.translation import gettext_lazy as _

from actors.forms.english import ask_in_german
from actors.forms.whose import WhoseField, ask_whose
from actors.models import Cooperation, Listing, Organisation
from ssoe_portal.common.edit_conflicts import NoticesOthers


class ListingForm(NoticesOthers):
    """A gives or a seeks; `organisations` are those one may write for."""

    class Meta:
        model = Listing
        fields = (
            "organisation",
            "direction",
            "title",
            "resource",
            "topic",
            "description",
            "available",
        )
        field_classes = {"organisation": WhoseField}
        widgets = {
            "direction": forms.RadioSelect(attrs={"list_class": "choice-list--columns"}),
            "description": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args, organisations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_whose(self, organisations)
        self.fields["direction"].label = _("Do you have something, or do you need something?")
        self.fields["direction"].choices = [
            (Listing.Direction.GIVES, _("We give something")),
            (Listing.Direction.SEEKS, _("We seek something")),
        ]
        self.fields["title"].label = _("What is it about?")
        self.fields["title"].help_text = _("A few words. For example: seminar room on Thursdays.")
        self.fields["resource"].label = _("What kind of thing is it?")
        self.fields["topic"].label = _("Which topic does it belong to?")
        self.fields["topic"].empty_label = str(_("No topic"))
        self.fields["description"].help_text = _(
            "In German. What others need to know: how much, how often, on which conditions."
        )
        self.fields["available"].label = _("When?")
        ask_in_german(self, "title", "available")

    def clean_organisation(self) -> Organisation:
        organisation = self.cleaned_data["organisation"]
        if organisation.status == organisation.Status.ARCHIVED:
            raise forms.ValidationError(_("This organisation’s entry is archived."))
        return organisation


class CooperationForm(forms.Form):
    """What comes next between two organisations."""

    status = forms.ChoiceField(label=_("What comes next?"), widget=forms.RadioSelect)
    #: Where the two stood on the page that was sent.
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    outcome = forms.CharField(
        label=_("What came of it?"),
        help_text=_("A sentence is enough. It helps the task force to show that sharing pays."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, *args, cooperation: Cooperation, following: list, side: str, **kwargs
    ) -> None:
        """`following` are the statuses one may set, `side` is one's own, "" for neither."""
        super().__init__(*args, **kwargs)
        now = Cooperation.Status(cooperation.status)
        self.initial["was"] = now.value
        choices = [(status.value, cooperation.step_to(status, side).label) for status in following]
        self.fields["status"].choices = choices
        #: What the button says: with one step left there is nothing to choose.
        self.button = _("Save")
        if len(choices) == 1:
            [(only, self.button)] = choices
            self.fields["status"].widget = forms.HiddenInput()
            self.initial["status"] = only
        if now == Cooperation.Status.PROPOSED:
            del self.fields["outcome"]  # nothing can have come of it yet
            self.fields["status"].label = (
                _("What do you answer?") if side else _("What was answered?")
            )
            if side and len(choices) > 1:
                self.button = _("Send the answer")
        elif cooperation.outcome:
            self.fields["outcome"].help_text = _(
                "What you write here replaces what stands above. Left empty, that stays."
            )

    @property
    def is_stale(self) -> bool:
        """Whether the other side has moved on since the page was shown: the answer was to a
        question that nobody asks any more."""
        return self.is_bound and self.data.get("was", self.initial["was"]) != self.initial["was"]
