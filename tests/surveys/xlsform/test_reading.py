"""Files that are no forms, and files that are made to do harm."""

import io
import subprocess
import sys
import time
import zipfile

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from ssoe_portal.common import excel_sheets
from surveys.xlsform import read_xlsform, reading
from tests.common.test_table_files import with_texts
from tests.surveys.xlsform.forms import (
    csv_file,
    errors,
    form,
    question,
    tables,
    warnings,
    xls,
    xlsx,
)

SMALL = tables("type | name | label\ntext | wish | Was wünschen Sie sich?")
SHEET = "xl/worksheets/sheet1.xml"
#: What forms are made of, and what looks like it.
WORDS = [
    *("type", "name", "label", "jr", "a:b", "::", "bind::", "portal::", "label::de", "=", "\\", ""),
    *("begin group", "end group", "begin_repeat", "begin loop over l", "select_one l", "range"),
    *("l", "note", "calculate", "text", "${a}", "a", "1", "or_other", "TRUE", "%(name)s", "audit"),
    *("select_one l or_other", "set form title"),
]


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def refusal(content: bytes, name: str = "form.xlsx") -> str:
    """The one reason for which a file is refused, in a second or so."""
    began = time.process_time()
    read = read_xlsform(content, name)
    assert time.process_time() - began < 10
    assert read.definition is None
    (only,) = errors(read)
    return only


def repacked(part: bytes, name: str = SHEET) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(SMALL))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item, old.read(item))
        new.writestr(name, part)
    return out.getvalue()


def sheet_of(rows: bytes) -> bytes:
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return repacked(start + b"<sheetData>" + rows + b"</sheetData></worksheet>")


class TestKinds:
    @pytest.mark.parametrize("write", [xlsx, xls, csv_file])
    def test_are_told_by_what_is_in_a_file(self, write):
        read = read_xlsform(write(SMALL), "")
        assert question(read, "wish")["wording"] == {"de": "Was wünschen Sie sich?"}

    @pytest.mark.parametrize(
        ("write", "name", "is_really"),
        [
            (xls, "form.xlsx", "an old Excel workbook (.xls)"),
            (xlsx, "form.xls", "an Excel workbook of today (.xlsx)"),
            (csv_file, "form.xlsx", "text (.csv)"),
            (xlsx, "form.csv", "an Excel workbook of today (.xlsx)"),
        ],
    )
    def test_that_are_called_another_are_refused(self, write, name, is_really):
        assert f"but it is {is_really}" in refusal(write(SMALL), name)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (b"%PDF-1.7 \n%\xe2", "no form"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read"),
            (b"PK\x03\x04" + bytes(50), "cannot be read"),
            (xls(SMALL)[:1000], "cannot be read"),
            (xlsx(SMALL)[:-300], "cannot be read"),
        ],
    )
    def test_that_are_broken_are_refused(self, content, reason):
        assert reason in refusal(content, "")

    def test_in_text_may_be_german_excels(self):
        text = "survey;;;\r\n;type;name;label\r\n;text;wish;Wünsche; und mehr\r\n"
        read = read_xlsform(text.replace("; und", " und").encode("cp1252"), "form.csv")
        assert question(read, "wish")["wording"] == {"de": "Wünsche und mehr"}

    def test_in_text_with_a_quotation_mark_too_few_name_the_row(self):
        text = b'survey,,\n,type,name,label\n,text,a,"Warum\n,text,b,Wie\n'
        assert refusal(text, "form.csv").startswith("survey, row ")

    def test_a_single_sheet_is_the_survey_whatever_it_is_called(self):
        read = read_xlsform(xlsx({"Tabelle1": SMALL["survey"]}), "form.xlsx")
        assert question(read, "wish")["kind"] == "short"

    def test_a_workbook_without_a_survey_says_what_is_there(self):
        read = read_xlsform(xlsx({"Umfrage": SMALL["survey"], "Liste": [["a"]]}), "form.xlsx")
        assert errors(read) == ["the file: There is no sheet “survey”. There are: Umfrage, Liste"]


