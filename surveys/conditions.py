"""Conditions for people who do not know formulas: read out in words, and put together from a
question, a comparison and a choice."""

from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.expressions import ExpressionError
from surveys.expressions.syntax import Call, Chain, Literal, Node, Question, read
from surveys.models.questionnaire import Kind
from surveys.plan import Plan

LONGEST_NAME = 70
IS, IS_NOT, MORE, LESS, ANSWERED = "is", "is-not", "more", "less", "answered"
OPERATORS = [
    (IS, gettext_lazy("is, or contains")),
    (IS_NOT, gettext_lazy("is not, or does not contain")),
    (MORE, gettext_lazy("is more than (a number)")),
    (LESS, gettext_lazy("is less than (a number)")),
    (ANSWERED, gettext_lazy("is answered at all")),
]


def write(name: str, kind: str, operator: str, value: str) -> str:
    """Return the formula for a comparison of a question's answer with a choice or a number."""
    question = f"${{{name}}}"
    if operator == ANSWERED:
        return f"{question} != ''"
    if operator in (MORE, LESS):
        return f"{question} {'>' if operator == MORE else '<'} {value}"
    quoted = f'"{value}"' if "'" in value else f"'{value}'"
    if kind in (Kind.MULTIPLE, Kind.RANKING):
        contains = f"selected({question}, {quoted})"
        return contains if operator == IS else f"not({contains})"
    return f"{question} {'=' if operator == IS else '!='} {quoted}"


def both(first: str, second: str) -> str:
    """Return the formula that holds where two hold."""
    if not first.strip():
        return second
    # "or" binds more weakly than "and".
    first = f"({first.strip()})" if " or " in first else first.strip()
    return f"{first} and {second}"


def in_words(source: str, plan: Plan) -> str:
    """Return a condition as people say it; a formula that has no such words stays a formula."""
    if not source.strip():
        return ""
    try:
        return _words(read(source), plan, source)
    except (ExpressionError, _NoWords):
        return source


class _NoWords(Exception):
    """This formula says more than a comparison."""


def _words(node: Node, plan: Plan, source: str) -> str:
    match node:
        case Chain(first=first, rest=((operator, _node), *_more)) if operator in ("and", "or"):
            parts = [first, *(part for _operator, part in node.rest)]
            said = [
                f"({_words(part, plan, source)})"
                if operator == "and" and isinstance(part, Chain) and part.rest[0][0] == "or"
                else _words(part, plan, source)
                for part in parts
            ]
            return (_(" and ") if operator == "and" else _(" or ")).join(said)
        case Chain(first=Question(name=name), rest=((operator, Literal(value=value)),)):
            return _compared(plan, name, operator, value)
        case Call(name="selected", arguments=(Question(name=name), Literal(value=value))):
            return _("“%(question)s” contains “%(choice)s”") % _named(plan, name, value)
        case Call(
            name="not",
            arguments=(
                Call(name="selected", arguments=(Question(name=name), Literal(value=value))),
            ),
        ):
            return _("“%(question)s” does not contain “%(choice)s”") % _named(plan, name, value)
        case Call(name="not", arguments=(inner,)):
            return _("not (%(condition)s)") % {"condition": _words(inner, plan, source)}
    raise _NoWords


def _compared(plan: Plan, name: str, operator: str, value: str | float) -> str:
    known = _named(plan, name, value)
    if value == "":
        if operator == "=":
            return _("“%(question)s” is not answered") % known
        if operator == "!=":
            return _("“%(question)s” is answered") % known
    words = {
        "=": _("“%(question)s” is “%(choice)s”"),
        "!=": _("“%(question)s” is not “%(choice)s”"),
        ">": _("“%(question)s” is more than %(choice)s"),
        "<": _("“%(question)s” is less than %(choice)s"),
        ">=": _("“%(question)s” is at least %(choice)s"),
        "<=": _("“%(question)s” is at most %(choice)s"),
    }
    if operator not in words:
        raise _NoWords
    return words[operator] % known


def _named(plan: Plan, name: str, value: Any) -> dict[str, str]:
    """A question's wording and a choice's label; names where there is none."""
    known = plan.names.get(name)
    wording = known.question.text.wording if known else ""
    if known and known.row:
        wording = known.question.labels.get(known.row, wording)
    choice = known.question.labels.get(value, value) if known else value
    if isinstance(choice, float) and choice.is_integer():
        choice = int(choice)
    return {
        "question": Truncator(wording or name).chars(LONGEST_NAME),
        "choice": Truncator(str(choice)).chars(LONGEST_NAME),
    }
