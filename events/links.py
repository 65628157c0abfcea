"""The links in mails that stand for a party.

A link carries a signed token in its path. Opening it puts the registration into the session and
leads on to an address without any secret; every page there asks the session (`opened`). So the
link neither stays in the address bar nor is passed on with a page that someone shares.
"""

from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse

from events.models import Event, Registration
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
    token = REGISTRATION.token(registration.pk)
    return absolute(reverse("events:registration-link", args=[token]))


def exchange(request: HttpRequest, token: str) -> Registration:
    """Let this browser see the registration of a link. Raises LinkProblem."""
    pk = REGISTRATION.read(token)
    registration = Registration.objects.known().filter(pk=pk).first()
    if registration is None:
        raise LinkProblem("expired", reverse("events:event-list"))
    keys = [key for key in request.session.get(SESSION_KEY, []) if key != pk]
    request.session[SESSION_KEY] = [*keys, pk][-KEPT:]
    return registration


def opened_for(request: HttpRequest, event: Event) -> Registration | None:
    """Return the party with places at an event that this browser may see, the latest one; asks
    nothing where it has opened no link."""
    if not request.session.get(SESSION_KEY):
        return None
    return opened(request).confirmed().filter(event=event).order_by("-created_at", "-pk").first()


def opened(request: HttpRequest):
    """Return the registrations that this browser may see."""
    keys = request.session.get(SESSION_KEY, [])
    return Registration.objects.known().filter(pk__in=keys).select_related("event")
