"""The workbook of a form: sheets of rows of cells, each with its place.

Excel (.xlsx, the old .xls) and text (CSV, as pyxform writes it: the first column names a sheet, the
row below has its heading). Whatever comes in is bounded here, in bytes, rows and characters, before
anything else looks at it; formulas and errors of a spreadsheet are refused at their cells.
"""

import contextlib
import csv
import io
import struct
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import Any

import xlrd
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from pyxform.constants import SUPPORTED_SHEET_NAMES
from pyxform.xls2json_backends import xls_value_to_unicode, xlsx_value_to_str

from ssoe_portal.common import excel_sheets, table_files
from ssoe_portal.common.excel_sheets import NoValue
from surveys.xlsform import MOST_BYTES

#: How many rows below its heading a sheet may have, and how many columns.
MOST_ROWS, MOST_COLUMNS = 20_000, 300
#: How many characters all cells together may have.
MOST_CHARACTERS = 5_000_000
#: A heading longer than this is none.
LONGEST_HEADER = 200

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What each kind of file is called.
NAMES = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "csv": (".csv", ".txt", ".tsv")}
#: The records of an .xls sheet that hold a formula (BIFF 8, 4 and 3), and its last one.
FORMULAS, LAST = (0x0006, 0x0406, 0x0206), 0x000A


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: row and column count from 1, 0 is none in particular."""

    sheet: str = ""
    row: int = 0
    column: int = 0
    header: str = ""

    @property
    def letter(self) -> str:
        """The column as spreadsheets call it."""
        return get_column_letter(self.column) if self.column else ""

    def __str__(self) -> str:
        if not self.sheet:
            return _("the file")
        parts = [self.sheet]
        if self.row:
            parts.append(_("row %(row)s") % {"row": self.row})
        if self.column:
            name = f" ({self.header})" if self.header else ""
            parts.append(_("column %(letter)s") % {"letter": self.letter} + name)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a form, or lost of it, and where."""

    place: Place
    words: str

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"


class Unreadable(Exception):
    """The file cannot be read as a form at all."""

    def __init__(self, words: str, place: Place | None = None) -> None:
        super().__init__(words)
        self.finding = Finding(place or Place(), words)


@dataclass(slots=True)
class Row:
    """The texts of a row by the number of their column. `marks` says where a formula or an error
    of the spreadsheet stands instead of a text."""

    number: int
    texts: dict[int, str] = field(default_factory=dict)
    marks: dict[int, NoValue] = field(default_factory=dict)


@dataclass
class Sheet:
    """A sheet below its heading. `kind` is which one of a form it is: "survey", "choices", …"""

    name: str
    kind: str
    heading: Row
    rows: list[Row]

    def at(self, row: int = 0, column: int = 0) -> Place:
        return Place(self.name, row, column, self.heading.texts.get(column, ""))

    @cached_property
    def empty_columns(self) -> set[int]:
        """The columns with a heading and nothing below it."""
        return set(self.heading.texts) - {column for row in self.rows for column in row.texts}


@dataclass
class Book:
    """A form's sheets by their kind, and the names of the others."""

    sheets: dict[str, Sheet]
    others: list[str]
    #: What the file is called, without its ending.
    name: str = ""


type Cells = dict[int, Any]


