"""From the tree of a formula to functions that work it out."""

import difflib
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from surveys.expressions import moments
from surveys.expressions.errors import ExpressionError
from surveys.expressions.functions import (
    ANY,
    BOOL,
    FUNCTIONS,
    MANY,
    NUMBER,
    TEXT,
    Function,
    Run,
    count,
    count_non_empty,
    flat,
    joined,
    largest,
    smallest,
    total,
)
from surveys.expressions.patterns import PatternError, compile_pattern
from surveys.expressions.scope import Repeated, Scope
from surveys.expressions.syntax import (
    QUESTION,
    Call,
    Chain,
    Column,
    Current,
    Literal,
    Negative,
    Node,
    Parent,
    Question,
    path_name,
    read,
)
from surveys.expressions.values import (
    divided,
    equal,
    everything,
    is_empty,
    less,
    less_or_equal,
    more,
    more_or_equal,
    plain,
    remainder,
    result,
    to_bool,
    to_number,
    to_text,
    unequal,
    words,
)

_COERCIONS: dict[str, Callable[[Any], Any]] = {TEXT: to_text, NUMBER: to_number, BOOL: to_bool}
_COMPARISONS = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": less_or_equal,
    ">": more,
    ">=": more_or_equal,
}
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": divided,
    "mod": remainder,
}


class Expression:
    """A formula that is ready to be worked out any number of times."""

    __slots__ = ("_run", "names", "source", "uses_now", "uses_previous")

    def __init__(
        self,
        source: str,
        run: Run,
        names: frozenset[str],
        *,
        uses_now: bool = False,
        uses_previous: bool = False,
    ) -> None:
        self.source = source
        #: The questions that are read.
        self.names = names
        #: Whether the same answers may lead to something else later.
        self.uses_now = uses_now
        #: Whether what it led to before matters, for once().
        self.uses_previous = uses_previous
        self._run = run

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def evaluate(self, scope: Scope) -> Any:
        """Return str, int, float, bool, a list of keys, or a date, time or datetime.

        What should be a number and is none, also not a finite one, is "".
        """
        return result(self._run(scope))

    def as_bool(self, scope: Scope) -> bool:
        return to_bool(self._run(scope))

    def as_text(self, scope: Scope) -> str:
        return to_text(result(self._run(scope)))

    def as_number(self, scope: Scope) -> int | float | None:
        """Return None for what is no number."""
        number = result(to_number(self._run(scope)))
        return None if number == "" else number


def compile_expression(
    source: str, *, names: Collection[str] | None = None, columns: Collection[str] = ()
) -> Expression:
    """Read a formula; raise ExpressionError with the place of the first thing that is wrong.

    names: the questions, groups and repeats there are; without it all are believed.
    columns: what choices have besides their label, for choice filters: names without ${…}.
    """
    expression, mentions = _compiled(source, frozenset(columns))
    if names is not None:
        check_names(mentions, names)
    return expression


def check_names(mentions: Iterable[tuple[str, int]], names: Collection[str]) -> None:
    for name, position in mentions:
        if name not in names:
            message = _("There is no question “%(name)s”.") % {"name": name}
            raise ExpressionError(_with_likely(message, name, names), position)


def _with_likely(message: str, name: str, names: Iterable[str]) -> str:
    """Add what was probably meant."""
    likely = difflib.get_close_matches(name, names, 1, 0.65)
    if not likely:
        return message
    return _("%(message)s Perhaps “%(likely)s”?") % {"message": message, "likely": likely[0]}


@lru_cache(maxsize=2048)
def _compiled(
    source: str, columns: frozenset[str]
) -> tuple[Expression, tuple[tuple[str, int], ...]]:
    compiler = _Compiler(columns)
    run = compiler.value(read(source))[0]
    names = frozenset(name for name, _position in compiler.mentions)
    expression = Expression(
        source,
        run,
        names,
        uses_now=compiler.uses_now,
        uses_previous=compiler.uses_previous,
    )
    return expression, tuple(compiler.mentions)


def _own(name: str) -> Run:
    """Read an answer; in its repeat that of the instance that is meant."""

    def read_own(scope: Scope) -> Any:
        value = scope.values.get(name, "")
        return scope.own(value) if type(value) is Repeated else value

    return read_own


def _all(name: str) -> Run:
    return lambda scope: scope.values.get(name, "")


