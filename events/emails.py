"""Mails about events: one function a message, one template each."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from events import ics, links, qr, ready, times
from events.models import (
    Event,
    EventMove,
    GroupRegistration,
    Message,
    Pitch,
    ProgrammeChange,
    ProgrammeItem,
    ProgrammeRelease,
    ProgrammeSubscription,
    Registration,
    StallApplication,
)
from events.programme import open_to, shown
from ssoe_portal.common import mail
from ssoe_portal.common.users import User


def registration_confirmed(registration: Registration, *, key: str = "") -> None:
    """The place is theirs: with the calendar entry, the QR code for the door, and the link."""
    _to_guest(registration, "confirmed", key=key, with_ticket=True)


def registration_changed(registration: Registration, by_staff: int = 0, *, key: str = "") -> None:
    """What the party, or staff for it, has changed is stored: how things stand now, with the ticket
    if it has one."""
    context: dict[str, Any] = {"by_staff": by_staff}
    if registration.is_waiting:
        context["position"] = registration.position
    has_ticket = registration.is_confirmed
    _to_guest(registration, "changed", key=key, context=context, with_ticket=has_ticket)


def registration_reminder(registration: Registration, *, key: str = "") -> None:
    """Some days before: when, where, the ticket once more, and how to make room for others."""
    _to_guest(registration, "reminder", key=key, with_ticket=True)


def message(registration: Registration, message_id: int, *, key: str = "") -> None:
    """What event managers wrote to those who are registered."""
    written = Message.objects.get(pk=message_id)
    _to_guest(registration, "message", key=key, context={"message": written})


def group_letter(
    group: GroupRegistration,
    event: Event,
    letter: str,
    *,
    key: str,
    party: Registration | None = None,
    **facts: Any,
) -> None:
    """To whoever looks after a group: what became of one family in it, or what all are told."""
    if "message_id" in facts:
        facts["message"] = Message.objects.get(pk=facts["message_id"])
    if letter == "items_changed":
        facts["release"] = ProgrammeRelease.objects.get(pk=facts["release_id"])
    for person in group.addressees:
        language = _language_of(person)
        with translation.override(language):
            urls = {
                "link": mail.absolute(group.get_absolute_url()),
                "event_url": mail.absolute(event.get_absolute_url()),
            }
            venues = ready.venues(event)
            about = _items(party, venues) if party else {}
            if party and letter == "cancelled":
                about["whom_to_ask"] = _whom_to_ask(party)
            if letter == "items_changed":
                about["changes"] = _changes_of_items(
                    facts["release_id"], event, sign_ups__registration__group=group
                )
                if not about["changes"]:
                    return  # they have given these places back meanwhile
        mail.send(
            "events/mail/group_letter.html",
            to=person.email,
            language=language,
            key=f"{key}.{person.pk}",
            context={
                "group": group,
                "event": event,
                "venue": venues[0] if venues else None,
                "letter": letter,
                "party": party,
                **about,
                **urls,
                **facts,
            },
        )


def registration_waiting(registration: Registration, position: int, *, key: str = "") -> None:
    """No place yet: how many are ahead, and what happens when one becomes free."""
    _to_guest(registration, "waiting", key=key, context={"position": position})


def place_offered(registration: Registration, *, key: str = "") -> None:
    """A place has become free: until when it is kept, and the link to take it."""
    _to_guest(registration, "offered", key=key)


def registration_cancelled(registration: Registration, words: str = "", *, key: str = "") -> None:
    """Cancelled by the guests, by staff, or because an offer ran out: the mail says which. Where
    staff did it: their words, if any, and whom to ask."""
    with translation.override(registration.language):
        asked = _whom_to_ask(registration)
    _to_guest(registration, "cancelled", key=key, context={"words": words, "whom_to_ask": asked})


def _whom_to_ask(registration: Registration) -> str:
    """How to reach whoever cancelled a registration, in one line: the organisation of the event, or
    those who run the portal, with a page in the language in use; nothing where nobody but the
    guests themselves or the time did it."""
    if not registration.was_cancelled_by_staff:
        return ""
    leader = registration.event.organisation
    ways = [leader.email, leader.phone] if leader and leader.is_public else []
    if any(ways):
        return ", ".join(filter(None, [leader.name, *ways]))
    return mail.absolute(reverse("imprint"))


def registration_called_off(registration: Registration, words: str, *, key: str = "") -> None:
    """The event does not take place, and why; with the calendar entry that says so."""
    with translation.override(registration.language):
        calendar = ics.for_event(registration.event, ready.venues(registration.event))
        events_url = mail.absolute(reverse("events:event-list"))
    _to_guest(
        registration,
        "called_off",
        key=key,
        context={"events_url": events_url, "words": words},
        attachments=[("event.ics", calendar.decode(), "text/calendar")],
    )


def registration_moved(registration: Registration, move: int, *, key: str = "") -> None:
    """The event is at another time or place: what was, what is now, and the new calendar entry."""
    known = EventMove.objects.get(pk=move)
    event = registration.event
    with translation.override(registration.language):
        venues = ready.venues(registration.event)
        chosen = _items(registration, venues)["chosen"]
        calendar = ics.for_event(event, venues, online_url=registration.online_url, chosen=chosen)
        was_when = times.when(known.was_starts_at, known.was_ends_at)
    place = venues[0].in_one_line if venues else ""
    _to_guest(
        registration,
        "moved",
        key=key,
        context={
            "was_when": was_when,
            "is_at_other_time": (event.starts_at, event.ends_at)
            != (known.was_starts_at, known.was_ends_at),
            "was_place": known.was_place if known.was_place != place else "",
        },
        attachments=[("event.ics", calendar.decode(), "text/calendar")],
    )


def items_changed(registration: Registration, release_id: int, *, key: str = "") -> None:
    """A release has changed programme items that the party signed up for: what became of them."""
    with translation.override(registration.language):
        changes = _changes_of_items(
            release_id, registration.event, sign_ups__registration=registration
        )
        release = ProgrammeRelease.objects.get(pk=release_id)
    if changes:
        context = {"changes": changes, "release": release}
        _to_guest(registration, "items_changed", key=key, context=context)


def _changes_of_items(release_id: int, event: Event, **of_whom: Any) -> list[ProgrammeChange]:
    """What a release changed for items that somebody signed up for, in the language in use."""
    signed_up = ProgrammeItem.objects.filter(event=event, **of_whom)
    rows = ProgrammeChange.objects.filter(release=release_id, item__in=signed_up.values("pk"))
    return shown(rows.for_reading(), event.venues.with_stops().with_translation())


def already_registered(registration: Registration, *, people: int = 0, key: str = "") -> None:
    """Someone registered this address again: here is the link to what there is. A party of so
    many `people` gave way to it when it put its address right."""
    context = {"people": people}
    if registration.is_waiting:
        context["position"] = registration.position
    _to_guest(registration, "already", key=key, context=context)


def feedback_asked(registration: Registration, *, key: str = "") -> None:
    """How was it? With the link to the survey the event names."""
    with translation.override(registration.language):
        address = mail.absolute(registration.event.feedback_address)
    _to_guest(registration, "feedback", key=key, context={"feedback_url": address})


def stall_received(application: StallApplication) -> None:
    _to_organisation(application, "received")


def stall_accepted(application: StallApplication) -> None:
    """Accepted; names the pitch when there is one already."""
    _to_organisation(application, "accepted")


def stall_placed(application: StallApplication, before: Pitch | None = None) -> None:
    """Where the stall stands; when it was moved, also where it was to stand `before`."""
    _to_organisation(application, "placed", {"before": before})


def stall_declined(application: StallApplication) -> None:
    _to_organisation(application, "declined")


def stall_taken_back(application: StallApplication) -> None:
    """They had a yes: this says what changed, and why."""
    _to_organisation(application, "taken_back")


def stall_called_off(application: StallApplication, words: str) -> None:
    """The event does not take place, and why."""
    _to_organisation(application, "called_off", {"words": words})


def _ticket(registration: Registration, venues: list, chosen: list) -> dict[str, Any]:
    """The calendar entry and the QR code, as attachments; in the current language."""
    calendar = ics.for_event(
        registration.event, venues, online_url=registration.online_url, chosen=chosen
    )
    entry = ("event.ics", calendar.decode(), "text/calendar")
    if not registration.event.is_on_site:
        return {"attachments": [entry]}  # nobody stands at a door
    image = qr.png(registration)
    return {
        "attachments": [entry, ("qr-code.png", image, "image/png")],
        "inline": {"qr-code": (image, "image/png")},
    }


def event_proposed(event: Event) -> None:
    """An organisation proposes an event: to everyone who manages events."""
    for person in User.objects.event_managers():
        _about_event(event, "proposed", person, link=("events:desk-event", event.slug))


def event_published(event: Event) -> None:
    """What an organisation proposed is public."""
    for person in event.organisation.owners if event.organisation else ():
        _about_event(event, "published", person, link=("events:own-event", event.slug))


def event_returned(event: Event) -> None:
    """Event managers have a question, with their words and the way to mend the proposal."""
    for person in event.organisation.owners if event.organisation else ():
        _about_event(event, "returned", person, link=("events:own-event", event.slug))


def event_called_off(event: Event, *, later: Sequence[Event], others_are_told: bool) -> None:
    """What an organisation leads does not take place, and why, nor do `later` dates of its series;
    whether anybody counted on it."""
    for person in event.organisation.owners if event.organisation else ():
        _about_event(
            event,
            "called_off",
            person,
            link=("events:own-event", event.slug),
            later=later,
            others_are_told=others_are_told,
        )


def _about_event(
    event: Event, template: str, person: User, *, link: tuple[str, str], **facts: object
) -> None:
    language = _language_of(person)
    name, slug = link
    with translation.override(language):
        urls = {
            "link": mail.absolute(reverse(name, args=[slug])),
            "event_url": mail.absolute(event.get_absolute_url()),
        }
        venue = event.venues.select_related("area").with_translation().first()
    mail.send(
        f"events/mail/event_{template}.html",
        to=person.email,
        language=language,
        context={"event": event, "venue": venue, "reason": event.return_reason, **urls, **facts},
    )


def _language_of(person: User) -> str:
    known = dict(settings.LANGUAGES)
    return person.language if person.language in known else settings.LANGUAGE_CODE


def confirm_following(wanted: ProgrammeSubscription) -> None:
    """Somebody wants to hear of changes of a programme: was it the one who reads this?"""
    with translation.override(wanted.language):
        token = links.FOLLOW.token(wanted.pk)
        link = mail.absolute(reverse("events:follow-confirm", args=[token]))
    _to_follower(wanted, "following_confirm", {"link": link})


def already_following(wanted: ProgrammeSubscription) -> None:
    """They get these mails already; how to end them."""
    _to_follower(wanted, "following_already", {})


def programme_changed(
    wanted: ProgrammeSubscription, release: ProgrammeRelease, changes: list[int]
) -> None:
    """What a release changed since they were told last; `changes` are the keys of the rows. With
    the way to choose anew for a party of that address that signed up for some of it."""
    with translation.override(wanted.language):
        rows = ProgrammeChange.objects.filter(pk__in=changes).for_reading()
        told = shown(rows, wanted.event.venues.with_stops().with_translation())
        url = mail.absolute(reverse("events:programme", args=[wanted.event.slug]))
        own_link = links.link(own) if (own := _signed_up(wanted, told)) else ""
    context = {"release": release, "changes": told, "programme_url": url, "own_link": own_link}
    _to_follower(wanted, "programme_changed", context)


def _signed_up(
    wanted: ProgrammeSubscription, changes: list[ProgrammeChange]
) -> Registration | None:
    """The party of a follower's address that signed up for something that changed."""
    of_address = wanted.event.registrations.confirmed().of_address(wanted.email)
    return of_address.filter(sign_ups__item__in=[each.item_id for each in changes]).first()


