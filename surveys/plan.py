"""What follows from the answers given so far: which pages and questions there are, what is
required, which choices are left, what is calculated, what a text says.

A `Plan` is a questionnaire with its expressions compiled, made once and shared. A `Flow` is one
respondent's way through it. An answer to something that is not asked (any more) counts as none, as
in ODK; it stays in the draft until that is handed in.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.utils import timezone

from surveys.expressions import Expression, Repeated, Scope, Text, compile_expression, compile_text
from surveys.models.choice import Option
from surveys.models.questionnaire import NOT_ASKED, Kind, Question, Section

if TYPE_CHECKING:
    from surveys.models import Questionnaire

#: So many things of the same kind can be told about; nobody fills in more.
MOST_REPEATS = 50
#: The value of a consent in expressions, as XLSForm's "acknowledge" has it.
GIVEN = "OK"

type Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Name:
    """What a name in an expression stands for: a question, the words beside its choices, or a row
    of its matrix."""

    question: Question
    section: Section
    row: str = ""
    is_other: bool = False

    def read(self, answers: Mapping[str, Any]) -> Any:
        """Return the value as expressions see it; None where there is none."""
        if self.is_other:
            return answers.get(other_key(self.question.key))
        value = answers.get(self.question.key)
        if self.row:
            return value.get(self.row) if isinstance(value, dict) else None
        if self.question.kind == Kind.CONSENT:
            return GIVEN if value else None
        if self.question.kind == Kind.ORGANISATION and isinstance(value, dict):
            return value.get("name")
        return None if isinstance(value, dict) else value


class Instance(int):
    """Which one of a section that is asked several times, from 0; it knows of which section."""

    repeat: str

    def __new__(cls, number: int, repeat: str) -> Self:
        made = super().__new__(cls, number)
        made.repeat = repeat
        return made


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the form: a section, or the `instance` (from 0) of one that repeats. Where its
    respondent says how often, the section itself is a page that lists what is there."""

    section: Section
    instance: int | None = None

    @property
    def is_list(self) -> bool:
        return self.section.repeats and self.instance is None

    @property
    def number(self) -> int | None:
        """The instance as people count."""
        return None if self.instance is None else self.instance + 1


def columns_of(question: Question) -> frozenset[str]:
    """What a filter of choices may ask of one."""
    own = (name for option in question.options for name in option.columns)
    return frozenset({"name", "label", *own})


def other_key(key: str) -> str:
    """Where the words beside a choice stand."""
    return f"{key}.other"


class Plan:
    """A questionnaire with its structure, by name and compiled."""

    def __init__(self, questionnaire: "Questionnaire") -> None:
        self.sections = list(questionnaire.sections.all())
        self.questions: dict[str, Question] = {}
        self.names: dict[str, Name] = {}
        rows: dict[str, Name] = {}
        for section in self.sections:
            for question in section.questions.all():
                self.questions[question.key] = question
                self.names[question.key] = Name(question, section)
                if question.kind == Kind.MATRIX:
                    for row in question.rows:
                        rows[row.key] = Name(question, section, row=row.key)
                elif question.other is not None:
                    name = Name(question, section, is_other=True)
                    self.names[other_key(question.key)] = rows[f"{question.key}_other"] = name
        # What a question is called comes first; XLSForm's own names for parts of one follow.
        self.names = {**rows, **self.names}
        #: What is asked several times, by name: `count(${child})`.
        self.repeats = {section.key: section for section in self.sections if section.repeats}
        self.known = frozenset(self.names) | frozenset(self.repeats)
        self._expressions: dict[tuple[str, frozenset[str]], Expression] = {}
        self._texts: dict[str, Text] = {}

    def expression(self, source: str, columns: frozenset[str] = frozenset()) -> Expression:
        """Compile an expression, once. Raises ExpressionError, which a checked questionnaire never
        does."""
        if (source, columns) not in self._expressions:
            self._expressions[source, columns] = compile_expression(
                source, names=self.known, columns=columns
            )
        return self._expressions[source, columns]

    def text(self, source: str) -> Text:
        if source not in self._texts:
            self._texts[source] = compile_text(source, names=self.known)
        return self._texts[source]

    @cached_property
    def stage_question(self) -> Question | None:
        """The question that decides the respondent's group."""
        return next((q for q in self.questions.values() if q.decides_branch), None)

    @cached_property
    def calculations(self) -> dict[str, Expression]:
        """What is calculated, by name."""
        return {
            key: self.expression(question.calculation)
            for key, question in self.questions.items()
            if question.kind == Kind.CALCULATION
        }

    @cached_property
    def given(self) -> frozenset[str]:
        """The questions that people answer."""
        return frozenset(key for key, q in self.questions.items() if q.kind not in NOT_ASKED)

    @cached_property
    def clocked(self) -> frozenset[str]:
        """The calculations that tell when somebody answered: those that depend on the clock, also
        by way of others. The days since a birthday that is known, too, name a date."""
        found: set[str] = set()
        while more := {
            key
            for key, expression in self.calculations.items()
            if key not in found and (expression.uses_now or expression.names & found)
        }:
            found |= more
        return frozenset(found)

    def label(self, name: str, key: str) -> str:
        """The words of a choice, for `jr:choice-name` and texts that quote an answer."""
        known = self.names.get(name)
        return known.question.labels.get(key, key) if known else key

    def asks(self, question: Question, stage: str) -> bool:
        """Whether somebody at this stage may be asked a question: False only where the stage alone
        rules it out."""
        decides = self.stage_question
        section = self.names[question.key].section
        sources = [source for source in (section.relevant, question.relevant) if source]
        if decides is None or not sources:
            return True
        flow = Flow(self, {decides.key: stage})
        return all(
            self.expression(source).names != {decides.key}
            or self.expression(source).as_bool(flow.scope())
            for source in sources
        )


