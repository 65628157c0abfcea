from django.db import models
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.access_log import AccessRecord


class AccessLog(AccessRecord):
    """A look at the raw answers of one organisation, or at all of a wave that have a name."""

    wave = models.ForeignKey(
        "surveys.Wave", verbose_name=_("wave"), related_name="+", on_delete=models.PROTECT
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("answers of"),
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.PROTECT,
        help_text=_("Empty where all were taken out in a table."),
    )

    class Meta(AccessRecord.Meta):
        verbose_name = _("look at raw answers")
        verbose_name_plural = _("looks at raw answers")

    def __str__(self) -> str:
        return f"{self.who}: {self.organisation or self.wave}"
