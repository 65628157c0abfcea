"""What staff should look at before a version is asked: mistakes, questions nobody can come to,
comparisons with nothing, texts that are missing in a language or long for a phone."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ssoe_portal.common.translation import BASE_LANGUAGE, IN_LANGUAGE, TRANSLATION_LANGUAGES
from surveys import editing, results
from surveys.definitions import check
from surveys.editing import Item
from surveys.expressions import ExpressionError
from surveys.expressions.syntax import (
    Call,
    Chain,
    Literal,
    Negative,
    Node,
)
from surveys.expressions.syntax import Question as Named
from surveys.expressions.syntax import read as read_formula
from surveys.loading import texts_of
from surveys.models import Choice, Question, Questionnaire, Section, Survey
from surveys.models.questionnaire import NOT_ASKED, Kind
from surveys.plan import GIVEN, Flow, Name, Plan

#: So many ways to answer are tried for a condition, and for all of a version together.
MOST_WAYS, MOST_WAYS_ALTOGETHER = 2_000, 20_000
#: Of so many boxes every combination is tried; of more some.
MOST_BOXES = 6
#: Longer texts take more than a phone shows at a glance.
LONGEST = {"wording": 180, "help_text": 300, "title": 70, "introduction": 600, "label": 90}
LONGEST_POINT = 24
_PLACE = re.compile(r"sections\[(\d+)\](?:\.questions\[(\d+)\])?")


@dataclass(frozen=True)
class Finding:
    """Something to look at, and where; without an item it concerns the whole."""

    item: Item | None
    words: str


@dataclass(frozen=True)
class Missing:
    """The texts of a section or question that a language does not have, or has in an old form."""

    item: Item
    fields: list[str]


# --- Mistakes -------------------------------------------------------------------------------------


def problems(questionnaire: Questionnaire, sections: list[dict[str, Any]]) -> list[Finding]:
    """What is wrong with a version that `editing.read` has returned, and its definition."""
    survey = questionnaire.survey
    data = {
        "survey": {"slug": survey.slug, "minutes": survey.minutes, **texts_of(survey)},
        "sections": sections,
    }
    terms = {
        question.vocabulary: {option.key for option in question.terms}
        for question in questionnaire.questions()
        if question.vocabulary
    }
    rows = list(questionnaire.sections.all())
    found = []
    for problem in check(data, terms):
        place = _PLACE.match(problem.place)
        if place is None:
            words = _("There is no page yet.") if problem.place == "sections" else str(problem)
            found.append(Finding(None, words))
            continue
        item: Item = rows[int(place[1])]
        if place[2] is not None:
            item = list(item.questions.all())[int(place[2])]
        found.append(Finding(item, _said(item, problem.place[place.end() :], problem.words)))
    return found


def _said(item: Item, path: str, words: str) -> str:
    """A problem with the name of its field, as forms call it."""
    names = [part.partition("[")[0] for part in path.split(".") if part]
    if names == ["questions"]:
        return _("No question is on this page yet.")
    known = {field.name: str(field.verbose_name) for field in type(item)._meta.fields}
    known["choices"] = str(Choice._meta.verbose_name_plural)
    said = [known.get(name) or str(IN_LANGUAGE.get(name, "")) for name in names]
    said = [part for part in said if part]
    return f"{', '.join(said)}: {words}" if said else words


def same_choices(questionnaire: Questionnaire) -> list[Finding]:
    """Choices that people cannot tell from another one of the same question."""
    found = []
    for question in questionnaire.questions():
        rows = [
            {"label": choice.label, "role": choice.role, "columns": choice.columns}
            for choice in question.choices.all()
        ]
        for row in editing.alike(rows, is_filtered=bool(question.choice_filter)):
            words = _("The choice “%(label)s” is there twice.") % {"label": row["label"]}
            found.append(Finding(question, words))
    return found


# --- What nobody can come to ----------------------------------------------------------------------


def unreachable(questionnaire: Questionnaire) -> tuple[list[Item], list[Item]]:
    """Return what is never asked, whatever somebody answers, and what could not be decided.

    Formulas have to be right. Every answer to the choices that a condition depends on is tried, and
    of everything else what stands beside it in the formula; where none of that brings a question
    in, only choices alone make sure that nothing does.
    """
    plan = questionnaire.plan
    never: list[Item] = []
    unknown: list[Item] = []
    ways = _Ways(plan)
    for section in plan.sections:
        found = ways.look(section, None) if section.relevant else True
        if found is not True:
            (unknown if found is None else never).append(section)
            continue
        for question in section.questions.all():
            if not question.relevant:
                continue
            found = ways.look(section, question)
            if found is not True:
                (unknown if found is None else never).append(question)
    return never, unknown


class _Ways:
    """Tries answers until a condition holds."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.left = MOST_WAYS_ALTOGETHER

    def look(self, section: Section, question: Question | None) -> bool | None:
        """Whether something is ever asked; None where that could not be decided."""
        sources = [section.relevant, question.relevant if question else ""]
        names, sure = self.needed(sources)
        tried: dict[str, list[Any]] = {}
        for name in sorted(names):
            tried[name], is_all = self.answers(name, sources)
            sure = sure and is_all
        instance = 0 if section.repeats else None
        for number, given in enumerate(itertools.product(*tried.values())):
            if number >= MOST_WAYS or self.left <= 0:
                return None
            self.left -= 1
            flow = Flow(self.plan, self.placed(dict(zip(tried, given, strict=True))))
            if flow.asks(question, instance) if question else flow.asks_section(section):
                return True
        return False if sure else None

    def needed(self, sources: list[str]) -> tuple[set[str], bool]:
        """The questions that conditions depend on, also by what these are asked for; and whether
        those are all, outside of what repeats."""
        found: set[str] = set()
        sure = True
        waiting = [source for source in sources if source]
        while waiting:
            expression = self.plan.expression(waiting.pop())
            sure = sure and not expression.uses_now
            for name in expression.names:
                known = self.plan.names.get(name)
                if known is None or known.section.repeats:
                    sure = False
                    continue
                key = known.question.key
                if key in found:
                    continue
                found.add(key)
                more = (
                    known.section.relevant,
                    known.question.relevant,
                    known.question.calculation,
                )
                waiting += [source for source in more if source]
        return found, sure

    def answers(self, name: str, sources: list[str]) -> tuple[list[Any], bool]:
        """Answers to try for a question, and whether these are all there are."""
        question = self.plan.questions[name]
        keys = [option.key for option in question.options]
        nothing = [] if question.required else [None]
        match question.kind:
            case Kind.SINGLE | Kind.SCALE:
                # The words beside a choice can be anything.
                return [*keys, *nothing], question.other is None
            case Kind.MULTIPLE:
                alone = {option.key for option in [question.exclusive] if option}
                boxes = [key for key in keys if key not in alone]
                if len(boxes) > MOST_BOXES:
                    return [*([key] for key in keys), boxes, *nothing], False
                some = (
                    list(chosen)
                    for size in range(1, len(boxes) + 1)
                    for chosen in itertools.combinations(boxes, size)
                )
                return [*some, *([key] for key in alone), *nothing], question.other is None
            case Kind.RANKING:
                return [*([key] for key in keys), *nothing], False
            case Kind.MATRIX:
                rows = [row.key for row in question.rows]
                same = [dict.fromkeys(rows, point.key) for point in question.points]
                return [*same, *nothing], False
            case Kind.CONSENT:
                return [True, *nothing], True
            case Kind.CALCULATION:
                return [None], True
            case Kind.NUMBER:
                return [*self.numbers(question, sources), *nothing], False
        return ["x", None], False

    def numbers(self, question: Question, sources: list[str]) -> list[float]:
        """Numbers around those that conditions compare with."""
        beside = [0.0]
        for source in sources:
            if source:
                beside += [
                    node.value
                    for node in nodes(read_formula(source))
                    if isinstance(node, Literal) and isinstance(node.value, float)
                ]
        low = -float("inf") if question.minimum is None else float(question.minimum)
        high = float("inf") if question.maximum is None else float(question.maximum)
        beside += [limit for limit in (low, high) if abs(limit) != float("inf")]
        around = {number + step for number in beside for step in (-1, 0, 1)}
        return sorted(number for number in around if low <= number <= high)

    def placed(self, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value is not None}


