"""What is lost of a form: sheets, columns and languages that the portal has no use for."""

from django.utils.translation import gettext as _

from ssoe_portal.common.translation import BASE_LANGUAGE
from surveys.xlsform.choices import Lists
from surveys.xlsform.columns import LANGUAGES, NO_LANGUAGE, TRANSLATED, Column
from surveys.xlsform.lines import Findings, Table
from surveys.xlsform.reading import Book, Place

USED = ("survey", "choices", "settings")


def remark(book: Book, tables: list[Table], lists: Lists, findings: Findings) -> None:
    for kind, sheet in book.sheets.items():
        if kind not in USED and sheet.rows:
            findings.warn(sheet.at(), _("This sheet is not used here."))
    for name in book.others:
        findings.warn(Place(name), _("This sheet is none of a form and is left out."))
    standing_in: set[str] = set()
    for table in tables:
        remark_columns(table, lists, findings)
        remark_languages(table, standing_in, findings)


def remark_columns(table: Table, lists: Lists, findings: Findings) -> None:
    for column in table.others:
        if column.number in table.sheet.empty_columns or column in lists.filters:
            continue
        if column.is_media:
            words = _("Pictures, sounds and films beside questions are not shown here.")
        else:
            words = _("This column has no meaning here and is left out.")
        findings.warn(table.at(column=column), words)


def remark_languages(table: Table, standing_in: set[str], findings: Findings) -> None:
    """`standing_in`: what it was said of already that it stands in for German."""
    used = [
        column
        for column in table.columns.values()
        if column.field in TRANSLATED and column.number not in table.sheet.empty_columns
    ]
    for column in used:
        if column.language and column.language not in LANGUAGES:
            findings.warn(
                table.at(column=column),
                _("“%(language)s” is no language of the portal.") % {"language": column.language},
            )
    labels = [column for column in table.by_field.get("label", []) if column in used]
    if not labels:
        return
    first = labels[0].language
    if first == BASE_LANGUAGE:
        remark_gaps(table, labels, findings)
    elif first not in standing_in:
        standing_in.add(first)
        findings.warn(
            table.at(column=labels[0]),
            _("There is no German text: this column stands in its place.")
            if first or table.default_language
            else _("It is not said which language this is: it is taken for German."),
        )


def remark_gaps(table: Table, labels: list[Column], findings: Findings) -> None:
    german, *others = labels
    for line in table.lines():
        if german.number not in line.row.texts and line.words("label"):
            findings.warn(
                line.at("label", BASE_LANGUAGE),
                _("There is no German text: another language stands in its place."),
            )
    for column in others:
        if column.language == NO_LANGUAGE and not table.default_language:
            findings.warn(
                table.at(column=column),
                _("It is not said which language this is: it only stands in for German."),
            )
