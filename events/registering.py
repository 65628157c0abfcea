"""Who gets a place: registering, waiting, being offered a place, cancelling.

Every function here first locks the event's row (`EventQuerySet.locked`), then counts people from
the registrations, then decides. There are no counters. After each of them this holds: no party on
the waiting list fits into the free places, so a newcomer that fits never overtakes anyone.

Hundreds come in the minute that registration opens, one after the other through that lock: what is
done under it is a handful of statements. Mails are written by the worker (`letters.py`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from events import letters, ready
from events.models import Event, Registration, RegistrationAnswer
from events.models.registration import CancelledBecause, RegistrationState
from ssoe_portal.common.moderation import TransitionNotAllowed

#: How long a freed place is kept for the party it was offered to.
OFFER_TIME = timedelta(hours=48)
#: What a party may change about itself.
CHANGEABLE = (
    "name",
    "size",
    "companions",
    "language",
    "access_needs",
    "interpreting",
    "children",
)


class NotEnoughPlaces(Exception):
    """A party cannot grow by so many; `free` are free."""

    def __init__(self, free: int) -> None:
        super().__init__(free)
        self.free = free


class RegistrationClosed(Exception):
    """The event takes no registrations (any more): not published, not yet open, started."""


@dataclass(frozen=True)
class Places:
    """Places of an event, in people; `free` is None where there is no limit. Of those `taken` some
    are only `offered`, and not answered yet."""

    capacity: int | None
    taken: int
    offered: int = 0
    waiting_parties: int = 0
    smallest_waiting: int | None = None
    overdue_offers: int = 0

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def confirmed(self) -> int:
        return self.taken - self.offered

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
def register(
    *, event: Event, registration: Registration, answers: Mapping[int, str] | None = None
) -> Registration:
    """Give an unsaved party a place or, where it does not fit, one on the waiting list; `answers`
    to the event's questions, by their keys.

    An address that is registered already gets its link once more; nothing is changed then, and
    the caller cannot tell the difference. Raises RegistrationClosed.
    """
    event = lock(event.pk)
    if not event.registration_is_open:
        raise RegistrationClosed(event.slug)
    # First, so that an offer that ran out does not count as a registration any more.
    held = settle_locked(event)
    email = registration.email
    existing = ready.registered(event, email) if email else None
    if existing is not None:
        existing.event = event
        letters.queue("already", existing)
        return existing
    registration.event = event
    registration.created_at = timezone.now()
    if held.fit(registration.size):
        registration.state = RegistrationState.CONFIRMED
        _store(registration, answers)
        letters.queue("confirmed", registration)
    else:
        registration.state = RegistrationState.WAITING
        _store(registration, answers)
        letters.queue("waiting", registration, position=held.waiting_parties + 1)
    return registration


def proof(registration: Registration) -> str:
    """Return what only the browser has that registered this party, and what names nobody."""
    return salted_hmac("registered-here", registration.code, algorithm="sha256").hexdigest()


@transaction.atomic
def correct_address(*, event: Event, wrong: str, right: str, proofs: Collection[str]) -> None:
    """Put the address right of a party that one of the `proofs` is of, and write to it how things
    stand. Where the right address has a registration of its own, that one stays and is told, and
    what was registered under the wrong one ends. The wrong address is written nothing, and its link
    leads nowhere any more.

    Nothing is changed where none of the proofs fits, and the caller cannot tell the difference:
    nobody learns who is registered.
    """
    event = lock(event.pk)
    if event.is_over or not event.is_published:
        return
    settle_locked(event)
    found = ready.registered(event, wrong)
    if found is None:
        return
    found.event = event
    if wrong == right:
        letters.queue("already", found)
        return
    if not any(constant_time_compare(proof(found), each) for each in proofs):
        return
    existing = ready.registered(event, right)
    found.link_number += 1
    if existing is None:
        found.email = right
        found.save(update_fields=["email", "link_number"])
        letters.queue_state(found)
        return
    existing.event = event
    found.save(update_fields=["link_number"])
    found.give_up(CancelledBecause.GUEST)
    settle_locked(event)
    letters.queue("already", existing, people=found.size)


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
def cancel(
    registration: Registration, *, because: str = CancelledBecause.GUEST, words: str = ""
) -> Registration:
    """Give the places back, and pass them on. `words` of the organisers are in the mail about it.

    Raises TransitionNotAllowed if already cancelled, or when the event is over: its report says who
    came, and there are no places any more that others could have.
    """
    event, registration = _lock(registration)
    if not registration.is_active or registration.is_anonymous or event.is_over:
        raise TransitionNotAllowed(f"registration {registration.pk} is {registration.state}")
    _cancel_locked(registration, because, words)
    settle_locked(event)
    return registration


def hold(registration: Registration) -> Registration:
    """Lock the event until the transaction ends and return the registration as it is then."""
    return _lock(registration)[1]


@transaction.atomic
def change(
    registration: Registration,
    answers: Mapping[int, str] | None = None,
    *,
    at_new_address: bool = False,
) -> Registration:
    """Store what a party says anew of itself. What becomes free is passed on; it grows only into
    places that are free, or on the waiting list, where it keeps its turn. `at_new_address` it is
    written how things stand, as when it registered.

    Raises NotEnoughPlaces, RegistrationClosed for a party that would grow after registration has
    ended, and TransitionNotAllowed when it is cancelled or the event is over; nothing is changed
    then.
    """
    event = lock(registration.event_id)
    held = settle_locked(event)
    before = Registration.objects.get(pk=registration.pk)
    if not before.is_active or event.is_over:
        raise TransitionNotAllowed(f"registration {registration.pk} is {before.state}")
    more = registration.size - before.size
    if more > 0 and not event.registration_is_open:
        raise RegistrationClosed(event.slug)
    if more > 0 and not before.is_waiting and not held.fit(more):
        raise NotEnoughPlaces(held.free or 0)
    del registration.companions[registration.size - 1 :]
    registration.children = min(registration.children, registration.size)
    registration.save(update_fields=CHANGEABLE)
    _store_answers(registration, answers or {})
    settle_locked(event)
    registration.refresh_from_db(fields=["state", "offered_until"])
    if registration.state == before.state and at_new_address:
        letters.queue_state(registration)
    elif registration.state == before.state:
        letters.queue("changed", registration)
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


def _store(registration: Registration, answers: Mapping[int, str] | None) -> None:
    registration.save()
    _store_answers(registration, answers or {})


def _store_answers(registration: Registration, answers: Mapping[int, str]) -> None:
    """Store answers, by question; an empty one takes back what was answered before."""
    given = {key: text for key, text in answers.items() if text}
    if empty := answers.keys() - given.keys():
        registration.answers.filter(question__in=empty).delete()
    if given:
        RegistrationAnswer.objects.bulk_create(
            [
                RegistrationAnswer(registration=registration, question_id=key, text=text)
                for key, text in given.items()
            ],
            update_conflicts=True,
            unique_fields=["registration", "question"],
            update_fields=["text"],
        )


def lock(event_id: int) -> Event:
    """Lock an event; its long texts stay where they are."""
    return Event.objects.locked().defer("search", "description").get(pk=event_id)


def _lock(registration: Registration) -> tuple[Event, Registration]:
    """Lock the event, then read the registration as it is now."""
    event = lock(registration.event_id)
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


def _cancel_locked(registration: Registration, because: str, words: str = "") -> None:
    registration.give_up(because)
    facts = {"words": words} if words else {}
    letters.queue("cancelled", registration, **facts)
