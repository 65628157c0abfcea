"""An event moves: what hangs on it moves along, and whoever is registered hears of it once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from events import letters
from events.models import Event, EventMove, ProgrammeItem, Venue, VenueStop
from ssoe_portal.common.tasks import one_by_one

#: How long nothing more must have changed before people are written to: whoever moves an event
#: corrects time, end and place one after the other, and one mail tells all of it.
QUIET = timedelta(minutes=10)


def tell_due(now: datetime | None = None) -> None:
    """Tell every move that has come to rest."""
    now = now or timezone.now()
    due = EventMove.objects.filter(told_at__isnull=True, changed_at__lte=now - QUIET)
    one_by_one(tell, due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def tell(pk: int) -> int:
    """Write to everybody who registered before an event moved; return to how many parties. What was
    moved back, called off or is over meanwhile is told to nobody. Safe to run twice."""
    move = EventMove.objects.select_for_update().filter(pk=pk, told_at__isnull=True).first()
    if move is None:
        return 0
    event = Event.objects.get(pk=move.event_id)
    if not event.is_published or event.is_over or not has_moved(event, move):
        move.delete()
        return 0
    parties = event.registrations.active().filter(created_at__lt=move.changed_at).order_by("pk")
    for party in parties:
        letters.queue("moved", party, move=move.pk)
    if (
        event.reminder_days
        and event.starts_at - timedelta(days=event.reminder_days) > timezone.now()
    ):
        # Who was reminded of a day that was too early is reminded of the right one, too.
        event.registrations.exclude(reminded_at=None).update(reminded_at=None)
    move.told_at = timezone.now()
    move.save(update_fields=["told_at"])
    return len(parties)


def has_moved(event: Event, move: EventMove) -> bool:
    """Whether it is at another time, or at another place, than people know."""
    now = (event.starts_at, event.ends_at, place_of(event))
    return now != (move.was_starts_at, move.was_ends_at, move.was_place)


def place_of(event: Event) -> str:
    """Return the first venue as `EventMove.was_place` has it."""
    venue = event.venues.first()
    return venue.in_one_line if venue else ""


def shifting(before: datetime, after: datetime) -> Callable[[datetime], datetime]:
    """Return what moves a moment as far as the clocks on the wall say: nine o'clock stays nine
    o'clock, also where they are put forward or back in between."""
    distance = timezone.make_naive(after) - timezone.make_naive(before)
    return lambda moment: timezone.make_aware(timezone.make_naive(moment) + distance)


def things_of(event: Event) -> bool:
    """Whether anything of an event has times of its own."""
    stops = VenueStop.objects.filter(venue__event=OuterRef("pk"))
    venues = Venue.objects.filter(event=OuterRef("pk"), opens_at__isnull=False)
    items = ProgrammeItem.objects.filter(event=OuterRef("pk"))
    has_times = Exists(items) | Exists(venues) | Exists(stops)
    return Event.objects.filter(has_times, pk=event.pk).exists()


def move_along(event: Event, before: datetime) -> None:
    """Move programme (also as it is public), hours of venues and stops of pop-ups as far as the
    event was moved, which began at `before`. Each kind in one statement: in between two would be
    at one place."""
    shifted = shifting(before, event.starts_at)
    venues = list(event.venues.filter(opens_at__isnull=False))
    for venue in venues:  # with hours of their own: what starts and ends are these
        venue.opens_at, venue.closes_at = shifted(venue.starts_at), shifted(venue.ends_at)
    Venue.objects.bulk_update(venues, ["opens_at", "closes_at"])
    timed: tuple[models.QuerySet, ...] = (
        event.programme_items.all(),
        event.released_items.all(),
        VenueStop.objects.filter(venue__event=event),
    )
    for rows in timed:
        for row in rows:
            row.starts_at, row.ends_at = shifted(row.starts_at), shifted(row.ends_at)
        rows.model._base_manager.bulk_update(rows, ["starts_at", "ends_at"])
