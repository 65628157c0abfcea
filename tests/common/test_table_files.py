"""Files that are tables, and files that only say so."""

import contextlib
import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.xml.constants import SHARED_STRINGS

from ssoe_portal.common import table_files
from ssoe_portal.common.tables import harmless, unguarded


def workbook(*rows: list) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, name: str, part: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", kind) as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item, old.read(item))
        new.writestr(name, part)
    return out.getvalue()


def with_texts(content: bytes, name: str, texts: bytes) -> bytes:
    """A workbook with a part that it says is the one with all texts."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    said = f'<Override PartName="/{name}" ContentType="{SHARED_STRINGS}" /></Types>'
    types = types.replace("</Types>", said)
    return repacked(repacked(content, "[Content_Types].xml", types.encode()), name, texts)


def read(content: bytes) -> list[list[str]]:
    return [cells for _number, cells in table_files.rows(content)]


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"   \r\n",
            b"\xef\xbb\xbf",
            b"%PDF-1.7 \n%\xe2",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00",  # an old Excel file
            b"PK\x03\x04 broken",
            b"Name;Art\x00\n",
        ],
    )
    def test_is_what_holds_no_table(self, content):
        with pytest.raises(ValidationError):
            table_files.heading(content)

    def test_is_an_archive_that_is_no_workbook(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("liste.csv", "Name\n")
        with pytest.raises(ValidationError):
            table_files.kind_of(out.getvalue())

    @pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "x.bin"])
    def test_is_an_archive_that_becomes_too_large(self, name, monkeypatch):
        monkeypatch.setattr(table_files, "MOST_UNPACKED", 2_000_000)
        bomb = repacked(workbook(["Name"]), name, b"<x>" + b" " * 3_000_000)
        assert len(bomb) < 20_000
        with pytest.raises(ValidationError, match="zu groß"):
            table_files.kind_of(bomb)

    @pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/worksheets/other.xml", "x.bin"])
    def test_is_a_workbook_with_too_many_texts_whatever_they_are_called(self, name, monkeypatch):
        monkeypatch.setattr(table_files, "MOST_TEXTS", 1_000_000)
        texts = b"<sst>" + b"<si/>" * 300_000 + b"</sst>"
        with pytest.raises(ValidationError, match="zu groß"):
            read(with_texts(workbook(["Name"]), name, texts))

    @pytest.mark.parametrize("name", ["xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"])
    def test_is_a_workbook_with_a_large_part_that_would_be_read_whole(self, name):
        part = b"<x>" + b"<y/>" * 600_000 + b"</x>"
        with pytest.raises(ValidationError, match="zu groß"):
            read(repacked(workbook(["Name"]), name, part))

    def test_is_no_workbook_with_a_large_picture(self):
        picture = b"\x89PNG" + b"\x00" * 3_000_000
        assert read(repacked(workbook(["Name"]), "xl/media/image1.png", picture)) == [["Name"]]

    @pytest.mark.parametrize("before", ["", f"<!--{'-x' * 5_000}-->"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    @pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "texts.bin"])
    def test_is_a_workbook_with_entities(self, name, encoding, before):
        laughs = (
            f'<?xml version="1.0" encoding="{encoding}"?>{before}'
            '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
        )
        content = with_texts(workbook(["Name"]), "texts.bin", b"<sst/>")
        assert read(content) == [["Name"]]
        with pytest.raises(ValidationError, match="nicht lesen"):
            read(repacked(content, name, laughs.encode(encoding)))

    @pytest.mark.parametrize("numbers", [(1, 2, 2), (1, 3, 2), (0, 1, 2), (-1, 1, 2)])
    def test_is_a_workbook_with_two_rows_of_one_number_or_out_of_order(self, numbers):
        rows = (f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in numbers)
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<sheetData>{''.join(rows)}</sheetData></worksheet>"
        )
        with pytest.raises(ValidationError, match="nicht lesen"):
            read(repacked(workbook(["Name"]), "xl/worksheets/sheet1.xml", sheet.encode()))

    def test_is_a_workbook_cut_off(self):
        content = workbook(["Name"], *(["x" * 20] for _n in range(200)))
        for end in (100, len(content) // 2, len(content) - 30):
            with pytest.raises(ValidationError):
                read(content[:end])

    @pytest.mark.parametrize("length", [32_768, 10_000_000])
    def test_is_a_cell_longer_than_in_excel(self, length):
        with pytest.raises(ValidationError, match="Zeile 2"):
            read(b"Name\n" + b"x" * length + b"\n")
        assert read(b"Name\n" + b"x" * 32_767)[1] == ["x" * 32_767]

    @pytest.mark.parametrize("third", ["Haus C;Verein", '"Haus C";Verein', '"Haus ""C""";Verein'])
    def test_is_a_quotation_mark_that_is_not_closed(self, third):
        """All rows below would be one cell's text."""
        rows = f'Name;Art\n"Haus A";Verein\n"Haus B;Verein\n{third}\n'
        with pytest.raises(ValidationError, match="Zeile 3"):
            read(rows.encode())

    def test_is_a_file_with_too_many_rows(self, monkeypatch):
        monkeypatch.setattr(table_files, "MOST_ROWS", 3)
        assert len(read(b"Name\na\nb\nc\n")) == 4
        with pytest.raises(ValidationError):
            read(b"Name\na\nb\nc\nd\n")


