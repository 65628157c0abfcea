from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked


class CooperationStatus(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    TALKING = "talking", _("talking")
    AGREED = "agreed", _("agreed")
    ENDED = "ended", _("ended")


@tracked()
class Cooperation(models.Model):
    """A gives and a seeks that met, and what came of it."""

    Status = CooperationStatus

    giving = models.ForeignKey(
        "actors.Listing",
        verbose_name=_("who gives"),
        related_name="cooperations_giving",
        on_delete=models.PROTECT,
        limit_choices_to={"direction": "gives"},
    )
    seeking = models.ForeignKey(
        "actors.Listing",
        verbose_name=_("who seeks"),
        related_name="cooperations_seeking",
        on_delete=models.PROTECT,
        limit_choices_to={"direction": "seeks"},
    )
    status = models.CharField(
        _("status"), max_length=8, choices=CooperationStatus, default=CooperationStatus.PROPOSED
    )
    outcome = models.TextField(_("what came of it"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("proposed on"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("cooperation")
        verbose_name_plural = _("cooperations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["giving", "seeking"],
                name="actors_cooperation_unique",
                violation_error_message=_("These two have already been brought together."),
            ),
            models.CheckConstraint(
                condition=~Q(giving=F("seeking")), name="actors_cooperation_two_sides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giving} – {self.seeking}"
