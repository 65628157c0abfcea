"""A questionnaire: sections of questions with choices, in one version.

As soon as a wave that uses it has opened, database triggers refuse every change to it, so that
all answers of a wave are answers to the same words. A new language may still be added; a change is
a new version, in which a question keeps its `key`.
"""

import time
from functools import lru_cache
from typing import TYPE_CHECKING

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    current_language,
    revision_triggers,
)
from surveys.expressions import ExpressionError, compile_expression
from surveys.models.choice import Choice, Option, Vocabulary, vocabulary_options
from surveys.models.parts import (
    OF_QUESTION,
    OF_SECTION,
    choice_key_field,
    expression_field,
    frozen_trigger,
    key_field,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from surveys.plan import Plan


class QuestionnaireQuerySet(models.QuerySet):
    def with_structure(self) -> "QuestionnaireQuerySet":
        """Fetch sections, questions and choices along, with the reader's texts."""
        return self.prefetch_related(*levels())

    def with_opening(self) -> "QuestionnaireQuerySet":
        """Fetch along since when each is frozen, `opened_at`, and when the next wave that is
        planned with it opens, `asked_from`."""
        opened = Q(waves__opens_at__lte=timezone.now())
        return self.annotate(
            opened_at=models.Min("waves__opens_at", filter=opened),
            asked_from=models.Min("waves__opens_at", filter=~opened),
        )

    def with_use(self) -> "QuestionnaireQuerySet":
        """Add how much is asked, `question_count`, and since when, `first_opened`: None before a
        wave has opened. The latest version comes first."""
        asked = ~Q(sections__questions__kind__in=NOT_ASKED)
        opened = Q(waves__opens_at__lte=timezone.now())
        return self.annotate(
            question_count=models.Count("sections__questions", filter=asked, distinct=True),
            first_opened=models.Min("waves__opens_at", filter=opened),
        ).order_by("-version")


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

    def questions(self) -> "Iterator[Question]":
        """Every question of every branch, in order; needs `with_structure()`."""
        for section in self.sections.all():
            yield from section.questions.all()

    def check_expressions(self, item: "Section | Question") -> None:
        """Refuse expressions of a section or question that name what is not there. Raises
        ValidationError with an error for each field."""
        plan = Questionnaire.objects.with_structure().get(pk=self.pk).plan
        names = {*plan.known, item.key}
        errors = {}
        for name in item.EXPRESSIONS:
            columns = {"name", "label"}
            if name == "choice_filter" and item.pk:
                columns |= {key for choice in item.choices.all() for key in choice.columns}
            if source := getattr(item, name):
                try:
                    compile_expression(source, names=names, columns=columns)
                except ExpressionError as error:
                    errors[name] = str(error)
        if errors:
            raise ValidationError(errors)

    @cached_property
    def plan(self) -> "Plan":
        """Its expressions, compiled; needs `with_structure()`."""
        from surveys.plan import Plan

        return Plan(self)


class Section(Translatable):
    """One page of a questionnaire, or, where it `repeats`, one page for each of several things of
    the same kind: for each child, for each project."""

    TRANSLATED_FIELDS = ("title", "introduction")
    #: The columns that hold expressions.
    EXPRESSIONS = ("relevant", "repeat_count")

    questionnaire = models.ForeignKey(
        Questionnaire,
        verbose_name=_("questionnaire"),
        related_name="sections",
        on_delete=models.CASCADE,
    )
    key = key_field()
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=240)
    introduction = models.TextField(_("introduction"), max_length=4000, blank=True)
    relevant = expression_field(_("asked if"))
    repeats = models.BooleanField(_("several times"), default=False)
    repeat_count = expression_field(
        _("how often"), help_text=_("Empty: as often as the respondent adds another one.")
    )

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
            models.CheckConstraint(
                condition=Q(repeats=True) | Q(repeat_count=""),
                name="surveys_section_count_of_repeats",
                violation_error_message=_("Only what is asked several times has a number."),
            ),
        ]
        triggers = [
            *revision_triggers("title", "introduction"),
            frozen_trigger("ROW.questionnaire_id"),
        ]

    def __str__(self) -> str:
        return self.title

    #: Set by a form that knows more than what is stored: choices that are only being written.
    formulas_are_checked = False

    def clean(self) -> None:
        if self.questionnaire_id and not self.formulas_are_checked:
            self.questionnaire.check_expressions(self)


