"""Answers in texts: "How old is ${name}?"."""

from collections.abc import Collection
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format, get_format, time_format
from django.utils.translation import gettext as _

from surveys.expressions.compiling import check_names
from surveys.expressions.errors import ExpressionError
from surveys.expressions.functions import cut
from surveys.expressions.moments import in_berlin, read_moment
from surveys.expressions.scope import Repeated, Scope
from surveys.expressions.syntax import QUESTION
from surveys.expressions.values import number_text, plain, result


class Text:
    """A text with answers in it. What it renders is text, not HTML: the page has to escape it."""

    __slots__ = ("_parts", "names", "source")

    def __init__(self, source: str, parts: tuple[str, ...]) -> None:
        self.source = source
        #: Text and names of questions by turns, text first.
        self._parts = parts
        self.names = frozenset(parts[1::2])

    def __repr__(self) -> str:
        return f"Text({self.source!r})"

    def render(self, scope: Scope, *, empty: str = "") -> str:
        """Return the text with its answers as the reader writes them; `empty` where there is none.

        A choice is its label, several are joined with commas, and so are the answers of all
        instances of a repeat, outside of it.
        """
        if not self.names:
            return self.source
        return cut(
            "".join(
                _shown(part, scope) or empty if index % 2 else part
                for index, part in enumerate(self._parts)
            )
        )


def compile_text(text: str, names: Collection[str] | None = None) -> Text:
    """Read a text; raise ExpressionError where a ${…} in it names no question."""
    compiled, mentions = _compiled(text)
    if names is not None:
        check_names(mentions, names)
    return compiled


@lru_cache(maxsize=2048)
def _compiled(text: str) -> tuple[Text, tuple[tuple[str, int], ...]]:
    mentions = tuple((found[1], found.start()) for found in QUESTION.finditer(text))
    parts = tuple(QUESTION.split(text))
    begun = text.find("${")
    starts = {position for _name, position in mentions}
    while begun >= 0:
        if begun not in starts:
            raise ExpressionError(_("After ${ comes the name of a question, then }."), begun)
        begun = text.find("${", begun + 1)
    return Text(text, parts), mentions


def _shown(name: str, scope: Scope) -> str:
    value = scope.values.get(name, "")
    if isinstance(value, Repeated):
        value = scope.own(value)
    if isinstance(value, Repeated):
        shown = (_answer(name, one, scope) for one in value)
        return ", ".join(text for text in shown if text)
    return _answer(name, value, scope)


def _answer(name: str, value: Any, scope: Scope) -> str:
    value = plain(value)
    if type(value) is list:
        return ", ".join(str(scope.label(name, key)) for key in value)
    if type(value) is float:
        if result(value) == "":
            return ""
        return number_text(value).replace(".", str(get_format("DECIMAL_SEPARATOR")))
    if type(value) is bool:
        return _("yes") if value else _("no")
    if type(value) is str:
        if not value:
            return ""
        label = str(scope.label(name, value))
        at = read_moment(value) if label == value else None
        if at is None:
            return label
        value = at
    return _moment(value)


def _moment(value: date | time) -> str:
    if isinstance(value, datetime):
        return date_format(in_berlin(value), "DATETIME_FORMAT")
    if isinstance(value, time):
        return time_format(value, "TIME_FORMAT")
    return date_format(value, "DATE_FORMAT")
