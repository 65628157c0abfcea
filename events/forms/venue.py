"""A venue of an event: where it is, when it is open, how to get in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.forms.english import EnglishForm
from events import times
from events.forms.reasons import because
from events.forms.sections import InSections, MomentField, Section, moment_input
from events.models import Venue, VenueStop, VenueTranslation
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.geography import Area

#: Address and area say together where something is.
WHERE = ("street", "postcode", "area")


class VenueForm(NoticesOthers, InSections):
    SECTIONS = (
        Section(_("Where"), ("name", "kind", *WHERE)),
        Section(_("Getting there and in"), ("directions", "accessibility")),
        Section(_("When it is open"), ("opens_at", "closes_at")),
        Section(_("Which venue stands first"), ("position",)),
    )
    TOGETHER = (WHERE, ("opens_at", "closes_at"))

    class Meta:
        model = Venue
        fields = (
            "name",
            "kind",
            *WHERE,
            "directions",
            "accessibility",
            "opens_at",
            "closes_at",
            "position",
        )
        field_classes = dict.fromkeys(("opens_at", "closes_at"), MomentField)
        widgets = {
            "kind": forms.RadioSelect,
            "postcode": forms.TextInput(
                attrs={"inputmode": "numeric", "class": "form-control--short"}
            ),
            "directions": forms.Textarea(attrs={"rows": 3}),
            "accessibility": forms.Textarea(attrs={"rows": 3}),
            "opens_at": moment_input(),
            "closes_at": moment_input(),
            "position": forms.NumberInput(attrs={"min": 0, "class": "form-control--short"}),
        }
        help_texts = {
            "name": _("In German, as it is written on the door or the square."),
            "kind": _(
                "A mobile pop-up changes its place: first save it, then enter when it stops where."
            ),
            "directions": _("In German. For example: bus 259 to the gate, then follow the signs."),
            "position": _("The venue with the lowest number stands first and is in every mail."),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Venue.Kind.choices
        self.fields["area"].queryset = Area.objects.order_by("position", "pk")
        self.fields["area"].label = _("Neighbourhood or district")
        self.fields["area"].empty_label = _("not known yet")
        self.fields["area"].help_text = _("With it the event is found by neighbourhood.")
        because(
            self,
            accessibility=_("Whoever needs it does not come where nothing is said about it."),
        )

    def _get_validation_exclusions(self) -> set[str]:
        """The event is no question here, but two venues of one event need two names."""
        return super()._get_validation_exclusions() - {"event"}

    def clean(self) -> dict:
        """The constraint says the same of its times, but of no field."""
        data = super().clean() or self.cleaned_data
        if {"opens_at", "closes_at"} & set(self.errors):
            return data
        opens, closes, event = data["opens_at"], data["closes_at"], self.instance.event
        if (opens is None) != (closes is None):
            missing = "closes_at" if opens else "opens_at"
            self.add_error(missing, _("Please give both times, or leave both empty."))
        elif opens and closes <= opens:
            self.add_error("closes_at", _("The end must be after the start."))
        elif opens and not (opens < event.ends_at and closes > event.starts_at):
            words = _("The event is at another time: %(when)s.")
            held = times.when(event.starts_at, event.ends_at)
            self.add_error("opens_at", words % {"when": held})
        return data

    def save(self, commit: bool = True) -> Venue:
        # The point follows the address; one that staff have set by hand stays while that stays.
        if set(WHERE) & set(self.changed_data):
            self.instance.locate()
        return super().save(commit)


class StopForm(NoticesOthers):
    """One place of a pop-up for a time."""

    TOGETHER = (WHERE,)

    class Meta:
        model = VenueStop
        fields = ("name", *WHERE, "starts_at", "ends_at")
        field_classes = dict.fromkeys(("starts_at", "ends_at"), MomentField)
        widgets = {
            "postcode": forms.TextInput(
                attrs={"inputmode": "numeric", "class": "form-control--short"}
            ),
            "starts_at": moment_input(),
            "ends_at": moment_input(),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Area.objects.order_by("position", "pk")
        self.fields["area"].label = _("Neighbourhood or district")
        self.fields["area"].empty_label = _("not known yet")
        self.fields["area"].help_text = _("With it the event is found by neighbourhood.")

    def _get_validation_exclusions(self) -> set[str]:
        """The pop-up is no question here, but it is in one place at a time."""
        return super()._get_validation_exclusions() - {"venue"}

    def save(self, commit: bool = True) -> VenueStop:
        if set(WHERE) & set(self.changed_data):
            self.instance.locate()
        return super().save(commit)


class VenueEnglishForm(EnglishForm):
    NEEDED = ("name",)
    NEEDS = _("An English text needs a name.")

    class Meta:
        model = VenueTranslation
        fields = ("name", "directions", "accessibility")
        labels = {
            "name": _("Name in English"),
            "directions": _("How to get there, in English"),
            "accessibility": _("Step-free access and other help, in English"),
        }
        widgets = {
            "directions": forms.Textarea(attrs={"rows": 3}),
            "accessibility": forms.Textarea(attrs={"rows": 3}),
        }
