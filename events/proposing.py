"""Organisations propose events; event managers publish them or give them back with a reason."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from actors.models import Organisation
from events import emails
from events.models import Event
from ssoe_portal.common.moderation import TransitionNotAllowed

#: How long the same form sent again is taken for a double click or the browser's way back.
SENT_TWICE_WITHIN = timedelta(hours=1)


class NowhereToGo(TransitionNotAllowed):
    """People are to come to an event that has no venue; its text says so, not of which."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.slug)
        self.event = event

    def __str__(self) -> str:
        return gettext(
            "It has no venue yet, and people have to know where to go. Please enter one first."
        )


def drafted_before(event: Event) -> Event | None:
    """Return the draft of the same organisation with the same title and time that was kept a short
    while ago. It holds the organisation, so that of two requests at once the second one sees what
    the first one has kept: call it in the transaction that keeps the new one."""
    Organisation.objects.locked().get(pk=event.organisation_id)
    return Event.objects.filter(
        organisation=event.organisation_id,
        title=event.title,
        starts_at=event.starts_at,
        created_at__gte=timezone.now() - SENT_TWICE_WITHIN,
    ).first()


def asked_before(event: Event) -> str:
    """Return what event managers asked when they last gave a proposal back that is in again."""
    if event.status != Event.Status.SUBMITTED:
        return ""
    history = Event.pgh_event_model.objects.filter(
        pgh_obj=event.pk, status=Event.Status.RETURNED
    ).order_by("-pgh_id")
    return history.values_list("return_reason", flat=True).first() or ""


@transaction.atomic
def hand_in(event: Event) -> None:
    """Let event managers decide; each of them gets a mail.

    Raises ValidationError while something readers need is missing, TransitionNotAllowed when it is
    in already.
    """
    event.submit(by_owner=True)
    emails.event_proposed(event)


@transaction.atomic
def publish(event: Event, *, only_from: str = "") -> None:
    """Make an event public; whoever proposed it hears of it. Raises TransitionNotAllowed, of these
    NowhereToGo while it lacks a place."""
    if not event.is_published and event.lacks_place():
        raise NowhereToGo(event)
    was_proposed = event.status == Event.Status.SUBMITTED
    event.publish(only_from=only_from)
    if was_proposed:
        emails.event_published(event)


@transaction.atomic
def give_back(event: Event, reason: str, *, only_from: str = "") -> None:
    """Give a proposal back; its organisation reads the reason. Raises TransitionNotAllowed."""
    event.return_to_owner(reason, only_from=only_from)
    emails.event_returned(event)
