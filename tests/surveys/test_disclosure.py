"""The gate against an attacker who knows every base and subtracts what he can."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure import Reason, Span, Tally, release

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
        assert shown.groups["b"].counts == {"x": Span(2, 2)}
        # One of five is a figure with nobody of five, so the total is not exact either.
        assert shown.groups["a"].counts == {"x": Span(0, 1)}
        assert shown.total.counts == {"x": Span(5, 6)}

    def test_hides_a_small_group_and_the_next_smallest_with_it(self):
        shown = release(bases=named(6, 5, 2), counts={"x": named(3, 2, 1)}, threshold=5)
        assert shown.hidden == {"c": Reason.SMALL, "b": Reason.COMPLEMENTARY}
        assert set(shown.groups) == {"a"}

    def test_hides_more_when_two_small_groups_are_still_too_few_together(self):
        shown = release(bases=named(6, 2, 2), counts={"x": named(3, 1, 1)}, threshold=5)
        assert shown.hidden["a"] == Reason.COMPLEMENTARY
        assert shown.total.counts == {"x": Span(5, 5)}

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

    @pytest.mark.parametrize(
        ("count", "span"), [(0, (0, 1)), (1, (0, 1)), (3, (3, 3)), (6, (5, 6))]
    )
    def test_does_not_say_that_all_or_nobody_of_a_small_group_agree(self, count, span):
        shown = release(bases=named(6), counts={"x": named(count)}, threshold=5)
        assert shown.groups["a"].counts == {"x": Span(*span)}
        assert shown.total.counts == {"x": Span(*span)}

    def test_says_that_a_large_group_agrees(self):
        shown = release(bases=named(10), counts={"x": named(10)}, threshold=5)
        assert shown.groups["a"].counts == {"x": Span(10, 10)}

    def test_does_not_say_it_of_the_few_anonymous_in_a_large_group(self):
        # Three of the seven attributed said x; of the five anonymous all did.
        shown = release(bases=people((12, 5)), counts={"x": people((8, 5))}, threshold=5)
        assert shown.groups["a"].counts == {"x": Span(7, 8)}

    def test_does_not_say_it_of_the_hidden_taken_together(self):
        shown = release(bases=named(12, 3, 2), counts={"x": named(6, 3, 1)}, threshold=5)
        assert set(shown.hidden) == {"b", "c"}
        assert shown.total.counts == {"x": Span(10, 11)}

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


def attack(sizes, known, shown, row):
    """Every table of one row that agrees with the total and the shown groups, for somebody who
    knows `known` of each group's answers."""
    for guess in itertools.product(*(range(sizes[group] + 1) for group in GROUPS)):
        cells = dict(zip(GROUPS, guess, strict=True))
        figures = [
            (shown.groups[group].counts[row], cells[group] + known[group]) for group in shown.groups
        ]
        figures.append((shown.total.counts[row], sum(guess) + sum(known.values())))
        if all(span.lowest <= count <= span.highest for span, count in figures):
            yield cells


def parts(bases, cells):
    """What the public does not know, and what the task force does not, who can subtract those who
    answered by name: each group's size, and how many are known to be in this row."""
    yield "all", {g: base.all for g, base in bases.items()}, dict.fromkeys(GROUPS, 0)
    known = {g: tally.all - tally.anonymous for g, tally in cells.items()}
    yield "anonymous", {g: base.anonymous for g, base in bases.items()}, known


@settings(max_examples=400, deadline=None)
@given(tables())
def test_an_attacker_learns_nothing_about_a_small_group(table):
    bases, rows = table
    shown = release(bases=bases, counts=rows, threshold=THRESHOLD)
    for row, cells in rows.items():
        for part, sizes, known in parts(bases, cells):
            small = {group for group, size in sizes.items() if 0 < size < THRESHOLD}
            assert not small & set(shown.groups)
            if shown.total is None:
                continue
            assert sum(sizes.values()) == 0 or sum(sizes.values()) >= THRESHOLD
            rest = sum(sizes[group] for group in shown.hidden)
            assert rest == 0 or rest >= THRESHOLD
            truth = {group: getattr(tally, part) for group, tally in cells.items()}
            if sum(truth.values()) in (0, sum(sizes.values())):
                continue  # all agree, which is a statement about everybody
            possible = list(attack(sizes, known, shown, row))
            assert truth in possible
            for group in small:
                assert len({guess[group] for guess in possible}) > 1, (group, truth, sizes)


@settings(max_examples=400, deadline=None)
@given(tables())
def test_an_attacker_never_knows_that_a_small_group_agrees(table):
    bases, rows = table
    shown = release(bases=bases, counts=rows, threshold=THRESHOLD)
    if shown.total is None:
        return
    for row, cells in rows.items():
        for _part, sizes, known in parts(bases, cells):
            possible = list(attack(sizes, known, shown, row))
            groups = [{group} for group in shown.groups] + [set(shown.hidden), set(GROUPS)]
            for people_meant in groups:
                size = sum(sizes[group] for group in people_meant)
                if 0 < size < 2 * THRESHOLD:
                    found = {sum(guess[group] for group in people_meant) for guess in possible}
                    assert found not in ({0}, {size}), (people_meant, cells, bases)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=3, max_size=3), st.integers(0, 2), st.booleans())
def test_one_who_answered_differently_changes_no_figure(rest, place, anonymous):
    """A question with one answer each: group a agrees, or one of it does not."""
    size = sum(rest) + THRESHOLD
    bases = {"a": Tally(5, 5 if anonymous else 0), "b": Tally(size, 0)}
    keys = ["x", "y", "z"]

    def table(first):
        return {
            key: {"a": Tally(n, n if anonymous else 0), "b": Tally(m + THRESHOLD * (key == "x"), 0)}
            for key, n, m in zip(keys, first, rest, strict=True)
        }

    agree = [5 if place == i else 0 for i in range(3)]
    differ = [4 if place == i else 1 if (place + 1) % 3 == i else 0 for i in range(3)]
    figures = [
        release(bases=bases, counts=table(first), threshold=THRESHOLD) for first in (agree, differ)
    ]
    assert figures[0] == figures[1]


@settings(max_examples=200, deadline=None)
@given(tables())
def test_what_is_shown_is_true(table):
    bases, rows = table
    shown = release(bases=bases, counts=rows, threshold=THRESHOLD)
    for group, column in shown.groups.items():
        assert column.base == bases[group].all
        for row, cells in rows.items():
            span = column.counts[row]
            assert span.lowest <= cells[group].all <= span.highest
            assert span.lowest >= 0 and span.highest <= column.base
            assert span.is_exact or min(bases[group].all, bases[group].anonymous or 99) < 6
    assert set(shown.groups) | set(shown.hidden) == set(bases)
    assert not set(shown.groups) & set(shown.hidden)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(THRESHOLD, 9), min_size=3, max_size=3))
def test_nothing_is_hidden_without_need(sizes):
    shown = release(bases=named(*sizes), counts={"x": named(*sizes)}, threshold=THRESHOLD)
    assert not shown.hidden
