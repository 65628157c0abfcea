from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

LENGTH = 600


class SelfAssessed(models.Model):
    """How an organisation describes itself in the six dimensions that the Berlin Senate's
    description of social enterprises names; each a short text, none of them needed."""

    DIMENSIONS: ClassVar[tuple[str, ...]] = (
        "social_purpose",
        "stakeholders",
        "use_of_funds",
        "structure",
        "independence",
        "impact",
    )

    social_purpose = models.TextField(_("social purpose"), max_length=LENGTH, blank=True)
    stakeholders = models.TextField(
        _("relations with those it concerns"), max_length=LENGTH, blank=True
    )
    use_of_funds = models.TextField(_("use of funds"), max_length=LENGTH, blank=True)
    structure = models.TextField(_("organisational structure"), max_length=LENGTH, blank=True)
    independence = models.TextField(_("independence"), max_length=LENGTH, blank=True)
    impact = models.TextField(_("field of impact"), max_length=LENGTH, blank=True)

    class Meta:
        abstract = True
