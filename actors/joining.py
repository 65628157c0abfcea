"""How a person without an account joins an offer: asks, confirms the address, is answered, waits,
is offered a place, withdraws, or hears that it no longer takes place. Each step sends its mail in
the same transaction.

Whatever gives or takes a place first locks the offer's row (`OfferQuerySet.locked`), then counts
the requests, then decides. There are no counters. After each of them this holds: nobody waits while
a place is free, so a newcomer never overtakes anyone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from actors import emails
from actors.models import JoinRequest, Offer
from actors.models.joining import HOLDING, JoinRequestQuerySet, State
from actors.models.offer import OfferQuerySet
from ssoe_portal.common.moderation import TransitionNotAllowed

#: How long a freed place is kept for the person it was offered to.
OFFER_TIME = timedelta(hours=48)


class PlacesTaken(Exception):
    """Every place of the offer is taken; nobody more can be accepted."""


class PlacesFree(Exception):
    """Whoever was put on the waiting list would be offered a place at once."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places of an offer and who stands for them; `limit` and `free` are None without a limit."""

    limit: int | None
    accepted: int = 0
    offered: int = 0
    open: int = 0
    waiting: int = 0

    @property
    def taken(self) -> int:
        return self.accepted + self.offered

    @property
    def free(self) -> int | None:
        return None if self.limit is None else max(self.limit - self.taken, 0)

    @property
    def is_full(self) -> bool:
        return self.free == 0

    @property
    def too_many(self) -> int:
        """How many more have a place than there are, since the offer was given fewer."""
        return 0 if self.limit is None else max(self.taken - self.limit, 0)

    @property
    def passes_on(self) -> bool:
        """Whether one who goes frees a place: not while there are fewer places than people."""
        return self.limit is not None and not self.too_many

    @property
    def people(self) -> int:
        """Everybody who has a place, is offered one, waits for one or for an answer."""
        return self.taken + self.open + self.waiting


def places(offer: Offer) -> Places:
    """Return how many places are taken now; for display, since nothing is locked."""
    return _counted(offer.join_requests.all(), offer.places)


def _counted(requests: JoinRequestQuerySet, limit: int | None = None) -> Places:
    numbers = requests.aggregate(
        **{
            name: Count("pk", filter=Q(state=state))
            for name, state in (
                ("accepted", State.ACCEPTED),
                ("offered", State.OFFERED),
                ("open", State.OPEN),
                ("waiting", State.WAITING),
            )
        }
    )
    return Places(limit, **numbers)


def free_places(offer: Offer) -> Places:
    """Return what readers see; nothing is counted where everyone finds room."""
    return Places(None) if offer.places is None else places(offer)


@transaction.atomic
def ask(*, offer: Offer, request: JoinRequest) -> None:
    """Take down a request and send the link that confirms the address.

    Where the same address has asked before, only a reminder goes out: what the page shows next
    must not tell anybody who is coming.
    """
    active = offer.join_requests.active().from_address(request.email).first()
    if active is not None:
        emails.join_exists(active)
        return
    request.offer = offer
    request.save()
    emails.join_confirm(request, is_full=free_places(offer).is_full)


@transaction.atomic
def send_again(*, offer: Offer, email: str) -> None:
    """Repeat the last mail to an address that asked to come; nothing where nobody did.

    To whom it is known is as silent as `ask`: the mail alone tells.
    """
    requests = offer.join_requests.from_address(email).order_by("-created_at", "-pk")
    if active := requests.active().first():
        emails.join_exists(active)
    elif waiting := requests.filter(state=JoinRequest.State.UNCONFIRMED).first():
        emails.join_confirm(waiting, is_full=free_places(offer).is_full)


def standing(request: JoinRequest) -> JoinRequest:
    """Return what a person's request has become: itself, or where the form was sent twice and the
    other one was confirmed, that one."""
    if request.state != JoinRequest.State.UNCONFIRMED:
        return request
    same = request.offer.join_requests.active().from_address(request.email)
    return same.first() or request


