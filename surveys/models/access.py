from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AccessLog(models.Model):
    """A look at raw answers: who, when, at which. Administrators read this log."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    wave = models.ForeignKey(
        "surveys.Wave", verbose_name=_("wave"), related_name="+", on_delete=models.PROTECT
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("answers of"),
        related_name="+",
        on_delete=models.PROTECT,
    )

    class Meta:
        verbose_name = _("look at raw answers")
        verbose_name_plural = _("looks at raw answers")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="accesslog_list")]

    def __str__(self) -> str:
        return f"{self.user}: {self.organisation}"
