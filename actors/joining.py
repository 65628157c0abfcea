"""How a person without an account joins an offer: asks, confirms the address, is answered,
withdraws. Each step sends its mail in the same transaction."""

from django.db import transaction

from actors import emails
from actors.models import JoinRequest, Offer


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
    emails.join_confirm(request)


@transaction.atomic
def send_again(*, offer: Offer, email: str) -> None:
    """Repeat the last mail to an address that asked to come; nothing where nobody did.

    To whom it is known is as silent as `ask`: the mail alone tells.
    """
    requests = offer.join_requests.from_address(email).order_by("-created_at", "-pk")
    if active := requests.active().first():
        emails.join_exists(active)
    elif waiting := requests.filter(state=JoinRequest.State.UNCONFIRMED).first():
        emails.join_confirm(waiting)


def standing(request: JoinRequest) -> JoinRequest:
    """Return what a person's request has become: itself, or where the form was sent twice and the
    other one was confirmed, that one."""
    if request.state != JoinRequest.State.UNCONFIRMED:
        return request
    same = request.offer.join_requests.active().from_address(request.email)
    return same.first() or request


@transaction.atomic
def confirm(*, request: JoinRequest) -> None:
    """The address is real: hand the request to the organisation, send a receipt.

    Raises TransitionNotAllowed when it is confirmed already, or another one from this address.
    """
    request.confirm()
    emails.join_received(request)
    emails.join_new(request)


@transaction.atomic
def withdraw(*, request: JoinRequest) -> None:
    """Take a request back. What nobody has seen yet is erased; else the organisation is told.

    Raises TransitionNotAllowed when it was declined, withdrawn or erased before.
    """
    # The database tells, not what was read: it may have been confirmed in another tab since.
    if JoinRequest.objects.filter(pk=request.pk, confirmed_at=None).delete()[0]:
        return
    request.withdraw()
    emails.join_withdrawn(request)


@transaction.atomic
def answer(*, request: JoinRequest, accept: bool, text: str) -> None:
    """Answer a person. Raises TransitionNotAllowed when a colleague was faster."""
    request.decide(accept=accept, answer=text)
    emails.join_answered(request)
