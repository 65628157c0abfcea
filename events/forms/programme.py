"""Forms of the programme at the desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.forms.english import EnglishForm
from actors.models import Organisation
from events import planning
from events.board import placing
from events.forms.reasons import because
from events.forms.sections import MomentField, moment_input
from events.models import (
    Event,
    ProgrammeItem,
    ProgrammeItemTranslation,
    Speaker,
    SpeakerTranslation,
)
from events.models.reach import within_reach
from events.planning import Conflict, Wish
from ssoe_portal.common.edit_conflicts import NoticesOthers

NOT_PLACED = _("not placed yet")


def _ask_for_organisation(form: forms.ModelForm) -> None:
    """Offer the public ones, and the one that is chosen already."""
    field = form.fields["organisation"]
    known = Organisation.objects.filter(pk=form.instance.organisation_id)
    field.queryset = Organisation.objects.published() | known
    field.empty_label = _("none")


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


class Places(forms.ModelForm):
    """A form that says where and when a session is. It tells what is in the way before anything is
    saved; what is merely unlikely to be meant is confirmed with a tick."""

    anyway = forms.BooleanField(
        label=_("I have read this, and it is meant like that."), required=False
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[Conflict] = []
        self.room_before = self.instance.room
        venue = self.fields["venue"]
        venue.queryset = self.instance.event.venues.with_stops().with_translation()
        venues = list(venue.queryset)
        venue.choices = [("", NOT_PLACED), *((each.pk, each.text.name) for each in venues)]
        #: Those whose place depends on the time.
        self.pop_ups = [each for each in venues if each.itinerary]

    def clean_room(self) -> str:
        return " ".join(self.cleaned_data["room"].split())

    def look_for_conflicts(self, wish: Wish) -> None:
        """Say at their fields what is in the way; ask to confirm the rest."""
        if wish.venue is not None:
            wish.venue.event = self.instance.event
        found = planning.conflicts_in(self.instance.event, wish)
        for conflict in found:
            if conflict.is_hard:
                known = conflict.field if conflict.field in self.fields else None
                self.add_error(known, conflict.words)
        self.warnings = [conflict for conflict in found if not conflict.is_hard]
        if self.warnings and not self.cleaned_data.get("anyway"):
            self.add_error("anyway", _("Please say whether it is meant like that."))


class WasField(forms.CharField):
    """Where the page showed a session; shown again, the form has seen where it is by now."""

    widget = forms.HiddenInput

    def bound_data(self, data, initial):
        return initial


class MoveForm(Places):
    """Move a session: nothing else about it changes, and it takes as long as before."""

    #: Where the page showed it: somebody else may have moved it since.
    was = WasField(required=False)

    class Meta:
        model = ProgrammeItem
        fields = ("venue", "room", "starts_at")
        field_classes = dict.fromkeys(("starts_at",), MomentField)
        widgets = {"starts_at": moment_input()}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.takes = self.instance.ends_at - self.instance.starts_at
        self.now = placing(self.instance)
        self.initial["was"] = self.now
        # The model's own check comes after `clean`, which counts on from here.
        self.fields["starts_at"].validators.append(within_reach)
        self.fields["starts_at"].help_text = _("It takes as long as before.")

    @property
    def is_stale(self) -> bool:
        """Whether somebody else moved it since the page was shown."""
        return self.is_bound and self.data.get("was", self.now) != self.now

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        starts_at = data.get("starts_at")
        if starts_at is not None:
            self.instance.ends_at = starts_at + self.takes
        if self.is_stale:
            self.add_error(
                None,
                _("Meanwhile somebody else moved this. Nothing was changed now; look where it is."),
            )
        elif starts_at is not None and "venue" in data and "room" in data:
            here = Wish.of(self.instance)
            self.look_for_conflicts(
                Wish(
                    data["venue"],
                    data["room"],
                    starts_at,
                    self.instance.ends_at,
                    here.speakers,
                    here.organisation_id,
                    here.item_id,
                )
            )
        return data


class ItemForm(NoticesOthers, Places):
    """Everything about a session."""

    TOGETHER = (("venue", "room", "starts_at", "ends_at"),)

    class Meta:
        model = ProgrammeItem
        fields = (
            "title",
            "summary",
            "format",
            "organisation",
            "speakers",
            "languages",
            "places",
            "venue",
            "room",
            "starts_at",
            "ends_at",
        )
        field_classes = dict.fromkeys(("starts_at", "ends_at"), MomentField)
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "languages": forms.CheckboxSelectMultiple(attrs={"list_class": "choice-list--short"}),
            "speakers": forms.CheckboxSelectMultiple,
            "places": forms.NumberInput(attrs={"min": 1, "class": "form-control--short"}),
            "starts_at": moment_input(),
            "ends_at": moment_input(),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_organisation(self)
        speakers = self.fields["speakers"]
        speakers.queryset = self.instance.event.speakers.all()
        speakers.choices = [(speaker.pk, str(speaker)) for speaker in speakers.queryset]
        if not speakers.choices:
            del self.fields["speakers"]
        self.fields["starts_at"].help_text = _("A proposal, as long as it is not placed.")

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and starts_at < ends_at and "venue" in data and "room" in data:
            organisation = data.get("organisation")
            self.look_for_conflicts(
                Wish(
                    data["venue"],
                    data["room"],
                    starts_at,
                    ends_at,
                    frozenset(speaker.pk for speaker in data.get("speakers", ())),
                    organisation.pk if organisation else None,
                    self.instance.pk,
                )
            )
        return data


class ItemEnglishForm(EnglishForm):
    """The English texts of a session."""

    NEEDED = ("title",)
    NEEDS = _("An English text needs a title.")

    class Meta:
        model = ProgrammeItemTranslation
        fields = ("title", "summary", "room")
        labels = {
            "title": _("Title in English"),
            "summary": _("In one sentence, in English"),
            "room": _("Room or stage, in English"),
        }
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}


class SpeakerForm(NoticesOthers):
    """Somebody who takes part by name."""

    class Meta:
        model = Speaker
        fields = ("name", "about", "organisation")
        widgets = {"about": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, event: Event, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.instance.event = event
        _ask_for_organisation(self)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = self.instance.event.speakers.exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError(_("There is already somebody of that name."))
        return name


class SpeakerEnglishForm(EnglishForm):
    """What is said about a speaker, in English."""

    class Meta:
        model = SpeakerTranslation
        fields = ("about",)
        labels = {"about": _("About the person, in English")}
        widgets = {"about": forms.Textarea(attrs={"rows": 3})}


class FollowForm(forms.Form):
    """Where to write to when the programme changes."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        reason = _("We write to it when this programme changes, and about nothing else.")
        because(self, email=reason)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()
