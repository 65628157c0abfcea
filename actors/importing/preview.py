"""What people read of a list's rows, and what they decide about them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db import models
from django.forms import BoundField, Form
from django.utils.functional import Promise
from django.utils.text import capfirst

from actors.importing.kinds import ADDED, ListKind
from actors.models import ImportRow, ListImport, Organisation
from actors.models.list_import import (
    KEPT_BACK,
    LEFT_OUT,
    Decision,
    Outcome,
    Result,
    Step,
)
from ssoe_portal.common.tables import harmless
from ssoe_portal.common.vocabulary import Term, label_in

#: What says most about an entry, beside its name.
TELLING = {
    "organisation": ("kind", "area"),
    "offer": ("organisation", "category", "area"),
}


@dataclass(frozen=True)
class Tab:
    """A part of a list's rows: its name, how many there are, which rows."""

    key: str
    label: str | Promise
    number: int
    where: dict[str, Any]

    @property
    def compares(self) -> bool:
        """Whether all of its rows are about something that stood there before."""
        return self.key in {Outcome.CHANGED, Result.UPDATED}


def tabs(of: ListImport, numbers: dict[str, int]) -> list[Tab]:
    """The parts that have any rows, in the order in which they matter; of a list that was written,
    what became of it."""
    found = []
    if of.step in {Step.WRITTEN, Step.UNDONE}:
        for result in (*KEPT_BACK, *LEFT_OUT, Result.CREATED, Result.UPDATED, Result.UNDONE):
            number = numbers[f"result_{result.replace('-', '_')}"]
            found.append(Tab(result, capfirst(str(result.label)), number, {"result": result}))
        rest = (Outcome.SUSPECT, Outcome.WRONG, Outcome.UNCHANGED)
    else:
        rest = tuple(Outcome)
    for outcome in rest:
        where: dict[str, Any] = {"outcome": outcome}
        number = numbers[f"outcome_{outcome}"]
        if of.step != Step.CHECKED and outcome == Outcome.SUSPECT:
            where["decision"] = Decision.SKIP
            number = numbers["skipped"]
        found.append(Tab(outcome, capfirst(str(outcome.label)), number, where))
    return [tab for tab in found if tab.number]


def rows(of: ListImport, tab: Tab) -> models.QuerySet:
    found = (
        of.rows.filter(**tab.where)
        .order_by("number")
        .select_related("organisation__area", "offer__organisation")
    )
    if of.is_checked and tab.key == Outcome.SUSPECT:
        return found  # they are compared with all of what stands there
    return found.defer("organisation__description", "offer__description")


