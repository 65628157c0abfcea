from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.moderation import TransitionNotAllowed


class LastOwner(Exception):
    """An organisation that has an owner keeps one: someone must be able to manage its team."""


class OtherAddress(Exception):
    """An invitation is for the account with the address it was sent to."""


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")


class MembershipQuerySet(models.QuerySet):
    def owners(self) -> "MembershipQuerySet":
        return self.filter(role=Role.OWNER)

    def reachable_owners(self) -> "MembershipQuerySet":
        """Those whom mails about the organisation reach: owners whose account is open."""
        return self.owners().filter(user__is_active=True)

    def for_own_area(self) -> "MembershipQuerySet":
        """With what a member's own area says of each organisation: `team_size`, and whether its
        English text is older than the German one (`has_outdated`)."""
        organisations = self.model._meta.get_field("organisation").related_model.objects
        outdated = organisations.with_outdated("en").filter(has_outdated=True)
        return (
            self.select_related("organisation__area")
            .annotate(
                team_size=Count("organisation__memberships", distinct=True),
                has_outdated=Exists(outdated.filter(pk=OuterRef("organisation"))),
            )
            .order_by("organisation__name", "pk")
        )


class Membership(models.Model):
    """A person who may edit an organisation's entries; owners also manage the team."""

    Role = Role

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        related_name="memberships",
        on_delete=models.CASCADE,
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="memberships",
        on_delete=models.CASCADE,
    )
    role = models.CharField(_("role"), max_length=6, choices=Role, default=Role.EDITOR)
    joined_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering = ["organisation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="actors_membership_unique",
                violation_error_message=_("This person is already in the team."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    def change_role(self, role: str) -> None:
        """Make someone owner or editor; raises LastOwner when no owner would remain."""
        with transaction.atomic():
            self._lock_team()
            if role != Role.OWNER:
                self._ensure_another_owner()
            self.role = role
            self.save(update_fields=["role"])
            if role != Role.OWNER:
                self.withdraw_invitations()

    def end(self) -> None:
        """Take someone out of the team; raises LastOwner when no owner would remain."""
        with transaction.atomic():
            self._lock_team()
            self._ensure_another_owner()
            self.delete()

    @property
    def is_last_owner(self) -> bool:
        """Whether nobody but this person can manage the team."""
        others = Membership.objects.owners().filter(organisation=self.organisation_id)
        return self.is_owner and not others.exclude(pk=self.pk).exists()

    def hand_over(self, to: "Membership") -> None:
        """Make a colleague owner and leave, in one step: at no moment is there nobody. Raises
        Membership.DoesNotExist where one of them has left meanwhile."""
        with transaction.atomic():
            self._lock_team()
            team = Membership.objects.filter(organisation=self.organisation_id)
            team.get(pk=to.pk).change_role(Role.OWNER)
            team.get(pk=self.pk).end()

    def withdraw_invitations(self) -> None:
        """Take back what this person sent and nobody accepted yet: who may no longer invite has
        no links outstanding, least of all to another address of their own."""
        Invitation.objects.open().filter(
            organisation=self.organisation_id, invited_by=self.user_id
        ).delete()

    def _lock_team(self) -> None:
        """Let only one change a team at a time: two owners leaving at once would each still see
        the other one. The lock is on the organisation; rows are counted under it."""
        from actors.models.organisation import Organisation

        Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=self.organisation_id)

    def _ensure_another_owner(self) -> None:
        owners = Membership.objects.owners().filter(organisation=self.organisation_id)
        if owners.filter(pk=self.pk).exists() and not owners.exclude(pk=self.pk).exists():
            raise LastOwner(f"membership {self.pk}")


@receiver(pre_delete, sender=Membership)
def _end_invitations(sender, instance: Membership, **kwargs) -> None:
    """However a membership ends (in the team, in Django admin, with the account): before the
    deletion, while the invitations still know who sent them."""
    instance.withdraw_invitations()


class InvitationQuerySet(models.QuerySet):
    def open(self) -> "InvitationQuerySet":
        return self.filter(accepted_at__isnull=True)


class Invitation(models.Model):
    """An invitation into a team, sent to an e-mail address; it ends when accepted.

    Only an account that has confirmed this address accepts it, once: a forwarded mail must not put
    somebody into a team whom nobody there has chosen.
    """

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="invitations",
        on_delete=models.CASCADE,
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=6, choices=Role, default=Role.EDITOR)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(_("accepted on"), null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at__isnull=True),
                name="actors_invitation_open_unique",
                violation_error_message=_("There is already an open invitation to this address."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.organisation}"

    def is_for(self, user) -> bool:
        """Whether this account has confirmed the address the invitation was sent to."""
        from allauth.account.models import EmailAddress

        return EmailAddress.objects.filter(
            user=user, verified=True, email__iexact=self.email
        ).exists()

    def accept(self, user) -> Membership:
        """Put this person in the team; a second use raises TransitionNotAllowed, another person's
        OtherAddress.

        Someone who is in the team already stays as they are, except that an editor invited as
        owner becomes one.
        """
        if not self.is_for(user):
            raise OtherAddress(f"invitation {self.pk}")
        with transaction.atomic():
            now = timezone.now()
            if not Invitation.objects.open().filter(pk=self.pk).update(accepted_at=now):
                raise TransitionNotAllowed(f"invitation {self.pk} is used up")
            self.accepted_at = now
            # As it is now: the organisation may have been merged into another one meanwhile.
            self.refresh_from_db(fields=["organisation"])
            membership, created = Membership.objects.get_or_create(
                user=user, organisation=self.organisation, defaults={"role": self.role}
            )
            if not created and self.role == Role.OWNER:
                membership.change_role(Role.OWNER)
            return membership
