from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.geography import Located, LocatedQuerySet
from ssoe_portal.common.history import tracked


@tracked()
class Branch(Located):
    """A further place of an organisation; its main address is the organisation's own."""

    #: Of one organisation. Held by `services.keep_row`, under a lock.
    MOST = 12

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="branches",
        on_delete=models.CASCADE,
    )
    name = models.CharField(_("name of the place"), max_length=120)

    objects = LocatedQuerySet.as_manager()

    class Meta(Located.Meta):
        verbose_name = _("further address")
        verbose_name_plural = _("further addresses")
        ordering = ["organisation", "name", "pk"]
        constraints = [
            *Located.Meta.constraints,
            models.CheckConstraint(
                condition=Q(area__isnull=False),
                name="actors_branch_somewhere",
                violation_error_message=_("A further address is somewhere: please choose where."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="actors_branch_unique",
                violation_error_message=_("There is already an address of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
