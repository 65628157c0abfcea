"""Answers put into words: the respondent's last look and copy, and what the task force reads."""

from dataclasses import dataclass

from actors.models import Topic
from surveys.models import Question, Questionnaire, Response, Section
from surveys.models.questionnaire import Kind, Vocabulary
from surveys.models.response import describe


@dataclass(frozen=True)
class Line:
    """A question with its answer in the reader's language."""

    question: Question
    answer: list[str]

    @property
    def is_open(self) -> bool:
        return self.question.required and not self.answer


@dataclass(frozen=True)
class Chapter:
    """A section with the questions that concern the respondent."""

    section: Section
    lines: list[Line]

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)

    @property
    def answered(self) -> int:
        return sum(bool(line.answer) for line in self.lines)


def chapters(questionnaire: Questionnaire, response: Response) -> list[Chapter]:
    """Return the response's branch with all answers; the questionnaire has its structure."""
    values = response.values()
    return [
        Chapter(
            section,
            [
                Line(question, describe(question, values.get(question.pk)))
                for question in section.relevant_questions(response.stage)
            ],
        )
        for section in questionnaire.relevant_sections(response.stage)
    ]


def top_need(questionnaire: Questionnaire, response: Response) -> Topic | None:
    """The topic rated most urgent in a response, if it reached what counts as a need."""
    values = response.values()
    for question in questionnaire.relevant_questions(response.stage):
        if question.kind != Kind.MATRIX or question.vocabulary != Vocabulary.TOPIC:
            continue
        order = [point.key for point in question.points]
        rows = (values.get(question.pk) or {}).get("rows", {})
        ranked = sorted(rows.items(), key=lambda row: -order.index(row[1]))
        if ranked and order.index(ranked[0][1]) >= order.index(question.counts_from or order[-1]):
            return Topic.objects.filter(key=ranked[0][0]).first()
    return None
