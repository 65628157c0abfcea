from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Snapshot(models.Model):
    """The results of a wave, counted once and frozen, after the disclosure check: all that a
    results page reads. As soon as there is one, nothing comes in any more.

    `figures` are by the key of the question: {"total": column or null, "groups": {stage: column},
    "hidden": {stage: reason}, "withheld": reason or null}, a column being {"base": people,
    "counts": {row: [lowest, highest]}}.
    """

    wave = models.OneToOneField(
        "surveys.Wave",
        verbose_name=_("wave"),
        primary_key=True,
        related_name="snapshot",
        on_delete=models.CASCADE,
    )
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    made_at = models.DateTimeField(_("computed"), null=True)
    done = models.PositiveSmallIntegerField(_("questions counted"), default=0)
    total = models.PositiveSmallIntegerField(_("questions"), default=0)
    people = models.PositiveIntegerField(_("responses"), default=0)
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("frozen results")
        verbose_name_plural = _("frozen results")
        ordering = ["-begun_at", "wave"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=False) | Q(figures={}),
                name="surveys_snapshot_whole",
                violation_error_message=_("Results are shown whole or not at all."),
            )
        ]

    def __str__(self) -> str:
        return str(self.wave)

    @property
    def is_made(self) -> bool:
        return self.made_at is not None

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    def keep(self, figures: dict[str, Any]) -> None:
        """Freeze the figures."""
        self.figures = figures
        self.made_at = timezone.now()
        self.save()
