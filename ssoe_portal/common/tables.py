"""Tables that come in: columns explained, terms by key or by name in any language, errors that say
in which row and column something is wrong and what may stand there."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from import_export import fields, resources, widgets
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ImportForm
from openpyxl.utils import get_column_letter
from tablib import Dataset

from ssoe_portal.common.cells import (
    MANY,
    ChoiceWidget,
    MomentWidget,
    NamedWidget,
    WholeNumberWidget,
    YesNoWidget,
    begun,
    folded,
    unknown,
)
from ssoe_portal.common.table_files import (
    LONGEST_CELL,
    UNCALCULATED,
    delimiter_of,
    rows,
    text_of,
    uncalculated,
)
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

#: How a formula begins, and what looks like one and is a number.
FORMULA = re.compile(r"[=+\-@\t\r\n]")
NUMBER = re.compile(r"[+-][\d\s()/.,-]*")


class TermsByName:
    """Finds terms by their key or by their name in whatever language, or by words with which only
    that one begins."""

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
        words = name.strip().casefold()
        term = self.terms.get(words) or begun(words, self.terms)
        if term is None:
            raise unknown(name, list(dict.fromkeys(str(term) for term in self.terms.values())))
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


def is_formula(text: str) -> bool:
    """Whether a spreadsheet takes a text for a formula (OWASP, CSV injection), behind whatever
    marks stand before it. Telephone numbers and other numbers are none."""
    bare = text.lstrip("'")
    return bool(FORMULA.match(bare)) and not NUMBER.fullmatch(bare)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `unguarded` takes the mark away again."""
    return f"'{text}" if is_formula(text) else text


def unguarded(text: str) -> str:
    """A cell without the mark that `harmless` put before it when it went out."""
    return text[1:] if text[:1] == "'" and is_formula(text) else text


@dataclass(frozen=True)
class ColumnHelp:
    """What the page says of a column."""

    name: str
    label: str
    values: str
    required: bool


class Changes(resources.Diff):
    """What a cell was and becomes, without the library's inline styles, which no page may have."""

    def as_html(self) -> list[str]:
        return [self._cell(str(before), str(after)) for before, after in self._pairs()]

    def _pairs(self) -> Iterator[tuple[object, object]]:
        for before, after in zip(self.left, self.right, strict=False):
            yield (after if self.new else before), after

    def _cell(self, before: str, after: str) -> str:
        if before == after:
            return format_html("{}", after)
        return format_html("<del>{}</del> → <ins>{}</ins>", before or "–", after or "–")


class HarmlessResource(resources.ModelResource):
    """A table that goes out without formulas."""

    def export_field(self, field, instance, **kwargs):
        value = super().export_field(field, instance, **kwargs)
        return harmless(value) if isinstance(value, str) else value


class TableResource(HarmlessResource):
    """A table whose errors name their row and column, those in cells with several terms too.

    Choices come by key or name, yes and no in words, moments as one writes them. Where fields that
    the rows are known by are all filled in, no two rows may have the same. `notes` explains
    columns beyond what their field says: {column: (meaning, what may stand there)}.
    """

    notes: ClassVar[dict[str, tuple[str | Promise, str | Promise]]] = {}

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self._rows: dict[tuple[str, ...], int] = {}

    def get_diff_class(self) -> type[resources.Diff]:
        return Changes

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly) -> fields.Field:
        field = super().field_from_django_field(field_name, django_field, readonly)
        kind = django_field.get_internal_type()
        if django_field.choices:
            default = django_field.default if django_field.has_default() else ""
            field.widget = ChoiceWidget(django_field.flatchoices, default or "")
        elif kind == "BooleanField":
            field.widget = YesNoWidget(may_be_open=django_field.null)
        elif kind == "DateTimeField":
            field.widget = MomentWidget()
        elif isinstance(field.widget, widgets.IntegerWidget):
            field.widget = WholeNumberWidget()
        return field

    def before_import(self, dataset: Dataset, **kwargs) -> None:
        """Every column must be one of the table's own; those that only go out are passed over."""
        self._rows = {}
        super().before_import(dataset, **kwargs)
        known = {folded(field.column_name): field.column_name for field in self.fields.values()}
        found = [" ".join(str(heading or "").split()) for heading in dataset.headers or []]
        dataset.headers = [known.get(folded(heading), heading) for heading in found]
        if wrong := list(_wrong_columns(dataset, known.values())):
            raise ValidationError(wrong, code="columns")

    def before_import_row(self, row, **kwargs) -> None:
        for name, value in row.items():
            if isinstance(value, str):
                row[name] = unguarded(value)
        empty = [name for name, value in row.items() if value == UNCALCULATED]
        if empty:
            raise ValidationError({name: uncalculated() for name in empty})
        names = [self.fields[name].column_name for name in self.get_import_id_fields()]
        known_by = tuple(folded(row.get(name)) for name in names)
        if not all(known_by):
            return
        first = self._rows.setdefault(known_by, kwargs["row_number"])
        if first != kwargs["row_number"]:
            # The heading is row 1 of the file.
            message = _("Row %(row)s is already about the same entry.") % {"row": first + 1}
            raise ValidationError({names[-1]: message})

    def get_instance(self, instance_loader, row):
        """What is wrong in a cell that the row is known by is said later, with its column."""
        try:
            return super().get_instance(instance_loader, row)
        except (ValueError, ValidationError):
            return None

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


