"""Small objects of events for tests."""

import itertools
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from events import asking
from events.models import (
    Event,
    EventQuestion,
    GroupRegistration,
    ItemSignUp,
    Pitch,
    PitchAssignment,
    ProgrammeItem,
    Registration,
    ReleasedItem,
    Speaker,
    StallApplication,
    StallFormat,
    Venue,
)
from tests.world import make_organisation, there_once

_numbers = itertools.count(1)


def in_days(days: float):
    """Return a moment some days from now, at a full hour."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    return there_once(now + timedelta(days=days))


def make_event(*, status: str = "published", **fields) -> Event:
    values = {
        "title": f"Beispielfest {next(_numbers)}",
        "summary": "Ein Nachmittag mit Musik und Suppe.",
        "starts_at": in_days(30),
        "ends_at": in_days(30.2),
        "takes_registrations": True,
        **fields,
    }
    event = Event.objects.create(**values)
    if status == "published":
        event.publish()
    elif status in {"submitted", "returned"}:
        make_venue(event)
        event.submit(by_owner=True)
        if status == "returned":
            event.return_to_owner("Bitte schreiben Sie, für wen das ist.")
    elif status == "archived":
        event.archive()
    return event


def make_venue(event: Event | None = None, **fields) -> Venue:
    return Venue.objects.create(
        event=event or make_event(), **{"name": f"Beispielhalle {next(_numbers)}", **fields}
    )


def make_item(venue: Venue | None = None, *, released: bool = True, **fields) -> ProgrammeItem:
    """Return a session at a venue, which everybody may read of; with an `event` alone it is not
    placed yet."""
    if "event" not in fields:
        venue = venue or make_venue()
        fields["event"] = venue.event
    values = {
        "title": f"Beispielgespräch {next(_numbers)}",
        "starts_at": fields["event"].starts_at,
        "ends_at": fields["event"].starts_at + timedelta(hours=1),
        **fields,
    }
    item = ProgrammeItem.objects.create(venue=venue, **values)
    if released and venue is not None:
        release_item(item)
    return item


def release_item(item: ProgrammeItem, **fields) -> ReleasedItem:
    """Let everybody read where and when a session is, without a release."""
    slot = {name: getattr(item, name) for name in ("venue", "room", "starts_at", "ends_at")}
    return ReleasedItem.objects.create(item=item, event=item.event, **{**slot, **fields})


def make_speaker(event: Event | None = None, *items: ProgrammeItem, **fields) -> Speaker:
    """Return somebody who takes part in these sessions."""
    values = {"name": f"Mara Beispiel {next(_numbers)}", **fields}
    speaker = Speaker.objects.create(event=event or make_event(), **values)
    speaker.items.set(items)
    return speaker


def make_registration(
    event: Event | None = None, *, state: str = "confirmed", **fields
) -> Registration:
    number = next(_numbers)
    values = {"name": f"Gast {number}", "email": f"gast{number}@example.org", **fields}
    if state == "offered":
        values.setdefault("offered_until", in_days(2))
    if state == "cancelled":
        values = {"cancelled_at": timezone.now(), "cancelled_because": "guest", **values}
    return Registration.objects.create(event=event or make_event(), state=state, **values)


def to_tell(about: str, key: str = "", **facts) -> dict:
    """Return something that a party is to be told by telephone."""
    return {"about": about, "key": key or about, "facts": facts}


def sign_up(party: Registration, item: ProgrammeItem, people: int | None = None) -> ItemSignUp:
    """Let so many of a party, or all of it, take part in an item."""
    return ItemSignUp.objects.create(registration=party, item=item, people=people or party.size)


def make_question(event: Event | None = None, **fields) -> EventQuestion:
    values = {"wording": "Was bringen Sie mit?", "why": "Damit das Buffet reicht.", **fields}
    return asking.save(EventQuestion(event=event or make_event(), **values))


def make_group(event: Event | None = None, *, families: int = 1, **fields) -> GroupRegistration:
    """A group with so many families of two, each with its places."""
    organisation = fields.pop("organisation", None) or make_organisation()
    group = GroupRegistration.objects.create(
        event=event or make_event(), organisation=organisation, **fields
    )
    for _ in range(families):
        make_registration(group.event, group=group, email="", size=2)
    return group


def make_format(key: str = "information") -> StallFormat:
    return StallFormat.objects.get_or_create(key=key, defaults={"labels": {"de": key}})[0]


def make_stall(event: Event | None = None, *, state: str = "submitted", **fields):
    values = {
        "organisation": fields.pop("organisation", None) or make_organisation(),
        "format": make_format(),
        "title": f"Beispielstand {next(_numbers)}",
        "description": "Suppe und Rezepte.",
        **fields,
    }
    stall = StallApplication.objects.create(event=event or make_event(), **values)
    if state == "accepted":
        stall.accept()
    elif state == "declined":
        stall.decline("Leider kein Platz mehr.")
    elif state == "withdrawn":
        stall.withdraw()
    return stall


def make_pitch(venue: Venue | None = None, **fields) -> Pitch:
    number = next(_numbers)
    values = {"label": f"P{number}", "x": number % 40, "y": number // 40, **fields}
    return Pitch.objects.create(venue=venue or make_venue(), **values)


def place(stall: StallApplication, pitch: Pitch) -> PitchAssignment:
    return PitchAssignment.objects.create(application=stall, pitch=pitch)


def busy_event(rows: int) -> Event:
    """Return an event with so many venues, sessions, stalls and parties of each kind."""
    event = make_event(capacity=50)
    for _ in range(rows):
        venue = make_venue(event)
        make_item(venue)
        place(make_stall(event, state="accepted"), make_pitch(venue))
        make_stall(event, state="accepted")
        make_stall(event)
        make_registration(event, size=2)
        make_registration(event, size=3, state="waiting")
    return event


def desk_url(name: str, event: Event) -> str:
    return reverse(f"events:desk-{name}", args=[event.slug])
