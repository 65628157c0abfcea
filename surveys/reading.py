"""Answers put into words: the respondent's last look and copy, and what the task force reads."""

from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import gettext as _

from actors.models import Topic
from surveys.models import Question, Questionnaire, Response, Section
from surveys.models.choice import Vocabulary
from surveys.models.questionnaire import NOT_ASKED, Kind
from surveys.plan import Flow, Page, is_empty


@dataclass(frozen=True)
class Line:
    """A question with its answer in the reader's language."""

    question: Question
    wording: str
    answer: list[str]
    is_open: bool = False


@dataclass(frozen=True)
class Chapter:
    """A page with the questions that concern the respondent."""

    page: Page
    title: str
    lines: list[Line]
    is_open: bool = False

    @property
    def section(self) -> Section:
        return self.page.section

    @property
    def answered(self) -> int:
        return sum(bool(line.answer) for line in self.lines)


def chapters(questionnaire: Questionnaire, response: Response) -> list[Chapter]:
    """Return what a respondent was asked with all answers; the questionnaire has its structure."""
    flow = Flow(questionnaire.plan, response.answers, is_entered=response.is_entered)
    return [chapter(flow, page) for page in flow.all_pages()]


def chapter(flow: Flow, page: Page) -> Chapter:
    asked = [] if page.is_list else flow.questions(page.section, page.instance)
    lines = [
        _line(flow, question, page.instance) for question in asked if question.kind not in NOT_ASKED
    ]
    return Chapter(page, title_of(flow, page), lines, flow.is_open(page))


def title_of(flow: Flow, page: Page) -> str:
    """The title of a page; of several of a kind, with its number."""
    title = flow.text(page.section.text.title, page.instance)
    if page.number is None:
        return title
    return _("%(title)s: %(number)s") % {"title": title, "number": page.number}


def _line(flow: Flow, question: Question, instance: int | None) -> Line:
    answer = describe(
        question, flow.answer(question, instance), other=flow.other(question, instance)
    )
    return Line(
        question,
        flow.text(question.text.wording, instance),
        answer,
        flow.lacks(question, instance) or not flow.accepts(question, instance),
    )


def describe(question: Question, value: Any, *, other: str = "") -> list[str]:
    """An answer in the reader's words, one line each; empty when the question was passed over."""
    if is_empty(value):
        return []
    labels = question.labels
    match question.kind:
        case Kind.MATRIX:
            return [
                f"{row.label}: {labels.get(value[row.key], value[row.key])}"
                for row in question.rows
                if row.key in value
            ]
        case Kind.SINGLE | Kind.SCALE | Kind.MULTIPLE:
            keys = [value] if isinstance(value, str) else value
            own = question.other.key if other and question.other else None
            return [
                f"{labels.get(key, key)}: {other}" if key == own else labels.get(key, key)
                for key in keys
            ]
        case Kind.RANKING:
            return [f"{place}. {labels.get(key, key)}" for place, key in enumerate(value, 1)]
        case Kind.NUMBER:
            # "Personen: 1" is right with every number.
            unit, number = question.text.unit, number_format(value)
            return [f"{unit}: {number}" if unit else number]
        case Kind.CONSENT:
            return [_("yes")]
        case Kind.ORGANISATION:
            return [value["name"]]
    return [_moment(question.kind, value)]


def _moment(kind: str, value: str) -> str:
    """A day, a time or both as people write them; any other text as it is."""
    if kind == Kind.DATE and (day := parse_date(value)):
        return date_format(day, "DATE_FORMAT")
    if kind == Kind.TIME and (clock := parse_time(value)):
        return time_format(clock, "TIME_FORMAT")
    if kind == Kind.MOMENT and (moment := parse_datetime(value)):
        return date_format(moment, "DATETIME_FORMAT")
    return value


def top_need(questionnaire: Questionnaire, response: Response) -> Topic | None:
    """The topic rated most urgent in a response, if it reached what counts as a need."""
    flow = Flow(questionnaire.plan, response.answers)
    for question in questionnaire.questions():
        if question.kind != Kind.MATRIX or question.vocabulary != Vocabulary.TOPIC:
            continue
        order = [point.key for point in question.points]
        rows = (flow.answer(question) if flow.asks(question) else None) or {}
        ranked = sorted(rows.items(), key=lambda row: -order.index(row[1]))
        if ranked and order.index(ranked[0][1]) >= order.index(question.counts_from or order[-1]):
            return Topic.objects.filter(key=ranked[0][0]).first()
    return None
