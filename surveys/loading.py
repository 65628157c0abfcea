"""Questionnaires from JSON files: checked in full, then loaded as often as wanted.

The file names the survey and its sections, questions and choices; texts are {"de": …, "en": …}.
A version that a wave has opened is never changed: a different file makes the next version.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from ssoe_portal.common.translation import BASE_LANGUAGE, TRANSLATION_LANGUAGES
from surveys.expressions import ExpressionError, compile_expression, compile_text
from surveys.models import Choice, Question, Questionnaire, Section, Survey
from surveys.models.questionnaire import (
    MOST_DECIMALS,
    TERMS,
    WITH_CHOICES,
    Kind,
    ProfileField,
    Stage,
    Vocabulary,
)

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
LANGUAGES = {BASE_LANGUAGE, *(code for code, _name in TRANSLATION_LANGUAGES)}

SURVEY = {"slug", "minutes", *Survey.TRANSLATED_FIELDS}
SECTION = {"key", "relevant", "repeats", "repeat_count", "questions", *Section.TRANSLATED_FIELDS}
CHOICE = {"key", "role", "columns", *Choice.TRANSLATED_FIELDS}
#: Of a question what may be left out, with what it then is.
_PLAIN: dict[str, Any] = {
    "key": None,
    "kind": None,
    "required": False,
    "vocabulary": "",
    "profile_field": "",
    "minimum": None,
    "maximum": None,
    "decimals": 0,
    "counts_from": "",
    **dict.fromkeys(Question.EXPRESSIONS, ""),
}
QUESTION = {"choices", *_PLAIN, *Question.TRANSLATED_FIELDS}


class QuestionnaireError(ValueError):
    """The file cannot be loaded; `problems` says where and why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: a path such as "sections[2].questions[0].relevant"."""

    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"


@dataclass(frozen=True)
class Loaded:
    """What became of a file: "new", "changed" (a version nobody was asked yet), "unchanged"."""

    questionnaire: Questionnaire
    outcome: str


def load(path: Path) -> Loaded:
    """Load a questionnaire file; raises QuestionnaireError with every problem found."""
    return load_definition(read(path))


def read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise QuestionnaireError(
            [f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})"]
        ) from error
    except UnicodeDecodeError as error:
        raise QuestionnaireError([f"byte {error.start}: not UTF-8"]) from error


def check(data: Any) -> list[Problem]:
    """Look through a definition; return every problem with its place."""
    return _Check().run(data)


def load_definition(data: Any, *, checked: bool = False) -> Loaded:
    """Store a definition as its survey's latest version; raises QuestionnaireError. `checked`:
    nothing is wrong with it, as somebody has found out already."""
    if not checked and (problems := check(data)):
        raise QuestionnaireError([str(problem) for problem in problems])
    with transaction.atomic():
        survey = _save_survey(data["survey"])
        wanted = _normal(data["sections"])
        latest = survey.questionnaires.select_for_update().order_by("-version").first()
        if latest is not None and dump(latest) == wanted:
            return Loaded(latest, "unchanged")
        if latest is None or latest.is_frozen:
            latest = survey.questionnaires.create(version=latest.version + 1 if latest else 1)
            outcome = "new"
        else:
            latest.sections.all().delete()
            outcome = "changed"
        create_sections(latest, wanted)
    return Loaded(latest, outcome)


def dump(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """Return a questionnaire's sections in the form of the file, with nothing left out."""
    rows = Section.objects.filter(questionnaire=questionnaire).prefetch_related(*ALL_TEXTS)
    return [section_definition(section) for section in rows.order_by("position", "pk")]


#: What leads from a section to all that its definition says.
ALL_TEXTS = ("translations", "questions__translations", "questions__choices__translations")


def section_definition(section: Section) -> dict[str, Any]:
    """Return a section, fetched with `ALL_TEXTS`, in the form of the file."""
    return {
        **{name: getattr(section, name) for name in SECTION_PLAIN},
        **texts_of(section),
        "questions": [question_definition(question) for question in section.questions.all()],
    }


def question_definition(question: Question) -> dict[str, Any]:
    return {
        **{name: _number(getattr(question, name)) for name in _PLAIN},
        **texts_of(question),
        "choices": [
            {
                "key": choice.key,
                "role": choice.role,
                "columns": choice.columns,
                **texts_of(choice),
            }
            for choice in question.choices.all()
        ],
    }


