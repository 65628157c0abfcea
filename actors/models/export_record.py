from django.db import models
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.access_log import AccessRecord


class ExportRecord(AccessRecord):
    """A list of the directory left the portal as a file, with what only staff may read."""

    kind = models.CharField(
        _("list"),
        max_length=12,
        choices=[("organisation", _("Organisations")), ("offer", _("Offers"))],
    )

    class Meta(AccessRecord.Meta):
        verbose_name = _("export of a list")
        verbose_name_plural = _("exports of lists")

    def __str__(self) -> str:
        return f"{self.who}: {self.get_kind_display()}"