def read_book(content: bytes, name: str = "") -> Book:
    """Read a form's file; `name` is what it is called. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(
            _("The file is larger than %(number)s MB.") % {"number": MOST_BYTES // 1_000_000}
        )
    kind = kind_of(content)
    refuse_wrong_name(kind, PurePath(name).suffix.lower())
    read = {"xlsx": _excel, "xls": _old_excel, "csv": _text}[kind]
    limits = _Limits()
    try:
        sheets, others = read(content, limits)
    except ValidationError as error:
        raise Unreadable(" ".join(error.messages), limits.place) from error
    return Book(sheets, others, PurePath(name).stem)


def kind_of(content: bytes) -> str:
    """Which kind of file it is by what it contains."""
    if content.startswith(OLD_EXCEL):
        return "xls"
    try:
        return table_files.kind_of(content)
    except ValidationError as error:
        if error.code != "kind":
            raise Unreadable(" ".join(error.messages)) from error
        raise Unreadable(
            _("This is no form: neither an Excel workbook (.xlsx, .xls) nor a text table (.csv).")
        ) from error


def refuse_wrong_name(kind: str, ending: str) -> None:
    """A file that is called something else than it is was renamed, not saved as that."""
    known = {name: kind for kind, names in NAMES.items() for name in names}
    if known.get(ending, kind) == kind:
        return
    raise Unreadable(
        _("The file is called %(ending)s, but it is %(kind)s. Please save it once more as .xlsx.")
        % {
            "ending": ending,
            "kind": {
                "xlsx": _("an Excel workbook of today (.xlsx)"),
                "xls": _("an old Excel workbook (.xls)"),
                "csv": _("text (.csv)"),
            }[kind],
        }
    )


class _Limits:
    """Counts what has been read, and knows where reading has come to."""

    def __init__(self) -> None:
        self.characters = 0
        self.place = Place()

    def row(self, sheet: str, number: int, cells: Cells) -> Row:
        """A row as texts."""
        self.place = Place(sheet, number)
        row = Row(number)
        for column, value in cells.items():
            if isinstance(value, NoValue):
                row.marks[column] = value
            elif text := table_files.plain(value):
                row.texts[column] = text
                self.characters += len(text)
        if self.characters > MOST_CHARACTERS:
            raise Unreadable(_("Up to here there is too much text for a form."), self.place)
        if beyond := [column for column in row.texts if column > MOST_COLUMNS]:
            raise Unreadable(
                _("A form has %(number)s columns at most.") % {"number": MOST_COLUMNS},
                Place(sheet, number, min(beyond)),
            )
        return row

    def sheet(self, name: str, kind: str, lines: Iterable[tuple[int, Cells]]) -> Sheet:
        """A sheet, row by row; the first row is its heading."""
        heading: Row | None = None
        rows = []
        for number, cells in lines:
            row = self.row(name, number, cells)
            if heading is None:
                heading = row
                continue
            if not row.texts and not row.marks:
                continue
            if len(rows) == MOST_ROWS:
                raise Unreadable(too_many_rows(), Place(name, number))
            rows.append(row)
        return Sheet(name, kind, heading or Row(1), rows)


def too_many_rows() -> str:
    return _("A sheet has %(number)s rows at most.") % {"number": MOST_ROWS}


def kinds_of(names: list[str]) -> dict[str, str]:
    """Which sheet of a form each one is. A single sheet is the survey, whatever it is called."""
    if len(names) == 1:
        kind = names[0].strip().lower()
        return {names[0]: kind if kind in SUPPORTED_SHEET_NAMES else "survey"}
    found: dict[str, str] = {}
    for name in names:
        kind = name.strip().lower()
        if kind in SUPPORTED_SHEET_NAMES:
            if kind in found.values():
                raise Unreadable(
                    _("There are two sheets called “%(name)s”.") % {"name": kind}, Place(name)
                )
            found[name] = kind
    return found


def _excel(content: bytes, limits: _Limits) -> tuple[dict[str, Sheet], list[str]]:
    with excel_sheets.sheets(content) as sheets:
        kinds = kinds_of(list(sheets))
        found = {}
        for name, kind in kinds.items():
            limits.place = Place(name)
            found[kind] = limits.sheet(name, kind, _from_first(_excel_rows(sheets[name]())))
        return found, [name for name in sheets if name not in kinds]


def _excel_rows(rows: Iterable[excel_sheets.Row]) -> Generator[tuple[int, Cells]]:
    for number, cells in rows:
        yield (
            number,
            {
                column: value if isinstance(value, NoValue) else xlsx_value_to_str(value)
                for column, value in cells.items()
            },
        )


def _from_first(rows: Iterable[tuple[int, Cells]]) -> Generator[tuple[int, Cells]]:
    """The rows with the first one, also where nothing is in it."""
    expected = 1
    for number, cells in rows:
        if expected == 1 and number != 1:
            yield 1, {}
        expected = 2
        yield number, cells


def _old_excel(content: bytes, limits: _Limits) -> tuple[dict[str, Sheet], list[str]]:
    try:
        book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True
        )
    except Exception as error:  # whatever a file made to be unreadable lets the library run into
        encrypted = "encrypted" in str(error)
        raise Unreadable(_("This file has a password.") if encrypted else _broken()) from error
    with contextlib.closing(_Released(book)):
        names = book.sheet_names()
        kinds = kinds_of(names)
        found = {}
        for name, kind in kinds.items():
            limits.place = Place(name)
            try:
                rows = list(islice(_old_rows(book, names.index(name)), MOST_ROWS + 2))
            except Exception as error:
                raise Unreadable(_broken(), limits.place) from error
            found[kind] = limits.sheet(name, kind, rows)
        return found, [name for name in names if name not in kinds]


class _Released:
    def __init__(self, book: xlrd.Book) -> None:
        self.close = book.release_resources


def _broken() -> str:
    return _("This Excel file cannot be read. Please save it once more, as .xlsx.")


def _old_rows(book: xlrd.Book, index: int) -> Generator[tuple[int, Cells]]:
    """The rows that have something in them, and the first one."""
    formulas = set(_old_formulas(book, index))
    sheet = book.sheet_by_index(index)
    for number in range(sheet.nrows):
        cells: Cells = {}
        for column, cell in enumerate(sheet.row(number)[: MOST_COLUMNS + 1], start=1):
            if (number, column - 1) in formulas and cell.ctype != xlrd.XL_CELL_BOOLEAN:
                cells[column] = NoValue.FORMULA
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                cells[column] = NoValue.ERROR
            elif cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                try:
                    cells[column] = xls_value_to_unicode(cell.value, cell.ctype, book.datemode)
                except (ValueError, OverflowError, xlrd.xldate.XLDateError):
                    cells[column] = NoValue.ERROR
        if cells or number == 0:
            yield number + 1, cells


def _old_formulas(book: xlrd.Book, index: int) -> Generator[tuple[int, int]]:
    """The cells with a formula: xlrd gives what it was when somebody saved the file."""
    at = book._sh_abs_posn[index]
    memory = book.mem
    end = book.base + book.stream_len
    depth = 0
    while at + 4 <= end:
        code, length = struct.unpack_from("<HH", memory, at)
        if code in (0x0809, 0x0409, 0x0209):  # a chart inside begins and ends like a sheet
            depth += 1
        elif code == LAST:
            depth -= 1
            if depth <= 0:
                return
        elif code in FORMULAS and length >= 4:
            yield struct.unpack_from("<HH", memory, at + 4)
        at += 4 + length


def _text(content: bytes, limits: _Limits) -> tuple[dict[str, Sheet], list[str]]:
    beginning = table_files.text_of(content).read(table_files.LONGEST_CELL)
    delimiter = max(";", ",", "\t", key=beginning.count)
    lines: dict[str, list[tuple[int, Cells]]] = {}
    name = ""
    number = 0
    try:
        reader = csv.reader(table_files.text_of(content), delimiter=delimiter, strict=True)
        for number, (first, *rest) in enumerate((line or [""] for line in reader), start=1):
            cells = {at: text for at, text in enumerate(rest, start=2) if text.strip()}
            if first.strip():
                name = first.strip()
                if name in lines:
                    raise Unreadable(
                        _("There are two sheets called “%(name)s”.") % {"name": name},
                        Place(name, number),
                    )
                lines[name] = []
            if cells and name:
                lines[name].append((number, cells))
            if name and len(lines[name]) > MOST_ROWS + 1:
                raise Unreadable(too_many_rows(), Place(name, number))
    except csv.Error as error:
        raise Unreadable(
            _("This row cannot be read: a quotation mark is missing or one too many."),
            Place(name or _("the file"), number + 1),
        ) from error
    kinds = {name: name.lower() for name in lines if name.lower() in SUPPORTED_SHEET_NAMES}
    if len(set(kinds.values())) < len(kinds):
        kinds_of(list(kinds))  # says which one is there twice
    return (
        {kind: limits.sheet(name, kind, lines[name]) for name, kind in kinds.items()},
        [name for name in lines if name not in kinds],
    )
