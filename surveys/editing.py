"""Changing a version of a questionnaire: its order, copies, names. Each change holds the version
until it is done, so that of two people each one's change is made to what the other has left."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils.text import slugify

from ssoe_portal.common.slugs import GERMAN
from surveys.expressions import references, rename, rename_in_text, text_references
from surveys.loading import (
    ALL_TEXTS,
    create_questions,
    create_sections,
    dump,
    question_definition,
    section_definition,
)
from surveys.models import Choice, Question, Questionnaire, Section, Survey
from surveys.models.questionnaire import set_terms

#: A name that is made from a wording is no longer than this.
LONGEST_PROPOSAL = 40

type Item = Section | Question


class Frozen(Exception):
    """A wave that uses this version has opened: nothing in it may change any more."""


class StillNamed(Exception):
    """Formulas or texts elsewhere name what should go; `by` says which sections and questions."""

    def __init__(self, by: list[Item]) -> None:
        super().__init__(", ".join(item.key for item in by))
        self.by = by


class StillAsked(Exception):
    """A planned wave is going to ask this version."""


def alike(rows: Iterable[dict[str, Any]], *, is_filtered: bool) -> list[dict[str, Any]]:
    """Return those of a question's choices (label, role, columns) that read as one above them does,
    whatever their capitals and blanks. A row of a matrix is never taken for a point; what a filter
    of choices keeps apart by its columns may have the same label."""
    seen: set[tuple[str, bool, tuple]] = set()
    again = []
    for row in rows:
        words = " ".join(row["label"].split()).casefold()
        columns = tuple(sorted(row["columns"].items())) if is_filtered else ()
        read = (words, row["role"] == Choice.Role.ROW, columns)
        if read in seen:
            again.append(row)
        seen.add(read)
    return again


# --- Reading --------------------------------------------------------------------------------------


#: What leads from a version to all that is said in it, in all languages.
WHOLE = ("survey__translations", *(f"sections__{path}" for path in ALL_TEXTS))


def read(pk: int) -> Questionnaire:
    """Return a version with all that is asked, in all languages; raises DoesNotExist."""
    questionnaire = Questionnaire.objects.select_related("survey").with_opening().get(pk=pk)
    models.prefetch_related_objects([questionnaire], *WHOLE)
    set_terms(questionnaire)
    return questionnaire


def read_with_earlier(pk: int) -> tuple[Questionnaire, Questionnaire | None]:
    """Return the same, and the version before it, if there is one."""
    this = Questionnaire.objects.filter(pk=pk)
    rows = Questionnaire.objects.filter(
        survey=this.values("survey")[:1], version__lte=this.values("version")[:1]
    )
    found = list(rows.select_related("survey").with_opening().order_by("-version")[:2])
    if not found:
        raise Questionnaire.DoesNotExist
    models.prefetch_related_objects(found, *WHOLE)
    set_terms(found[0])
    return found[0], found[1] if len(found) > 1 else None


def definition(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """Return the sections of a version that has been read, in the form of a file."""
    return [section_definition(section) for section in questionnaire.sections.all()]


def hold(pk: int) -> Questionnaire:
    """Hold a version until the transaction ends; raises Frozen."""
    questionnaire = Questionnaire.objects.select_for_update(no_key=True).get(pk=pk)
    if questionnaire.is_frozen:
        raise Frozen
    return questionnaire


# --- Versions -------------------------------------------------------------------------------------


@transaction.atomic
def new_version(*, of: Questionnaire) -> Questionnaire:
    """Copy a version as its survey's latest one; everything keeps its name."""
    survey = Survey.objects.select_for_update(no_key=True).get(pk=of.survey_id)
    latest = survey.questionnaires.aggregate(last=models.Max("version"))["last"] or 0
    made = survey.questionnaires.create(version=latest + 1)
    create_sections(made, dump(of))
    _keep_outdated(read(of.pk).sections.all(), read(made.pk).sections.all())
    return made


@transaction.atomic
def remove_version(pk: int) -> None:
    """Delete a draft with all that is in it; where it was the only version of its survey, the
    survey, too. Raises Frozen and StillAsked."""
    held = hold(pk)
    if held.waves.exists():
        raise StillAsked
    survey = Survey.objects.select_for_update(no_key=True).get(pk=held.survey_id)
    held.delete()
    if not survey.questionnaires.exists():
        survey.delete()


