"""Applying for stalls, deciding on them, placing them: where application, pitch and mail meet.

What makes an application wait for a decision first locks the event's row, as `calling_off` does:
so none begins to wait on an event that is being called off.
"""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from actors.models import Organisation
from events import emails
from events.models import Event, Pitch, PitchAssignment, StallApplication
from ssoe_portal.common.moderation import TransitionNotAllowed


class StallsClosed(Exception):
    """The event takes no applications (any more): too late, or called off meanwhile."""


class PitchTaken(Exception):
    """Somebody else got this pitch a moment ago."""


class AppliedAgain(Exception):
    """The organisation has another application for this event, which waits or is accepted."""


def may_apply(user, event: Event | OuterRef) -> QuerySet[Organisation]:
    """One's own organisations, of those one may speak for, that have no active application yet."""
    active = StallApplication.objects.open().filter(event=event).values("organisation")
    return Organisation.objects.may_act_for(user).exclude(pk__in=active)


def worth_applying(user) -> QuerySet[Event]:
    """Events that take stalls, without those for which all one's own organisations applied."""
    own = Organisation.objects.may_act_for(user)
    free = may_apply(user, OuterRef(OuterRef("pk")))
    return Event.objects.taking_stalls().filter(Exists(free) | ~Exists(own))


@transaction.atomic
def apply(*, application: StallApplication) -> None:
    """Store an unsaved application and tell the organisation that it arrived.

    Raises StallsClosed, and IntegrityError when the organisation has applied already.
    """
    event = Event.objects.locked().get(pk=application.event_id)
    if not event.takes_stalls:
        raise StallsClosed(event.slug)
    application.save()
    emails.stall_received(application)


@transaction.atomic
def accept(*, application: StallApplication, reason: str = "") -> None:
    """Raises TransitionNotAllowed when it is decided or withdrawn already."""
    application.accept(reason)
    emails.stall_accepted(application)


@transaction.atomic
def decline(*, application: StallApplication, reason: str) -> None:
    """Raises TransitionNotAllowed when it is decided or withdrawn already."""
    application.decline(reason)
    emails.stall_declined(application)


@transaction.atomic
def take_back(*, application: StallApplication, reason: str) -> None:
    """Take an acceptance back. Raises TransitionNotAllowed when there is none (any more)."""
    application.take_back(reason)
    # The pitch is free now; what was selected along with the application does not know.
    emails.stall_taken_back(StallApplication.objects.for_tables().get(pk=application.pk))


def reopen(*, application: StallApplication) -> None:
    """Decide a declined application once more; no mail, the new decision sends one.

    Raises TransitionNotAllowed when it is not declined (any more) or the event is over or
    archived, and AppliedAgain.
    """
    try:
        with transaction.atomic():
            application.event = Event.objects.locked().get(pk=application.event_id)
            if not application.can_be_reopened:
                raise TransitionNotAllowed(f"stall application {application.pk} stays declined")
            application.reopen()
    except IntegrityError as error:
        raise AppliedAgain from error


def place(*, application: StallApplication, pitch: Pitch | None) -> None:
    """Give an accepted stall a pitch, another pitch, or none; tell the organisation where it is.

    Raises PitchTaken, and TransitionNotAllowed when the stall is not accepted (any more).
    """
    try:
        with transaction.atomic():
            held = StallApplication.objects.locked().get(pk=application.pk)
            if held.state != StallApplication.State.ACCEPTED:
                raise TransitionNotAllowed(f"stall application {held.pk} is {held.state}")
            current = (
                PitchAssignment.objects.select_related("pitch__venue")
                .filter(application=held)
                .first()
            )
            if pitch is None:
                PitchAssignment.objects.filter(application=held).delete()
                return
            if current is not None and current.pitch_id == pitch.pk:
                return
            PitchAssignment.objects.update_or_create(application=held, defaults={"pitch": pitch})
            emails.stall_placed(
                StallApplication.objects.for_tables().get(pk=held.pk),
                before=current.pitch if current else None,
            )
    except IntegrityError as error:
        raise PitchTaken from error
