"""When a question is asked, in words for people with a pen: "Only if you chose “new” at
question 3".

What a condition says is read from its tree. One that says more than can be put plainly names the
questions that it depends on. A filter of choices becomes a condition for each choice, once the
words of its columns stand in the formula.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from surveys.expressions import references
from surveys.expressions.syntax import Call, Chain, Column, Literal, Negative, Node, Question, read
from surveys.models.questionnaire import WITH_CHOICES, Kind

if TYPE_CHECKING:
    from surveys.models.questionnaire import Option
    from surveys.models.questionnaire import Question as Asked
    from surveys.plan import Name, Plan

#: Choices that are for the same people, below the words that say for whom.
type Groups = list[tuple[str, list["Option"]]]

#: A comparison read from its other side.
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"=": "!=", "!=": "="}


class _TooMuch(Exception):
    """More than can be said in a sentence."""


class Conditions:
    """Conditions of one questionnaire; `numbers` says which number a question has on paper."""

    def __init__(self, plan: "Plan", numbers: dict[str, int]) -> None:
        self.plan = plan
        self.numbers = numbers

    def in_words(self, source: str) -> str:
        """Return a sentence, or nothing where there is no condition."""
        if not source:
            return ""
        try:
            said = self._clause(read(source))
        except _TooMuch:
            return self._depends(source)
        return _("Only if %(condition)s.") % {"condition": said}

    def choices(self, question: "Asked") -> tuple[str, Groups]:
        """Return the choices of a question by whom they are for. Where that cannot be said plainly,
        all stand together, and the first words say what it depends on."""
        if not question.choice_filter:
            return "", [("", question.options)]
        try:
            said = [(self._for_whom(question.choice_filter, one), one) for one in question.options]
        except _TooMuch:
            return self._not_all(question.choice_filter), [("", question.options)]
        groups: dict[str, list[Option]] = {}
        for words, option in said:
            if words is not None:
                groups.setdefault(words, []).append(option)
        if len(groups) > 1 and "" in groups:
            groups = {words or _("For everybody:"): options for words, options in groups.items()}
        return "", list(groups.items())

    def _for_whom(self, source: str, option: "Option") -> str | None:
        """Say for whom a choice is: "" for everybody, None for nobody."""
        columns = {"name": option.key, "label": option.label, **option.columns}
        node = self._folded(_filled(read(source), columns))
        if isinstance(node, bool):
            return "" if node else None
        return _("Only if %(condition)s:") % {"condition": self._clause(node)}

    def _folded(self, node: Node) -> Node | bool:
        """Return the tree without what holds, or does not, whatever people answer."""
        if isinstance(node, Call) and node.name == "not" and len(node.arguments) == 1:
            inner = self._folded(node.arguments[0])
            return not inner if isinstance(inner, bool) else replace(node, arguments=(inner,))
        if self._is_no_choice(node):
            return False
        if not isinstance(node, Chain):
            return node
        operators = {operator for operator, _operand in node.rest}
        if operators in ({"and"}, {"or"}):
            decides = operators == {"or"}  # one that holds is enough; one that does not is enough
            parts = [self._folded(operand) for operand in _operands(node)]
            left = [part for part in parts if not isinstance(part, bool)]
            if decides in [part for part in parts if isinstance(part, bool)]:
                return decides
            if len(left) < 2:
                return left[0] if left else not decides
            (operator,) = operators
            return replace(node, first=left[0], rest=tuple((operator, part) for part in left[1:]))
        first, *others = _operands(node)
        if isinstance(first, Literal) and len(others) == 1 and isinstance(others[0], Literal):
            if operators - _OPPOSITE.keys():
                raise _TooMuch
            return (_key(first.value) == _key(others[0].value)) == (operators == {"="})
        return node

    def _is_no_choice(self, node: Node) -> bool:
        """Whether an answer is compared with a choice that its question does not have."""
        name, key = _equality(node) or ("", "")
        known = self.plan.names.get(name)
        return (
            known is not None
            and known.question.kind in WITH_CHOICES
            and not known.is_other
            and key not in known.question.labels
        )

    def _not_all(self, source: str) -> str:
        behind = self._behind(source)
        if not behind:
            return ""
        if len(behind) == 1:
            return _(
                "Not all of these are for everybody: that depends on your answer to question %(n)d."
            ) % {"n": behind[0]}
        return _(
            "Not all of these are for everybody: that depends on your answers to questions %(n)s."
        ) % {"n": _listed([str(number) for number in behind], _(" and "))}

    def _behind(self, source: str) -> list[int]:
        """The numbers of the questions behind an expression."""
        return sorted({self.numbers[key] for key in self._asked(source, set())})

    def _depends(self, source: str) -> str:
        behind = self._behind(source)
        if not behind:
            return _("Only if it concerns you.")
        if len(behind) == 1:
            return _("Only if it concerns you: that depends on your answer to question %(n)d.") % {
                "n": behind[0]
            }
        return _("Only if it concerns you: that depends on your answers to questions %(n)s.") % {
            "n": _listed([str(number) for number in behind], _(" and "))
        }

    def _asked(self, source: str, seen: set[str]) -> Iterator[str]:
        """The questions behind an expression, also through what is calculated."""
        for name in references(source) - seen:
            seen.add(name)
            known = self.plan.names.get(name)
            if known is None:
                continue
            if known.question.key in self.numbers:
                yield known.question.key
            elif known.question.calculation:
                yield from self._asked(known.question.calculation, seen)

    def _clause(self, node: Node) -> str:
        if isinstance(node, Call):
            return self._call(node)
        if not isinstance(node, Chain):
            raise _TooMuch
        operators = {operator for operator, _operand in node.rest}
        operands = [node.first, *(operand for _operator, operand in node.rest)]
        if operators == {"or"}:
            return self._same_question(operands) or _listed(
                [self._clause(operand) for operand in operands], _(" or ")
            )
        if operators == {"and"}:
            return _listed([self._inner(operand) for operand in operands], _(" and "))
        if len(operands) != 2:
            raise _TooMuch
        return self._comparison(node.rest[0][0], *operands)

    def _inner(self, node: Node) -> str:
        said = self._clause(node)
        is_or = isinstance(node, Chain) and node.rest[0][0] == "or"
        return f"({said})" if is_or and not self._same_question(_operands(node)) else said

    def _call(self, node: Call) -> str:
        if node.name == "selected" and len(node.arguments) == 2:
            return self._comparison("=", *node.arguments)
        if node.name == "not" and len(node.arguments) == 1:
            inner = node.arguments[0]
            if isinstance(inner, Call) and inner.name == "selected" and len(inner.arguments) == 2:
                return self._comparison("!=", *inner.arguments)
            if isinstance(inner, Chain) and len(inner.rest) == 1 and inner.rest[0][0] in _OPPOSITE:
                return self._comparison(_OPPOSITE[inner.rest[0][0]], inner.first, inner.rest[0][1])
        raise _TooMuch

    def _same_question(self, nodes: list[Node]) -> str:
        """“a” or “b” chosen at one question; nothing where it is more than that."""
        found = [_equality(node) for node in nodes]
        names = {pair[0] for pair in found if pair}
        if len(names) != 1 or not all(found):
            return ""
        known, number = self._known(names.pop())
        if known.question.kind not in WITH_CHOICES or not all(pair[1] for pair in found if pair):
            return ""
        quoted = [self._quoted(known, pair[1]) for pair in found if pair]
        return self._chose(known, number, _listed(quoted, _(" or ")))

    def _comparison(self, operator: str, left: Node, right: Node) -> str:
        if isinstance(left, (Literal, Negative)):
            left, right, operator = right, left, _TURNED.get(operator, "")
        value = _value(right)
        if not isinstance(left, Question) or value is None:
            raise _TooMuch
        known, number = self._known(left.name)
        if value == "" and operator in _OPPOSITE:
            words = (
                _("you answered question %(n)d")
                if operator == "!="
                else _("you left question %(n)d empty")
            )
            return words % {"n": number}
        if known.question.kind == Kind.CONSENT and operator == "=":
            return _("you agreed at question %(n)d") % {"n": number}
        if known.question.kind in WITH_CHOICES and operator in _OPPOSITE:
            quoted = self._quoted(known, _key(value))
            if operator == "=":
                return self._chose(known, number, quoted)
            return self._chose(known, number, quoted, chosen=False)
        said = _COMPARED.get(operator)
        if said is None or known.question.kind in WITH_CHOICES or known.is_other:
            raise _TooMuch
        shown = number_format(_plain(value)) if isinstance(value, float) else _quote(value)
        return said() % {"n": number, "value": shown}

    def _known(self, name: str) -> "tuple[Name, int]":
        known = self.plan.names.get(name)
        if known is None or known.question.key not in self.numbers:
            raise _TooMuch
        return known, self.numbers[known.question.key]

    def _quoted(self, known: "Name", key: str) -> str:
        return _quote(known.question.labels.get(key, key))

    def _chose(self, known: "Name", number: int, choices: str, *, chosen: bool = True) -> str:
        values = {"n": number, "choices": choices}
        if known.row:
            values["row"] = _quote(known.question.labels.get(known.row, known.row))
            words = (
                _("you chose %(choices)s for %(row)s at question %(n)d")
                if chosen
                else _("you did not choose %(choices)s for %(row)s at question %(n)d")
            )
        else:
            words = (
                _("you chose %(choices)s at question %(n)d")
                if chosen
                else _("you did not choose %(choices)s at question %(n)d")
            )
        return words % values


_COMPARED: dict[str, Callable[[], str]] = {
    "=": lambda: _("your answer to question %(n)d is %(value)s"),
    "!=": lambda: _("your answer to question %(n)d is not %(value)s"),
    ">": lambda: _("your answer to question %(n)d is more than %(value)s"),
    ">=": lambda: _("your answer to question %(n)d is at least %(value)s"),
    "<": lambda: _("your answer to question %(n)d is less than %(value)s"),
    "<=": lambda: _("your answer to question %(n)d is at most %(value)s"),
}


def _filled(node: Node, columns: Mapping[str, str]) -> Node:
    """Return the tree with a choice's own words in it."""
    match node:
        case Column(name=name):
            if name not in columns:
                raise _TooMuch
            return Literal(node.position, node.depth, columns[name])
        case Chain():
            rest = tuple((operator, _filled(operand, columns)) for operator, operand in node.rest)
            return replace(node, first=_filled(node.first, columns), rest=rest)
        case Call():
            return replace(node, arguments=tuple(_filled(one, columns) for one in node.arguments))
    return node


