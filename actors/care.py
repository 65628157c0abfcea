"""What staff do at the desk to keep the directory true; one verb each, all or nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from actors import emails
from actors.models import Organisation
from ssoe_portal.common.confirmation import Confirmed

#: How long owners are left alone after they were asked to complete something.
ASKED_AGAIN_AFTER = timedelta(days=30)


@transaction.atomic
def archive(*, item: Confirmed, reason: str) -> None:
    """Archive what nobody vouches for, and tell its owners why and how it comes back. Raises
    TransitionNotAllowed when it is archived already."""
    item.archive()
    organisation = item.organisation
    if organisation is not None:
        emails.archived(organisation, [item], reason=reason)


def waits_for_owner(item: Confirmed, now: datetime) -> bool:
    """Whether its owners were asked to complete it a short while ago."""
    return item.nudged_at is not None and item.nudged_at > now - ASKED_AGAIN_AFTER


@transaction.atomic
def ask_to_complete(
    *, organisation: Organisation, items: Sequence[Confirmed], note: str, now: datetime
) -> list[Confirmed]:
    """Ask the owners for what readers miss, in one mail; return what they were asked about: entries
    that were not asked about a short while ago and that still lack something."""
    Organisation.objects.locked().get(pk=organisation.pk)
    asked = []
    for item in items:
        held = item.held()
        if held.is_published and held.gaps and not waits_for_owner(held, now):
            held.nudged_at = now
            held.save(update_fields=["nudged_at"])
            asked.append(held)
    if asked:
        emails.complete(organisation, asked, note=note)
    return asked
