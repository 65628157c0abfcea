from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.membership import Membership, Role
from ssoe_portal.common.moderation import TransitionNotAllowed


class Claim(models.Model):
    """Somebody's request for an entry that nobody looks after yet: "that is us".

    It is kept only until the task force decides; what remains of a yes is the membership.
    """

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="claims",
        on_delete=models.CASCADE,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        related_name="claims",
        on_delete=models.CASCADE,
    )
    name = models.CharField(_("name"), max_length=120)
    position = models.CharField(_("task in the organisation"), max_length=120)
    message = models.TextField(_("message"), max_length=2000)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("request for an entry")
        verbose_name_plural = _("requests for entries")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                name="actors_claim_unique",
                violation_error_message=_("You have asked for this entry already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} – {self.organisation}"

    def accept(self) -> Membership:
        """Make this person the owner; raises TransitionNotAllowed where the entry may not be
        claimed any more (`Organisation.may_be_claimed`: its owner decides about the team, or it was
        merged), or somebody else has decided."""
        from actors.models.organisation import Organisation

        with transaction.atomic():
            # Under the lock that every change of a team takes: of two claims one wins.
            organisation = Organisation.objects.locked().get(pk=self.organisation_id)
            if not organisation.may_be_claimed:
                raise TransitionNotAllowed(f"{organisation} has an owner")
            self.close()
            return Membership.objects.update_or_create(
                user=self.user, organisation=organisation, defaults={"role": Role.OWNER}
            )[0]

    def close(self) -> None:
        """Erase it once; raises TransitionNotAllowed when somebody was faster."""
        deleted, _by_model = Claim.objects.filter(pk=self.pk).delete()
        if not deleted:
            raise TransitionNotAllowed(f"claim {self.pk} is decided")
