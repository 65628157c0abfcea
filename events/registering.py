"""Who gets a place: registering, waiting, being offered a place, cancelling.

Every function here first locks the event's row (`EventQuerySet.locked`), then counts people from
the registrations, then decides. There are no counters. After each of them this holds: no party on
the waiting list fits into the free places, so a newcomer that fits never overtakes anyone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from events import emails
from events.models import Event, Registration
from events.models.registration import HOLDING, CancelledBecause, RegistrationState
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

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_full(self) -> bool:
        return self.free == 0

    def fit(self, size: int) -> bool:
        return self.capacity is None or self.taken + size <= self.capacity


def free_places(event: Event) -> Places:
    """Return what guests read before they register: nothing is counted where all find room."""
    return Places(None, 0) if event.capacity is None else places(event)


def places(event: Event) -> Places:
    """Return how many places are taken now; for display, since nothing is locked."""
    numbers = event.registrations.aggregate(
        taken=Sum("size", filter=Q(state__in=HOLDING), default=0),
        waiting=Count("pk", filter=Q(state=RegistrationState.WAITING)),
    )
    return Places(event.capacity, numbers["taken"], numbers["waiting"])


@transaction.atomic
def register(*, event: Event, registration: Registration) -> Registration:
    """Give an unsaved party a place or, where it does not fit, one on the waiting list.

    An address that is registered already gets its link once more; nothing is changed then, and
    the caller cannot tell the difference. Raises RegistrationClosed.
    """
    event = Event.objects.locked().get(pk=event.pk)
    if not event.registration_is_open:
        raise RegistrationClosed(event.slug)
    # First, so that an offer that ran out does not count as a registration any more.
    settle_locked(event)
    existing = event.registrations.active().filter(email__iexact=registration.email).first()
    if existing is not None:
        existing.event = event
        emails.already_registered(existing)
        return existing
    registration.event = event
    if _places_locked(event).fit(registration.size):
        registration.state = RegistrationState.CONFIRMED
    else:
        registration.state = RegistrationState.WAITING
    registration.created_at = timezone.now()
    registration.save()
    if registration.is_confirmed:
        emails.registration_confirmed(registration)
    else:
        emails.registration_waiting(registration)
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
            emails.registration_confirmed(registration)
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


def settle_locked(event: Event, now: datetime | None = None) -> None:
    """The same for a caller that holds the event's lock."""
    now = now or timezone.now()
    for registration in event.registrations.overdue(now):
        registration.event = event
        _cancel_locked(registration, CancelledBecause.EXPIRED)
    if now >= event.starts_at or not event.is_published:
        return
    for registration in list(event.registrations.waiting()):
        held = _places_locked(event)
        if held.is_full:
            return
        if held.fit(registration.size):
            registration.event = event
            _offer_locked(registration, now)


def _lock(registration: Registration) -> tuple[Event, Registration]:
    """Lock the event, then read the registration as it is now."""
    event = Event.objects.locked().get(pk=registration.event_id)
    fresh = Registration.objects.get(pk=registration.pk)
    fresh.event = event
    return event, fresh


def _places_locked(event: Event) -> Places:
    return Places(event.capacity, event.registrations.holding_places().people())


def _offer_locked(registration: Registration, now: datetime) -> None:
    from events.tasks import settle_event

    registration.state = RegistrationState.OFFERED
    registration.offered_until = min(now + OFFER_TIME, registration.event.starts_at)
    registration.save(update_fields=["state", "offered_until"])
    emails.place_offered(registration)
    settle_event.configure(schedule_at=registration.offered_until).defer(
        event_id=registration.event_id
    )


def _cancel_locked(registration: Registration, because: str) -> None:
    registration.give_up(because)
    emails.registration_cancelled(registration)