def programme_called_off(wanted: ProgrammeSubscription, words: str) -> None:
    """The event whose programme they follow does not take place, and why; no more mails come."""
    with translation.override(wanted.language):
        events_url = mail.absolute(reverse("events:event-list"))
    _to_follower(wanted, "programme_called_off", {"words": words, "events_url": events_url})


def _to_follower(wanted: ProgrammeSubscription, template: str, context: dict[str, Any]) -> None:
    with translation.override(wanted.language):
        token = links.UNFOLLOW.token(wanted.pk)
        urls = {
            "end_link": mail.absolute(reverse("events:follow-end", args=[token])),
            "event_url": mail.absolute(wanted.event.get_absolute_url()),
        }
    mail.send(
        f"events/mail/{template}.html",
        to=wanted.email,
        language=wanted.language,
        context={"event": wanted.event, **urls, **context},
        keep_copy=False,
    )


def _items(registration: Registration, venues: list) -> dict[str, Any]:
    """The programme items that a party has `chosen`, and whether it `can_choose` any."""
    items = open_to(registration, venues)
    chosen = [item for item in items if item.mine and not item.is_cancelled]
    can_choose = registration.is_confirmed and any(item.takes_sign_ups for item in items)
    return {"chosen": chosen, "can_choose": can_choose}


