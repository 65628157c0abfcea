"""Who has come: parties that are checked in, and people without a registration.

What happens at a door is noted on several telephones, some of them without a connection, and
arrives here late, twice, or in another order. So each arrival has a key of its own from where it
was noted (sent again it changes nothing), and how many of a party count is worked out anew from
all its arrivals each time, in the order in which people came: never more than the party's size at
one place. The party's row is held meanwhile; nothing is added to a counter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.postgres.aggregates import JSONBAgg
from django.db import models, transaction
from django.db.models import Case, Exists, Min, OuterRef, Prefetch, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import ready
from events.models import Arrival, Event, ItemSignUp, ProgrammeItem, Registration, Venue
from events.models.event import of_each_event
from events.models.registration import CODE_ALPHABET, CODE_LENGTH
from ssoe_portal.common.translation import Text


@dataclass(frozen=True)
class Place:
    """Where people are counted: the entrance, a venue, or a session. `key` is its word in addresses
    and on telephones."""

    key: str = ""
    venue: Venue | None = None
    item: ProgrammeItem | None = None
    #: People who have signed up for it.
    signed_up: int = 0

    @property
    def where(self) -> dict[str, int | None]:
        """As fields of an arrival."""
        return {
            "venue": self.venue.pk if self.venue else None,
            "item": self.item.pk if self.item else None,
        }

    @property
    def filters(self) -> Q:
        return Q(venue=self.where["venue"], item=self.where["item"])

    @property
    def starts_at(self) -> datetime | None:
        """When a session begins, as everybody reads it; it may be planned anew meanwhile."""
        if self.item is None:
            return None
        return self.item.released.starts_at if self.item.is_released else self.item.starts_at

    @property
    def text(self) -> Text | None:
        """The texts of the venue or session; the entrance has none."""
        named = self.venue or self.item
        return named.text if named else None


ENTRANCE = Place()


def places(event: Event) -> list[Place]:
    """The entrance first, then the venues where there are several, then the sessions."""
    venues = list(event.venues.with_translation())
    for venue in venues:
        venue.event = event
    several = venues if len(venues) > 1 else []
    rows = ready.items(event, None)
    known = ProgrammeItem.objects.select_related("released").with_translation()
    items = known.in_bulk([row.pk for row in rows])
    return [
        ENTRANCE,
        *(Place(f"venue-{venue.pk}", venue=venue) for venue in several),
        *(
            Place(f"item-{row.pk}", item=items[row.pk], signed_up=row.signed_up)
            for row in rows
            if row.pk in items
        ),
    ]


def place_of(event: Event, key: str) -> Place | None:
    """The place with that key, None where the event has none such."""
    kind, _dash, number = key.partition("-")
    if not key:
        return ENTRANCE
    if not number.isdecimal() or len(number) > 9:
        return None
    if kind == "venue":
        venue = event.venues.with_translation().filter(pk=number).first()
        return Place(key, venue=venue) if venue else None
    items = ProgrammeItem.objects.filter(event=event, pk=number).select_related("released")
    item = items.with_translation().first() if kind == "item" else None
    return Place(key, item=item) if item else None


class Outcome(models.TextChoices):
    """What became of something that was noted."""

    COUNTED = "counted", _("counted")
    DOUBLED = "doubled", _("more than the party has, so not all of it counts")
    WALK_IN = "walk-in", _("no place is kept under this code: counted as without registration")
    UNDONE = "undone", _("undone")


@dataclass(frozen=True)
class Noted:
    arrival: Arrival
    outcome: str


@dataclass
class AtDoor:
    """A party as the door sees it: who of it is here, at one place."""

    registration: Registration
    arrivals: list[Arrival] = field(default_factory=list)
    #: How many of it have signed up for the session that the place is.
    signed_up: int = 0

    @classmethod
    def of(cls, registration: Registration) -> Self:
        """Of a party that was read by `parties`."""
        return cls(registration, registration.arrivals_here, registration.signed_up)

    @property
    def here(self) -> int:
        return sum(arrival.people for arrival in self.arrivals)

    @property
    def missing(self) -> int:
        return max(self.registration.size - self.here, 0)

    @property
    def choices(self) -> range:
        """How many may come in now; all who are missing first."""
        return range(self.missing, 0, -1)

    @property
    def likely(self) -> int:
        """How many will come in: the rest of those who have signed up, else all who are missing."""
        return min(max(self.signed_up - self.here, 0) or self.missing, self.missing)

    @property
    def boxes(self) -> list[bool]:
        """One for each person: whether it is here."""
        return [True] * self.here + [False] * self.missing

    @property
    def since(self) -> datetime | None:
        return self.arrivals[0].arrived_at if self.arrivals else None

    @property
    def last(self) -> Arrival | None:
        return self.arrivals[-1] if self.arrivals else None

    @property
    def is_doubled(self) -> bool:
        """Noted twice, as it happens where two telephones have no connection."""
        return any(arrival.people < arrival.reported for arrival in self.arrivals)


def parties(event: Event, place: Place = ENTRANCE) -> models.QuerySet[Registration]:
    """Parties with a place, by name, each with its `arrivals_here`; at a session first those who
    are `signed_up` for it."""
    rows = with_arrivals(event.registrations.confirmed(), place)
    if place.item is None:
        return rows.annotate(signed_up=Value(0)).order_by("name", "pk")
    for_this = ItemSignUp.objects.filter(registration=OuterRef("pk"), item=place.item)
    rows = rows.annotate(signed_up=Coalesce(Subquery(for_this.values("people")), 0))
    return rows.order_by(Case(When(signed_up=0, then=1), default=0), "name", "pk")


def with_arrivals(rows: models.QuerySet[Registration], place: Place) -> models.QuerySet:
    arrivals = Arrival.objects.counting().filter(place.filters).in_order()
    return rows.prefetch_related(Prefetch("arrivals", arrivals, to_attr="arrivals_here"))


def at_entrance(registration: Registration) -> AtDoor:
    """One party, with who of it came in at the entrance."""
    arrivals = registration.arrivals.counting().filter(ENTRANCE.filters).in_order()
    return AtDoor(registration, list(arrivals))


def expected(rows: models.QuerySet[Registration], place: Place) -> models.QuerySet[Registration]:
    """Of these parties the ones nobody of whom has come."""
    arrivals = Arrival.objects.counting().filter(place.filters, registration=OuterRef("pk"))
    return rows.filter(~Exists(arrivals))


@dataclass(frozen=True)
class Listed:
    """A party with a place as a telephone's list has it; `signed_up` are people by place's key."""

    code: str
    name: str
    size: int
    signed_up: dict[str, int]


def roster(event: Event) -> list[Listed]:
    """The parties with a place, by name."""
    sign_up = JSONObject(item="sign_ups__item", people="sign_ups__people")
    chosen = JSONBAgg(sign_up, filter=Q(sign_ups__isnull=False), order_by="sign_ups__item")
    rows = event.registrations.confirmed().order_by("name", "pk").annotate(chosen=chosen)
    return [
        Listed(code, name, size, {f"item-{row['item']}": row["people"] for row in chosen or ()})
        for code, name, size, chosen in rows.values_list("code", "name", "size", "chosen")
    ]


@dataclass(frozen=True)
class Came:
    """Who of a party came to a place, by its key; `code` is None for those without registration.
    `signed_up` are those of the party who signed up for the session that the place is."""

    code: str | None
    place: str
    people: int
    reported: int
    since: datetime
    signed_up: int


def by_place(event: Event) -> Iterator[Came]:
    """Each party at each place where somebody of it was counted, and those without registration."""
    chosen = ItemSignUp.objects.filter(
        registration=OuterRef("registration"), item=OuterRef("item")
    ).values("people")
    rows = (
        event.arrivals.counting()
        .order_by()
        .values_list("registration__code", "venue", "item")
        .annotate(Sum("people"), Sum("reported"), Min("arrived_at"))
        .annotate(signed_up=Coalesce(Subquery(chosen), 0))
    )
    for code, venue, item, *numbers in rows:
        place = f"venue-{venue}" if venue else f"item-{item}" if item else ""
        yield Came(code, place, *numbers)


def as_code(typed: str) -> str:
    """Return the code somebody typed, with letters people mix up put right (Crockford), or ""."""
    code = typed.upper().replace("-", "").replace(" ", "")
    code = code.translate(str.maketrans("OIL", "011"))
    fits = len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET)
    return code if fits else ""


def found(rows: models.QuerySet[Registration], words: str) -> models.QuerySet[Registration]:
    """Of these parties the ones with this code, or with all these words in their name."""
    code = as_code(words)
    by_name = Q()
    for word in words.split():
        by_name &= Q(name__icontains=word)
    return rows.filter(by_name | Q(code=code)) if code else rows.filter(by_name)


@dataclass(frozen=True)
class Count:
    """People at one place so far."""

    of_parties: int
    walk_ins: int
    expected: int
    #: For a session.
    signed_up: int

    @property
    def here(self) -> int:
        return self.of_parties + self.walk_ins


def count(event: Event, place: Place = ENTRANCE) -> Count:
    """For display: nothing is locked."""
    here = Arrival.objects.counting().filter(place.filters)
    confirmed = Registration.objects.confirmed()
    of_item = confirmed.filter(sign_ups__item=place.item)
    numbers = Event.objects.filter(pk=event.pk).values_list(
        of_each_event(here.of_parties(), Sum("people")),
        of_each_event(here.walk_ins(), Sum("people")),
        of_each_event(confirmed, Sum("size")),
        of_each_event(of_item, Sum("sign_ups__people")) if place.item else Value(0),
    )
    return Count(*numbers.get())


@transaction.atomic
def check_in(
    *,
    event: Event,
    code: str,
    people: int,
    key: UUID,
    by=None,
    place: Place = ENTRANCE,
    arrived_at: datetime | None = None,
    undone: bool = False,
) -> Noted:
    """Note that so many of a party have come; with no `code`, that so many came without one.

    Under a code that no confirmed party of this event has, people count as come without
    registration: they are in, after all. The same `key` again changes nothing, except that
    `undone` takes it back. Raises KeyTaken when the key belongs to another event.
    """
    party = _held(event, code)
    now = timezone.now()
    arrival = Arrival(
        event=event,
        registration=party,
        **{f"{name}_id": pk for name, pk in place.where.items()},
        reported=people,
        people=people,
        arrived_at=min(arrived_at or now, now),
        noted_by=by,
        key=key,
    )
    Arrival.objects.bulk_create([arrival], ignore_conflicts=True)
    arrival = Arrival.objects.select_for_update(of=("self",)).get(key=key)
    if arrival.event_id != event.pk:
        raise KeyTaken(str(key))
    if undone and not arrival.is_undone:
        arrival.undo(now)
    if party is not None:
        _count_anew(party)
        arrival.refresh_from_db(fields=["people"])
    return Noted(arrival, _outcome(arrival, code))


@transaction.atomic
def undo(*, event: Event, key: UUID) -> Arrival:
    """Take an arrival back. Raises Arrival.DoesNotExist; a second time changes nothing."""
    arrival = event.arrivals.select_related("registration").get(key=key)
    party = arrival.registration
    if party is not None:
        party = _held(event, party.code)
    # As it is now that the party is held.
    arrival = event.arrivals.select_for_update(of=("self",)).get(key=key)
    if not arrival.is_undone:
        arrival.undo()
    if party is not None:
        _count_anew(party)
    return arrival


class KeyTaken(Exception):
    """The key of an arrival belongs to one of another event: a telephone mixed them up."""


def _held(event: Event, code: str) -> Registration | None:
    """The confirmed party with that code; nobody else checks it in until the transaction ends."""
    if not code:
        return None
    held = Registration.objects.select_for_update(of=("self",), no_key=True)
    return held.filter(event=event, code=as_code(code) or code).confirmed().first()


def _count_anew(party: Registration) -> None:
    """Let each of its arrivals count as far as the party's size goes, place by place."""
    left: dict[tuple[int | None, int | None], int] = {}
    changed = []
    for arrival in party.arrivals.counting().in_order():
        place = (arrival.venue_id, arrival.item_id)
        rest = left.get(place, party.size)
        people = min(arrival.reported, rest)
        left[place] = rest - people
        if people != arrival.people:
            arrival.people = people
            changed.append(arrival)
    Arrival.objects.bulk_update(changed, ["people"])


def _outcome(arrival: Arrival, code: str) -> str:
    if arrival.is_undone:
        return Outcome.UNDONE
    if code and arrival.registration_id is None:
        return Outcome.WALK_IN
    return Outcome.COUNTED if arrival.people == arrival.reported else Outcome.DOUBLED
