"""What each function and operator makes of its values, a line an example.

What is in docs/expressions.md is tested there (test_documented.py); here are the corners.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from django.utils import translation

from surveys.expressions import Repeated, Scope, compile_expression
from surveys.expressions.moments import BERLIN

ANSWERS = {
    "number": 12.5,
    "whole": 7,
    "text": "Straße 5",
    "empty": None,
    "one": "b",
    "several": ["a", "b", "c"],
    "none": [],
    "day": date(2026, 3, 28),
    "moment": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    "time": time(18, 45, 30),
    "yes": True,
    "no": False,
    "money": Decimal("19.90"),
    "item": Repeated([2, 3.5, None, "x", "4"], "item"),
}


def value(source, **scope):
    scope.setdefault("now", datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    return compile_expression(source).evaluate(Scope(ANSWERS, **scope))


TABLE = {
    "operators": {
        "1 + 2 * 3": 7,
        "(1 + 2) * 3": 9,
        "2 * 3 + 4 div 2 - 1": 7,
        "10 - 4 - 3": 3,
        "100 div 10 div 2": 5,
        "-2 + 5": 3,
        "--2": 2,
        "---2": -2,
        "- - 'x'": "",
        "-(1 + 2)": -3,
        "2 * -3": -6,
        "5-3": 2,
        "${whole}-1": 6,
        "${whole} -1": 6,
        ".5 + 5.": 5.5,
        "7.5 mod 2": 1.5,
        "0 div 0": "",
        "-1 div 0 < 0": True,
        "1 div 0 = 2 div 0": True,
        "(1 div 0) mod 2": "",
        "1 < 2": True,
        "2 <= 2": True,
        "3 > 2 > 1": False,  # as in XPath: true is 1, and 1 is not more than 1
        "1 = 1 = 1": True,
        "1 = 2 or 1 = 1 and 2 = 2": True,
        "(1 = 2 or 1 = 1) and 2 = 3": False,
        "1 and 'a' and 2": True,
        "0 or '' or ${empty}": False,
        "0 or 0 or 3": True,
        "'a' = 'a' != false()": True,
        "'b' > 'a'": False,  # more and less are about numbers
        "true() + true()": 2,
        "${money} * 2": 39.8,
        "${yes} and not(${no})": True,
        "${yes} = 'anything'": True,
        "${several} = 'a b c'": True,
        "${none} = ''": True,
        "\n ${whole}\t=\n7 ": True,
        "selected (${several}, 'a')": True,
    },
    "choices": {
        "selected(${one}, 'b')": True,
        "selected(${one}, 'a')": False,
        "selected(${several}, ' c ')": True,
        "selected(${none}, 'a')": False,
        "selected(${none}, '')": True,
        "selected('a b', 'b')": True,
        "count-selected(${several})": 3,
        "count-selected(${one})": 1,
        "count-selected(${empty})": 0,
        "count-selected(' a  b ')": 2,
        "selected-at(${several}, 0)": "a",
        "selected-at(${several}, 2.9)": "c",
        "selected-at(${several}, -1)": "",
        "selected-at(${several}, 'x')": "",
        "selected-at(${one}, 0)": "b",
        "jr:choice-name('a', '${one}')": "one: a",
        "jr:choice-name(${empty}, '${one}')": "",
    },
    "deciding": {
        "if(1 = 1, 'a', 'b')": "a",
        "if('', 'a', 'b')": "b",
        "if(1 = 2, 1, 2) + 1": 3,
        "if(${yes}, ${several}, '')": ["a", "b", "c"],
        "coalesce(${none}, ${one})": "b",
        "coalesce(${whole}, 1)": 7,
        "coalesce(0, 1)": 0,
        "coalesce(false(), true())": False,
        "coalesce('', '')": "",
        "not('')": True,
        "not(0)": True,
        "not(${day})": False,
        "boolean('')": False,
        "boolean('0')": True,
        "boolean(0.0000000000001)": False,
        "boolean(number('x'))": False,
        "boolean(${day})": True,
        "boolean(${none})": False,
        "true()": True,
        "false()": False,
        "boolean-from-string(1)": True,
        "boolean-from-string('false')": False,
        "once('new')": "new",
    },
    "texts": {
        "concat('a', 1, true(), ${empty}, ${several}, 1.0)": "a1truea b c1",
        "concat('a')": "a",
        "concat(${item})": "23.5x4",
        "join('-', ${item})": "2-3.5--x-4",
        "join('-', 'a', 'b', ${whole})": "a-b-7",
        "join(', ', ${several})": "a b c",
        "string(${number})": "12.5",
        "string(${whole})": "7",
        "string(-0.5)": "-0.5",
        "string(1 div 3)": "0.333333333333333",
        "string(0.0000001)": "0.0000001",
        "string(123456789012345678)": "123456789012345680",
        "string(-1 div 0)": "-Infinity",
        "string(0 * -1)": "0",
        "string(${day})": "2026-03-28",
        "string(${moment})": "2026-03-29T03:30:00+02:00",
        "string(${time})": "18:45:30",
        "string-length(${text})": 8,
        "string-length(${empty})": 0,
        "string-length(123.0)": 3,
        "contains(${text}, 'aß')": True,
        "contains(${text}, '')": True,
        "contains('', 'a')": False,
        "starts-with(${text}, 'Str')": True,
        "starts-with(${text}, 'str')": False,
        "ends-with(${text}, ' 5')": True,
        "substr('abcdef', 2)": "cdef",
        "substr('abcdef', 2, 4)": "cd",
        "substr('abcdef', -2)": "ef",
        "substr('abcdef', 1, -1)": "bcde",
        "substr('abcdef', 4, 2)": "",
        "substr('abcdef', 'x', 2)": "ab",
        "substr('abcdef', 0, 1 div 0)": "abcdef",
        "substring('12345', 2, 3)": "234",
        "substring('12345', 2)": "2345",
        "substring('12345', 0, 3)": "12",
        "substring('12345', number('x'), 3)": "",
        "substring('12345', 1, number('x'))": "",
        "substring('12345', -42, 1 div 0)": "12345",
        "substring('12345', -1 div 0, 1 div 0)": "",
        "substring-before('1999/04/01', '/')": "1999",
        "substring-before('a', '')": "",
        "substring-after('1999/04/01', '/')": "04/01",
        "substring-after('a', '')": "a",
        "translate('bar', 'abc', 'ABC')": "BAr",
        "translate('--aaa--', 'abc-', 'ABC')": "AAA",
        "translate('aa', 'aa', 'xy')": "xx",
        "normalize-space('  a \n b  ')": "a b",
    },
    "patterns": {
        "regex('abc', 'a.c')": True,
        "regex('abcd', 'a.c')": False,
        "regex('Straße', '\\p{L}+')": True,
        "regex('a1', '[a-z]\\d')": True,
        "regex(12345, '[0-9]{5}')": True,
        "regex('', '')": True,
        "regex('anna@example.org', '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,4}')": True,
        "regex('a', concat('(', ${empty}))": False,  # put together, and no pattern
    },
    "numbers": {
        "number('')": "",
        "number(' -3.50 ')": -3.5,
        "number('1.000,50')": "",
        "number('+1')": "",
        "number('5.')": 5,
        "number(',5')": 0.5,
        "number('١')": "",  # digits are 0 to 9
        "number(true())": 1,
        "number(${yes}) + number(${no})": 1,
        "number('2026-03-28') = number(${day})": True,
        "number(${several})": "",
        "number('1" + "0" * 400 + "')": "",
        "int('7.9')": 7,
        "int(-0.5)": 0,
        "int('x')": "",
        "int(1 div 0)": "",
        "round(1.005, 2)": 1.01,
        "round(2.5)": 3,
        "round(-0.5)": 0,
        "round('x')": "",
        "round(1 div 0, 2)": "",
        "round(1.5, 31)": "",
        "round(1250, -2)": 1300,
        "round(1, 'x')": 1,
        "abs(-3)": 3,
        "abs('x')": "",
        "floor(2.7)": 2,
        "floor(-2.1)": -3,
        "floor(1 div 0)": "",
        "ceiling(2.1)": 3,
        "ceiling(-2.7)": -2,
        "ceiling('x')": "",
        "pow(2, 10)": 1024,
        "pow(2, 0.5) > 1.41": True,
        "pow(-8, 1 div 3)": "",
        "pow(0, -1) > 0": True,
        "pow(-10, 401) < 0": True,
        "pow(-10, 400) > 0": True,
        "sqrt(16)": 4,
        "sqrt(-1)": "",
        "round(pi(), 4)": 3.1416,
    },
    "instances": {
        "sum(${item})": 9.5,
        "sum(${whole})": 7,
        "sum(${missing})": 0,
        "min(${item})": 2,
        "max(${item})": 4,
        "min(5, 3, 'x')": 3,
        "max(${item}, 10)": 10,
        "max(${empty}, 'x')": "",
        "date(max(${day}, '2026-04-01'))": date(2026, 4, 1),
        "count(${item})": 5,
        "count(${none})": 0,
        "count(${missing})": 0,
        "count-non-empty(${item})": 4,
        "count-non-empty(${one})": 1,
        "indexed-repeat(${item}, ${item}, 2)": 3.5,
        "indexed-repeat(${item}, ${item}, 5)": "4",
        "indexed-repeat(${item}, ${item}, 6)": "",
        "indexed-repeat(${item}, ${item}, 'x')": "",
        "indexed-repeat(${whole}, ${item}, 1)": 7,
        "${item} = 4": True,
        "${item} != 2": True,
        "${item} >= 5": False,
        "${item} = ${item}": True,
    },
    "days": {
        "today()": date(2026, 11, 23),  # the evening of the 22nd in London
        "now()": datetime(2026, 11, 23, 0, 30, tzinfo=BERLIN),
        "date(0)": date(1970, 1, 1),
        "date(-1)": date(1969, 12, 31),
        "date(1.9)": date(1970, 1, 2),
        "date('2026-03-28T23:59:59')": date(2026, 3, 28),
        "date('2026-03-28T23:30:00Z')": date(2026, 3, 29),
        "date('2026-3-1')": "",
        "date(${moment})": date(2026, 3, 29),
        "date(${time})": "",
        "date(99999999)": "",
        "date(1 div 0)": "",
        "date-time(0.5)": datetime(1970, 1, 1, 12, tzinfo=BERLIN),
        "date-time(99999999)": "",
        "date-time(${day})": datetime(2026, 3, 28, tzinfo=BERLIN),
        "date-time('x')": "",
        "date-time('18:00')": "",
        "${day} + 1 = date('2026-03-29')": True,
        "date('2026-03-30') - ${day}": 2,  # though one of these days has 23 hours
        "${moment} > ${day}": True,
        "${moment} = '2026-03-29T03:30'": True,
        "${moment} = '2026-03-29T01:30:00.000Z'": True,
        "${day} = '2026-03-28'": True,
        "${day} = 'soon'": False,
        "'2026-03-28T00:00' = '2026-03-28'": True,
        "'2026-03-28' = '2026-03-29'": False,
        "${time} > '18:45'": True,
        "${time} = '18:45:30.000+01:00'": True,
        "decimal-date-time(date('1970-01-03'))": 2,
        "decimal-date-time(1.5)": 1.5,
        "decimal-time('06:00:00.000+02:00')": 0.25,
        "decimal-time(1.75)": 0.75,
        "decimal-time('2026-03-28T12:00')": 0.5,
        "decimal-time('x')": "",
        "decimal-time('25:00')": "",
        "decimal-time(1 div 0)": "",
    },
    "formats": {
        "format-date(${day}, '%Y-%m-%d %y %n %e %%')": "2026-03-28 26 3 28 %",
        "format-date('2026-01-05', '%d|%e|%m|%n')": "05|5|01|1",
        "format-date-time(${moment}, '%H:%M:%S.%3 %h')": "03:30:00.000 3",
        "format-date-time(${time}, '%H:%M')": "18:45",
        "format-date(0, '%Y')": "1970",
        "format-date(${empty}, '%Y')": "",
        "format-date(${day}, '')": "",
        "format-date(${day}, concat('%', 'Q'))": "%Q",
    },
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(*line, id=f"{kind}: {line[0][:60]}")
        for kind, t in TABLE.items()
        for line in t.items()
    ],
)
def test_a_line_of_the_table(source, expected):
    found = value(source, label=lambda question, key: f"{question}: {key}")
    if isinstance(expected, float):
        assert found == pytest.approx(expected)
    else:
        assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("language", "expected"), [("de", "Sa 28. Mär"), ("en", "Sat 28. Mar")])
def test_names_of_days_and_months_are_in_the_readers_language(language, expected):
    with translation.override(language):
        assert value("format-date(${day}, '%a %e. %b')") == expected


@pytest.mark.parametrize("source", [s for s in TABLE["days"] if "${" in s])
def test_iso_text_does_what_the_object_does(source):
    stored = {
        **ANSWERS,
        "day": "2026-03-28",
        "moment": "2026-03-29T01:30:00+00:00",
        "time": "18:45:30",
    }
    expression = compile_expression(source)
    assert expression.evaluate(Scope(stored)) == expression.evaluate(Scope(ANSWERS))


class TestWhatIsBounded:
    def test_texts_that_grow_from_formula_to_formula(self):
        doubled = compile_expression("concat(${text}, ${text})")
        joined = compile_expression("join(${text}, ${text}, ${text}, 'x')")
        for expression in (doubled, joined):
            text = "ab"
            for _round in range(40):
                text = expression.evaluate(Scope({"text": text}))
            assert len(text) == 100_000

    def test_a_pattern_that_takes_others_hours(self):
        expression = compile_expression("regex(${text}, '(a|a)*(a+)+b')")
        assert expression.evaluate(Scope({"text": "a" * 100_000})) is False

    def test_a_pattern_out_of_answers(self):
        expression = compile_expression("regex(${text}, ${text})")
        assert expression.evaluate(Scope({"text": "(a{1000}){1000}"})) is False
        assert expression.evaluate(Scope({"text": "a" * 2_000})) is False

    def test_signs_that_are_none(self):
        scope = Scope({"text": "\ud800"})
        assert compile_expression("regex(${text}, '.')").evaluate(scope) is False
        assert compile_expression("regex('a', ${text})").evaluate(scope) is False

    def test_the_ends_of_time(self):
        first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
        last = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14)))
        for moment in (first, last, first.isoformat(), last.isoformat()):
            assert compile_expression("date(${m})").as_text(Scope({"m": moment}))
            assert compile_expression("${m} + 0.5").as_number(Scope({"m": moment}))
        for number in (-719_163, 2_932_897, 1e18, -1e18):
            for source in ("date(${n})", "date-time(${n})", "format-date(${n}, '%Y')"):
                assert compile_expression(source).evaluate(Scope({"n": number})) == ""

    def test_numbers_without_end(self):
        scope = Scope({"huge": 10**400, "low": -(10**400)})
        assert compile_expression("${huge}").evaluate(scope) == ""
        assert compile_expression("${huge} > 1 and ${low} < 1").evaluate(scope) is True
