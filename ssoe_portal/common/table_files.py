"""Files with a table in them, read and written row by row: text (CSV) and Excel (.xlsx).

What somebody uploads is looked at before it is parsed: its first bytes, and of an archive how large
each part would become. Reading holds one row at a time, so that memory does not grow with the file;
cells come as text without anything invisible.
"""

import codecs
import csv
import io
import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, time
from itertools import islice
from typing import IO, Any, Literal
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from ssoe_portal.common.plain_text import without_tricks

Kind = Literal["csv", "xlsx"]
#: The media type of an Excel table.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: How large a file may be; `settings.UPLOAD_MAX_BYTES` cuts off what is larger.
MOST_BYTES = 20_000_000
#: How many rows below the heading, and how many columns, are read.
MOST_ROWS, MOST_COLUMNS = 100_000, 200
#: How many characters a cell may have: as in Excel.
LONGEST_CELL = 32_767
#: What an Excel file may become when it is unpacked. All texts of its cells are in one part, which
#: is held in memory.
MOST_UNPACKED, MOST_TEXTS, MOST_PARTS = 300_000_000, 60_000_000, 1_000
#: What a part may become that is read whole, such as styles: a hundred times that in memory.
MOST_WHOLE = 2_000_000
#: How many rows Excel knows; a file may claim a row far below its last one.
LAST_ROW = 1_048_576
CHUNK = 1 << 16
#: What stands for a formula that was saved without what it gives: programs that only write tables
#: leave that to Excel. Whoever reads cells says so (`uncalculated`), also where it comes as text.
UNCALCULATED = "=?"
#: What unpacking an archive that is broken, or made to be, may raise.
UNPACKING = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
)

_DELIMITERS = (";", ",", "\t")
_BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SURROGATES = re.compile("[\ud800-\udfff]")
#: Where a word may be divided, and where not: pages and documents have them, nobody sees them.
_UNSEEN = re.compile("[\u00ad\u200b\u2060]")


def _neither() -> ValidationError:
    return ValidationError(
        _(
            "This is neither an Excel table (.xlsx) nor a text table (.csv). Please save your "
            "table as one of them."
        ),
        code="kind",
    )


def _broken() -> ValidationError:
    return ValidationError(
        _("This Excel file cannot be read. Please save it once more, or save it as .csv."),
        code="broken",
    )


def too_large() -> ValidationError:
    return ValidationError(
        _(
            "This Excel file becomes too large when it is unpacked. Please save the one sheet "
            "that matters as .csv."
        ),
        code="too_large",
    )


@contextmanager
def or_broken() -> Generator[None]:
    """Say that a workbook cannot be read, whatever one that was made to be unreadable lets the
    library run into."""
    try:
        yield
    except (ValidationError, GeneratorExit):
        raise
    except Exception:
        raise _broken() from None


def _unreadable(row: int) -> ValidationError:
    return ValidationError(
        _(
            "Row %(row)s cannot be read: its text is too long, or a quotation mark is missing or "
            "one too many."
        )
        % {"row": row},
        code="row",
    )


def uncalculated() -> str:
    """What is wrong with a cell that says `UNCALCULATED`."""
    return _(
        "Here is a formula without a value. Please open the table in Excel or LibreOffice and save "
        "it once more, or write what the formula gives."
    )


def plain(text: str) -> str:
    """A cell's text as people see it: composed characters, plain line feeds, no blanks around it,
    nothing invisible but what scripts need to be read (`plain_text.TRICKS`)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = without_tricks(_SURROGATES.sub("\ufffd", text).replace("\x00", ""))
    text = _UNSEEN.sub("", text)
    return unicodedata.normalize("NFC", text).strip()


def kind_of(content: bytes) -> Kind:
    """Which kind a file is by what it contains, whatever its name says; raises ValidationError for
    what is neither, or an archive that should not be unpacked."""
    if content.startswith(b"PK\x03\x04"):
        _look_into(content)
        return "xlsx"
    head = content[:CHUNK]
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise ValidationError(_("This file is empty."), code="empty")
    if _encoding(content) == "utf-16":
        return "csv"
    if b"\x00" in content or head.startswith((b"%PDF", b"{\\rtf", b"<!DOCTYPE", b"<html", b"PK")):
        raise _neither()
    return "csv"


def _look_into(content: bytes) -> None:
    """Refuse an archive that is broken, no workbook, or would become too large. What an archive
    says of a part's size is what is read of it at most (`zipfile`)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise too_large()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names or any(part.flag_bits & 1 for part in parts):
                raise _neither()
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise too_large()
    except ValidationError:
        raise
    except UNPACKING:
        raise _broken() from None


def _has_doctype(part: IO[bytes]) -> bool:
    """Whether an XML document declares a type, and maybe entities, before its first element, in
    whatever encoding; no office program writes one."""
    found: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_declared: found.append(True)
    parser.StartElementHandler = lambda *_element: found.append(False)
    with suppress(expat.ExpatError):  # what this cannot read, nobody else will
        chunk = b"<"
        while chunk and not found:
            chunk = part.read(2048)
            parser.Parse(chunk, not chunk)
    return found[:1] == [True]


