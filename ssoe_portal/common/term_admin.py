"""A vocabulary's terms in Django admin: a field, and in tables a column, for each language."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields, widgets

from ssoe_portal.common.edit_conflicts import NoticesOthers
from ssoe_portal.common.tables import TableResource
from ssoe_portal.common.translation import BASE_LANGUAGE, CONTENT_LANGUAGES, direction
from ssoe_portal.common.vocabulary import Term

#: Terms are short; they have no version in Leichte Sprache.
LANGUAGES = [(code, name) for code, name in CONTENT_LANGUAGES if code != "de-x-leicht"]


def parts(text: str) -> list[str]:
    """Words with semicolons between them."""
    return [word for word in (part.strip() for part in text.split(";")) if word]


class BaseTermForm(NoticesOthers):
    """Labels and synonyms as one writes them; the model keeps them by language."""

    labels: ClassVar = tuple(f"label_{code}" for code, _name in LANGUAGES)
    synonyms: ClassVar = tuple(f"synonyms_{code}" for code, _name in LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in LANGUAGES:
            self.initial.setdefault(f"label_{code}", self.instance.labels.get(code, ""))
            words = self.instance.synonyms.get(code, [])
            self.initial.setdefault(f"synonyms_{code}", "; ".join(words))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        labels, synonyms = dict(self.instance.labels), dict(self.instance.synonyms)
        for code, _name in LANGUAGES:
            labels[code] = data.get(f"label_{code}", "")
            synonyms[code] = parts(data.get(f"synonyms_{code}", ""))
        self.instance.labels = {code: label for code, label in labels.items() if label}
        self.instance.synonyms = synonyms
        return data


def _label(code: str, name: str) -> forms.CharField:
    spoken = {"lang": code, "dir": direction(code), "class": "vTextField"}
    return forms.CharField(
        label=name,
        max_length=200,
        required=code == BASE_LANGUAGE,
        widget=forms.TextInput(attrs=spoken),
    )


def _synonyms(code: str, name: str) -> forms.CharField:
    spoken = {"lang": code, "dir": direction(code), "class": "vLargeTextField", "rows": 2}
    return forms.CharField(
        label=name,
        required=False,
        widget=forms.Textarea(attrs=spoken),
        help_text=gettext_lazy("With semicolons between them.") if code == BASE_LANGUAGE else "",
    )


TermForm: type[BaseTermForm] = type(
    "TermForm",
    (BaseTermForm,),
    {
        **{f"label_{code}": _label(code, name) for code, name in LANGUAGES},
        **{f"synonyms_{code}": _synonyms(code, name) for code, name in LANGUAGES},
    },
)


class InLanguage(fields.Field):
    """The label, or the synonyms, of a term in one language."""

    def __init__(self, attribute: str, prefix: str, language: str) -> None:
        super().__init__(attribute, f"{prefix}_{language}", widgets.CharWidget())
        self.language = language

    def get_value(self, instance: Term) -> str:
        value = getattr(instance, self.attribute).get(self.language, "")
        return value if isinstance(value, str) else "; ".join(value)

    def save(self, instance: Term, row, is_m2m: bool = False, **kwargs) -> None:
        text = str(self.clean(row, **kwargs) or "").strip()
        kept = dict(getattr(instance, self.attribute))
        kept.pop(self.language, None)
        if self.attribute == "synonyms":
            kept[self.language] = parts(text)
        elif text:
            kept[self.language] = text
        setattr(instance, self.attribute, kept)


class TermResource(TableResource):
    """Terms as a table: a row is known by its key."""

    def import_instance(self, instance: Term, row, **kwargs) -> None:
        errors: dict = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if not instance.labels.get(BASE_LANGUAGE):
            errors[f"label_{BASE_LANGUAGE}"] = [ValidationError(_("The German label is missing."))]
            errors["labels"] = []  # said already
        if errors:
            raise ValidationError(errors)


def term_resource(model: type[Term]) -> type[TermResource]:
    """The table of one vocabulary."""
    labels = {f"label_{code}": InLanguage("labels", "label", code) for code, _name in LANGUAGES}
    synonyms = {
        f"synonyms_{code}": InLanguage("synonyms", "synonyms", code) for code, _name in LANGUAGES
    }
    order = ("key", *labels, "position", *model.EXTRA, *synonyms)
    meta = type(
        "Meta",
        (),
        {
            "model": model,
            "import_id_fields": ("key",),
            "fields": order,
            "import_order": order,
            "export_order": order,
            "clean_model_instances": True,
            "skip_unchanged": True,
        },
    )
    notes = {
        **{
            f"label_{code}": (_("Label, %(language)s") % {"language": name}, "")
            for code, name in LANGUAGES
        },
        **{
            f"synonyms_{code}": (
                _("Other words for it, %(language)s") % {"language": name},
                _("several with semicolons between them"),
            )
            for code, name in LANGUAGES
        },
    }
    return type(
        f"{model.__name__}Resource",
        (TermResource,),
        {**labels, **synonyms, "notes": notes, "Meta": meta},
    )
