"""Excel files that are written while they are sent."""

import io
import re
import zipfile
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ssoe_portal.common import excel_files, excel_sheets, table_files
from ssoe_portal.common.excel_files import xlsx_chunks


def file_of(*tables) -> bytes:
    return b"".join(xlsx_chunks(*tables))


def book_of(*tables):
    return load_workbook(io.BytesIO(file_of(*tables)))


def values_of(sheet) -> list[list]:
    return [list(row) for row in sheet.values]


def visible(cell: str | float) -> str | float | None:
    """What a spreadsheet shows of a cell."""
    if not isinstance(cell, str):
        return cell
    return re.sub("[\ufffe\uffff]", "", table_files.plain(cell)) or None


class TestAFile:
    def test_has_a_sheet_for_each_table(self):
        table = [["Name", "Number"], ["a", 1], ["b", 2.5]]
        book = book_of(("One", table), ("Two", [["x"]]), ("Empty", []))
        assert book.sheetnames == ["One", "Two", "Empty"]
        assert values_of(book["One"]) == table
        assert values_of(book["Two"]) == [["x"]]
        assert values_of(book["Empty"]) == []
        assert book["One"].freeze_panes == "A2"

    @pytest.mark.parametrize(
        ("titles", "names"),
        [
            (["Liste: [1]"], ["Liste   1"]),
            (["Werte", "werte"], ["Werte", "werte1"]),
            (["x" * 40], ["x" * 31]),
            (["<&\"'\x00>"], ["<&\"'>"]),
        ],
    )
    def test_has_titles_that_excel_takes(self, titles, names):
        assert book_of(*((title, [["x"]]) for title in titles)).sheetnames == names

    @pytest.mark.parametrize(
        ("cell", "found"),
        [
            ("=1+1", "=1+1"),  # a text: what makes it one says its type
            (" <b>&amp;\"'</b>\n2 ", "<b>&amp;\"'</b>\n2"),
            ("]]></t><c><f>1</f>", "]]></t><c><f>1</f>"),
            ("\x00\x0b\ufffe\uffff\ud800a\u202e", "\ufffda"),
            ("😀 می\u200cروم", "😀 می\u200cروم"),
            ("x" * 40_000, "x" * 32_767),
            ("0049", "0049"),
            ("", None),
            ("\ufffe", None),
            (None, None),
            (0, 0),
            (-2.5, -2.5),
            (True, 1),
            (10**20, 10**20),
        ],
    )
    def test_holds_what_is_in_a_cell(self, cell, found):
        sheet = book_of(("x", [["a", cell, "b"]])).active
        assert [one.value for one in sheet[1]] == ["a", found, "b"]
        assert all(one.data_type != "f" for one in sheet[1])

    def test_leaves_no_cell_in_another_ones_place(self):
        rows = [["", "b"], [], [None, None, "c"]]
        sheet = book_of(("x", rows)).active
        assert {cell.coordinate: cell.value for row in sheet for cell in row if cell.value} == {
            "B1": "b",
            "C3": "c",
        }
        wide = book_of(("x", [range(1, 731)])).active
        assert (wide["AA1"].value, wide["ABB1"].value) == (27, 730)

    def test_is_read_by_our_own_readers(self):
        table = [["Name", "Number"], ["a\nb", 1]]
        content = file_of(("x", table))
        assert [cells for _row, cells in table_files.rows(content)] == [
            ["Name", "Number"],
            ["a\nb", "1"],
        ]
        assert table_files.count(content) == 1
        with excel_sheets.sheets(content) as sheets:
            assert list(sheets["x"]())[1] == (2, {1: "a\nb", 2: 1})

    @settings(max_examples=50)
    @given(st.lists(st.lists(st.text(max_size=20) | st.integers(), max_size=4), max_size=4))
    @example([["=1", 1, True, 1.0, "\ufffe=", "\r\n "]])
    def test_holds_whatever_comes_and_no_formula(self, rows):
        wanted = {
            (row, column): shown
            for row, cells in enumerate(rows, 1)
            for column, cell in enumerate(cells, 1)
            if (shown := visible(cell)) is not None
        }
        cells = [cell for row in book_of(("x", rows)).active.rows for cell in row]
        found = {(c.row, c.column): c.value for c in cells if c.value is not None}
        assert found == wanted
        assert all(cell.data_type != "f" for cell in cells)


class TestSending:
    def test_begins_before_the_table_is_read(self):
        read = count()
        rows = (["x" * 50, next(read)] for _row in range(100_000))
        pieces = xlsx_chunks(("x", rows))
        sent = sum(len(next(pieces)) for _piece in range(20))
        assert sent > 1000
        assert next(read) < 50_000
        pieces.close()

    def test_holds_little_at_a_time(self):
        rows = ([f"{number} Wort", number] for number in range(20_000))
        pieces = list(xlsx_chunks(("x", rows)))
        assert len(pieces) > 10
        assert max(map(len, pieces)) < 2 * table_files.CHUNK
        with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
            assert archive.testzip() is None

    def test_stops_where_excel_has_no_room(self, monkeypatch):
        monkeypatch.setattr(excel_files, "LAST_ROW", 2)
        assert values_of(book_of(("x", [[1], [2], [3]])).active) == [[1], [2]]

    def test_breaks_off_where_the_table_does(self):
        def rows():
            yield ["a"]
            raise RuntimeError("no database")

        with pytest.raises(RuntimeError, match="no database"):
            file_of(("x", rows()))
