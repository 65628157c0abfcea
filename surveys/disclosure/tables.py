"""What goes into the gate, and what comes out of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Group = str
Row = str
#: One group of each breakdown: the people a table counts together.
Cell = tuple[Group, ...]


@dataclass(frozen=True)
class Tally:
    """A number of people: all of them, and those among them who are anonymous."""

    all: int = 0
    anonymous: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.all + other.all, self.anonymous + other.anonymous)

    @property
    def attributed(self) -> int:
        return self.all - self.anonymous


#: Whose answers somebody still has to find out: everybody's, or, for the task force, which may read
#: attributed answers, those of the anonymous.
PARTS = ("all", "anonymous")


def size_of(tally: Tally, part: str) -> int:
    return tally.all if part == "all" else tally.anonymous


def summed(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


class Rows(StrEnum):
    """In how many rows a person falls who answered."""

    ONE_OF = "one of"
    SOME_OF = "at least one of"
    ANY_OF = "any of"


@dataclass(frozen=True)
class Table:
    """One question. `bases` says how many people of each cell answered, `counts` how many of them
    fall in each row.

    A cell is a group or, where there are several `breakdowns` (by stage and by legal form), one
    group of each. `alone` is a row that excludes all others ("nothing of this"). Raises ValueError
    if a count is more than its base.
    """

    name: str
    bases: Mapping[Cell, Tally]
    counts: Mapping[Row, Mapping[Cell, Tally]]
    rows: Rows = Rows.ANY_OF
    alone: Row | None = None
    breakdowns: tuple[str, ...] = ("group",)

    def __post_init__(self) -> None:
        bases = _by_cell(self.bases)
        counts = {row: _by_cell(cells) for row, cells in self.counts.items()}
        object.__setattr__(self, "bases", bases)
        object.__setattr__(self, "counts", counts)
        if any(len(cell) != len(self.breakdowns) for cell in bases):
            raise ValueError(f"{self.name}: a cell needs one group of each breakdown")
        if self.alone is not None and self.alone not in counts:
            raise ValueError(f"{self.name}: there is no row {self.alone}")
        for row, cells in counts.items():
            for cell, count in cells.items():
                base = bases.get(cell, Tally())
                if not (
                    0 <= count.anonymous <= base.anonymous
                    and 0 <= count.attributed <= base.attributed
                ):
                    raise ValueError(f"{self.name}, {row}: more of {cell} than answered")

    def count(self, row: Row, cells: Iterable[Cell]) -> Tally:
        return summed(self.counts[row].get(cell, Tally()) for cell in cells)

    def base(self, cells: Iterable[Cell]) -> Tally:
        return summed(self.bases[cell] for cell in cells)

    def groups(self, breakdown: str) -> dict[Group, list[Cell]]:
        """The cells of each group, in the order of the bases."""
        place = self.breakdowns.index(breakdown)
        found: dict[Group, list[Cell]] = {}
        for cell in self.bases:
            found.setdefault(cell[place], []).append(cell)
        return found


def _by_cell(mapping: Mapping) -> dict[Cell, Tally]:
    """A table with one breakdown may name its cells by their group."""
    return {(key,) if isinstance(key, str) else key: tally for key, tally in mapping.items()}


@dataclass(frozen=True)
class Figure:
    """People of a table: those who answered or, with `row`, those of them who fall in that row.
    `where` narrows them to a group of a breakdown."""

    table: str
    row: Row | None = None
    where: Mapping[str, Group] = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """In each group, the people of `inner` are among those of `outer`; with `whole` they are all of
    them.

    A follow-up that only those are asked who answered "yes", and that may stay empty:
    `Relation(Figure("why"), Figure("do you", "yes"))`. A question by the answer to another one:
    `Relation(Figure("why", where={"do you": "yes"}), Figure("do you", "yes"))`. How many people
    answered such a question is not taken as known: it would say how many said yes.
    """

    inner: Figure
    outer: Figure
    whole: bool = False


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

    def __or__(self, other: "Span") -> "Span":
        return Span(min(self.lowest, other.lowest), max(self.highest, other.highest))

    def __str__(self) -> str:
        return str(self.lowest) if self.is_exact else f"{self.lowest}–{self.highest}"

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
    """What may leave the raw answers: one table by one breakdown.

    `total` is None if not even all together may be shown; `withheld` then says why.
    """

    threshold: int
    total: Column | None
    groups: Mapping[Group, Column]
    hidden: Mapping[Group, Reason]
    withheld: Reason | None = None
    table: str = ""
    breakdown: str = "group"


def released(table: Table, releases: Iterable[Release]) -> list[Release]:
    """The releases of this table."""
    return [release for release in releases if release.table == table.name]


def shown_sets(
    table: Table, releases: Iterable[Release]
) -> Iterator[tuple[str, list[Cell], Column]]:
    """The sets of people with a column of their own: a label, their cells, the column."""
    total_is_named = False
    for release in releases:
        if release.total is not None and not total_is_named:
            yield "all", list(table.bases), release.total
            total_is_named = True
        for group, cells in table.groups(release.breakdown).items():
            if group in release.groups:
                yield group, cells, release.groups[group]
