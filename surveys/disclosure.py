"""The gate: every figure that leaves the raw answers goes through `release`.

The table is one question: rows are its answers, columns are groups of respondents (stages). What
would be published is each group's count of people per row, each group's base, and the totals.

Rules, after Hundepool et al., *Statistical Disclosure Control* (Wiley 2012), on tables of counts,
and the practice of German official statistics (Tabellenauswertung, §16 BStatG):

1. *Threshold rule.* A group or a total is shown only if nobody or at least `threshold` people
   stand behind it (primary suppression).
2. *Complementary suppression.* Hidden groups must not follow from the total minus the shown ones.
   So what is hidden together has to have a base of at least `threshold`, and no hidden small group
   may be determined by a row's total and the bases (the Fréchet bounds must leave more than one
   value). While that does not hold, the next smallest group is hidden too.
3. *Anonymous contributors count for themselves.* The task force may read attributed answers and
   could subtract them. So both rules must also hold for the anonymous respondents alone.

4. *Group disclosure.* If all of a small group chose an answer (or none did), the figure says what
   each of them answered, and one who answered alone knows it of all others. So in a group of fewer
   than twice the threshold 0 and 1 are shown as one figure ("0–1"), and so are all and all but
   one ("5–6"). The same holds for the anonymous among a group, which whoever may read attributed
   answers can work out, and for all hidden groups taken together. Totals are the sum of such
   figures, so that nothing follows from subtracting. (Hundepool et al. under "group
   disclosure"; Duncan, Elliot and Salazar-González, *Statistical Confidentiality*, 2011.)

Why rule 4 holds: shown groups, and the hidden ones together, are separate people. For each of them
a figure is a class of counts that depends on sizes and on attributed answers only. Where all agree,
a table in which one of them answered differently has the same figures.

That all of a large group agree is shown: it is a statement about the group.

The attacker is assumed to know every group's base, which is more than is published.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

Group = str
Row = str


@dataclass(frozen=True)
class Tally:
    """A number of people: all of them, and those among them who are anonymous."""

    all: int = 0
    anonymous: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.all + other.all, self.anonymous + other.anonymous)


class Reason(StrEnum):
    """Why a column is hidden."""

    SMALL = "small"
    COMPLEMENTARY = "complementary"


@dataclass(frozen=True)
class Span:
    """How many people: one number, or all that is said is from `lowest` to `highest`."""

    lowest: int
    highest: int

    def __add__(self, other: "Span") -> "Span":
        return Span(self.lowest + other.lowest, self.highest + other.highest)

    @property
    def is_exact(self) -> bool:
        return self.lowest == self.highest


@dataclass(frozen=True)
class Column:
    """A group that may be shown: how many answered, and how many of them in each row."""

    base: int
    counts: Mapping[Row, Span]


@dataclass(frozen=True)
class Release:
    """What may leave the raw answers. `total` is None if even all together are too few."""

    threshold: int
    total: Column | None
    groups: Mapping[Group, Column]
    hidden: Mapping[Group, Reason]


def release(
    *,
    bases: Mapping[Group, Tally],
    counts: Mapping[Row, Mapping[Group, Tally]],
    threshold: int,
) -> Release:
    """Decide what may be shown of one question.

    `bases` says how many people of each group answered, `counts` how many of them fall in each row
    (a person may fall in several rows).
    """
    if threshold < 3:
        raise ValueError("a threshold under three protects nobody")
    total = _sum(bases.values())
    if not _large_enough(total, threshold):
        return Release(threshold, None, {}, dict.fromkeys(bases, Reason.SMALL))
    hidden: dict[Group, Reason] = {
        group: Reason.SMALL for group, base in bases.items() if not _large_enough(base, threshold)
    }
    shown_by_size = sorted(
        (group for group in bases if group not in hidden),
        key=lambda group: (bases[group].all, bases[group].anonymous, group),
    )
    while hidden and not _is_safe(hidden, bases, counts, threshold):
        hidden[shown_by_size.pop(0)] = Reason.COMPLEMENTARY
    shown = {
        group: Column(
            base.all,
            {
                row: _span(cells.get(group, Tally()), base, threshold)
                for row, cells in counts.items()
            },
        )
        for group, base in bases.items()
        if group not in hidden
    }
    out_of_sight = _sum(bases[group] for group in hidden)
    totals = {
        row: sum(
            (column.counts[row] for column in shown.values()),
            _span(_sum(cells.get(group, Tally()) for group in hidden), out_of_sight, threshold),
        )
        for row, cells in counts.items()
    }
    return Release(threshold, Column(total.all, totals), shown, hidden)


def _span(count: Tally, base: Tally, threshold: int) -> Span:
    """Widen a count until neither all people nor the anonymous ones are known to agree (rule 4)."""
    attributed = count.all - count.anonymous
    together = []
    for size, start in ((base.all, 0), (base.anonymous, attributed)):
        if 0 < size < 2 * threshold:
            together += [(start, start + 1), (start + size - 1, start + size)]
    span = Span(count.all, count.all)
    # What overlaps becomes one class: else the narrower of two would tell them apart.
    for _round in together:
        for lowest, highest in together:
            if lowest <= span.highest and span.lowest <= highest:
                span = Span(min(lowest, span.lowest), max(highest, span.highest))
    return span


def _sum(tallies) -> Tally:
    return sum(tallies, Tally())


def _large_enough(tally: Tally, threshold: int) -> bool:
    return all(size == 0 or size >= threshold for size in (tally.all, tally.anonymous))


def _is_safe(
    hidden: Mapping[Group, Reason],
    bases: Mapping[Group, Tally],
    counts: Mapping[Row, Mapping[Group, Tally]],
    threshold: int,
) -> bool:
    """Say whether the hidden groups stay hidden when everything else is shown."""
    together = _sum(bases[group] for group in hidden)
    if not _large_enough(together, threshold):
        return False
    return not any(_determined(hidden, bases, counts, threshold))


def _determined(hidden, bases, counts, threshold) -> Iterator[Group]:
    """Yield hidden small groups of which some row's count follows from what is shown."""
    for part in ("all", "anonymous"):
        sizes = {group: getattr(bases[group], part) for group in hidden}
        together = sum(sizes.values())
        everybody = sum(getattr(base, part) for base in bases.values())
        for cells in counts.values():
            total = sum(getattr(tally, part) for tally in cells.values())
            if total in (0, everybody):
                continue
            rest = sum(getattr(cells.get(group, Tally()), part) for group in hidden)
            for group, size in sizes.items():
                lowest = max(0, rest - (together - size))
                highest = min(size, rest)
                if 0 < size < threshold and lowest == highest:
                    yield group
