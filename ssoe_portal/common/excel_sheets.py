"""All sheets of an Excel workbook (.xlsx), cell by cell.

Where `table_files` reads one table of any length, this reads workbooks of which every cell has a
place that somebody is told. A sheet's XML is read as it comes, without a tree of it in memory; what
a file would become is bounded before it is read. A formula stays one, because what it gave when
somebody saved it may be out of date; but TRUE() and FALSE() are what some programs make of words.
"""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any
from xml.parsers import expat

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS

from ssoe_portal.common.table_files import CHUNK, LONGEST_CELL, Reader, or_broken, too_large

#: What all parts of a workbook may become together, and of that all texts of its cells.
MOST_UNPACKED, MOST_TEXTS = 40_000_000, 10_000_000
#: How many elements a part's XML may have.
MOST_ELEMENTS = 1_000_000


#: Formulas that are no more than a value.
CONSTANTS = {"TRUE()": True, "FALSE()": False}


class NoValue(Enum):
    """What stands in a cell that has no value of its own."""

    FORMULA = "formula"
    ERROR = "error"


type Row = tuple[int, dict[int, Any]]
type Sheet = Callable[[], Generator[Row]]


@contextmanager
def sheets(content: bytes) -> Generator[dict[str, Sheet]]:
    """The sheets of an Excel file by their names, in order.

    Called, a sheet yields its rows: the number of each, and what is in its cells by the number of
    the column, both from 1. Raises ValidationError for what cannot be read or would be too large.
    """
    with or_broken():
        book = _Book(content)
        if sum(part.file_size for part in book.archive.infolist()) > MOST_UNPACKED:
            raise too_large()
        book.read()
    yield {name: partial(book.rows, part) for name, part in book.parts.items()}
    book.archive.close()


class _Book(Reader):
    """Finds the sheets, and reads none before it is asked for."""

    def read_strings(self) -> None:
        self.parts: dict[str, str] = {}
        self.shared_strings: list[str] = []
        if (part := self.package.find(SHARED_STRINGS)) is not None:
            name = part.PartName[1:]
            self.archive.bound(name, MOST_TEXTS)
            for texts in self.parsed(name, _Texts()):
                self.shared_strings += texts

    def read_worksheets(self) -> None:
        for sheet, where in self.parser.find_sheets():
            if where.target in self.valid_files and "chartsheet" not in where.Type:
                self.parts[sheet.name] = where.target

    def rows(self, part: str) -> Generator[Row]:
        with or_broken():
            for rows in self.parsed(part, _Cells(self)):
                yield from rows

    def parsed(self, part: str, reader: "_Texts | _Cells") -> Generator[list]:
        """What has been read, some at a time."""
        with self.archive.open(part) as source:
            while chunk := source.read(CHUNK):
                reader.parser.Parse(chunk)
                yield reader.taken()
            reader.parser.Parse(b"", True)
            yield reader.taken()


class _Elements:
    """Follows the elements of a part; what stands in <t>, <v> and <f> is text."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.begins
        self.parser.EndElementHandler = self.ends
        self.elements = 0
        #: Readings above East Asian text are no part of it.
        self.is_reading = False
        self.text: list[str] = []
        self.length = 0
        self.formula: str | None = None
        self.found: list[Any] = []

    def taken(self) -> list[Any]:
        found, self.found = self.found, []
        return found

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise too_large()
        name = name.rpartition(" ")[2]
        if name in ("t", "v", "f"):
            if not self.is_reading:
                self.parser.CharacterDataHandler = self.takes
        elif name == "rPh":
            self.is_reading = True
        else:
            self.opens(name, attributes)

    def takes(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_CELL:  # no office program writes such a cell
            raise too_large()
        self.text.append(text)

    def ends(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name in ("t", "v", "f"):
            self.parser.CharacterDataHandler = None
            if name == "f":
                self.formula = self.said()
        elif name == "rPh":
            self.is_reading = False
        else:
            self.closes(name)

    def said(self) -> str:
        text = "".join(self.text)
        self.text.clear()
        self.length = 0
        return text

    def opens(self, name: str, attributes: dict[str, str]) -> None: ...

    def closes(self, name: str) -> None: ...


class _Texts(_Elements):
    """The texts that cells share, which they name by number."""

    def closes(self, name: str) -> None:
        if name == "si":
            self.found.append(self.said())


class _Cells(_Elements):
    """The rows of a sheet (ECMA-376, 18.3.1)."""

    def __init__(self, book: _Book) -> None:
        super().__init__()
        self.book = book
        self.row = self.column = 0
        self.cells: dict[int, Any] = {}
        self.kind = "n"
        self.style = 0

    def opens(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            where = re.match(r"[A-Z]{1,3}", attributes.get("r", ""))
            self.column = column_index_from_string(where[0]) if where else self.column + 1
            self.kind = attributes.get("t", "n")
            self.style = int(attributes.get("s", 0))
            self.formula = None
            self.said()
        elif name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column, self.cells = 0, {}

    def closes(self, name: str) -> None:
        if name == "c":
            text = self.said()
            if self.formula is not None:
                self.cells[self.column] = CONSTANTS.get(self.formula.upper(), NoValue.FORMULA)
            elif text:
                self.cells[self.column] = self.value(text)
        elif name == "row" and self.cells:
            self.found.append((self.row, self.cells))

    def value(self, text: str) -> Any:
        if self.kind == "s":
            return self.book.shared_strings[int(text)]
        if self.kind in ("str", "inlineStr"):
            return text
        if self.kind == "b":
            return bool(int(text))
        if self.kind == "e":
            return NoValue.ERROR
        if self.kind == "d":
            return from_ISO8601(text)
        number = float(text)
        if self.style in self.book.wb._date_formats:
            return self.moment(number)
        return int(number) if number.is_integer() else number

    def moment(self, number: float) -> Any:
        try:
            found = from_excel(number, self.book.wb.epoch)
        except (OverflowError, ValueError):
            return NoValue.ERROR
        return found.replace(microsecond=0) if isinstance(found, datetime) else found
