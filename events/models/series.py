"""Events that repeat. Each date is an `Event` of its own, with its own people and its own entry in
calendars; the series only says that they belong together."""

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    WEEKLY = "weekly", _("every week")
    FORTNIGHTLY = "fortnightly", _("every two weeks")
    MONTHLY = "monthly", _("every month on the same weekday")


class EventSeries(models.Model):
    """What the dates of one event share: that they are one."""

    Rhythm = Rhythm

    rhythm = models.CharField(_("rhythm"), max_length=11, choices=Rhythm)
    until = models.DateField(_("until"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("series of events")
        verbose_name_plural = pgettext_lazy("several", "series of events")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        until = date_format(self.until, "SHORT_DATE_FORMAT")
        return gettext("%(rhythm)s until %(day)s") % {
            "rhythm": self.get_rhythm_display(),
            "day": until,
        }
