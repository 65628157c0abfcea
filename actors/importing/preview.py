"""What people read of a list's rows, and what they decide about them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
    return (
        of.rows.filter(**tab.where)
        .order_by("number")
        .select_related("organisation__area", "offer__organisation")
        .defer("organisation__description", "offer__description")
    )


@dataclass(frozen=True)
class Described:
    """A row as a page shows it: what it is about, what changes from what into what, what says most
    of that, and where staff say what becomes of it."""

    row: ImportRow
    entry: Any
    changes: list[tuple[str, str, str]]
    telling: list[str]
    decision: BoundField | None = None

    @property
    def is_new(self) -> bool:
        return bool(self.changes) and not self.row.before


def described(
    kind: ListKind, shown: list[ImportRow], decisions: Form | None = None
) -> list[Described]:
    """Rows with their values in words: one query for all terms they name. `decisions` has a field
    for each row that waits for one."""
    names = _names(kind, shown)
    most = {kind.columns.by_name[name].heading for name in TELLING[kind.name]}
    found = []
    for row in shown:
        changes = []
        if row.outcome in {Outcome.NEW, Outcome.SUSPECT} and not row.before:
            changes = _contents(kind, row, names)
        elif row.before:
            for name in sorted(row.values, key=_place(kind)):
                before, after = row.before.get(name), row.values[name]
                if before == after:
                    continue
                if name == "organisation_id":
                    label = str(kind.columns.by_name["organisation"].heading)
                    was, becomes = (names.get((Organisation, key), "") for key in (before, after))
                    changes.append((label, was, becomes))
                    continue
                column = kind.columns.by_name[name]
                changes.append(
                    (column.heading, column.shown(before, names), column.shown(after, names))
                )
        telling = [after for label, _before, after in changes if label in most]
        field = decisions[f"row_{row.pk}"] if decisions else None
        found.append(Described(row, getattr(row, kind.name), changes, telling, field))
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


def _names(kind: ListKind, shown: list[ImportRow]) -> dict[tuple[type[models.Model], int], str]:
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for row in shown:
        for values in (row.values, row.before):
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
