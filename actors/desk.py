"""What waits for the task force in the directory."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from actors import moderation
from actors.models import Claim, DuplicatePair
from ssoe_portal.common.desk import Queue


def queues() -> list[Queue]:
    awaiting, claims = moderation.awaiting().count(), Claim.objects.count()
    pairs = DuplicatePair.objects.open().count()
    return [
        Queue(
            heading=ngettext("Entry to review", "Entries to review", awaiting),
            count=awaiting,
            url=reverse("actors:moderation-queue"),
            hint=_("Organisations, offers, gives and seeks, initiatives"),
            is_urgent=True,
        ),
        Queue(
            heading=_("Recently changed"),
            count=moderation.changed().count(),
            url=reverse("actors:moderation-changes"),
            hint=_("Published entries that their owners changed"),
        ),
        Queue(
            heading=ngettext("Possible duplicate", "Possible duplicates", pairs),
            count=pairs,
            url=reverse("actors:duplicates"),
            hint=_("Pairs of organisations that may be one"),
        ),
        Queue(
            heading=_("Stale"),
            count=moderation.stale(now=timezone.now()).count(),
            url=reverse("actors:stale"),
            hint=_("Faded, or nobody is there to ask"),
        ),
        Queue(
            heading=_("Incomplete"),
            count=moderation.incomplete(now=timezone.now()).count(),
            url=reverse("actors:incomplete"),
            hint=_("Public, but readers miss something"),
        ),
        Queue(
            heading=ngettext("Request about an entry", "Requests for entries", claims),
            count=claims,
            url=reverse("actors:claims"),
            hint=_("People who say: that is us"),
            is_urgent=True,
        ),
    ]