def _encoding(content: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), CHUNK):
            decoder.decode(content[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def text_of(content: bytes) -> io.TextIOWrapper:
    """A text table's characters: in UTF-8 or UTF-16, else in the encoding of Western Windows."""
    return io.TextIOWrapper(
        io.BytesIO(content), encoding=_encoding(content), errors="replace", newline=""
    )


def delimiter_of(beginning: str) -> str:
    """What stands between a text table's columns: what its first row has most of that is not
    blank. A heading in quotation marks may have several lines."""
    row = ""
    for line in beginning.splitlines(keepends=True):
        row += line
        if row.strip() and row.count('"') % 2 == 0:
            break
    return max(_DELIMITERS, key=row.count)


def rows(content: bytes) -> Generator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with its number in the file; the first one is the
    heading. Raises ValidationError for what cannot be read, maybe in the middle."""
    read = _excel_rows if kind_of(content) == "xlsx" else _text_rows
    found = 0
    with closing(read(content)) as lines:
        for number, cells in lines:
            texts = [plain(_text(cell)) for cell in cells[:MOST_COLUMNS]]
            if not any(texts):
                continue
            if max(map(len, texts)) > LONGEST_CELL:
                raise _unreadable(number)
            found += 1
            if found > MOST_ROWS + 1:
                raise ValidationError(
                    _("The file has more than %(number)s rows. Please divide it.")
                    % {"number": MOST_ROWS},
                    code="too_many",
                )
            yield number, texts


def heading(content: bytes) -> list[str]:
    """The first row."""
    with closing(rows(content)) as lines:
        for _number, cells in lines:
            return cells
    raise ValidationError(_("This file is empty."), code="empty")


def has_rows(content: bytes) -> bool:
    """Whether anything stands below the heading."""
    with closing(rows(content)) as lines:
        return len(list(islice(lines, 2))) > 1


def count(content: bytes) -> int:
    """About how many rows there are below the heading, without reading their cells."""
    if kind_of(content) == "csv":
        return max(content.count(b"\n") - content.endswith(b"\n"), 0)
    number = 0
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        with archive, archive.open(_first_sheet(archive)) as sheet:
            rest = b""
            while chunk := sheet.read(CHUNK):
                number += (rest + chunk).count(b"<row ")
                rest = chunk[-4:]
    except (KeyError, *UNPACKING):
        return 0
    return max(number - 1, 0)


def _first_sheet(archive: zipfile.ZipFile) -> str:
    names = sorted(
        name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)
    )
    if not names:
        raise KeyError("xl/worksheets")
    return names[0]


def _text_rows(content: bytes) -> Generator[tuple[int, list[Any]]]:
    delimiter = delimiter_of(text_of(content).read(LONGEST_CELL))
    number = 0
    try:
        # Strict: a quotation mark that is never closed would take all rows below into its cell.
        reader = csv.reader(text_of(content), delimiter=delimiter, strict=True)
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error:
        raise _unreadable(number + 1) from None


class _Archive(zipfile.ZipFile):
    """Looks at each part when it is read: what a part is, an archive says in itself, and its name
    says nothing."""

    def open(self, name: Any, *args: Any, **options: Any) -> IO[bytes]:
        with super().open(name) as part:
            if _has_doctype(part):
                raise _broken()
        return super().open(name, *args, **options)

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        self.bound(name, MOST_WHOLE)
        return super().read(name, pwd)

    def bound(self, name: str, most: int) -> None:
        if self.getinfo(name).file_size > most:
            raise too_large()


class Reader(ExcelReader):
    """A workbook row by row: of its sheets those with cells, nothing of other files."""

    archive: _Archive

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        self.archive = _Archive(io.BytesIO(content))

    def read_strings(self) -> None:
        if (part := self.package.find(SHARED_STRINGS)) is not None:
            self.archive.bound(part.PartName[1:], MOST_TEXTS)
        super().read_strings()

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """A chart, or what the archive says is one, would be read whole."""


class _Cells(WorkSheetParser):
    """A sheet's cells: formulas as what they gave when it was saved, and told where there is no
    such value. A formula that gives nothing has a text, which is empty."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            gives_nothing = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            cell["value"] = None if gives_nothing else UNCALCULATED
        return cell


def _excel_rows(content: bytes) -> Generator[tuple[int, list[Any]]]:
    """The rows of the sheet that comes first, without what stands beside its heading."""
    with or_broken():
        reader = Reader(content)
        reader.read()
        book = reader.wb
        sheet = book.worksheets[0]
        width = before = 0
        with sheet._get_source() as part:
            parser = _Cells(
                part,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, cells in parser.parse():
                if number > LAST_ROW:
                    break
                if number <= before:  # every row has a number of its own
                    raise _broken()
                before = number
                there = {cell["column"]: cell["value"] for cell in cells}
                if not width:  # the first row says it, if it says anything
                    filled = [at for at, value in there.items() if value is not None]
                    width = min(max(filled, default=0) if number == 1 else 0, MOST_COLUMNS)
                    width = width or MOST_COLUMNS
                yield number, [there.get(at) for at in range(1, width + 1)]
        book.close()


def _text(cell: Any) -> str:
    """What a cell of a spreadsheet says, as one would write it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%d.%m.%Y %H:%M" if cell.time() != time() else "%d.%m.%Y")
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    return str(cell)


# --- Out --------------------------------------------------------------------------------------


def csv_lines(table: Iterable[Iterable[object]]) -> Generator[bytes]:
    """A text table as German Excel opens it: semicolons, UTF-8 with its mark; some rows at a
    time."""
    yield codecs.BOM_UTF8
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    for row in table:
        writer.writerow(row)
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
