"""The links in mails that stand for a party.

A link carries a signed token in its path. Opening it puts the registration into the session and
leads on to an address without any secret; every page there asks the session (`opened`). So the
link neither stays in the address bar nor is passed on with a page that someone shares.
"""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from events.models import Event, Registration
from events.models.registration import RegistrationQuerySet
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.signed_links import LinkProblem, SignedLink

#: Longer than any event is announced; the registration itself is erased after the event.
REGISTRATION = SignedLink("event-registration", timedelta(days=400))
#: Mails about changes of a programme begin and end.
FOLLOW = SignedLink("programme-follow", timedelta(days=7))
UNFOLLOW = SignedLink("programme-unfollow", timedelta(days=400))
SESSION_KEY = "registrations"
#: How many registrations one browser keeps open: a family's shared phone, not a directory.
KEPT = 20


def link(registration: Registration) -> str:
    """Return the absolute address for a mail, in the language that is active."""
    token = REGISTRATION.token(registration.link_key)
    return absolute(reverse("events:registration-link", args=[token]))


def exchange(request: HttpRequest, token: str) -> Registration:
    """Let this browser see the registration of a link. Raises LinkProblem, also for a link to an
    address that the registration had before."""
    link_key = REGISTRATION.read(token)
    registration = _under([str(link_key)]).first()
    if registration is None:
        raise LinkProblem("expired", reverse("events:event-list"))
    keys = [key for key in request.session.get(SESSION_KEY, []) if key != link_key]
    request.session[SESSION_KEY] = [*keys, link_key][-KEPT:]
    return registration


def opened_for(request: HttpRequest, event: Event) -> Registration | None:
    """Return the party with places at an event that this browser may see, the latest one; asks
    nothing where it has opened no link."""
    if not request.session.get(SESSION_KEY):
        return None
    return opened(request).confirmed().filter(event=event).order_by("-created_at", "-pk").first()


def opened(request: HttpRequest) -> RegistrationQuerySet:
    """Return the registrations that this browser may see."""
    return _under(request.session.get(SESSION_KEY, [])).select_related("event")


def _under(link_keys: list[str]) -> RegistrationQuerySet:
    """The registrations of these `Registration.link_key`, as long as they have that address."""
    if not link_keys:
        return Registration.objects.none()
    meant = Q()
    for pk, number in (key.split("-") for key in link_keys):
        meant |= Q(pk=int(pk), link_number=int(number))
    return Registration.objects.known().filter(meant)
