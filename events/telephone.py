"""Registering whoever calls: noted at the desk, with the rules for everybody (`registering.py`)."""

from collections.abc import Mapping

from django.db import transaction

from events import ready, registering
from events.models import Event, Registration
from ssoe_portal.common.users import User


class AlreadyRegistered(Exception):
    """The address has a registration for this event."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(registration.pk)
        self.registration = registration


class SentBefore(AlreadyRegistered):
    """The same page was sent before: the button was pressed twice."""


@transaction.atomic
def register(
    *,
    event: Event,
    registration: Registration,
    by: User,
    answers: Mapping[int, str] | None = None,
) -> Registration:
    """Register an unsaved party that `by` talks to; its code comes with the page.

    Raises RegistrationClosed, SentBefore and, other than for a stranger, AlreadyRegistered; nothing
    is stored then.
    """
    held = registering.lock(event.pk)
    before = Registration.objects.filter(code=registration.code).first()
    if before is not None:
        raise SentBefore(before)
    registering.settle_locked(held)
    known = ready.registered(held, registration.email) if registration.email else None
    if known is not None:
        raise AlreadyRegistered(known)
    registration.at_desk, registration.noted_by = True, by
    return registering.register(event=held, registration=registration, answers=answers)


def told(registration: Registration, about: str) -> None:
    """They know now; what came up after that is still to be told."""
    Registration.objects.filter(pk=registration.pk, call_about=about).update(call_about="")
