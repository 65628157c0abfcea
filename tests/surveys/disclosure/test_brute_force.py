"""The gate and its audit against somebody who tries every answer of every person."""

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure import (
    Column,
    Figure,
    Reason,
    Relation,
    Release,
    Rows,
    Span,
    Table,
    Tally,
    audit,
    release_all,
    what_follows,
)
from tests.surveys.disclosure.brute_force import (
    answers,
    betrayed,
    count,
    possible,
    with_follow_up,
)

THRESHOLD = 3
PARTS = ("all", "anonymous")
KINDS = [
    (Rows.ONE_OF, False),
    (Rows.SOME_OF, False),
    (Rows.SOME_OF, True),
    (Rows.ANY_OF, False),
    (Rows.ANY_OF, True),
]


def question(name: str, kind: tuple[Rows, bool], rows: int, cells, **fields) -> Table:
    keys = [f"{name}{number}" for number in range(rows)]
    return Table(
        name,
        dict.fromkeys(cells, Tally()),
        {key: {} for key in keys},
        kind[0],
        keys[-1] if kind[1] else None,
        **fields,
    )


def counted(table: Table, people: list[tuple]) -> Table:
    """The table of these people: (cell, anonymous or not, what they answered)."""
    bases = dict(table.bases)
    counts = {row: dict(cells) for row, cells in table.counts.items()}
    for cell, anonymous, did in people:
        one = Tally(1, int(anonymous))
        if (table.name, None) in did:
            bases[cell] += one
        for row, cells in counts.items():
            if (table.name, row) in did:
                cells[cell] = cells.get(cell, Tally()) + one
    return replace(table, bases=bases, counts=counts)


@st.composite
def crowds(draw, cells, kinds, most):
    """People in cells: some anonymous, alike rather than not, as people are."""
    favourite = draw(st.sampled_from(kinds))
    likely = st.one_of(st.just(favourite), st.sampled_from(kinds))
    nobody_is_named = draw(st.booleans())
    people = []
    for cell in cells:
        for _ in range(draw(st.integers(0, most))):
            anonymous = nobody_is_named or draw(st.booleans())
            people.append((cell, anonymous, draw(likely)))
    return people


@st.composite
def single_questions(draw, most=6):
    kind = draw(st.sampled_from(KINDS))
    rows = 3 if kind[0] == Rows.ONE_OF else 2
    cells = [("a",), ("b",), ("c",)][: draw(st.integers(1, 3))]
    table = question("q", kind, rows, cells)
    return counted(table, draw(crowds(cells, answers(table), most)))


@st.composite
def two_breakdowns(draw):
    kind = draw(st.sampled_from(KINDS))
    cells = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    table = question("q", kind, 2, cells, breakdowns=("stage", "form"))
    return counted(table, draw(crowds(cells, answers(table), 4)))


@st.composite
def filters_with_follow_up(draw):
    cells = [("a",), ("b",)]
    first = question("q", (Rows.ONE_OF, False), 2, cells)
    second = question("w", draw(st.sampled_from(KINDS[:4:3])), 2, cells)
    whole = draw(st.booleans())
    kinds = with_follow_up(first, "q0", second, whole=whole)
    people = draw(crowds(cells, kinds, 5))
    relation = Relation(Figure("w"), Figure("q", "q0"), whole=whole)
    return [counted(first, people), counted(second, people)], [relation], kinds


def careless(
    table: Table, shown: list[bool], with_total: bool, widened: list[bool]
) -> list[Release]:
    """A release that nobody has checked: some groups are shown, some figures are ranges."""
    releases = []
    wide = itertools.cycle(widened)
    choices = itertools.cycle(shown)

    def column(cells) -> Column:
        spans = {}
        for row in table.counts:
            number = table.count(row, cells).all
            spans[row] = Span(max(0, number - next(wide)), number + next(wide))
        return Column(table.base(cells).all, spans)

    total = column(table.bases) if with_total else None
    for breakdown in table.breakdowns:
        groups = {group: next(choices) for group in table.groups(breakdown)}
        cells = table.groups(breakdown)
        releases.append(
            Release(
                THRESHOLD,
                total,
                {group: column(cells[group]) for group in groups if groups[group]},
                {group: Reason.COMPLEMENTARY for group in groups if not groups[group]},
                table=table.name,
                breakdown=breakdown,
            )
        )
    return releases


