"""Attacks from the literature: each is found in a careless release, named in words, and mended.

Hundepool et al., *Statistical Disclosure Control*, 2012; Duncan, Elliot and Salazar-González,
*Statistical Confidentiality*, 2011; Daalmans and de Waal, Transactions on Data Privacy 3, 2010.
"""

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
from surveys.disclosure.whole_numbers import OutOfPatience, Unknowns


def people(**groups: int | tuple[int, int]) -> dict[str, Tally]:
    """Of each group how many, and how many of them are anonymous (nobody unless told)."""
    return {
        group: Tally(*size) if isinstance(size, tuple) else Tally(size)
        for group, size in groups.items()
    }


def careless(table: Table, *, hide: str = "", ranges: dict | None = None) -> list[Release]:
    """Every figure exactly, except of the groups to hide and the ranges told."""
    ranges = ranges or {}

    def column(label: str, cells) -> Column:
        numbers = {row: table.count(row, cells).all for row in table.counts}
        spans = {row: ranges.get((label, row), Span(n, n)) for row, n in numbers.items()}
        return Column(table.base(cells).all, spans)

    total = column("all", table.bases)
    return [
        Release(
            5,
            total,
            {group: column(group, cells) for group, cells in groups.items() if group not in hide},
            {group: Reason.COMPLEMENTARY for group in groups if group in hide},
            table=table.name,
            breakdown=breakdown,
        )
        for breakdown in table.breakdowns
        for groups in [table.groups(breakdown)]
    ]


def told(tables: list[Table], releases: list[Release], relations=()) -> list[str]:
    """What the audit says; and the gate's own release of the same tables is clean."""
    assert not audit(tables, release_all(tables, 5, relations), relations)
    return [str(finding) for finding in audit(tables, releases, relations)]


def test_subtraction():
    table = Table("help", people(a=9, b=8, c=2), {"x": people(a=4, b=3, c=1)})
    assert told([table], careless(table, hide="c")) == [
        "help: every figure of the 2 of “c” follows by subtracting",
        "help: 1 of the 2 of “c” chose “x”. It follows from: "
        "help, all: 8 chose “x”; help, a: 4 chose “x”; help, b: 3 chose “x”",
    ]


def test_bounds_of_those_hidden_together():
    # Of b and c together nobody said x, so nobody of c did; all said y.
    table = Table("help", people(a=9, b=8, c=2), {"x": people(a=4), "y": people(a=4, b=8, c=2)})
    assert "help: 2 of the 2 of “c” chose “y”. It follows from: " in "".join(
        told([table], careless(table, hide="bc"))
    )
    bounds = what_follows([table], careless(table, hide="bc"))
    assert bounds["help", "x", ("c",)] == Span(0, 0)


def test_the_complement_of_a_single_choice():
    # "0–1" of six is zero if the other rows add up to six.
    table = Table("hurdle", people(a=6), {"law": people(a=4), "money": people(a=2), "time": {}})
    ranges = {(label, "time"): Span(0, 1) for label in ("a", "all")}
    assert not told([table], careless(table, ranges=ranges))
    table = replace(table, rows=Rows.ONE_OF)
    assert told([table], careless(table, ranges=ranges))[0] == (
        "hurdle: 0 of the 6 of “a” chose “time”. It follows from: hurdle, a: everybody chose one; "
        "hurdle, a: 4 chose “law”; hurdle, a: 2 chose “money”"
    )


def test_everybody_chose_something():
    # Nobody but two of six chose "money", so all others chose "law", which is hidden.
    rows = {"law": people(a=6), "money": {}}
    table = Table("help", people(a=6), rows, Rows.SOME_OF)
    ranges = {(label, "law"): Span(0, 6) for label in ("a", "all")}
    assert "help: 6 of the 6 of “a” chose “law”" in "".join(
        told([table], careless(table, ranges=ranges))
    )


def test_a_choice_that_stands_alone():
    # All six want advice, says the range of those who want nothing.
    rows = {"advice": people(a=0), "peers": {}, "nothing": people(a=6)}
    table = Table("help", people(a=6), rows, Rows.SOME_OF, alone="nothing")
    ranges = {(label, row): Span(0, 6) for label in ("a", "all") for row in ("advice", "peers")}
    found = "".join(told([table], careless(table, ranges=ranges)))
    assert (
        "0 of the 6 of “a” chose “peers”. It follows from: help, a: “nothing” stands alone" in found
    )


def test_two_breakdowns():
    # All companies but one are new.
    table = Table(
        "help",
        {("new", "gGmbH"): Tally(9), ("new", "e.V."): Tally(1), ("old", "e.V."): Tally(9)},
        {"x": {("new", "gGmbH"): Tally(4), ("new", "e.V."): Tally(1), ("old", "e.V."): Tally(3)}},
        breakdowns=("stage", "form"),
    )
    assert told([table], careless(table)) == [
        "help: every figure of the 1 of “new and e.V.” follows by subtracting",
        "help: 1 of the 1 of “new and e.V.” chose “x”. It follows from: "
        "help, old: 3 chose “x”; help, e.V.: 4 chose “x”",
    ]


def test_several_cells_that_follow_only_together():
    # Neither of the two follows, but what both said does.
    table = Table(
        "help",
        {
            ("new", "e.V."): Tally(1),
            ("new", "UG"): Tally(1),
            ("new", "gGmbH"): Tally(9),
            ("old", "e.V."): Tally(9),
            ("old", "UG"): Tally(9),
        },
        {"x": {("new", "e.V."): Tally(1), ("new", "gGmbH"): Tally(4), ("old", "UG"): Tally(4)}},
        breakdowns=("stage", "form"),
    )
    assert told([table], careless(table))[0] == (
        "help: every figure of the 2 of “new and e.V. + new and UG” follows by subtracting"
    )