def _operands(node: Node) -> list[Node]:
    return [node.first, *(operand for _op, operand in node.rest)] if isinstance(node, Chain) else []


def _equality(node: Node) -> tuple[str, str] | None:
    """The question and the choice of ${question} = 'choice' and selected(${question}, 'choice')."""
    pair: list[Node] = []
    if isinstance(node, Call) and node.name == "selected":
        pair = list(node.arguments)
    elif isinstance(node, Chain) and [operator for operator, _operand in node.rest] == ["="]:
        pair = _operands(node)
    if len(pair) != 2:
        return None
    if isinstance(pair[0], Literal):
        pair.reverse()
    value = _value(pair[1])
    return (pair[0].name, _key(value)) if isinstance(pair[0], Question) and value else None


def _value(node: Node) -> str | float | None:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Negative) and isinstance(node.operand, Literal):
        value = node.operand.value
        return -value if isinstance(value, float) else None
    return None


def _key(value: str | float) -> str:
    """A choice's name; XLSForm lets one be written as a number."""
    return value if isinstance(value, str) else str(_plain(value))


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _quote(words: str) -> str:
    return pgettext("quoted", "“%(words)s”") % {"words": words}


def _listed(words: list[str], last: str) -> str:
    """a, b and c."""
    *first, end = words
    return f"{', '.join(first)}{last}{end}" if first else end
