"""How a formula is written: from its source to a tree, refusing what is not understood.

    formula   ← operand (operator operand)*
    operand   ← "-"* ( number | text | question | path | call | "(" formula ")" )
    call      ← name "(" [ formula ("," formula)* ] ")"
    question  ← "${" name "}"
    path      ← steps of "/", ".", ".." and names; the last name is the question's, and one name
                alone is a column of the choices

Operators bind as in XPath 1.0: or, and, = !=, < <= > >=, + -, * div mod, from weak to strong.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.expressions.errors import ExpressionError

LONGEST_SOURCE = 10_000
#: Brackets inside one another, and everything inside one another: what reading and working out a
#: formula takes of Python's stack.
DEEPEST_BRACKETS, DEEPEST_TREE = 60, 120

NAME = r"[^\W\d][\w.\-]*"
QUESTION = re.compile(rf"\$\{{\s*({NAME})\s*\}}")
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<question>\$\{{\s*{NAME}\s*\}})
    | (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<name>{NAME}(?::{NAME})?)
    | (?P<dots>\.\.?)
    | (?P<sign><=|>=|!=|//|::|==|&&|\|\||<>|\$\{{|.)
    """,
    re.VERBOSE | re.DOTALL,
)
#: From strong to weak; the operators of a level are worked out from left to right.
LEVELS = (("*", "div", "mod"), ("+", "-"), ("<", "<=", ">", ">="), ("=", "!="), ("and",), ("or",))
_OPERATORS = frozenset(operator for level in LEVELS for operator in level)
#: How other languages write it, and how it is written here.
_INSTEAD = {
    "==": "=",
    "<>": "!=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "%": "mod",
    "/": "div",
    "^": "pow(…, …)",
    "!": "not(…)",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "−": "-",
    "–": "-",
    "×": "*",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    ";": ",",
}

_CHANCE = gettext_lazy("an answer has to be the same when somebody comes back to it.")
_MAPS = gettext_lazy("nobody is asked for places on a map.")
_TABLES = gettext_lazy("a questionnaire has no tables besides its choices.")
_DEVICE = gettext_lazy("nothing is read from the device that somebody answers on.")
_CODES = gettext_lazy("answers are kept as they were given.")

#: What ODK has and is refused here, and why.
REFUSED: dict[str, str | Promise] = {
    "random": _CHANCE,
    "randomize": _CHANCE,
    "uuid": _CHANCE,
    "pulldata": _TABLES,
    "instance": _TABLES,
    "lookup": _TABLES,
    "area": _MAPS,
    "enclosed-area": _MAPS,
    "distance": _MAPS,
    "geofence": _MAPS,
    "intersects": _MAPS,
    "property": _DEVICE,
    "version": _DEVICE,
    "digest": _CODES,
    "base64-decode": _CODES,
    "extract-signed": _CODES,
    "jr:itext": gettext_lazy("texts are translated where they are written."),
}


@dataclass(frozen=True, slots=True)
class Node:
    """`position` counts characters of the source from 0; `depth` is how much is inside."""

    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: str | float


