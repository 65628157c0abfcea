"""The vocabularies of events; their terms are in `events/vocabularies/`."""

from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.vocabulary import Term


class StallFormat(Term):
    """What a stall at the market is: idea lab, food, pop-up manufactory, …"""

    VOCABULARY = "stall_formats.json"

    class Meta(Term.Meta):
        verbose_name = _("stall format")
        verbose_name_plural = _("stall formats")
