"""An event itself: what it says, and what is said when it is called off."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.forms.english import EnglishForm
from actors.models import Organisation
from events.forms.sections import (
    FACT_WIDGETS,
    FACTS,
    InSections,
    MomentField,
    MovesAlong,
    SaysWhoCanCome,
    Section,
    moment_input,
)
from events.models import Event, EventTranslation
from ssoe_portal.common.edit_conflicts import NoticesOthers


class EventForm(MovesAlong, NoticesOthers, SaysWhoCanCome, InSections):
    """What an event manager sets about an event at the desk."""

    SECTIONS = (
        Section(
            _("What and when"),
            (
                "title",
                "summary",
                "description",
                "organisation",
                "starts_at",
                "ends_at",
                "moves_along",
                "date_note",
            ),
        ),
        Section(_("Who can come"), FACTS),
        Section(
            _("Registration"),
            (
                "takes_registrations",
                "capacity",
                "online_url",
                "registration_opens_at",
                "registration_closes_at",
                "asks_names",
                "reminder_days",
            ),
        ),
        Section(_("Stalls"), ("stalls_until",)),
        Section(_("Afterwards"), ("feedback_url", "anonymise_on")),
    )

    TOGETHER = (("cost", "price"),)

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
            *FACTS,
            "takes_registrations",
            "capacity",
            "online_url",
            "registration_opens_at",
            "registration_closes_at",
            "asks_names",
            "reminder_days",
            "stalls_until",
            "feedback_url",
            "anonymise_on",
        )
        field_classes = dict.fromkeys(
            (
                "starts_at",
                "ends_at",
                "registration_opens_at",
                "registration_closes_at",
                "stalls_until",
            ),
            MomentField,
        )
        widgets = FACT_WIDGETS | {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "capacity": forms.NumberInput(attrs={"min": 1, "class": "form-control--short"}),
            "starts_at": moment_input(),
            "ends_at": moment_input(),
            "reminder_days": forms.NumberInput(
                attrs={"min": 1, "max": 30, "class": "form-control--short"}
            ),
            "registration_opens_at": moment_input(),
            "registration_closes_at": moment_input(),
            "stalls_until": moment_input(),
            "anonymise_on": forms.DateInput(
                attrs={"type": "date", "class": "form-control--moment"}, format="%Y-%m-%d"
            ),
        }

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
        fields = ("title", "summary", "description", "date_note", "price")
        labels = {
            "title": _("Title in English"),
            "summary": _("In one sentence, in English"),
            "description": _("Description in English"),
            "date_note": _("Note on the date, in English"),
            "price": _("How much, in English"),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 8}),
        }


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