class SectionTranslation(Translation):
    original = models.ForeignKey(Section, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=240)
    introduction = models.TextField(_("introduction"), max_length=4000, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a section")
        verbose_name_plural = _("translations of sections")
        triggers = [frozen_trigger(OF_SECTION.format("ROW.original_id"), translations=True)]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class Kind(models.TextChoices):
    SINGLE = "single", _("one choice")
    MULTIPLE = "multiple", _("several choices")
    RANKING = "ranking", _("order of choices")
    SCALE = "scale", _("scale")
    MATRIX = "matrix", _("several rows on one scale")
    NUMBER = "number", _("a number")
    SHORT = "short", _("short text")
    LONG = "long", _("long text")
    DATE = "date", _("a day")
    TIME = "time", _("a time of day")
    MOMENT = "moment", _("day and time")
    ORGANISATION = "organisation", _("an organisation")
    CONSENT = "consent", _("consent")
    NOTE = "note", _("a note, no question")
    CALCULATION = "calculation", _("calculated, not asked")


class ProfileField(models.TextChoices):
    """What the organisation's profile already knows. The question about the stage decides
    which branch is asked."""

    STAGE = "stage", _("stage")
    LEGAL_FORM = "legal_form", _("legal form")
    TARGET_GROUPS = "target_groups", _("target groups")


WITH_CHOICES = (Kind.SINGLE, Kind.MULTIPLE, Kind.RANKING, Kind.SCALE, Kind.MATRIX)
#: What stands on no page as a question, and has no answer of its own.
NOT_ASKED = (Kind.NOTE, Kind.CALCULATION)
#: Decimal places that a number may have.
MOST_DECIMALS = 6


class Question(Translatable):
    """One question. `key` says that it is the same question in every version, wave, language.

    A scale's choices are its points in order. A matrix asks every row (its own, or the terms of its
    vocabulary) on the same points. `counts_from` is the first point that results count as a yes,
    for example "important" on a scale of urgency. A ranking asks for the first `maximum` places, or
    for all.

    `relevant`, `required_if`, `constraint` ("." is the answer), `default`, `calculation` and
    `choice_filter` are expressions over answers (docs/expressions.md).
    """

    TRANSLATED_FIELDS = (
        "wording",
        "help_text",
        "why",
        "unit",
        "constraint_message",
        "required_message",
    )
    #: The columns that hold expressions.
    EXPRESSIONS = (
        "relevant",
        "required_if",
        "constraint",
        "default",
        "calculation",
        "choice_filter",
    )
    Kind = Kind
    Vocabulary = Vocabulary
    ProfileField = ProfileField

    section = models.ForeignKey(
        Section, verbose_name=_("section"), related_name="questions", on_delete=models.CASCADE
    )
    key = key_field()
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    wording = models.TextField(_("question"), max_length=2000)
    help_text = models.TextField(_("help"), max_length=2000, blank=True)
    why = models.TextField(_("why we ask"), max_length=400, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    relevant = expression_field(_("asked if"))
    required = models.BooleanField(_("required"), default=False)
    required_if = expression_field(_("required if"))
    required_message = models.TextField(_("said where it is missing"), max_length=400, blank=True)
    constraint = expression_field(_("right if"))
    constraint_message = models.TextField(_("said where it is wrong"), max_length=400, blank=True)
    default = expression_field(_("filled in with"))
    calculation = expression_field(_("calculated as"))
    choice_filter = expression_field(_("choices shown if"))
    vocabulary = models.CharField(_("vocabulary"), max_length=12, choices=Vocabulary, blank=True)
    profile_field = models.CharField(
        _("filled in from the profile"), max_length=14, choices=ProfileField, blank=True
    )
    minimum = models.DecimalField(
        _("at least"), max_digits=15, decimal_places=MOST_DECIMALS, null=True, blank=True
    )
    maximum = models.DecimalField(
        _("at most"), max_digits=15, decimal_places=MOST_DECIMALS, null=True, blank=True
    )
    decimals = models.PositiveSmallIntegerField(
        _("decimal places"), default=0, validators=[MaxValueValidator(MOST_DECIMALS)]
    )
    counts_from = choice_key_field(_("counts from this point on"), blank=True)

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
                condition=Q(kind=Kind.CALCULATION) & ~Q(calculation="")
                | ~Q(kind=Kind.CALCULATION) & Q(calculation=""),
                name="surveys_question_calculation",
                violation_error_message=_("What is calculated needs an expression, nothing else."),
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=MOST_DECIMALS),
                name="surveys_question_decimals",
                violation_error_message=_("At most six decimal places are kept."),
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True)
                | Q(maximum__isnull=True)
                | Q(minimum__lte=F("maximum")),
                name="surveys_question_range",
                violation_error_message=_("“At least” must not be more than “at most”."),
            ),
        ]
        triggers = [
            *revision_triggers(
                "wording", "help_text", "why", "unit", "constraint_message", "required_message"
            ),
            frozen_trigger(OF_SECTION.format("ROW.section_id")),
        ]

    def __str__(self) -> str:
        return self.wording

    #: As of sections.
    formulas_are_checked = False

    def clean(self) -> None:
        if self.section_id and not self.formulas_are_checked:
            self.section.questionnaire.check_expressions(self)

    @property
    def has_choices(self) -> bool:
        return self.kind in WITH_CHOICES

    @property
    def decides_branch(self) -> bool:
        return self.profile_field == ProfileField.STAGE

    @cached_property
    def terms(self) -> list[Option]:
        """The terms of its vocabulary; `structure()` sets them for all questions at once."""
        return vocabulary_options([self.vocabulary])[self.vocabulary]

    @cached_property
    def points(self) -> list[Option]:
        """The points of a scale or matrix, in order."""
        return [
            Option(choice.key, choice.text.label)
            for choice in self.choices.all()
            if choice.role == Choice.Role.OPTION
        ]

    @cached_property
    def rows(self) -> list[Option]:
        """The rows of a matrix."""
        if self.vocabulary:
            return self.terms
        return [
            Option(choice.key, choice.text.label)
            for choice in self.choices.all()
            if choice.role == Choice.Role.ROW
        ]

    @cached_property
    def options(self) -> list[Option]:
        """What can be chosen: the vocabulary's terms, then the question's own choices."""
        terms = self.terms if self.vocabulary and self.kind != Kind.MATRIX else []
        return terms + [
            Option(choice.key, choice.text.label, choice.role, choice.columns)
            for choice in self.choices.all()
            if choice.role != Choice.Role.ROW
        ]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels of everything that an answer may hold, by key."""
        return {option.key: option.label for option in [*self.options, *self._rows_if_any]}

    @property
    def _rows_if_any(self) -> list[Option]:
        return self.rows if self.kind == Kind.MATRIX else []

    @property
    def other(self) -> Option | None:
        """The choice that asks for words of one's own."""
        return next((o for o in self.options if o.role == Choice.Role.OTHER), None)

    @property
    def exclusive(self) -> Option | None:
        """The choice that excludes all others, such as "nothing of this"."""
        return next((o for o in self.options if o.role == Choice.Role.EXCLUSIVE), None)