class _Compiler:
    """Each method returns what to run and what that gives."""

    def __init__(self, columns: frozenset[str]) -> None:
        self.columns = columns
        #: The questions, and where each is named.
        self.mentions: list[tuple[str, int]] = []
        self.uses_now = self.uses_previous = False

    # ------------------------------------------------------------ values

    def value(self, node: Node) -> tuple[Run, str]:
        if isinstance(node, Literal):
            return self.literal(node)
        if isinstance(node, Question):
            self.mentions.append((node.name, node.position))
            return _own(node.name), ANY
        if isinstance(node, Column):
            return self.column(node)
        if isinstance(node, Current):
            return (lambda scope: scope.current), ANY
        if isinstance(node, Call):
            return self.call(node)
        if isinstance(node, Negative):
            operand = self.wanted(node.operand, NUMBER)
            return (lambda scope: -operand(scope)), NUMBER
        if isinstance(node, Chain):
            return self.chain(node)
        raise ExpressionError(_("“..” can only be used in position(..)."), node.position)

    def wanted(self, node: Node, kind: str) -> Run:
        """What to run to get a value of this kind."""
        run, given = self.value(node)
        if kind in (ANY, given):
            return run
        coerce = _COERCIONS[kind]
        if isinstance(node, Literal):
            constant = coerce(node.value)
            return lambda scope: constant
        return lambda scope: coerce(run(scope))

    def literal(self, node: Literal) -> tuple[Run, str]:
        constant = node.value
        if isinstance(constant, str):
            if found := QUESTION.search(constant):
                raise ExpressionError(
                    _(
                        "In quotation marks ${%(name)s} is only text. Write it outside of them: "
                        "concat('text ', ${%(name)s})."
                    )
                    % {"name": found[1]},
                    node.position,
                )
            return (lambda scope: constant), TEXT
        return (lambda scope: constant), NUMBER

    def column(self, node: Column) -> tuple[Run, str]:
        name = node.name
        if name not in self.columns:
            message = _(
                "“%(name)s” alone means nothing here: a question is written ${%(name)s}, "
                "a text '%(name)s'."
            ) % {"name": name}
            raise ExpressionError(_with_likely(message, name, self.columns), node.position)
        return (lambda scope: scope.choice.get(name, "")), ANY

    # ------------------------------------------------------------ operators

    def chain(self, node: Chain) -> tuple[Run, str]:
        operator = node.rest[0][0]
        if operator in ("and", "or"):
            return self.logic(node, operator), BOOL
        if operator in _COMPARISONS:
            return self.comparison(node), BOOL
        return self.arithmetic(node), NUMBER

    def logic(self, node: Chain, operator: str) -> Run:
        """Stop at the first value that decides."""
        runs = [self.wanted(part, BOOL) for part in (node.first, *(part for _o, part in node.rest))]
        if len(runs) == 2:
            a, b = runs
            if operator == "and":
                return lambda scope: a(scope) and b(scope)
            return lambda scope: a(scope) or b(scope)
        decides = operator == "or"

        def run_logic(scope: Scope) -> bool:
            for run in runs:
                if run(scope) is decides:
                    return decides
            return not decides

        return run_logic

    def comparison(self, node: Chain) -> Run:
        first = self.wanted(node.first, ANY)
        rest = [(_COMPARISONS[operator], self.wanted(part, ANY)) for operator, part in node.rest]
        if len(rest) == 1:
            test, second = rest[0]
            return lambda scope: test(first(scope), second(scope))

        def run_comparison(scope: Scope) -> bool:
            value = first(scope)
            for test, run in rest:
                value = test(value, run(scope))
            return value

        return run_comparison

    def arithmetic(self, node: Chain) -> Run:
        first = self.wanted(node.first, NUMBER)
        rest = [(_ARITHMETIC[operator], self.wanted(part, NUMBER)) for operator, part in node.rest]

        def run_arithmetic(scope: Scope) -> float:
            number = first(scope)
            for work, run in rest:
                number = work(number, run(scope))
            return number

        return run_arithmetic

    # ------------------------------------------------------------ functions

    def call(self, node: Call) -> tuple[Run, str]:
        special = _SPECIAL.get(node.name)
        if special is not None:
            self.check_number(node, special[0])
            return special[1](self, node)
        function = FUNCTIONS.get(node.name)
        if function is None:
            self.unknown(node)
        self.check_number(node, function)
        self.check_constants(node)
        runs = [
            self.wanted(part, kind)
            for part, kind in zip(node.arguments, function.wants, strict=False)
        ]
        return self.applied(function.work, runs), function.gives

    def unknown(self, node: Call) -> NoReturn:
        message = _("There is no function “%(name)s”.") % {"name": node.name}
        raise ExpressionError(
            _with_likely(message, node.name, [*FUNCTIONS, *_SPECIAL]), node.position
        )

    def check_number(self, node: Call, function: Function) -> None:
        if not function.takes(len(node.arguments)):
            raise ExpressionError(
                _("%(name)s() is written like this: %(usage)s")
                % {"name": node.name, "usage": function.usage},
                node.position,
            )

    def check_constants(self, node: Call) -> None:
        """Patterns and formats that stand in the formula are looked at now."""
        last = node.arguments[-1] if node.arguments else None
        if not isinstance(last, Literal) or not isinstance(last.value, str):
            return
        if node.name == "regex":
            try:
                compile_pattern(last.value)
            except PatternError as error:
                raise ExpressionError(str(error), last.position) from error
        if node.name in ("format-date", "format-date-time"):
            wrong = moments.wrong_part(last.value)
            if wrong is not None:
                raise ExpressionError(
                    _("“%(part)s” is no part of a date. There are: %(parts)s")
                    % {"part": wrong[0], "parts": " ".join(f"%{part}" for part in moments.PARTS)},
                    last.position + 1 + wrong[1],
                )

    @staticmethod
    def applied(work: Callable[..., Any], runs: list[Run]) -> Run:
        if len(runs) == 1:
            (a,) = runs
            return lambda scope: work(a(scope))
        if len(runs) == 2:
            a, b = runs
            return lambda scope: work(a(scope), b(scope))
        return lambda scope: work(*[run(scope) for run in runs])

    def question(self, node: Node) -> str:
        """The question that a function has to be told, instead of a value."""
        if not isinstance(node, Question):
            raise ExpressionError(_("Here has to be a question, such as ${name}."), node.position)
        self.mentions.append((node.name, node.position))
        return node.name

    def answers(self, node: Call) -> Run:
        """All answers to the one question of a function."""
        return _all(self.question(node.arguments[0]))

    def several(self, parts: tuple[Node, ...]) -> list[Run]:
        """One question means all of its answers, several values mean this instance's."""
        if len(parts) == 1 and isinstance(parts[0], Question):
            return [_all(self.question(parts[0]))]
        return [self.wanted(part, ANY) for part in parts]

    # ------------------------------------------------------------ those of their own kind

    def call_if(self, node: Call) -> tuple[Run, str]:
        test = self.wanted(node.arguments[0], BOOL)
        (yes, yes_kind), (no, no_kind) = (self.value(part) for part in node.arguments[1:])
        kind = yes_kind if yes_kind == no_kind else ANY
        return (lambda scope: yes(scope) if test(scope) else no(scope)), kind

    def call_coalesce(self, node: Call) -> tuple[Run, str]:
        first, second = (self.wanted(part, ANY) for part in node.arguments)

        def run_coalesce(scope: Scope) -> Any:
            value = first(scope)
            # What is no number is empty, too.
            return value if result(value) not in ("", []) else second(scope)

        return run_coalesce, ANY

    def call_once(self, node: Call) -> tuple[Run, str]:
        self.uses_previous = True
        run = self.wanted(node.arguments[0], ANY)
        return (lambda scope: run(scope) if is_empty(scope.previous) else scope.previous), ANY

    def call_today(self, node: Call) -> tuple[Run, str]:
        self.uses_now = True
        return (lambda scope: moments.in_berlin(scope.now).date()), ANY

    def call_now(self, node: Call) -> tuple[Run, str]:
        self.uses_now = True
        return (lambda scope: moments.in_berlin(scope.now)), ANY

    def call_own_length(self, node: Call) -> tuple[Run, str]:
        run = self.own_text(node)
        return (lambda scope: float(len(run(scope)))), NUMBER

    def call_normalize(self, node: Call) -> tuple[Run, str]:
        run = self.own_text(node)
        return (lambda scope: " ".join(run(scope).split())), TEXT

    def own_text(self, node: Call) -> Run:
        if node.arguments:
            return self.wanted(node.arguments[0], TEXT)
        return lambda scope: to_text(scope.current)

    def call_position(self, node: Call) -> tuple[Run, str]:
        for part in node.arguments:
            if isinstance(part, Question):
                self.question(part)
            elif not isinstance(part, Parent):
                raise ExpressionError(
                    _("%(name)s() is written like this: %(usage)s")
                    % {"name": "position", "usage": "position(..)"},
                    part.position,
                )
        return (lambda scope: 1.0 if scope.position is None else float(scope.position)), NUMBER

    def call_concat(self, node: Call) -> tuple[Run, str]:
        runs = [self.wanted(part, ANY) for part in node.arguments]
        return (lambda scope: joined("", flat(run(scope) for run in runs))), TEXT

    def call_join(self, node: Call) -> tuple[Run, str]:
        separator = self.wanted(node.arguments[0], TEXT)
        runs = self.several(node.arguments[1:])
        return (lambda scope: joined(separator(scope), flat(run(scope) for run in runs))), TEXT

    def call_sum(self, node: Call) -> tuple[Run, str]:
        return self.applied(total, [self.answers(node)]), NUMBER

    def call_count(self, node: Call) -> tuple[Run, str]:
        return self.applied(count, [self.answers(node)]), NUMBER

    def call_count_non_empty(self, node: Call) -> tuple[Run, str]:
        return self.applied(count_non_empty, [self.answers(node)]), NUMBER

    def call_min(self, node: Call) -> tuple[Run, str]:
        return self.applied(smallest, self.several(node.arguments)), NUMBER

    def call_max(self, node: Call) -> tuple[Run, str]:
        return self.applied(largest, self.several(node.arguments)), NUMBER

    def call_indexed_repeat(self, node: Call) -> tuple[Run, str]:
        if len(node.arguments) > 3:
            raise ExpressionError(
                _("Answers of a repeat inside a repeat cannot be looked up."),
                node.arguments[3].position,
            )
        answers = _all(self.question(node.arguments[0]))
        self.question(node.arguments[1])
        index = self.wanted(node.arguments[2], NUMBER)

        def run_indexed(scope: Scope) -> Any:
            values, number = everything(answers(scope)), index(scope)
            return values[int(number) - 1] if 1 <= number < len(values) + 1 else ""

        return run_indexed, ANY

    def call_choice_name(self, node: Call) -> tuple[Run, str]:
        run, quoted = self.wanted(node.arguments[0], ANY), node.arguments[1]
        text = quoted.value if isinstance(quoted, Literal) else None
        name = path_name(text) if isinstance(text, str) else None
        if name is None:
            raise ExpressionError(
                _("Here has to be a question in quotation marks, such as '${name}'."),
                quoted.position,
            )
        self.mentions.append((name, quoted.position))

        def run_choice_name(scope: Scope) -> str:
            value = plain(run(scope))
            keys = words(value) if type(value) is list else [to_text(value)]
            return joined(", ", (str(scope.label(name, key)) for key in keys if key))

        return run_choice_name, TEXT


