from datetime import datetime, timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Count, F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
    texts_along,
)

SMALLEST_THRESHOLD = 3
#: So long after the end the task force may enter what came in on paper or by word of mouth in time.
ENTERING = timedelta(days=14)


class Period(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class WaveQuerySet(TranslatableQuerySet):
    def opened(self, now=None) -> "WaveQuerySet":
        """Those that have begun, over or not."""
        return self.filter(opens_at__lte=now or timezone.now())

    def open(self, now=None) -> "WaveQuerySet":
        """Those that can be answered now."""
        now = now or timezone.now()
        return self.filter(opens_at__lte=now, closes_at__gt=now)

    def closed(self, now=None) -> "WaveQuerySet":
        return self.filter(closes_at__lte=now or timezone.now())

    def evaluable(self, now=None) -> "WaveQuerySet":
        """Those that nothing can be added to any more: closed, and entering has ended too. Only
        they have results, since the difference between two of them would be somebody's answers."""
        now = now or timezone.now()
        ended = Q(entering_ended_at__isnull=False) | Q(closes_at__lte=now - ENTERING)
        return self.closed(now).filter(ended)

    def unpublished(self, now=None) -> "WaveQuerySet":
        """Those that are over and whose results are not public; without those that too few have
        answered: there is nothing to publish."""
        too_few = Q(snapshot__made_at__isnull=False, snapshot__people__lt=F("threshold"))
        return self.closed(now).filter(results_published_at__isnull=True).exclude(too_few)

    def with_texts(self) -> "WaveQuerySet":
        """Fetch the reader's texts of the wave and of its survey along."""
        from surveys.models.survey import Survey

        return self.with_translation().prefetch_related(*texts_along("survey", Survey))

    def with_counts(self) -> "WaveQuerySet":
        """Count drafts and what was handed in, by attribution. This is all that anybody
        learns about a wave while it is open."""
        submitted = Q(responses__state="submitted")
        anonymous = Q(responses__organisation__isnull=True)
        return self.annotate(
            draft_count=Count("responses", filter=Q(responses__state="draft")),
            submitted_count=Count("responses", filter=submitted),
            anonymous_count=Count("responses", filter=submitted & anonymous),
            attributed_count=Count("responses", filter=submitted & ~anonymous),
            online_count=Count("responses", filter=submitted & Q(responses__mode="online")),
            paper_count=Count("responses", filter=submitted & Q(responses__mode="paper")),
            interview_count=Count("responses", filter=submitted & Q(responses__mode="interview")),
        )


@tracked()
class Wave(Translatable):
    """One time of asking. Whether it is open follows from its dates alone.

    Once it has opened, what people were told stays true: triggers refuse to change its
    questionnaire, its threshold and its beginning, and to open it again after its end.

    After its end the task force may enter paper forms and interviews for a while (`ENTERING`),
    until somebody ends that, for good. There are no results before.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    TRANSLATED_FIELDS = ("title",)

    survey = models.ForeignKey(
        "surveys.Survey", verbose_name=_("survey"), related_name="waves", on_delete=models.PROTECT
    )
    questionnaire = models.ForeignKey(
        "surveys.Questionnaire",
        verbose_name=_("questionnaire"),
        related_name="waves",
        on_delete=models.PROTECT,
    )
    title = models.CharField(_("title"), max_length=80, help_text=_("For example: autumn 2026."))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    threshold = models.PositiveSmallIntegerField(
        _("smallest group shown"),
        default=5,
        help_text=_(
            "Results of fewer people than this are never shown. Respondents read this number; "
            "it cannot be changed once the wave has opened."
        ),
    )
    is_by_invitation = models.BooleanField(
        _("only by invitation"),
        default=False,
        help_text=_(
            "Then people without a personal link cannot begin; members still answer in the name of "
            "their organisation."
        ),
    )
    remind_on = models.DateField(
        _("remind on"),
        null=True,
        blank=True,
        help_text=_(
            "From this day those who were invited before and have not answered get a reminder, "
            "without anybody pressing a button."
        ),
    )
    entering_ended_at = models.DateTimeField(
        _("entering of forms ended"), null=True, blank=True, editable=False
    )
    results_published_at = models.DateTimeField(
        _("results public since"), null=True, blank=True, editable=False
    )

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="surveys_wave_period",
                violation_error_message=_("It has to close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=SMALLEST_THRESHOLD),
                name="surveys_wave_threshold",
                violation_error_message=_("Groups of fewer than three people are never shown."),
            ),
            models.CheckConstraint(
                condition=Q(results_published_at__isnull=True)
                | Q(results_published_at__gte=F("closes_at")),
                name="surveys_wave_results_after_close",
                violation_error_message=_("Results can be published when the wave has closed."),
            ),
            models.CheckConstraint(
                condition=Q(entering_ended_at__isnull=True)
                | Q(entering_ended_at__gte=F("closes_at")),
                name="surveys_wave_entering_after_close",
                violation_error_message=_("Entering of forms ends after the wave has closed."),
            ),
            models.CheckConstraint(
                condition=Q(results_published_at__isnull=True) | Q(entering_ended_at__isnull=False),
                name="surveys_wave_results_after_entering",
                violation_error_message=_("Results come when no form can be entered any more."),
            ),
            ExclusionConstraint(
                name="surveys_wave_one_at_a_time",
                expressions=[
                    ("survey", RangeOperators.EQUAL),
                    (Period("opens_at", "closes_at"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another wave of this survey is open at that time."),
            ),
        ]
        triggers = [
            *revision_triggers("title"),
            pgtrigger.Trigger(
                name="promises_hold",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.opens_at <= now() AND (
                        NEW.opens_at IS DISTINCT FROM OLD.opens_at
                        OR NEW.threshold IS DISTINCT FROM OLD.threshold
                        OR NEW.questionnaire_id IS DISTINCT FROM OLD.questionnaire_id
                        OR NEW.survey_id IS DISTINCT FROM OLD.survey_id
                    ) THEN
                        RAISE EXCEPTION 'wave has opened' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.closes_at <= now() AND NEW.closes_at IS DISTINCT FROM OLD.closes_at THEN
                        RAISE EXCEPTION 'wave has closed' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.entering_ended_at IS NOT NULL
                        AND NEW.entering_ended_at IS DISTINCT FROM OLD.entering_ended_at THEN
                        RAISE EXCEPTION 'entering has ended' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="own_questionnaire",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM surveys_questionnaire
                        WHERE id = NEW.questionnaire_id AND survey_id = NEW.survey_id
                    ) THEN
                        RAISE EXCEPTION 'questionnaire of another survey'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} · {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("surveys:desk-wave", args=[self.pk])

    @property
    def state(self) -> str:
        now = timezone.now()
        if now < self.opens_at:
            return self.State.PLANNED
        return self.State.OPEN if now < self.closes_at else self.State.CLOSED

    @property
    def state_label(self) -> str:
        return str(self.State(self.state).label)

    @property
    def has_opened(self) -> bool:
        return self.state != self.State.PLANNED

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def entering_until(self) -> datetime:
        """When entering of forms ends by itself."""
        return self.closes_at + ENTERING

    @property
    def takes_entries(self) -> bool:
        """Whether paper forms and interviews may be entered."""
        if not self.has_opened or self.entering_ended_at is not None:
            return False
        return timezone.now() < self.entering_until

    @property
    def is_evaluable(self) -> bool:
        """Whether nothing can be added any more, so that there are results."""
        return self.is_closed and not self.takes_entries

    def end_entering(self) -> None:
        """Enter nothing more from now on, for good. A wave that is open goes on."""
        Wave.objects.closed().filter(pk=self.pk, entering_ended_at=None).update(
            entering_ended_at=timezone.now()
        )
        self.refresh_from_db(fields=["entering_ended_at"])

    @property
    def results_are_public(self) -> bool:
        return self.is_closed and self.results_published_at is not None

    def publish_results(self) -> bool:
        """Let everybody read the results; say whether that was possible (the wave is over, its
        results are frozen, and there is something to see)."""
        now = timezone.now()
        updated = (
            Wave.objects.evaluable(now)
            .filter(
                pk=self.pk,
                results_published_at=None,
                snapshot__made_at__isnull=False,
                snapshot__people__gte=F("threshold"),
            )
            .update(
                results_published_at=now,
                entering_ended_at=Coalesce("entering_ended_at", Value(now)),
            )
        )
        self.refresh_from_db(fields=["results_published_at", "entering_ended_at"])
        return bool(updated)

    def withdraw_results(self) -> None:
        """Take the results off the public pages again."""
        Wave.objects.filter(pk=self.pk).update(results_published_at=None)
        self.results_published_at = None


class WaveTranslation(Translation):
    original = models.ForeignKey(Wave, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=80)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a wave")
        verbose_name_plural = _("translations of waves")

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
