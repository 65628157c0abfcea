"""What XLSForm writes otherwise than a questionnaire: defaults, and the limits of numbers."""

import re
from decimal import Decimal
from typing import Any

from pyxform.utils import default_is_dynamic

from surveys.models.questionnaire import Kind

NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")
QUOTED_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00")
#: What pyxform calls the types whose defaults may have hyphens.
XFORM_TYPES: dict[str, str] = {Kind.DATE: "date", Kind.MOMENT: "dateTime"}


def digits(number: Any) -> str:
    """A number as people write it."""
    found = Decimal(str(number))
    return str(int(found)) if found == found.to_integral_value() else f"{found:f}"


def default_expression(text: str, kind: str) -> str:
    """A default as an expression: a formula as it is, a value in quotation marks."""
    if not text:
        return ""
    if kind == Kind.DATE and (found := MIDNIGHT.fullmatch(text)):
        text = found[1]
    is_value = NUMBER.fullmatch(text) or QUOTED_TEXT.fullmatch(text)
    if is_value or default_is_dynamic(text, XFORM_TYPES.get(kind, kind)):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """A text as a formula has it."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    parts = "', \"'\", '".join(text.split("'"))
    return f"concat('{parts}')"


def limits(minimum: Any, maximum: Any) -> str:
    """The smallest and largest number as a constraint."""
    parts = [
        f". {sign} {digits(limit)}"
        for sign, limit in ((">=", minimum), ("<=", maximum))
        if limit is not None
    ]
    return " and ".join(parts)


def with_limits(constraint: str, minimum: Any, maximum: Any) -> str:
    """A constraint that holds the limits, too, for programs that know nothing else."""
    said = limits(minimum, maximum)
    return f"{said} and ({constraint})" if said and constraint else said or constraint


def without_limits(constraint: str, minimum: Any, maximum: Any) -> str:
    """The reverse: what is left where the limits are said themselves."""
    said = limits(minimum, maximum)
    if not said:
        return constraint
    if constraint == said:
        return ""
    start = f"{said} and ("
    if constraint.startswith(start) and constraint.endswith(")"):
        return constraint[len(start) : -1]
    return constraint


def plain_number(number: Decimal) -> int | float:
    """A number as JSON has it."""
    return int(number) if number == number.to_integral_value() else float(number)
