from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Accessible(models.Model):
    """Whether people can get into a house and get along there. The entrance is asked about with yes
    and no, since a step decides; the rest is there or not stated."""

    AIDS: ClassVar[tuple[str, ...]] = (
        "has_lift",
        "has_accessible_toilet",
        "has_induction_loop",
        "has_quiet_room",
    )

    is_step_free = models.BooleanField(_("step-free entrance"), null=True, blank=True)
    has_lift = models.BooleanField(_("lift"), default=False)
    has_accessible_toilet = models.BooleanField(_("accessible toilet"), default=False)
    has_induction_loop = models.BooleanField(_("induction loop"), default=False)
    has_quiet_room = models.BooleanField(_("quiet room"), default=False)
    access_note = models.CharField(_("about getting in"), max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def aids(self) -> list[str]:
        """What the house has, in words."""
        return [
            str(self._meta.get_field(name).verbose_name)
            for name in self.AIDS
            if getattr(self, name)
        ]

    @property
    def says_how_to_get_in(self) -> bool:
        return bool(self.is_step_free is not None or self.aids or self.access_note)