def _to_guest(
    registration: Registration,
    template: str,
    *,
    context: dict[str, Any] | None = None,
    with_ticket: bool = False,
    **kwargs,
) -> None:
    with translation.override(registration.language):
        urls = {
            "link": links.link(registration),
            "event_url": mail.absolute(registration.event.get_absolute_url()),
        }
        venues = ready.venues(registration.event)
        items = _items(registration, venues)
        if with_ticket:
            kwargs |= _ticket(registration, venues, items["chosen"])
    mail.send(
        f"events/mail/registration_{template}.html",
        to=registration.email,
        language=registration.language,
        context={
            "registration": registration,
            "event": registration.event,
            "venue": venues[0] if venues else None,
            **items,
            **urls,
            **(context or {}),
        },
        **kwargs,
    )


def _to_organisation(
    application: StallApplication, template: str, context: dict[str, Any] | None = None
) -> None:
    """Write to the organisation's owners and to whoever applied, each in their own language."""
    people = {user.email: user for user in application.organisation.owners}
    applicant = application.applied_by
    if applicant is not None and applicant.is_active:
        people.setdefault(applicant.email, applicant)
    for user in people.values():
        language = _language_of(user)
        with translation.override(language):
            urls = {
                "link": mail.absolute(application.get_absolute_url()),
                "stalls_url": mail.absolute(reverse("events:stall-list")),
                "event_url": mail.absolute(
                    reverse("events:event-detail", args=[application.event.slug])
                ),
            }
        mail.send(
            f"events/mail/stall_{template}.html",
            to=user.email,
            language=language,
            context={
                "application": application,
                "event": application.event,
                "pitch": application.pitch,
                **urls,
                **(context or {}),
            },
        )