def _keep_outdated(originals: Iterable[Item], copies: Iterable[Item]) -> None:
    """Let translations that are older than the German text be so in a copy, too."""
    for original, copy in zip(originals, copies, strict=True):
        pairs: list[tuple[Any, Any]] = [(original, copy)]
        if isinstance(original, Section):
            _keep_outdated(original.questions.all(), copy.questions.all())
        else:
            pairs += zip(original.choices.all(), copy.choices.all(), strict=True)
        for old, new in pairs:
            outdated = [
                row.language for row in old.translations.all() if row.base_revision < old.revision
            ]
            if outdated:
                new.translations.filter(language__in=outdated).update(base_revision=0)


# --- Order ----------------------------------------------------------------------------------------


def find(questionnaire: Questionnaire, name: str) -> Item:
    """Return the section or question with an address such as "section-3"; raises DoesNotExist."""
    kind, _dash, pk = name.partition("-")
    number = int(pk) if pk.isdecimal() else 0
    if kind == "section":
        return questionnaire.sections.get(pk=number)
    return Question.objects.select_related("section").get(
        pk=number, section__questionnaire=questionnaire
    )


def find_in(questionnaire: Questionnaire, name: str) -> Item:
    """The same in a version that `read` has returned."""
    items: list[Item] = [*questionnaire.sections.all(), *questionnaire.questions()]
    found = next((item for item in items if address(item) == name), None)
    if found is None:
        raise Question.DoesNotExist
    return found


def address(item: Item) -> str:
    """The name by which `find` knows a section or question."""
    return f"{item._meta.model_name}-{item.pk}"


def siblings(item: Item) -> list[Any]:
    """The sections of a version, or the questions of a section, in order."""
    if isinstance(item, Section):
        return list(Section.objects.filter(questionnaire=item.questionnaire_id))
    return list(Question.objects.filter(section=item.section_id))


def renumber(items: Sequence[Any]) -> None:
    """Give items the places in which they stand, without gaps."""
    moved = []
    for position, item in enumerate(items):
        if item.position != position:
            item.position = position
            moved.append(item)
    if moved:
        type(moved[0]).objects.bulk_update(moved, ["position"])


@transaction.atomic
def step(*, questionnaire: int, item: str, by: int) -> Item:
    """Move a section or question up (-1) or down (1) among its kind."""
    found = find(hold(questionnaire), item)
    order = siblings(found)
    here = order.index(found)
    order.insert(max(here + by, 0), order.pop(here))
    renumber(order)
    return found


@transaction.atomic
def move(*, questionnaire: int, item: str, behind: str) -> Item:
    """Put an item behind another one: a section behind a section (or "" for the beginning), a
    question behind a question, or to the beginning of a section."""
    held = hold(questionnaire)
    found = find(held, item)
    place = find(held, behind) if behind else None
    if place == found:
        return found
    order = [other for other in siblings(found) if other != found]
    if isinstance(found, Question) and place is not None:
        section = place if isinstance(place, Section) else place.section
        if section.pk != found.section_id:
            renumber(order)
            found.section = section
            found.save(update_fields=["section"])
        order = [other for other in siblings(found) if other != found]
    index = order.index(place) + 1 if place in order else 0
    order.insert(index, found)
    renumber(order)
    return found


def last_position(items: models.QuerySet) -> int:
    """The position behind all others."""
    last = items.aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else last + 1


@transaction.atomic
def duplicate(*, questionnaire: int, item: str) -> Item:
    """Put a copy behind an item; whatever is in it gets names of its own."""
    held = hold(questionnaire)
    found = find(held, item)
    whole = read(questionnaire)
    taken = names_in(whole)
    original: Any
    copy: Any
    if isinstance(found, Section):
        original = next(section for section in whole.sections.all() if section == found)
        data = section_definition(original)
        old = [found.key, *(question.key for question in original.questions.all())]
        made = create_sections(held, [_renamed_all(data, old, taken)])
    else:
        original = next(question for question in whole.questions() if question == found)
        data = _renamed_all(question_definition(original), [found.key], taken)
        made = create_questions([(data, {"section": found.section, "position": 0})])
    order = [other for other in siblings(found) if other != made[0]]
    order.insert(order.index(found) + 1, made[0])
    renumber(order)
    after = read(questionnaire)
    copies = (*after.sections.all(), *after.questions())
    copy = next(other for other in copies if other == made[0])
    _keep_outdated([original], [copy])
    return made[0]