class Flow:
    """One respondent's way through a questionnaire."""

    def __init__(
        self,
        plan: Plan,
        answers: Mapping[str, Any],
        *,
        now: dt.datetime | None = None,
        is_entered: bool = False,
    ) -> None:
        """`is_entered`: staff enter it from paper or an interview, where people leave out what they
        like. Only the group and consents are required then."""
        self.plan = plan
        self.answers = answers
        self.now = now or timezone.localtime()
        self.is_entered = is_entered
        self.values = _Values(self)
        self._relevant: dict[tuple[str, int | None], bool] = {}
        self._read: dict[tuple[str, int | None], Any] = {}

    # --- What there is ----------------------------------------------------------------------------

    def pages(self) -> list[Page]:
        """The pages one goes through, in order."""
        pages = []
        for section in self.plan.sections:
            if not self.asks_section(section):
                continue
            if section.repeats and not section.repeat_count:
                pages.append(Page(section))
                continue
            instances = self.instances(section) if section.repeats else [None]
            pages += [Page(section, i) for i in instances if self.questions(section, i)]
        return pages

    def all_pages(self) -> Iterator[Page]:
        """The same, with a page for each thing that was added where the respondent says how
        often."""
        for page in self.pages():
            yield page
            if page.is_list:
                yield from self.within(page.section)

    def within(self, section: Section) -> list[Page]:
        """The pages of what was added to a section that is asked several times."""
        return [Page(section, instance) for instance in self.instances(section)]

    def asks_section(self, section: Section) -> bool:
        return self._holds(("", section.key), section.relevant, None)

    def asks(self, question: Question, instance: int | None = None) -> bool:
        """Whether a question concerns this respondent, calculated ones too."""
        section = self.plan.names[question.key].section
        return self.asks_section(section) and self._holds(
            (question.key,), question.relevant, instance
        )

    def questions(self, section: Section, instance: int | None = None) -> list[Question]:
        """What stands on a page: questions and notes."""
        return [
            question
            for question in section.questions.all()
            if question.kind != Kind.CALCULATION and self.asks(question, instance)
        ]

    def instances(self, section: Section) -> list[Instance]:
        return [Instance(number, section.key) for number in range(self.count(section))]

    def count(self, section: Section) -> int:
        """How many times a section is asked."""
        if not section.repeat_count:
            return min(len(self._instances(section)), MOST_REPEATS)
        number = self.plan.expression(section.repeat_count).as_number(self.scope())
        if number is None or math.isnan(number):
            return 0
        return int(min(max(number, 0), MOST_REPEATS))

    def options(self, question: Question, instance: int | None = None) -> list[Option]:
        """The choices that are left."""
        return self._left(question, question.options, instance)

    def _left(
        self, question: Question, options: list[Option], instance: int | None
    ) -> list[Option]:
        """Those of some choices that its filter leaves."""
        if not question.choice_filter:
            return options
        expression = self.plan.expression(question.choice_filter, columns_of(question))
        scope = self.scope(instance)
        left = []
        for option in options:
            scope.choice = {"name": option.key, "label": option.label, **option.columns}
            if expression.as_bool(scope):
                left.append(option)
        return left

    # --- What holds for an answer -----------------------------------------------------------------

    def requires(self, question: Question, instance: int | None = None) -> bool:
        if question.kind in NOT_ASKED:
            return False
        if self.is_entered and not (question.decides_branch or question.kind == Kind.CONSENT):
            return False
        return question.required or bool(
            question.required_if
            and self.plan.expression(question.required_if).as_bool(self.scope(instance))
        )

    def accepts(self, question: Question, instance: int | None = None) -> bool:
        """Whether the answer that is there is right; none is."""
        value = self.read(question.key, instance)
        if not question.constraint or is_empty(value):
            return True
        scope = self.scope(instance, current=value)
        return self.plan.expression(question.constraint).as_bool(scope)

    def default(self, question: Question, instance: int | None = None) -> Any:
        """What stands in a field before anybody has answered; None where nothing does."""
        if not question.default:
            return None
        text = self.plan.expression(question.default).as_text(self.scope(instance))
        return text or None

    def text(self, words: str, instance: int | None = None) -> str:
        """A text with the answers that it quotes."""
        return self.plan.text(words).render(self.scope(instance)) if "${" in words else words

    def open_page(self) -> Page | None:
        """The first page on which something is missing or wrong."""
        return next((page for page in self.all_pages() if self.is_open(page)), None)

    def is_open(self, page: Page) -> bool:
        if page.is_list:
            return False
        return any(
            self.lacks(question, page.instance) or not self.accepts(question, page.instance)
            for question in self.questions(page.section, page.instance)
        )

    def lacks(self, question: Question, instance: int | None = None) -> bool:
        """Whether an answer is required and not there."""
        return self.requires(question, instance) and is_empty(self.answer(question, instance))

    # --- Values -----------------------------------------------------------------------------------

    def answer(self, question: Question, instance: int | None = None) -> Any:
        """The answer as it is stored; None where there is none. A choice that is not offered any
        more, because of another answer, is none."""
        value = self._given(question, instance).get(question.key)
        if not question.choice_filter or not isinstance(value, (str, list)):
            return value
        chosen = [option for option in question.options if option.key in _keys(value)]
        left = {option.key for option in self._left(question, chosen, instance)}
        if isinstance(value, str):
            return value if value in left else None
        return [key for key in value if key in left]

    def other(self, question: Question, instance: int | None = None) -> str:
        """The words beside a choice."""
        words = self._given(question, instance).get(other_key(question.key), "")
        if words and question.choice_filter and question.other is not None:
            chosen = _keys(self.answer(question, instance))
            return words if question.other.key in chosen else ""
        return words

    def read(self, name: str, instance: int | None = None) -> Any:
        """A value as expressions see it: none where the question is not asked."""
        if (name, instance) not in self._read:
            self._read[name, instance] = None  # of a circle, which no checked questionnaire has
            known = self.plan.names[name]
            question = known.question
            if self.asks(question, instance):
                self._read[name, instance] = (
                    self.plan.expression(question.calculation).evaluate(
                        self.scope(instance, previous=self.answer(question, instance))
                    )
                    if question.kind == Kind.CALCULATION
                    else known.read(self._offered(question, instance))
                )
        return self._read[name, instance]

    def scope(self, instance: int | None = None, *, current: Any = None, previous: Any = None):
        """What an expression is evaluated in."""
        return Scope(
            values=self.values,
            current=current,
            position=None if instance is None else instance + 1,
            repeat=getattr(instance, "repeat", ""),
            label=self.plan.label,
            now=self.now,
            previous=previous,
        )

    def first_values(self, page: Page) -> Answers:
        """What once() has led to for the first time by now, to be kept: on the page of an entry
        that entry's own, on any other page all that is asked once."""
        found: Answers = {}
        for key, expression in self.plan.calculations.items():
            known = self.plan.names[key]
            is_here = known.section == page.section if page.section.repeats else True
            if not expression.uses_previous or known.section.repeats != page.section.repeats:
                continue
            if is_here and is_empty(self.answer(known.question, page.instance)):
                value = _plain(self.read(key, page.instance))
                if not is_empty(value):
                    found[key] = value
        return found

    def final(self, *, is_anonymous: bool = False) -> Answers:
        """What is handed in: answers to what was asked, and what follows from them; of anonymous
        ones nothing that tells when."""
        answers: Answers = {}
        forgotten = self.plan.clocked if is_anonymous else frozenset()
        for section in self.plan.sections:
            if not self.asks_section(section):
                continue
            if section.repeats:
                rows = [
                    self._final(section, instance, forgotten)
                    for instance in self.instances(section)
                ]
                if rows:
                    answers[section.key] = rows
            else:
                answers |= self._final(section, None, forgotten)
        return answers

    def _final(self, section: Section, instance: int | None, forgotten: frozenset[str]) -> Answers:
        answers: Answers = {}
        for question in section.questions.all():
            if question.kind == Kind.NOTE or not self.asks(question, instance):
                continue
            if question.key in forgotten:
                continue
            if question.kind == Kind.CALCULATION:
                value = _plain(self.read(question.key, instance))
            else:
                value = self.answer(question, instance)
            if is_empty(value):
                continue
            answers[question.key] = value
            if words := self.other(question, instance):
                answers[other_key(question.key)] = words
        return answers

    def dropped(self) -> int:
        """How many answers are there that will not be handed in."""
        kept = self.final()
        lost = 0
        for section in self.plan.sections:
            if section.repeats:
                after = kept.get(section.key, [])
                for number, row in enumerate(self._instances(section)):
                    there = after[number] if number < len(after) else {}
                    lost += sum(key not in there for key in self._given_in(row))
        return lost + sum(key not in kept for key in self._given_in(self.answers))

    def _given_in(self, answers: Mapping[str, Any]) -> Iterator[str]:
        """The questions that somebody has answered, without the words beside a choice and without
        what is calculated."""
        return (key for key in answers if key in self.plan.given)

    def _given(self, question: Question, instance: int | None) -> Mapping[str, Any]:
        """The answers among which a question's own is."""
        section = self.plan.names[question.key].section
        if not section.repeats:
            return self.answers
        instances = self._instances(section)
        return instances[instance] if instance is not None and instance < len(instances) else {}

    def _offered(self, question: Question, instance: int | None) -> Mapping[str, Any]:
        """The same, without choices that are not offered any more."""
        given = self._given(question, instance)
        if not question.choice_filter:
            return given
        return {
            question.key: self.answer(question, instance),
            other_key(question.key): self.other(question, instance),
        }

    def _instances(self, section: Section) -> list[Answers]:
        stored = self.answers.get(section.key)
        return stored if isinstance(stored, list) else []

    def _holds(self, key: tuple, source: str, instance: int | None) -> bool:
        if not source:
            return True
        place = (*key, instance)
        if place not in self._relevant:
            self._relevant[place] = False  # of a circle, which no checked questionnaire has
            self._relevant[place] = self.plan.expression(source).as_bool(self.scope(instance))
        return self._relevant[place]


def is_empty(value: Any) -> bool:
    """What counts as no answer; nought is one."""
    return value is None or value is False or value in ("", [], {})


def _keys(value: Any) -> list[str]:
    """What was chosen, one or several."""
    return [value] if isinstance(value, str) else list(value or ())


class _Values(Mapping):
    """All values by name, read when an expression asks for one."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def __getitem__(self, name: str) -> Any:
        flow = self.flow
        if section := flow.plan.repeats.get(name):
            asked = flow.count(section) if flow.asks_section(section) else 0
            return Repeated((str(number) for number in range(1, asked + 1)), section.key)
        section = flow.plan.names[name].section
        if not section.repeats:
            return flow.read(name)
        values = (flow.read(name, instance) for instance in flow.instances(section))
        return Repeated(values, section.key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.flow.plan.known)

    def __len__(self) -> int:
        return len(self.flow.plan.known)


def _plain(value: Any) -> Any:
    """A calculated value as it is stored."""
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, bool):
        return str(value).lower()
    return value
