"""Lists of the directory as files: what the reader sees of them, with the same filters.

The order is read first, a number for each entry; the entries follow some hundred at a time, so that
memory does not grow with the list.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from django.db.models import Prefetch

from actors.importing.kinds import LISTS, ListKind
from actors.models import Contact, ExportRecord, Membership
from ssoe_portal.common.tables import harmless
from ssoe_portal.common.users import User

#: How many entries are read at a time.
AT_ONCE = 500


def table(kind: str, keys: Iterable[int], *, reader: User) -> Iterator[list[str]]:
    """Yield the heading and a row for each entry, in the order of their keys. Who reviews reads
    internal columns too, and that is noted in the log."""
    known = LISTS[kind](reader)
    internal = reader.is_authenticated and reader.may_review
    columns = known.columns.outgoing(internal=internal)
    wanted = list(keys)
    if internal:
        ExportRecord.objects.create(by=reader, kind=kind, rows=len(wanted))
    return _rows(known, columns, wanted, internal=internal)


def _rows(
    kind: ListKind, columns: list[Any], keys: list[int], *, internal: bool
) -> Iterator[list[str]]:
    yield [column.heading for column in columns]
    for some in batched(keys, AT_ONCE, strict=False):
        items = _items(kind, internal=internal).in_bulk(some)
        for key in some:
            if key in items:
                yield [harmless(column.cell(items[key])) for column in columns]


def _items(kind: ListKind, *, internal: bool) -> Any:
    """What everyone may read at this moment, with all that the columns show."""
    rows = kind.model.objects.published().select_related(
        *kind.along, *(("category",) if kind.belongs else ("legal_form", "icnpo_group"))
    )
    rows = rows.prefetch_related(*kind.many)
    if not internal:
        return rows
    to = "organisation__" if kind.belongs else ""
    team = Membership.objects.select_related("user").order_by("pk")
    return rows.prefetch_related(
        Prefetch(f"{to}memberships", team),
        Prefetch(f"{to}contacts", Contact.objects.order_by("pk")),
    )
