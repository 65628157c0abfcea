"""Unknown whole numbers against trying them all."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure.whole_numbers import Sum, Unknowns, independent, reduced, without

NUMBERS = 5
signs = st.lists(st.sampled_from([0, 0, 1, 1, -1]), min_size=NUMBERS, max_size=NUMBERS)


def terms(row: list[int]) -> tuple:
    return tuple((number, sign) for number, sign in enumerate(row) if sign)


@settings(max_examples=150)
@given(
    st.lists(st.integers(0, 2), min_size=NUMBERS, max_size=NUMBERS),
    st.lists(st.tuples(signs, st.integers(0, 1)), min_size=1, max_size=5),
    signs,
    st.integers(-5, 8),
)
def test_finds_numbers_that_fit_or_that_there_are_none(truth, known, wanted, goal):
    sums = []
    for row, more in known:
        total = Sum(terms(row), 0, 0).of(truth)
        sums.append(Sum(terms(row), total, total + more))
    unknowns = Unknowns([0] * NUMBERS, [2] * NUMBERS, sums, truth)
    asked = Sum(terms(wanted), goal, goal)
    fitting = [
        numbers
        for numbers in itertools.product(range(3), repeat=NUMBERS)
        if not any(known.lack(known.of(numbers)) for known in [*sums, asked])
    ]
    found = unknowns.solution(asked)
    assert (found is None) == (not fitting)
    assert found is None or tuple(found) in fitting


def test_turns_round_where_the_first_way_leads_nowhere():
    # To have more of the first, less of the second or of the third; less of the second needs more
    # of the fourth, of which there is no more.
    sums = [
        Sum(((0, 1), (1, 1), (2, 1)), 3, 3),
        Sum(((1, 1), (3, 1), (4, 1)), 3, 3),
        Sum(((3, 1), (5, 1)), 2, 2),
        Sum(((4, 1), (5, -1)), 0, 0),
    ]
    unknowns = Unknowns([0] * 6, [3] * 6, sums, [1, 1, 1, 1, 1, 1])
    assert unknowns.solution(Sum(((0, 1),), 2, 2)) == [2, 1, 0, 1, 1, 1]


def test_numbers_that_no_sum_connects_are_told_apart():
    sums = [Sum(((0, 1), (1, 1)), 2, 2), Sum(((2, 1), (3, 1)), 2, 2), Sum(((4, 1),), 1, 1)]
    assert independent(Unknowns([0] * 5, [2] * 5, sums, [1] * 5)) == [[0, 1], [2, 3]]


def test_what_follows_by_linear_algebra():
    # The sums of each two of three numbers give each of them.
    basis = reduced([{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}])
    assert not without(basis, {2: 1})
    assert without(reduced([{0: 1, 1: 1}, {1: 1, 2: 1}]), {2: 1})
