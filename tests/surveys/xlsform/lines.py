"""For checks of the lines of the tables in docs/xlsforms.md: each says which lines it holds."""

from collections.abc import Callable
from typing import Any

from surveys.xlsform import Form
from tests.surveys.xlsform.forms import errors, form, question

LIST = """
    list_name | name | label | region
    l | a | Eins | pankow
    l | b | Zwei | mitte
"""
#: The checks by the first cell of a line.
LINES: dict[str, Callable[[], None]] = {}


def line(*cells: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Says which lines of the tables a check holds."""

    def noted(check: Callable[[], None]) -> Callable[[], None]:
        for cell in cells:
            assert cell not in LINES
            LINES[cell] = check
        return check

    return noted


def asked(row: str, columns: str = "", **more: str) -> dict[str, Any]:
    """A question, "q", of one row."""
    return question(one(row, columns, **more), "q")


def one(row: str, columns: str = "", **more: str) -> Form:
    return form(f"type | name | label{columns}\n{row}", **{"choices": LIST, **more})


def refused(row: str, reason: str, column: str = "A (type)", columns: str = "", **more) -> None:
    read = one(row, columns, **more)
    assert [error.split(": ")[0] for error in errors(read)] == [f"survey, row 2, column {column}"]
    assert reason in errors(read)[0]


def pages(read: Form) -> list[tuple[str, list[str]]]:
    assert read.errors == []
    return [(page["key"], [q["key"] for q in page["questions"]]) for page in read.sections]
