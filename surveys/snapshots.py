"""Counting a closed wave once, and freezing what may be shown (`disclosure`). Nothing else reads
raw answers to make figures of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import IntegrityError, transaction

from actors.models import Organisation
from surveys import entering
from surveys.disclosure import (
    Column,
    Figure,
    Reason,
    Relation,
    Release,
    Rows,
    Span,
    Table,
    Tally,
    release_all,
)
from surveys.models import Question, Questionnaire, Response, Snapshot, Wave
from surveys.models.questionnaire import Kind, structure

#: The groups, and those that were not asked for theirs.
STAGES = (*Organisation.Stage.values, "")
#: Up to so many responses are counted while the page waits; more by the worker.
AT_ONCE = 500
#: In how many rows of its table an answer counts.
HOW_MANY_ROWS: dict[str, Rows] = {
    Kind.SINGLE: Rows.ONE_OF,
    Kind.SCALE: Rows.ONE_OF,
    Kind.RANKING: Rows.ONE_OF,  # its first place
    Kind.MULTIPLE: Rows.SOME_OF,
    Kind.MATRIX: Rows.ANY_OF,
}


#: A question that is asked because of one answer: `${a} = 'b'` or `selected(${a}, 'b')`.
BY_ONE_ANSWER = re.compile(
    r"^\s*(?:\$\{([^}]+)\}\s*=\s*'([^']*)'|selected\(\s*\$\{([^}]+)\}\s*,\s*'([^']*)'\s*\))\s*$"
)


class NotOver(Exception):
    """People can still answer: nothing is counted."""


def begin(wave: Wave) -> tuple[Snapshot, bool]:
    """Begin to freeze a closed wave's results, unless somebody has; say whether this call did.
    From this moment nothing comes in any more. Raises NotOver."""
    if not wave.is_closed:
        raise NotOver(str(wave))
    try:
        with transaction.atomic():
            # Whoever is handing in just now holds the draft, and whoever enters a last form the
            # wave: it is in before anything is counted, or it is too late.
            drafts = Response.objects.drafts().filter(wave=wave).order_by("pk")
            list(drafts.select_for_update().values_list("pk"))
            entering.finish_corrections(wave)
            wave.end_entering()
            return Snapshot.objects.create(wave=wave), True
    except IntegrityError:
        return Snapshot.objects.get(wave=wave), False


def make(snapshot: Snapshot) -> None:
    """Count, check, and freeze; a second run does nothing. `done` tells how far it is."""
    if snapshot.is_made:
        return
    wave = snapshot.wave
    questions = reported(structure(wave.questionnaire_id))
    submitted = Response.objects.submitted().filter(wave=wave)
    snapshot.people = submitted.count()
    snapshot.total = len(questions)
    snapshot.save(update_fields=["people", "total"])
    tables = tables_of(questions, submitted.answer_counts(question.key for question in questions))
    figures = {}
    for number, found in enumerate(released(tables, wave.threshold, relations(questions)), 1):
        figures[found.table] = frozen(found)
        Snapshot.objects.filter(pk=snapshot.pk).update(done=number)
    snapshot.done = len(figures)
    snapshot.keep(figures)


def released(tables: list[Table], threshold: int, given: list[Relation]) -> Iterator[Release]:
    """Yield what may be shown of each table; those that depend on each other are decided
    together."""
    related = {figure.table for relation in given for figure in (relation.inner, relation.outer)}
    for table in tables:
        if table.name not in related:
            yield from release_all([table], threshold)
    together = [table for table in tables if table.name in related]
    if together:
        yield from release_all(together, threshold, given)


def reported(questionnaire: Questionnaire) -> list[Question]:
    """The questions that results show: closed ones. What describes the respondents themselves
    (the profile) and single numbers would single people out; texts are read, not counted."""
    return [
        question
        for question in questionnaire.questions()
        if question.has_choices and not question.profile_field and not question.section.repeats
    ]


def counted_points(question: Question) -> dict[str, str]:
    """The points of a matrix that count as a yes, with their labels."""
    points = {point.key: point.label for point in question.points}
    keys = list(points)
    start = keys.index(question.counts_from) if question.counts_from else 0
    return {key: points[key] for key in keys[start:]}


def rows_of(question: Question) -> list[tuple[str, str]]:
    options = question.rows if question.kind == Kind.MATRIX else question.options
    return [(option.key, option.label) for option in options]


def tables_of(
    questions: list[Question], answers: Iterable[tuple[str, Any, str, bool, int]]
) -> list[Table]:
    """Lay equal answers (`ResponseQuerySet.answer_counts`) into a table for each question."""
    by_key = {question.key: question for question in questions}
    rows = {question.key: dict(rows_of(question)) for question in questions}
    bases: Counter = Counter()
    counts: Counter = Counter()
    for key, value, stage, is_anonymous, number in answers:
        bases[key, (stage, is_anonymous)] += number
        for row in _hits(by_key[key], value):
            rows[key].setdefault(row, row)
            counts[key, row, (stage, is_anonymous)] += number
    return [
        Table(
            question.key,
            {(stage,): _tally(bases, stage, question.key) for stage in STAGES},
            {
                row: {(stage,): _tally(counts, stage, question.key, row) for stage in STAGES}
                for row in rows[question.key]
            },
            HOW_MANY_ROWS[question.kind],
            question.exclusive.key
            if question.kind == Kind.MULTIPLE and question.exclusive
            else None,
            breakdowns=("stage",),
        )
        for question in questions
    ]


def relations(questions: list[Question]) -> list[Relation]:
    """How the questions depend on each other: who was asked one because of one answer to another.
    What depends on more is not told here; its base counts as any other."""
    by_key = {question.key: question for question in questions}
    found = []
    for question in questions:
        for source in (question.relevant, question.section.relevant):
            match = BY_ONE_ANSWER.match(source)
            if match is None:
                continue
            name, row = (match[1], match[2]) if match[1] else (match[3], match[4])
            if name not in by_key or by_key[name].kind == Kind.RANKING:
                continue  # An order holds a choice in any place; its table counts the first.
            if row in dict(rows_of(by_key[name])):
                found.append(Relation(Figure(question.key), Figure(name, row)))
    return found


def _hits(question: Question, value: Any) -> set[str]:
    """The rows that an answer falls in, each once, however often it was sent; of an order the
    choice in the first place."""
    match question.kind:
        case Kind.MATRIX:
            counted = counted_points(question)
            return {row for row, point in value.items() if point in counted}
        case Kind.RANKING:
            return set(value[:1])
        case Kind.MULTIPLE:
            return set(value)
    return {value}


def _tally(counter: Counter, stage: str, *key) -> Tally:
    named = counter[*key, (stage, False)]
    anonymous = counter[*key, (stage, True)]
    return Tally(named + anonymous, anonymous)


def frozen(release: Release) -> dict[str, Any]:
    """What may be shown of a question, as JSON keeps it."""
    return {
        "total": _frozen_column(release.total),
        "groups": {group: _frozen_column(column) for group, column in release.groups.items()},
        "hidden": dict(release.hidden),
        "withheld": release.withheld,
    }


def _frozen_column(column: Column | None) -> dict[str, Any] | None:
    if column is None:
        return None
    counts = {row: [span.lowest, span.highest] for row, span in column.counts.items()}
    return {"base": column.base, "counts": counts}


def thawed(snapshot: Snapshot, key: str, threshold: int) -> Release | None:
    """The same, as it left the gate; None for a question that was not counted."""
    data = snapshot.figures.get(key)
    if data is None:
        return None
    return Release(
        threshold,
        _thawed_column(data["total"]),
        {group: _thawed_column(column) for group, column in data["groups"].items()},
        {group: Reason(reason) for group, reason in data["hidden"].items()},
        data["withheld"] and Reason(data["withheld"]),
        key,
        "stage",
    )


def _thawed_column(data: dict[str, Any] | None) -> Column | None:
    if data is None:
        return None
    return Column(data["base"], {row: Span(*ends) for row, ends in data["counts"].items()})
