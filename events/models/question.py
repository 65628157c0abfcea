from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
    texts_along,
)


class QuestionKind(models.TextChoices):
    TEXT = "text", _("a few words")
    CHOICE = "choice", _("one of several answers")
    SEVERAL = "several", _("any of several answers")
    YES_NO = "yes-no", _("yes or no")


#: Kinds whose answers are given in the question.
CHOSEN = (QuestionKind.CHOICE, QuestionKind.SEVERAL)


def lines(text: str) -> list[str]:
    """What stands in the lines of a text, without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class EventQuestionQuerySet(TranslatableQuerySet):
    def in_order(self) -> Self:
        return self.order_by("position", "pk")

    def with_answers_counted(self) -> Self:
        return self.annotate(answered=Count("answers"))


class EventQuestion(Translatable):
    """What an event asks of every party that registers."""

    TRANSLATED_FIELDS = ("wording", "why", "choices")
    Kind = QuestionKind

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="questions", on_delete=models.CASCADE
    )
    wording = models.CharField(_("question"), max_length=200)
    why = models.CharField(
        _("why you ask"),
        max_length=200,
        help_text=_("People read it below the question. What nobody needs is not asked."),
    )
    kind = models.CharField(
        _("kind"), max_length=7, choices=QuestionKind, default=QuestionKind.TEXT
    )
    choices = models.TextField(
        _("possible answers"),
        max_length=1000,
        blank=True,
        help_text=_("One a line. Only where people choose."),
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0, editable=False)

    objects = EventQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to those who register")
        verbose_name_plural = _("questions to those who register")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CHOSEN, choices__gt="")
                | (~Q(kind__in=CHOSEN) & Q(choices="")),
                name="events_question_choices",
                violation_error_message=_(
                    "Possible answers belong to questions where people choose, and only to those."
                ),
            )
        ]
        triggers = revision_triggers("wording", "why", "choices")

    def __str__(self) -> str:
        return self.wording

    @property
    def is_chosen(self) -> bool:
        return self.kind in CHOSEN

    @cached_property
    def labels(self) -> dict[str, str]:
        """The possible answers as they are kept, in German, and as the reader reads them: a
        translation counts where it has as many."""
        kept, read = lines(self.choices), lines(self.text.choices)
        return dict(zip(kept, read if len(read) == len(kept) else kept, strict=True))


class EventQuestionTranslation(Translation):
    original = models.ForeignKey(
        EventQuestion, related_name="translations", on_delete=models.CASCADE
    )
    wording = models.CharField(_("question"), max_length=200)
    why = models.CharField(_("why you ask"), max_length=200, blank=True)
    choices = models.TextField(_("possible answers"), max_length=1000, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a question to those who register")
        verbose_name_plural = _("translations of questions to those who register")

    def __str__(self) -> str:
        return f"{self.wording} ({self.language})"


class RegistrationAnswerQuerySet(models.QuerySet):
    def with_questions(self) -> Self:
        """With their questions in the reader's language."""
        return self.select_related("question").prefetch_related(
            *texts_along("question", EventQuestion)
        )


class RegistrationAnswer(models.Model):
    """What a party answered. Not in the history, like the registration itself."""

    registration = models.ForeignKey(
        "events.Registration", related_name="answers", on_delete=models.CASCADE
    )
    question = models.ForeignKey(EventQuestion, related_name="answers", on_delete=models.CASCADE)
    text = models.TextField(_("answer"), max_length=2000)

    objects = RegistrationAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer of a party")
        verbose_name_plural = _("answers of parties")
        ordering = ["question__position", "question", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "question"], name="events_registrationanswer_once"
            ),
            models.CheckConstraint(
                condition=Q(text__gt=""), name="events_registrationanswer_not_empty"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="question_of_the_event",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM events_registration party
                        JOIN events_eventquestion question ON question.event_id = party.event_id
                        WHERE party.id = NEW.registration_id AND question.id = NEW.question_id
                    ) THEN
                        RAISE EXCEPTION 'the question is not of this event'
                        USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'events_registrationanswer_question_of_the_event';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def words(self) -> str:
        """The answer as people read it."""
        match self.question.kind:
            case QuestionKind.YES_NO:
                return str(_("yes") if self.text == "yes" else _("no"))
            case QuestionKind.CHOICE | QuestionKind.SEVERAL:
                labels = self.question.labels
                return ", ".join(labels.get(line, line) for line in lines(self.text))
        return self.text