@transaction.atomic
def remove(*, questionnaire: int, item: str) -> Item:
    """Take a section or question away; raises StillNamed where something else needs it."""
    held = hold(questionnaire)
    found = find(held, item)
    if by := naming(read(questionnaire), found):
        raise StillNamed(by)
    order = [other for other in siblings(found) if other != found]
    found.delete()
    renumber(order)
    return found


# --- Names ----------------------------------------------------------------------------------------


def names_in(questionnaire: Questionnaire) -> set[str]:
    """What sections and questions are called."""
    return {
        *(section.key for section in questionnaire.sections.all()),
        *(question.key for question in questionnaire.questions()),
    }


def propose(words: str, taken: Iterable[str]) -> str:
    """Return a name that is free, made from words: "Wie viele Plätze?" is wie-viele-plaetze."""
    stem = slugify(words.translate(GERMAN))
    if len(stem) > LONGEST_PROPOSAL:
        stem = stem[:LONGEST_PROPOSAL].rpartition("-")[0] or stem[:LONGEST_PROPOSAL]
    stem = stem.lstrip("0123456789_-") or "frage"
    return free(stem, set(taken))


def free(stem: str, taken: set[str]) -> str:
    """Return a name or, where it is taken, the name with the next number."""
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def named_in(item: Item) -> set[str]:
    """The names that the formulas and texts of a section or question hold."""
    found: set[str] = set()
    for name in item.EXPRESSIONS:
        found |= references(getattr(item, name))
    for row in (item, *item.translations.all()):
        for name in item.TRANSLATED_FIELDS:
            found |= text_references(getattr(row, name))
    return found


def parts_of(question: Question) -> set[str]:
    """The names by which formulas call a question and what belongs to it."""
    rows = {choice.key for choice in question.choices.all() if choice.role == Choice.Role.ROW}
    return {question.key, f"{question.key}.other", f"{question.key}_other", *rows}


def naming(questionnaire: Questionnaire, item: Item) -> list[Item]:
    """The sections and questions that name an item, or something in it, from outside."""
    inside: list[Question] = []
    names: set[str] = set()
    if isinstance(item, Section):
        section = next(section for section in questionnaire.sections.all() if section == item)
        inside = list(section.questions.all())
        names = {section.key} if section.repeats else set()
    else:
        inside = [question for question in questionnaire.questions() if question == item]
    # What has the same name elsewhere is still there afterwards.
    elsewhere = [question for question in questionnaire.questions() if question not in inside]
    for question in inside:
        names |= parts_of(question)
    for question in elsewhere:
        names -= parts_of(question)
    others: list[Item] = [
        section
        for section in questionnaire.sections.all()
        if not (isinstance(item, Section) and section == item)
    ]
    return [other for other in [*others, *elsewhere] if named_in(other) & names]


def _family(old: str, new: str) -> dict[str, str]:
    """What is called by a question's name, and its new names."""
    return {old: new, f"{old}.other": f"{new}.other", f"{old}_other": f"{new}_other"}


def rename_everywhere(questionnaire: Questionnaire, old: str, new: str) -> None:
    """Write a new name into all formulas and texts of a version, which is held."""
    names = _family(old, new)
    whole = read(questionnaire.pk)
    items: list[Item] = [*whole.sections.all(), *whole.questions()]
    for item in items:
        if not named_in(item) & set(names):
            continue
        for name in item.EXPRESSIONS:
            setattr(item, name, rename(getattr(item, name), names))
        current = [row for row in item.translations.all() if row.base_revision >= item.revision]
        for row in (item, *item.translations.all()):
            for name in item.TRANSLATED_FIELDS:
                setattr(row, name, rename_in_text(getattr(row, name), names))
            row.save(update_fields=[*item.TRANSLATED_FIELDS, *_expressions(row)])
        # Nobody has to translate anew because of a name.
        item.refresh_from_db(fields=["revision"])
        for row in current:
            row.base_revision = item.revision
            row.save(update_fields=["base_revision"])


