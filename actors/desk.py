"""What waits for the task force in the directory."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors import moderation
from actors.models import Claim
from ssoe_portal.common.desk import Queue


def queues() -> list[Queue]:
    return [
        Queue(
            heading=_("Entries to review"),
            count=moderation.awaiting().count(),
            url=reverse("actors:moderation-queue"),
            hint=_("Organisations, offers, gives and seeks, initiatives"),
        ),
        Queue(
            heading=_("Recently changed"),
            count=moderation.changed().count(),
            url=reverse("actors:moderation-changes"),
            hint=_("Published entries that their owners changed"),
        ),
        Queue(
            heading=_("Requests for entries"),
            count=Claim.objects.count(),
            url=reverse("actors:claims"),
            hint=_("People who say: that is us"),
        ),
    ]