def _form(usage: str, least: int, most: int) -> Function:
    return Function(usage, (), ANY, lambda: None, least, most)


#: Functions that do not want all of their values, or want the question itself.
_SPECIAL: dict[str, tuple[Function, Callable[[_Compiler, Call], tuple[Run, str]]]] = {
    "if": (_form("if(${question} = 'choice', 'then', 'else')", 3, 3), _Compiler.call_if),
    "coalesce": (_form("coalesce(${question}, 'else')", 2, 2), _Compiler.call_coalesce),
    "once": (_form("once(${question})", 1, 1), _Compiler.call_once),
    "today": (_form("today()", 0, 0), _Compiler.call_today),
    "now": (_form("now()", 0, 0), _Compiler.call_now),
    "string-length": (_form("string-length(${question})", 0, 1), _Compiler.call_own_length),
    "normalize-space": (_form("normalize-space(${question})", 0, 1), _Compiler.call_normalize),
    "position": (_form("position(..)", 0, 1), _Compiler.call_position),
    "concat": (_form("concat(${question}, 'text')", 1, MANY), _Compiler.call_concat),
    "join": (_form("join(', ', ${question})", 2, MANY), _Compiler.call_join),
    "sum": (_form("sum(${question})", 1, 1), _Compiler.call_sum),
    "count": (_form("count(${repeat})", 1, 1), _Compiler.call_count),
    "count-non-empty": (
        _form("count-non-empty(${question})", 1, 1),
        _Compiler.call_count_non_empty,
    ),
    "min": (_form("min(${question})", 1, MANY), _Compiler.call_min),
    "max": (_form("max(${question})", 1, MANY), _Compiler.call_max),
    "indexed-repeat": (
        _form("indexed-repeat(${question}, ${repeat}, 1)", 3, MANY),
        _Compiler.call_indexed_repeat,
    ),
    "jr:choice-name": (
        _form("jr:choice-name(${question}, '${question}')", 2, 2),
        _Compiler.call_choice_name,
    ),
}
