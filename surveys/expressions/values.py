"""What a value is as text, as a number and as yes or no, and when two are the same.

The rules are those of XPath 1.0 with ODK's for dates and empty answers; docs/expressions.md lists
them. None of these functions raises, whatever the value is.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from math import inf, isfinite, nan
from typing import Any

from surveys.expressions.moments import days, days_of_text, iso
from surveys.expressions.scope import Repeated

#: Longer texts are cut: what formulas add to one another must not grow without end.
LONGEST_TEXT = 100_000
#: Two numbers that are as near as this are the same: 0.1 + 0.2 is 0.3.
NEAR = 1e-12
#: From here on a float does not know every whole number.
_EXACT = 2**53
_NUMBER = re.compile(r"\s*-?(?:\d+(?:[.,]\d*)?|[.,]\d+)\s*", re.ASCII)


def plain(value: Any) -> Any:
    """Return a value as one of str, float, bool, date, datetime, time or list.

    Of answers of several instances it is the first; what is none of those is no answer.
    """
    if isinstance(value, Repeated):
        value = value[0] if value else ""
        if isinstance(value, Repeated):
            return ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, (int, float, Decimal)):
        try:
            return float(value)
        except OverflowError:
            return inf if value > 0 else -inf
        except ValueError:  # a signalling NaN
            return nan
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (list, tuple)):
        return [to_text(key) for key in value if isinstance(key, (str, int, float)) and key != ""]
    if isinstance(value, (date, time)):
        return value
    return ""


def number_text(number: float) -> str:
    """A number without an exponent, to 15 digits behind the point at most: those that hold."""
    if isfinite(number):
        if number == int(number):
            return str(int(number))
        text = format(number, ".15g")
        return format(Decimal(text), "f") if "e" in text else text
    if number != number:
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def to_text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value
    if kind is float:
        return number_text(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is list:
        value = plain(value)
        return " ".join(value)
    if kind is date or kind is datetime or kind is time:
        return iso(value)
    value = plain(value)
    if isinstance(value, (date, time)):
        return iso(value)
    return to_text(value)


def text_number(text: str) -> float:
    """Digits with a point or a comma, or a day, a time or a moment; NaN otherwise."""
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    return days_of_text(text) if text else nan


def to_number(value: Any) -> float:
    kind = type(value)
    if kind is float:
        return value
    if kind is str:
        return text_number(value)
    if kind is int and -_EXACT < value < _EXACT:
        return float(value)
    if kind is bool:
        return 1.0 if value else 0.0
    if kind is date or kind is datetime or kind is time:
        return days(value)
    if kind is list:
        return text_number(to_text(value))
    value = plain(value)
    if isinstance(value, (date, time)):
        return days(value)
    return to_number(value)


def to_bool(value: Any) -> bool:
    kind = type(value)
    if kind is bool:
        return value
    if kind is str:
        return value != ""
    if kind is float:
        return value == value and abs(value) > NEAR
    if kind is list:
        return bool(plain(value))
    value = plain(value)
    return True if isinstance(value, (date, time)) else to_bool(value)


def words(value: Any) -> list[str]:
    """The keys of a choice or of several."""
    if type(value) is list or isinstance(value, tuple):
        value = plain(value)
    return value if type(value) is list else to_text(value).split()


def everything(value: Any) -> tuple[Any, ...]:
    """All answers of a question in a repeat, the one answer of another."""
    return value if isinstance(value, Repeated) else (value,)


def is_empty(value: Any) -> bool:
    return to_text(value) == ""


def result(value: Any) -> Any:
    """What a formula has led to: whole numbers are int, and what is no number is empty."""
    if type(value) is str or type(value) is bool:
        return value
    value = plain(value)
    if type(value) is float:
        if not isfinite(value):
            return ""
        return int(value) if value == int(value) and abs(value) < _EXACT else value
    return value


def _any(test: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Compare with several instances: one that fits is enough."""
    return any(test(a, b) for a in everything(left) for b in everything(right))


def _is_moment(value: Any) -> bool:
    return isinstance(value, (date, time))


def _same_moment(left: Any, right: Any) -> bool:
    first = days(left) if _is_moment(left) else days_of_text(to_text(left))
    second = days(right) if _is_moment(right) else days_of_text(to_text(right))
    return abs(first - second) < NEAR


def equal(left: Any, right: Any) -> bool:
    """As yes or no if one is that, else as numbers, else as moments, else as texts."""
    if type(left) is str and type(right) is str:
        return left == right or (
            # Only what may be two spellings of one moment is looked at more closely.
            len(left) > 4
            and len(right) > 4
            and "0" <= left[0] <= "9"
            and "0" <= right[0] <= "9"
            and _same_moment(left, right)
        )
    if isinstance(left, Repeated) or isinstance(right, Repeated):
        return _any(equal, left, right)
    left, right = plain(left), plain(right)
    if type(left) is bool or type(right) is bool:
        return to_bool(left) is to_bool(right)
    if type(left) is float or type(right) is float:
        a, b = to_number(left), to_number(right)
        return a == b or abs(a - b) < NEAR
    if _is_moment(left) or _is_moment(right):
        return _same_moment(left, right)
    return to_text(left) == to_text(right)


def unequal(left: Any, right: Any) -> bool:
    if isinstance(left, Repeated) or isinstance(right, Repeated):
        return _any(unequal, left, right)
    return not equal(left, right)


def less(left: Any, right: Any) -> bool:
    if isinstance(left, Repeated) or isinstance(right, Repeated):
        return _any(less, left, right)
    return to_number(right) - to_number(left) >= NEAR


def less_or_equal(left: Any, right: Any) -> bool:
    if isinstance(left, Repeated) or isinstance(right, Repeated):
        return _any(less_or_equal, left, right)
    a, b = to_number(left), to_number(right)
    return a <= b or a - b < NEAR


def more(left: Any, right: Any) -> bool:
    return less(right, left)


def more_or_equal(left: Any, right: Any) -> bool:
    return less_or_equal(right, left)


def divided(left: float, right: float) -> float:
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or left != left:
            return nan
        return math.copysign(inf, left) * math.copysign(1, right)


def remainder(left: float, right: float) -> float:
    """What is left over has the sign of the number that was divided."""
    try:
        return math.fmod(left, right)
    except ValueError:
        return nan