@transaction.atomic
def confirm(*, request: JoinRequest) -> None:
    """The address is real: hand the request to the organisation, send a receipt. Where every place
    is taken it waits, and the organisation need not do anything.

    Raises TransitionNotAllowed when it is confirmed already, or another one from this address, or
    when the offer has gone.
    """
    offer = Offer.objects.locked().get(pk=request.offer_id)
    # First, so that a place that nobody took up in time does not count any more.
    settle_locked(offer)
    # Asked anew: what was read along with the lock may be of before a wait for it.
    if not Offer.objects.published().filter(pk=offer.pk).exists():
        raise TransitionNotAllowed(f"offer {offer.pk} is not public")
    request.offer = offer
    request.confirm(is_full=_is_full_locked(offer))
    if request.is_waiting:
        emails.join_waiting(request)
    else:
        emails.join_received(request)
        emails.join_new(request)


@transaction.atomic
def withdraw(*, request: JoinRequest, gives_up_place: bool = True) -> None:
    """Take a request back. What nobody has seen yet is erased; else the organisation is told, if
    it had to do with it. A place that becomes free is passed on.

    Raises TransitionNotAllowed when it was declined, withdrawn or erased before, or when it has got
    a place meanwhile that was not meant to be given up.
    """
    offer = Offer.objects.locked().get(pk=request.offer_id)
    if not gives_up_place and JoinRequest.objects.holding_places().filter(pk=request.pk).exists():
        raise TransitionNotAllowed(f"join request {request.pk} has a place")
    # The database tells, not what was read: it may have been confirmed in another tab since.
    if JoinRequest.objects.filter(pk=request.pk, confirmed_at=None).delete()[0]:
        return
    request.offer = offer
    concerned = JoinRequest.objects.filter(
        pk=request.pk, state__in=[State.OPEN, State.ACCEPTED]
    ).exists()
    request.withdraw()
    if concerned:
        emails.join_withdrawn(request)
    settle_locked(offer)


@transaction.atomic
def answer(*, request: JoinRequest, accept: bool, text: str) -> None:
    """Answer a person. Raises TransitionNotAllowed when a colleague was faster, PlacesTaken when
    there is no place left to give."""
    offer = Offer.objects.locked().get(pk=request.offer_id)
    settle_locked(offer)
    request.offer = offer
    if accept and _is_full_locked(offer):
        raise PlacesTaken(offer.slug)
    request.decide(accept=accept, answer=text)
    emails.join_answered(request)


@transaction.atomic
def answer_all(*, offer: Offer, keys: Collection[int], accept: bool, text: str) -> int:
    """Answer several people with the same words, each with a mail; return how many. Whoever was
    answered or has withdrawn meanwhile is left out. Raises PlacesTaken where there are fewer places
    left than people: nobody is answered then."""
    offer = Offer.objects.locked().get(pk=offer.pk)
    settle_locked(offer)
    requests = list(offer.join_requests.open().filter(pk__in=keys).order_by("confirmed_at", "pk"))
    free = places(offer).free
    if accept and free is not None and len(requests) > free:
        raise PlacesTaken(offer.slug)
    for request in requests:
        request.offer = offer
        request.decide(accept=accept, answer=text)
        emails.join_answered(request)
    return len(requests)


def _held_while_full(offer_id: int) -> Offer:
    """Hold an offer all of whose places are taken; raises PlacesFree for any other."""
    offer = Offer.objects.locked().get(pk=offer_id)
    settle_locked(offer)
    if not _is_full_locked(offer):
        raise PlacesFree(offer.slug)
    return offer


@transaction.atomic
def put_all_on_list(*, offer: Offer, keys: Collection[int]) -> int:
    """Let several people wait, in the order of asking; return how many that are. Raises PlacesFree
    while there is a place to give."""
    offer = _held_while_full(offer.pk)
    requests = list(offer.join_requests.open().filter(pk__in=keys).order_by("confirmed_at", "pk"))
    for request in requests:
        request.offer = offer
        request.wait()
        emails.join_waiting(request)
    return len(requests)


@transaction.atomic
def cancel(*, request: JoinRequest, reason: str) -> None:
    """The organisation takes a place back; the person reads why, and the place is passed on. Raises
    TransitionNotAllowed when there is none (any more)."""
    offer = Offer.objects.locked().get(pk=request.offer_id)
    request.offer = offer
    request.cancel(reason)
    emails.join_cancelled(request)
    settle_locked(offer)


