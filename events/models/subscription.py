from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ProgrammeSubscriptionQuerySet(models.QuerySet):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)


class ProgrammeSubscription(models.Model):
    """Somebody wants a mail when the programme of an event changes; no account is needed.

    `told` is the number of the release they know. Not in the history: what is erased here
    (`events/privacy.py`) must be gone everywhere.
    """

    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        related_name="programme_subscriptions",
        on_delete=models.CASCADE,
    )
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(
        _("language of mails"), max_length=12, choices=settings.LANGUAGES, default="de"
    )
    created_at = models.DateTimeField(_("asked for"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, blank=True, editable=False)
    told = models.PositiveIntegerField(_("knows release"), default=0, editable=False)

    objects = ProgrammeSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription of a programme")
        verbose_name_plural = _("subscriptions of programmes")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "event", Lower("email"), name="events_programmesubscription_once"
            )
        ]

    def __str__(self) -> str:
        return self.email
