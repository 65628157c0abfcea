"""An entry goes into the archive, whoever put it there: who counts on its offers hears of it.

Organisations and offers are archived through here only. What is handed back with a question
(`services.return_to_owner`) is expected back: those who signed up stay as they are meanwhile.
"""

from datetime import datetime

from django.db import transaction

from actors import joining
from actors.models import Offer, Organisation
from actors.models.offer import OfferQuerySet
from ssoe_portal.common.confirmation import Confirmed


@transaction.atomic
def archive(item: Confirmed, reason: str = "") -> int:
    """Archive an entry, with the reason where staff do it; return how many people were written to
    because of that. Raises TransitionNotAllowed when it is archived already."""
    _hold_organisation(item)
    item.archive(reason)
    return joining.call_off(_offers_of(item))


@transaction.atomic
def lapse(item: Confirmed, now: datetime) -> int:
    """Archive what nobody has confirmed; else the same."""
    _hold_organisation(item)
    item.lapse(now)
    return joining.call_off(_offers_of(item))


def concerned(item: Confirmed) -> joining.Places:
    """Return who would be written to if it were archived now; for display: nothing is locked."""
    return joining.counting_on(_offers_of(item))


def _offers_of(item: Confirmed) -> OfferQuerySet:
    """Offers that readers lose along with an entry."""
    if isinstance(item, Organisation):
        return Offer.objects.filter(organisation=item)
    return Offer.objects.filter(pk=item.pk) if isinstance(item, Offer) else Offer.objects.none()


def _hold_organisation(item: Confirmed) -> None:
    """Hold an entry's organisation before it: whoever archives that at this moment does so before
    or after, and neither waits for the other for ever."""
    if item.organisation is not None:
        Organisation.objects.locked().get(pk=item.organisation.pk)