@dataclass(frozen=True)
class Described:
    """A row as a page shows it: what it is about, what changes from what into what, what says most
    of that, where staff say what becomes of it, what that would change in an entry that is
    perhaps the same, and what readers would miss."""

    row: ImportRow
    entry: Any
    changes: list[tuple[str, str, str]]
    telling: list[str]
    decision: BoundField | None = None
    would_change: list[tuple[str, str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return bool(self.changes) and not self.row.before


def described(
    kind: ListKind, shown: list[ImportRow], decisions: Form | None = None
) -> list[Described]:
    """Rows with their values in words: one query for all terms they name. `decisions` has a field
    for each row that waits for one."""
    there = _there(kind, shown) if decisions else {}
    names = _names(kind, shown, there.values())
    missing = _missing(kind, shown)
    most = {kind.columns.by_name[name].heading for name in TELLING[kind.name]}
    found = []
    for row in shown:
        changes = []
        if row.outcome in {Outcome.NEW, Outcome.SUSPECT} and not row.before:
            changes = _contents(kind, row, names)
        elif row.result == Result.UNDONE and row.before:
            changes = _compared(kind, row.values, row.before, names)  # it went the other way again
        elif row.before:
            changes = _compared(kind, row.before, row.values, names)
        telling = [after for label, _before, after in changes if label in most]
        decision = decisions[f"row_{row.pk}"] if decisions else None
        would = _compared(kind, there[row.pk], row.values, names) if row.pk in there else []
        entry, lacks = getattr(row, kind.name), missing.get(row.pk, [])
        found.append(Described(row, entry, changes, telling, decision, would, lacks))
    return found


def _there(kind: ListKind, shown: list[ImportRow]) -> dict[int, dict[str, Any]]:
    """What the entries that rows are perhaps about have now, in the columns of those rows."""
    entries = {row.pk: entry for row in shown if (entry := getattr(row, kind.name)) is not None}
    used = {name for row in shown for name in row.values}
    models.prefetch_related_objects(list(entries.values()), *used.intersection(kind.many))
    return {
        row.pk: kind.values_of(entries[row.pk], row.values) for row in shown if row.pk in entries
    }


def _missing(kind: ListKind, shown: list[ImportRow]) -> dict[int, list[str]]:
    """What rows that would be new and incomplete lack."""
    new = [row for row in shown if row.is_incomplete and row.outcome == Outcome.NEW]
    new = [row for row in new if not row.result]  # what is entered says it itself
    keys = {row.values.get("organisation_id") for row in new} - {None}
    owners = Organisation.objects.only("email", "website").in_bulk(keys) if keys else {}
    return {
        row.pk: kind.gaps(row.values, owner)
        for row in new
        if (owner := owners.get(row.values.get("organisation_id"))) or not kind.belongs
    }


def _compared(
    kind: ListKind, was: dict[str, Any], becomes: dict[str, Any], names: dict
) -> list[tuple[str, str, str]]:
    """What is not the same before and after, by column."""
    found = []
    for name in sorted(becomes, key=_place(kind)):
        before, after = was.get(name), becomes[name]
        if before == after:
            continue
        if name == "organisation_id":
            heading = kind.columns.by_name["organisation"].heading
            words = [names.get((Organisation, key), "") for key in (before, after)]
        else:
            column = kind.columns.by_name[name]
            heading, words = column.heading, [column.shown(v, names) for v in (before, after)]
        found.append((heading, words[0], words[1]))
    return found


def _place(kind: ListKind) -> Callable[[str], int]:
    """Where a value stands among the columns."""
    order = [column.name for column in kind.columns.all]
    return lambda name: order.index("organisation" if name == "organisation_id" else name)


def _contents(kind: ListKind, row: ImportRow, names: dict) -> list[tuple[str, str, str]]:
    """What a new entry would have."""
    found = []
    if key := row.values.get("organisation_id"):
        label = kind.columns.by_name["organisation"].heading
        found.append((label, "", names.get((Organisation, key), "")))
    for column in kind.stored:
        words = column.shown(row.values.get(column.name), names)
        if words and column.name != kind.title:
            found.append((column.heading, "", words))
    return found


def _names(
    kind: ListKind, shown: list[ImportRow], there: Iterable[dict[str, Any]] = ()
) -> dict[tuple[type[models.Model], int], str]:
    """The names of whatever rows, and what stands there, refer to."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for values in chain(there, *((row.values, row.before) for row in shown)):
        for name, value in values.items():
            column = kind.columns.by_name.get(name)
            model: Any = None
            if name == "organisation_id":
                model = Organisation
            elif column is not None and column.field is not None:
                model = column.field.related_model
            if model is not None:
                keys = value if isinstance(value, list) else [value]
                wanted[model].update(key for key in keys if key is not None)
    parts = [
        model._base_manager.order_by()
        .filter(pk__in=keys)
        .annotate(
            what=models.Value(model._meta.label),
            words=label_in() if issubclass(model, Term) else models.F("name"),
        )
        .values_list("what", "pk", "words")
        for model, keys in wanted.items()
        if keys
    ]
    if not parts:
        return {}
    models_by_label = {model._meta.label: model for model in wanted}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    rows = rows.order_by("what", "pk")  # a union takes its first model's order otherwise
    return {(models_by_label[label], pk): words for label, pk, words in rows}


def decide(of: ListImport, chosen: dict[int, str]) -> None:
    """Note what becomes of rows that are perhaps there already."""
    by_decision: dict[str, list[int]] = defaultdict(list)
    for pk, decision in chosen.items():
        by_decision[decision].append(pk)
    for decision, keys in by_decision.items():
        _decide(of, models.Q(pk__in=keys), decision)


def decide_all(of: ListImport, decision: str) -> None:
    _decide(of, models.Q(), decision)


def _decide(of: ListImport, which: models.Q, decision: str) -> None:
    """Only while the list waits for that; of all rows only those that it may be said of
    (`ImportRow.decisions`)."""
    suspects = of.rows.filter(which, outcome=Outcome.SUSPECT, of__step=Step.CHECKED)
    if decision == Decision.UPDATE:
        suspects = suspects.exclude(organisation=None, offer=None)
    suspects.update(decision=decision)


def wrong_rows(of: ListImport) -> Iterator[Iterable[str]]:
    """The rows with errors as they stood in the file, and before them what is wrong."""
    yield [*map(str, ADDED), *map(harmless, of.headings)]
    wrong = of.rows.filter(outcome=Outcome.WRONG).order_by("number")
    for row in wrong.only("number", "errors", "cells").iterator(chunk_size=500):
        notes = " · ".join(f"{error['column']}: {error['message']}" for error in row.errors)
        yield [str(row.number), harmless(notes), *map(harmless, row.cells)]
