"""Questionnaires from JSON files: checked in full, then loaded as often as wanted.

The file names the survey and its sections, questions and choices; texts are {"de": …, "en": …}.
A version that a wave has opened is never changed: a different file makes the next version.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models, transaction

from actors.models import Organisation
from ssoe_portal.common.translation import BASE_LANGUAGE, TRANSLATION_LANGUAGES
from surveys.models import Choice, Question, Questionnaire, Section, Survey
from surveys.models.questionnaire import WITH_CHOICES, Kind, ProfileField, Vocabulary

KEY = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
#: Names of pages below a draft's link; no section may be called so.
RESERVED_SECTIONS = ("review", "submit", "later", "anonymous")
LANGUAGES = {BASE_LANGUAGE, *(code for code, _name in TRANSLATION_LANGUAGES)}

SURVEY = {"slug", "minutes", *Survey.TRANSLATED_FIELDS}
SECTION = {"key", "stages", "questions", *Section.TRANSLATED_FIELDS}
QUESTION = {
    "key",
    "kind",
    "stages",
    "required",
    "vocabulary",
    "profile_field",
    "minimum",
    "maximum",
    "counts_from",
    "choices",
    *Question.TRANSLATED_FIELDS,
}
CHOICE = {"key", "role", *Choice.TRANSLATED_FIELDS}
#: Texts that may be left out.
OPTIONAL_TEXTS = {"help_text", "why", "unit"}


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
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise QuestionnaireError(
            [f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})"]
        ) from error
    except UnicodeDecodeError as error:
        raise QuestionnaireError([f"byte {error.start}: not UTF-8"]) from error
    problems = _Check().run(data)
    if problems:
        raise QuestionnaireError(problems)
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
        _create(latest, wanted)
    return Loaded(latest, outcome)


def dump(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """Return a questionnaire's sections in the form of the file, with nothing left out."""
    rows = (
        Section.objects.filter(questionnaire=questionnaire)
        .prefetch_related(
            "translations",
            "questions__translations",
            "questions__choices__translations",
        )
        .order_by("position", "pk")
    )
    return [
        {
            "key": section.key,
            "stages": section.stages,
            **_texts_of(section),
            "questions": [
                {
                    **{name: getattr(question, name) for name in _PLAIN},
                    **_texts_of(question),
                    "choices": [
                        {"key": choice.key, "role": choice.role, **_texts_of(choice)}
                        for choice in question.choices.all()
                    ],
                }
                for question in section.questions.all()
            ],
        }
        for section in rows
    ]


_PLAIN = {
    "key": None,
    "kind": None,
    "stages": [],
    "required": False,
    "vocabulary": "",
    "profile_field": "",
    "minimum": None,
    "maximum": None,
    "counts_from": "",
}


