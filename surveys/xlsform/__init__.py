"""Questionnaires as XLSForm, the standard of the field, in and out (docs/xlsforms.md).

form = read_xlsform(content, "form.xlsx")
form.errors      # what is wrong: sheet, row, column and reason each
form.warnings    # what is lost
form.definition  # what `surveys.loading` loads
"""

from surveys.xlsform.importing import Form, read_xlsform, store
from surveys.xlsform.reading import Finding, Place

__all__ = ["Finding", "Form", "Place", "read_xlsform", "store"]
