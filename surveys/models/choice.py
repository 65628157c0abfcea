"""What can be chosen: a question's own choices, and the terms of vocabularies."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actors.models import LegalForm, Organisation, TargetGroup, Topic
from ssoe_portal.common.translation import (
    BASE_LANGUAGE,
    Translatable,
    TranslatableQuerySet,
    Translation,
    current_language,
    revision_triggers,
)
from surveys.models.parts import OF_CHOICE, OF_QUESTION, choice_key_field, frozen_trigger

Stage = Organisation.Stage


class Vocabulary(models.TextChoices):
    """Where choices come from when they are not the question's own."""

    TOPIC = "topic", _("topics")
    TARGET_GROUP = "target-group", _("target groups")
    LEGAL_FORM = "legal-form", _("legal forms")
    STAGE = "stage", _("stages")


TERMS: dict[str, Any] = {
    Vocabulary.TOPIC: Topic,
    Vocabulary.TARGET_GROUP: TargetGroup,
    Vocabulary.LEGAL_FORM: LegalForm,
}
TERM_COLUMNS = ("name", "position", "pk", "key", "labels")


class Choice(Translatable):
    """Something to choose, a point of a scale, or a row of a matrix."""

    class Role(models.TextChoices):
        OPTION = "option", _("answer or point of a scale")
        EXCLUSIVE = "exclusive", _("excludes all others")
        OTHER = "other", _("something else, in words")
        ROW = "row", _("a row")

    TRANSLATED_FIELDS = ("label",)

    question = models.ForeignKey(
        "surveys.Question",
        verbose_name=_("question"),
        related_name="choices",
        on_delete=models.CASCADE,
    )
    key = choice_key_field(_("key"))
    position = models.PositiveSmallIntegerField(_("position"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.OPTION)
    label = models.CharField(_("label"), max_length=500)
    columns = models.JSONField(
        _("columns"),
        default=dict,
        blank=True,
        help_text=_("What a filter of choices asks for: names with words."),
    )

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
    label = models.CharField(_("label"), max_length=500)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a choice")
        verbose_name_plural = _("translations of choices")
        triggers = [frozen_trigger(OF_CHOICE.format("ROW.original_id"), translations=True)]

    def __str__(self) -> str:
        return f"{self.label} ({self.language})"


class Option:
    """Something to choose, wherever it comes from."""

    __slots__ = ("columns", "key", "label", "role")

    def __init__(
        self,
        key: str,
        label: str,
        role: str = Choice.Role.OPTION,
        columns: dict[str, str] | None = None,
    ) -> None:
        self.key = key
        self.label = label
        self.role = role
        self.columns = columns or {}


def vocabulary_options(vocabularies: Iterable[str]) -> dict[str, list[Option]]:
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
