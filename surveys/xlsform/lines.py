"""The rows of a form with what their columns mean: values, and texts in the portal's languages."""

import re
from collections.abc import Callable
from functools import cached_property

from django.utils.translation import gettext as _
from pyxform.aliases import yes_no

from ssoe_portal.common.excel_sheets import NoValue
from ssoe_portal.common.translation import BASE_LANGUAGE
from surveys.expressions import ExpressionError, compile_expression
from surveys.xlsform.columns import (
    LANGUAGES,
    NO_LANGUAGE,
    TRANSLATED,
    Column,
    columns_of,
    language_of,
)
from surveys.xlsform.plain import plain_words
from surveys.xlsform.reading import Finding, Place, Row, Sheet

#: What a word processor makes of quotation marks, and what a formula needs.
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})

type Words = dict[str, str]


class Findings:
    """What is wrong with a form, and what is lost of it."""

    def __init__(self) -> None:
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []
        self.places: set[Place] = set()

    def error(self, place: Place, words: str) -> None:
        """Note what is wrong; of several things in one cell the first."""
        if place not in self.places:
            self.errors.append(Finding(place, words))
            self.places.add(place)

    def warn(self, place: Place, words: str) -> None:
        finding = Finding(place, words)
        if finding not in self.warnings:
            self.warnings.append(finding)

    def is_wrong(self, place: Place) -> bool:
        """Whether something is wrong in a row."""
        return any((at.sheet, at.row) == (place.sheet, place.row) for at in self.places)


class Table:
    """A sheet with its columns. `default_language` is what the form calls its default."""

    def __init__(self, sheet: Sheet, findings: Findings, default_language: str = "") -> None:
        self.sheet = sheet
        self.findings = findings
        self.default_language = default_language
        self.columns: dict[tuple[str, str], Column] = {}
        #: Columns that the portal has no field for.
        self.others: list[Column] = []
        for column in columns_of(sheet):
            key = column.field, column.language
            if not column.field:
                self.others.append(column)
            elif key in self.columns:
                findings.error(
                    self.at(column=column),
                    _("“%(first)s” and “%(second)s” mean the same. Please keep one of them.")
                    % {"first": self.columns[key].header, "second": column.header},
                )
            else:
                self.columns[key] = column

    def at(self, row: int = 1, column: Column | None = None) -> Place:
        return self.sheet.at(row, column.number if column else 0)

    def needs(self, *fields: str) -> bool:
        """Whether there is a column for each; notes which are missing."""
        missing = [field for field in fields if not self.has(field)]
        for field in missing:
            self.findings.error(self.at(), _("There is no column “%(name)s”.") % {"name": field})
        return not missing

    def has(self, field: str) -> bool:
        return any(name == field for name, _language in self.columns)

    @cached_property
    def languages(self) -> list[str]:
        """The languages of its texts, as they come from left to right."""
        return list(dict.fromkeys(lang for field, lang in self.columns if field in TRANSLATED))

    @cached_property
    def by_field(self) -> dict[str, list[Column]]:
        """The columns of a text, the one that stands in for German first."""
        found: dict[str, list[Column]] = {}
        for (field, _language), column in self.columns.items():
            found.setdefault(field, []).append(column)
        order = [BASE_LANGUAGE, language_of(self.default_language or BASE_LANGUAGE), NO_LANGUAGE]
        for columns in found.values():
            columns.sort(
                key=lambda column: (
                    order.index(column.language) if column.language in order else len(order),
                    column.language not in LANGUAGES,
                    column.number,
                )
            )
        return found

    def lines(self) -> list["Line"]:
        """Its rows with something in a column that has a heading."""
        headed = set(self.sheet.heading.texts)
        return [
            Line(self, row)
            for row in self.sheet.rows
            if not headed.isdisjoint(row.texts) or not headed.isdisjoint(row.marks)
        ]


class Line:
    """A row of a form."""

    def __init__(
        self,
        table: Table,
        row: Row,
        *,
        changed: dict[str, str] | None = None,
        substitute: Callable[[str, str], str] | None = None,
    ) -> None:
        self.table = table
        self.row = row
        #: Values that are not what the row says: of a loop's questions.
        self.changed = changed or {}
        self.substitute = substitute

    def __repr__(self) -> str:
        return f"<Line {self.at()}>"

    def copy(self, changed: dict[str, str], substitute: Callable[[str, str], str] | None) -> "Line":
        return Line(self.table, self.row, changed=changed, substitute=substitute)

    def __getitem__(self, field: str) -> str:
        """A value that has no language; "" where there is none."""
        if field in self.changed:
            return self.changed[field]
        column = self.table.columns.get((field, NO_LANGUAGE))
        text = self.row.texts.get(column.number, "") if column else ""
        return self.substitute(text, NO_LANGUAGE) if self.substitute and text else text

    def at(self, field: str = "", language: str = NO_LANGUAGE) -> Place:
        """Where a value stands or is missing."""
        columns = self.table.by_field.get(field, [])
        exact = [column for column in columns if column.language == language]
        filled = [column for column in columns if column.number in self.row.texts]
        return self.table.at(self.row.number, next(iter([*exact, *filled, *columns]), None))

    def words(self, field: str) -> Words:
        """A text by language. Where there is no German one, another stands in its place."""
        found: Words = {}
        first = ""
        for column in self.table.by_field.get(field, ()):
            text = self.row.texts.get(column.number)
            if not text:
                continue
            if self.substitute:
                text = self.substitute(text, column.language)
            text = plain_words(text)
            language = column.language or language_of(self.table.default_language)
            if language in LANGUAGES and text:
                found.setdefault(language, text)
            first = first or text
        if first and BASE_LANGUAGE not in found:
            found = {BASE_LANGUAGE: first, **found}
        return found

    def flag(self, field: str) -> bool | None:
        """A yes or no; None for neither."""
        return yes_no.get(self[field])

    def formula(self, field: str) -> str:
        """An expression, with the quotation marks it needs."""
        source = self[f"portal::{field}"] or self[field]
        if re.search("[“”„‘’‚]", source):
            try:
                compile_expression(source)
            except ExpressionError:
                return source.translate(QUOTES)
        return source

    def refuse_marks(self) -> bool:
        """Whether a spreadsheet's formula or error stands where the form says something."""
        known = {column.number for column in self.table.columns.values()}
        wrong = False
        for number, mark in self.row.marks.items():
            if number not in known:
                continue
            wrong = True
            self.table.findings.error(
                self.table.sheet.at(self.row.number, number),
                _("Here stands a formula of the spreadsheet. Please put in what it gives.")
                if mark is NoValue.FORMULA
                else _("Here the spreadsheet shows an error."),
            )
        return wrong
