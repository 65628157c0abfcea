"""Entries written many at a time; triggers keep history and search as they do for one.

Every function takes a constant number of statements, however many entries there are.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from actors.importing.kinds import PLACE, ListKind
from actors.models import ImportRow, Offer, Organisation
from actors.models.list_import import ListImport
from ssoe_portal.common.geography import Area
from ssoe_portal.common.history import latest_state_of
from ssoe_portal.common.moderation import Status
from ssoe_portal.common.slugs import reserve_slugs

#: An entry and what it should have, by column.
Pair = tuple[Any, dict[str, Any]]

_NOTE = """
    UPDATE actors_importrow AS row SET result = new.result, seen = new.seen,
        organisation_id = coalesce(new.organisation_id, row.organisation_id),
        offer_id = coalesce(new.offer_id, row.offer_id),
        before = coalesce(new.before, row.before)
    FROM unnest(
        %(ids)s::bigint[], %(results)s::text[], %(seen)s::bigint[], %(organisations)s::bigint[],
        %(offers)s::bigint[], %(before)s::jsonb[]
    ) AS new (id, result, seen, organisation_id, offer_id, before)
    WHERE row.id = new.id
"""


def create(
    kind: ListKind, rows: list[ImportRow], new_as: str, owners: dict[int, Organisation]
) -> list[Any]:
    """Enter new entries, in the order of their rows; `owners` are the organisations they name."""
    if not rows:
        return []
    has_places = bool(set(PLACE) & set(rows[0].of.assigned))
    areas = Area.objects.in_bulk()
    slugs = reserve_slugs(kind.name, [row.values[kind.title] for row in rows])
    life = _life(new_as)
    items: list[Any] = []
    for row, slug in zip(rows, slugs, strict=True):
        item = kind.model(slug=slug, **life)
        _fill(kind, item, row.values)
        if kind.belongs and not has_places:
            # Without columns for its address, an offer is where its organisation is.
            item.area_id = owners[item.organisation_id].area_id
        _locate(item, areas, owners)
        items.append(item)
    for item, pk in zip(items, _keys(kind, len(items)), strict=True):
        item.pk = pk
    pairs = [(item, row.values) for item, row in zip(items, rows, strict=True)]
    # Terms first: foreign keys are checked at the end of the transaction, and the search reads an
    # offer once instead of once more for each list of terms.
    for name in kind.many:
        _add_terms(kind, name, pairs)
    kind.model._base_manager.bulk_create(items)
    return items


def change(kind: ListKind, pairs: list[Pair], owners: dict[int, Organisation]) -> None:
    """Write columns of entries that are there and held, with their terms fetched; an entry's life
    stays as it is. `owners` are the organisations that the columns name."""
    if not pairs:
        return
    areas = Area.objects.in_bulk()
    moved: dict[int, int | None] = {}
    for item, values in pairs:
        area_before = item.area_id
        _fill(kind, item, values)
        if set(PLACE) & set(values) or "organisation_id" in values:
            _locate(item, areas, owners)
            if isinstance(item, Organisation):
                moved[item.pk] = area_before
    columns = [column.name for column in kind.stored if not column.is_many]
    columns += ["organisation"] if kind.belongs else []
    # An upsert of rows that are there and locked: one statement, where an UPDATE would need a CASE
    # for each column and row.
    kind.model._base_manager.bulk_create(
        [item for item, _values in pairs],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*columns, "latitude", "longitude"],
    )
    for name in kind.many:
        _remove_terms(kind, name, pairs)
        _add_terms(kind, name, pairs)
    Offer.objects.move_along(moved)


def hold_organisations(keys: Iterable[int | None]) -> dict[int, Organisation]:
    """The organisations with these keys, held until the transaction ends, so that none of them
    goes while offers come to it. Where one was merged meanwhile, its key leads to the one that
    stays; that of one that is gone leads nowhere."""
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    merged = Organisation.objects.filter(pk__in=wanted).order_by().values("merged_into")
    rows = Organisation.objects.filter(models.Q(pk__in=wanted) | models.Q(pk__in=merged))
    rows = rows.order_by("pk").select_related("area")
    held = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
    found = {key: held.get(row.merged_into_id or key) for key, row in held.items()}
    return {key: row for key, row in found.items() if row is not None}


def note(kind: ListKind, rows: Iterable[tuple[ImportRow, str, Any]]) -> None:
    """Keep what became of rows, with the entry and its state in the history."""
    noted = list(rows)
    states = states_of(kind, [item.pk for _row, _result, item in noted if item is not None])
    entries: list[Any] = [item.pk if item is not None else None for _row, _result, item in noted]
    nothing: list[None] = [None] * len(noted)
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "ids": [row.pk for row, _result, _item in noted],
                "results": [str(result) for _row, result, _item in noted],
                "seen": [states.get(entry) for entry in entries],
                "organisations": entries if kind.name == "organisation" else nothing,
                "offers": entries if kind.name == "offer" else nothing,
                "before": [Jsonb(row.before) for row, _result, _item in noted],
            },
        )


def states_of(kind: ListKind, keys: list[int]) -> dict[int, int]:
    """The latest state of entries in their history."""
    if not keys:
        return {}
    rows = kind.model._base_manager.filter(pk__in=keys)
    return dict(rows.values_list("pk", latest_state_of(kind.model)))


def _keys(kind: ListKind, number: int) -> list[int]:
    """Keys for entries that will be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [kind.model._meta.db_table, number],
        )
        return [row[0] for row in cursor.fetchall()]


