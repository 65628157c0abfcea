"""Numbers: their limits, their digits after the point, and ranges in steps."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from surveys.models.questionnaire import MOST_DECIMALS
from surveys.xlsform.formulas import digits, plain_number, without_limits
from surveys.xlsform.lines import Findings, Line
from surveys.xlsform.placed import Placed
from surveys.xlsform.types import Type

#: A negative number stands in a constraint: then the portal, which takes none of its own accord,
#: has to take some.
NEGATIVE = re.compile(r"(?:^|[<>=(,\s])-\s*\d")
LOWEST = -1_000_000_000


def add_limits(line: Line, kind: Type, question: Placed, findings: Findings) -> None:
    """Say of a number what the form says of it."""
    minimum, maximum, decimals = (
        own_number(line, name, findings) for name in ("minimum", "maximum", "decimals")
    )
    if decimals is None:
        decimals = MOST_DECIMALS if kind.is_decimal else 0
    constraint = without_limits(question["constraint"] or kind.constraint, minimum, maximum)
    if minimum is None and NEGATIVE.search(constraint):
        minimum = LOWEST
    question.update(minimum=minimum, maximum=maximum, decimals=decimals, constraint=constraint)


def add_range(line: Line, question: Placed, findings: Findings) -> None:
    """Make a number of a range from start to end in steps."""
    given = {"start": "1", "end": "10", "step": "1", **dict(parameters(line))}
    try:
        start, end, step = (Decimal(given[name]) for name in ("start", "end", "step"))
        if not all(number.is_finite() for number in (start, end, step)) or not step:
            raise InvalidOperation
    except InvalidOperation:
        findings.error(line.at("parameters"), _("A range needs numbers: start=1 end=10 step=1."))
        return
    least, most = min(start, end), max(start, end)
    exponents = [int(number.normalize().as_tuple().exponent) for number in (start, step)]
    decimals = max(0, *(-exponent for exponent in exponents))
    if decimals > MOST_DECIMALS or max(abs(least), abs(most)) >= 10**9:
        findings.error(
            line.at("parameters"),
            _("A number has %(number)s digits after the point at most, and nine before it.")
            % {"number": MOST_DECIMALS},
        )
        return
    question.update(minimum=plain_number(least), maximum=plain_number(most), decimals=decimals)
    if abs(step) != Decimal(1).scaleb(-decimals):
        # Whole steps, nearly: fractions are never exact.
        steps = f"(. - {digits(least)}) div {digits(abs(step))}"
        fits = f"abs({steps} - round({steps})) < 0.001"
        own = question["constraint"]
        question["constraint"] = f"({own}) and {fits}" if own else fits


def parameters(line: Line) -> Iterator[tuple[str, str]]:
    """What stands in "parameters": name=value, several of them."""
    for name, value in re.findall(r"([\w-]+)\s*=\s*([^\s;,]+)", line["parameters"]):
        yield name.lower(), value


def own_number(line: Line, name: str, findings: Findings) -> Any:
    """A number in one of our own columns; None where there is none."""
    text = line[f"portal::{name}"]
    if not text:
        return None
    try:
        return plain_number(Decimal(text))
    except (InvalidOperation, OverflowError, ValueError):
        findings.error(line.at(f"portal::{name}"), _("Here has to be a number."))
        return None
