"""Questionnaires as XLSForm, the standard of the field, in and out (docs/xlsforms.md).

form = read_xlsform(content, "form.xlsx")
form.errors      # what is wrong: sheet, row, column and reason each
form.warnings    # what is lost
form.definition  # what `surveys.loading` loads
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surveys.xlsform.importing import Form, read_xlsform, store
    from surveys.xlsform.reading import Finding, Place
    from surveys.xlsform.showing import preview
    from surveys.xlsform.writing import workbook_of

__all__ = ["Finding", "Form", "Place", "preview", "read_xlsform", "store", "workbook_of"]

#: How large a file may be, in bytes. The forms we know have less than a tenth of that.
MOST_BYTES = 5_000_000
_ROOMS = {
    "Finding": "reading",
    "Form": "importing",
    "Place": "reading",
    "preview": "showing",
    "read_xlsform": "importing",
    "store": "importing",
    "workbook_of": "writing",
}


def __getattr__(name: str) -> Any:
    # pyxform takes half a second to load: nobody who starts the portal waits for that.
    if name not in _ROOMS:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