class TestBounds:
    def test_of_bytes(self, monkeypatch):
        monkeypatch.setattr(reading, "MOST_BYTES", 100)
        assert "larger than" in refusal(xlsx(SMALL))

    def test_of_rows_name_the_row(self):
        rows = "\n".join(f"text | q{number} | Frage" for number in range(100_000))
        content = csv_file(tables(f"type | name | label\n{rows}"))
        assert refusal(content, "form.csv") == "survey, row 20003: A sheet has 20000 rows at most."

    def test_of_rows_hold_for_workbooks(self, monkeypatch):
        monkeypatch.setattr(reading, "MOST_ROWS", 3)
        many = tables("type | name | label\n" + "text | a | A\n" * 5)
        for write in (xlsx, xls):
            assert refusal(write(many), "") == "survey, row 5: A sheet has 3 rows at most."

    def test_of_rows_count_only_what_is_there(self):
        """Somebody has formatted the whole column."""
        row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c></row>'
        far = b'<row r="1048576"><c r="A1048576" s="0"/></row>'
        assert "no column “name”" in refusal(sheet_of(row + far))

    def test_of_columns_name_the_column(self):
        wide = [["type", "name", "label", *["x"] * 400], ["text", "a", "A"]]
        assert refusal(xlsx({"survey": wide})).startswith(
            "survey, row 1, column KO: A form has 300"
        )

    def test_of_text_name_the_row(self, monkeypatch):
        monkeypatch.setattr(reading, "MOST_CHARACTERS", 60)
        many = tables("type | name | label\n" + "text | a | Eine Frage\n" * 5)
        assert refusal(xlsx(many)).startswith("survey, row 5: Up to here there is too much text")

    def test_of_formulas_name_the_cell(self, monkeypatch):
        monkeypatch.setattr("surveys.xlsform.mapping.MOST_FORMULAS", 15)
        read = form("type | name | label | relevant\n" + "text | a | A | 1 = 1 or 2 = 2\n" * 2)
        assert errors(read) == [
            "survey, row 3, column D (relevant): Up to here there are too many formulas for a form."
        ]

    def test_of_formulas_count_those_of_groups_for_everything_in_them(self, monkeypatch):
        monkeypatch.setattr("surveys.xlsform.mapping.MOST_FORMULAS", 40)
        read = form(
            """
            type | name | label | relevant
            begin_group | page | Page
            begin_group | inner | Inner | 1 = 1 or 2 = 2
            text | a | A
            text | b | B
            text | c | C
            end_group
            end_group
            """
        )
        assert errors(read)[0].startswith("survey, row 5, column D (relevant): Up to here")

    def test_of_questions_name_the_row(self):
        many = "type | name | label\n" + "\n".join(f"text | q{n} | F" for n in range(3_001))
        assert errors(form(many)) == ["survey, row 3002: A form has 3000 questions at most."]

    def test_of_questions_hold_for_loops(self):
        choices = "list_name | name | label\n" + "\n".join(f"l | c{n} | C" for n in range(3_000))
        loop = "begin loop over l | loop | L\ntext | a | A\ntext | b | B\nend loop"
        read = form(f"type | name | label\n{loop}", choices)
        assert errors(read) == ["survey, row 2: A form has 3000 questions at most."]

    def test_of_choices_name_the_row(self, monkeypatch):
        monkeypatch.setattr("surveys.xlsform.questions.MOST_CHOICES", 5)
        read = form(
            "type | name | label\nselect_one l | a | A\nselect_one l | b | B",
            "list_name | name | label\nl | 1 | 1\nl | 2 | 2\nl | 3 | 3",
        )
        assert errors(read)[0].startswith(
            "survey, row 3, column A (type): All questions up to here"
        )

    def test_of_what_becomes_of_a_workbook(self):
        assert "too large" in refusal(repacked(b" " * 50_000_000))

    def test_of_its_elements(self):
        assert "too large" in refusal(sheet_of(b"<a/>" * 1_100_000))

    def test_of_its_texts(self, monkeypatch):
        monkeypatch.setattr(excel_sheets, "MOST_TEXTS", 10)
        assert "too large" in refusal(with_texts(xlsx(SMALL), "xl/texts.xml", b"<sst>a</sst>"))

    def test_of_a_cell(self):
        cell = (
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"a" * 40_000 + b"</t></is></c></row>"
        )
        assert "too large" in refusal(sheet_of(cell))

    def test_documents_with_a_type_of_their_own_are_refused(self):
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;'
        assert "cannot be read" in refusal(repacked(bomb + b"</worksheet>"))


