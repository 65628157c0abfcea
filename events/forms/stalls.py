"""Applying for a stall, deciding on it, giving it a pitch."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from events import placing
from events.forms.reasons import because
from events.models import Pitch, StallApplication, StallFormat, Venue
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.translation import texts_along


class StallApplicationForm(NoticesOthers):
    """What an organisation tells about its stall; `organisation` only when applying."""

    class Meta:
        model = StallApplication
        fields = (
            "organisation",
            "format",
            "title",
            "description",
            "needs_power",
            "needs_water",
            "tables",
            "place",
            "people",
            "note",
        )
        widgets = {
            "format": forms.RadioSelect,
            "place": forms.RadioSelect,
            "tables": forms.NumberInput(
                attrs={"min": 0, "max": 10, "class": "form-control--short"}
            ),
            "people": forms.NumberInput(
                attrs={"min": 1, "max": 30, "class": "form-control--short"}
            ),
            "note": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].queryset = StallFormat.objects.all()
        self.fields["format"].empty_label = None
        if self.instance.pk:
            del self.fields["organisation"]
        else:
            mine = Organisation.objects.may_act_for(user)
            if not self.is_bound:
                # What is sent is checked against all: `clean` says which has applied meanwhile.
                mine = placing.may_apply(user, self.instance.event)
            field = self.fields["organisation"]
            field.queryset = mine
            field.label = _("Which organisation is applying?")
            field.empty_label = _("Please choose")
            if len(mine) == 1:
                self.initial["organisation"] = mine[0].pk
                field.empty_label = None
        because(
            self,
            people=_("So that there are enough chairs, and because some places are narrow."),
        )

    def clean(self) -> dict:
        data = super().clean()
        organisation = data.get("organisation")
        if organisation is not None and not self.instance.pk:
            active = StallApplication.objects.filter(
                event=self.instance.event, organisation=organisation
            ).filter(state__in=["submitted", "accepted"])
            if active.exists():
                self.add_error(
                    "organisation",
                    _("Your organisation has already applied for a stall at this event."),
                )
        return data


class DecisionForm(forms.Form):
    """What staff decide on a stall; the buttons say which step. Each step belongs to one state, and
    the form says for which one it was made."""

    #: The steps that may follow a state. A withdrawn application is the organisation's own affair.
    STEPS: ClassVar[dict[str, tuple[str, ...]]] = {
        StallApplication.State.SUBMITTED: ("accept", "decline"),
        StallApplication.State.ACCEPTED: ("take-back",),
        StallApplication.State.DECLINED: ("reopen",),
    }

    decision = forms.ChoiceField(widget=forms.HiddenInput)
    #: The state that the page showed.
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Answer to the organisation"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is in the mail. Needed when you decline; welcome when you accept."),
    )

    def __init__(self, *args, application: StallApplication, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        now = StallApplication.State(application.state)
        self.initial["was"] = now.value
        self.fields["decision"].choices = [(step, step) for step in self.STEPS.get(now, ())]
        # Whether it is needed depends on the button: the help says so, "(optional)" would not.
        self.fields["reason"].needed = True
        if now == StallApplication.State.ACCEPTED:
            self.fields["reason"].label = _("Why you take it back")
            self.fields["reason"].help_text = _("The organisation reads it in the mail.")

    @property
    def is_stale(self) -> bool:
        """Whether the application moved on since the page was shown."""
        return self.is_bound and self.data.get("was") != self.initial["was"]

    def clean(self) -> dict:
        data = super().clean()
        needs_reason = str(data.get("decision")) in {"decline", "take-back"}
        if needs_reason and not data.get("reason", "").strip():
            self.add_error("reason", _("Please say why, so that they can do better next time."))
        return data


class FreePitchField(forms.ModelChoiceField):
    """One of the pitches in `queryset`; of another one of `pitches` it says who got it."""

    #: All of the event, set by the form.
    pitches = Pitch.objects.none()

    def to_python(self, value) -> Pitch | None:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            # As text: what was sent may be no number.
            taken = self.pitches.filter(assignment__isnull=False).for_plans()
            found = next((pitch for pitch in taken if str(pitch.pk) == str(value)), None)
            if found is None:
                raise
            raise forms.ValidationError(
                _("%(pitch)s has meanwhile gone to “%(stall)s”. Please choose another."),
                code="taken",
                params={"pitch": found.label, "stall": found.assignment.application.title},
            ) from None


class PlacementForm(forms.Form):
    """Give an accepted stall a pitch, or take it away."""

    pitch = FreePitchField(
        Pitch.objects.none(),
        label=_("Pitch"),
        required=False,
        empty_label=_("no pitch yet"),
    )

    def __init__(
        self, *args, application: StallApplication, chosen: Pitch | None = None, **kwargs
    ) -> None:
        """`chosen` is the pitch picked on the plan."""
        super().__init__(*args, **kwargs)
        free = Pitch.objects.filter(venue__event=application.event).filter(
            assignment__isnull=True
        ) | Pitch.objects.filter(assignment__application=application)
        field = self.fields["pitch"]
        field.pitches = Pitch.objects.filter(venue__event=application.event)
        field.queryset = (
            free.select_related("venue")
            .prefetch_related(*texts_along("venue", Venue))
            .order_by("venue__position", "y", "x", "pk")
        )
        field.label_from_instance = lambda pitch: _pitch_label(pitch, application)
        field.needed = True  # "no pitch yet" is an answer too
        field.initial = chosen or application.pitch


def _pitch_label(pitch: Pitch, application: StallApplication) -> str:
    """ "B1, ohne Wasser – Hof (Strom)": what the stall would miss, which a phone must not cut
    off, and what is there."""
    facts = [
        str(word)
        for has, word in (
            (pitch.has_power, _("power")),
            (pitch.has_water, _("water")),
            (pitch.is_indoor, _("indoors")),
        )
        if has
    ]
    extra = f" ({', '.join(facts)})" if facts else ""
    name = ", ".join([pitch.label, *application.lacks_at(pitch)])
    return f"{name} – {pitch.venue.text.name}{extra}"
