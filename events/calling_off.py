"""An event is called off before it is over: whoever counts on it hears of it, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from events import emails, letters, repeating
from events.models import Event, Registration, StallApplication
from events.models.registration import CancelledBecause
from ssoe_portal.common.moderation import TransitionNotAllowed


class WordsMissing(TransitionNotAllowed):
    """Somebody counts on the event: nobody is sent away without a sentence."""


@dataclass(frozen=True)
class Concerned:
    """Who is told: parties with the people in them, of them those `to_call` since they have no
    e-mail address, and organisations with a stall."""

    parties: int
    people: int
    to_call: int
    stalls: int

    def __bool__(self) -> bool:
        return bool(self.parties or self.stalls)


def concerned(*events: Event) -> Concerned:
    """Return who counts on these events now; for display, since nothing is locked."""
    active = Registration.objects.active().filter(event__in=events)
    stalls = StallApplication.objects.open().filter(event__in=events)
    return Concerned(
        **active.aggregate(
            parties=Count("pk"),
            people=Sum("size", default=0),
            to_call=Count("pk", filter=Q(email="", group=None)),
        ),
        stalls=stalls.count(),
    )


@transaction.atomic
def call_off(event: Event, words: str = "", *, with_following: bool = False) -> None:
    """Archive an event, if wished with all following dates of its series. Of those that are not
    over, cancel all registrations and stall applications, each with a mail in which `words` say
    why, and write to whoever follows the programme. The owners of an organisation that leads public
    ones get one mail about all of them.

    Raises WordsMissing when somebody counts on one of them and there are none, TransitionNotAllowed
    when one is archived already.
    """
    following = repeating.following(event) if with_following else ()
    of_hosts: dict[int | None, list[_CalledOff]] = {}
    for each in (event, *following):
        done = _call_off(each, words.strip())
        if done.host_is_told:
            of_hosts.setdefault(done.event.organisation_id, []).append(done)
    for first, *later in of_hosts.values():
        emails.event_called_off(
            first.event,
            later=[done.event for done in later],
            others_are_told=any(done.concerned for done in (first, *later)),
        )


@dataclass(frozen=True)
class _CalledOff:
    event: Event
    concerned: Concerned
    host_is_told: bool


def _call_off(event: Event, words: str) -> _CalledOff:
    from events.tasks import tell_of_calling_off

    held = Event.objects.locked().get(pk=event.pk)
    concerned_now = Concerned(0, 0, 0, 0) if held.is_over else concerned(held)
    if concerned_now and not words:
        raise WordsMissing(held.slug)
    was_public = held.is_published
    held.archive(words)
    # The database counts up SEQUENCE; the calendar file in the mails has to carry the new one.
    held.refresh_from_db(fields=["sequence", "modified_at"])
    event.status = held.status
    if concerned_now:
        now = timezone.now()
        for registration in held.registrations.active().order_by("pk"):
            _cancel(registration, held, words, now)
        # Held: whoever withdraws or declines one at this moment does so before or after.
        for application in held.stall_applications.open().locked().for_tables().order_by("pk"):
            _withdraw(application, held, words)
    if not held.is_over and held.programme_subscriptions.confirmed().exists():
        tell_of_calling_off.defer(event_id=held.pk, words=words)
    return _CalledOff(held, concerned_now, was_public and not held.is_over)


def _cancel(registration: Registration, event: Event, words: str, now: datetime) -> None:
    registration.event = event
    registration.give_up(CancelledBecause.STAFF, now)
    letters.queue("called_off", registration, words=words)


def _withdraw(application: StallApplication, event: Event, words: str) -> None:
    application.event = event
    application.withdraw()
    emails.stall_called_off(application, words)
