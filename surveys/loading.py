"""Questionnaires from JSON files: checked in full, then loaded as often as wanted.

The file names the survey and its sections, questions and choices; texts are {"de": …, "en": …}.
A version that a wave has opened is never changed: a different file makes the next version.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models, transaction

from ssoe_portal.common.translation import BASE_LANGUAGE
from surveys.definitions import PLAIN, check
from surveys.models import Choice, Question, Questionnaire, Section, Survey


class QuestionnaireError(ValueError):
    """The file cannot be loaded; `problems` says where and why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


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
        **{name: _number(getattr(question, name)) for name in PLAIN},
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
                    **{name: question.get(name, default) for name, default in PLAIN.items()},
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
    questions = _insert(Question, asked, PLAIN)
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
