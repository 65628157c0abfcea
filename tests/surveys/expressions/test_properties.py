"""What holds for every formula and every answer."""

import random
import re
import string
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.expressions import (
    ExpressionError,
    Repeated,
    Scope,
    compile_expression,
    compile_text,
    references,
    rename,
    rename_in_text,
    text_references,
)
from surveys.expressions.compiling import _SPECIAL
from surveys.expressions.functions import FUNCTIONS
from surveys.expressions.syntax import LEVELS
from surveys.expressions.values import equal, less, less_or_equal, more, more_or_equal

NAMES = ["a", "b", "c", "item"]
#: What formulas are made of, in any order.
PIECES = [
    *("${a}", "${b}", "${", "}", "'", '"', "'x'", "1", ".5", "(", ")", "[", "]", ",", ".", ".."),
    *("/", "//", "::", "@", "*", "-", "+", "=", "!=", "<", ">=", " and ", " or ", " div ", " mod "),
    *(" ", "\n", "a", "jr:", "current()", "random()", "“", "&", "|", "${last-saved#a}"),
    *(f"{name}(" for name in (*FUNCTIONS, *_SPECIAL)),
]


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=300)
def test_reading_a_formula_raises_nothing_else(source):
    try:
        expression = compile_expression(source, names=NAMES, columns=["a"])
    except ExpressionError as error:
        assert 0 <= error.position <= len(source)
        assert error.message
    else:
        expression.evaluate(Scope({"a": 1, "b": "x"}))
    assert rename(source, {"a": "a"}) == source


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=300)
def test_reading_a_text_raises_nothing_else(text):
    try:
        compiled = compile_text(text, NAMES)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert compiled.names == text_references(text)
        assert compiled.render(Scope({})) is not None


zones = st.none() | st.integers(-1439, 1439).map(lambda at: timezone(timedelta(minutes=at)))
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.decimals(),
    st.text(st.characters(), max_size=20),
    st.text(string.digits + "-:.T+Z ,", max_size=30),
    st.dates(),
    st.times(),
    st.datetimes(timezones=zones),
    st.sampled_from(["2026-11-22", "2026-11-22T09:30:00+01:00", "08:30", "a b", "\ud800", "("]),
)
answers = st.one_of(
    plain,
    st.lists(plain, max_size=5),
    st.lists(plain | st.lists(plain, max_size=3), max_size=5).map(Repeated),
    st.binary(max_size=5),
    st.dictionaries(st.text(max_size=3), plain, max_size=3),
    st.builds(object),
)
scopes = st.builds(
    Scope,
    st.dictionaries(st.sampled_from(NAMES), answers),
    current=answers,
    position=st.none() | st.integers(-1, 6),
    choice=st.dictionaries(st.sampled_from(["name", "zone"]), st.text(max_size=5)),
    now=st.datetimes(timezones=zones),
    previous=answers,
)


LEAVES = (
    *("${a}", "${b}", "${c}", "${item}", ".", "1", "0", "'x'", "''", "'2026-11-22'", "name"),
    *("today()", "now()", "position(..)", "../b", "1000000", "0.1", "'1,5'"),
)
#: "§" is any formula, "$" a question: functions, and what is around other formulas.
FORMS = (
    *(
        f"{name}({', '.join('§' * number)})"
        for name, function in FUNCTIONS.items()
        if name not in ("regex", "format-date", "format-date-time")
        for number in range(len(function.wants) + 1)
        if function.takes(number)
    ),
    *("if(§, §, §)", "coalesce(§, §)", "once(§)", "concat(§, §)", "join(§, $)", "join(§, §, §)"),
    *("min($)", "max(§, §)", "sum($)", "count($)", "count-non-empty($)", "string-length(§)"),
    *("normalize-space(§)", "indexed-repeat($, ${item}, §)", "jr:choice-name(§, '${a}')"),
    *("regex(§, '[a-z]*')", "regex('a', §)", "regex(§, §)", "format-date-time($, §)"),
    *("format-date(§, '%d.%m.%Y %H:%M %a %b')", "-§", "(§)", "§ and § and §", "§ or § or §"),
    *(f"(§ {operator} §)" for level in LEVELS for operator in level),
    *(f"(§ {operator} §)" for level in LEVELS for operator in level),
)


