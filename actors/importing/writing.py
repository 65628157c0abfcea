"""Writing what a checked list says."""

from typing import Any

from django.db import connection, models, transaction

from actors.importing import BATCH, storing
from actors.importing.kinds import LISTS, ListKind
from actors.models import ImportRow, ListImport
from actors.models.list_import import Decision, Outcome, Result, Step


def write(of: ListImport, by) -> None:
    """Write a list's rows on behalf of whoever said so, batch by batch."""
    kind = LISTS[of.kind](by)
    while _batch(of.pk, kind):
        pass


@transaction.atomic
def _batch(pk: int, kind: ListKind) -> bool:
    """Write some rows; False when there is nothing more to write."""
    of = hold(pk, Step.WRITING)
    if of is None:
        return False
    hold_kind(kind)
    rows = list(of.rows.to_write()[:BATCH])
    if not rows:
        of.move((Step.WRITING,), Step.WRITTEN, done=of.done)
        return False
    updates = [row for row in rows if _is_update(row)]
    news = [row for row in rows if not _is_update(row)]
    noted = _create(kind, news, of.new_as) + _update(kind, updates)
    storing.note(kind, noted)
    ListImport.objects.filter(pk=pk).update(done=models.F("done") + len(rows))
    return True


def hold(pk: int, step: Step) -> ListImport | None:
    """The list, held until the transaction ends, if it is still in this step: whoever wants to take
    it back waits for the batch, and the next batch sees it."""
    of = ListImport.objects.without_file().select_for_update().filter(pk=pk).first()
    return of if of is not None and of.step == step else None


def hold_kind(kind: ListKind) -> None:
    """Of two lists of a kind only one writes at a time, so that each sees what the other one has
    entered: the same file read in twice makes nothing twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import-{kind.name}"])


def _is_update(row: ImportRow) -> bool:
    return row.outcome == Outcome.CHANGED or row.decision == Decision.UPDATE


def _create(
    kind: ListKind, rows: list[ImportRow], new_as: str
) -> list[tuple[ImportRow, Result, Any]]:
    """Enter what is new, unless it came from elsewhere since the check."""
    noted: list[tuple[ImportRow, Result, Any]] = []
    fresh = []
    for row, twin in zip(rows, kind.twins([row.values for row in rows]), strict=True):
        if row.outcome == Outcome.NEW and twin is not None:
            noted.append((row, Result.THERE, None))
        else:
            fresh.append(row)
    items = storing.create(kind, fresh, new_as)
    return noted + [(row, Result.CREATED, item) for row, item in zip(fresh, items, strict=True)]


def _update(kind: ListKind, rows: list[ImportRow]) -> list[tuple[ImportRow, Result, Any]]:
    """Change what is there, unless somebody else has changed it since the check."""
    if not rows:
        return []
    keys = [getattr(row, f"{kind.name}_id") for row in rows]
    held = held_entries(kind, keys)
    noted: list[tuple[ImportRow, Result, Any]] = []
    pairs = []
    seen: set[int] = set()
    for row, key in zip(rows, keys, strict=True):
        item = held.get(key)
        if item is None:
            noted.append((row, Result.GONE, None))
        elif key in seen or (row.seen is not None and row.seen != item.latest_state):
            noted.append((row, Result.MOVED_ON, None))
        else:
            seen.add(key)
            row.before = before(kind, item, row.values)
            pairs.append((item, row.values))
            noted.append((row, Result.UPDATED, item))
    storing.change(kind, pairs)
    return noted


def before(kind: ListKind, item: Any, values: dict[str, Any]) -> dict[str, Any]:
    """What an entry has now in the columns that will be written."""
    from actors.importing.kinds import values_of

    there = values_of(item, [column for column in kind.stored if column.name in values])
    if "organisation_id" in values:
        there["organisation_id"] = item.organisation_id
    return there


def held_entries(kind: ListKind, keys: list[int | None]) -> dict[int, Any]:
    """Entries with what a row is compared with, held until the transaction ends."""
    wanted = sorted(key for key in keys if key is not None)
    rows = kind.model._base_manager.filter(pk__in=wanted).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    return {item.pk: item for item in kind.entries().filter(pk__in=wanted)}
