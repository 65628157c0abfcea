"""What may be shown: groups by their size, figures widened, then less until the audit is clean."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_

from surveys.disclosure.audit import first_finding
from surveys.disclosure.knowledge import Knowledge
from surveys.disclosure.tables import (
    PARTS,
    Cell,
    Column,
    Group,
    Reason,
    Relation,
    Release,
    Row,
    Rows,
    Span,
    Table,
    Tally,
)
from surveys.disclosure.widening import spans


def release(
    *,
    bases: Mapping[Group, Tally],
    counts: Mapping[Row, Mapping[Group, Tally]],
    threshold: int,
    rows: Rows = Rows.ANY_OF,
) -> Release:
    """Decide what may be shown of one question that nothing else depends on.

    `bases` says how many people of each group answered, `counts` how many of them fall in each row.
    """
    table = Table("", {(group,): base for group, base in bases.items()}, _celled(counts), rows)
    return release_all([table], threshold)[0]


def _celled(counts: Mapping[Row, Mapping[Group, Tally]]) -> dict[Row, dict[Cell, Tally]]:
    return {
        row: {(group,): tally for group, tally in cells.items()} for row, cells in counts.items()
    }


def release_all(
    tables: Sequence[Table], threshold: int, relations: Iterable[Relation] = ()
) -> list[Release]:
    """Decide what may be shown of a wave: of each table, one release by each of its breakdowns.

    Questions that depend on each other (`relations`) are looked at together, too. Where the audit
    finds something, less is shown, first of the later tables. Every step hides a group or withholds
    a question, so it ends. Raises ValueError if a relation does not hold.
    """
    if threshold < 3:
        raise ValueError("a threshold under three protects nobody")
    relations = list(relations)
    drafts = {table.name: Draft(table, threshold) for table in tables}
    if len(drafts) < len(tables):
        raise ValueError("two tables have the same name")
    for table in tables:
        _mend([drafts[table.name]], [])
    for names in _related(tables, relations):
        theirs = [relation for relation in relations if relation.inner.table in names]
        for part in PARTS:
            Knowledge([drafts[name].table for name in names], [], theirs, part)  # do they hold?
        _mend([drafts[name] for name in names], theirs)
    return [release for draft in drafts.values() for release in draft.releases()]


def _mend(drafts: list["Draft"], relations: list[Relation]) -> None:
    """Show less until the audit finds nothing."""
    tables = [draft.table for draft in drafts]
    while talking := [draft for draft in drafts if draft.says_anything]:
        releases = [release for draft in drafts for release in draft.releases()]
        finding = first_finding(tables, releases, relations)
        if finding is None:
            return
        last = talking[-1]
        last.show_less(finding.cells if finding.table == last.table.name else ())


def _related(tables: Sequence[Table], relations: Iterable[Relation]) -> list[list[str]]:
    """The tables that depend on each other, in bundles, each in the given order."""
    bundle = {table.name: table.name for table in tables}
    for relation in relations:
        one, other = bundle[relation.inner.table], bundle[relation.outer.table]
        bundle = {name: one if key == other else key for name, key in bundle.items()}
    found: dict[str, list[str]] = {}
    for name, key in bundle.items():
        found.setdefault(key, []).append(name)
    return [names for names in found.values() if len(names) > 1]


class Draft:
    """What is to be shown of one table, and less when told so."""

    def __init__(self, table: Table, threshold: int) -> None:
        self.table = table
        self.threshold = threshold
        self.hidden: dict[str, dict[Group, Reason]] = {
            breakdown: self._hidden_by_size(breakdown) for breakdown in table.breakdowns
        }
        self.withheld = None if self._large_enough(table.bases) else Reason.SMALL

    @property
    def says_anything(self) -> bool:
        """A question that is withheld because few answered says just that."""
        return self.withheld != Reason.COMPLEMENTARY

    def show_less(self, cells: Iterable[Cell]) -> None:
        """Hide one more group of the last breakdown that still shows some, preferably one with
        these cells, or withhold the whole question."""
        for breakdown in reversed(self.table.breakdowns) if self.withheld is None else ():
            hidden = self.hidden[breakdown]
            groups = self._groups(breakdown)
            concerned = set(cells)
            shown = sorted(
                (group for group in groups if group not in hidden),
                key=lambda group: (
                    concerned.isdisjoint(groups[group]),
                    self._rank(groups[group]),
                ),
            )
            if shown:
                hidden[shown[0]] = Reason.COMPLEMENTARY
                return
        self.withheld = Reason.COMPLEMENTARY

    def releases(self) -> list[Release]:
        total = None
        if self.withheld is None:
            by_breakdown = [self._totals(breakdown) for breakdown in self.table.breakdowns]
            total = Column(
                self.table.base(self.table.bases).all,
                # One figure for all of them: what two narrower ones have in common could say more.
                {
                    row: reduce(or_, (totals[row] for totals in by_breakdown))
                    for row in self.table.counts
                },
            )
        return [self._release(breakdown, total) for breakdown in self.table.breakdowns]

    def _release(self, breakdown: str, total: Column | None) -> Release:
        groups = self._groups(breakdown)
        hidden = self.hidden[breakdown]
        if self.withheld is not None:
            hidden = dict.fromkeys(groups, self.withheld)
        shown = {
            group: Column(self.table.base(cells).all, spans(self.table, cells, self.threshold))
            for group, cells in groups.items()
            if group not in hidden
        }
        return Release(
            self.threshold, total, shown, dict(hidden), self.withheld, self.table.name, breakdown
        )

    def _totals(self, breakdown: str) -> dict[Row, Span]:
        """Totals are sums of what is shown and of the hidden ones' spans, so that nothing follows
        from subtracting."""
        hidden = self.hidden[breakdown]
        groups = self._groups(breakdown)
        out_of_sight = [cell for group in hidden for cell in groups[group]]
        parts = [
            spans(self.table, cells, self.threshold)
            for group, cells in groups.items()
            if group not in hidden
        ]
        parts.append(spans(self.table, out_of_sight, self.threshold, hidden=True))
        return {row: sum((part[row] for part in parts), Span(0, 0)) for row in self.table.counts}

    def _hidden_by_size(self, breakdown: str) -> dict[Group, Reason]:
        """Small groups (rule 1), and as many of the next smallest as it takes that those hidden are
        not few together (rule 2)."""
        groups = self._groups(breakdown)
        hidden = {
            group: Reason.SMALL for group, cells in groups.items() if not self._large_enough(cells)
        }
        others = sorted(
            (
                group
                for group in groups
                if group not in hidden and self.table.base(groups[group]).all
            ),
            key=lambda group: self._rank(groups[group]),
        )
        for group in others:
            if self._large_enough(cell for name in hidden for cell in groups[name]):
                break
            hidden[group] = Reason.COMPLEMENTARY
        return hidden

    def _groups(self, breakdown: str) -> dict[Group, list[Cell]]:
        return self.table.groups(breakdown)

    def _rank(self, cells: Iterable[Cell]) -> tuple[int, int]:
        base = self.table.base(cells)
        return base.all, base.anonymous

    def _large_enough(self, cells: Iterable[Cell]) -> bool:
        base = self.table.base(cells)
        return all(size == 0 or size >= self.threshold for size in (base.all, base.anonymous))