class TestWhatIsRead:
    def test_keeps_the_numbers_of_rows_that_people_see(self):
        rows = list(table_files.rows(b'Name\n\n"a\nb"\nc\n'))
        assert rows == [(1, ["Name"]), (3, ["a\nb"]), (4, ["c"])]

    @pytest.mark.parametrize("before", ["", "\n", "\r\n \r\n", ",,\n"])
    @pytest.mark.parametrize("heading", ["Name,Art,Ort", '"Name\n(ganz)",Art,Ort'])
    def test_has_the_columns_of_its_first_row(self, before, heading):
        (cells, _row) = read(f"{before}{heading}\nHaus; Hof,Verein,Buch\n".encode())
        assert cells[1:] == ["Art", "Ort"]

    def test_is_what_a_spreadsheet_shows(self):
        content = workbook(["Name", "Jahr"], ["Größe", 2019.0], [True, None], [13125, "=1+1"])
        assert read(content)[1:3] == [["Größe", "2019"], ["1", ""]]

    @pytest.mark.parametrize(
        ("cell", "found"),
        [
            ('<c r="A2"><f>B2&amp;C2</f></c>', table_files.UNCALCULATED),
            ('<c r="A2"><f>1+1</f><v/></c>', table_files.UNCALCULATED),
            ('<c r="A2"><f>1+1</f><v>2</v></c>', "2"),
            ('<c r="A2" t="str"><f>IF(B2=1,"",B2)</f><v></v></c>', ""),  # gives nothing
        ],
    )
    def test_tells_a_formula_without_a_value_from_an_empty_cell(self, cell, found):
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
            f'<row r="2">{cell}<c r="B2"><v>3</v></c></row></sheetData></worksheet>'
        )
        content = repacked(workbook(["Name"]), "xl/worksheets/sheet1.xml", sheet.encode())
        assert read(content) == [["1", "2"], [found, "3"]]

    def test_bounds_a_row_far_below(self, monkeypatch):
        monkeypatch.setattr(table_files, "LAST_ROW", 2_000)
        sheet = (
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            b'<row r="999999999"><c r="A999999999"><v>2</v></c></row></sheetData></worksheet>'
        )
        content = repacked(workbook(["Name"]), "xl/worksheets/sheet1.xml", sheet)
        assert read(content) == [["1"]]

    @pytest.mark.parametrize(
        ("written", "found"),
        [
            ("Haus\u202egnp.exe", "Hausgnp.exe"),  # shown from right to left
            ("\u2066Café\u2069\x00\x07", "Café"),
            ("Cafe\u0301 ", "Café"),
            ("Ge\u00admein\u200bwesen\u2060", "Gemeinwesen"),
            ("می\u200cروم", "می\u200cروم"),  # the joiner is part of the word
        ],
    )
    def test_holds_nothing_that_people_do_not_see(self, written, found):
        assert table_files.plain(written) == found

    def test_counts_rows_without_reading_them(self):
        table = [["Name"], *([f"a{number}"] for number in range(7))]
        assert table_files.count(workbook(*table)) == 7
        assert table_files.count(b"".join(table_files.csv_lines(table))) == 7


class TestWhateverComes:
    """Generated input: nothing but a table or a message."""

    @settings(max_examples=150)
    @given(st.binary(max_size=400))
    @example(b"\xff\xfe")
    @example(b"PK\x03\x04" + b"\x00" * 40)
    def test_is_read_or_refused(self, content):
        try:
            for cells in read(content):
                assert all(isinstance(cell, str) for cell in cells)
        except ValidationError:
            pass

    @settings(max_examples=30)
    @given(st.binary(min_size=1, max_size=300), st.integers(0, 5_000))
    def test_in_a_damaged_workbook_is_read_or_refused(self, damage, place):
        content = bytearray(workbook(["Name", "Art"], ["a", "b"]))
        place %= len(content)
        content[place : place + len(damage)] = damage
        with contextlib.suppress(ValidationError):
            read(bytes(content))

    @settings(max_examples=150)
    @given(st.lists(st.lists(st.text(max_size=40), min_size=2, max_size=4), min_size=1, max_size=4))
    @example([["=HYPERLINK(1)", "+49 30 12"], ["'=x", "-1"], ['@"x;\n', "\ud800"]])
    def test_goes_out_without_formulas_and_comes_back(self, rows):
        table = [["Name", "Art"], *rows]
        plain = [[table_files.plain(cell) for cell in row] for row in table]
        sent = [[harmless(cell) for cell in row] for row in plain]
        assert not any(cell[:1] in "=@" for row in sent for cell in row if cell)
        lines = read(b"".join(table_files.csv_lines(sent)))
        back = [[unguarded(cell) for cell in line] for line in lines]
        assert back == [row for row in plain if any(row)]
