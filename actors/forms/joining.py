from collections.abc import Iterable
from datetime import date

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from actors.forms.organisations import explain
from actors.models import JoinRequest, Offer
from ssoe_portal.common.hours_words import day_line

#: How many of an offer's next days one may choose from: a week of a daily one, six of a weekly one.
MOST_DAYS = 6


class JoinForm(forms.ModelForm):
    """What an organisation needs to answer someone who wants to come. No account."""

    class Meta:
        model = JoinRequest
        fields = ("wanted_day", "name", "email", "language", "message")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
            "language": forms.RadioSelect,
            "message": forms.Textarea(attrs={"rows": 4}),
        }

    wanted_day = forms.TypedChoiceField(
        label=_("Which date suits you?"),
        help_text=_("If it takes place regularly: when you would like to come for the first time."),
        coerce=date.fromisoformat,
        empty_value=None,
        required=False,
        error_messages={
            "invalid_choice": _("This date is over or was changed. Please choose another one.")
        },
    )

    def __init__(self, *args, offer: Offer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        days = offer.hours.next_days(timezone.now(), MOST_DAYS)
        # A date that was chosen while there were several is not dropped in silence.
        if len(days) > 1 or self.data.get("wanted_day"):
            self.fields["wanted_day"].choices = [
                ("", _("I leave that open")),
                *((on_day[0].day.isoformat(), day_line(on_day)) for on_day in days),
            ]
        else:
            del self.fields["wanted_day"]
        self.fields["name"].label = _("Your name")
        self.fields["email"].label = _("Your e-mail address")
        self.fields["language"].label = _("In which language shall we write to you?")
        self.fields["language"].choices = settings.LANGUAGES
        self.fields["language"].initial = get_language()
        self.fields["message"].label = _("Is there something you would like to say or ask?")
        self.fields["message"].help_text = _(
            "For example: “I am coming with two children.” Please write nothing about your health "
            "or your residence status here. Up to %(number)s characters."
        ) % {"number": self.fields["message"].max_length}
        explain(
            self,
            name=_("So that the organisation knows who is coming. A first name is enough."),
            email=_(
                "The answer comes to this address. First we send you a link, "
                "to be sure that it was you."
            ),
        )


class TellForm(forms.Form):
    """Whether those who signed up for an offer hear what changes; asked where there are any."""

    tells_people = forms.BooleanField(
        required=False,
        initial=True,
        help_text=_("The mail says what it was and what it is now. Other changes are not written."),
    )

    def __init__(self, *args, people: int, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["tells_people"].label = ngettext(
            "Write to the person who has signed up if times, place or price change",
            "Write to the %(number)s people who have signed up if times, place or price change",
            people,
        ) % {"number": people}

    @property
    def is_yes(self) -> bool:
        return self.is_valid() and self.cleaned_data["tells_people"]


class AnswerForm(forms.Form):
    """The organisation's answer; who declines writes a sentence. Where places are counted, an open
    request can also go on the waiting list, without words of one's own; that is shown where every
    place is taken."""

    ACCEPT, DECLINE, WAIT = "accept", "decline", "wait"

    decision = forms.ChoiceField(
        label=_("What do you answer?"),
        choices=[(ACCEPT, _("Yes, please come")), (DECLINE, _("Sorry, it is not possible"))],
        widget=forms.RadioSelect(attrs={"list_class": "choice-list--columns"}),
    )
    answer = forms.CharField(
        label=_("Your words"),
        help_text=_(
            "Goes out by e-mail as it is: when and where to come, what to bring, or another idea. "
            "Needed when you decline."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args, may_wait: bool = False, is_full: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.may_wait = may_wait
        if may_wait:
            field = self.fields["decision"]
            yes, no = field.choices
            field.choices = [yes, (self.WAIT, _("Not yet: on the waiting list")), no]
        self.show_places(is_full=is_full)

    def show_places(self, *, is_full: bool) -> None:
        """Show the waiting list where every place is taken; once more where that has changed
        while the answer was sent."""
        if not self.may_wait:
            return
        field = self.fields["decision"]
        yes, wait, no = field.choices
        field.widget.choices = [yes, wait, no] if is_full else [yes, no]
        field.widget.attrs["list_class"] = "" if is_full else "choice-list--columns"

    def clean(self) -> dict:
        data = super().clean()
        if data.get("decision") == self.DECLINE and not data.get("answer"):
            self.add_error("answer", JoinRequest.DECLINED_WITHOUT_ANSWER)
        return data


class TickedField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, request: JoinRequest) -> str:
        return f"{request.name}, {request.wanted}" if request.wanted else request.name


class AnswerSeveralForm(AnswerForm):
    """The same answer to several people who wait for one. Whoever has been answered since the page
    was opened may be ticked, and is passed over."""

    ticked = TickedField(
        queryset=JoinRequest.objects.none(),
        label=_("Who gets this answer?"),
        error_messages={"required": _("Please tick at least one person.")},
    )

    field_order = ("ticked", "decision", "answer")

    def __init__(
        self, *args, offer: Offer, unanswered: Iterable[JoinRequest] | None, **kwargs
    ) -> None:
        super().__init__(*args, may_wait=offer.places is not None, **kwargs)
        ticked = self.fields["ticked"]
        ticked.queryset = offer.join_requests.confirmed()
        ticked.choices = [
            (request.pk, ticked.label_from_instance(request)) for request in unanswered or ()
        ]


class CancelForm(forms.Form):
    """Why somebody who was accepted cannot come after all."""

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("Goes out by e-mail as it is, and is kept with the sign-up."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Please say why. The person reads this.")},
    )