# --- Comparisons with what nobody can answer ------------------------------------------------------


def nodes(node: Node) -> Iterator[Node]:
    """Everything in a formula."""
    yield node
    match node:
        case Chain(first=first, rest=rest):
            inside = [first, *(part for _operator, part in rest)]
        case Call(arguments=arguments):
            inside = list(arguments)
        case Negative(operand=operand):
            inside = [operand]
        case _:
            inside = []
    for part in inside:
        yield from nodes(part)


def strange_comparisons(questionnaire: Questionnaire) -> list[Finding]:
    """Formulas that compare a question's answer with what is none of its choices."""
    plan = questionnaire.plan
    found = []
    for item in _items(questionnaire):
        for field in item.EXPRESSIONS:
            if source := getattr(item, field):
                found += [
                    Finding(
                        item,
                        _("%(field)s: “%(value)s” is no choice of the question %(question)s.")
                        % {
                            "field": item._meta.get_field(field).verbose_name,
                            "value": value,
                            "question": name,
                        },
                    )
                    for name, value in _compared(source)
                    if value and value not in _known_answers(plan.names.get(name), value)
                ]
    return found


def _compared(source: str) -> Iterator[tuple[str, str]]:
    """The questions and texts that a formula compares with each other."""
    try:
        tree = read_formula(source)
    except ExpressionError:
        return
    for node in nodes(tree):
        pair: tuple[Node, ...] = ()
        if isinstance(node, Chain) and node.rest[0][0] in ("=", "!="):
            pair = (node.first, node.rest[0][1])
        elif isinstance(node, Call) and node.name == "selected":
            pair = node.arguments
        match pair:
            case (Named(name=name), Literal(value=str(value))):
                yield name, value
            case (Literal(value=str(value)), Named(name=name)):
                yield name, value