carelessly = {
    "shown": st.lists(st.booleans(), min_size=3, max_size=5),
    "with_total": st.booleans(),
    "widened": st.lists(st.booleans(), min_size=2, max_size=5),
}


def agree(tables, releases, relations=(), people=None) -> None:
    """Bounds and findings are those of somebody who tries everything."""
    found = {part: set() for part in PARTS}
    for finding in audit(tables, releases, relations):
        assert finding.is_certain
        found[finding.part].add((finding.table, frozenset(finding.cells), finding.row))
    for part in PARTS:
        waves = possible(tables, releases, part, people)
        bounds = what_follows(tables, releases, relations, part=part)
        for (table, row, cell), span in bounds.items():
            numbers = {count(wave, [cell], (table, row)) for wave in waves}
            assert (span.lowest, span.highest) == (min(numbers), max(numbers)), (table, row, cell)
        by_row = {one for one in found[part] if one[2] is not None}
        assert by_row == set(betrayed(tables, releases, waves, part))


class TestAudit:
    """Sees in any release, however careless, what follows from it: all of it and nothing else."""

    @settings(max_examples=60)
    @given(single_questions(most=4), st.fixed_dictionaries(carelessly))
    def test_of_a_single_question(self, table, how):
        agree([table], careless(table, **how))

    @settings(max_examples=40)
    @given(two_breakdowns(), st.fixed_dictionaries(carelessly))
    def test_of_two_breakdowns(self, table, how):
        agree([table], careless(table, **how))

    @settings(max_examples=40)
    @given(filters_with_follow_up(), st.fixed_dictionaries(carelessly))
    def test_of_a_filter_and_its_follow_up(self, asked, how):
        tables, relations, kinds = asked
        releases = [one for table in tables for one in careless(table, **how)]
        # That a group is hidden says how many they are; here it is hidden without need.
        agree(
            tables,
            [replace(one, withheld=Reason.COMPLEMENTARY) for one in releases],
            relations,
            kinds,
        )


class TestGate:
    """Lets nothing out that somebody who tries everything could use."""

    @settings(max_examples=60)
    @given(single_questions())
    def test_of_a_single_question(self, table):
        self.is_safe([table])

    @settings(max_examples=60)
    @given(two_breakdowns())
    def test_of_two_breakdowns(self, table):
        self.is_safe([table])

    @settings(max_examples=60)
    @given(filters_with_follow_up())
    def test_of_a_filter_and_its_follow_up(self, asked):
        self.is_safe(*asked)

    def is_safe(self, tables, relations=(), people=None):
        releases = release_all(tables, THRESHOLD, relations)
        assert not audit(tables, releases, relations)
        for part in PARTS:
            waves = possible(tables, releases, part, people)
            assert waves
            assert not list(betrayed(tables, releases, waves, part))


class TestWhoKnowsTheRules:
    """Compares with what would have been shown had the same people answered something else: whoever
    knows the program and all attributed answers learns no more than from the figures."""

    @settings(max_examples=30)
    @given(single_questions(most=5))
    def test_learns_nothing_from_what_is_hidden_or_widened(self, table):
        shown = release_all([table], THRESHOLD)
        waves = possible([table], shown, "anonymous")
        if len(waves) <= 400:  # more take too long, and leave more open
            waves = [wave for wave in waves if self.shown_of(table, wave) == shown]
            assert not list(betrayed([table], shown, waves, "anonymous"))

    def shown_of(self, table: Table, wave: dict) -> list[Release]:
        counts = {
            row: {
                cell: Tally(
                    table.count(row, [cell]).attributed + wave[cell].get((table.name, row), 0),
                    wave[cell].get((table.name, row), 0),
                )
                for cell in wave
            }
            for row in table.counts
        }
        return release_all([replace(table, counts=counts)], THRESHOLD)
