"""The gate against an attacker who knows every base and subtracts what he can."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure import Reason, Tally, release

THRESHOLD = 3
GROUPS = ("a", "b", "c")


def people(*cells: tuple[int, int]) -> dict[str, Tally]:
    return {group: Tally(*cell) for group, cell in zip(GROUPS, cells, strict=False)}


def named(*sizes: int) -> dict[str, Tally]:
    """Groups in which nobody is anonymous."""
    return people(*((size, 0) for size in sizes))


class TestRelease:
    def test_shows_everything_where_all_groups_are_large(self):
        shown = release(bases=named(5, 6, 7), counts={"x": named(1, 2, 3)}, threshold=5)
        assert not shown.hidden
        assert shown.total.base == 18
        assert shown.total.counts == {"x": 6}
        assert shown.groups["b"].counts == {"x": 2}
        assert shown.groups["b"].share("x") == pytest.approx(1 / 3)

    def test_hides_a_small_group_and_the_next_smallest_with_it(self):
        shown = release(bases=named(6, 5, 2), counts={"x": named(3, 2, 1)}, threshold=5)
        assert shown.hidden == {"c": Reason.SMALL, "b": Reason.COMPLEMENTARY}
        assert set(shown.groups) == {"a"}

    def test_hides_more_when_two_small_groups_are_still_too_few_together(self):
        shown = release(bases=named(6, 2, 2), counts={"x": named(3, 1, 1)}, threshold=5)
        assert shown.hidden["a"] == Reason.COMPLEMENTARY
        assert shown.total.counts == {"x": 5}

    def test_hides_more_when_a_row_gives_a_hidden_group_away(self):
        # Of the hidden five nobody said x, so nobody in the small group did.
        shown = release(bases=named(9, 3, 2), counts={"x": named(4, 0, 0)}, threshold=3)
        assert set(shown.hidden) == {"a", "b", "c"}

    def test_shows_nothing_of_too_few(self):
        shown = release(bases=named(2, 2, 0), counts={"x": named(1, 1, 0)}, threshold=5)
        assert shown.total is None
        assert not shown.groups

    def test_an_empty_group_needs_no_protection(self):
        shown = release(bases=named(6, 7, 0), counts={"x": named(3, 2, 0)}, threshold=5)
        assert not shown.hidden
        assert shown.groups["c"].base == 0

    def test_counts_the_anonymous_for_themselves(self):
        # Seven answered, but the task force can subtract the six whose answers it may read.
        shown = release(
            bases=people((7, 1), (9, 9), (8, 8)),
            counts={"x": people((3, 1), (4, 4), (5, 5))},
            threshold=5,
        )
        assert shown.hidden == {"a": Reason.SMALL, "c": Reason.COMPLEMENTARY}

    def test_shows_no_total_with_too_few_anonymous_in_it(self):
        shown = release(bases=people((9, 2)), counts={"x": people((4, 1))}, threshold=5)
        assert shown.total is None

    def test_refuses_a_threshold_that_protects_nobody(self):
        with pytest.raises(ValueError, match="under three"):
            release(bases=named(5), counts={}, threshold=2)


@st.composite
def tables(draw):
    """Three groups of up to six, part of them anonymous, and two answers."""
    bases, rows = {}, {"x": {}, "y": {}}
    for group in GROUPS:
        anonymous, attributed = draw(st.integers(0, 6)), draw(st.integers(0, 6))
        bases[group] = Tally(anonymous + attributed, anonymous)
        for cells in rows.values():
            hits, more = draw(st.integers(0, anonymous)), draw(st.integers(0, attributed))
            cells[group] = Tally(hits + more, hits)
    return bases, rows


def attack(sizes, truth, shown):
    """Every table of one row that agrees with the total and the shown groups."""
    for guess in itertools.product(*(range(sizes[group] + 1) for group in GROUPS)):
        cells = dict(zip(GROUPS, guess, strict=True))
        agrees = all(cells[group] == truth[group] for group in shown)
        if agrees and sum(cells.values()) == sum(truth.values()):
            yield cells


@settings(max_examples=400, deadline=None)
@given(tables())
def test_an_attacker_learns_nothing_about_a_small_group(table):
    bases, rows = table
    shown = release(bases=bases, counts=rows, threshold=THRESHOLD)
    # The public sees all; the task force can subtract those who answered by name.
    for part in ("all", "anonymous"):
        sizes = {group: getattr(base, part) for group, base in bases.items()}
        small = {group for group, size in sizes.items() if 0 < size < THRESHOLD}
        assert not small & set(shown.groups)
        if shown.total is None:
            continue
        assert sum(sizes.values()) == 0 or sum(sizes.values()) >= THRESHOLD
        rest = sum(sizes[group] for group in shown.hidden)
        assert rest == 0 or rest >= THRESHOLD
        for cells in rows.values():
            truth = {group: getattr(tally, part) for group, tally in cells.items()}
            if sum(truth.values()) in (0, sum(sizes.values())):
                continue  # all agree, which is a statement about everybody
            possible = list(attack(sizes, truth, shown.groups))
            for group in small:
                assert len({guess[group] for guess in possible}) > 1, (group, truth, sizes)


@settings(max_examples=200, deadline=None)
@given(tables())
def test_what_is_shown_is_true(table):
    bases, rows = table
    shown = release(bases=bases, counts=rows, threshold=THRESHOLD)
    for group, column in shown.groups.items():
        assert column.base == bases[group].all
        assert column.counts == {row: cells[group].all for row, cells in rows.items()}
    assert set(shown.groups) | set(shown.hidden) == set(bases)
    assert not set(shown.groups) & set(shown.hidden)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(THRESHOLD, 9), min_size=3, max_size=3))
def test_nothing_is_hidden_without_need(sizes):
    shown = release(bases=named(*sizes), counts={"x": named(*sizes)}, threshold=THRESHOLD)
    assert not shown.hidden
