"""All sheets of a workbook, cell by cell."""

import io
from datetime import date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from ssoe_portal.common import excel_sheets
from ssoe_portal.common.excel_sheets import NoValue
from tests.common.test_table_files import repacked, with_texts, workbook

SHEET = "xl/worksheets/sheet1.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(content: bytes) -> dict[str, list]:
    with excel_sheets.sheets(content) as sheets:
        return {name: list(rows()) for name, rows in sheets.items()}


def cells(*xml: str) -> bytes:
    """A workbook whose first row has these cells."""
    row = f'<row r="3">{"".join(xml)}</row>'
    sheet = f'<x:worksheet xmlns:x="{SPACE}"><x:sheetData>{row}</x:sheetData></x:worksheet>'
    sheet = sheet.replace("<row", "<x:row").replace("</row", "</x:row")
    for name in ("c", "v", "is", "t", "f", "r", "rPh"):
        sheet = sheet.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
        sheet = sheet.replace(f"</{name}>", f"</x:{name}>")
    return repacked(workbook(["a"]), SHEET, sheet.encode())


class TestSheets:
    def test_come_by_name_with_rows_and_columns_as_they_stand(self):
        book = Workbook()
        book.active.title = "Erstes"
        book.active["B2"] = "hier"
        book.create_sheet("Zweites")["D7"] = 3.0
        out = io.BytesIO()
        book.save(out)
        assert read(out.getvalue()) == {"Erstes": [(2, {2: "hier"})], "Zweites": [(7, {4: 3})]}

    def test_have_values_of_every_kind(self):
        moment = datetime.fromisoformat("2026-11-22T09:30")
        row = ["Wort", 1, 1.5, True, False, moment, date(2026, 1, 2), time(8)]
        ((_number, found),) = read(workbook(row))["Sheet"]
        day = datetime.fromisoformat("2026-01-02")
        assert list(found.values()) == [*row[:6], day, time(8)]

    def test_have_texts_that_cells_share_without_their_reading(self):
        parts = "<r><t>Zu</t></r><r><t>sammen</t></r><rPh><t>!</t></rPh>"
        strings = f'<sst xmlns="{SPACE}"><si>{parts}</si></sst>'
        content = with_texts(
            cells('<c r="C3" t="s"><v>0</v></c>'), "xl/texts.xml", strings.encode()
        )
        assert read(content) == {"Sheet": [(3, {3: "Zusammen"})]}

    def test_have_formulas_and_errors_that_are_no_values(self):
        content = cells(
            '<c r="A3"><f>A1+1</f><v>2</v></c>',
            '<c r="B3" t="e"><v>#N/A</v></c>',
            '<c r="C3" t="b"><f>TRUE()</f><v>1</v></c>',
            '<c r="D3"><f>FALSE()</f></c>',
            '<c t="inlineStr"><is><t>x</t></is></c>',
        )
        values = {1: NoValue.FORMULA, 2: NoValue.ERROR, 3: True, 4: False, 5: "x"}
        assert read(content) == {"Sheet": [(3, values)]}

    @pytest.mark.parametrize("part", ["", "<worksheet", "<a/>" * 1_000_001])
    def test_that_are_broken_or_endless_are_refused(self, part):
        with pytest.raises(ValidationError):
            read(repacked(workbook(["a"]), SHEET, part.encode()))
