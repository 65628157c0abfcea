"""Forms of events. They validate; what then happens is in models and `registering.py`."""

from typing import ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from actors.forms.english import EnglishForm
from actors.models import Organisation
from events import placing
from events.models import (
    Event,
    EventTranslation,
    Pitch,
    Registration,
    StallApplication,
    StallFormat,
    Venue,
)
from events.models.registration import LARGEST_PARTY
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.translation import texts_along


def _because(form: forms.BaseForm, **reasons) -> None:
    """Say beside a field why we ask (`templates/common/_field_notes.html`)."""
    for name, reason in reasons.items():
        form.fields[name].why = reason


class RegistrationForm(forms.ModelForm):
    """A party that wants to come."""

    size = forms.TypedChoiceField(
        label=_("How many people are coming?"),
        coerce=int,
        choices=[(number, number) for number in range(1, LARGEST_PARTY + 1)],
        initial=1,
        help_text=_("You and everyone you bring, children too. Ten at most."),
    )

    class Meta:
        model = Registration
        fields = (
            "size",
            "name",
            "email",
            "language",
            "access_needs",
            "interpreting",
            "children",
        )
        labels = {
            "name": _("Your name"),
            "email": _("Your e-mail address"),
            "language": _("Language of our mails"),
            "access_needs": _("What helps you to take part?"),
            "interpreting": _("Interpreting into which language?"),
            "children": _("How many children should be looked after?"),
        }
        help_texts = {
            "name": _("First name is enough."),
            "access_needs": _("For example: I use a wheelchair; sign language."),
            "interpreting": _("For example: Ukrainian."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "children": forms.NumberInput(
                attrs={"min": 0, "max": LARGEST_PARTY, "class": "form-control--short"}
            ),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = settings.LANGUAGES
        self.fields["language"].initial = get_language()
        self.fields["children"].required = False
        _because(
            self,
            name=_("So that we can greet you at the entrance."),
            email=_(
                "You get your place, the calendar entry and a link there, with which you can "
                "cancel. We write about this event only."
            ),
            access_needs=_("So that we can prepare. Only the organisers read it."),
            interpreting=_("So that we know which interpreters to ask."),
            children=_("So that there are enough people to look after them."),
        )

    def validate_constraints(self) -> None:
        """The fields see to them, but for the one registration of an address, which a stranger is
        not told of; asking the database as well costs hundreds at once their time."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()

    def clean_children(self) -> int:
        return self.cleaned_data["children"] or 0

    def clean(self) -> dict:
        data = super().clean()
        if data.get("children", 0) > data.get("size", LARGEST_PARTY):
            self.add_error("children", _("That is more children than people who are coming."))
        return data

    @property
    def needs(self) -> list[forms.BoundField]:
        """The optional questions, folded away until someone needs them."""
        return [self["access_needs"], self["interpreting"], self["children"]]

    @property
    def needs_open(self) -> bool:
        """Whether something is filled in or wrong there, so that it must be seen."""
        return any(field.errors or field.value() not in (None, "", 0, "0") for field in self.needs)


class SizeForm(forms.Form):
    """Come with fewer people, or with fewer children to look after."""

    size = forms.TypedChoiceField(label=_("How many of you are coming?"), coerce=int)
    children = forms.TypedChoiceField(
        label=_("How many children should be looked after?"), coerce=int
    )

    def __init__(self, *args, registration: Registration, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.before = {"size": registration.size, "children": registration.children}
        most = registration.size
        if registration.children:
            self.fields["children"].choices = [
                (number, number) for number in range(registration.children, -1, -1)
            ]
        else:
            del self.fields["children"]
            most -= 1  # the number of people is all there is to change
        self.fields["size"].choices = [
            (
                number,
                ngettext("%(number)s person", "%(number)s people", number) % {"number": number},
            )
            for number in range(most, 0, -1)
        ]

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if {**self.before, **data} == self.before:
            raise forms.ValidationError(_("Please choose a smaller number than before."))
        return data


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
        _because(
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


class CallOffForm(forms.Form):
    """What everyone who counted on an event reads."""

    words = forms.CharField(
        label=_("A sentence to everyone who wanted to come"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "It is in every mail: why the event does not take place, and what comes instead."
        ),
        error_messages={
            "required": _("Please write a sentence: whoever wanted to come wants to know why.")
        },
    )


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


class EventForm(NoticesOthers):
    """What an event manager sets about an event at the desk."""

    class Meta:
        model = Event
        fields = (
            "title",
            "summary",
            "description",
            "organisation",
            "starts_at",
            "ends_at",
            "date_note",
            "takes_registrations",
            "capacity",
            "registration_opens_at",
            "registration_closes_at",
            "stalls_until",
        )
        widgets = {
            name: forms.DateTimeInput(
                attrs={"type": "datetime-local", "class": "form-control--moment"},
                format="%Y-%m-%dT%H:%M",
            )
            for name in (
                "starts_at",
                "ends_at",
                "registration_opens_at",
                "registration_closes_at",
                "stalls_until",
            )
        } | {"summary": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        organisation = self.fields["organisation"]
        organisation.queryset = Organisation.objects.published()
        organisation.empty_label = _("none")


class EventEnglishForm(EnglishForm):
    """The English texts of an event, below the German ones."""

    NEEDED = ("title", "summary")
    NEEDS = _("An English text needs a title and one sentence.")

    class Meta:
        model = EventTranslation
        fields = ("title", "summary", "description", "date_note")
        labels = {
            "title": _("Title in English"),
            "summary": _("In one sentence, in English"),
            "description": _("Description in English"),
            "date_note": _("Note on the date, in English"),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 8}),
        }