def _wrong_columns(dataset: Dataset, known: Collection[str]) -> Iterator[str]:
    """What is wrong with the columns of a table, in words: nothing in it is left out quietly."""
    for number, heading in enumerate(dataset.headers):
        if heading and heading not in known:
            words = _(
                "The column “%(name)s” is unknown. Please call it as in the list of columns below, "
                "or take it out of your table."
            )
            yield words % {"name": heading}
        elif heading and heading in dataset.headers[:number]:
            yield _("There are two columns “%(name)s”. Please take one of them out.") % {
                "name": heading
            }
        elif not heading and any(dataset.get_col(number)):
            name = get_column_letter(number + 1)
            yield _("Column %(name)s has no name in the first row.") % {"name": name}


class ExcelTable(XLSX):
    """An Excel table, looked at before it is parsed; the rows keep their numbers."""

    #: How many blank rows there may be above a row: each is read like any other.
    MOST_BLANK = 500

    def create_dataset(self, in_stream: bytes) -> Dataset:
        dataset, first = Dataset(), 0
        for number, cells in rows(in_stream):
            if dataset.headers is None:
                dataset.headers, first = cells, number
                continue
            blank = range(first + len(dataset) + 1, number)
            if len(blank) > self.MOST_BLANK:
                words = _(
                    "Row %(row)s stands far below the others. Please move it up, or delete it."
                )
                raise ValidationError(words % {"row": number}, code="far")
            for _number in blank:
                dataset.append([""] * len(cells))
            dataset.append(cells)
        return dataset


class TextTable(CSV):
    """A text table as Excel saves it: with commas or, in German, semicolons; in UTF-8 or in the
    encoding of Western Windows."""

    def is_binary(self) -> bool:
        return True  # the library would decode it, always the same way

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream, **kwargs) -> Dataset:
        text = text_of(in_stream).read() if isinstance(in_stream, bytes) else in_stream
        delimiter = delimiter_of(text[:LONGEST_CELL])
        return super().create_dataset(text, delimiter=delimiter, **kwargs)


def columns(resource: resources.ModelResource) -> list[ColumnHelp]:
    """The columns of a table that can come in, in their order."""
    return [_column(resource, field) for field in resource.get_import_fields()]


def _column(resource: resources.ModelResource, field: fields.Field) -> ColumnHelp:
    note = getattr(resource, "notes", {}).get(field.column_name, ("", ""))
    try:
        asked = resource._meta.model._meta.get_field(field.attribute)
    except FieldDoesNotExist:
        return ColumnHelp(field.column_name, capfirst(str(note[0])), str(note[1]), False)
    values = ""
    if isinstance(field.widget, TermsByName):
        names = list(dict.fromkeys(str(term) for term in field.widget.terms.values()))
        values = "; ".join(names[:MANY]) + ("; …" if len(names) > MANY else "")
        if isinstance(field.widget, TermsWidget):
            values = _("several with semicolons between them: %(names)s") % {"names": values}
        else:
            values = _("one of these: %(names)s") % {"names": values}
    elif asked.choices:
        values = "; ".join(f"{key} = {label}" for key, label in asked.flatchoices if key)
        values = _("one of these: %(names)s") % {"names": values}
    elif asked.get_internal_type() == "BooleanField":
        values = _("1 = yes, 0 = no")
    elif asked.get_internal_type() == "DateTimeField":
        values = _("day and time, for example 24.04.2027 11:30")
    elif isinstance(field.widget, NamedWidget):
        values = _("as it is called on the portal, or its address there")
    name = getattr(asked, "verbose_name", field.column_name)
    required = not asked.blank and not asked.has_default() and not asked.many_to_many
    is_given = asked.primary_key or not asked.editable  # by the portal, when a row is new
    if is_given and asked.name in resource.get_import_id_fields():
        required, values = False, _("empty for a new entry")
    return ColumnHelp(
        field.column_name, capfirst(str(note[0] or name)), str(note[1] or values), required
    )


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
