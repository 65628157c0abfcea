"""Whoever calls: registered and corrected at the desk, with the rules for everybody
(`registering.py`), and told what others are written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from events import letters, ready, registering
from events.models import Event, Message, Registration
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


@transaction.atomic
def change(
    registration: Registration, *, by: User, answers: Mapping[int, str] | None = None
) -> Registration:
    """`registering.change` for somebody who calls, and who may say another e-mail address or
    telephone number. A new address is written how things stand and what was still to be told,
    and links in mails to the one before end; that it was corrected, when and by whom stays, what it
    was does not.

    Raises AlreadyRegistered, and what `registering.change` raises; nothing is changed then.
    """
    held = registering.lock(registration.event_id)
    before = Registration.objects.get(pk=registration.pk)
    is_new = registration.email.lower() != before.email.lower()
    if is_new and registration.email:
        known = ready.registered(held, registration.email)
        if known is not None and known.pk != registration.pk:
            raise AlreadyRegistered(known)
    if (registration.email, registration.phone) != (before.email, before.phone):
        _correct(registration, by, before.link_number + is_new)
    return registering.change(
        registration, answers, at_new_address=is_new and bool(registration.email)
    )


def _correct(registration: Registration, by: User, link_number: int) -> None:
    """Store how to reach a party. What it was to be told by telephone it is written, where it has
    an address now."""
    calls = Registration.objects.select_for_update().get(pk=registration.pk).call_about
    registration.link_number = link_number
    registration.corrected_at, registration.corrected_by = timezone.now(), by
    registration.call_about = [] if registration.email else calls
    registration.at_desk |= not registration.email
    fields = ("email", "phone", "at_desk", "link_number", "corrected_at", "corrected_by")
    registration.save(update_fields=[*fields, "call_about"])
    for call in calls if registration.email else ():
        if call["about"] != registration.state:  # how things stand it is written anyway
            letters.queue(call["about"], registration, **call["facts"])


@dataclass(frozen=True)
class Call:
    """Something to tell a party: `words` for whoever calls, and the message it is about."""

    key: str
    words: str
    message: Message | None


def to_tell(registration: Registration) -> list[Call]:
    """Return what a party is to be told, as it came up."""
    keys = [call["facts"].get("message_id") for call in registration.call_about]
    written = Message.objects.in_bulk([key for key in keys if key]) if any(keys) else {}
    return [
        Call(
            call["key"],
            str(Registration.CallAbout(call["about"]).label),
            written.get(call["facts"].get("message_id")),
        )
        for call in registration.call_about
    ]


@transaction.atomic
def told(registration: Registration, keys: Iterable[str]) -> None:
    """They know these now; what came up after that is still to be told."""
    known = set(keys)
    held = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    held.call_about = [call for call in held.call_about if call["key"] not in known]
    held.save(update_fields=["call_about"])
