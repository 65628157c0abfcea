"""An organisation registers many families at once, adds some, changes and cancels single ones.

The rules are those for everybody (`registering.py`): one after the other, under the event's lock.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from actors.models import Organisation
from events import letters, registering
from events.models import Event, GroupRegistration, Registration
from ssoe_portal.common.users import User


class ListChanged(Exception):
    """Somebody else, or the same form sent twice, has added to the group meanwhile."""

    def __init__(self, group: GroupRegistration | None) -> None:
        super().__init__(group)
        self.group = group

    def has_all(self, parties: Sequence[Registration]) -> bool:
        """Whether families of these names have or wait for places in the group, as when a form is
        sent twice."""
        if self.group is None:
            return False
        names = set(self.group.registrations.active().values_list("name", flat=True))
        return names.issuperset(party.name for party in parties)


@transaction.atomic
def register(
    *,
    event: Event,
    organisation: Organisation,
    contact: User,
    parties: Sequence[Registration],
    known: int,
) -> GroupRegistration:
    """Register unsaved parties for an organisation, in order: those that fit have a place, the
    others wait. `known` is how many parties the sender saw in the group, cancelled ones too.

    Raises RegistrationClosed and ListChanged; nothing is stored then.
    """
    event = registering.lock(event.pk)
    if not event.registration_is_open:
        raise registering.RegistrationClosed(event.slug)
    group = GroupRegistration.objects.filter(event=event, organisation=organisation).first()
    if known != (group.registrations.count() if group else 0):
        raise ListChanged(group)
    if group is None:
        group = GroupRegistration.objects.create(
            event=event, organisation=organisation, contact=contact
        )
    confirmed = waiting = 0
    for party in parties:
        held = registering.settle_locked(event)
        party.event, party.group, party.email = event, group, ""
        party.language, party.created_at = contact.language or "de", timezone.now()
        fits = held.fit(party.size)
        party.state = Registration.State.CONFIRMED if fits else Registration.State.WAITING
        party.save()
        confirmed, waiting = confirmed + fits, waiting + (not fits)
    letters.queue_for_group(group, confirmed=confirmed, waiting=waiting)
    return group