class TestFormulas:
    @pytest.mark.parametrize("write", [xlsx, xls])
    def test_are_refused_at_their_cell(self, write):
        read = read_xlsform(write(tables("type | name | label\ntext | a | =1+2\ntext | b | B")), "")
        assert errors(read) == [
            "survey, row 2, column C (label): Here stands a formula of the spreadsheet. Please put "
            "in what it gives."
        ]

    def test_are_refused_where_choices_stand(self):
        read = form(
            "type | name | label\nselect_one l | a | A",
            "list_name | name | label\nl | =A1 | B\nl | c | C",
        )
        assert errors(read)[0].startswith("choices, row 2, column B (name): Here stands a formula")

    def test_beside_the_form_are_none_of_its(self):
        read = form("type | name | label |  | remarks\ntext | a | A | =1+2 | =A1")
        assert question(read, "a")["wording"] == {"de": "A"}

    def test_that_are_true_or_false_are_values(self):
        read = form(
            "type | name | label | required\ntext | a | A | =TRUE()\ntext | b | B | =FALSE()"
        )
        assert question(read, "a")["required"]
        assert "required" not in question(read, "b")

    def test_errors_of_the_spreadsheet_are_refused(self):
        cells = (
            b'<c r="A1" t="inlineStr"><is><t>type</t></is></c><c r="B1" t="inlineStr"><is><t>name'
        )
        head = b'<row r="1">' + cells + b"</t></is></c></row>"
        text = b'<c r="A2" t="inlineStr"><is><t>text</t></is></c>'
        row = b'<row r="2">' + text + b'<c r="B2" t="e"><v>#N/A</v>'
        read = read_xlsform(sheet_of(head + row + b"</c></row>"), "form.xlsx")
        assert "survey, row 2, column B (name): Here the spreadsheet shows an error." in errors(
            read
        )


class TestExpressions:
    def test_that_go_in_circles_are_refused_at_the_row(self):
        read = form(
            """
            type | name | label | relevant | calculation
            text | a | A | ${b} = 1
            text | b | B | ${c} = 1
            calculate | c | | | ${a} + 1
            """
        )
        (error,) = errors(read)
        assert error.startswith("survey, row ")
        assert "circle" in error

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("pulldata('a', 'b', 'c', 'd')", "pulldata() does not work here"),
            ("frobnicate(1)", "There is no function “frobnicate”"),
            ("${c}", "There is no question “c”"),
            ("(" * 5_000, "too many brackets"),
            ("${" * 3_000, "After ${ comes"),
            ("a" * 10_001, "at most"),
        ],
    )
    def test_that_nobody_understands_are_refused_at_their_cell(self, source, reason):
        read = form(f"type | name | label | relevant\ntext | a | A\ntext | b | B | {source}")
        (error,) = errors(read)
        assert error.startswith("survey, row 3, column D (relevant): ")
        assert reason in error

    def test_of_a_group_are_refused_once_at_the_group(self):
        read = form(
            """
            type | name | label | relevant
            begin_group | page | Page
            begin_group | inner | Inner | ${nobody} = 1
            text | a | A
            text | b | B | ${a} = 1
            end_group
            end_group
            """
        )
        assert errors(read) == [
            "survey, row 3, column D (relevant): There is no question “nobody”."
        ]

    def test_with_quotation_marks_of_a_word_processor_are_mended(self):
        read = form("type | name | label | relevant\ntext | a | A\ntext | b | B | ${a} = ‘x’")
        assert question(read, "b")["relevant"] == "${a} = 'x'"


class TestDamage:
    @settings(max_examples=40)
    @given(st.binary(min_size=1, max_size=200), st.integers(0, 8_000), st.booleans())
    def test_of_a_workbook_ends_in_a_form_or_a_reason(self, damage, place, is_old):
        content = bytearray(xls(SMALL) if is_old else xlsx(SMALL))
        place %= len(content)
        content[place : place + len(damage)] = damage
        read = read_xlsform(bytes(content), "")
        assert read.definition is not None or read.errors

    @settings(max_examples=100)
    @given(
        st.lists(
            st.lists(
                st.sampled_from(WORDS) | st.text(max_size=8),
                min_size=1,
                max_size=8,
            ),
            min_size=1,
            max_size=8,
        ),
        st.lists(
            st.lists(
                st.sampled_from(["list_name", "name", "label", "l", "a", "b", "portal::role"])
            ),
            max_size=4,
        ),
    )
    def test_of_a_form_ends_in_a_form_or_a_reason(self, survey, choices):
        heading = [["type", "name", "label", *survey[0]]]
        content = csv_file({"survey": [*heading, *survey[1:]], "choices": choices})
        read = read_xlsform(content, "form.csv")
        assert read.definition is not None or read.errors


def test_headings_that_mean_the_same_are_refused():
    read = form("type | name | label | relevant | relevance\ntext | a | A | | 1 = 1")
    assert errors(read) == [
        "survey, row 1, column E (relevance): “relevant” and “relevance” mean the same. Please "
        "keep one of them."
    ]


def test_what_pyxform_refuses_is_refused_in_its_words():
    read = form(
        "type | name | label | parameters\ntext | a | A | rows=viele",
    )
    assert errors(read) == [
        "survey, row 2: pyxform, which knows the standard, says: Parameter rows must have an "
        "integer value."
    ]
    assert warnings(read)


def test_who_starts_the_portal_does_not_wait_for_pyxform():
    program = "import sys, ssoe_portal.wsgi, ssoe_portal.urls; print(*sys.modules)"
    started = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = started.stdout.split()
    assert "surveys.views.questionnaires" in loaded
    assert "pyxform" not in loaded
