"""What pyxform, which knows the standard, says of a form.

It looks at the same sheets that were read and bounded here, so that it never opens a file. It stops
at the first thing that is wrong; its words become ours, with the place it names.
"""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from pyxform.errors import ErrorCode, PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData

from surveys.models.parts import LONGEST_EXPRESSION
from surveys.xlsform.columns import OWN
from surveys.xlsform.lines import Findings
from surveys.xlsform.reading import LONGEST_HEADER, Book, Place, Sheet

#: A name that no group of a form has.
FORM_NAME = "portal_form"
_ROW = re.compile(r"\[row\s*:\s*(?P<row>\d+)\]\s*")
_SHEET = re.compile(r"\[row : \d+\] On the '(?P<sheet>\w+)' sheet, the '(?P<column>[^']*)' value")


def look_at(book: Book, findings: Findings) -> None:
    """Note what pyxform refuses, unless something is noted of that row already."""
    try:
        workbook_to_json(_data(book), form_name=FORM_NAME, fallback_form_name=book.name or "form")
    except PyXFormError as error:
        place = _place(book, error)
        if not findings.errors or (place.row and not findings.is_wrong(place)):
            findings.error(place, _words(error))
    except Exception:  # of a form that is made to be unreadable, or of one nobody thought of
        if not findings.errors:
            findings.error(
                Place("survey"), _("pyxform, which knows the standard, cannot read this form.")
            )


def _data(book: Book) -> DefinitionData:
    sheets: dict[str, Any] = {}
    for kind in ("survey", "choices", "settings"):
        sheet = book.sheets.get(kind)
        if sheet is not None:
            headers = _headers(sheet)
            sheets[kind] = [
                {header: row.texts[n] for n, header in headers.items() if n in row.texts}
                for row in sheet.rows
            ]
            sheets[f"{kind}_header"] = [dict.fromkeys(headers.values())]
    return DefinitionData(**sheets, sheet_names=[sheet.name for sheet in book.sheets.values()])


def _headers(sheet: Sheet) -> dict[int, str]:
    """The columns that pyxform is shown: those of the standard."""
    return {
        number: header
        for number, header in sheet.heading.texts.items()
        if not header.lower().startswith(f"{OWN}::")
        and len(header) <= LONGEST_HEADER
        and header.count(":") <= 8
        and not any(len(row.texts.get(number, "")) > LONGEST_EXPRESSION for row in sheet.rows)
    }


def _place(book: Book, error: PyXFormError) -> Place:
    said = _SHEET.match(str(error))
    row = _ROW.search(str(error))
    kind = error.context.get("sheet") or (said["sheet"] if said else "survey")
    sheet = book.sheets.get(kind)
    if sheet is None:
        return Place("survey")
    number = int(row["row"]) - 2 if row else -1
    line = sheet.rows[number].number if 0 <= number < len(sheet.rows) else 0
    name = error.context.get("column") or (said["column"] if said else "")
    column = next((n for n, header in sheet.heading.texts.items() if header == name), 0)
    return sheet.at(line, column)


def _unknown_name(error: PyXFormError) -> str:
    return _("There is no question “%(name)s”.") % {"name": error.context.get("q", "")}


def _name_twice(error: PyXFormError) -> str:
    return _("Several questions are called “%(name)s”; which one is read here?") % {
        "name": error.context.get("q", "")
    }


def _reference(error: PyXFormError) -> str:
    return _("After ${ comes the name of a question, then }.")


#: pyxform's errors that are not found before, in our words.
_OURS: dict[ErrorCode, Callable[[PyXFormError], str]] = {
    ErrorCode.PYREF_001: _reference,
    ErrorCode.PYREF_003: _unknown_name,
    ErrorCode.PYREF_004: _name_twice,
}


def _words(error: PyXFormError) -> str:
    if error.code in _OURS:
        return _OURS[error.code](error)
    words = _SHEET.sub("", _ROW.sub("", str(error))).split(" Learn more:")[0].strip()
    return _("pyxform, which knows the standard, says: %(words)s") % {"words": words[:500]}