@transaction.atomic
def put_on_list(*, request: JoinRequest) -> None:
    """The organisation has no place for an open request yet: it waits, in the order of asking.
    Raises TransitionNotAllowed when it was answered or withdrawn meanwhile, PlacesFree while there
    is a place to give."""
    request.offer = _held_while_full(request.offer_id)
    request.wait()
    emails.join_waiting(request)


@transaction.atomic
def call_off(offers: OfferQuerySet) -> int:
    """These offers no longer take place: everybody who counts on them gets a mail, once. Return
    how many people that are. Whoever has been to one that is over keeps the place.

    All are held before the first one is looked at: nobody is confirmed or accepted meanwhile.
    """
    told = 0
    for offer in list(offers.locked().order_by("pk")):
        for request in _counts_on(offer):
            request.offer = offer
            request.call_off()
            emails.join_called_off(request)
            told += 1
    return told


def counting_on(offers: OfferQuerySet) -> Places:
    """Return who would hear of it if these offers ended; for display, since nothing is locked."""
    with_people = offers.filter(join_requests__in=JoinRequest.objects.active()).distinct()
    return _counted(
        JoinRequest.objects.filter(
            pk__in=[request.pk for offer in with_people for request in _counts_on(offer)]
        )
    )


def _counts_on(offer: Offer) -> list[JoinRequest]:
    requests = list(offer.join_requests.active().order_by("pk"))
    if requests and offer.is_over:
        return [request for request in requests if request.state != State.ACCEPTED]
    return requests


@transaction.atomic
def tell_change(*, before: Offer, now: Offer) -> int:
    """Write to everybody who has a place, waits for one or for an answer how times, place or price
    have changed; nothing where they are the same. Return how many people were written to. Both are
    as they were stored (`OfferQuerySet.for_words`)."""
    told = 0
    for request in now.join_requests.active().order_by("pk"):
        request.offer = now
        told += emails.join_changed(request, before)
    return told


def without_their_day(offer: Offer) -> int:
    """Return how many people have a place and want to come on a day on which it does not take place
    any more."""
    wanting = offer.join_requests.holding_places().filter(wanted_day__gte=timezone.localdate())
    return sum(request.has_lost_its_day for request in wanting)


def take(*, request: JoinRequest, now: datetime | None = None) -> None:
    """Take up an offered place. Raises TransitionNotAllowed when it is not kept (any more)."""
    now = now or timezone.now()
    with transaction.atomic():
        offer = Offer.objects.locked().get(pk=request.offer_id)
        fresh = JoinRequest.objects.get(pk=request.pk)
        fresh.offer = offer
        in_time = fresh.is_offered and fresh.offer_is_open(now)
        if in_time:
            fresh.take_place(now)
            emails.join_answered(fresh)
            emails.join_taken(fresh)
        else:
            # Whoever comes too late sets the passing on in motion, even before the worker does.
            settle_locked(offer, now)
    if not in_time:
        raise TransitionNotAllowed(f"request {request.pk} has no open offer")


@transaction.atomic
def settle(offer_id: int, now: datetime | None = None) -> None:
    """Let overdue places go and offer what is free: safe to run at any time, and twice."""
    offer = Offer.objects.locked().filter(pk=offer_id).first()
    if offer is not None:
        settle_locked(offer, now)


def settle_locked(offer: Offer, now: datetime | None = None) -> None:
    """The same for a caller that holds the offer's lock."""
    from actors.tasks import settle_offer

    now = now or timezone.now()
    for request in offer.join_requests.overdue(now):
        request.offer = offer
        request.expire()
        emails.join_expired(request)
    if not offer.is_public:
        return
    for request in list(offer.join_requests.waiting()):
        if _is_full_locked(offer):
            return
        request.offer = offer
        request.offer_place(until=now + OFFER_TIME)
        emails.join_offered(request)
        settle_offer.configure(schedule_at=request.offered_until).defer(offer_id=offer.pk)


def _is_full_locked(offer: Offer) -> bool:
    if offer.places is None:
        return False
    return offer.join_requests.filter(state__in=HOLDING).count() >= offer.places