def test_a_filter_and_its_follow_up():
    asked = Table("use", people(a=6, b=20), {"yes": people(a=6, b=9)})
    why = Table("why", people(a=6, b=9), {"x": people(a=3, b=4)})
    ranges = {("a", "yes"): Span(5, 6), ("all", "yes"): Span(14, 15)}
    releases = [*careless(asked, ranges=ranges), *careless(why)]
    relation = Relation(Figure("why"), Figure("use", "yes"))
    assert not told([asked, why], releases)
    assert told([asked, why], releases, [relation]) == [
        "use: 6 of the 6 of “a” chose “yes”. It follows from: “why” is asked after “use”; "
        "why, a: 6 answered"
    ]


def test_the_reason_why_a_group_of_the_follow_up_is_hidden():
    # It is called small, so at least one of it said yes; of "0–1" that is one. (That a group of two
    # is shown at all is found, too.)
    asked = Table("use", people(a=2, b=20, c=9), {"yes": people(a=1, b=9, c=5)})
    why = Table("why", people(a=1, b=9, c=5), {"x": people(a=1, b=4, c=2)})
    relation = Relation(Figure("why"), Figure("use", "yes"))
    ranges = {("a", "yes"): Span(0, 1), ("all", "yes"): Span(14, 15)}
    shown = careless(asked, ranges=ranges)
    (because_small,) = (
        replace(one, hidden={**one.hidden, "a": Reason.SMALL}) for one in careless(why, hide="abc")
    )
    few = "use: every figure of the 2 of “a” follows by subtracting"
    assert told([asked], shown) == [few]
    assert told([asked, why], [*shown, because_small], [relation]) == [
        few,
        "use: 1 of the 2 of “a” chose “yes”. It follows from: “why” is asked after “use”; "
        "use, a: 0–1 chose “yes”; why, a: why it is hidden",
    ]


def test_the_anonymous_by_subtracting_who_is_known():
    table = Table("help", people(a=(9, 9), b=(8, 1)), {"x": people(a=(4, 4), b=(4, 1))})
    assert told([table], careless(table)) == [
        "help: every figure of the 1 of “b” who answered anonymously follows by subtracting",
        "help: 1 of the 1 of “b” who answered anonymously chose “x”. It follows from: "
        "help, b: 4 chose “x”",
    ]


def test_group_disclosure():
    table = Table("help", people(a=9, b=10), {"x": people(a=9, b=7), "y": people(a=4, b=10)})
    assert told([table], careless(table)) == [
        "help: 9 of the 9 of “a” chose “x”. It follows from: help, a: 9 chose “x”"
    ]


def test_what_is_known_without_any_figure_is_not_betrayed():
    table = Table("help", people(a=6), {"x": people(a=6)}, Rows.ONE_OF)
    assert not told([table], careless(table))


def test_equations_of_which_each_leaves_everything_open():
    # Sums of each two of three numbers. No bound is tight, and yet each number follows.
    numbers = (1, 2, 3)
    table = Table(
        "help",
        {("a", "x"): Tally(7), ("a", "y"): Tally(7), ("b", "y"): Tally(7)},
        {"x": dict(zip([("a", "x"), ("a", "y"), ("b", "y")], map(Tally, numbers), strict=True))},
        breakdowns=("stage", "form"),
    )
    bounds = what_follows([table], careless(table))
    assert [bounds["help", "x", cell] for cell in table.bases] == [Span(n, n) for n in numbers]


def test_what_cannot_be_found_out_counts_as_betrayed(monkeypatch):
    def give_up(*_args, **_kwargs):
        raise OutOfPatience

    table = Table(
        "hurdle",
        people(a=9, b=8, c=2),
        {"law": people(a=4, b=4, c=1), "money": people(a=5, b=4, c=1)},
        Rows.ONE_OF,
    )
    (shown,) = release_all([table], 5)
    assert shown.groups
    monkeypatch.setattr(Unknowns, "_search", give_up)
    assert "it is not ruled out that" in str(audit([table], [shown])[0])
    (shown,) = release_all([table], 5)
    assert shown.withheld == Reason.COMPLEMENTARY


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.floats(0, 1)), min_size=3, max_size=3),
    st.booleans(),
    st.sets(st.sampled_from("abc")),
    st.sampled_from("abc"),
)
def test_showing_less_betrays_no_more(sizes, one_of, hidden, more):
    bases = people(**{group: size for group, (size, _part) in zip("abc", sizes, strict=True)})
    hits = {group: int(size * part) for group, (size, part) in zip("abc", sizes, strict=True)}
    rows = {
        "x": people(**hits),
        "y": people(**{group: bases[group].all - number for group, number in hits.items()}),
    }
    table = Table("q", bases, rows, Rows.ONE_OF if one_of else Rows.ANY_OF)

    def betrayed(releases) -> set:
        return {
            (finding.cells, finding.row)
            for finding in audit([table], releases)
            if finding.people in "abc"
        }

    exact = betrayed(careless(table, hide="".join(hidden)))
    assert betrayed(careless(table, hide="".join({*hidden, more}))) <= exact
    wide = {
        (label, row): Span(max(0, table.count(row, cells).all - 1), table.count(row, cells).all + 1)
        for label, cells in {"all": list(table.bases), **table.groups("group")}.items()
        for row in table.counts
    }
    assert betrayed(careless(table, hide="".join(hidden), ranges=wide)) <= exact
