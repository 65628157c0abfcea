"""What a party tells when it registers. What then happens is in `registering.py`."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from events.forms.reasons import because
from events.models import Registration
from events.models.registration import LARGEST_PARTY


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
        because(
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
