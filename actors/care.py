"""What staff do at the desk to keep the directory true; one verb each, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from actors import archiving, emails
from actors.models import Organisation
from actors.models.entry import ASKED_AGAIN_AFTER
from ssoe_portal.common.confirmation import Confirmed


@transaction.atomic
def archive(*, item: Confirmed, reason: str) -> None:
    """Archive what nobody vouches for, keep why, and tell its owners so and how it comes back.
    Raises TransitionNotAllowed when it is archived already."""
    archiving.archive(item, reason)
    organisation = item.organisation
    if organisation is not None:
        emails.archived(organisation, [item], reason=reason)


def waits_for_owner(item: Confirmed, now: datetime) -> bool:
    """Whether its owners were asked to complete it a short while ago."""
    return item.nudged_at is not None and item.nudged_at > now - ASKED_AGAIN_AFTER


@dataclass(frozen=True, slots=True)
class Nudged:
    """About how many entries owners were asked, and how many organisations got a mail for that."""

    entries: int = 0
    organisations: int = 0


@transaction.atomic
def ask_to_complete_all(*, items: Sequence[Confirmed], note: str, now: datetime) -> Nudged:
    """Ask the owners of several entries for what readers miss, each organisation in one mail;
    those whom nobody reads mails for are left out, and entries that nobody carries."""
    groups: dict[Organisation, list[Confirmed]] = {}
    for item in items:
        if item.organisation is not None:
            groups.setdefault(item.organisation, []).append(item)
    # In one order, so that two of the staff who do it at once do not wait for each other.
    asked = [
        ask_to_complete(organisation=organisation, items=groups[organisation], note=note, now=now)
        for organisation in sorted(groups, key=lambda organisation: organisation.pk)
        if organisation.can_answer
    ]
    return Nudged(sum(map(len, asked)), sum(map(bool, asked)))


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
