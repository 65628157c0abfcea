"""What the gate shows, hides and widens. What attackers make of it: `test_audit`,
`test_brute_force`."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure import (
    Figure,
    Reason,
    Relation,
    Rows,
    Span,
    Table,
    Tally,
    audit,
    release,
    release_all,
)

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

    def test_hides_by_size_and_not_by_what_was_answered(self):
        # Of the hidden five nobody said x, so nobody in the small group did. That is not shown.
        shown = release(bases=named(9, 3, 2), counts={"x": named(4, 0, 0)}, threshold=3)
        assert set(shown.hidden) == {"b", "c"}
        assert shown.total.counts == {"x": Span(4, 5)}

    def test_widens_those_hidden_together_however_many_they_are(self):
        # Nobody of 23 hidden people said x, so neither did the three.
        shown = release(bases=named(30, 20, 3), counts={"x": named(10, 0, 0)}, threshold=5)
        assert set(shown.groups) == {"a"}
        assert shown.total.counts == {"x": Span(10, 11)}

    def test_does_not_hide_empty_groups_along_with_small_ones(self):
        shown = release(bases=named(7, 0, 2), counts={"x": named(3, 0, 1)}, threshold=5)
        assert set(shown.hidden) == {"a", "c"}

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


class TestSingleChoice:
    """Rows add up to the base, so one that is widened must not follow from the others."""

    def shown(self, *counts: int) -> list[str]:
        """The figures of a group with these answers."""
        rows = {f"row {number}": named(count) for number, count in enumerate(counts)}
        found = release(bases=named(sum(counts)), counts=rows, threshold=5, rows=Rows.ONE_OF)
        return [str(span) for span in found.groups["a"].counts.values()]

    def test_widens_a_second_row_where_one_is_empty(self):
        assert self.shown(6, 2, 0) == ["5–6", "2", "0–1"]

    def test_shows_the_same_where_it_is_not(self):
        assert self.shown(5, 2, 1) == ["5–6", "2", "0–1"]

    def test_widens_no_second_row_where_any_of_several_can_be_empty(self):
        assert self.shown(4, 2, 1, 1, 0) == ["4", "2", "0–1", "0–1", "0–1"]

    def test_widens_nothing_where_all_rows_are_well_filled(self):
        assert self.shown(5, 3) == ["5", "3"]

    def test_shows_the_same_whichever_of_equal_rows_it_is(self):
        assert self.shown(3, 3, 0) == self.shown(2, 3, 1) == self.shown(2, 4, 0)

    def test_says_little_where_all_rows_are_small(self):
        assert self.shown(2, 2, 2, 0) == ["0–2"] * 4

    def test_does_not_rely_on_rows_that_do_not_add_up(self):
        # Two of eight wrote something else.
        shown = release(
            bases=named(8), counts={"x": named(6), "y": named(0)}, threshold=5, rows=Rows.ONE_OF
        )
        assert shown.groups["a"].counts == {"x": Span(6, 6), "y": Span(0, 1)}


def test_thirteen_respondents_in_three_groups():
    """Six established, five new, two in transition, the last two by name."""
    bases = people((6, 6), (5, 5), (2, 0))
    rows = {
        "law": people((4, 4), (2, 2), (1, 0)),
        "money": people((2, 2), (3, 3), (1, 0)),
        "time": people((0, 0), (0, 0), (0, 0)),
    }
    shown = release(bases=bases, counts=rows, threshold=5, rows=Rows.ONE_OF)
    assert shown.hidden == {"c": Reason.SMALL, "b": Reason.COMPLEMENTARY}
    assert [str(span) for span in shown.groups["a"].counts.values()] == ["3–4", "2", "0–1"]
    assert [str(span) for span in shown.total.counts.values()] == ["6–8", "5–6", "0–2"]


class TestTwoBreakdowns:
    def table(self, cells: dict[tuple[str, str], tuple[int, int]]) -> Table:
        """Of each stage and legal form: how many answered, and how many of them said x."""
        return Table(
            "help",
            {cell: Tally(base, base) for cell, (base, _hits) in cells.items()},
            {"x": {cell: Tally(hits, hits) for cell, (_base, hits) in cells.items()}},
            breakdowns=("stage", "form"),
        )

    def test_are_both_shown_where_nothing_follows(self):
        table = self.table(
            {
                ("new", "association"): (20, 9),
                ("new", "company"): (20, 8),
                ("old", "association"): (20, 7),
                ("old", "company"): (20, 6),
            }
        )
        by_stage, by_form = release_all([table], 5)
        assert (by_stage.breakdown, by_form.breakdown) == ("stage", "form")
        assert by_stage.total == by_form.total
        assert by_stage.groups["new"].counts == {"x": Span(17, 17)}
        assert by_form.groups["company"].counts == {"x": Span(14, 14)}

    def test_hide_in_the_second_what_would_follow_from_both(self):
        # All companies but one are new: "new" less "company" would be that one.
        table = self.table(
            {
                ("new", "company"): (9, 4),
                ("new", "association"): (1, 1),
                ("old", "association"): (9, 3),
            }
        )
        by_stage, by_form = release_all([table], 5)
        assert set(by_stage.groups) == {"new", "old"}
        assert by_form.hidden == dict.fromkeys(["association", "company"], Reason.COMPLEMENTARY)

    def test_do_not_say_together_who_the_only_one_was(self):
        # One of ten new ones said x, and one of ten companies. One company is new.
        table = self.table(
            {
                ("new", "company"): (1, 1),
                ("new", "association"): (9, 0),
                ("old", "company"): (9, 0),
                ("old", "association"): (9, 0),
            }
        )
        by_stage, by_form = release_all([table], 5)
        assert set(by_stage.groups) == {"new", "old"}
        assert not by_form.groups


class TestRelatedQuestions:
    def test_leave_the_follow_up_out_that_would_tell_the_filter(self):
        # All six of group a said yes, which is shown as "5–6". Who is asked why tells it.
        asked = Table(
            "use", named(6, 20), {"yes": named(6, 9), "no": named(0, 11)}, rows=Rows.ONE_OF
        )
        why = Table("why", named(6, 9), {"x": named(3, 4)})
        relation = Relation(Figure("why"), Figure("use", "yes"), whole=True)
        first, second = release_all([asked, why], 5, [relation])
        assert first.groups["a"].counts["yes"] == Span(5, 6)
        assert second.total is None
        assert second.withheld == Reason.COMPLEMENTARY
        unrelated = release_all([asked, why], 5)
        assert set(unrelated[1].groups) == {"a", "b"}

    def test_show_both_where_the_filter_says_as_much(self):
        asked = Table(
            "use", named(20, 20), {"yes": named(12, 9), "no": named(8, 11)}, rows=Rows.ONE_OF
        )
        why = Table("why", named(12, 9), {"x": named(3, 4)})
        relation = Relation(Figure("why"), Figure("use", "yes"), whole=True)
        assert all(
            set(shown.groups) == {"a", "b"} for shown in release_all([asked, why], 5, [relation])
        )

    def test_by_the_answer_to_another_one(self):
        # Of two in a hidden group one said law. By that answer, bases must not tell it.
        asked = Table(
            "hurdle",
            named(12, 5, 2),
            {"law": named(6, 2, 1), "money": named(6, 3, 1)},
            rows=Rows.ONE_OF,
            breakdowns=("stage",),
        )
        cells = {
            (stage, answer): Tally(asked.count(answer, [(stage,)]).all)
            for stage in GROUPS
            for answer in asked.counts
        }
        by_answer = Table("mood", cells, {"good": {}}, breakdowns=("stage", "hurdle"))
        relations = [
            Relation(Figure("mood", where={"hurdle": answer}), Figure("hurdle", answer))
            for answer in asked.counts
        ]
        first, by_stage, by_hurdle = release_all([asked, by_answer], 3, relations)
        assert set(first.groups) == {"a"}
        assert not audit([asked, by_answer], [first, by_stage, by_hurdle], relations)
        assert "c" not in by_stage.groups

    def test_refuse_a_relation_that_does_not_hold(self):
        asked = Table("use", named(20, 80), {"yes": named(10, 30)})
        why = Table("why", named(11, 30), {"x": named(5, 20)})
        with pytest.raises(ValueError, match="do not fit"):
            release_all([asked, why], 5, [Relation(Figure("why"), Figure("use", "yes"))])


class TestTable:
    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"counts": {"x": named(6)}}, "more of"),
            ({"counts": {"x": people((3, 3))}}, "more of"),
            ({"counts": {"x": {"d": Tally(1)}}}, "more of"),
            ({"alone": "y"}, "no row"),
            ({"breakdowns": ("stage", "form")}, "one group of each"),
        ],
    )
    def test_refuses_what_cannot_be(self, changed, message):
        table = Table("q", people((5, 2)), {"x": people((3, 1))})
        with pytest.raises(ValueError, match=message):
            replace(table, **changed)

    def test_has_a_name_of_its_own(self):
        table = Table("q", named(5), {"x": named(3)})
        with pytest.raises(ValueError, match="same name"):
            release_all([table, table], 5)


@st.composite
def tables(draw):
    """Three groups of up to twelve, part of them anonymous, and two answers."""
    bases, rows = {}, {"x": {}, "y": {}}
    for group in GROUPS:
        anonymous, attributed = draw(st.integers(0, 6)), draw(st.integers(0, 6))
        bases[group] = Tally(anonymous + attributed, anonymous)
        for cells in rows.values():
            hits, more = draw(st.integers(0, anonymous)), draw(st.integers(0, attributed))
            cells[group] = Tally(hits + more, hits)
    return Table("q", bases, rows)


@settings(max_examples=100)
@given(tables())
def test_what_is_shown_is_true(table):
    (shown,) = release_all([table], THRESHOLD)
    for group, column in shown.groups.items():
        base = table.base([(group,)])
        assert column.base == base.all
        for row, span in column.counts.items():
            assert span.lowest <= table.count(row, [(group,)]).all <= span.highest
            assert span.lowest >= 0 and span.highest <= column.base
            assert span.is_exact or min(base.all, base.anonymous or 99) < 2 * THRESHOLD
    assert {*shown.groups, *shown.hidden} == set(GROUPS)
    assert not set(shown.groups) & set(shown.hidden)


@settings(max_examples=100)
@given(tables())
def test_hides_by_size_alone(table):
    """Whatever was answered, the same groups are hidden."""
    (shown,) = release_all([table], THRESHOLD)
    (silent,) = release_all([replace(table, counts={"x": {}, "y": {}})], THRESHOLD)
    assert shown.hidden == silent.hidden


@settings(max_examples=100)
@given(st.lists(st.integers(0, 12), min_size=3, max_size=3), st.integers(3, 7), st.booleans())
def test_a_higher_threshold_shows_no_more(sizes, threshold, anonymous):
    """Where all are anonymous, or nobody is."""
    bases = people(*((size, size * anonymous) for size in sizes))
    table = Table("q", bases, {"x": bases})
    (shown,) = release_all([table], threshold)
    (stricter,) = release_all([table], threshold + 1)
    assert set(shown.hidden) <= set(stricter.hidden)
    for group, column in stricter.groups.items():
        wider, narrower = column.counts["x"], shown.groups[group].counts["x"]
        assert wider.lowest <= narrower.lowest and narrower.highest <= wider.highest


@settings(max_examples=50)
@given(st.lists(st.integers(THRESHOLD, 9), min_size=3, max_size=3))
def test_nothing_is_hidden_without_need(sizes):
    shown = release(bases=named(*sizes), counts={"x": named(*sizes)}, threshold=THRESHOLD)
    assert not shown.hidden


def test_a_large_wave_is_let_out_from_its_tallies():
    """A hundred thousand people, forty rows, ten groups, one of them small."""
    sizes = {f"group {number}": 10_000 + number for number in range(9)} | {"few": 2}
    rows = {
        f"row {row}": {
            group: Tally(size * (row == 0) // 2 + (size // 80 if row else 0))
            for group, size in sizes.items()
        }
        for row in range(40)
    }
    bases = {group: Tally(sum(cells[group].all for cells in rows.values()) or 2) for group in sizes}
    table = Table("q0", bases, rows | {"one": {"few": Tally(1)}})
    shown = release_all([replace(table, name=f"q{number}") for number in range(20)], 5)
    assert len(shown) == 20
    assert all(set(one.hidden) == {"few", "group 0"} for one in shown)
