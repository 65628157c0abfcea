"""A questionnaire: sections of questions with choices, in one version.

As soon as a wave that uses it has opened, database triggers refuse every change to it, so that
all answers of a wave are answers to the same words. A new language may still be added; a change is
a new version, in which a question keeps its `key`.
"""

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from actors.models import LegalForm, Organisation, TargetGroup, Topic
from ssoe_portal.common.history import tracked
from ssoe_portal.common.translation import (
    BASE_LANGUAGE,
    Translatable,
    TranslatableQuerySet,
    Translation,
    current_language,
    revision_triggers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Stage = Organisation.Stage


def frozen_trigger(questionnaire: str, *, translations: bool = False) -> pgtrigger.Trigger:
    """Refuse changes once a wave that uses the questionnaire has opened.

    `questionnaire` is SQL that gives the questionnaire's id for the row "ROW". Rows of
    translations may still be added (a new language), but neither changed nor removed.
    """
    check = """
        IF EXISTS (
            SELECT 1 FROM surveys_wave
            WHERE questionnaire_id = ({id}) AND opens_at <= now()
        ) THEN
            RAISE EXCEPTION 'questionnaire is frozen' USING ERRCODE = 'check_violation';
        END IF;
    """
    old = check.format(id=questionnaire.replace("ROW", "OLD"))
    new = check.format(id=questionnaire.replace("ROW", "NEW"))
    operation = pgtrigger.Update | pgtrigger.Delete
    if not translations:
        operation = pgtrigger.Insert | operation
    return pgtrigger.Trigger(
        name="frozen",
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF TG_OP <> 'INSERT' THEN {old} END IF;
            IF TG_OP <> 'DELETE' THEN {new} RETURN NEW; END IF;
            RETURN OLD;
        """,
    )


OF_SECTION = "SELECT questionnaire_id FROM surveys_section WHERE id = {}"
OF_QUESTION = (
    "SELECT s.questionnaire_id FROM surveys_section s"
    " JOIN surveys_question q ON q.section_id = s.id WHERE q.id = {}"
)
OF_CHOICE = (
    "SELECT s.questionnaire_id FROM surveys_section s"
    " JOIN surveys_question q ON q.section_id = s.id"
    " JOIN surveys_choice c ON c.question_id = q.id WHERE c.id = {}"
)


class QuestionnaireQuerySet(models.QuerySet):
    def with_structure(self) -> "QuestionnaireQuerySet":
        """Fetch sections, questions and choices along, with the reader's texts."""
        return self.prefetch_related(*levels())


@tracked()
class Questionnaire(models.Model):
    """One version of what a survey asks."""

    survey = models.ForeignKey(
        "surveys.Survey",
        verbose_name=_("survey"),
        related_name="questionnaires",
        on_delete=models.CASCADE,
    )
    version = models.PositiveSmallIntegerField(_("version"))

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["survey", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "version"],
                name="surveys_questionnaire_version_unique",
                violation_error_message=_("This version is already there."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=frozen_trigger("ROW.id").func,
            )
        ]

    def __str__(self) -> str:
        return f"{self.survey} · {self.version}"

    @cached_property
    def opened_at(self):
        """When a wave first used it; from then on it is frozen. None before that."""
        from surveys.models.wave import Wave

        opened = Wave.objects.opened().filter(questionnaire=self)
        return opened.aggregate(first=models.Min("opens_at"))["first"]

    @property
    def is_frozen(self) -> bool:
        return self.opened_at is not None

    def relevant_sections(self, stage: str) -> "list[Section]":
        """The pages that someone at this stage is asked, in order; needs `with_structure()`.

        While the stage is not known (""), only what everybody is asked.
        """
        return [
            section
            for section in self.sections.all()
            if section.concerns(stage) and section.relevant_questions(stage)
        ]

    def relevant_questions(self, stage: str) -> "Iterator[Question]":
        for section in self.relevant_sections(stage):
            yield from section.relevant_questions(stage)

    def questions(self) -> "Iterator[Question]":
        """Every question of every branch, in order."""
        for section in self.sections.all():
            yield from section.questions.all()


class Branched(models.Model):
    """Something that only some groups are asked: a list of `Stage` keys, empty for everybody."""

    stages = models.JSONField(
        _("only for these stages"),
        default=list,
        blank=True,
        help_text=_('Keys of stages, for example ["new"]. Empty: everybody is asked.'),
    )

    class Meta:
        abstract = True

    def concerns(self, stage: str) -> bool:
        return not self.stages or stage in self.stages


def stages_are_known(model: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(stages__contained_by=Stage.values),
        name=f"surveys_{model}_stages_known",
        violation_error_message=_("Please use only the keys of the three stages."),
    )


class Section(Branched, Translatable):
    """One page of a questionnaire."""

    TRANSLATED_FIELDS = ("title", "introduction")

    questionnaire = models.ForeignKey(
        Questionnaire,
        verbose_name=_("questionnaire"),
        related_name="sections",
        on_delete=models.CASCADE,
    )
    key = models.SlugField(_("key"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=140)
    introduction = models.TextField(_("introduction"), max_length=1000, blank=True)

    objects = TranslatableQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["questionnaire", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "key"],
                name="surveys_section_key_unique",
                violation_error_message=_("This key is already used in the questionnaire."),
            ),
            stages_are_known("section"),
        ]
        triggers = [
            *revision_triggers("title", "introduction"),
            frozen_trigger("ROW.questionnaire_id"),
        ]

    def __str__(self) -> str:
        return self.title

    def relevant_questions(self, stage: str) -> "list[Question]":
        """What someone at this stage is asked on this page."""
        return [question for question in self.questions.all() if question.concerns(stage)]


