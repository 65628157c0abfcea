"""Every example of docs/expressions.md, so that the page says what happens."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from surveys.expressions import ExpressionError, Repeated, Scope, compile_expression
from surveys.expressions.compiling import _SPECIAL
from surveys.expressions.functions import FUNCTIONS
from surveys.expressions.moments import BERLIN

PAGE = (Path(__file__).parents[3] / "docs" / "expressions.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)[1:]
EXAMPLE = re.compile(r"`([^`]+)` → (?:`([^`]+)`|refused)(?: \(instance (\d)\))?")
EXAMPLES = [
    pytest.param(*found.groups(), id=found[0])
    for _what, _whose, examples in ROWS
    for found in EXAMPLE.finditer(examples)
]


def answers():
    found = json.loads(re.search(r"```json\n(.+?)```", PAGE, re.DOTALL)[1])
    return {
        name: Repeated(answer, "child") if name.startswith("child") else answer
        for name, answer in found.items()
    }


def scope(instance=None):
    return Scope(
        answers(),
        current="13125",
        position=int(instance) if instance else None,
        choice={"district": "pankow"},
        label=lambda question, key: key.upper(),
        now=datetime(2026, 11, 22, 15, tzinfo=BERLIN),
        previous="first",
    )


@pytest.mark.parametrize(("source", "expected", "instance"), EXAMPLES)
def test_an_example_comes_out_as_the_page_says(source, expected, instance):
    def work_out():
        return compile_expression(source, names=answers(), columns={"district"}).evaluate(
            scope(instance)
        )

    if expected is None:
        with pytest.raises(ExpressionError):
            work_out()
        return
    value = work_out()
    assert (value, type(value)) == (json.loads(expected), type(json.loads(expected)))


def test_every_line_has_examples():
    assert len(ROWS) > 40
    assert [what for what, _whose, examples in ROWS if not EXAMPLE.search(examples)] == []


def test_the_page_names_every_function():
    listed = PAGE.split("## What can be written")[1].split("Refused, each")[0]
    assert [name for name in (*FUNCTIONS, *_SPECIAL) if f"`{name}`" not in listed] == []
