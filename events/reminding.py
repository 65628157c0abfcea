"""Reminding those who have a place, some days before: once, and nobody who has just registered."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events import letters
from events.models import Registration

#: Parties reminded in one transaction.
BATCH = 100


def remind(now: datetime | None = None) -> int:
    """Remind everybody whose day has come; return how many. Safe to run at any time, and twice."""
    now, reminded = now or timezone.now(), 0
    while parties := _remind_some(now):
        reminded += parties
    return reminded


@transaction.atomic
def _remind_some(now: datetime) -> int:
    """Whoever another worker has in hand just now is passed over."""
    due = Registration.objects.due_for_reminder(now).order_by("pk")
    parties = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    for party in parties:
        party.reminded_at = now
        party.save(update_fields=["reminded_at"])
        letters.queue("reminder", party)
    return len(parties)