def _known_answers(known: Name | None, value: str) -> set[str]:
    if known is None or known.is_other:
        return {value}
    question = known.question
    if question.kind == Kind.MATRIX:
        return {point.key for point in question.points}
    if question.kind == Kind.CONSENT:
        return {GIVEN}
    return {option.key for option in question.options} if question.has_choices else {value}


def too_early(questionnaire: Questionnaire) -> list[Finding]:
    """Conditions that depend on what is asked on a later page only."""
    plan = questionnaire.plan
    place = {section.pk: number for number, section in enumerate(plan.sections)}
    found = []
    for section in plan.sections:
        items: list[Item] = [section, *section.questions.all()]
        for item in items:
            for name in plan.expression(item.relevant).names if item.relevant else ():
                known = plan.names.get(name)
                if known and place[known.section.pk] > place[section.pk]:
                    found.append(
                        Finding(
                            item,
                            _("Asked if: “%(question)s” is asked on a later page.")
                            % {"question": known.question.text.wording},
                        )
                    )
    return found


# --- Texts ----------------------------------------------------------------------------------------


def missing(questionnaire: Questionnaire, language: str) -> list[Missing]:
    """What has no text in a language, or one that is older than the German text."""
    found = []
    for item in _items(questionnaire):
        fields = _missing_of(item, language)
        if isinstance(item, Question):
            fields += [
                _("choice “%(label)s”") % {"label": choice.label}
                for choice in item.choices.all()
                if _missing_of(choice, language)
            ]
        if fields:
            found.append(Missing(item, fields))
    return found


def _missing_of(item: Any, language: str) -> list[str]:
    row = next((row for row in item.translations.all() if row.language == language), None)
    is_old = row is not None and row.base_revision < item.revision
    return [
        _("%(field)s (older than the German text)") % {"field": _name(item, name)}
        if row is not None and getattr(row, name)
        else _name(item, name)
        for name in item.TRANSLATED_FIELDS
        if getattr(item, name) and (is_old or row is None or not getattr(row, name))
    ]


def _name(item: Any, field: str) -> str:
    return str(item._meta.get_field(field).verbose_name)


def too_long(questionnaire: Questionnaire) -> list[Finding]:
    """Texts that take more than a phone shows at a glance, in any language."""
    found = []
    for item in _items(questionnaire):
        rows: list[Any] = [item]
        if isinstance(item, Question):
            rows += item.choices.all()
        for original in rows:
            for row in (original, *original.translations.all()):
                language = getattr(row, "language", BASE_LANGUAGE)
                for name in original.TRANSLATED_FIELDS:
                    most = LONGEST.get(name)
                    if name == "label" and _is_point(item, original):
                        most = LONGEST_POINT
                    length = len(getattr(row, name))
                    if most and length > most:
                        found.append(
                            Finding(
                                item,
                                _("%(field)s %(in_language)s: %(length)s characters, %(most)s fit.")
                                % {
                                    "field": _name(original, name),
                                    "in_language": IN_LANGUAGE[language],
                                    "length": length,
                                    "most": most,
                                },
                            )
                        )
    return found


def _is_point(item: Item, choice: Choice) -> bool:
    on_scale = isinstance(item, Question) and item.kind in (Kind.SCALE, Kind.MATRIX)
    return on_scale and choice.role != Choice.Role.ROW


def not_in_results(questionnaire: Questionnaire) -> list[Question]:
    """Questions whose answers no page of results shows."""
    shown = {question.key for question in results.reported(questionnaire)}
    return [
        question
        for question in questionnaire.questions()
        if question.kind not in NOT_ASKED and question.key not in shown
    ]


def languages_of(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """English, and every other language that something is translated into."""
    used = {"en"} | {
        row.language
        for item in _items(questionnaire)
        for row in (
            *item.translations.all(),
            *(
                row
                for choice in (item.choices.all() if isinstance(item, Question) else ())
                for row in choice.translations.all()
            ),
        )
    }
    return [pair for pair in TRANSLATION_LANGUAGES if pair[0] in used]


def _items(questionnaire: Questionnaire) -> Iterator[Item]:
    """Sections and questions, in order."""
    for section in questionnaire.sections.all():
        yield section
        yield from section.questions.all()


def survey_missing(survey: Survey, language: str) -> list[str]:
    """The texts of the survey itself that a language does not have."""
    return _missing_of(survey, language)
