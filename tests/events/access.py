"""Who may open which address of events (see tests/access.py)."""

from events.models import EventPicture, VenueStop
from tests.access import (
    LOGIN,
    MISSING,
    OK,
    PUBLIC,
    Access,
    event_managers,
    members,
    signed_in,
)
from tests.events.world import (
    in_days,
    make_event,
    make_group,
    make_item,
    make_question,
    make_registration,
    make_speaker,
    make_stall,
    make_venue,
)


def _slug(world) -> dict:
    return {"slug": make_event(stalls_until=in_days(10)).slug}


def _counted_on(world) -> dict:
    return {"slug": make_registration().event.slug}


def _code(world) -> dict:
    return {"code": make_registration().code}


def looked_after(status: int = OK, **kwargs) -> Access:
    """A group's own people, and whoever runs events."""
    return Access(
        MISSING,
        {"visitor": LOGIN, **dict.fromkeys(("editor", "owner", "event_manager", "admin"), status)},
        **kwargs,
    )


def _group(world) -> dict:
    return {"pk": make_group(organisation=world.organisation).pk}


def _family(world) -> dict:
    group = make_group(organisation=world.organisation)
    return {"pk": group.pk, "code": group.registrations.get().code}


def _question(world) -> dict:
    question = make_question()
    return {"slug": question.event.slug, "pk": question.pk}


def _own_stall(world) -> dict:
    return {"pk": make_stall(organisation=world.organisation).pk}


def _own_event(world) -> dict:
    return {"slug": make_event(organisation=world.organisation).slug}


def _own_venue(world) -> dict:
    venue = make_venue(make_event(organisation=world.organisation))
    make_venue(venue.event)  # the only one could not be removed
    return {"slug": venue.event.slug, "pk": venue.pk}


def _own_pop_up(world) -> dict:
    venue = make_venue(make_event(organisation=world.organisation), kind="pop-up")
    return {"slug": venue.event.slug, "pk": venue.pk}


def _own_picture(world) -> dict:
    event = make_event(organisation=world.organisation)
    picture = EventPicture.objects.create(
        event=event, alt="Ein Raum.", digest="0" * 64, width=800, height=600
    )
    return {"slug": event.slug, "pk": picture.pk}


def _own_stop(world) -> dict:
    found = _own_pop_up(world)
    stop = VenueStop.objects.create(
        venue_id=found["pk"], name="Bahnhof", starts_at=in_days(1), ends_at=in_days(2)
    )
    return {**found, "stop_pk": stop.pk}


def whoever_changes_it(status: int = OK, **kwargs) -> Access:
    """The people of the organisation that leads the event, event managers and admins; others are
    not told that there is something to change."""
    may = dict.fromkeys(["editor", "owner", "event_manager", "admin"], status)
    return Access(MISSING, {"visitor": LOGIN, **may}, **kwargs)


def _item(world) -> dict:
    item = make_item()
    return {"slug": item.event.slug, "pk": item.pk}


def _speaker(world) -> dict:
    speaker = make_speaker()
    return {"slug": speaker.event.slug, "pk": speaker.pk}


#: Whoever has not opened the link in the mail is told to, whoever they are.
_LINK_GONE = 410