class QuestionTranslation(Translation):
    original = models.ForeignKey(Question, related_name="translations", on_delete=models.CASCADE)
    wording = models.TextField(_("question"), max_length=2000)
    help_text = models.TextField(_("help"), max_length=2000, blank=True)
    why = models.TextField(_("why we ask"), max_length=400, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    constraint_message = models.TextField(_("said where it is wrong"), max_length=400, blank=True)
    required_message = models.TextField(_("said where it is missing"), max_length=400, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a question")
        verbose_name_plural = _("translations of questions")
        triggers = [frozen_trigger(OF_QUESTION.format("ROW.original_id"), translations=True)]

    def __str__(self) -> str:
        return f"{self.wording} ({self.language})"


def levels() -> list[models.Prefetch]:
    """What leads from a questionnaire to its choices, with the reader's texts."""
    return [
        models.Prefetch("sections", Section.objects.with_translation()),
        models.Prefetch("sections__questions", Question.objects.with_translation()),
        models.Prefetch("sections__questions__choices", Choice.objects.with_translation()),
    ]


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
    set_terms(questionnaire)
    return questionnaire


def set_terms(questionnaire: Questionnaire) -> None:
    """Give every question the terms of its vocabulary in the reader's language, in one query."""
    questions = list(questionnaire.questions())
    terms = vocabulary_options(question.vocabulary for question in questions)
    for question in questions:
        if question.vocabulary:
            question.terms = terms[question.vocabulary]
