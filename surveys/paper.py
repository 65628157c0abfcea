"""A questionnaire for a pen: numbered, with its conditions in words."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from ssoe_portal.common.translation import BASE_LANGUAGE, CONTENT_LANGUAGES
from surveys.expressions.syntax import QUESTION
from surveys.models import Question, QuestionTranslation
from surveys.models.questionnaire import NOT_ASKED, Kind, Option, Section
from surveys.paper_conditions import Conditions, Groups
from surveys.plan import Plan

#: Longer labels of choices than this get a line of their own.
LONG_LABEL = 48
#: Points with more letters than this together do not fit beside each other.
LONGEST_SCALE = 90


@dataclass(frozen=True)
class Line:
    """A question or note as it is printed."""

    question: Question
    number: int | None
    wording: str
    help_text: str = ""
    condition: str = ""
    how: str = ""
    options: list[Option] = field(default_factory=list)
    groups: Groups = field(default_factory=list)
    rows: list[Option] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.question.kind

    @property
    def is_optional(self) -> bool:
        return not (self.question.required or self.question.required_if)

    @property
    def has_columns(self) -> bool:
        """Whether choices stand in two columns."""
        return len(self.options) > 5 and all(len(o.label) <= LONG_LABEL for o in self.options)

    @property
    def stands_in_a_row(self) -> bool:
        """Whether the points of a scale fit beside each other."""
        return len(self.options) <= 7 and sum(len(o.label) for o in self.options) <= LONGEST_SCALE


@dataclass(frozen=True)
class Part:
    """A section as it is printed. `otherwise` says where to go on if it is not asked."""

    section: Section
    title: str
    introduction: str
    condition: str
    otherwise: str
    lines: list[Line]


def languages(questionnaire_id: int) -> list[tuple[str, str]]:
    """The languages in which every question is written, German first."""
    questions = Question.objects.filter(section__questionnaire=questionnaire_id).count()
    whole = set(
        QuestionTranslation.objects.filter(original__section__questionnaire=questionnaire_id)
        .order_by()
        .values("language")
        .annotate(number=Count("pk"))
        .filter(number=questions)
        .values_list("language", flat=True)
    )
    return [(key, name) for key, name in CONTENT_LANGUAGES if key == BASE_LANGUAGE or key in whole]


def parts(plan: Plan) -> list[Part]:
    """Everything that a questionnaire may ask, in order; its texts in the reader's language."""
    asked = [
        question
        for section in plan.sections
        for question in section.questions.all()
        if question.kind not in NOT_ASKED
    ]
    numbers = {question.key: number for number, question in enumerate(asked, 1)}
    conditions = Conditions(plan, numbers)
    printed = []
    behind = len(asked)
    for section in reversed(plan.sections):
        own = [numbers[q.key] for q in section.questions.all() if q.key in numbers]
        after = (own[-1] if own else behind) + 1
        behind = own[0] - 1 if own else behind
        condition = conditions.in_words(section.relevant)
        otherwise = ""
        if condition and own:
            otherwise = (
                _("Otherwise please go on with question %(n)d.") % {"n": after}
                if after <= len(asked)
                else _("Otherwise you are done.")
            )
        printed.append(
            Part(
                section,
                _text(section.text.title, numbers),
                _text(section.text.introduction, numbers),
                condition,
                otherwise,
                [
                    _line(question, numbers, conditions)
                    for question in section.questions.all()
                    if question.kind != Kind.CALCULATION
                ],
            )
        )
    return printed[::-1]


def _line(question: Question, numbers: dict[str, int], conditions: Conditions) -> Line:
    choices: list[Option] = []
    groups: Groups = []
    not_all = ""
    if question.kind in (Kind.SCALE, Kind.MATRIX):
        choices = question.points
        groups = [("", choices)]
    elif question.has_choices:
        not_all, groups = conditions.choices(question)
        choices = [option for _words, options in groups for option in options]
    return Line(
        question,
        numbers.get(question.key),
        _text(question.text.wording, numbers),
        _text(question.text.help_text, numbers),
        conditions.in_words(question.relevant),
        " ".join(filter(None, [how(question, len(choices)), not_all])),
        choices,
        groups,
        question.rows if question.kind == Kind.MATRIX else [],
    )


def how(question: Question, choices: int = 0) -> str:
    """How to answer with a pen, where the drawing does not say it."""
    match question.kind:
        case Kind.SINGLE | Kind.SCALE:
            return _("One cross.")
        case Kind.MULTIPLE:
            return _("Several crosses are possible.")
        case Kind.MATRIX:
            return _("At most one cross in each row.")
        case Kind.RANKING:
            places = min(int(question.maximum or 0) or choices, choices)
            return _("Numbers from 1 to %(places)d: 1 for what comes first.") % {"places": places}
        case Kind.NUMBER:
            return _limits(question)
        case Kind.DATE:
            return _("Day, month, year.")
        case Kind.TIME:
            return _("Hours and minutes.")
        case Kind.MOMENT:
            return _("Day, month, year; hours and minutes.")
    return ""


def _limits(question: Question) -> str:
    values: dict[str, Any] = {"least": question.minimum, "most": question.maximum}
    values = {key: f"{value.normalize():f}" for key, value in values.items() if value is not None}
    if len(values) == 2:
        return _("From %(least)s to %(most)s.") % values
    if "least" in values:
        return _("At least %(least)s.") % values
    return _("At most %(most)s.") % values if values else ""


def _text(words: str, numbers: dict[str, int]) -> str:
    """A text; where it quotes an answer, it says which one."""

    def said(found) -> str:
        number = numbers.get(found[1])
        return _("(your answer to question %(n)d)") % {"n": number} if number else "…"

    return QUESTION.sub(said, words)
