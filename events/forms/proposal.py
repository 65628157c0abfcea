"""An event that an organisation proposes, and what event managers say to it."""

from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from events.forms.reasons import because
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
from events.models import Event
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.users import User


class ProposalForm(MovesAlong, NoticesOthers, SaysWhoCanCome, InSections):
    """What an organisation says about its own event; `organisation` only while it is new."""

    SECTIONS = (
        Section(_("What it is"), ("organisation", "title", "summary", "description")),
        Section(_("When"), ("starts_at", "ends_at", "moves_along", "date_note")),
        Section(_("Who can come"), FACTS),
        Section(_("Registration"), ("takes_registrations", "capacity", "online_url")),
    )
    TOGETHER = (("cost", "price"),)

    class Meta:
        model = Event
        fields = (
            "organisation",
            "title",
            "summary",
            "description",
            "starts_at",
            "ends_at",
            "date_note",
            *FACTS,
            "takes_registrations",
            "capacity",
            "online_url",
        )
        field_classes = dict.fromkeys(("starts_at", "ends_at"), MomentField)
        widgets = FACT_WIDGETS | {
            "capacity": forms.NumberInput(attrs={"min": 1, "class": "form-control--short"}),
            "summary": forms.Textarea(attrs={"rows": 3}),
            "starts_at": moment_input(),
            "ends_at": moment_input(),
        }

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("What is it called?")
        self.fields["title"].help_text = _("In German.")
        self.fields["summary"].label = _("What happens there, in one sentence?")
        self.fields["description"].label = _("What should people know before they come?")
        self.fields["starts_at"].label = _("When does it start?")
        self.fields["ends_at"].label = _("When does it end?")
        because(
            self,
            takes_registrations=_(
                "Names and addresses go to the organisers only; they take care of the list."
            ),
        )
        if self.instance.pk:
            del self.fields["organisation"]
            return
        field = self.fields["organisation"]
        own = Organisation.objects.to_write_for(user).filter(memberships__user=user)
        field.queryset = own
        field.required = True
        field.label = _("Which organisation is behind it?")
        field.empty_label = _("Please choose")
        if len(own) == 1:
            self.initial.setdefault("organisation", own[0].pk)
            field.empty_label = None

    @property
    def refuses_past(self) -> bool:
        """Nor is anything proposed that is over."""
        return self.instance.pk is None or super().refuses_past


class DecisionForm(forms.Form):
    """Publish what was proposed, give it back with a reason, or say that a change was seen."""

    PUBLISH, RETURN, REVIEWED = "publish", "return", "reviewed"

    action = forms.ChoiceField(
        choices=[(PUBLISH, ""), (RETURN, ""), (REVIEWED, "")], widget=forms.HiddenInput
    )
    #: What the page showed: the status, and the newest state in the history.
    was = forms.ChoiceField(choices=Event.Status.choices, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What should be different?"),
        help_text=_("Needed when you return it. The organisation reads it in a mail."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # Whether it is needed depends on the button: the help says so, "(optional)" would not.
        self.fields["reason"].needed = True

    @classmethod
    def of(cls, event: Event) -> Self | None:
        """The form for what waits to be decided about an event, if anything does."""
        if event.status != Event.Status.SUBMITTED and not event.is_changed_by_owner:
            return None
        return cls(initial={"was": event.status, "seen": latest_state(event)})

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if data.get("action") == self.RETURN and not data.get("reason"):
            self.add_error("reason", _("Please say why, so that the owner can mend it."))
        return data