def any_formula(seed):
    """Some formula that can be read, the same for the same seed."""
    chance = random.Random(seed)

    def grown(depth):
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(LEAVES)
        return re.sub(
            r"§|\$(?!\{)",
            lambda found: (
                grown(depth - 1) if found[0] == "§" else chance.choice(("${a}", "${item}"))
            ),
            chance.choice(FORMS),
        )

    return grown(4)


formulas = st.integers(0, 2**32).map(any_formula)


@given(formulas, scopes)
@settings(max_examples=300)
def test_working_out_a_formula_never_raises(source, scope):
    expression = compile_expression(source, names=NAMES, columns=["name"])
    found = expression.evaluate(scope)
    assert isinstance(found, (str, int, float, bool, list, date, time))
    assert found == found  # never NaN
    assert found not in (float("inf"), float("-inf"))
    assert isinstance(expression.as_text(scope), str)
    assert isinstance(expression.as_bool(scope), bool)
    number = expression.as_number(scope)
    assert number is None or isinstance(number, (int, float))


@given(scopes)
@settings(max_examples=60)
def test_rendering_a_text_never_raises(scope):
    assert isinstance(compile_text("${a} ${b} ${item}").render(scope), str)


@given(formulas)
@settings(max_examples=60)
def test_new_names_and_the_old_ones_again(source):
    there = {"a": "first", "item": "things"}
    back = {new: old for old, new in there.items()}
    renamed = rename(source, there)
    assert rename(renamed, back) == source
    assert references(renamed) == {there.get(name, name) for name in references(source)}
    assert compile_expression(renamed, columns=["name"]).names == {
        there.get(name, name)
        for name in compile_expression(source, columns=["name"]).names
    }  # fmt: skip
    assert rename_in_text(rename_in_text(source, there), back) == source


@given(formulas, formulas, scopes)
@settings(max_examples=60)
def test_and_and_or_are_what_both_sides_say(left, right, scope):
    def said(source):
        return compile_expression(source, columns=["name"]).as_bool(scope)

    assert said(f"({left}) and ({right})") is (said(left) and said(right))
    assert said(f"({left}) or ({right})") is (said(left) or said(right))
    assert said(f"not({left})") is not said(left)


numbers = st.integers() | st.floats(allow_nan=False) | st.integers(-9, 9).map(lambda n: n / 10)


@given(numbers, numbers)
def test_of_less_equal_and_more_one_holds(left, right):
    assert [less(left, right), equal(left, right), more(left, right)].count(True) == 1
    assert less_or_equal(left, right) is (less(left, right) or equal(left, right))
    assert more_or_equal(left, right) is not less(left, right)


@given(st.dates() | st.times() | st.datetimes(timezones=zones))
def test_iso_text_is_the_moment_it_says(moment):
    for source in ("${a} = ${b}", "${a} <= ${b}", "number(${a}) = number(${b})"):
        expression = compile_expression(source)
        assert expression.as_bool(Scope({"a": moment, "b": moment.isoformat()}))


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")])
def test_numbers_that_are_none(value):
    assert compile_expression("${a}").evaluate(Scope({"a": value})) == ""


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(-1_000, 1_000))
def test_days_are_counted_one_by_one(day, number):
    scope = Scope({"day": day, "number": number})
    there = compile_expression("date(${day} + ${number})").evaluate(scope)
    if there == "":
        return  # before the year 1
    assert there == day + timedelta(days=number)
    assert isinstance(there, date) and not isinstance(there, datetime)
    assert (
        compile_expression("date(${a}) - ${day}").evaluate(Scope({"a": there, "day": day}))
        == number
    )
