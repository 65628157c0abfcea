"""Who of the staff has read or taken personal data: one log in each app that has such data."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.privacy import PersonalData

#: Long enough to look into a suspicion, short enough not to become a record of people's work.
KEPT = timedelta(days=365)


class AccessRecord(models.Model):
    """One access to personal data: who, when, how many rows; foreign keys of each log say to what.

    Written in the transaction that grants the access; administrators read it, nobody changes it.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    rows = models.PositiveIntegerField(_("number of entries"))

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="%(class)s_list")]

    @property
    def who(self) -> str:
        """The person, also once the account is deleted."""
        return str(self.by or gettext("deleted account"))

    @classmethod
    def personal_data(cls, *, name: str, what: str | Promise) -> PersonalData:
        """Return what the privacy registry holds of this log."""
        return PersonalData(
            name=name,
            what=what,
            purpose=_(
                "So that it can be checked who has read personal data or taken it out of the "
                "portal."
            ),
            keep=KEPT,
            due=lambda before: cls._default_manager.filter(at__lte=before),
        )
