"""Tables that come in: columns explained, terms by key or by name in any language, errors that say
in which row and column something is wrong and what may stand there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from import_export import fields, resources, widgets
from import_export.forms import ImportForm

from ssoe_portal.common.vocabulary import Term

#: django-import-export speaks to people as friends ("du"); the portal does not.
LIBRARY = (
    gettext_noop(
        "%(exc_name)s encountered while trying to read file. Ensure you have chosen the correct "
        "format for the file."
    ),
    gettext_noop(
        "No valid data to import. Ensure your file has the correct headers or data for import."
    ),
    gettext_noop(
        "Below is a preview of data to be imported. If you are satisfied with the results, click "
        "'Confirm import'"
    ),
    gettext_noop(
        "The following fields are declared in 'import_id_fields' but are not present in the file "
        "headers: %s"
    ),
    gettext_noop("Value could not be parsed."),
    gettext_noop("Submit"),
    gettext_noop("Update"),
)
MANY = 12  # terms that are all named where one is wrong


class TermsByName:
    """Finds terms by their key or by their name in whatever language."""

    model: type[Term]

    @cached_property
    def terms(self) -> dict[str, Term]:
        found: dict[str, Term] = {}
        for term in self.model.objects.order_by("position", "pk"):
            for name in (term.key, *term.labels.values()):
                found.setdefault(name.strip().casefold(), term)
        return found

    def named(self, name: str) -> Term:
        """The term; raises ValueError, which the import shows at row and column."""
        term = self.terms.get(name.strip().casefold())
        if term is None:
            names = list(dict.fromkeys(str(term) for term in self.terms.values()))
            raise ValueError(
                _("“%(name)s” is unknown here. Possible are, for example: %(names)s.")
                % {"name": name.strip(), "names": ", ".join(names[:MANY])}
            )
        return term


class TermWidget(TermsByName, widgets.ForeignKeyWidget):
    """One term in a cell."""

    def __init__(self, model: type[Term]) -> None:
        super().__init__(model, field="key")

    def clean(self, value, row=None, **kwargs) -> Term | None:
        return self.named(str(value)) if value and str(value).strip() else None


class TermsWidget(TermsByName, widgets.ManyToManyWidget):
    """Several terms in a cell, with semicolons between them; commas or, between keys, blanks do
    as well."""

    def __init__(self, model: type[Term]) -> None:
        super().__init__(model, separator="; ", field="key")

    def clean(self, value, row=None, **kwargs) -> list[Term]:
        return list(dict.fromkeys(self._split(str(value or ""), [";", ",", r"\s+"])))

    def _split(self, text: str, separators: list[str]) -> Iterator[Term]:
        if not text.strip():
            return
        if text.strip().casefold() in self.terms or not separators:
            yield self.named(text)
            return
        pieces = re.split(separators[0], text.strip())
        known = [piece.strip().casefold() in self.terms for piece in pieces]
        # "Projekte mit Vereinen" is one unknown name, not three.
        if separators == [r"\s+"] and not all(known):
            yield self.named(text)
            return
        for piece in pieces:
            yield from self._split(piece, separators[1:])


@dataclass(frozen=True)
class ColumnHelp:
    """What the page says of a column."""

    name: str
    label: str
    values: str
    required: bool


class TableResource(resources.ModelResource):
    """A table whose errors, those in cells with several terms too, name their column."""

    def import_instance(self, instance, row, **kwargs) -> None:
        errors: dict = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field in self.get_import_fields():
            if isinstance(field.widget, TermsWidget) and field.column_name in row:
                try:
                    field.clean(row)
                except ValueError as error:
                    errors[field.attribute] = [ValidationError(str(error), code="invalid")]
        if errors:
            raise ValidationError(errors)


def columns(resource: resources.ModelResource) -> list[ColumnHelp]:
    """The columns of a table that can come in, in their order."""
    return [_column(resource, field) for field in resource.get_import_fields()]


def _column(resource: resources.ModelResource, field: fields.Field) -> ColumnHelp:
    try:
        asked = resource._meta.model._meta.get_field(field.attribute)
    except FieldDoesNotExist:
        return ColumnHelp(field.column_name, "", "", False)
    values = ""
    if isinstance(field.widget, TermsByName):
        names = list(dict.fromkeys(str(term) for term in field.widget.terms.values()))
        values = ", ".join(names[:MANY]) + (" …" if len(names) > MANY else "")
        if isinstance(field.widget, TermsWidget):
            values = _("several with semicolons between them: %(names)s") % {"names": values}
    elif asked.choices:
        values = ", ".join(f"{key} = {label}" for key, label in asked.flatchoices if key)
    elif asked.get_internal_type() == "BooleanField":
        values = _("1 = yes, 0 = no")
    name = getattr(asked, "verbose_name", field.column_name)
    required = not asked.blank and not asked.has_default() and not asked.many_to_many
    if asked.name in resource.get_import_id_fields():
        required = False
        values = _("empty for a new entry")
    return ColumnHelp(field.column_name, capfirst(str(name)), str(values), required)


class TableForm(ImportForm):
    """The file; its format follows from its name."""

    def __init__(self, formats, resources, **kwargs) -> None:
        super().__init__(formats, resources, **kwargs)
        self.titles = [kind().get_title() for kind in formats]
        self.fields["import_file"].error_messages["required"] = gettext_lazy(
            "Please choose a file first: an Excel table (.xlsx) or a text table (.csv)."
        )
        self.fields["import_file"].widget.attrs["accept"] = ",".join(f".{t}" for t in self.titles)
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        file = data.get("import_file")
        if file is not None:
            ending = file.name.rpartition(".")[2].lower()
            if ending in self.titles:
                data["format"] = str(self.titles.index(ending))
            else:
                self.add_error(
                    "import_file",
                    _("This is neither .xlsx nor .csv. Please save your table as one of them."),
                )
        return data
