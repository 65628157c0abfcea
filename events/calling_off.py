"""An event is taken out of public view before it is over: whoever counts on it hears of it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from events import emails
from events.models import Event, Registration, StallApplication
from events.models.registration import CancelledBecause, RegistrationState


@dataclass(frozen=True)
class Concerned:
    """Who is written to: parties with the people in them, and organisations with a stall."""

    parties: int
    people: int
    stalls: int


def concerned(event: Event) -> Concerned:
    """Return who counts on the event now; for display, since nothing is locked."""
    active = event.registrations.active()
    return Concerned(active.count(), active.people(), event.stall_applications.open().count())


@transaction.atomic
def call_off(event: Event) -> Concerned:
    """Archive an event. Unless it is over, cancel all registrations and stall applications, each
    with a mail. Raises TransitionNotAllowed when it is archived already."""
    concerned_now = Concerned(0, 0, 0)
    held = Event.objects.locked().get(pk=event.pk)
    held.archive()
    # The database counts up SEQUENCE; the calendar file in the mails has to carry the new one.
    held.refresh_from_db(fields=["sequence", "modified_at"])
    event.status = held.status
    if not held.is_over:
        parties = list(held.registrations.active().order_by("pk"))
        stalls = list(held.stall_applications.open().for_tables().order_by("pk"))
        for registration in parties:
            _cancel(registration, held)
        for application in stalls:
            _withdraw(application, held)
        people = sum(registration.size for registration in parties)
        concerned_now = Concerned(len(parties), people, len(stalls))
    return concerned_now


def _cancel(registration: Registration, event: Event) -> None:
    registration.event = event
    registration.state = RegistrationState.CANCELLED
    registration.offered_until = None
    registration.cancelled_at = timezone.now()
    registration.cancelled_because = CancelledBecause.STAFF
    registration.save(update_fields=["state", "offered_until", "cancelled_at", "cancelled_because"])
    emails.registration_called_off(registration)


def _withdraw(application: StallApplication, event: Event) -> None:
    application.event = event
    application.withdraw()
    emails.stall_called_off(application)
