from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Status, TransitionNotAllowed


class PartnershipQuerySet(models.QuerySet):
    def of(self, *organisations) -> Self:
        """Those that these organisations are a side of, their own and other people's."""
        return self.filter(Q(organisation__in=organisations) | Q(partner__in=organisations))

    def shown(self) -> Self:
        """What both sides say, and plain names."""
        return self.filter(Q(partner__isnull=True) | Q(confirmed_at__isnull=False))

    def unanswered(self) -> Self:
        """Those whose named side has not said so."""
        return self.filter(partner__isnull=False, confirmed_at__isnull=True)

    def waiting_for(self, *organisations) -> Self:
        """Those in which public organisations have named these, who have not answered."""
        return self.unanswered().filter(
            partner__in=organisations, organisation__status=Status.PUBLISHED
        )

    def with_sides(self) -> Self:
        return self.select_related("organisation", "partner").order_by("pk")


@tracked()
class Partnership(models.Model):
    """Two organisations that work together; or one, and the name of somebody outside the portal.

    `organisation` has said so. It is shown on both pages when `partner` says so, too: nobody is
    given a friend.
    """

    #: Of one organisation, as far as it named them.
    MOST = 30

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="partnerships",
        on_delete=models.CASCADE,
    )
    partner = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("partner in the portal"),
        related_name="partnerships_named",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    name = models.CharField(_("partner outside the portal"), max_length=160, blank=True)
    created_at = models.DateTimeField(_("named on"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, blank=True, editable=False)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["organisation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=True) ^ Q(name=""),
                name="actors_partnership_one_partner",
                violation_error_message=_(
                    "A partner is either an organisation in the portal or a name."
                ),
            ),
            models.CheckConstraint(
                condition=Q(partner__isnull=True) | ~Q(partner=F("organisation")),
                name="actors_partnership_not_itself",
                violation_error_message=_("That is your own organisation."),
            ),
            models.CheckConstraint(
                condition=Q(partner__isnull=False) | Q(confirmed_at__isnull=True),
                name="actors_partnership_names_confirm_nothing",
            ),
            models.UniqueConstraint(
                Least("organisation", "partner"),
                Greatest("organisation", "partner"),
                condition=Q(partner__isnull=False),
                name="actors_partnership_unique",
                violation_error_message=_("You have named this partner already."),
            ),
            models.UniqueConstraint(
                "organisation",
                Lower("name"),
                condition=Q(partner__isnull=True),
                name="actors_partnership_name_unique",
                violation_error_message=_("You have named this partner already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.partner or self.name}"

    @property
    def is_shown(self) -> bool:
        return self.partner_id is None or self.confirmed_at is not None

    def asks(self, organisation) -> bool:
        """Whether this side was named by the other one, and has not answered."""
        return self.partner_id == organisation.pk and not self.is_shown

    def other_side(self, organisation):
        """The partner as one side sees it: an organisation, or None where it is only a name."""
        return self.organisation if self.partner_id == organisation.pk else self.partner

    def confirm(self) -> None:
        """Note that the other side says so, too. Raises TransitionNotAllowed the second time."""
        now = timezone.now()
        open_ones = Partnership.objects.filter(
            pk=self.pk, partner__isnull=False, confirmed_at__isnull=True
        )
        if not open_ones.update(confirmed_at=now):
            raise TransitionNotAllowed(f"partnership {self.pk} is confirmed or gone")
        self.confirmed_at = now