class SectionTranslation(Translation):
    original = models.ForeignKey(Section, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=140)
    introduction = models.TextField(_("introduction"), max_length=1000, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a section")
        verbose_name_plural = _("translations of sections")
        triggers = [frozen_trigger(OF_SECTION.format("ROW.original_id"), translations=True)]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class Kind(models.TextChoices):
    SINGLE = "single", _("one choice")
    MULTIPLE = "multiple", _("several choices")
    SCALE = "scale", _("scale")
    MATRIX = "matrix", _("several rows on one scale")
    NUMBER = "number", _("a number")
    SHORT = "short", _("short text")
    LONG = "long", _("long text")


class Vocabulary(models.TextChoices):
    """Where choices come from when they are not the question's own."""

    TOPIC = "topic", _("topics")
    TARGET_GROUP = "target-group", _("target groups")
    LEGAL_FORM = "legal-form", _("legal forms")
    STAGE = "stage", _("stages")


class ProfileField(models.TextChoices):
    """What the organisation's profile already knows. The question about the stage decides
    which branch is asked."""

    STAGE = "stage", _("stage")
    LEGAL_FORM = "legal_form", _("legal form")
    TARGET_GROUPS = "target_groups", _("target groups")


TERMS: dict[str, Any] = {
    Vocabulary.TOPIC: Topic,
    Vocabulary.TARGET_GROUP: TargetGroup,
    Vocabulary.LEGAL_FORM: LegalForm,
}
WITH_CHOICES = (Kind.SINGLE, Kind.MULTIPLE, Kind.SCALE, Kind.MATRIX)


class Question(Branched, Translatable):
    """One question. `key` says that it is the same question in every version, wave, language.

    A scale's choices are its points in order. A matrix asks every row (its own, or the terms of its
    vocabulary) on the same points. `counts_from` is the first point that results count as a yes,
    for example "important" on a scale of urgency.
    """

    TRANSLATED_FIELDS = ("wording", "help_text", "why", "unit")
    Kind = Kind
    Vocabulary = Vocabulary
    ProfileField = ProfileField

    section = models.ForeignKey(
        Section, verbose_name=_("section"), related_name="questions", on_delete=models.CASCADE
    )
    key = models.SlugField(_("key"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    wording = models.CharField(_("question"), max_length=300)
    help_text = models.CharField(_("help"), max_length=400, blank=True)
    why = models.CharField(_("why we ask"), max_length=400, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    required = models.BooleanField(_("required"), default=False)
    vocabulary = models.CharField(_("vocabulary"), max_length=12, choices=Vocabulary, blank=True)
    profile_field = models.CharField(
        _("filled in from the profile"), max_length=14, choices=ProfileField, blank=True
    )
    minimum = models.IntegerField(_("at least"), null=True, blank=True)
    maximum = models.IntegerField(_("at most"), null=True, blank=True)
    counts_from = models.SlugField(_("counts from this point on"), max_length=60, blank=True)

    objects = TranslatableQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["section", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "key"],
                name="surveys_question_key_unique",
                violation_error_message=_("This key is already used in the section."),
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True)
                | Q(maximum__isnull=True)
                | Q(minimum__lte=F("maximum")),
                name="surveys_question_range",
                violation_error_message=_("“At least” must not be more than “at most”."),
            ),
            stages_are_known("question"),
        ]
        triggers = [
            *revision_triggers("wording", "help_text", "why", "unit"),
            frozen_trigger(OF_SECTION.format("ROW.section_id")),
        ]

    def __str__(self) -> str:
        return self.wording

    @property
    def has_choices(self) -> bool:
        return self.kind in WITH_CHOICES

    @property
    def decides_branch(self) -> bool:
        return self.profile_field == ProfileField.STAGE

    @cached_property
    def terms(self) -> "list[Option]":
        """The terms of its vocabulary; `structure()` sets them for all questions at once."""
        return vocabulary_options([self.vocabulary])[self.vocabulary]

    @cached_property
    def points(self) -> "list[Option]":
        """The points of a scale or matrix, in order."""
        return [
            Option(choice.key, choice.text.label)
            for choice in self.choices.all()
            if choice.role == Choice.Role.OPTION
        ]

    @cached_property
    def rows(self) -> "list[Option]":
        """The rows of a matrix."""
        if self.vocabulary:
            return self.terms
        return [
            Option(choice.key, choice.text.label)
            for choice in self.choices.all()
            if choice.role == Choice.Role.ROW
        ]

    @cached_property
    def options(self) -> "list[Option]":
        """What can be chosen: the vocabulary's terms, then the question's own choices."""
        terms = self.terms if self.vocabulary and self.kind != Kind.MATRIX else []
        return terms + [
            Option(choice.key, choice.text.label, choice.role)
            for choice in self.choices.all()
            if choice.role != Choice.Role.ROW
        ]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels of everything that an answer may hold, by key."""
        return {option.key: option.label for option in [*self.options, *self._rows_if_any]}

    @property
    def _rows_if_any(self) -> "list[Option]":
        return self.rows if self.kind == Kind.MATRIX else []

    @property
    def other(self) -> "Option | None":
        """The choice that asks for words of one's own."""
        return next((o for o in self.options if o.role == Choice.Role.OTHER), None)

    @property
    def exclusive(self) -> "Option | None":
        """The choice that excludes all others, such as "nothing of this"."""
        return next((o for o in self.options if o.role == Choice.Role.EXCLUSIVE), None)


class QuestionTranslation(Translation):
    original = models.ForeignKey(Question, related_name="translations", on_delete=models.CASCADE)
    wording = models.CharField(_("question"), max_length=300)
    help_text = models.CharField(_("help"), max_length=400, blank=True)
    why = models.CharField(_("why we ask"), max_length=400, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a question")
        verbose_name_plural = _("translations of questions")
        triggers = [frozen_trigger(OF_QUESTION.format("ROW.original_id"), translations=True)]

    def __str__(self) -> str:
        return f"{self.wording} ({self.language})"


class Choice(Translatable):
    """Something to choose, a point of a scale, or a row of a matrix."""

    class Role(models.TextChoices):
        OPTION = "option", _("an option or a point of the scale")
        EXCLUSIVE = "exclusive", _("excludes all others")
        OTHER = "other", _("something else, in words")
        ROW = "row", _("a row")

    TRANSLATED_FIELDS = ("label",)

    question = models.ForeignKey(
        Question, verbose_name=_("question"), related_name="choices", on_delete=models.CASCADE
    )
    key = models.SlugField(_("key"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.OPTION)
    label = models.CharField(_("label"), max_length=200)

    objects = TranslatableQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["question", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "key"],
                name="surveys_choice_key_unique",
                violation_error_message=_("This key is already used in the question."),
            ),
            models.UniqueConstraint(
                fields=["question", "role"],
                condition=Q(role__in=["exclusive", "other"]),
                name="surveys_choice_special_once",
                violation_error_message=_("There can be only one choice of this kind."),
            ),
        ]
        triggers = [
            *revision_triggers("label"),
            frozen_trigger(OF_QUESTION.format("ROW.question_id")),
        ]

    def __str__(self) -> str:
        return self.label


class ChoiceTranslation(Translation):
    original = models.ForeignKey(Choice, related_name="translations", on_delete=models.CASCADE)
    label = models.CharField(_("label"), max_length=200)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a choice")
        verbose_name_plural = _("translations of choices")
        triggers = [frozen_trigger(OF_CHOICE.format("ROW.original_id"), translations=True)]

    def __str__(self) -> str:
        return f"{self.label} ({self.language})"


class Option:
    """Something to choose, wherever it comes from."""

    __slots__ = ("key", "label", "role")

    def __init__(self, key: str, label: str, role: str = Choice.Role.OPTION) -> None:
        self.key = key
        self.label = label
        self.role = role


def vocabulary_options(vocabularies: "Iterable[str]") -> dict[str, list[Option]]:
    """The terms of some vocabularies in the reader's language, in one query."""
    wanted = set(vocabularies) & set(Vocabulary.values)
    found: dict[str, list[Option]] = {name: [] for name in wanted}
    if Vocabulary.STAGE in wanted:
        found[Vocabulary.STAGE] = [Option(key, str(label)) for key, label in Stage.choices]
    tables = [
        TERMS[name].objects.order_by().annotate(name=models.Value(name)).values_list(*TERM_COLUMNS)
        for name in sorted(wanted - {Vocabulary.STAGE})
    ]
    if tables:
        language = current_language()
        rows = tables[0].union(*tables[1:], all=True).order_by("name", "position", "pk")
        for name, _position, _pk, key, labels in rows:
            label = labels.get(language) or labels.get(BASE_LANGUAGE, key)
            found[name].append(Option(key, label))
    return found


def levels() -> list[models.Prefetch]:
    """What leads from a questionnaire to its choices, with the reader's texts."""
    return [
        models.Prefetch("sections", Section.objects.with_translation()),
        models.Prefetch("sections__questions", Question.objects.with_translation()),
        models.Prefetch("sections__questions__choices", Choice.objects.with_translation()),
    ]


TERM_COLUMNS = ("name", "position", "pk", "key", "labels")
REMEMBERED = 300  # seconds


def structure(questionnaire_id: int) -> Questionnaire:
    """A questionnaire of an opened wave with all that is asked, in the reader's language.

    Opened questionnaires are frozen, so they are remembered for some minutes; only a language that
    was added meanwhile shows a little later. What is returned is shared: read it, change nothing.
    """
    return _structure(questionnaire_id, current_language(), int(time.monotonic() // REMEMBERED))


@lru_cache(maxsize=64)
def _structure(questionnaire_id: int, language: str, _period: int) -> Questionnaire:
    questionnaire = Questionnaire(pk=questionnaire_id)  # its own columns are not needed to ask
    models.prefetch_related_objects([questionnaire], *levels())
    questions = list(questionnaire.questions())
    terms = vocabulary_options(question.vocabulary for question in questions)
    for question in questions:
        if question.vocabulary:
            question.terms = terms[question.vocabulary]
    return questionnaire
