"""Finding out what each row of a list would do, without doing it."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from itertools import batched, islice
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from actors.importing import BATCH, storing
from actors.importing.kinds import ADDRESS, LISTS, ListKind, same_place
from actors.importing.writing import hold
from actors.models import ImportRow, ListImport
from actors.models.list_import import Outcome, Step
from ssoe_portal.common import table_files
from ssoe_portal.common.columns import QUOTED, CellError


@dataclass
class Read:
    """A row on its way: what its cells mean, what is wrong, which entry it is about."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    left_out: list[CellError] = field(default_factory=list)
    blank: set[str] = field(default_factory=set)
    entry: Any = None
    twin: int | None = None
    seen: int | None = None
    same_as: int | None = None


class Check:
    """One run over a list; it goes on after the rows that an earlier run has stored."""

    def __init__(self, of: ListImport, kind: ListKind) -> None:
        self.of = of
        self.kind = kind
        self._rows_by_key: dict[tuple, dict[int | None, int]] = defaultdict(dict)
        self._rows_by_entry: dict[int, int] = {}

    def run(self) -> None:
        """Check what is not checked yet; raises ValidationError where the file cannot be read."""
        lines = islice(table_files.rows(self.of.read_file()), 1, None)
        stored = set(self.of.rows.values_list("number", flat=True)) if self.of.done else set()
        total = 0
        for batch in batched(lines, BATCH, strict=False):
            reads = [self._read(number, cells) for number, cells in batch]
            self._find(reads)
            fresh = [read for read in reads if read.number not in stored]
            if not self._store([self._row(read) for read in fresh]):
                return
            total += len(reads)
        self._finish(total)

    def _read(self, number: int, cells: list[str]) -> Read:
        values, errors, left_out = self.kind.columns.read(cells, self.of.assigned)
        filled = {name for name, cell in zip(self.of.assigned, cells, strict=False) if cell}
        return Read(number, cells, values, errors, left_out, blank=set(values) - filled)

    def _find(self, reads: list[Read]) -> None:
        """Find each row's entry, organisation and twin: the same queries for one row and for all
        of a batch."""
        entries = self.kind.by_slug(self._slug(read) for read in reads)
        problems = self.kind.prepare([read.values for read in reads])
        for read, found in zip(reads, problems, strict=True):
            read.errors += found
            slug = self._slug(read)
            read.values.pop("slug", None)
            read.entry = entries.get(slug)
            if slug and read.entry is None:
                message = _(
                    "There is no entry with this address. Leave the cell empty for a new one."
                )
                read.errors.append(CellError(str(ADDRESS), slug[:QUOTED], message))
            elif read.entry is None:
                read.errors += self._missing(read)
                # What a list does not say of a new entry is what a new entry has anyway; and an
                # entry that turns out to be there already does not lose it.
                for name in read.blank:
                    read.values.pop(name, None)
            else:
                read.errors += self._emptied(read)
            read.errors += self.kind.wrong(self._whole(read))
        new = [read for read in reads if read.entry is None and not read.errors]
        for read, twin in zip(new, self.kind.twins([read.values for read in new]), strict=True):
            read.twin = twin
            read.same_as = self._same_row(read)
        for read in reads:
            self._note_entry(read)
        states = storing.states_of(self.kind, [read.twin for read in new if read.twin])
        for read in new:
            read.seen = states.get(read.twin or 0)
            if read.seen is None:  # it went after the names were read
                read.twin = None

    def _slug(self, read: Read) -> str:
        return str(read.values.get("slug") or "").strip().lower()

    def _missing(self, read: Read) -> list[CellError]:
        """What a new row lacks; what is wrong already is said once."""
        said = {error.column for error in read.errors}
        lacking = self.kind.columns.missing(read.values)
        if self.kind.belongs and "organisation_id" not in read.values:
            names = ("organisation", "organisation_slug")
            headings = [self.kind.columns.by_name[name].heading for name in names]
            if not said & set(headings):
                lacking.append(CellError(headings[0], "", _("Whose offer is it?")))
        return [error for error in lacking if error.column not in said]

    def _emptied(self, read: Read) -> list[CellError]:
        """What an entry must have cannot be emptied."""
        return [
            CellError(column.heading, "", _("This cannot be empty."))
            for column in self.kind.stored
            if column.needed
            and column.name in read.values
            and read.values[column.name] in ("", None)
        ]

    def _same_row(self, read: Read) -> int | None:
        """The row before it with the same name, where they may be in the same place."""
        key = self.kind.same_key(read.values)
        if key is None:
            return None
        place, rows = self.kind.place(read.values), self._rows_by_key[key]
        first = min((row for at, row in rows.items() if same_place(place, at)), default=None)
        rows.setdefault(place, read.number)
        return first

    def _note_entry(self, read: Read) -> None:
        """One row changes an entry: a later one by its address is wrong, a later one by its name
        is like the first."""
        key = read.twin if read.entry is None else read.entry.pk
        if key is None:
            return
        first = self._rows_by_entry.setdefault(key, read.number)
        if first == read.number:
            return
        if read.entry is None:
            read.twin, read.same_as = None, read.same_as or first
        else:
            message = _("Row %(row)s is already about the same entry.") % {"row": first}
            read.errors.append(CellError(str(ADDRESS), read.entry.slug, message))

    def _whole(self, read: Read) -> dict[str, Any]:
        """What the entry would have: rules between columns also hold where one of them is not in
        the file."""
        if read.entry is None:
            return read.values
        return self.kind.values_of(read.entry) | read.values

    def _row(self, read: Read) -> ImportRow:
        kind = self.kind
        organisation = read.values.pop("_organisation", None)
        title = str(read.values.get(kind.title) or getattr(read.entry, kind.title, "") or "")
        row = ImportRow(of=self.of, number=read.number, title=title[:160])
        row.errors = [asdict(error) for error in (*read.errors, *read.left_out)]
        if read.errors:
            row.outcome = Outcome.WRONG
            row.cells = [cell[: table_files.LONGEST_CELL] for cell in read.cells]
            return row
        row.values = read.values
        if read.entry is not None:
            self._compare(row, read)
            return row
        row.outcome = Outcome.NEW
        if read.twin or read.same_as:
            row.outcome, row.same_as_row = Outcome.SUSPECT, read.same_as
            if read.twin:
                row.seen = read.seen
                setattr(row, f"{kind.name}_id", read.twin)
        row.is_incomplete = bool(kind.gaps(read.values, organisation))
        return row

    def _compare(self, row: ImportRow, read: Read) -> None:
        """Keep what would change only, with what stands there."""
        there = self.kind.values_of(read.entry)
        row.values = {
            name: value for name, value in read.values.items() if value != there.get(name)
        }
        row.before = {name: there.get(name) for name in row.values}
        row.outcome = Outcome.CHANGED if row.values else Outcome.UNCHANGED
        row.seen = read.entry.latest_state
        setattr(row, f"{self.kind.name}_id", read.entry.pk)

    @transaction.atomic
    def _store(self, rows: list[ImportRow]) -> bool:
        """Keep the rows of a batch; False where the list is no longer to be checked like this."""
        if not self._holds():
            return False
        numbers = [row.number for row in rows]
        there = set(self.of.rows.filter(number__in=numbers).values_list("number", flat=True))
        fresh = [row for row in rows if row.number not in there]
        ImportRow.objects.bulk_create(fresh)
        ListImport.objects.filter(pk=self.of.pk).update(done=models.F("done") + len(fresh))
        return True

    @transaction.atomic
    def _finish(self, total: int) -> None:
        """The list is checked, unless a later check has begun and rows that this one has stored
        are gone: that one has them to store."""
        if self._holds() and self.of.rows.count() == total:
            self.of.move((Step.CHECKING,), Step.CHECKED, total=total)

    def _holds(self) -> bool:
        """Hold the list until the transaction ends: is it still to be checked by these columns?"""
        of = hold(self.of.pk, Step.CHECKING)
        return of is not None and of.assigned == self.of.assigned


def check(of: ListImport) -> None:
    """Check a list's rows, on behalf of who has uploaded it."""
    Check(of, LISTS[of.kind](of.by)).run()
