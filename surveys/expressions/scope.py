"""The answers that a formula is worked out from."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from surveys.expressions.moments import BERLIN


class Repeated(tuple):
    """The answers to a question that is in a repeat, one for each instance; empty ones, too.

    The repeat itself has one under its own name, whatever its entries are: `count()` counts them.
    `repeat` is that name. It is needed where a questionnaire has several repeats, so that a
    position in one of them is not taken for a position in another.
    """

    repeat: str

    def __new__(cls, answers: Iterable[object] = (), repeat: str = "") -> Self:
        made = super().__new__(cls, answers)
        made.repeat = repeat
        return made


def _key(question: str, key: str) -> str:
    return key


class Scope:
    """What a formula sees.

    values: answers by the question's name. Text is str, a number int or float, a single choice the
        choice's key, several choices a list of keys; days, times and moments are objects or ISO
        text. Missing, None, "" and [] are no answer. A question in a repeat has a `Repeated`.
    current: the value of ".", the answer that is being checked.
    position: which instance of a repeat is meant, from 1; None outside. `repeat` names the repeat;
        without it the position holds for every repeat.
    choice: the columns of the choice that a choice filter is asked about.
    label: the label of a question's choice, in the reader's language, for jr:choice-name() and for
        texts. Texts ask it about every text answer: for what is no choice it returns the key.
    now: the moment of today() and now(); by default that of the first question for it.
    previous: what the calculated question had before, for once().

    A scope may be used for any number of formulas, and changed between them.
    """

    __slots__ = ("_now", "choice", "current", "label", "position", "previous", "repeat", "values")

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        current: Any = "",
        position: int | None = None,
        repeat: str = "",
        choice: Mapping[str, str] | None = None,
        label: Callable[[str, str], str] = _key,
        now: datetime | None = None,
        previous: Any = "",
    ) -> None:
        self.values = values
        self.current = current
        self.position = position
        self.repeat = repeat
        self.choice = {} if choice is None else choice
        self.label = label
        self._now = now
        self.previous = previous

    @property
    def now(self) -> datetime:
        """One moment for all formulas of this scope, as a clock in Berlin shows it."""
        if self._now is None:
            self._now = datetime.now(BERLIN)
        return self._now

    def own(self, answers: Repeated) -> Any:
        """Return this instance's answer; outside of the repeat all of them."""
        if self.position is None or (
            self.repeat and answers.repeat and self.repeat != answers.repeat
        ):
            return answers
        return answers[self.position - 1] if 0 < self.position <= len(answers) else ""
