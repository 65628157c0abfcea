"""What an organisation may add to its profile in rows: contact persons, addresses, pictures,
partners."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actors.forms.long_line import LongLine
from actors.forms.organisations import explain
from actors.forms.places import PlaceField
from actors.models import Branch, Contact, Organisation, Picture
from ssoe_portal.common import pictures
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.geography import Area
from ssoe_portal.common.pictures import Prepared, Purpose


class RowForm(NoticesOthers):
    """A row of one organisation, which is given."""

    def __init__(self, *args, organisation: Organisation, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.instance.organisation = organisation

    def _get_validation_exclusions(self) -> set[str]:
        """The organisation is no field, but what must be unique is so within it."""
        return super()._get_validation_exclusions() - {"organisation"}


class ContactPersonForm(RowForm):
    class Meta:
        model = Contact
        fields = ("name", "role", "phone", "email", "audience")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"autocomplete": "off", "type": "tel"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "audience": forms.RadioSelect,
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("Please ask the person first.")
        self.fields["role"].label = _("What can one ask this person about?")
        self.fields["role"].help_text = _("In German. For example: Anmeldung zu den Kursen.")
        self.fields["audience"].label = _("Who may read this?")
        self.fields["audience"].choices = Contact.Audience.choices
        self.fields["phone"].help_text = _("One of the two, telephone or e-mail, is needed.")
        self.fields["phone"].needed = self.fields["email"].needed = True
        explain(
            self,
            audience=_(
                "A name one knows makes the first call easier. What only the task force should "
                "have, for questions about your entry, never stands on a public page."
            ),
        )


class BranchForm(RowForm):
    area = PlaceField(
        queryset=Area.objects.none(),
        label=_("Neighbourhood or district"),
        empty_label=_("Please choose"),
    )

    class Meta:
        model = Branch
        fields = ("name", "street", "postcode", "area")
        widgets = {
            "street": forms.TextInput(attrs={"autocomplete": "off"}),
            "postcode": forms.TextInput(
                attrs={
                    "autocomplete": "off",
                    "inputmode": "numeric",
                    "class": "form-control--short",
                }
            ),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("In German. For example: Werkstatt in Karow.")
        self.fields["area"].queryset = Area.objects.order_by("position", "pk")
        # A further address is somewhere: all of Berlin is no choice.
        self.fields["area"].choices = [
            choice for choice in self.fields["area"].choices if choice[0] != PlaceField.WHOLE
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        if not cleaned.get("area") and "area" not in self.errors:
            self.add_error("area", _("A further address is somewhere: please choose where."))
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if {"postcode", "area"} & set(self.changed_data):
            self.instance.locate()


class UploadForm(forms.Form):
    """A picture to upload; `prepared` is what is made of it."""

    purpose: Purpose
    prepared: Prepared

    file = forms.FileField(
        widget=forms.FileInput(attrs={"accept": pictures.ACCEPT}),
        error_messages={"required": _("Please choose a file."), "empty": _("This file is empty.")},
    )

    def __init__(self, *args, purpose: Purpose, label: str | Promise, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        self.fields["file"].label = label
        self.fields["file"].help_text = _(
            "JPEG, PNG or WebP, up to %(size)s MB. We make it smaller and remove where and when it "
            "was taken."
        ) % {"size": pictures.MOST_BYTES // 1_000_000}

    def clean_file(self):
        file = self.cleaned_data["file"]
        self.prepared = pictures.prepare(file, self.purpose)
        return file


class PictureForm(RowForm):
    """What can be seen on a picture, or that nothing would be missed without it."""

    class Meta:
        model = Picture
        fields = ("alt", "is_decoration")
        widgets = {"alt": LongLine()}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alt"].label = _("What can be seen on it?")
        self.fields["alt"].help_text = _(
            "In German, one sentence. For example: Zwei Frauen nähen an einem großen Tisch."
        )
        self.fields["alt"].needed = True
        self.fields["is_decoration"].label = _("The picture is only decoration and says nothing.")
        explain(
            self,
            alt=_(
                "People who are blind have it read to them, and everybody reads it where the "
                "picture does not load."
            ),
        )

    def clean(self) -> dict:
        cleaned = super().clean()
        if "alt" in self.errors:
            return cleaned
        if not cleaned.get("alt") and not cleaned.get("is_decoration"):
            self.add_error(
                "alt",
                _("Please say in one sentence what can be seen, or that it is only decoration."),
            )
        elif cleaned.get("alt") and cleaned.get("is_decoration"):
            self.add_error(
                "is_decoration",
                _("You have said what can be seen: then the picture is not only decoration."),
            )
        return cleaned


class PartnerForm(forms.Form):
    """The name of a partner. Where organisations in the portal are called like that, it asks which
    one is meant; none of them is an answer, too."""

    NONE = "none"

    name = forms.CharField(label=_("With whom do you work together?"), min_length=2, max_length=160)
    which = forms.ChoiceField(
        label=_("Is it one of these?"),
        choices=(),
        error_messages={"required": _("Please say which one you mean.")},
    )

    def __init__(self, *args, organisation: Organisation, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["name"].help_text = _("A part of the name is enough if they are listed here.")
        self.matches: dict[str, Organisation] = {}
        name = " ".join(self.data.get("name", "").replace("\x00", "").split())[:160]
        if len(name) > 1:
            found = (
                Organisation.objects.published()
                .similar_to(name)
                .exclude(pk=organisation.pk)
                .select_related("area")[:6]
            )
            self.matches = {str(row.pk): row for row in found}
        if self.matches:
            self.fields["which"].widget = forms.RadioSelect()
            self.fields["which"].choices = [
                *((key, f"{row.name}, {row.place_name}") for key, row in self.matches.items()),
                (self.NONE, _("None of them; just show the name")),
            ]
        else:
            del self.fields["which"]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        is_own = data.get("name", "").casefold() == self.organisation.name.casefold()
        if is_own and self.partner is None:
            self.add_error("name", _("That is your own organisation."))
        return data

    @property
    def partner(self) -> Organisation | None:
        return self.matches.get(self.cleaned_data.get("which", ""))


def add_errors(form: forms.BaseForm, error: ValidationError, field: str | None = None) -> None:
    """Put what the database or a rule says at the form: at a field where one is named."""
    for message in error.messages:
        form.add_error(field, message)
