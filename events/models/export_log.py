from django.db import models
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.access_log import AccessRecord


class ExportLog(AccessRecord):
    """The registrations for an event, with contact data and needs, left the portal as a file."""

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="+", on_delete=models.PROTECT
    )

    class Meta(AccessRecord.Meta):
        verbose_name = _("export of personal data")
        verbose_name_plural = _("exports of personal data")

    def __str__(self) -> str:
        return f"{self.who}: {self.event}"
