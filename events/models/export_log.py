from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ExportLog(models.Model):
    """A list with personal data left the portal: who took it, when, of which event.

    Administrators read this log; nobody changes it.
    """

    class Kind(models.TextChoices):
        REGISTRATIONS = "registrations", _("registrations with contact data and needs")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="+", on_delete=models.PROTECT
    )
    kind = models.CharField(_("what was exported"), max_length=13, choices=Kind)

    class Meta:
        verbose_name = _("export of personal data")
        verbose_name_plural = _("exports of personal data")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="exportlog_list")]

    def __str__(self) -> str:
        return f"{self.by}: {self.event}"