def _life(new_as: str) -> dict[str, Any]:
    """What a new entry's life begins with. Staff cannot say that an entry is right, so nothing is
    confirmed; nobody is written to."""
    now = timezone.now()
    match new_as:
        case ListImport.As.PUBLISHED:
            return {"status": Status.PUBLISHED, "published_at": now, "reviewed_at": now}
        case ListImport.As.SUBMITTED:
            return {"status": Status.SUBMITTED, "submitted_at": now}
    return {"status": Status.DRAFT}


def _fill(kind: ListKind, item: Any, values: dict[str, Any]) -> None:
    for column in kind.stored:
        if column.name in values and not column.is_many:
            assert column.field is not None
            setattr(item, column.field.attname, values[column.name])
    if "organisation_id" in values:
        item.organisation_id = values["organisation_id"]


def _locate(item: Any, areas: dict[int, Area], owners: dict[int, Organisation]) -> None:
    item.area = areas.get(item.area_id)
    if getattr(item, "organisation_id", None) in owners:
        item.organisation = owners[item.organisation_id]
    item.locate()


def _remove_terms(kind: ListKind, name: str, pairs: list[Pair]) -> None:
    field = kind.model._meta.get_field(name)
    through, owner, term = _join(field)
    gone = models.Q()
    for item, values in pairs:
        if name in values:
            left = {row.pk for row in getattr(item, name).all()} - set(values[name])
            if left:
                gone |= models.Q(**{owner: item.pk, f"{term}__in": left})
    if gone:
        through._base_manager.filter(gone).delete()


def _add_terms(kind: ListKind, name: str, pairs: list[Pair]) -> None:
    field = kind.model._meta.get_field(name)
    through, owner, term = _join(field)
    owners: list[int] = []
    terms: list[int] = []
    for item, values in pairs:
        if values.get(name):
            cached = getattr(item, "_prefetched_objects_cache", {})
            there = {row.pk for row in getattr(item, name).all()} if name in cached else set()
            fresh = [key for key in values[name] if key not in there]
            owners += [item.pk] * len(fresh)
            terms += fresh
    if owners:
        statement = sql.SQL(
            "INSERT INTO {} ({}, {}) SELECT * FROM unnest(%s::bigint[], %s::bigint[]) "
            "ON CONFLICT DO NOTHING"
        ).format(
            sql.Identifier(through._meta.db_table), sql.Identifier(owner), sql.Identifier(term)
        )
        with connection.cursor() as cursor:
            cursor.execute(statement.as_string(), [owners, terms])


def _join(field: Any) -> tuple[type[models.Model], str, str]:
    """The rows of a many-to-many field: their model, and the columns of its two sides."""
    through = field.remote_field.through
    sides = {
        side: through._meta.get_field(side).attname
        for side in (field.m2m_field_name(), field.m2m_reverse_field_name())
    }
    return through, *sides.values()