def _expressions(row: models.Model) -> Sequence[str]:
    return row.EXPRESSIONS if isinstance(row, (Section, Question)) else ()


def _renamed_all(data: dict[str, Any], old: Iterable[str], taken: set[str]) -> dict[str, Any]:
    """Return a definition with names that are free; formulas and texts in it name its own."""
    names: dict[str, str] = {}
    for name in old:
        new = free(name, {*taken, *names.values()})
        names |= _family(name, new)
    return _rewritten(data, names)


def _rewritten(data: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    written = {**data, "key": names[data["key"]]}
    for name in ("repeat_count", *Question.EXPRESSIONS):
        if data.get(name):
            written[name] = rename(data[name], names)
    for name in (*Section.TRANSLATED_FIELDS, *Question.TRANSLATED_FIELDS):
        if name in data:
            written[name] = {
                language: rename_in_text(words, names) for language, words in data[name].items()
            }
    if "questions" in data:
        written["questions"] = [_rewritten(question, names) for question in data["questions"]]
    return written


# --- How much of it is translated -----------------------------------------------------------------

#: Each kind of text, with what leads from it to its questionnaire.
_LEVELS: tuple[tuple[type[Any], str], ...] = (
    (Section, "questionnaire"),
    (Question, "section__questionnaire"),
    (Choice, "question__section__questionnaire"),
)


def completeness(questionnaires: Iterable[int]) -> dict[int, dict[str, int]]:
    """Of each version, how many of a hundred German texts each language has, in so far as they are
    not older than the German ones. A language without any text is left out; in one query."""
    wanted = list(questionnaires)
    rows: list[models.QuerySet] = []
    for model, path in _LEVELS:
        names = model.TRANSLATED_FIELDS
        texts = model.objects.filter(**{f"{path}__in": wanted}).order_by()
        rows.append(
            texts.values_list(path, models.Value("")).annotate(
                number=_sum(*(~models.Q(**{name: ""}) for name in names))
            )
        )
        fresh = models.Q(base_revision__gte=F("original__revision"))
        texts = model._meta.get_field("translations").related_model.objects
        texts = texts.filter(**{f"original__{path}__in": wanted}).order_by()
        rows.append(
            texts.values_list(f"original__{path}", "language").annotate(
                number=_sum(
                    *(
                        fresh & ~models.Q(**{name: ""}) & ~models.Q(**{f"original__{name}": ""})
                        for name in names
                    )
                )
            )
        )
    numbers: dict[int, Counter[str]] = {pk: Counter() for pk in wanted}
    for pk, language, number in rows[0].union(*rows[1:], all=True).order_by():
        numbers[pk][language] += number
    return {pk: _percent(found) for pk, found in numbers.items()}


def _sum(*conditions: models.Q) -> Any:
    """How many texts there are: in each row, those of which a condition holds."""
    first, *others = [models.Count("pk", filter=condition) for condition in conditions]
    return sum(others, start=first)


def completeness_of(questionnaire: Questionnaire) -> dict[str, int]:
    """The same of a version that `read` has returned."""
    numbers: Counter[str] = Counter()
    sections = questionnaire.sections.all()
    questions = list(questionnaire.questions())
    choices = [choice for question in questions for choice in question.choices.all()]
    for item in (*sections, *questions, *choices):
        said = [name for name in item.TRANSLATED_FIELDS if getattr(item, name)]
        numbers[""] += len(said)
        for row in item.translations.all():
            is_fresh = row.base_revision >= item.revision
            numbers[row.language] += sum(bool(getattr(row, name)) for name in said) * is_fresh
    return _percent(numbers)


def _percent(numbers: Counter[str]) -> dict[str, int]:
    """Of the German texts, which stand under "", how many each language has; a hundred is all."""
    german = numbers.pop("", 0)
    return {
        language: 100 * number // german if german else 100 for language, number in numbers.items()
    }