def about(survey: Survey) -> dict[str, Any]:
    """Return what the file says of the survey itself."""
    return {"slug": survey.slug, "minutes": survey.minutes, **texts_of(survey)}


SECTION_PLAIN: dict[str, Any] = {
    "key": None,
    "relevant": "",
    "repeats": False,
    "repeat_count": "",
}


def _number(value: Any) -> Any:
    """A limit as JSON has it."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def texts_of(row: models.Model) -> dict[str, dict[str, str]]:
    """Return the texts of an object by field and language."""
    texts = {}
    for name in row.TRANSLATED_FIELDS:
        by_language = {BASE_LANGUAGE: getattr(row, name)}
        for translation in row.translations.all():
            by_language[translation.language] = getattr(translation, name)
        texts[name] = {language: text for language, text in by_language.items() if text}
    return texts


def _normal(sections: list[dict]) -> list[dict[str, Any]]:
    """The file's sections with every default written out, to compare with `dump`."""
    return [
        {
            **{name: section.get(name, default) for name, default in SECTION_PLAIN.items()},
            **{name: section.get(name, {}) for name in Section.TRANSLATED_FIELDS},
            "questions": [
                {
                    **{name: question.get(name, default) for name, default in _PLAIN.items()},
                    **{name: question.get(name, {}) for name in Question.TRANSLATED_FIELDS},
                    "choices": [
                        {
                            "key": choice["key"],
                            "role": choice.get("role", Choice.Role.OPTION.value),
                            "columns": choice.get("columns", {}),
                            "label": choice["label"],
                        }
                        for choice in question.get("choices", [])
                    ],
                }
                for question in section["questions"]
            ],
        }
        for section in sections
    ]


def _save_survey(data: dict[str, Any]) -> Survey:
    names = Survey.TRANSLATED_FIELDS
    survey, _created = Survey.objects.update_or_create(
        slug=data["slug"],
        defaults={
            "minutes": data["minutes"],
            **{name: data[name][BASE_LANGUAGE] for name in names},
        },
    )
    survey.refresh_from_db(fields=["revision"])
    for language in set(data["title"]) - {BASE_LANGUAGE}:
        survey.translations.update_or_create(
            language=language,
            defaults={
                "base_revision": survey.revision,
                **{name: data[name].get(language, "") for name in names},
            },
        )
    return survey


def create_sections(
    questionnaire: Questionnaire, sections: list[dict[str, Any]], *, after: int = 0
) -> list[Section]:
    """Add sections to a version, from position `after` on."""
    rows = _insert(
        Section,
        [
            (section, {"questionnaire": questionnaire, "position": position})
            for position, section in enumerate(sections, after)
        ],
        SECTION_PLAIN,
    )
    create_questions(
        [
            (question, {"section": row, "position": position})
            for row, section in zip(rows, sections, strict=True)
            for position, question in enumerate(section["questions"])
        ]
    )
    return rows


