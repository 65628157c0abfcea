"""Files with a table in them, read and written row by row: text (CSV) and Excel (.xlsx).

What somebody uploads is looked at before it is parsed: its first bytes, and of an archive how large
it would become. Reading holds one row at a time, so that memory does not grow with the file; cells
come as text without anything invisible that could deceive a reader.
"""

import codecs
import csv
import io
import lzma
import re
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Generator, Iterable
from contextlib import closing
from datetime import date, datetime, time
from typing import IO, Any, Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook

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
#: How many rows Excel knows; a file may claim a row far below its last one.
LAST_ROW = 1_048_576
CHUNK = 1 << 16
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

csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))


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


def _too_large() -> ValidationError:
    return ValidationError(
        _(
            "This Excel file becomes too large when it is unpacked. Please save the one sheet "
            "that matters as .csv."
        ),
        code="too_large",
    )


def plain(text: str) -> str:
    """A cell's text as people see it: composed characters, plain line feeds, no blanks around it,
    nothing invisible."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = without_tricks(_SURROGATES.sub("\ufffd", text).replace("\x00", ""))
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
                raise _too_large()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names or any(part.flag_bits & 1 for part in parts):
                raise _neither()
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise _too_large()
            for part in parts:
                name = part.filename.lower()
                if name.endswith("sharedstrings.xml") and part.file_size > MOST_TEXTS:
                    raise _too_large()
                if name.endswith((".xml", ".rels")):
                    with archive.open(part) as beginning:
                        if b"<!DOCTYPE" in beginning.read(2048):
                            raise _broken()  # no office program writes one
    except ValidationError:
        raise
    except UNPACKING:
        raise _broken() from None


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


def delimiter_of(heading: str) -> str:
    """What stands between a text table's columns: what its first line has most of."""
    return max(_DELIMITERS, key=heading.count)


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
    text = text_of(content)
    delimiter = delimiter_of(text.readline(LONGEST_CELL))
    reader = csv.reader(text_of(content), delimiter=delimiter)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error:
        raise ValidationError(
            _("Line %(line)s cannot be read: a cell is too long, or a quotation mark is missing.")
            % {"line": reader.line_num},
            code="line",
        ) from None


def _excel_rows(content: bytes) -> Generator[tuple[int, list[Any]]]:
    """The rows of the sheet that comes first. Formulas come as what they gave when it was saved."""
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        first = next(sheet.iter_rows(max_row=1, max_col=MOST_COLUMNS, values_only=True), ())
        width = max((at for at, cell in enumerate(first, start=1) if cell is not None), default=0)
        lines = sheet.iter_rows(max_col=width or MOST_COLUMNS, max_row=LAST_ROW, values_only=True)
        for number, cells in enumerate(lines, start=1):
            yield number, list(cells)
        book.close()
    except (ValidationError, GeneratorExit):
        raise
    except Exception:  # whatever a file made to be unreadable lets the library run into
        raise _broken() from None


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


def xlsx_file(*tables: tuple[str, Iterable[Iterable[object]]]) -> IO[bytes]:
    """An Excel file with a sheet for each table (title, rows), in a file that vanishes when it is
    closed; rows go to disk one by one."""
    book = Workbook(write_only=True)
    for title, table in tables:
        sheet = book.create_sheet(plain(re.sub(r"[\[\]:*?/\\]", " ", title))[:31])
        sheet.freeze_panes = "A2"
        for row in table:
            sheet.append(
                [plain(cell)[:LONGEST_CELL] if isinstance(cell, str) else cell for cell in row]
            )
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    book.save(file)
    file.seek(0)
    return file
