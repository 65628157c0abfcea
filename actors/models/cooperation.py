from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.listing import Direction
from actors.models.organisation import Organisation
from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import TransitionNotAllowed


class CooperationStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    TALKING = "talking", _("Talking")
    AGREED = "agreed", _("Agreed")
    ENDED = "ended", _("Ended")


class CooperationStep(models.TextChoices):
    """What setting a status means where the two stand, in the words of whoever sets it. Its mail
    says the same to the other side."""

    ACCEPTED = "accepted", _("Yes, let us talk")
    DECLINED = "declined", _("No, it does not fit")
    TAKEN_BACK = "taken-back", _("Take the proposal back")
    AGREED = "agreed", _("We have agreed")
    DROPPED = "dropped", _("It does not fit after all")
    OVER = "over", _("It is over")


#: Status: what may come after it.
NEXT = {
    CooperationStatus.PROPOSED: {CooperationStatus.TALKING, CooperationStatus.ENDED},
    CooperationStatus.TALKING: {CooperationStatus.AGREED, CooperationStatus.ENDED},
    CooperationStatus.AGREED: {CooperationStatus.ENDED},
    CooperationStatus.ENDED: set(),
}


class CooperationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "CooperationQuerySet":
        """Those of one's own organisations; the task force sees all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_review:
            return self
        return self.editable_by(user)

    def editable_by(self, user) -> "CooperationQuerySet":
        """Those in which one of this person's organisations is a side; for admins all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_administer:
            return self
        own = user.memberships.values("organisation")
        return self.filter(Q(giving__organisation__in=own) | Q(seeking__organisation__in=own))

    def with_sides(self) -> "CooperationQuerySet":
        return self.select_related("giving__organisation", "seeking__organisation")


@tracked()
class Cooperation(models.Model):
    """A gives and a seeks that met, and what came of it."""

    Status = CooperationStatus
    Step = CooperationStep

    giving = models.ForeignKey(
        "actors.Listing",
        verbose_name=_("who gives"),
        related_name="cooperations_giving",
        on_delete=models.PROTECT,
        limit_choices_to={"direction": "gives"},
    )
    seeking = models.ForeignKey(
        "actors.Listing",
        verbose_name=_("who seeks"),
        related_name="cooperations_seeking",
        on_delete=models.PROTECT,
        limit_choices_to={"direction": "seeks"},
    )
    proposed_by = models.CharField(
        _("proposed by"),
        max_length=5,
        choices=Direction,
        blank=True,
        help_text=_("The side that wrote first; empty when the task force brought both together."),
    )
    status = models.CharField(
        _("status"), max_length=8, choices=CooperationStatus, default=CooperationStatus.PROPOSED
    )
    outcome = models.TextField(_("what came of it"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("proposed on"), default=timezone.now, editable=False)

    objects = CooperationQuerySet.as_manager()

    class Meta:
        verbose_name = _("cooperation")
        verbose_name_plural = _("cooperations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["giving", "seeking"],
                name="actors_cooperation_unique",
                violation_error_message=_("These two have already been brought together."),
            ),
            models.CheckConstraint(
                condition=~Q(giving=F("seeking")), name="actors_cooperation_two_sides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giving} – {self.seeking}"

    def side_of(self, user) -> str:
        """Return "gives" or "seeks", the side this person is on; "" for neither. Someone who is
        in both teams acts for the side that was asked."""
        return self.side_among(user.memberships.values_list("organisation", flat=True))

    def side_among(self, organisations: Iterable[int]) -> str:
        """Return the side that some organisations (their keys) are on: see `side_of`."""
        own = set(organisations)
        sides = [
            direction
            for direction, listing in (("gives", self.giving), ("seeks", self.seeking))
            if listing.organisation_id in own
        ]
        asked = [side for side in sides if side != self.proposed_by]
        return (asked or sides or [""])[0]

    def waits_for(self, side: str) -> bool:
        """Whether a side has been asked and has not answered. What the task force has brought
        together waits for both."""
        return self.status == CooperationStatus.PROPOSED and side not in {"", self.proposed_by}

    @property
    def proposer(self) -> Organisation | None:
        """The organisation that wrote first, None where the task force brought both together."""
        sides = {Direction.GIVES: self.giving, Direction.SEEKS: self.seeking}
        return sides[Direction(self.proposed_by)].organisation if self.proposed_by else None

    def partner_of(self, side: str) -> Organisation | None:
        """Return the organisation across from a side, None for whoever is on neither."""
        partners = {
            Direction.GIVES: self.seeking.organisation,
            Direction.SEEKS: self.giving.organisation,
        }
        return partners[Direction(side)] if side else None

    def next_for(self, user) -> list[CooperationStatus]:
        """The statuses this person may set now. Only the side that was asked takes a proposal
        up; either side may end it."""
        side = self.side_of(user)
        if not side and not user.may_administer:
            return []
        following = NEXT[CooperationStatus(self.status)]
        if self.status == CooperationStatus.PROPOSED and side == self.proposed_by and side:
            following = {CooperationStatus.ENDED}
        return [status for status in CooperationStatus if status in following]

    def step_to(self, status: str, side: str) -> CooperationStep:
        """What it means when a side sets this status now."""
        if status == CooperationStatus.TALKING:
            return CooperationStep.ACCEPTED
        if status == CooperationStatus.AGREED:
            return CooperationStep.AGREED
        if self.status == CooperationStatus.PROPOSED:
            return (
                CooperationStep.TAKEN_BACK
                if side and side == self.proposed_by
                else CooperationStep.DECLINED
            )
        return (
            CooperationStep.OVER
            if self.status == CooperationStatus.AGREED
            else CooperationStep.DROPPED
        )

    def move(self, status: str, *, outcome: str = "") -> None:
        """Set what comes after the status this was read with; raises TransitionNotAllowed when
        that does not follow, or when the other side was faster."""
        changes = {"status": status} | ({"outcome": outcome.strip()} if outcome.strip() else {})
        here = Cooperation.objects.filter(pk=self.pk, status=self.status)
        if status not in NEXT[CooperationStatus(self.status)] or not here.update(**changes):
            raise TransitionNotAllowed(f"cooperation {self.pk} is {self.status}")
        for name, value in changes.items():
            setattr(self, name, value)