@dataclass(frozen=True, slots=True)
class Question(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Column(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Current(Node):
    """The answer that is being checked, "."."""


@dataclass(frozen=True, slots=True)
class Parent(Node):
    """What the question stands in, ".."."""


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operators of one level, from left to right: first, then each with its operand."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int


_END = "end"


def path_name(text: str) -> str | None:
    """Return the question that a quoted reference names: '${name}' or '/data/group/name'."""
    text = text.strip()
    if found := QUESTION.fullmatch(text):
        return found[1]
    *steps, name = text.split("/")
    known = all(step in ("", ".", "..") or re.fullmatch(NAME, step) for step in steps)
    return name if known and re.fullmatch(NAME, name) else None


def _tokens(source: str) -> list[Token]:
    tokens = []
    for found in _TOKEN.finditer(source):
        kind, text, start = str(found.lastgroup), found[0], found.start()
        if kind == "space":
            continue
        if kind == "sign" and text in "\"'":
            raise ExpressionError(
                _("The text that begins here has no closing quotation mark."), start
            )
        if kind == "sign" and text == "${":
            if source.startswith("${last-saved#", start):
                raise ExpressionError(
                    _("What somebody answered last time is not known here."), start
                )
            raise ExpressionError(_("After ${ comes the name of a question, then }."), start)
        tokens.append(Token(kind, text, start))
    tokens.append(Token(_END, "", len(source)))
    return tokens


class _Reader:
    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.at = 0
        self.brackets = 0
        #: Where paths name a question.
        self.path_names: list[tuple[str, int]] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def is_sign(self, *texts: str) -> bool:
        return self.token.kind == "sign" and self.token.text in texts

    def inside(self, position: int, nodes: Sequence[Node]) -> int:
        """Return the depth of what holds these nodes."""
        depth = 1 + max((node.depth for node in nodes), default=0)
        if depth > DEEPEST_TREE:
            self.too_deep(position)
        return depth

    def too_deep(self, position: int) -> NoReturn:
        raise ExpressionError(_("Here are too many brackets inside one another."), position)

    def refuse(self, token: Token) -> NoReturn:
        """Say what is wrong with a sign that cannot stand where it does."""
        if token.kind == _END:
            raise ExpressionError(
                _("Something is missing at the end: a value, a question or a function."),
                token.start,
            )
        if token.text == ")":
            raise ExpressionError(_("This bracket closes none that was opened."), token.start)
        if token.text in _INSTEAD:
            raise ExpressionError(
                _("Instead of %(sign)s write %(right)s here.")
                % {"sign": token.text, "right": _INSTEAD[token.text]},
                token.start,
            )
        if token.text in ("//", "::", "@"):
            self.refuse_path(token)
        if token.kind == "sign" and token.text not in ("(", ",", *_OPERATORS):
            raise ExpressionError(
                _("This sign is not understood: %(sign)s") % {"sign": token.text}, token.start
            )
        raise ExpressionError(_("A value, a question or a function is missing here."), token.start)

    def refuse_path(self, token: Token) -> NoReturn:
        raise ExpressionError(
            _("A path can only lead to a question by its name, such as ../name."), token.start
        )

    # ------------------------------------------------------------ formulas

    def whole(self) -> Node:
        if self.token.kind == _END:
            raise ExpressionError(_("Nothing is written here yet."), 0)
        node = self.formula()
        if self.token.kind != _END:
            self.after_operand(self.token)
        return node

    def after_operand(self, token: Token) -> NoReturn:
        if token.kind == "sign" and token.text != "(":
            if token.text == ",":
                raise ExpressionError(
                    _("A comma only stands between the values of a function."), token.start
                )
            self.refuse(token)
        raise ExpressionError(
            _("A sign such as =, + or “and” is missing before this."), token.start
        )

    def formula(self) -> Node:
        operands, operators = [self.operand()], []
        while operator := self.operator():
            operators.append(operator)
            operands.append(self.operand())
        for level in LEVELS:
            if not operators:
                break
            operands, operators = self.folded(level, operands, operators)
        return operands[0]

    def operator(self) -> str:
        token = self.token
        text = token.text.lower() if token.kind == "name" else token.text
        if token.kind in ("sign", "name") and text in _OPERATORS:
            self.at += 1
            return text
        return ""

    def folded(
        self, level: tuple[str, ...], operands: list[Node], operators: list[str]
    ) -> tuple[list[Node], list[str]]:
        """Join the operands that this level's operators stand between."""
        kept, between = [operands[0]], []
        chain: list[tuple[str, Node]] = []

        def close() -> None:
            if chain:
                first = kept.pop()
                depth = self.inside(first.position, [first, *(node for _operator, node in chain)])
                kept.append(Chain(first.position, depth, first, tuple(chain)))
                chain.clear()

        for operator, operand in zip(operators, operands[1:], strict=True):
            if operator in level:
                chain.append((operator, operand))
            else:
                close()
                kept.append(operand)
                between.append(operator)
        close()
        return kept, between

    def operand(self) -> Node:
        start, negative, signs = self.token.start, False, 0
        while self.is_sign("-"):
            self.at += 1
            signs += 1
            negative = not negative
        node = self.value()
        if self.token.text == "[":
            raise ExpressionError(
                _(
                    "Conditions in square brackets are not understood; one of several answers is "
                    "indexed-repeat(${question}, ${repeat}, 1)."
                ),
                self.token.start,
            )
        if signs:
            # An even number of them still makes a number of it.
            node = Negative(start, self.inside(start, [node]), node)
            if not negative:
                node = Negative(start, self.inside(start, [node]), node)
        return node

    def value(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.at += 1
            return Literal(token.start, 1, float(token.text))
        if token.kind == "text":
            self.at += 1
            return Literal(token.start, 1, token.text[1:-1])
        if token.kind == "question":
            self.at += 1
            return Question(token.start, 1, token.text[2:-1].strip())
        if self.is_sign("("):
            return self.in_brackets()
        if token.kind == "name" and self.tokens[self.at + 1].text == "(":
            return self.call()
        if self.is_sign("*"):
            self.refuse_path(token)
        if token.kind not in ("name", "dots") and not self.is_sign("/"):
            self.refuse(token)
        return self.path()

    def open(self) -> Token:
        bracket = self.next()
        self.brackets += 1
        if self.brackets > DEEPEST_BRACKETS:
            self.too_deep(bracket.start)
        return bracket

    def close(self, bracket: Token) -> None:
        if self.token.kind == _END:
            raise ExpressionError(_("This bracket is never closed."), bracket.start)
        if not self.is_sign(")"):
            self.after_operand(self.token)
        self.at += 1
        self.brackets -= 1

    def in_brackets(self) -> Node:
        bracket = self.open()
        if self.token.kind == _END:
            raise ExpressionError(_("This bracket is never closed."), bracket.start)
        node = self.formula()
        self.close(bracket)
        return node

    def call(self) -> Node:
        name = self.next()
        if name.text in REFUSED:
            raise ExpressionError(
                _("%(name)s() does not work here: %(reason)s")
                % {"name": name.text, "reason": REFUSED[name.text]},
                name.start,
            )
        bracket = self.open()
        arguments: list[Node] = []
        if not self.is_sign(")"):
            while True:
                if self.token.kind == _END:
                    raise ExpressionError(_("This bracket is never closed."), bracket.start)
                arguments.append(self.formula())
                if not self.is_sign(","):
                    break
                self.at += 1
        self.close(bracket)
        if name.text == "current" and not arguments:
            return self.path(name)
        if name.text == "jr:choice-name" and len(arguments) == 2:
            self.note_quoted(arguments[1])
        return Call(name.start, self.inside(name.start, arguments), name.text, tuple(arguments))

    # ------------------------------------------------------------ paths

    def note_quoted(self, node: Node) -> None:
        """Take down the question that '/data/name' names in quotation marks."""
        if isinstance(node, Literal) and isinstance(node.value, str) and "$" not in node.value:
            name = path_name(node.value)
            if name:
                self.path_names.append((name, node.position + 1 + node.value.rindex(name)))

    def path(self, current: Token | None = None) -> Node:
        """Read a path; after current() it may end at once."""
        first = current or self.token
        last: Token | None = None
        goes_up = False
        if current is not None:
            if not self.is_sign("/"):
                return Current(first.start, 1)
            self.at += 1
        elif self.is_sign("/"):
            self.at += 1
        steps = 0
        while True:
            step = self.token
            if step.kind == "name" and ":" not in step.text:
                last = step
            elif step.kind == "dots" and last is None:
                goes_up = goes_up or step.text == ".."
            else:
                self.refuse_path(step)
            self.at += 1
            steps += 1
            if not self.is_sign("/"):
                break
            self.at += 1
        if self.is_sign("//", "::"):
            self.refuse_path(self.token)
        if last is None:
            return (Parent if goes_up else Current)(first.start, 1)
        if steps == 1 and last is first:
            return Column(first.start, 1, last.text)
        self.path_names.append((last.text, last.start))
        return Question(last.start, 1, last.text)


def read(source: str) -> Node:
    """Return the formula as a tree; raise ExpressionError where it is not understood."""
    return _whole(source)[0]


def path_names(source: str) -> list[tuple[str, int]]:
    """Return each question that a path names, with the place of the name."""
    return _whole(source)[1]


def _whole(source: str) -> tuple[Node, list[tuple[str, int]]]:
    if len(source) > LONGEST_SOURCE:
        raise ExpressionError(
            _("A formula may have %(number)s characters at most.") % {"number": LONGEST_SOURCE},
            LONGEST_SOURCE,
        )
    reader = _Reader(source)
    return reader.whole(), reader.path_names
