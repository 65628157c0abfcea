"""Letters to parties: queued with what happened, written by the worker.

A letter with its calendar file and QR code takes many times as long to write as a place takes to be
given away, and whoever gives places away holds the event's lock. So only the job is part of that
transaction: there is a letter exactly when the step was taken, and it is written once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction

from events import emails
from events.models import GroupRegistration, Registration
from events.models.registration import CancelledBecause


@dataclass(frozen=True)
class Letter:
    """`write` makes the mail. `is_true` says whether it still says what is so: if not, the step
    that made it untrue has queued a letter of its own."""

    write: Callable[..., None]
    is_true: Callable[[Registration], bool]


LETTERS = {
    "confirmed": Letter(emails.registration_confirmed, lambda party: party.is_confirmed),
    "waiting": Letter(emails.registration_waiting, lambda party: party.is_waiting),
    "offered": Letter(emails.place_offered, lambda party: party.is_offered),
    "changed": Letter(emails.registration_changed, lambda party: party.is_active),
    "reminder": Letter(emails.registration_reminder, lambda party: party.is_confirmed),
    "message": Letter(emails.message, lambda party: party.is_active),
    "already": Letter(emails.already_registered, lambda party: party.is_active),
    "cancelled": Letter(emails.registration_cancelled, lambda party: not party.is_active),
    "feedback": Letter(emails.feedback_asked, lambda party: party.is_confirmed),
    "items_changed": Letter(emails.items_changed, lambda party: party.is_confirmed),
    "moved": Letter(emails.registration_moved, lambda party: party.is_active),
    "called_off": Letter(emails.registration_called_off, lambda party: not party.is_active),
}


#: What everybody is told in the same words: of a whole group only its contact, once.
TO_ALL = {"reminder", "message", "items_changed", "moved", "called_off"}


#: What is worth a call where there is no address.
BY_TELEPHONE = set(Registration.CallAbout.values)
#: Nobody is called about what they wanted.
ASKED_FOR = {CancelledBecause.GUEST, CancelledBecause.LEFT}


def queue_state(registration: Registration) -> None:
    """Let an active party be written how things stand, as when it registered."""
    position = {"position": registration.position} if registration.is_waiting else {}
    queue(registration.state, registration, **position)


def queue(letter: str, registration: Registration, **facts: str | int) -> None:
    """Let a letter be written when the current transaction ends well. `facts` are what it says that
    the registration itself does not tell later on."""
    from events.tasks import write_letter

    assert letter in LETTERS
    write_letter.defer(letter=letter, registration_id=registration.pk, **facts)


def write(letter: str, registration_id: int, *, key: str, **facts: str | int) -> None:
    """Write a letter now, unless it is not true any more or the registration is erased; `key` names
    it, so that it is not written twice."""
    known = Registration.objects.known().select_related(
        "event", "group__contact", "group__organisation"
    )
    party = known.filter(pk=registration_id).first()
    if party is None or not LETTERS[letter].is_true(party):
        return
    if party.email:
        LETTERS[letter].write(party, key=key, **facts)
    elif party.group:
        about = None if letter in TO_ALL else party
        if letter in TO_ALL:
            key = f"events.group.{party.group.pk}.{letter}.{_told(letter, party, facts)}"
        emails.group_letter(party.group, party.event, letter, key=key, party=about, **facts)
    elif not _note(party, letter, key, facts):
        write(letter, registration_id, key=key, **facts)


@transaction.atomic
def _note(party: Registration, letter: str, key: str, facts: Mapping[str, str | int]) -> bool:
    """Note for a call what a party without an address would be written, beside what it is still to
    be told; what is not so any more is forgotten. False where it has an address by now."""
    known = Registration.objects.known().select_for_update(no_key=True).filter(pk=party.pk)
    held = known.first()
    if held is None or held.email:
        return held is None
    calls = [
        call
        for call in held.call_about
        if call["key"] != key and LETTERS[call["about"]].is_true(held)
    ]
    if letter in BY_TELEPHONE and held.cancelled_because not in ASKED_FOR:
        calls.append({"about": letter, "key": key, "facts": dict(facts)})
    held.call_about = calls
    held.save(update_fields=["call_about"])
    return True


def _told(letter: str, party: Registration, facts: Mapping[str, str | int]) -> str:
    """Return what tells one time that everybody is told something from another."""
    at = {"reminder": party.reminded_at, "called_off": party.cancelled_at}.get(letter)
    if at is not None:
        return f"{at:%Y%m%d%H%M%S%f}"
    return "-".join(str(value) for value in facts.values() if isinstance(value, int))


def queue_for_group(group: GroupRegistration, **facts: int) -> None:
    """Let the contact of a group be told what became of the parties just registered."""
    from events.tasks import write_group_letter

    write_group_letter.defer(group_id=group.pk, **facts)
