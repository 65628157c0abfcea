"""Taking back what a list has written: new entries go, changed ones get back what they had.

What somebody has changed since, or what something else belongs to by now, stays and is listed.
"""

from functools import reduce
from operator import or_
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from actors.importing import BATCH, storing
from actors.importing.kinds import LISTS, ListKind
from actors.importing.writing import Noted, hold, hold_entries, hold_kind
from actors.models import (
    DuplicatePair,
    ImportRow,
    ListImport,
    OfferSearch,
    OrganisationSearch,
)
from actors.models.list_import import Result, Step

#: What the portal itself writes about entries; it goes with them.
OWN = (DuplicatePair, ImportRow, OfferSearch, OrganisationSearch)


def undo(of: ListImport, by) -> None:
    """Take a list back on behalf of whoever said so, batch by batch, the last rows first."""
    kind = LISTS[of.kind](by)
    while _batch(of.pk, kind):
        pass


@transaction.atomic
def _batch(pk: int, kind: ListKind) -> bool:
    of = hold(pk, Step.UNDOING)
    if of is None:
        return False
    hold_kind(kind)
    rows = list(of.rows.to_undo()[:BATCH])
    if not rows:
        of.move((Step.UNDOING,), Step.UNDONE, done=of.done)
        return False
    keys = [getattr(row, f"{kind.name}_id") for row in rows]
    owners = storing.hold_organisations(row.before.get("organisation_id") for row in rows)
    # Whoever may take the list back may take back its drafts, too.
    held = hold_entries(kind.all_entries(), keys, no_key=False)
    used = _used(kind, held)
    noted: list[Noted] = []
    gone, back = [], []
    for row, key in zip(rows, keys, strict=True):
        item = held.get(key)
        owner = row.before.get("organisation_id")
        if item is None:
            noted.append((row, Result.UNDONE, None))  # somebody has removed it already
        elif row.seen != item.latest_state or owner not in {None, *owners}:
            noted.append((row, Result.EDITED, item))
        elif row.result == Result.CREATED and item.pk in used:
            noted.append((row, Result.USED, item))
        elif row.result == Result.CREATED:
            gone.append(item.pk)
            noted.append((row, Result.UNDONE, None))
        else:
            if owner is not None:
                row.before["organisation_id"] = owners[owner].pk
            back.append((item, row.before))
            noted.append((row, Result.UNDONE, item))
    storing.change(kind, back, owners)
    _remove(kind, gone)
    storing.note(kind, noted)
    ListImport.objects.filter(pk=pk).update(done=models.F("done") + len(rows))
    return True


def _used(kind: ListKind, held: dict[int, Any]) -> set[int]:
    """Those of these entries that something refers to by now: an offer, a team, a sign-up, an
    answer, in whatever app."""
    refers = [
        Exists(relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")}))
        for relation in _relations(kind)
        if not _is_own(kind, relation)
    ]
    rows = kind.model._base_manager.filter(reduce(or_, refers), pk__in=held)
    return set(rows.values_list("pk", flat=True))


def _remove(kind: ListKind, keys: list[int]) -> None:
    """Remove entries that nothing is `_used` of. They go before their terms: whatever list of terms
    goes first writes their rows in the search once more, which takes longer than all the rest.
    Foreign keys are checked at the end of the transaction."""
    rows = kind.model._base_manager.filter(pk__in=keys)
    rows._raw_delete(rows.db)
    for relation in _relations(kind):
        if _is_own(kind, relation):
            own = relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__in": keys}
            )
            if relation.on_delete is models.SET_NULL:
                own.update(**{relation.field.name: None})
            else:
                own.delete()


def _relations(kind: ListKind) -> list[models.ManyToOneRel]:
    """What may refer to an entry of a kind, apart from its history, which stays."""
    return [
        relation
        for relation in kind.model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
        and not hasattr(relation.related_model, "pgh_tracked_model")
    ]


def _is_own(kind: ListKind, relation: models.ManyToOneRel) -> bool:
    """Whether this is part of an entry, or written about it by the portal itself."""
    terms = {field.remote_field.through for field in kind.model._meta.many_to_many}
    return relation.related_model in terms or issubclass(relation.related_model, OWN)
