"""The functions of formulas: how each is written, and what it makes of its values."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_FLOOR, Decimal
from math import inf, isfinite, nan
from typing import Any

from surveys.expressions import moments, patterns
from surveys.expressions.scope import Repeated, Scope
from surveys.expressions.values import (
    LONGEST_TEXT,
    everything,
    is_empty,
    plain,
    to_number,
    to_text,
    words,
)

Run = Callable[[Scope], Any]
#: What a function wants of a value, and what it returns.
ANY, TEXT, NUMBER, BOOL = "any", "text", "number", "bool"


@dataclass(frozen=True, slots=True)
class Function:
    """`usage` is shown to whoever writes it wrongly. `work` gets the values, made what `wants`
    says; `least` of them are needed, all of them if that is not said."""

    usage: str
    wants: tuple[str, ...]
    gives: str
    work: Callable[..., Any]
    least: int = -1
    most: int = -1

    def takes(self, number: int) -> bool:
        """Return whether it may have so many values."""
        least = len(self.wants) if self.least < 0 else self.least
        most = len(self.wants) if self.most < 0 else self.most
        return least <= number <= most


MANY = 1_000

# ---------------------------------------------------------------- texts


def cut(text: str) -> str:
    return text[:LONGEST_TEXT]


def joined(separator: str, values: Iterable[Any]) -> str:
    """Join texts, and stop where nobody would read on."""
    parts: list[str] = []
    length = 0
    for value in values:
        part = to_text(value)
        parts.append(part)
        length += len(part) + len(separator)
        if length > LONGEST_TEXT:
            break
    return cut(separator.join(parts))


def flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        yield from everything(value)


def whole(number: float) -> int:
    """Drop what is behind the point; what is no number is 0."""
    if number != number:
        return 0
    return int(max(-1e9, min(1e9, number)))


def substr(text: str, start: float, end: float = inf) -> str:
    """From 0 up to but not including the end; below 0 counted from the end of the text."""
    return text[whole(start) : whole(end)]


def substring(text: str, start: float, length: float = inf) -> str:
    """From 1, so many characters, rounded as XPath 1.0 has it."""
    first = rounded(start)
    end = first + rounded(length)
    if first != first or end != end:
        return ""
    return text[max(0, whole(first) - 1) : max(0, whole(end) - 1)]


def substring_before(text: str, mark: str) -> str:
    before, found, _after = text.partition(mark) if mark else ("", "", "")
    return before if found else ""


def substring_after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for index, sign in enumerate(old):
        table.setdefault(ord(sign), new[index] if index < len(new) else None)
    return text.translate(table)


# ---------------------------------------------------------------- numbers


def integer(number: float) -> float:
    return float(math.trunc(number)) if isfinite(number) else number


def rounded(number: float, places: float = 0) -> float:
    """To so many places behind the point; what lies in the middle goes up."""
    digits = whole(places)
    if not isfinite(number):
        return number
    if abs(digits) > 30:
        return nan
    shifted = Decimal(repr(number)).scaleb(digits)
    return float((shifted + Decimal("0.5")).to_integral_value(ROUND_FLOOR).scaleb(-digits))


def floor(number: float) -> float:
    return float(math.floor(number)) if isfinite(number) else number


def ceiling(number: float) -> float:
    return float(math.ceil(number)) if isfinite(number) else number


def power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -inf if base < 0 and exponent % 2 == 1 else inf
    except ValueError:
        return inf if base == 0 else nan


def root(number: float) -> float:
    return math.sqrt(number) if number >= 0 else nan


def numbers(values: Iterable[Any]) -> list[float]:
    """Those of the values that are numbers."""
    found = [to_number(value) for value in flat(values)]
    return [number for number in found if number == number]


def total(answers: Any) -> float:
    return sum(numbers([answers]), 0.0)


def smallest(*values: Any) -> float:
    return min(numbers(values), default=nan)


def largest(*values: Any) -> float:
    return max(numbers(values), default=nan)


# ---------------------------------------------------------------- answers


def selected(answer: Any, key: str) -> bool:
    keys, key = words(answer), key.strip()
    return key in keys or (not keys and not key)


def selected_at(answer: Any, index: float) -> str:
    keys = words(answer)
    return keys[int(index)] if 0 <= index < len(keys) else ""


def count(answers: Any) -> float:
    """Instances; outside of repeats 1 for an answer and 0 for none."""
    if isinstance(answers, Repeated):
        return float(len(answers))
    return 0.0 if is_empty(answers) else 1.0


def count_non_empty(answers: Any) -> float:
    return float(sum(not is_empty(answer) for answer in everything(answers)))


# ---------------------------------------------------------------- days and times


def moment(value: Any) -> moments.Moment | None:
    value = plain(value)
    if isinstance(value, (date, time)):
        return value
    return moments.read_moment(value) if type(value) is str else None


def to_date(value: Any) -> Any:
    at = moment(value)
    if isinstance(at, time):
        return ""
    if at is not None:
        return moments.as_datetime(at).date() if isinstance(at, datetime) else at
    return moments.day_of(to_number(value)) or ""


def to_datetime(value: Any) -> Any:
    at = moment(value)
    if isinstance(at, time):
        return ""
    if at is not None:
        return moments.as_datetime(at)
    return moments.moment_of(to_number(value)) or ""


def decimal_time(value: Any) -> float:
    at = moment(value)
    if at is None:
        number = to_number(value)
        return number - math.floor(number) if isfinite(number) else nan
    return moments.part_of_day(at) if isinstance(at, time) else moments.days(at) % 1


def format_date(value: Any, pattern: str) -> str:
    at = moment(value)
    if at is None:
        at = moments.moment_of(to_number(value))
    return "" if at is None else cut(moments.formatted(at, pattern))


#: Functions whose values are all made what they want before the work begins. The others are in
#: `surveys.expressions.compiling`.
FUNCTIONS: dict[str, Function] = {
    "selected": Function("selected(${question}, 'choice')", (ANY, TEXT), BOOL, selected),
    "selected-at": Function("selected-at(${question}, 0)", (ANY, NUMBER), TEXT, selected_at),
    "count-selected": Function(
        "count-selected(${question})", (ANY,), NUMBER, lambda answer: float(len(words(answer)))
    ),
    "regex": Function("regex(${question}, '[0-9]{5}')", (TEXT, TEXT), BOOL, patterns.matches),
    "contains": Function(
        "contains(${question}, 'text')", (TEXT, TEXT), BOOL, lambda text, part: part in text
    ),
    "starts-with": Function("starts-with(${question}, 'text')", (TEXT, TEXT), BOOL, str.startswith),
    "ends-with": Function("ends-with(${question}, 'text')", (TEXT, TEXT), BOOL, str.endswith),
    "substr": Function("substr(${question}, 0, 3)", (TEXT, NUMBER, NUMBER), TEXT, substr, least=2),
    "substring": Function(
        "substring(${question}, 1, 3)", (TEXT, NUMBER, NUMBER), TEXT, substring, least=2
    ),
    "substring-before": Function(
        "substring-before(${question}, '@')", (TEXT, TEXT), TEXT, substring_before
    ),
    "substring-after": Function(
        "substring-after(${question}, '@')", (TEXT, TEXT), TEXT, substring_after
    ),
    "translate": Function(
        "translate(${question}, 'abc', 'ABC')", (TEXT, TEXT, TEXT), TEXT, translate
    ),
    "string": Function("string(${question})", (TEXT,), TEXT, lambda text: text),
    "boolean": Function("boolean(${question})", (BOOL,), BOOL, lambda value: value),
    "boolean-from-string": Function(
        "boolean-from-string(${question})",
        (TEXT,),
        BOOL,
        lambda text: text == "1" or text.lower() == "true",
    ),
    "not": Function("not(${question} = 'choice')", (BOOL,), BOOL, lambda value: not value),
    "true": Function("true()", (), BOOL, lambda: True),
    "false": Function("false()", (), BOOL, lambda: False),
    "number": Function("number(${question})", (NUMBER,), NUMBER, lambda number: number),
    "int": Function("int(${question})", (NUMBER,), NUMBER, integer),
    "round": Function("round(${question}, 2)", (NUMBER, NUMBER), NUMBER, rounded, least=1),
    "abs": Function("abs(${question})", (NUMBER,), NUMBER, abs),
    "floor": Function("floor(${question})", (NUMBER,), NUMBER, floor),
    "ceiling": Function("ceiling(${question})", (NUMBER,), NUMBER, ceiling),
    "pow": Function("pow(${question}, 2)", (NUMBER, NUMBER), NUMBER, power),
    "sqrt": Function("sqrt(${question})", (NUMBER,), NUMBER, root),
    "pi": Function("pi()", (), NUMBER, lambda: math.pi),
    "date": Function("date('2026-11-22')", (ANY,), ANY, to_date),
    "date-time": Function("date-time('2026-11-22T09:30')", (ANY,), ANY, to_datetime),
    "decimal-date-time": Function(
        "decimal-date-time(${question})", (NUMBER,), NUMBER, lambda number: number
    ),
    "decimal-time": Function("decimal-time(${question})", (ANY,), NUMBER, decimal_time),
    "format-date": Function("format-date(${question}, '%d.%m.%Y')", (ANY, TEXT), TEXT, format_date),
    "format-date-time": Function(
        "format-date-time(${question}, '%d.%m.%Y %H:%M')", (ANY, TEXT), TEXT, format_date
    ),
}
