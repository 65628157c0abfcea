"""What must not follow from all that is shown of a wave, and does (rule 6): the gate from outside.

The audit knows nothing of how a release was made. It asks `knowledge` what somebody can work out.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from surveys.disclosure.knowledge import Knowledge
from surveys.disclosure.tables import (
    PARTS,
    Cell,
    Relation,
    Release,
    Row,
    Span,
    Table,
    released,
    shown_sets,
    size_of,
)
from surveys.disclosure.whole_numbers import reduced


@dataclass(frozen=True)
class Finding:
    """Something that follows from what is shown: of `people` (a group, all, those who are hidden),
    `size` of them, `span` fall in the row. Without a row: a set of so few people can be told from
    the rest that every figure of theirs follows.
    """

    table: str
    part: str
    people: str
    size: int
    row: Row | None
    span: Span
    cells: tuple[Cell, ...]
    because: tuple[str, ...] = ()
    is_certain: bool = True

    def __str__(self) -> str:
        who = f"the {self.size} of “{self.people}”"
        if self.part == "anonymous":
            who += " who answered anonymously"
        if self.row is None:
            return f"{self.table}: every figure of {who} follows by subtracting"
        if not self.is_certain:
            return f"{self.table}: it is not ruled out that “{self.row}” follows of {who}"
        what = f"{self.span} of {who} chose “{self.row}”"
        return f"{self.table}: {what}. It follows from: {'; '.join(self.because)}"


def audit(
    tables: Sequence[Table], releases: Sequence[Release], relations: Iterable[Relation] = ()
) -> list[Finding]:
    """Everything that is betrayed by these releases of these tables, each with what it follows
    from. What counts as betrayed is said in `surveys.disclosure`."""
    relations = list(relations)
    return [
        _explained(finding, tables, releases, relations)
        for finding in _findings(tables, releases, relations)
    ]


def first_finding(
    tables: Sequence[Table], releases: Sequence[Release], relations: Iterable[Relation] = ()
) -> Finding | None:
    """One of them, if there is any, as fast as possible."""
    return next(_findings(tables, releases, list(relations)), None)


def what_follows(
    tables: Sequence[Table],
    releases: Sequence[Release],
    relations: Iterable[Relation] = (),
    *,
    part: str = "all",
) -> dict[tuple[str, Row | None, Cell], Span]:
    """The tightest bounds of every count (and, with None for a row, of every base): for the public
    of all people or, for those who know the attributed answers, of the anonymous."""
    knowledge = Knowledge(tables, releases, list(relations), part)
    return {
        (table.name, row, cell): knowledge.span(*knowledge.figure(table, row, [cell]))
        for table in tables
        for row in [*table.counts, None]
        for cell in table.bases
    }


class People(NamedTuple):
    """Those whose answers must not follow."""

    label: str
    cells: tuple[Cell, ...]


def _findings(
    tables: Sequence[Table], releases: Sequence[Release], relations: Sequence[Relation]
) -> Iterator[Finding]:
    ours = {table.name: released(table, releases) for table in tables}
    audited = [table for table in tables if ours[table.name]]
    for table in audited:
        yield from _told_apart(table, ours[table.name])
    for part in PARTS:
        knowledge = before = None
        for table in audited:
            for people, row in _sensitive(table, ours[table.name], part):
                knowledge = knowledge or Knowledge(tables, releases, relations, part)
                for terms in knowledge.secrets(table, row, people.cells):
                    is_fixed = knowledge.is_fixed(terms)
                    if is_fixed is False:
                        continue
                    before = before or Knowledge(tables, [], relations, part)
                    if before.is_fixed(terms):
                        continue  # it was known before anything was shown
                    count = size_of(table.count(row, people.cells), part)
                    yield Finding(
                        table.name,
                        part,
                        people.label,
                        size_of(table.base(people.cells), part),
                        row,
                        Span(count, count),
                        people.cells,
                        is_certain=is_fixed is True,
                    )
                    break


def _sensitive(
    table: Table, releases: Sequence[Release], part: str
) -> Iterator[tuple[People, Row]]:
    """The counts that must not follow: whose, and in which row."""
    threshold = releases[0].threshold
    agreeing = _agreeing(table, releases, part)
    for people in _protected(table, releases):
        size = size_of(table.base(people.cells), part)
        if not 0 < size < 2 * threshold:
            continue
        there = {cell for cell in people.cells if size_of(table.bases[cell], part)}
        for row in table.counts:
            count = size_of(table.count(row, people.cells), part)
            if count in (0, size):
                if not there <= agreeing[row, bool(count)]:
                    yield people, row
            elif size < threshold:
                yield people, row


def _agreeing(
    table: Table, releases: Sequence[Release], part: str
) -> dict[tuple[Row, bool], set[Cell]]:
    """The people of whom a figure says that they agree, or that none does, together with twice the
    threshold or more: a statement about those, not about a single one."""
    found: dict[tuple[Row, bool], set[Cell]] = {
        (row, agree): set() for row in table.counts for agree in (True, False)
    }
    for _label, cells, _column in shown_sets(table, releases):
        size = size_of(table.base(cells), part)
        if size < 2 * releases[0].threshold:
            continue
        for row in table.counts:
            count = size_of(table.count(row, cells), part)
            if count in (0, size):
                found[row, bool(count)].update(cells)
    return found


def _protected(table: Table, releases: Sequence[Release]) -> Iterator[People]:
    """Groups, those hidden together, all, and the people in one group of each breakdown."""
    for release in releases:
        groups = table.groups(release.breakdown)
        for group, cells in groups.items():
            yield People(group, tuple(cells))
        hidden = tuple(cell for group in release.hidden for cell in groups[group])
        if release.total is not None and len(release.hidden) > 1:
            yield People("those hidden together", hidden)
    yield People("all", tuple(table.bases))
    if len(table.breakdowns) > 1:
        for cell in table.bases:
            yield People(" and ".join(cell), (cell,))


def _told_apart(table: Table, releases: Sequence[Release]) -> Iterator[Finding]:
    """Sets of fewer people than the threshold whose figures follow from the shown ones by linear
    algebra, whatever the figures are (rule 2).

    A set follows if it is a combination of shown sets. Then every difference between tables with
    the same figures (the kernel) adds up to nothing in it. So each cell gets its place in the
    kernel, and the sets are those whose places add up to zero.
    """
    for part in PARTS:
        sizes = {cell: size_of(base, part) for cell, base in table.bases.items()}
        cells = sorted((cell for cell, size in sizes.items() if size), key=sizes.__getitem__)
        number = {cell: place for place, cell in enumerate(cells)}
        shown = reduced(
            {number[cell]: 1 for cell in members if cell in number}
            for _label, members, _column in shown_sets(table, releases)
        )
        free = [place for place in range(len(cells)) if place not in shown]
        whole = math.lcm(*(value.denominator for row in shown.values() for value in row.values()))
        places = [
            tuple(
                int(-whole * shown[place].get(other, 0))
                if place in shown
                else whole * (place == other)
                for other in free
            )
            for place in range(len(cells))
        ]
        for members in _adding_up(places, [sizes[cell] for cell in cells], releases[0].threshold):
            few = tuple(cells[place] for place in members)
            size = sum(sizes[cell] for cell in few)
            people = " + ".join(" and ".join(cell) for cell in few)
            yield Finding(table.name, part, people, size, None, Span(size, size), few)


def _adding_up(
    places: Sequence[tuple], sizes: Sequence[int], threshold: int
) -> Iterator[list[int]]:
    """Sets of fewer people than the threshold whose places add up to zero. `sizes` increase."""
    zero = tuple(0 for _ in places[0]) if places else ()

    def grow(start: int, members: list[int], place: tuple, room: int) -> Iterator[list[int]]:
        for number in range(start, len(sizes)):
            if sizes[number] > room:
                return
            there = tuple(one + other for one, other in zip(place, places[number], strict=True))
            together = [*members, number]
            if there == zero:
                yield together
            yield from grow(number + 1, together, there, room - sizes[number])

    yield from grow(0, [], zero, threshold - 1)


def _explained(
    finding: Finding,
    tables: Sequence[Table],
    releases: Sequence[Release],
    relations: Sequence[Relation],
) -> Finding:
    """The finding with what it follows from: facts of which none can be spared."""
    if finding.row is None:
        return finding
    table = next(table for table in tables if table.name == finding.table)
    row = finding.row

    def still_follows(without: Iterable[str]) -> bool:
        knowledge = Knowledge(tables, releases, relations, finding.part, without)
        return any(
            knowledge.is_fixed(terms) or (not finding.is_certain and knowledge.follows(terms))
            for terms in knowledge.secrets(table, row, finding.cells)
        )

    if not still_follows(()):
        return finding
    knowledge = Knowledge(tables, releases, relations, finding.part)
    facts = list(dict.fromkeys(known.words for known in knowledge.sums))
    spared: set[str] = set()
    for fact in facts:
        if still_follows({*spared, fact}):
            spared.add(fact)
    because = tuple(fact for fact in facts if fact not in spared)
    return replace(finding, because=because, is_certain=True)
