"""Finding out what each row of a list would do, without doing it."""

from dataclasses import asdict, dataclass, field
from itertools import batched, islice
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from actors.importing import BATCH
from actors.importing.kinds import ADDRESS, LISTS, PLACE, ListKind, values_of
from actors.models import ImportRow, ListImport
from actors.models.list_import import Outcome, Step
from ssoe_portal.common import table_files
from ssoe_portal.common.columns import CellError

LONGEST_SLUG = 80


@dataclass
class Read:
    """A row on its way: what its cells mean, what is wrong, which entry it is about."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    blank: set[str] = field(default_factory=set)
    entry: Any = None
    twin: int | None = None
    same_as: int | None = None


class Check:
    """One run over a list; it goes on after the rows that an earlier run has stored."""

    def __init__(self, of: ListImport, kind: ListKind) -> None:
        self.of = of
        self.kind = kind
        self._rows_by_key: dict[tuple, int] = {}
        self._rows_by_entry: dict[int, int] = {}

    def run(self) -> None:
        """Check what is not checked yet; raises ValidationError where the file cannot be read."""
        lines = islice(table_files.rows(self.of.read_file()), 1, None)
        stored = set(self.of.rows.values_list("number", flat=True)) if self.of.done else set()
        for batch in batched(lines, BATCH, strict=False):
            reads = [self._read(number, cells) for number, cells in batch]
            self._find(reads)
            fresh = [read for read in reads if read.number not in stored]
            if not self._store([self._row(read) for read in fresh], len(fresh)):
                return
        self._finish()

    def _read(self, number: int, cells: list[str]) -> Read:
        values, errors = self.kind.columns.read(cells, self.of.assigned)
        filled = {name for name, cell in zip(self.of.assigned, cells, strict=False) if cell}
        return Read(number, cells, values, errors, blank=set(values) - filled)

    def _find(self, reads: list[Read]) -> None:
        """Find each row's entry, organisation and twin: the same queries for one row and for all
        of a batch."""
        entries = self.kind.by_slug(
            slug for read in reads if len(slug := self._slug(read)) <= LONGEST_SLUG
        )
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
                read.errors.append(CellError(str(ADDRESS), slug[:80], message))
            elif read.entry is None:
                read.errors += self._missing(read)
                # What a list does not say of a new entry is what a new entry has anyway; and an
                # entry that turns out to be there already does not lose it.
                for name in read.blank:
                    read.values.pop(name, None)
                self._put_at_organisation(read.values)
            else:
                read.errors += self._emptied(read)
                self._note_entry(read)
            read.errors += self.kind.wrong(self._whole(read))
        new = [read for read in reads if read.entry is None and not read.errors]
        for read, twin in zip(new, self.kind.twins([read.values for read in new]), strict=True):
            read.twin = twin
            key = self.kind.same_key(read.values)
            if key is not None:
                first = self._rows_by_key.setdefault(key, read.number)
                read.same_as = first if first != read.number else None

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

    def _note_entry(self, read: Read) -> None:
        first = self._rows_by_entry.setdefault(read.entry.pk, read.number)
        if first != read.number:
            message = _("Row %(row)s is already about the same entry.") % {"row": first}
            read.errors.append(CellError(str(ADDRESS), read.entry.slug, message))

    def _put_at_organisation(self, values: dict[str, Any]) -> None:
        """A new offer without columns for its address is where its organisation is."""
        organisation = values.get("_organisation")
        if organisation is not None and not set(PLACE) & set(self.of.assigned):
            values["area"] = organisation.area_id

    def _whole(self, read: Read) -> dict[str, Any]:
        """What the entry would have: rules between columns also hold where one of them is not in
        the file."""
        if read.entry is None:
            return read.values
        names = [column for column in self.kind.stored if not column.is_many]
        return values_of(read.entry, names) | read.values

    def _row(self, read: Read) -> ImportRow:
        kind = self.kind
        organisation = read.values.pop("_organisation", None)
        title = str(read.values.get(kind.title) or getattr(read.entry, kind.title, "") or "")
        row = ImportRow(of=self.of, number=read.number, title=title[:160])
        if read.errors:
            row.outcome = Outcome.WRONG
            row.cells = [cell[: table_files.LONGEST_CELL] for cell in read.cells]
            row.errors = [asdict(error) for error in read.errors]
            return row
        row.values = read.values
        if read.entry is not None:
            self._compare(row, read)
            return row
        row.outcome = Outcome.NEW
        if read.twin or read.same_as:
            row.outcome, row.same_as_row = Outcome.SUSPECT, read.same_as
            if read.twin:
                setattr(row, f"{kind.name}_id", read.twin)
        row.is_incomplete = self._is_incomplete(read.values, organisation)
        return row

    def _compare(self, row: ImportRow, read: Read) -> None:
        """Keep what would change only, with what stands there."""
        there = values_of(read.entry, self.kind.stored)
        if "organisation_id" in read.values:
            there["organisation_id"] = read.entry.organisation_id
        row.values = {
            name: value for name, value in read.values.items() if value != there.get(name)
        }
        row.before = {name: there.get(name) for name in row.values}
        row.outcome = Outcome.CHANGED if row.values else Outcome.UNCHANGED
        row.seen = read.entry.latest_state
        setattr(row, f"{self.kind.name}_id", read.entry.pk)

    def _is_incomplete(self, values: dict[str, Any], organisation: Any) -> bool:
        item = self.kind.model()
        for column in self.kind.stored:
            if column.name in values and not column.is_many:
                setattr(item, column.field.attname, values[column.name])
        if organisation is not None:
            item.organisation = organisation
        return self.kind.is_incomplete(item)

    @transaction.atomic
    def _store(self, rows: list[ImportRow], number: int) -> bool:
        """Keep the rows of a batch; False where the list is no longer to be checked."""
        held = ListImport.objects.without_file().select_for_update().filter(pk=self.of.pk).first()
        if held is None or held.step != Step.CHECKING:
            return False
        known = ImportRow.objects.bulk_create(rows, ignore_conflicts=True)
        ListImport.objects.filter(pk=held.pk).update(done=models.F("done") + len(known))
        return True

    @transaction.atomic
    def _finish(self) -> None:
        ListImport.objects.filter(pk=self.of.pk, step=Step.CHECKING).update(
            step=Step.CHECKED, total=self.of.rows.count(), done=0
        )


def check(of: ListImport) -> None:
    """Check a list's rows, on behalf of who has uploaded it."""
    Check(of, LISTS[of.kind](of.by)).run()
