"""An attacker with endless patience: he tries every answer of every person.

He knows who belongs to which cell and reads everything that is shown. If he knows the attributed
answers, too ("anonymous"), he takes them off every figure and tries those of the anonymous.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator

from surveys.disclosure import Column, Release, Rows, Span, Table, Tally

#: What one person can have done: the figures that she counts in.
Person = frozenset


def answers(table: Table) -> list[Person]:
    """What somebody who answered a question may have answered."""
    name, rows = table.name, list(table.counts)
    if table.rows == Rows.ONE_OF:
        chosen: Iterable[tuple] = [(row,) for row in rows]
    else:
        least = 1 if table.rows == Rows.SOME_OF else 0
        chosen = [
            some
            for number in range(least, len(rows) + 1)
            for some in itertools.combinations(rows, number)
            if table.alone not in some or number == 1
        ]
    return [frozenset({(name, None), *((name, row) for row in some)}) for some in chosen]


def with_follow_up(first: Table, row: str, second: Table, *, whole: bool) -> list[Person]:
    """What somebody may have answered to a question and the one that follows `row`."""
    found = []
    for one in answers(first):
        if (first.name, row) not in one or not whole:
            found.append(one)
        if (first.name, row) in one:
            found += [one | other for other in answers(second)]
    return found


def known(table: Table, row: str | None, cells: Iterable, part: str) -> int:
    """What the attacker may take off a figure."""
    if part == "all":
        return 0
    tally = table.base(cells) if row is None else table.count(row, cells)
    return tally.attributed


def figures(tables: Iterable[Table], releases: Iterable[Release], part: str) -> Iterator[tuple]:
    """Everything that is shown: of which cells, which figure, from where to where."""
    by_name = {table.name: table for table in tables}
    for release in releases:
        table = by_name[release.table]
        columns: list[tuple[list, Column]] = []
        if release.total is not None:
            columns.append((list(table.bases), release.total))
        groups = table.groups(release.breakdown)
        columns += [(groups[group], column) for group, column in release.groups.items()]
        for cells, column in columns:
            spans = {None: Span(column.base, column.base), **column.counts}
            for row, span in spans.items():
                less = known(table, row, cells, part)
                yield cells, (table.name, row), span.lowest - less, span.highest - less


def possible(
    tables: list[Table],
    releases: list[Release],
    part: str = "all",
    people: list[Person] | None = None,
) -> list[dict]:
    """Every wave that agrees with what is shown: counts by cell and figure. The first table is
    answered by everybody; `people` are the kinds of people there are, if there is more than one."""
    first = tables[0]
    people = people or answers(first)
    by_cell = []
    for cell, base in first.bases.items():
        size = base.all if part == "all" else base.anonymous
        counted = {
            frozenset(Counter(itertools.chain.from_iterable(some)).items())
            for some in itertools.combinations_with_replacement(people, size)
        }
        by_cell.append([(cell, dict(counts)) for counts in counted])
    shown = list(figures(tables, releases, part))
    found = []
    for combination in itertools.product(*by_cell):
        wave = dict(combination)
        if all(
            lowest <= sum(wave.get(cell, {}).get(figure, 0) for cell in cells) <= highest
            for cells, figure, lowest, highest in shown
        ):
            found.append(wave)
    return found


def count(wave: dict, cells: Iterable, figure: tuple) -> int:
    return sum(wave[cell].get(figure, 0) for cell in cells)


def betrayed(
    tables: list[Table], releases: list[Release], waves: list[dict], part: str
) -> Iterator[tuple]:
    """Which counts follow that must not: in the words of `surveys.disclosure`."""
    for table in tables:
        ours = [release for release in releases if release.table == table.name]
        threshold = ours[0].threshold
        agreeing = set()
        columns = [(list(table.bases), ours[0].total)] if ours[0].total else []
        for release in ours:
            groups = table.groups(release.breakdown)
            columns += [(groups[group], column) for group, column in release.groups.items()]
        for cells, _column in columns:
            of = _size(table.base(cells), part)
            for row, cell in itertools.product(table.counts, cells):
                number = _size(table.count(row, cells), part)
                if of >= 2 * threshold and number in (0, of):
                    agreeing.add((row, cell, number == of))
        for cells in _protected(table, ours):
            size = _size(table.base(cells), part)
            if not 0 < size < 2 * threshold:
                continue
            there = [cell for cell in cells if _size(table.bases[cell], part)]
            for row in table.counts:
                numbers = {count(wave, cells, (table.name, row)) for wave in waves}
                less = {
                    count(wave, cells, (table.name, None)) - count(wave, cells, (table.name, row))
                    for wave in waves
                }
                truth = _size(table.count(row, cells), part)
                if truth in (0, size) and all(
                    (row, cell, truth == size) in agreeing for cell in there
                ):
                    continue  # it is said of twice the threshold or more
                if (size < threshold and len(numbers) == 1) or numbers == {0} or less == {0}:
                    yield table.name, frozenset(cells), row


def _protected(table: Table, releases: list[Release]) -> Iterator[list]:
    for release in releases:
        groups = table.groups(release.breakdown)
        yield from groups.values()
        if release.total is not None:
            yield [cell for group in release.hidden for cell in groups[group]]
    yield list(table.bases)
    if len(table.breakdowns) > 1:
        yield from ([cell] for cell in table.bases)


def _size(tally: Tally, part: str) -> int:
    return tally.all if part == "all" else tally.anonymous
