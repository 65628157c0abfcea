"""Who gets a place: registering, waiting, being offered a place, cancelling.

Every function here first locks the event's row (`EventQuerySet.locked`), then counts people from
the registrations, then decides. There are no counters. After each of them this holds: no party on
the waiting list fits into the free places, so a newcomer that fits never overtakes anyone.

Hundreds come in the minute that registration opens, one after the other through that lock: what is
done under it is a handful of statements. Mails are written by the worker (`letters.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from events import letters, ready
from events.models import Event, Registration
from events.models.registration import CancelledBecause, RegistrationState
from ssoe_portal.common.moderation import TransitionNotAllowed

#: How long a freed place is kept for the party it was offered to.
OFFER_TIME = timedelta(hours=48)


class RegistrationClosed(Exception):
    """The event takes no registrations (any more): not published, not yet open, started."""


@dataclass(frozen=True)
class Places:
    """Places of an event, in people; `free` is None where there is no limit."""

    capacity: int | None
    taken: int
    waiting_parties: int = 0
    smallest_waiting: int | None = None
    overdue_offers: int = 0

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_full(self) -> bool:
        return self.free == 0

    @property
    def let_somebody_in(self) -> bool:
        """Whether a party on the waiting list has room now."""
        return self.smallest_waiting is not None and self.fit(self.smallest_waiting)

    def fit(self, size: int) -> bool:
        return self.capacity is None or self.taken + size <= self.capacity


def free_places(event: Event) -> Places:
    """Return what guests read before they register: nothing is counted where all find room."""
    return Places(None, 0) if event.capacity is None else places(event)


def places(event: Event, now: datetime | None = None) -> Places:
    """Return how many places are taken now; for display, where nothing is locked."""
    return Places(event.capacity, **{"taken": 0, **ready.taken(event, now or timezone.now())})


@transaction.atomic
def register(*, event: Event, registration: Registration) -> Registration:
    """Give an unsaved party a place or, where it does not fit, one on the waiting list.

    An address that is registered already gets its link once more; nothing is changed then, and
    the caller cannot tell the difference. Raises RegistrationClosed.
    """
    event = _locked(event.pk)
    if not event.registration_is_open:
        raise RegistrationClosed(event.slug)
    # First, so that an offer that ran out does not count as a registration any more.
    held = settle_locked(event)
    existing = ready.registered(event, registration.email)
    if existing is not None:
        existing.event = event
        letters.queue("already", existing)
        return existing
    registration.event = event
    registration.created_at = timezone.now()
    if held.fit(registration.size):
        registration.state = RegistrationState.CONFIRMED
        registration.save()
        letters.queue("confirmed", registration)
    else:
        registration.state = RegistrationState.WAITING
        registration.save()
        letters.queue("waiting", registration, position=held.waiting_parties + 1)
    return registration


def accept(registration: Registration) -> Registration:
    """Take up an offered place. Raises TransitionNotAllowed when it is not offered (any more)."""
    with transaction.atomic():
        event, registration = _lock(registration)
        in_time = registration.offer_is_open
        if in_time:
            registration.state = RegistrationState.CONFIRMED
            registration.offered_until = None
            registration.save(update_fields=["state", "offered_until"])
            letters.queue("confirmed", registration)
        else:
            # Whoever comes too late sets the passing on in motion, even before the worker does.
            settle_locked(event)
    if not in_time:
        raise TransitionNotAllowed(f"registration {registration.pk} has no open offer")
    return registration


@transaction.atomic
def cancel(registration: Registration, *, because: str = CancelledBecause.GUEST) -> Registration:
    """Give the places back, and pass them on. Guests who wait have none: they leave the list.

    Raises TransitionNotAllowed if already cancelled.
    """
    event, registration = _lock(registration)
    if not registration.is_active:
        raise TransitionNotAllowed(f"registration {registration.pk} is {registration.state}")
    if because == CancelledBecause.GUEST and registration.is_waiting:
        because = CancelledBecause.LEFT
    _cancel_locked(registration, because)
    settle_locked(event)
    return registration


@transaction.atomic
def reduce(registration: Registration, size: int, children: int | None = None) -> Registration:
    """Make a party smaller, or let fewer of its children be looked after, and pass on what becomes
    free. Growing would be a new registration.

    Raises TransitionNotAllowed when it is cancelled or not smaller.
    """
    event, registration = _lock(registration)
    before = (registration.size, registration.children)
    children = min(size, registration.children if children is None else children)
    if (
        not registration.is_active
        or not (1 <= size <= before[0] and 0 <= children <= before[1])
        or (size, children) == before
    ):
        raise TransitionNotAllowed(f"registration {registration.pk} has {before}")
    registration.size, registration.children = size, children
    registration.save(update_fields=["size", "children"])
    settle_locked(event)
    registration.refresh_from_db(fields=["state", "offered_until"])
    return registration


@transaction.atomic
def settle(event_id: int, now: datetime | None = None) -> None:
    """Let overdue offers expire and offer what is free: safe to run at any time, and twice."""
    event = Event.objects.locked().filter(pk=event_id).first()
    if event is not None:
        settle_locked(event, now)


def settle_locked(event: Event, now: datetime | None = None) -> Places:
    """The same for a caller that holds the event's lock; return how things stand then."""
    now = now or timezone.now()
    held = _places_locked(event, now)
    if held.overdue_offers:
        for registration in event.registrations.overdue(now):
            registration.event = event
            _cancel_locked(registration, CancelledBecause.EXPIRED)
        held = _places_locked(event, now)
    if now >= event.starts_at or not event.is_published or not held.let_somebody_in:
        return held
    for registration in list(event.registrations.waiting()):
        if held.fit(registration.size):
            registration.event = event
            _offer_locked(registration, now)
            held = _places_locked(event, now)
        if not held.let_somebody_in:
            break
    return held


def _locked(event_id: int) -> Event:
    """Lock an event; its long texts stay where they are."""
    return Event.objects.locked().defer("search", "description").get(pk=event_id)


def _lock(registration: Registration) -> tuple[Event, Registration]:
    """Lock the event, then read the registration as it is now."""
    event = _locked(registration.event_id)
    fresh = Registration.objects.get(pk=registration.pk)
    fresh.event = event
    return event, fresh


def _places_locked(event: Event, now: datetime) -> Places:
    return places(event, now)


def _offer_locked(registration: Registration, now: datetime) -> None:
    from events.tasks import settle_event

    registration.state = RegistrationState.OFFERED
    registration.offered_until = min(now + OFFER_TIME, registration.event.starts_at)
    registration.save(update_fields=["state", "offered_until"])
    letters.queue("offered", registration)
    settle_event.configure(schedule_at=registration.offered_until).defer(
        event_id=registration.event_id
    )


def _cancel_locked(registration: Registration, because: str) -> None:
    registration.give_up(because)
    letters.queue("cancelled", registration)
