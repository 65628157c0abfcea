"""The programme becomes public: what would change, and the release that does it.

`ProgrammeItem` is what the organisers move about; `ReleasedItem` is what everybody reads. A release
compares the two under the event's lock and copies place and time in one transaction.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from actors.models import Membership
from events import letters
from events.models import (
    Event,
    GroupRegistration,
    ItemSignUp,
    ProgrammeChange,
    ProgrammeItem,
    ProgrammeRelease,
    Registration,
    ReleasedItem,
)
from events.models.release import ChangeKind
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.users import User


class NothingToRelease(TransitionNotAllowed):
    """What is public is what is planned."""


class ChangedMeanwhile(TransitionNotAllowed):
    """Somebody went on planning while the list of changes was read."""


@dataclass(frozen=True)
class Slot:
    """Where and when a session is."""

    venue_id: int
    room: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Step:
    """What a release does to one session. `before` and `after` are None where it is nowhere."""

    item: ProgrammeItem
    kind: ChangeKind
    before: Slot | None
    after: Slot | None


def pending(event: Event) -> list[Step]:
    """Return what a release would change now, as the day goes."""
    return steps(event.programme_items.select_related("released").with_translation().in_order())


def steps(items: Iterable[ProgrammeItem]) -> list[Step]:
    """The same for sessions that a page has anyway, each with its `released` row."""
    found = (_step(item) for item in items)
    return [step for step in found if step is not None]


def digest(changes: Iterable[Step]) -> str:
    """Return what tells one list of changes from another: a page that shows them sends it back."""
    told = [(step.item.pk, str(step.kind), step.after) for step in changes]
    return hashlib.sha256(repr(sorted(told, key=repr)).encode()).hexdigest()[:16]


@transaction.atomic
def release(
    event: Event, *, by: User | None = None, note: str = "", seen: str = ""
) -> ProgrammeRelease:
    """Make the programme public as it is planned now, and tell whoever follows it.

    `seen` is the digest of the changes that whoever releases has read. Raises NothingToRelease, or
    ChangedMeanwhile where there are others by now.
    """
    from events.tasks import tell_of_release

    held = Event.objects.locked().get(pk=event.pk)
    changes = pending(held)
    if not changes:
        raise NothingToRelease(held.slug)
    if seen and seen != digest(changes):
        raise ChangedMeanwhile(held.slug)
    number = held.releases.count() + 1
    made = ProgrammeRelease.objects.create(
        event=held, number=number, released_at=timezone.now(), released_by=by, note=note.strip()
    )
    ProgrammeChange.objects.bulk_create(change(step, made) for step in changes)
    for step in changes:
        _apply(step)
    tell_of_release.defer(release_id=made.pk)
    if not held.is_over:
        _tell_signed_up(made, changes)
    return made


def _tell_signed_up(made: ProgrammeRelease, changes: Iterable[Step]) -> None:
    """Queue one letter for each party that signed up for something that changes."""
    items = [step.item.pk for step in changes]
    for party in _parties_to_tell(made.event, items).order_by("pk"):
        letters.queue("items_changed", party, release_id=made.pk)


def _parties_to_tell(event: Event, items: Iterable[int] | QuerySet) -> QuerySet[Registration]:
    """The parties that signed up for some of the items. Whoever follows the programme has a mail
    about all of it anyway, which says what is theirs."""
    signed_up = ItemSignUp.objects.filter(item__in=items).values("registration")
    followers = event.programme_subscriptions.confirmed()
    follows = Exists(followers.filter(email__iexact=OuterRef("email")))
    return Registration.objects.filter(~follows, pk__in=signed_up)


@dataclass(frozen=True)
class Reach:
    """How many hear of a release: `signed_up` are the mails to parties whose items change, one for
    a whole group, or one to each owner where its contact is gone; `to_call` are such parties
    without an address."""

    followers: int
    signed_up: int
    to_call: int

    @property
    def mails(self) -> int:
        return self.followers + self.signed_up


def reach(event: Event, items: Iterable[int] | QuerySet) -> Reach:
    """Count whom a release tells that changes these items, in one query."""
    parties = _parties_to_tell(event, items).confirmed()
    if event.is_over:
        parties = parties.none()
    unwritten = parties.filter(email="")
    groups = GroupRegistration.objects.filter(pk__in=unwritten.values("group"))
    owners = Membership.objects.reachable_owners()
    led = groups.without_contact().filter(organisation__memberships__in=owners)
    numbers = (
        Event.objects.filter(pk=event.pk)
        .values_list(
            _number(event.programme_subscriptions.confirmed()),
            _number(parties.exclude(email="")),
            _number(groups.with_contact()),
            # An organisation has one group at an event, so none of its owners counts twice.
            _number(led, of="organisation__memberships"),
            _number(unwritten.filter(group=None)),
        )
        .get()
    )
    followers, written, to_contacts, to_owners, to_call = numbers
    return Reach(followers, written + to_contacts + to_owners, to_call)


def _number(rows: QuerySet, of: str = "pk") -> Coalesce:
    """How many rows of an event there are, as a value of another query."""
    counted = rows.order_by().values("event").annotate(number=Count(of, distinct=True))
    return Coalesce(Subquery(counted.values("number")), 0)


def _planned(item: ProgrammeItem) -> Slot | None:
    if item.venue_id is None:
        return None
    return Slot(item.venue_id, item.room, item.starts_at, item.ends_at)


def _public(item: ProgrammeItem) -> Slot | None:
    row = getattr(item, "released", None)
    if row is None:
        return None
    return Slot(row.venue_id, row.room, row.starts_at, row.ends_at)


def _step(item: ProgrammeItem) -> Step | None:
    before, after = _public(item), _planned(item)
    if before is None:
        return Step(item, ChangeKind.NEW, None, after) if after else None
    if item.released.is_cancelled:
        return Step(item, ChangeKind.BACK, before, after) if after else None
    if after is None:
        return Step(item, ChangeKind.CANCELLED, before, None)
    return Step(item, ChangeKind.MOVED, before, after) if before != after else None


def change(step: Step, made: ProgrammeRelease | None = None) -> ProgrammeChange:
    """Return the row of a step, of a release that may still be to come."""
    row = ProgrammeChange(release=made, item=step.item, kind=step.kind)
    for name, slot in (("before", step.before), ("after", step.after)):
        if slot is not None:
            setattr(row, f"venue_{name}_id", slot.venue_id)
            setattr(row, f"room_{name}", slot.room)
            setattr(row, f"starts_{name}", slot.starts_at)
            setattr(row, f"ends_{name}", slot.ends_at)
    return row


def _apply(step: Step) -> None:
    if step.after is None:
        ReleasedItem.objects.filter(pk=step.item.pk).update(is_cancelled=True)
        return
    ReleasedItem.objects.update_or_create(
        item=step.item,
        defaults={
            "event_id": step.item.event_id,
            "venue_id": step.after.venue_id,
            "room": step.after.room,
            "starts_at": step.after.starts_at,
            "ends_at": step.after.ends_at,
            "is_cancelled": False,
        },
    )
