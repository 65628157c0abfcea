"""Writing what a checked list says."""

from typing import Any

from django.db import connection, models, transaction

from actors import duplicates
from actors.importing import BATCH, storing
from actors.importing.kinds import LISTS, ListKind
from actors.models import ImportRow, ListImport, Organisation
from actors.models.list_import import Decision, Outcome, Result, Step

#: A row, what became of it, and the entry that it has written.
Noted = tuple[ImportRow, Result, Any]


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
        if kind.model is Organisation:
            # Also what was entered against the warning: that a row is new says only that staff did
            # not want to change the entry there. Whether both are one is asked on the entry's own
            # page, so the pair stands in the list of possible duplicates as well.
            duplicates.find_all_soon()
        return False
    owners = storing.hold_organisations(row.values.get("organisation_id") for row in rows)
    there, noted = _with_owner(rows, owners)
    updates = [row for row in there if _is_update(row)]
    news = [row for row in there if not _is_update(row)]
    noted += _create(kind, news, of.new_as, owners) + _update(kind, updates, owners)
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


def _with_owner(
    rows: list[ImportRow], owners: dict[int, Organisation]
) -> tuple[list[ImportRow], list[Noted]]:
    """The rows whose organisation is still there, with the one that it became where it was merged;
    and those whose organisation is gone."""
    there, gone = [], []
    for row in rows:
        key = row.values.get("organisation_id")
        if key is None:
            there.append(row)
        elif key in owners:
            row.values["organisation_id"] = owners[key].pk
            there.append(row)
        else:
            gone.append((row, Result.GONE, None))
    return there, gone


def _create(
    kind: ListKind, rows: list[ImportRow], new_as: str, owners: dict[int, Organisation]
) -> list[Noted]:
    """Enter what is new, unless it came from elsewhere since the check."""
    noted: list[Noted] = []
    fresh = []
    for row, twin in zip(rows, kind.twins([row.values for row in rows]), strict=True):
        if row.outcome == Outcome.NEW and twin is not None:
            noted.append((row, Result.THERE, None))
        else:
            fresh.append(row)
    items = storing.create(kind, fresh, new_as, owners)
    return noted + [(row, Result.CREATED, item) for row, item in zip(fresh, items, strict=True)]


def _update(kind: ListKind, rows: list[ImportRow], owners: dict[int, Organisation]) -> list[Noted]:
    """Change what is there, unless somebody else has changed it since the check, or it would be
    wrong together with what stands there."""
    if not rows:
        return []
    keys = [getattr(row, f"{kind.name}_id") for row in rows]
    held = hold_entries(kind.entries(), keys)
    noted: list[Noted] = []
    pairs = []
    seen: set[int] = set()
    for row, key in zip(rows, keys, strict=True):
        item = held.get(key)
        if key is None:
            noted.append((row, Result.GONE, None))
        elif item is None or key in seen or row.seen != item.latest_state:
            noted.append((row, Result.MOVED_ON, None))
        elif kind.wrong(kind.values_of(item) | row.values):
            noted.append((row, Result.CLASHES, None))
        else:
            seen.add(key)
            row.before = kind.values_of(item, row.values)
            pairs.append((item, row.values))
            noted.append((row, Result.UPDATED, item))
    storing.change(kind, pairs, owners)
    return noted


def hold_entries(
    entries: models.QuerySet, keys: list[int | None], *, no_key: bool = True
) -> dict[int, Any]:
    """Those of these entries that have such a key, held until the transaction ends: nobody changes
    them, and without `no_key` nothing new can belong to them."""
    wanted = sorted(key for key in keys if key is not None)
    rows = entries.model._base_manager.filter(pk__in=wanted).order_by("pk")
    list(rows.select_for_update(no_key=no_key).values_list("pk", flat=True))
    return {item.pk: item for item in entries.filter(pk__in=wanted)}
