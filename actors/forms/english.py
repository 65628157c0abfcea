"""Texts in English, beside the German ones, of one's own free will."""

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from actors.forms.long_line import give_room
from actors.models import (
    InitiativeTranslation,
    ListingTranslation,
    OfferTranslation,
    OrganisationTranslation,
)
from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.translation import Translatable


def ask_in_german(form: forms.BaseForm, *names: str) -> None:
    """Say beside fields that have an English one of their own which language belongs in them."""
    for name in names:
        field = form.fields[name]
        said = field.help_text
        field.help_text = format_lazy("{} {}", _("In German."), said) if said else _("In German.")


class ShownField(forms.IntegerField):
    """The revision of the German text that a form was shown with; no answer itself."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, min_value=1)

    def bound_data(self, data, initial):
        """Shown again, a form stands beside the German text of by now."""
        return initial

    def has_changed(self, initial, data) -> bool:
        return False


class EnglishForm(NoticesOthers):
    """The English row of an entry; all empty means: no translation.

    A text that is older than the German one is said to be, until somebody changes it or confirms
    that it still fits.
    """

    prefix = "en"
    #: The field that says from which German text somebody translates.
    GERMAN = "german"
    #: Without these no list can show it in English.
    NEEDED: tuple[str, ...] = ()
    NEEDS: str | Promise = ""

    still_fits = forms.BooleanField(
        label=_("I have checked it: the English text still fits the German one."), required=False
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in self.texts:
            self.fields[name].required = False
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs["lang"] = "en"
        self.is_outdated = bool(self.instance.pk and self.instance.is_outdated)
        if not self.is_outdated:
            del self.fields["still_fits"]

    @classmethod
    def of(cls, item: Translatable, data: QueryDict | None = None) -> "EnglishForm":
        """Return the form for an entry, which need not be stored yet."""
        if not item.pk:
            return cls(data)
        form = cls(data, instance=item.translations.filter(language="en").first())
        form.fields[cls.GERMAN] = ShownField()
        form.fields[cls.GERMAN].initial = item.revision
        for name in form.texts:
            give_room(form, name, getattr(item, name), getattr(form.instance, name))
        return form

    @property
    def is_shared(self) -> bool:
        """Also where there is no text yet: somebody else may write one meanwhile."""
        return True

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(name for name in self._meta.fields if name in self.fields)

    @property
    def is_open(self) -> bool:
        """Whether there is something to see: a text, or something to mend."""
        return bool(self.errors) or any(self[name].value() for name in self.texts)

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in self.texts)

    def answers(self) -> list[str]:
        return [name for name in super().answers() if name != self.GERMAN]

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if any(data.get(name) for name in self.texts):
            for name in self.NEEDED:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, str(self.NEEDS))
        return data

    def save_for(self, item: Translatable) -> None:
        """Create, change or remove the English row. A change is made from the German text that
        stood beside it: today's, unless somebody else has changed that meanwhile."""
        if self.is_empty:
            if self.instance.pk:
                self.instance.delete()
            return
        if not self.has_changed():
            return
        item.refresh_from_db(fields=["revision"])
        self.instance.original = item
        self.instance.language = "en"
        self.instance.origin = self._meta.model.Origin.PERSON
        self.instance.base_revision = self._made_from(item.revision)
        self.save()

    def _made_from(self, revision: int) -> int:
        """Return the revision that the English text was made from; `revision` is the newest, with
        what was sent along."""
        field = self.fields.get(self.GERMAN)
        shown = self.cleaned_data.get(self.GERMAN)
        if field is None or shown is None or shown >= field.initial:
            return revision
        return shown


class OrganisationEnglishForm(EnglishForm):
    """On a page of its own."""

    prefix = None
    NEEDED = ("summary",)
    NEEDS = _("Please write the sentence for the lists as well.")

    #: Asked for only where there is such a text in German.
    FURTHER = ("access_note", *OrganisationTranslation.DIMENSIONS)

    class Meta:
        model = OrganisationTranslation
        fields = ("summary", "description", "access_note", *OrganisationTranslation.DIMENSIONS)
        labels = {
            "summary": _("In one sentence, in English"),
            "description": _("Description in English"),
            "access_note": _("About getting in, in English"),
            "social_purpose": _("Social purpose, in English"),
            "stakeholders": _("Relations with those it concerns, in English"),
            "use_of_funds": _("Use of funds, in English"),
            "structure": _("Organisational structure, in English"),
            "independence": _("Independence, in English"),
            "impact": _("Field of impact, in English"),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 10}),
            **{
                name: forms.Textarea(attrs={"rows": 3})
                for name in OrganisationTranslation.DIMENSIONS
            },
        }

    @classmethod
    def of(cls, item: Translatable, data: QueryDict | None = None) -> "EnglishForm":
        form = super().of(item, data)
        for name in cls.FURTHER:
            if not getattr(item, name) and not getattr(form.instance, name):
                del form.fields[name]
        return form


class OfferEnglishForm(EnglishForm):
    NEEDED = ("title", "summary")
    NEEDS = _("An English text needs a title and one sentence.")

    class Meta:
        model = OfferTranslation
        fields = ("title", "summary", "description", "schedule", "place_name", "price", "papers")
        labels = {
            "title": _("Title in English"),
            "summary": _("In one sentence, in English"),
            "description": _("Description in English"),
            "schedule": _("More about the times, in English"),
            "place_name": _("Which house, floor, room, in English"),
            "price": _("How much, in English"),
            "papers": _("What to bring, in English"),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 8}),
        }


class ListingEnglishForm(EnglishForm):
    NEEDED = ("title", "description")
    NEEDS = _("An English text needs a title and a description.")

    class Meta:
        model = ListingTranslation
        fields = ("title", "description", "available")
        labels = {
            "title": _("Title in English"),
            "description": _("Description in English"),
            "available": _("When, in English"),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 6})}


class InitiativeEnglishForm(EnglishForm):
    NEEDED = ("name", "summary")
    NEEDS = _("An English text needs a name and one sentence.")

    class Meta:
        model = InitiativeTranslation
        fields = ("name", "summary", "description")
        labels = {
            "name": _("Name in English"),
            "summary": _("In one sentence, in English"),
            "description": _("Description in English"),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 8}),
        }