ACCESS = {
    "events:event-list": PUBLIC,
    "events:calendar-ics": PUBLIC,
    "events:calendar-atom": PUBLIC,
    "events:calendar-embed": PUBLIC,
    "events:calendar-subscribe": PUBLIC,
    "events:event-detail": Access(OK, arguments=_slug),
    "events:event-ics": Access(OK, arguments=_slug),
    "events:programme": Access(OK, arguments=_slug),
    "events:programme-ics": Access(OK, arguments=_slug),
    "events:my-programme": Access(OK, arguments=_slug),
    "events:my-programme-renew": Access(405, arguments=_slug, post=Access(302)),
    "events:mark": Access(405, arguments=_slug, post=Access(302)),
    "events:my-calendar": Access(404, arguments=lambda world: {"key": "wrong"}),
    "events:follow": Access(OK, arguments=_slug),
    "events:follow-confirm": Access(404, arguments=lambda world: {"token": "wrong"}),
    "events:follow-end": Access(404, arguments=lambda world: {"token": "wrong"}),
    "events:register": Access(OK, arguments=_slug),
    "events:registered": Access(OK, arguments=_slug),
    "events:registration-link": Access(404, arguments=lambda world: {"token": "wrong"}),
    "events:registration": Access(_LINK_GONE, arguments=_code),
    "events:registration-ics": Access(_LINK_GONE, arguments=_code),
    "events:registration-qr": Access(_LINK_GONE, arguments=_code),
    "events:registration-cancel": Access(_LINK_GONE, arguments=_code),
    "events:registration-change": Access(_LINK_GONE, arguments=_code),
    "events:registration-items": Access(_LINK_GONE, arguments=_code),
    "events:registration-accept": Access(405, arguments=_code, post=Access(_LINK_GONE)),
    "events:venue-new": whoever_changes_it(arguments=_own_event),
    "events:venue-edit": whoever_changes_it(arguments=_own_venue),
    "events:venue-remove": whoever_changes_it(arguments=_own_venue),
    "events:stop-list": whoever_changes_it(arguments=_own_pop_up),
    "events:stop-edit": whoever_changes_it(arguments=_own_stop),
    "events:stop-remove": Access(
        405, {"visitor": LOGIN}, arguments=_own_stop, post=whoever_changes_it(302)
    ),
    # What is not over leads back to where one looks after it.
    "events:outcome": whoever_changes_it(302, arguments=_own_event),
    "events:outcome-picture-remove": Access(
        405, {"visitor": LOGIN}, arguments=_own_picture, post=whoever_changes_it(302)
    ),
    "events:own-list": signed_in(),
    # Who belongs to no organisation is led to entering one first.
    "events:own-new": Access(302, {"visitor": LOGIN, "stranger": OK, "editor": OK, "owner": OK}),
    "events:own-event": whoever_changes_it(arguments=_own_event),
    "events:own-edit": whoever_changes_it(arguments=_own_event),
    "events:own-step": Access(
        405, {"visitor": LOGIN}, arguments=_own_event, post=whoever_changes_it(302)
    ),
    # Who belongs to no organisation is led to entering one first.
    "events:group-register": Access(
        302, {"visitor": LOGIN, "stranger": OK, "editor": OK, "owner": OK}, arguments=_slug
    ),
    "events:group": looked_after(arguments=_group),
    "events:group-tickets": looked_after(arguments=_group),
    "events:group-change": looked_after(arguments=_family),
    "events:group-cancel": looked_after(arguments=_family),
    "events:group-items": looked_after(arguments=_family),
    "events:group-accept": Access(
        405, {"visitor": LOGIN}, arguments=_family, post=looked_after(302)
    ),
    "events:stall-list": signed_in(),
    "events:stall-apply": signed_in(arguments=_slug),
    "events:stall-detail": members(arguments=_own_stall),
    "events:stall-edit": members(arguments=_own_stall),
    "events:stall-withdraw": members(arguments=_own_stall),
    "events:desk-list": event_managers(),
    "events:desk-proposals": event_managers(),
    "events:desk-new": event_managers(),
    "events:desk-erasing": event_managers(),
    "events:desk-event": event_managers(arguments=_slug),
    "events:desk-edit": event_managers(arguments=_slug),
    "events:desk-dates": event_managers(arguments=_slug),
    "events:desk-dates-publish": event_managers(405, arguments=_slug),
    "events:desk-history": event_managers(arguments=_slug),
    "events:desk-status": event_managers(405, arguments=_slug),
    "events:desk-decide": event_managers(302, arguments=_slug),
    "events:desk-call-off": event_managers(arguments=_counted_on),
    "events:desk-programme": event_managers(arguments=_slug),
    "events:desk-item-new": event_managers(arguments=_slug),
    "events:desk-item": event_managers(arguments=_item),
    "events:desk-item-move": event_managers(arguments=_item),
    "events:desk-sign-ups": event_managers(arguments=_item),
    "events:desk-sign-ups-sheet": event_managers(302, arguments=_item),
    "events:desk-registration-items": event_managers(arguments=_code),
    "events:desk-item-remove": event_managers(405, arguments=_item),
    "events:desk-speakers": event_managers(arguments=_slug),
    "events:desk-speaker-new": event_managers(arguments=_slug),
    "events:desk-speaker": event_managers(arguments=_speaker),
    "events:desk-speaker-remove": event_managers(405, arguments=_speaker),
    "events:desk-release": event_managers(arguments=_slug),
    "events:desk-stalls": event_managers(arguments=_slug),
    "events:desk-plan": event_managers(arguments=_slug),
    "events:desk-stall": event_managers(arguments=_own_stall),
    "events:desk-stall-decide": event_managers(405, arguments=_own_stall),
    "events:desk-stall-place": event_managers(405, arguments=_own_stall),
    "events:desk-messages": event_managers(arguments=_slug),
    "events:desk-message-new": event_managers(arguments=_slug),
    "events:desk-questions": event_managers(arguments=_slug),
    "events:desk-question-new": event_managers(arguments=_slug),
    "events:desk-question": event_managers(arguments=_question),
    "events:desk-question-up": event_managers(405, arguments=_question),
    "events:desk-question-remove": event_managers(arguments=_question),
    "events:desk-registrations": event_managers(arguments=_slug),
    "events:desk-registration-new": event_managers(arguments=_slug),
    "events:desk-registrations-export": event_managers(405, arguments=_slug),
    "events:desk-door": event_managers(arguments=_slug),
    "events:desk-door-places": event_managers(arguments=_slug),
    "events:desk-door-worker": event_managers(arguments=_slug),
    "events:desk-door-sync": event_managers(405, arguments=_slug),
    "events:desk-door-sheet": event_managers(302, arguments=_slug),
    "events:desk-report": event_managers(arguments=_slug),
    "events:desk-report-csv": event_managers(arguments=_slug),
    "events:desk-door-check-in": event_managers(405, arguments=_slug),
    "events:desk-door-undo": event_managers(405, arguments=_slug),
    "events:desk-registration": event_managers(arguments=_code),
    "events:desk-registration-cancel": event_managers(405, arguments=_code),
    "events:desk-registration-change": event_managers(arguments=_code),
    "events:desk-registration-told": event_managers(405, arguments=_code),
    "events:desk-confirmation": event_managers(arguments=_code),
}
