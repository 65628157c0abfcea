"""Forms to read, written as tables of text: cells divided by "|", a row for each line.

    survey = '''
    type    | name | label
    text    | wish | Was wünschen Sie sich?
    '''

A line that begins with a number and ":" is that row of the sheet; what lies between is empty.
"""

import csv
import io
import re
import struct
from typing import Any

from openpyxl import Workbook

from surveys.xlsform import Form, read_xlsform

type Rows = list[list[str]]


def rows(table: str) -> Rows:
    found: Rows = []
    for line in table.strip().splitlines():
        number = re.match(r"\s*(\d+):", line)
        if number:
            found += [[] for _row in range(int(number[1]) - 1 - len(found))]
            line = line[number.end() :]
        # A bar in a cell is written "¦".
        found.append(
            [cell.strip().replace("¦", "|").replace("⏎", "\n") for cell in line.split("|")]
        )
    return found


def tables(survey: str, choices: str = "", settings: str = "", **others: str) -> dict[str, Rows]:
    sheets = {"survey": survey, "choices": choices, "settings": settings, **others}
    return {name: rows(table) for name, table in sheets.items() if table}


def xlsx(sheets: dict[str, Rows]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for number, cells in enumerate(table, start=1):
            for column, text in enumerate(cells, start=1):
                if text:
                    sheet.cell(number, column, _value(text))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _value(text: str) -> Any:
    return {"TRUE": True, "FALSE": False}.get(text, text)


def csv_file(sheets: dict[str, Rows]) -> bytes:
    """As pyxform writes it: a row with the sheet's name, then its rows one column to the right."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, table in sheets.items():
        writer.writerow([name])
        writer.writerows(["", *cells] for cells in table)
    return out.getvalue().encode()


# --- Old Excel: a BIFF 8 stream in a compound document ([MS-XLS], [MS-CFB]) -----------------------


def xls(sheets: dict[str, Rows]) -> bytes:
    streams = [_sheet(table) for table in sheets.values()]
    length = len(_record(0x0809, bytes(16))) + len(_record(0x000A))
    names = [name.encode("utf-16-le") for name in sheets]
    length += sum(len(_record(0x0085, bytes(8) + name)) for name in names)
    book = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    for name, stream in zip(names, streams, strict=True):
        start = struct.pack("<IBBBB", length, 0, 0, len(name) // 2, 1)
        book += _record(0x0085, start + name)
        length += len(stream)
    return _compound(book + _record(0x000A) + b"".join(streams))


def _record(code: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def _sheet(table: Rows) -> bytes:
    out = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(table):
        for column, text in enumerate(cells):
            if not text:
                continue
            at = struct.pack("<HHH", row, column, 0)
            if text in ("TRUE", "FALSE"):
                out += _record(0x0205, at + struct.pack("<BB", text == "TRUE", 0))
            elif text.startswith("="):
                # What it gave is 3; the formula itself is 1+2.
                formula = bytes([0x1E, 1, 0, 0x1E, 2, 0, 0x03])
                result = struct.pack("<dHIH", 3.0, 0, 0, len(formula))
                out += _record(0x0006, at + result + formula)
            else:
                words = text.encode("utf-16-le")
                out += _record(0x0204, at + struct.pack("<HB", len(words) // 2, 1) + words)
    return out + _record(0x000A)


def _compound(stream: bytes) -> bytes:
    """One stream, "Workbook", in sectors of 512 bytes."""
    stream += bytes(max(4096 - len(stream), -len(stream) % 512))
    sectors = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    tables = 1
    while tables * 128 < sectors + tables + 1:
        tables += 1
    chain = [*range(1, sectors), end, end, *[0xFFFFFFFD] * tables]
    chain += [free] * (tables * 128 - len(chain))
    # The stream, then the directory, then the table of sectors.
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, tables, sectors, 0, 4096, end, 0, end, 0),
    )
    header += struct.pack(
        "<109I", *range(sectors + 1, sectors + 1 + tables), *[free] * (109 - tables)
    )
    directory = _entry("Root Entry", 5, end, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    directory += bytes(512 - len(directory))
    return header + stream + directory + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    words = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16xI8x8xIQ",
        *(words, len(words), kind, 1),
        *(0xFFFFFFFF, 0xFFFFFFFF, child, 0, start, size),
    )


WRITERS = {".xlsx": xlsx, ".xls": xls, ".csv": csv_file}


def form(survey: str, choices: str = "", settings: str = "", **others: str) -> Form:
    """A form read from an .xlsx."""
    return read_xlsform(xlsx(tables(survey, choices, settings, **others)), "form.xlsx")


def errors(read: Form) -> list[str]:
    return [str(finding) for finding in read.errors]


def warnings(read: Form) -> list[str]:
    return [str(finding) for finding in read.warnings]


def question(read: Form, key: str) -> dict[str, Any]:
    """A question of an imported form, with what is empty left out."""
    assert read.errors == []
    found = next(q for section in read.sections for q in section["questions"] if q["key"] == key)
    return {name: value for name, value in found.items() if value not in ("", {}, [], None, False)}
