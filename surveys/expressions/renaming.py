"""Where formulas and texts name questions, and other names in their place.

Both work on what somebody is still writing, too: what is not understood stays as it is.
"""

import re
from collections.abc import Iterable, Mapping

from surveys.expressions.errors import ExpressionError
from surveys.expressions.syntax import NAME, QUESTION, path_names

Place = tuple[int, int]


def _in_braces(source: str) -> list[Place]:
    return [found.span(1) for found in QUESTION.finditer(source)]


def _in_formula(source: str) -> list[Place]:
    """Also what ../name and jr:choice-name(…, '/data/name') name."""
    places = _in_braces(source)
    try:
        found = path_names(source)
    except ExpressionError:
        found = []
    return sorted([*places, *((at, at + len(name)) for name, at in found)])


def _named(source: str, places: Iterable[Place]) -> frozenset[str]:
    return frozenset(source[start:end] for start, end in places)


def _renamed(source: str, places: Iterable[Place], names: Mapping[str, str]) -> str:
    for name in names.values():
        if not re.fullmatch(NAME, name):
            raise ValueError(f"{name!r} is no name of a question")
    parts, behind = [], 0
    for start, end in places:
        parts += [source[behind:start], names.get(source[start:end], source[start:end])]
        behind = end
    return "".join([*parts, source[behind:]])


def references(source: str) -> frozenset[str]:
    """Return the questions that a formula names."""
    return _named(source, _in_formula(source))


def rename(source: str, names: Mapping[str, str]) -> str:
    """Return the formula with new names ({old: new}) for questions; all change at once."""
    return _renamed(source, _in_formula(source), names)


def text_references(text: str) -> frozenset[str]:
    """Return the questions whose answers stand in a text."""
    return _named(text, _in_braces(text))


def rename_in_text(text: str, names: Mapping[str, str]) -> str:
    """Return the text with new names ({old: new}) for questions; all change at once."""
    return _renamed(text, _in_braces(text), names)
