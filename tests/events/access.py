"""Who may open which address of events (see tests/access.py)."""

from tests.access import OK, PUBLIC, Access, event_managers, members, signed_in
from tests.events.world import in_days, make_event, make_registration, make_stall


def _slug(world) -> dict:
    return {"slug": make_event(stalls_until=in_days(10)).slug}


def _counted_on(world) -> dict:
    return {"slug": make_registration().event.slug}


def _code(world) -> dict:
    return {"code": make_registration().code}


def _own_stall(world) -> dict:
    return {"pk": make_stall(organisation=world.organisation).pk}


#: Whoever has not opened the link in the mail is told to, whoever they are.
_LINK_GONE = 410

ACCESS = {
    "events:event-list": PUBLIC,
    "events:event-detail": Access(OK, arguments=_slug),
    "events:event-ics": Access(OK, arguments=_slug),
    "events:programme": Access(OK, arguments=_slug),
    "events:programme-ics": Access(OK, arguments=_slug),
    "events:register": Access(OK, arguments=_slug),
    "events:registered": Access(OK, arguments=_slug),
    "events:registration-link": Access(404, arguments=lambda world: {"token": "wrong"}),
    "events:registration": Access(_LINK_GONE, arguments=_code),
    "events:registration-qr": Access(_LINK_GONE, arguments=_code),
    "events:registration-cancel": Access(_LINK_GONE, arguments=_code),
    "events:registration-size": Access(_LINK_GONE, arguments=_code),
    "events:registration-accept": Access(405, arguments=_code, post=Access(_LINK_GONE)),
    "events:stall-list": signed_in(),
    "events:stall-apply": signed_in(arguments=_slug),
    "events:stall-detail": members(arguments=_own_stall),
    "events:stall-edit": members(arguments=_own_stall),
    "events:stall-withdraw": members(arguments=_own_stall),
    "events:desk-list": event_managers(),
    "events:desk-new": event_managers(),
    "events:desk-event": event_managers(arguments=_slug),
    "events:desk-edit": event_managers(arguments=_slug),
    "events:desk-history": event_managers(arguments=_slug),
    "events:desk-status": event_managers(405, arguments=_slug),
    "events:desk-call-off": event_managers(arguments=_counted_on),
    "events:desk-stalls": event_managers(arguments=_slug),
    "events:desk-plan": event_managers(arguments=_slug),
    "events:desk-stall": event_managers(arguments=_own_stall),
    "events:desk-stall-decide": event_managers(405, arguments=_own_stall),
    "events:desk-stall-place": event_managers(405, arguments=_own_stall),
    "events:desk-registrations": event_managers(arguments=_slug),
    "events:desk-registrations-export": event_managers(405, arguments=_slug),
    "events:desk-door": event_managers(arguments=_slug),
    "events:desk-door-places": event_managers(arguments=_slug),
    "events:desk-door-worker": event_managers(arguments=_slug),
    "events:desk-door-sync": event_managers(405, arguments=_slug),
    "events:desk-door-check-in": event_managers(405, arguments=_slug),
    "events:desk-door-undo": event_managers(405, arguments=_slug),
    "events:desk-registration": event_managers(arguments=_code),
    "events:desk-registration-cancel": event_managers(405, arguments=_code),
}
