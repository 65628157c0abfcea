"""What a party tells when it registers, and changes later. What then happens is in
`registering.py`."""

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from events import ready
from events.forms.reasons import because
from events.models import Event, EventQuestion, Registration
from events.models.question import lines
from events.models.registration import LARGEST_PARTY
from ssoe_portal.common.edit_conflicts import NoticesOthers

#: Letters of one answer in words.
LONGEST_ANSWER = 500


class NamesField(forms.CharField):
    """Names, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value) -> list[str]:
        return lines(super().to_python(value) or "")

    def validate(self, value: list[str]) -> None:
        if any(len(name) > 120 for name in value):
            raise forms.ValidationError(
                _("Please write one name a line, with 120 letters at most.")
            )

    def run_validators(self, value: list[str]) -> None:
        """The field's are those of one text."""
        for name in value:
            super().run_validators(name)

    def has_changed(self, initial, data) -> bool:
        return (initial or []) != lines(data or "")


class PartyForm(forms.ModelForm):
    """A party: how many, who, what they need, and what this event asks besides."""

    size = forms.TypedChoiceField(
        label=_("How many people are coming?"),
        coerce=int,
        choices=[(number, number) for number in range(1, LARGEST_PARTY + 1)],
        initial=1,
        help_text=_("You and everyone you bring, children too. Ten at most."),
    )
    companions = NamesField(
        label=_("Who comes with you?"),
        required=False,
        help_text=_("One name a line, without your own."),
    )

    class Meta:
        model = Registration
        fields = (
            "size",
            "name",
            "companions",
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

    def __init__(self, *args, event: Event, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.fields["language"].choices = settings.LANGUAGES
        self.fields["children"].required = False
        if event.asks_names:
            self.fields["name"].help_text = ""
        else:
            del self.fields["companions"]
        if not event.is_on_site:
            self.fields["access_needs"].help_text = _("For example: sign language, subtitles.")
        because(
            self,
            name=_("So that we can greet you at the entrance.")
            if event.is_on_site
            else _("So that we know how to address you."),
            access_needs=_("So that we can prepare. Only the organisers read it."),
            interpreting=_("So that we know which interpreters to ask."),
            children=_("So that there are enough people to look after them."),
        )
        if event.asks_names:
            because(self, companions=_("The organisers need a list of everybody who comes."))
            # Whether there are any depends on how many come: "(optional)" would be wrong.
            self.fields["companions"].needed = True
        self.questions = ready.questions(event)
        given = {}
        if self.instance.pk:
            given = dict(self.instance.answers.values_list("question_id", "text"))
        for question in self.questions:
            self.fields[_name(question)] = _field(question)
            self.initial[_name(question)] = _shown(question, given.get(question.pk, ""))

    def validate_constraints(self) -> None:
        """The fields see to them, but for the one registration of an address, which a stranger is
        not told of; asking the database as well costs hundreds at once their time."""

    def clean_children(self) -> int:
        return self.cleaned_data["children"] or 0

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        size = data.get("size", LARGEST_PARTY)
        if data.get("children", 0) > size:
            self.add_error("children", _("That is more children than people who are coming."))
        names = data.get("companions")
        if names is not None and "size" in data and len(names) != size - 1:
            self.add_error("companions", _names_missing(size - 1))
        return data

    @property
    def answered(self) -> dict[int, str]:
        """What was answered, by question; "" where nothing was."""
        return {
            question.pk: _kept(self.cleaned_data[_name(question)]) for question in self.questions
        }

    @property
    def asked(self) -> Sequence[forms.BoundField]:
        """The event's own questions."""
        return [self[_name(question)] for question in self.questions]

    @property
    def needs(self) -> list[forms.BoundField]:
        """The optional questions, folded away until someone needs them."""
        return [self["access_needs"], self["interpreting"], self["children"]]

    @property
    def needs_open(self) -> bool:
        """Whether something is filled in or wrong there, so that it must be seen."""
        return any(field.errors or field.value() not in (None, "", 0, "0") for field in self.needs)


class RegistrationForm(PartyForm):
    """A party that wants to come."""

    class Meta(PartyForm.Meta):
        fields = ("size", "name", "email", *PartyForm.Meta.fields[2:])

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language()
        # Only families in a group have none.
        self.fields["email"].required = True
        self.fields["email"].help_text = ""
        because(
            self,
            email=_(
                "You get your place, the calendar entry and a link there, with which you can "
                "change or cancel. We write about this event only."
            ),
        )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


class AddressForm(forms.Form):
    """The right address, for whoever has just registered with a wrong one."""

    email = forms.EmailField(
        label=_("The right e-mail address"),
        max_length=Registration._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ChangeForm(NoticesOthers, PartyForm):
    """The same for a party that is registered; it may be open twice, or here and at the desk."""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What was asked, what is stored, and what would be, in words; what stays is left out."""
        return [
            (str(field.label), _in_words(field, field.initial), _in_words(field, field.data))
            for field in self
            if field.name in self.changed_data
        ]


class CancelForm(forms.Form):
    """What the organisers write to a party that they cancel."""

    words = forms.CharField(
        label=_("A sentence to them"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Why the organisers cancel it. It is in the mail, which also says whom to ask."
        ),
    )


def _name(question: EventQuestion) -> str:
    return f"question_{question.pk}"


def _field(question: EventQuestion) -> forms.Field:
    """The field that asks a question."""
    label, required = str(question.parts.wording), question.is_required
    kinds = EventQuestion.Kind
    field: forms.Field
    if question.kind == kinds.TEXT:
        field = forms.CharField(label=label, required=required, max_length=LONGEST_ANSWER)
    elif question.kind == kinds.SEVERAL:
        field = forms.MultipleChoiceField(
            label=label,
            required=required,
            choices=list(question.labels.items()),
            widget=forms.CheckboxSelectMultiple,
        )
    else:
        choices = list(question.labels.items()) if question.is_chosen else YES_OR_NO
        if not required:
            choices = [("", _("no answer")), *choices]
        field = forms.ChoiceField(
            label=label, required=required, choices=choices, widget=forms.RadioSelect
        )
    field.why = question.parts.why
    return field


YES_OR_NO = [("yes", _("yes")), ("no", _("no"))]


def _shown(question: EventQuestion, text: str) -> str | list[str]:
    return lines(text) if question.kind == EventQuestion.Kind.SEVERAL else text


def _kept(answer: str | list[str]) -> str:
    return "\n".join(answer) if isinstance(answer, list) else answer.strip()


def _in_words(field: forms.BoundField, value) -> str:
    if isinstance(field.field, NamesField):
        return ", ".join(value if isinstance(value, list) else lines(value or ""))
    if isinstance(field.field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.field.choices}
        values = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in values if one not in (None, ""))
    return str(value if value not in (None, "") else "")


def _names_missing(number: int) -> str:
    if not number:
        return _("You come alone, so there is no other name.")
    return ngettext(
        "Please write one name besides yours.",
        "Please write %(number)s names besides yours, one a line.",
        number,
    ) % {"number": number}
