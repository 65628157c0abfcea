"""Figures as spans, so that they do not say what each single person answered (rules 4 and 5).

Only the anonymous are widened where there are any: if none of all is in a row, none of them is, and
if all are, all of them are. So what protects them against those who can subtract the attributed
answers protects everybody against the public.
"""

from collections.abc import Iterable, Mapping

from surveys.disclosure.tables import Cell, Row, Rows, Span, Table, size_of


def spans(
    table: Table, cells: Iterable[Cell], threshold: int, *, hidden: bool = False
) -> dict[Row, Span]:
    """What may be said of these people, row by row.

    They are a group that is shown, or all who are hidden: `hidden` people are widened however many
    they are, for there are small groups among them.
    """
    cells = list(cells)
    base = table.base(cells)
    counts = {row: table.count(row, cells) for row in table.counts}
    part = "anonymous" if base.anonymous else "all"
    size = size_of(base, part)
    if not hidden and size >= 2 * threshold:
        return {row: Span(count.all, count.all) for row, count in counts.items()}
    numbers = {row: size_of(count, part) for row, count in counts.items()}
    found = {row: _all_or_none(number, size) for row, number in numbers.items()}
    # If some answered outside these rows, they do not add up to the base.
    if table.rows == Rows.ONE_OF and sum(numbers.values()) == size:
        found |= _complement(numbers)
    known = {row: count.all - numbers[row] for row, count in counts.items()}
    return {row: span + Span(known[row], known[row]) for row, span in found.items()}


def _all_or_none(number: int, size: int) -> Span:
    """Nobody and one are one figure, and so are all and all but one (rule 4)."""
    few, most = number <= 1, number >= size - 1
    return Span(
        0 if few else size - 1 if most else number,
        size if most else 1 if few else number,
    )


def _complement(counts: Mapping[Row, int]) -> dict[Row, Span]:
    """Widen rows that add up to the base, so that no row of "0–1" follows from the others (rule 5).

    Rows of nobody or one person are "0–1" by rule 4. If they hold two people or more, each of them
    may be empty or not. If they hold one or none, the largest other row takes part: one person of
    it could as well be in one of them. Tables that only differ in this get the same figures,
    whichever of them is true; `base` below is what they have in common.
    """
    few = [row for row, number in counts.items() if number <= 1]
    ones = sum(counts[row] for row in few)
    most = max(counts.values(), default=0)
    if not few or most < 2:
        return {}
    if ones != 1 and most == 2:
        return {row: Span(0, 2) for row in counts}
    if ones > 1:
        return {}
    base = {row: 0 if row in few else number for row, number in counts.items()}
    if not ones:
        base[_largest(base)] -= 1
    return {
        row: Span(number, number + 1)
        for row, number in base.items()
        if row not in few and _largest({**base, row: number + 1}) == row
    }


def _largest(counts: Mapping[Row, int]) -> Row:
    """The largest row, of equal ones the first."""
    return max(counts, key=lambda row: counts[row])
