"""The day after an event, whoever came is asked once how it was."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from events import letters
from events.models import Arrival, Event, Registration

#: Where nothing could be sent for so long, nobody is asked any more.
LATEST = timedelta(days=14)


def due(now: datetime | None = None) -> QuerySet[Event]:
    """Events that were over before today began, whose guests have not been asked."""
    now = timezone.localtime(now)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        Event.objects.published()
        .filter(ends_at__lte=today, ends_at__gt=now - LATEST, feedback_asked_at__isnull=True)
        .exclude(feedback_url="")
        .order_by("ends_at", "pk")
    )


def asked(event: Event) -> QuerySet[Registration]:
    """The parties that came; all with a place where nobody was checked in at all."""
    confirmed = event.registrations.confirmed().known().exclude(email="")
    came = Arrival.objects.counting().filter(registration=OuterRef("pk"))
    if event.arrivals.counting().of_parties().exists():
        confirmed = confirmed.filter(Exists(came))
    return confirmed.order_by("pk")


@transaction.atomic
def ask(event_id: int, now: datetime | None = None) -> int:
    """Queue the mails, unless that is done; return how many. Safe to run at any time, and twice."""
    event = Event.objects.locked().filter(pk__in=due(now).values("pk"), pk=event_id).first()
    if event is None:
        return 0
    parties = list(asked(event))
    for party in parties:
        letters.queue("feedback", party)
    event.feedback_asked_at = timezone.now()
    event.save(update_fields=["feedback_asked_at"])
    return len(parties)