def _texts_of(row: models.Model) -> dict[str, dict[str, str]]:
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
            "key": section["key"],
            "stages": section.get("stages", []),
            **{name: section.get(name, {}) for name in Section.TRANSLATED_FIELDS},
            "questions": [
                {
                    **{name: question.get(name, default) for name, default in _PLAIN.items()},
                    **{name: question.get(name, {}) for name in Question.TRANSLATED_FIELDS},
                    "choices": [
                        {
                            "key": choice["key"],
                            "role": choice.get("role", Choice.Role.OPTION.value),
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


def _create(questionnaire: Questionnaire, sections: list[dict[str, Any]]) -> None:
    for position, section in enumerate(sections):
        row = _insert(
            Section(
                questionnaire=questionnaire,
                key=section["key"],
                position=position,
                stages=section["stages"],
            ),
            section,
        )
        for place, question in enumerate(section["questions"]):
            asked = _insert(
                Question(section=row, position=place, **{n: question[n] for n in _PLAIN}),
                question,
            )
            for order, choice in enumerate(question["choices"]):
                _insert(
                    Choice(question=asked, key=choice["key"], role=choice["role"], position=order),
                    choice,
                )


def _insert(row: Any, texts: dict[str, Any]) -> Any:
    """Save an object and its translations."""
    for name in row.TRANSLATED_FIELDS:
        setattr(row, name, texts[name].get(BASE_LANGUAGE, ""))
    row.save()
    languages = {language for name in row.TRANSLATED_FIELDS for language in texts[name]}
    for language in sorted(languages - {BASE_LANGUAGE}):
        row.translations.create(
            language=language,
            **{name: texts[name].get(language, "") for name in row.TRANSLATED_FIELDS},
        )
    return row


class _Check:
    """Looks through a file and notes every problem with its place."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.keys: set[str] = set()
        self.stage_known = False

    def note(self, place: str, problem: str) -> None:
        self.problems.append(f"{place}: {problem}")

    def run(self, data: Any) -> list[str]:
        if not self.is_object(data, "file", {"survey", "sections"}):
            return self.problems
        self.survey(data.get("survey"))
        sections = data.get("sections")
        if not isinstance(sections, list) or not sections:
            self.note("sections", "needs a list with at least one section")
            return self.problems
        for index, section in enumerate(sections):
            self.section(section, f"sections[{index}]")
        return self.problems

    def is_object(self, value: Any, place: str, known: set[str]) -> bool:
        if not isinstance(value, dict):
            self.note(place, "needs an object")
            return False
        for name in sorted(set(value) - known):
            self.note(f"{place}.{name}", "is not known here")
        return True

    def survey(self, data: Any) -> None:
        if not self.is_object(data, "survey", SURVEY):
            return
        self.key(data.get("slug"), "survey.slug")
        minutes = data.get("minutes")
        if type(minutes) is not int or not 1 <= minutes <= 240:
            self.note("survey.minutes", "needs a whole number from 1 to 240")
        for name in Survey.TRANSLATED_FIELDS:
            self.text(data, name, "survey", Survey)

    def key(self, value: Any, place: str) -> None:
        if not isinstance(value, str) or not KEY.match(value) or len(value) > 60:
            self.note(place, "needs a short key of a-z, 0-9 and hyphens")

    def text(self, data: dict, name: str, place: str, model: Any) -> None:
        place = f"{place}.{name}"
        field = model._meta.get_field(name)
        value = data.get(name)
        if value is None:
            if not (field.blank or name in OPTIONAL_TEXTS):
                self.note(place, "is missing")
            return
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            self.note(place, 'needs texts by language, such as {"de": "…", "en": "…"}')
            return
        if not value.get(BASE_LANGUAGE, "").strip():
            self.note(place, "has no German text")
        for language, words in value.items():
            if language not in LANGUAGES:
                self.note(f"{place}.{language}", "is not a language of the portal")
            elif len(words) > field.max_length:
                self.note(f"{place}.{language}", f"is longer than {field.max_length} characters")

    def stages(self, data: dict, place: str) -> bool:
        """Check the branch; say whether there is one."""
        stages = data.get("stages", [])
        if not isinstance(stages, list):
            self.note(f"{place}.stages", "needs a list")
            return False
        for stage in stages:
            if stage not in Organisation.Stage.values:
                self.note(
                    f"{place}.stages",
                    f"“{stage}” is none of {', '.join(Organisation.Stage.values)}",
                )
        if stages and not self.stage_known:
            self.note(f"{place}.stages", "the stage has to be asked on an earlier page")
        return bool(stages)

    def section(self, data: Any, place: str) -> None:
        if not self.is_object(data, place, SECTION):
            return
        self.key(data.get("key"), f"{place}.key")
        if data.get("key") in RESERVED_SECTIONS:
            self.note(f"{place}.key", "is the name of another page")
        self.unique(f"section {data.get('key')}", f"{place}.key")
        for name in Section.TRANSLATED_FIELDS:
            self.text(data, name, place, Section)
        branched = self.stages(data, place)
        questions = data.get("questions")
        if not isinstance(questions, list) or not questions:
            self.note(f"{place}.questions", "needs a list with at least one question")
            return
        asks_stage = False
        for index, question in enumerate(questions):
            where = f"{place}.questions[{index}]"
            if self.is_object(question, where, QUESTION):
                self.question(question, where)
                asks_stage |= question.get("profile_field") == ProfileField.STAGE
        if asks_stage and branched:
            self.note(place, "everybody has to be asked for the stage")
        self.stage_known |= asks_stage

    def unique(self, key: str, place: str) -> None:
        if key in self.keys:
            self.note(place, "is used twice")
        self.keys.add(key)

    def question(self, data: dict, place: str) -> None:
        self.key(data.get("key"), f"{place}.key")
        self.unique(f"question {data.get('key')}", f"{place}.key")
        for name in Question.TRANSLATED_FIELDS:
            self.text(data, name, place, Question)
        self.stages(data, place)
        kind = data.get("kind")
        if kind not in Kind.values:
            self.note(f"{place}.kind", f"“{kind}” is none of {', '.join(Kind.values)}")
            return
        if type(data.get("required", False)) is not bool:
            self.note(f"{place}.required", "needs true or false")
        self.one_of(data, "vocabulary", Vocabulary.values, place)
        self.one_of(data, "profile_field", ProfileField.values, place)
        self.range(data, kind, place)
        self.choices(data, kind, place)
        if data.get("profile_field") == ProfileField.STAGE and not (
            kind == Kind.SINGLE
            and data.get("vocabulary") == Vocabulary.STAGE
            and data.get("required") is True
        ):
            self.note(place, "the stage is a required single choice from the vocabulary of stages")

    def one_of(self, data: dict, name: str, values: list[str], place: str) -> None:
        if data.get(name, "") not in ("", *values):
            self.note(f"{place}.{name}", f"“{data[name]}” is none of {', '.join(values)}")

    def range(self, data: dict, kind: str, place: str) -> None:
        limits = [data[name] for name in ("minimum", "maximum") if data.get(name) is not None]
        if limits and kind != Kind.NUMBER:
            self.note(place, "only numbers have a minimum and maximum")
        if any(type(limit) is not int for limit in limits):
            self.note(place, "minimum and maximum need whole numbers")
        elif len(limits) == 2 and limits[0] > limits[1]:
            self.note(place, "the minimum is above the maximum")

    def choices(self, data: dict, kind: str, place: str) -> None:
        choices = data.get("choices", [])
        vocabulary = data.get("vocabulary", "")
        if not isinstance(choices, list):
            self.note(f"{place}.choices", "needs a list")
            return
        if kind not in WITH_CHOICES:
            if choices or vocabulary:
                self.note(place, f"a question of kind “{kind}” has no choices")
            return
        seen: list[str] = []
        roles: list[str] = []
        points: list[str] = []
        for index, choice in enumerate(choices):
            where = f"{place}.choices[{index}]"
            if not self.is_object(choice, where, CHOICE):
                continue
            self.key(choice.get("key"), f"{where}.key")
            if choice.get("key") in seen:
                self.note(f"{where}.key", "is used twice")
            seen.append(choice.get("key"))
            self.one_of(choice, "role", Choice.Role.values, where)
            role = choice.get("role", Choice.Role.OPTION)
            roles.append(role)
            if role == Choice.Role.OPTION:
                points.append(choice.get("key"))
            self.text(choice, "label", where, Choice)
        for role in (Choice.Role.OTHER, Choice.Role.EXCLUSIVE):
            if roles.count(role) > 1:
                self.note(f"{place}.choices", f"only one choice can be “{role}”")
        if kind == Kind.MATRIX:
            if len(points) < 2:
                self.note(f"{place}.choices", "a matrix needs at least two points")
            if not vocabulary and Choice.Role.ROW not in roles:
                self.note(f"{place}.choices", "a matrix needs rows or a vocabulary")
        else:
            if Choice.Role.ROW in roles:
                self.note(f"{place}.choices", "only a matrix has rows")
            if kind == Kind.SCALE and len(points) < 2:
                self.note(f"{place}.choices", "a scale needs at least two points")
            if not choices and not vocabulary:
                self.note(f"{place}.choices", "needs choices or a vocabulary")
        if data.get("counts_from", "") not in ("", *points):
            self.note(f"{place}.counts_from", "is none of the points")
