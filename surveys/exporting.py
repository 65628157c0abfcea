"""Raw answers as tables: what was chosen as keys and in words, and a code book that explains both.

Only answers in the name of an organisation are in it: of anonymous ones nobody gets to see one.
Several choices are a column each (1 or 0), like rows of a matrix; what was asked several times is a
table of its own, whose rows name the response they belong to.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ssoe_portal.common.tables import harmless
from surveys.models import Question, Questionnaire, Response, Section, Wave
from surveys.models.questionnaire import Kind, structure
from surveys.plan import Answers, is_empty, other_key
from surveys.reading import describe

#: How many responses are read at a time.
AT_ONCE = 500
type Cell = str | int | float
type Row = list[Cell]
type Table = tuple[str, Iterable[Row]]
#: Reads a cell, as a spreadsheet may have it, out of a set of answers.
type Read = Callable[[Answers], Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it is about, and its value and words of a set of answers."""

    name: str
    label: str
    question: Question
    value: Read
    words: Read


def columns_of(section: Section) -> Iterator[Column]:
    """The columns that the questions of a section fill."""
    for question in section.questions.all():
        if question.kind != Kind.NOTE:
            yield from _columns(question)


class _Cells(dict[str, str]):
    """What stands in a cell for each thing that can be chosen; for what could be once, its key."""

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        super().__init__((key, harmless(words)) for key, words in found)

    def __missing__(self, key: str) -> str:
        return harmless(key)


def _columns(question: Question) -> Iterator[Column]:
    """Everything that is the same for all responses is looked up here, once."""
    key, label = question.key, question.text.wording
    keys = _Cells((option, option) for option in question.labels)
    labels = _Cells(question.labels.items())
    match question.kind:
        case Kind.MULTIPLE:
            for option in question.options:
                chosen = _chosen(key, option.key)
                yield Column(
                    f"{key}/{option.key}", f"{label} – {option.label}", question, chosen, chosen
                )
        case Kind.MATRIX:
            points = _Cells((point.key, point.label) for point in question.points)
            for row in question.rows:
                yield Column(
                    f"{key}/{row.key}",
                    f"{label} – {row.label}",
                    question,
                    _point(key, row.key, keys),
                    _point(key, row.key, points),
                )
        case Kind.RANKING:
            for place in range(int(question.maximum or 0) or len(question.options)):
                yield Column(
                    f"{key}/{place + 1}",
                    f"{label} – {place + 1}",
                    question,
                    _place(key, place, keys),
                    _place(key, place, labels),
                )
        case Kind.SINGLE | Kind.SCALE:
            yield Column(key, label, question, _one(key, keys), _one(key, labels))
        case _:
            yield Column(key, label, question, _plain(key), _words(question))
    if question.other is not None and question.kind != Kind.MATRIX:
        words = _plain(other_key(key))
        yield Column(other_key(key), f"{label} – {question.other.label}", question, words, words)


def _plain(key: str) -> Read:
    def read(answers: Answers) -> Cell:
        value = answers.get(key)
        if isinstance(value, dict):
            value = value.get("name")
        if is_empty(value):
            return ""
        if isinstance(value, int | float):
            return value + 0  # a consent is a 1
        return harmless(str(value))

    return read


def _words(question: Question) -> Read:
    if question.kind in (Kind.NUMBER, Kind.CALCULATION, Kind.SHORT, Kind.LONG):
        return _plain(question.key)
    return lambda answers: harmless(", ".join(describe(question, answers.get(question.key))))


def _one(key: str, cells: _Cells) -> Read:
    return lambda answers: cells[answers[key]] if key in answers else ""


def _chosen(key: str, option: str) -> Read:
    """1 or 0; empty where the question was not answered."""
    return lambda answers: (1 if option in answers[key] else 0) if key in answers else ""


def _point(key: str, row: str, cells: _Cells) -> Read:
    return lambda answers: (
        cells[answers[key][row]] if key in answers and row in answers[key] else ""
    )


def _place(key: str, place: int, cells: _Cells) -> Read:
    return lambda answers: cells[answers[key][place]] if place < len(answers.get(key, ())) else ""


@dataclass(frozen=True)
class Export:
    """The raw answers of a wave that may leave it."""

    wave: Wave
    questionnaire: Questionnaire
    #: Numbers of responses by their keys: what joins the tables.
    numbers: dict[Any, int]

    @classmethod
    def of(cls, wave: Wave) -> "Export":
        rows = _responses(wave).values_list("pk", flat=True)
        numbers = {key: number for number, key in enumerate(rows, 1)}
        return cls(wave, structure(wave.questionnaire_id), numbers)

    @property
    def rows(self) -> int:
        return len(self.numbers)

    def tables(self) -> list[Table]:
        """All of it, each table with its title."""
        return [
            (_("Values"), self.responses(in_words=False)),
            (_("Words"), self.responses(in_words=True)),
            *((section.key, self.entries(section)) for section in self.repeated()),
            (_("Code book"), self.code_book()),
        ]

    def repeated(self) -> list[Section]:
        return [section for section in self.questionnaire.sections.all() if section.repeats]

    def responses(self, *, in_words: bool) -> Iterator[Row]:
        """A row for each response, the heading first."""
        columns = [
            column
            for section in self.questionnaire.sections.all()
            if not section.repeats
            for column in columns_of(section)
        ]
        yield [
            *("response", "organisation", "stage", "mode", "submitted_on"),
            *(column.label if in_words else column.name for column in columns),
        ]
        cells = [column.words if in_words else column.value for column in columns]
        found = _responses(self.wave).values_list(
            "pk", "organisation__name", "stage", "mode", "submitted_on", "answers"
        )
        for key, name, stage, mode, day, answers in found.iterator(chunk_size=AT_ONCE):
            if key not in self.numbers:
                continue
            about = [self.numbers[key], harmless(name), stage, mode, day.isoformat()]
            yield about + [cell(answers) for cell in cells]

    def entries(self, section: Section) -> Iterator[Row]:
        """A row for each entry of a section that was asked several times."""
        columns = list(columns_of(section))
        yield ["response", "number", *(column.name for column in columns)]
        found = _responses(self.wave).values_list("pk", f"answers__{section.key}")
        for key, entries in found.iterator(chunk_size=AT_ONCE):
            for number, answers in enumerate(entries or (), 1):
                if key in self.numbers:
                    cells = [column.value(answers) for column in columns]
                    yield [self.numbers[key], number, *cells]

    def code_book(self) -> Iterator[Row]:
        """What every column and every key in it means."""
        yield [_("Column"), _("Question"), _("Kind"), _("Key"), _("Meaning")]
        for section in self.questionnaire.sections.all():
            for column in columns_of(section):
                question = column.question
                about = [column.name, column.label, str(question.get_kind_display())]
                yield [harmless(str(part)) for part in (*about, "", "")]
                for key, words in _meanings(question):
                    yield [harmless(str(part)) for part in (*about, key, words)]


def _responses(wave: Wave):
    return (
        Response.objects.submitted()
        .attributed()
        .filter(wave=wave)
        .order_by("organisation__name", "pk")
    )


def _meanings(question: Question) -> list[tuple[str, str]]:
    match question.kind:
        case Kind.MULTIPLE:
            return [("1", _("chosen")), ("0", _("not chosen"))]
        case Kind.MATRIX:
            return [(point.key, point.label) for point in question.points]
        case Kind.SINGLE | Kind.SCALE | Kind.RANKING:
            return [(option.key, option.label) for option in question.options]
    return []