def create_questions(asked: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[Question]:
    """Add questions with their choices; each comes with its section and position."""
    questions = _insert(Question, asked, _PLAIN)
    _insert(
        Choice,
        [
            (choice, {"question": row, "position": position})
            for row, (question, _place) in zip(questions, asked, strict=True)
            for position, choice in enumerate(question["choices"])
        ],
        ("key", "role", "columns"),
    )
    return questions


def _insert(
    model: Any, given: list[tuple[dict[str, Any], dict[str, Any]]], plain: Iterable[str]
) -> list[Any]:
    """Save objects of a kind and their translations, in few queries: each as it is in the file,
    and what it belongs to."""
    names = model.TRANSLATED_FIELDS
    rows = model.objects.bulk_create(
        model(
            **place,
            **{name: data[name] for name in plain},
            **{name: data[name].get(BASE_LANGUAGE, "") for name in names},
        )
        for data, place in given
    )
    translation = model._meta.get_field("translations").related_model
    translation.objects.bulk_create(
        translation(
            original=row,
            language=language,
            **{name: data[name].get(language, "") for name in names},
        )
        for row, (data, _place) in zip(rows, given, strict=True)
        for language in sorted({key for name in names for key in data[name]} - {BASE_LANGUAGE})
    )
    return rows


class _Check:
    """Looks through a file and notes every problem with its place."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.keys: set[tuple[str, Any]] = set()
        #: Expressions and texts to look at when all names are known: place, source, what it may
        #: read besides names; columns of choices make a filter.
        self.expressions: list[tuple[str, str, frozenset[str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.names: set[str] = set()
        #: What each question reads to be asked or calculated, to find circles.
        self.reads: dict[str, list[tuple[str, str]]] = {}
        #: The keys of each vocabulary that a matrix has.
        self.terms: dict[str, set[str]] = {}

    def note(self, place: str, problem: str) -> None:
        self.problems.append(Problem(place, problem))

    def run(self, data: Any) -> list[Problem]:
        if not self.is_object(data, "file", {"survey", "sections"}):
            return self.problems
        self.survey(data.get("survey"))
        sections = data.get("sections")
        if not isinstance(sections, list) or not sections:
            self.note("sections", _("needs a list with at least one section"))
            return self.problems
        for index, section in enumerate(sections):
            self.section(section, f"sections[{index}]")
        self.compile()
        self.circles()
        return self.problems

    def is_object(self, value: Any, place: str, known: set[str]) -> bool:
        if not isinstance(value, dict):
            self.note(place, _("needs an object"))
            return False
        for name in sorted(set(value) - known):
            self.note(f"{place}.{name}", _("is not known here"))
        return True

    def survey(self, data: Any) -> None:
        if not self.is_object(data, "survey", SURVEY):
            return
        slug = data.get("slug")
        if not isinstance(slug, str) or not SLUG.match(slug) or len(slug) > 80:
            self.note("survey.slug", _("needs a short address of a-z, 0-9 and hyphens"))
        minutes = data.get("minutes")
        if type(minutes) is not int or not 1 <= minutes <= 240:
            self.note("survey.minutes", _("needs a whole number from 1 to 240"))
        for name in Survey.TRANSLATED_FIELDS:
            self.text(data, name, "survey", Survey)

    def key(self, value: Any, place: str, model: Any) -> None:
        field = model._meta.get_field("key")
        try:
            field.run_validators(value if isinstance(value, str) else "")
        except ValidationError as error:
            self.note(place, " ".join(error.messages))
        else:
            if not isinstance(value, str) or not value:
                self.note(place, _("is missing"))

    def text(self, data: dict, name: str, place: str, model: Any, *, pipes: bool = False) -> None:
        place = f"{place}.{name}"
        field = model._meta.get_field(name)
        value = data.get(name)
        if value is None or value == {}:
            if not field.blank:
                self.note(place, _("is missing"))
            return
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            self.note(place, _('needs texts by language, such as {"de": "…", "en": "…"}'))
            return
        if not value.get(BASE_LANGUAGE, "").strip():
            self.note(place, _("has no German text"))
        for language, words in value.items():
            if language not in LANGUAGES:
                self.note(f"{place}.{language}", _("is not a language of the portal"))
            elif len(words) > field.max_length:
                self.note(
                    f"{place}.{language}",
                    _("is longer than %(number)s characters") % {"number": field.max_length},
                )
            elif pipes and "${" in words:
                self.texts.append((f"{place}.{language}", words))

    def expression(
        self, data: dict, name: str, place: str, columns: frozenset[str] = frozenset()
    ) -> str:
        source = data.get(name, "")
        if not isinstance(source, str):
            self.note(f"{place}.{name}", _("needs a text"))
            return ""
        if source:
            self.expressions.append((f"{place}.{name}", source, columns))
        return source

    def section(self, data: Any, place: str) -> None:
        if not self.is_object(data, place, SECTION):
            return
        self.key(data.get("key"), f"{place}.key", Section)
        self.unique("section", data.get("key"), f"{place}.key")
        for name in Section.TRANSLATED_FIELDS:
            self.text(data, name, place, Section, pipes=True)
        relevant = self.expression(data, "relevant", place)
        repeats = data.get("repeats", False)
        if repeats:
            # Its answers stand beside those of questions.
            self.unique("question", data.get("key"), f"{place}.key")
            self.names.add(str(data.get("key")))
            reads = [(place, source) for source in (relevant, data.get("repeat_count")) if source]
            self.reads.setdefault(str(data.get("key")), []).extend(reads)
        if type(repeats) is not bool:
            self.note(f"{place}.repeats", _("needs true or false"))
        count = self.expression(data, "repeat_count", place)
        if count and not repeats:
            self.note(f"{place}.repeat_count", _("only what repeats has a number"))
        questions = data.get("questions")
        if not isinstance(questions, list) or not questions:
            self.note(f"{place}.questions", _("needs a list with at least one question"))
            return
        for index, question in enumerate(questions):
            where = f"{place}.questions[{index}]"
            if self.is_object(question, where, QUESTION):
                self.question(question, where, [relevant, count])
                if repeats and question.get("profile_field") == ProfileField.STAGE:
                    self.note(where, _("the stage is asked once"))

    def unique(self, kind: str, key: Any, place: str) -> None:
        if isinstance(key, str) and (kind, key) in self.keys:
            self.note(place, _("is used twice"))
        self.keys.add((kind, key))

    def question(self, data: dict, place: str, around: list[str]) -> None:
        self.key(data.get("key"), f"{place}.key", Question)
        self.unique("question", data.get("key"), f"{place}.key")
        for name in Question.TRANSLATED_FIELDS:
            if name == "wording" and data.get("kind") == Kind.CALCULATION and not data.get(name):
                continue
            self.text(data, name, place, Question, pipes=True)
        kind = data.get("kind")
        if kind not in Kind.values:
            self.none_of(f"{place}.kind", kind, Kind.values)
            return
        if type(data.get("required", False)) is not bool:
            self.note(f"{place}.required", _("needs true or false"))
        self.one_of(data, "vocabulary", Vocabulary.values, place)
        self.one_of(data, "profile_field", ProfileField.values, place)
        self.range(data, kind, place)
        columns = self.choices(data, kind, place)
        reads = []
        for name in Question.EXPRESSIONS:
            is_filter = name == "choice_filter"
            source = self.expression(data, name, place, columns if is_filter else frozenset())
            if name in ("relevant", "calculation") and source:
                reads.append(source)
        if (kind == Kind.CALCULATION) != bool(data.get("calculation")):
            self.note(f"{place}.calculation", _("what is calculated needs one, nothing else does"))
        if data.get("choice_filter") and not data.get("choices"):
            self.note(f"{place}.choice_filter", _("only choices of one’s own can be filtered"))
        self.know(data, kind, [(place, source) for source in [*around, *reads] if source])
        if data.get("profile_field") == ProfileField.STAGE and not (
            kind == Kind.SINGLE
            and data.get("vocabulary") == Vocabulary.STAGE
            and data.get("required") is True
        ):
            self.note(
                place, _("the stage is a required single choice from the vocabulary of stages")
            )

    def know(self, data: dict, kind: str, reads: list[tuple[str, str]]) -> None:
        """Note the names by which expressions may call a question and its parts."""
        key = data.get("key")
        if not isinstance(key, str):
            return
        names = {key}
        for choice in data.get("choices", []):
            if isinstance(choice, dict) and choice.get("role") == Choice.Role.OTHER:
                names |= {f"{key}.other", f"{key}_other"}
            if isinstance(choice, dict) and choice.get("role") == Choice.Role.ROW:
                names.add(str(choice.get("key")))
        if kind == Kind.MATRIX and data.get("vocabulary"):
            names |= self.terms_of(data["vocabulary"])
        self.names |= names
        for name in names:
            self.reads.setdefault(name, []).extend(reads)

    def terms_of(self, vocabulary: str) -> set[str]:
        if vocabulary not in self.terms:
            model = TERMS.get(vocabulary)
            self.terms[vocabulary] = set(
                model.objects.values_list("key", flat=True) if model else Stage.values
            )
        return self.terms[vocabulary]

    def compile(self) -> None:
        """Look at every expression and at every text that quotes an answer."""
        for place, source, columns in self.expressions:
            try:
                compile_expression(source, names=self.names, columns=columns)
            except ExpressionError as error:
                self.note(place, str(error))
        for place, words in self.texts:
            try:
                compile_text(words, names=self.names)
            except ExpressionError as error:
                self.note(place, str(error))

    def circles(self) -> None:
        """Whether something is asked depends on what is read for it; that must come to an end."""
        if self.problems:
            return
        edges = {
            name: {
                read
                for _place, source in reads
                for read in compile_expression(source, names=self.names).names
            }
            for name, reads in self.reads.items()
        }
        try:
            tuple(TopologicalSorter(edges).static_order())
        except CycleError as error:
            names = " → ".join(f"${{{name}}}" for name in error.args[1])
            place = self.reads[error.args[1][0]][0][0]
            self.note(
                place, _("these depend on each other in a circle: %(names)s") % {"names": names}
            )

    def none_of(self, place: str, value: Any, values: list[str]) -> None:
        known = {"value": value, "values": ", ".join(values)}
        self.note(place, _("“%(value)s” is none of %(values)s") % known)

    def one_of(self, data: dict, name: str, values: list[str], place: str) -> None:
        if data.get(name, "") not in ("", *values):
            self.none_of(f"{place}.{name}", data[name], values)

    def range(self, data: dict, kind: str, place: str) -> None:
        limits = [data[name] for name in ("minimum", "maximum") if data.get(name) is not None]
        if limits and kind not in (Kind.NUMBER, Kind.RANKING):
            self.note(place, _("only numbers and rankings have a minimum and maximum"))
        if any(type(limit) not in (int, float) for limit in limits):
            self.note(place, _("minimum and maximum need numbers"))
        elif len(limits) == 2 and limits[0] > limits[1]:
            self.note(place, _("the minimum is above the maximum"))
        decimals = data.get("decimals", 0)
        if type(decimals) is not int or not 0 <= decimals <= MOST_DECIMALS:
            self.note(
                f"{place}.decimals",
                _("needs a whole number from 0 to %(number)s") % {"number": MOST_DECIMALS},
            )

    def choices(self, data: dict, kind: str, place: str) -> frozenset[str]:
        """Check the choices; return the names of their columns."""
        choices = data.get("choices", [])
        vocabulary = data.get("vocabulary", "")
        if not isinstance(choices, list):
            self.note(f"{place}.choices", _("needs a list"))
            return frozenset()
        if kind not in WITH_CHOICES:
            if choices or vocabulary:
                self.note(place, _("a question of kind “%(kind)s” has no choices") % {"kind": kind})
            return frozenset()
        seen: set[Any] = set()
        roles: list[str] = []
        points: list[str] = []
        columns: set[str] = {"name", "label"}
        for index, choice in enumerate(choices):
            where = f"{place}.choices[{index}]"
            if not self.is_object(choice, where, CHOICE):
                continue
            self.key(choice.get("key"), f"{where}.key", Choice)
            if choice.get("key") in seen:
                self.note(f"{where}.key", _("is used twice"))
            seen.add(choice.get("key"))
            self.one_of(choice, "role", Choice.Role.values, where)
            role = choice.get("role", Choice.Role.OPTION)
            roles.append(role)
            if role == Choice.Role.OPTION:
                points.append(choice.get("key"))
            self.text(choice, "label", where, Choice)
            more = choice.get("columns", {})
            if not isinstance(more, dict) or not all(isinstance(v, str) for v in more.values()):
                self.note(f"{where}.columns", _("needs names with texts"))
            else:
                columns |= set(more)
        for role in (Choice.Role.OTHER, Choice.Role.EXCLUSIVE):
            if roles.count(role) > 1:
                self.note(
                    f"{place}.choices", _("only one choice can be “%(role)s”") % {"role": role}
                )
        if kind == Kind.MATRIX:
            if len(points) < 2:
                self.note(f"{place}.choices", _("a matrix needs at least two points"))
            if not vocabulary and Choice.Role.ROW not in roles:
                self.note(f"{place}.choices", _("a matrix needs rows or a vocabulary"))
        else:
            if Choice.Role.ROW in roles:
                self.note(f"{place}.choices", _("only a matrix has rows"))
            if kind == Kind.SCALE and len(points) < 2:
                self.note(f"{place}.choices", _("a scale needs at least two points"))
            if not choices and not vocabulary:
                self.note(f"{place}.choices", _("needs choices or a vocabulary"))
        if data.get("counts_from", "") not in ("", *points):
            self.note(f"{place}.counts_from", _("is none of the points"))
        return frozenset(columns)
