import secrets

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    """Return 128 random bits, as they stand in an address."""
    return secrets.token_urlsafe(16)


class MyProgramme(models.Model):
    """What somebody has picked from a programme; nobody knows who.

    The browser's session leads here, and so does an address for calendars: `key` makes it, and a
    new one ends it.
    """

    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        related_name="my_programmes",
        on_delete=models.CASCADE,
    )
    items = models.ManyToManyField(
        "events.ProgrammeItem", verbose_name=_("programme items"), related_name="+"
    )
    key = models.CharField(_("key"), max_length=32, unique=True, default=new_key, editable=False)
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("picked programme")
        verbose_name_plural = _("picked programmes")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        day = date_format(timezone.localtime(self.created_at), "SHORT_DATE_FORMAT")
        return f"{self.event}: {day}"

    def change_key(self) -> None:
        """End the address that calendars had, and make a new one."""
        self.key = new_key()
        self.save(update_fields=["key"])
