"""Real forms, written by others, some broken on purpose: what becomes of each.

They are pyxform's own test data. The tests read them in our words (`examples.py`), and the forms
themselves where XLSFORMS names a folder that has them:

    XLSFORMS=/path/to/forms .venv/bin/python -m pytest tests/surveys/xlsform/test_examples.py -n0
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils.translation import override

from surveys.xlsform import read_xlsform
from tests.surveys.xlsform.examples import FORMS
from tests.surveys.xlsform.forms import WRITERS


@dataclass(frozen=True)
class Imports:
    pages: int
    questions: int
    warnings: int


class Refused(tuple):
    """Each error as "sheet row column: the beginning of the reason"."""

    def __new__(cls, *errors: str) -> "Refused":
        return super().__new__(cls, errors)


#: What becomes of each file.
OUTCOMES: dict[str, Imports | Refused] = {
    "allow_comment_rows_test.xls": Imports(1, 1, 3),
    "attribute_columns_test.xlsx": Refused(
        "survey 34 A: Places on a map",
        "survey 35 A: Codes cannot be scanned",
        "survey 36 A: Pictures, recordings and other files",
        "survey 37 A: Pictures, recordings and other files",
        "survey 38 A: Pictures, recordings and other files",
        "survey 43 E: ${start} is read here, but “start” in row 42 is not collected.",
        "survey 45 E: ${end} is read here, but “end” in row 44 is not collected.",
        "survey 49 E: ${deviceid} is read here, but “deviceid” in row 48 is not collected.",
        "survey 51 E: ${uri_deviceid} is read here, but “uri:deviceid” in row 50 is not collected.",
        "survey 53 E: ${simserial} is read here, but “simserial” in row 52 is not collected.",
        "survey 55 E: ${phonenumber} is read here, but “phonenumber” in row 54 is not collected.",
        "choices 4 C: This choice has no label",
        "choices 5 C: This choice has no label",
    ),
    "bad_calc.xlsx": Refused(
        "survey 2 D: The text that begins here has no closing quotation mark.",
    ),
    "calculate.xls": Imports(1, 0, 2),
    "cascading_select_test_equivalent.xls": Imports(2, 7, 1),
    "case_insensitivity.csv": Refused(
        "SURVEY 4 B: Choices from another file",
        "SURVEY 5 B: Places on a map",
    ),
    "case_insensitivity.xls": Refused(
        "SURVEY 3 A: Choices from another file",
        "SURVEY 4 A: Places on a map",
    ),
    "case_insensitivity.xlsx": Refused(
        "SURVEY 3 A: Choices from another file",
        "SURVEY 4 A: Places on a map",
    ),
    "choice_filter_test.xlsx": Refused(
        "choices 6 B: “king” is in this list twice, in row 4, too. An answer could mean both.",
    ),
    "choice_name_as_type.xls": Refused(
        "survey 3 A: Choices from another file",
    ),
    "choice_name_same_as_select_name.xls": Imports(1, 1, 1),
    "default_time_demo.xls": Imports(1, 1, 1),
    "extra_columns.xlsx": Imports(1, 1, 1),
    "extra_sheet_names.xlsx": Imports(1, 1, 3),
    "field-list.xlsx": Imports(1, 1, 3),
    "flat_xlsform_test.xlsx": Refused(
        "survey 34 A: Places on a map",
        "survey 35 A: Codes cannot be scanned",
        "survey 36 A: Pictures, recordings and other files",
        "survey 37 A: Pictures, recordings and other files",
        "survey 38 A: Pictures, recordings and other files",
        "survey 43 E: ${start} is read here, but “start” in row 42 is not collected.",
        "survey 45 E: ${end} is read here, but “end” in row 44 is not collected.",
        "survey 49 E: ${deviceid} is read here, but “deviceid” in row 48 is not collected.",
        "survey 51 E: ${uri_deviceid} is read here, but “uri:deviceid” in row 50 is not collected.",
        "survey 53 E: ${simserial} is read here, but “simserial” in row 52 is not collected.",
        "survey 55 E: ${phonenumber} is read here, but “phonenumber” in row 54 is not collected.",
        "choices 4 C: This choice has no label",
        "choices 5 C: This choice has no label",
    ),
    "fruits.csv": Refused(
        ": There is no sheet “survey”. There are: name_key, mango, orange, banana, papaya",
    ),
    "gps.csv": Refused(
        "survey 3 B: Places on a map",
    ),
    "gps.xls": Refused(
        "survey 2 A: Places on a map",
    ),
    "group.csv": Imports(2, 3, 1),
    "group.xls": Imports(2, 3, 1),
    "group.xlsx": Imports(2, 3, 1),
    "hidden.xls": Refused(
        "survey 2: This form asks nothing: there is no question in it.",
    ),
    "include.csv": Refused(
        "survey 4 B: Another form cannot be included",
    ),
    "include.xls": Refused(
        "survey 3 A: Another form cannot be included",
    ),
    "include.xlsx": Refused(
        "survey 3 A: Another form cannot be included",
    ),
    "include_json.csv": Refused(
        "survey 3 B: Another form cannot be included",
    ),
    "include_json.xls": Refused(
        "survey 2 A: Another form cannot be included",
    ),
    "include_json.xlsx": Refused(
        "survey 2 A: Another form cannot be included",
    ),
    "loop.csv": Imports(2, 5, 1),
    "loop.xls": Imports(2, 5, 1),
    "loop.xlsx": Imports(2, 5, 1),
    "or_other.xlsx": Refused(
        "survey 3 D: “yes” alone means nothing here: a question is written ${yes}, a text 'yes'.",
    ),
    "pull_data.xlsx": Refused(
        "survey 2 D: pulldata() does not work here: a questionnaire has no tables",
    ),
    "repeat_date_test.xls": Imports(3, 2, 2),
    "simple_loop.csv": Imports(1, 2, 1),
    "simple_loop.xls": Imports(1, 2, 1),
    "sms_info.xls": Refused(
        "survey 9 A: Pictures, recordings and other files",
        "survey 10 A: Places on a map",
    ),
    "specify_other.csv": Imports(1, 1, 1),
    "specify_other.xls": Imports(1, 1, 1),
    "specify_other.xlsx": Imports(1, 1, 1),
    "style_settings.xls": Imports(1, 2, 1),
    "survey_no_name.xlsx": Imports(1, 1, 1),
    "table-list.xls": Refused(
        "choices 23 C: This choice has no label",
        "choices 24 C: This choice has no label",
    ),
    "text_and_integer.csv": Imports(1, 2, 1),
    "text_and_integer.xls": Imports(1, 2, 1),
    "text_and_integer.xlsx": Imports(1, 2, 1),
    "tutorial.xls": Imports(1, 10, 3),
    "unknown_question_type.xls": Refused(
        "survey 1 J: “bind:relevant” and “relevance” mean the same. Please keep one of them.",
        "survey 27 A: Places on a map",
        "survey 28 A: Pictures, recordings and other files",
        "survey 52 A: There is no type “unknown”.",
        "choices 51 B: The name of a choice has no spaces",
        "choices 55 B: The name of a choice has no spaces",
        "choices 56 B: The name of a choice has no spaces",
        "choices 57 B: The name of a choice has no spaces",
        "choices 79 B: The name of a choice has no spaces",
        "choices 80 B: The name of a choice has no spaces",
        "choices 81 B: The name of a choice has no spaces",
        "choices 82 B: The name of a choice has no spaces",
        "choices 83 B: The name of a choice has no spaces",
        "choices 84 B: The name of a choice has no spaces",
        "choices 85 B: The name of a choice has no spaces",
        "choices 87 B: The name of a choice has no spaces",
        "choices 88 B: The name of a choice has no spaces",
        "choices 89 B: The name of a choice has no spaces",
        "choices 90 B: The name of a choice has no spaces",
        "choices 91 B: The name of a choice has no spaces",
        "choices 92 B: The name of a choice has no spaces",
        "choices 94 B: The name of a choice has no spaces",
    ),
    "utf_csv.csv": Imports(1, 1, 1),
    "widgets.csv": Refused(
        "survey 12 B: Places on a map",
        "survey 13 B: Codes cannot be scanned",
        "survey 14 B: Pictures, recordings and other files",
        "survey 15 B: Pictures, recordings and other files",
        "survey 16 B: Pictures, recordings and other files",
        "survey 18 B: Places on a map",
    ),
    "widgets.xls": Refused(
        "survey 11 A: Places on a map",
        "survey 12 A: Codes cannot be scanned",
        "survey 13 A: Pictures, recordings and other files",
        "survey 14 A: Pictures, recordings and other files",
        "survey 15 A: Pictures, recordings and other files",
        "survey 17 A: Places on a map",
        "choices 23 C: This choice has no label",
        "choices 24 C: This choice has no label",
    ),
    "xlsform_spec_test.xlsx": Refused(
        "survey 34 A: Places on a map",
        "survey 35 A: Codes cannot be scanned",
        "survey 36 A: Pictures, recordings and other files",
        "survey 37 A: Pictures, recordings and other files",
        "survey 38 A: Pictures, recordings and other files",
        "survey 43 E: ${start} is read here, but “start” in row 42 is not collected.",
        "survey 45 E: ${end} is read here, but “end” in row 44 is not collected.",
        "survey 49 E: ${deviceid} is read here, but “deviceid” in row 48 is not collected.",
        "survey 51 E: ${uri_deviceid} is read here, but “uri:deviceid” in row 50 is not collected.",
        "survey 53 E: ${phonenumber} is read here, but “phonenumber” in row 52 is not collected.",
        "choices 4 C: This choice has no label",
        "choices 5 C: This choice has no label",
    ),
    "xml_escaping.xls": Imports(1, 1, 2),
    "yes_or_no_question.csv": Imports(1, 1, 1),
    "yes_or_no_question.xls": Imports(1, 1, 1),
    "yes_or_no_question.xlsx": Imports(1, 1, 1),
}


def content_of(name: str) -> bytes:
    if folder := os.environ.get("XLSFORMS"):
        return (Path(folder) / name).read_bytes()
    path = Path(name)
    return WRITERS[path.suffix](FORMS.get(name) or FORMS[path.stem])


class TestForms:
    @pytest.mark.parametrize("name", OUTCOMES)
    def test_import_or_are_refused_with_place_and_reason(self, name):
        with override("en"):
            form = read_xlsform(content_of(name), name)
        found = [
            " ".join(str(part) for part in (at.sheet, at.row, at.letter) if part)
            + f": {error.words}"
            for error in form.errors
            for at in [error.place]
        ]
        expected = OUTCOMES[name]
        if isinstance(expected, Imports):
            assert found == []
            outcome = Imports(len(form.sections), len(form.questions), len(form.warnings))
            assert outcome == expected, "\n".join(map(str, form.warnings))
        else:
            assert form.definition is None
            assert len(found) == len(expected), "\n".join(found)
            for words, beginning in zip(found, expected, strict=True):
                assert words.startswith(beginning)

    def test_are_all_in_the_table(self):
        if folder := os.environ.get("XLSFORMS"):
            names = {path.name for path in Path(folder).iterdir() if path.suffix in WRITERS}
        else:
            names = set(OUTCOMES)
        assert names == set(OUTCOMES)
        stems = {Path(name).stem for name in OUTCOMES}
        assert {name.removesuffix(".csv").removesuffix(".xls") for name in FORMS} == stems
