"""Who was asked to answer, and, apart from that, that somebody who was asked has answered.

Nothing here leads to an anonymous response, and no response leads here: no key, no moment, no order
of writing (`surveys/mixing.py`). That an organisation answered by name, its response says.
"""

import uuid
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from surveys.models.response import Response

#: Nobody is reminded more often.
DAYS_BETWEEN = 5
#: Reminders of one wave.
MOST_REMINDERS = 2


def address_hash(email: str) -> str:
    """What is kept of an address that wants no mail; the address itself does not follow."""
    return salted_hmac("surveys.opt-out", email.strip().lower(), algorithm="sha256").hexdigest()


class OptOut(models.Model):
    """An address that wants no mail about surveys any more; only its hash is kept."""

    address_hash = models.CharField(_("hash of the address"), max_length=64, primary_key=True)
    noted_on = models.DateField(_("noted on"), default=timezone.localdate, editable=False)

    class Meta:
        verbose_name = _("address that wants no invitations")
        verbose_name_plural = _("addresses that want no invitations")
        ordering = ["address_hash"]

    def __str__(self) -> str:
        return self.address_hash[:8]


class InvitationQuerySet(models.QuerySet):
    def with_answered(self) -> Self:
        """Annotate `has_answered`: whether somebody said so, or the organisation answered by
        name."""
        by_name = Response.objects.submitted().filter(
            wave=OuterRef("wave"), organisation=OuterRef("organisation")
        )
        said_so = Participation.objects.filter(invitation=OuterRef("pk"))
        return self.annotate(has_answered=Exists(said_so) | Exists(by_name))

    def waiting_for_answer(self) -> Self:
        return self.with_answered().filter(has_answered=False, sent_on__isnull=False)

    def to_remind(self, today: date | None = None) -> Self:
        """Those that a reminder may go to today."""
        latest = (today or timezone.localdate()) - timedelta(days=DAYS_BETWEEN)
        return self.waiting_for_answer().filter(
            Q(reminded_on__isnull=True, sent_on__lte=latest) | Q(reminded_on__lte=latest),
            reminders__lt=MOST_REMINDERS,
        )

    def due(self, today: date | None = None) -> Self:
        """Those of them that get one because their wave names a day: they were invited before it,
        and have had none since."""
        today = today or timezone.localdate()
        day = F("wave__remind_on")
        return self.to_remind(today).filter(
            Q(reminded_on__isnull=True) | Q(reminded_on__lt=day),
            wave__remind_on__lte=today,
            sent_on__lt=day,
        )

    def rates(self) -> list[dict]:
        """How many were invited and have answered, by the organisation's stage, then all others."""
        return list(
            self.with_answered()
            .order_by()
            .values("organisation__stage")
            .annotate(invited=Count("pk"), answered=Count("pk", filter=Q(has_answered=True)))
            .order_by("organisation__stage")
        )


class Invitation(models.Model):
    """One person, or an organisation's team, asked to answer a wave by a link of their own."""

    wave = models.ForeignKey(
        "surveys.Wave", verbose_name=_("wave"), related_name="invitations", on_delete=models.CASCADE
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        related_name="survey_invitations",
        on_delete=models.CASCADE,
    )
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, default="de")
    sent_on = models.DateField(_("sent on"), null=True, editable=False)
    reminded_on = models.DateField(_("last reminded on"), null=True, editable=False)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a survey")
        verbose_name_plural = _("invitations to surveys")
        ordering = ["wave", "email", "pk"]
        constraints = [
            models.UniqueConstraint(
                "wave",
                Lower("email"),
                name="surveys_invitation_once_per_address",
                violation_error_message=_("This address is invited already."),
            ),
            models.CheckConstraint(
                condition=Q(reminders__lte=MOST_REMINDERS), name="surveys_invitation_reminders"
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Participation(models.Model):
    """That somebody who was invited has answered; not what, not when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(
        "surveys.Wave", verbose_name=_("wave"), related_name="+", on_delete=models.CASCADE
    )
    invitation = models.OneToOneField(
        Invitation,
        verbose_name=_("invitation"),
        related_name="participation",
        on_delete=models.CASCADE,
    )

    class Meta:
        verbose_name = _("invited person who has answered")
        verbose_name_plural = _("invited people who have answered")
        ordering = ["wave", "pk"]

    def __str__(self) -> str:
        return str(self.invitation)
