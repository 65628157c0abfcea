"""Each line of the tables in docs/xlsforms.md: what becomes of what XLSForm knows."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from tests.surveys.xlsform import lines_of_columns, lines_of_types  # noqa: F401 (fill LINES)
from tests.surveys.xlsform.lines import LINES

DOCS = Path(__file__).parents[3] / "docs" / "xlsforms.md"


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def lines() -> list[str]:
    """The first cells of all lines but those of our own columns, which a round trip holds."""
    found, heading = [], ""
    for text in DOCS.read_text(encoding="utf-8").splitlines():
        if text.startswith("## "):
            heading = text[3:]
        if text.startswith("| ") and not text.startswith(("| XLSForm |", "| column |")):
            first = re.split(r"(?<!\\)\|", text)[1].strip()
            if heading != "Columns of our own":
                choices = heading == "Choices sheet" and first == "any other column"
                found.append(f"{first} of the choices sheet" if choices else first)
    return found


@pytest.mark.parametrize("first", lines())
def test_each_line_holds(first):
    LINES[first]()


def test_every_check_has_its_line():
    assert set(LINES) == set(lines())
