"""What became of an event, in numbers: who registered, who came, where, when, with which needs.

Numbers outlive names (`events/anonymising.py`), so the report says the same a year later; only
that a party was cancelled more than 30 days ago is forgotten.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncHour
from django.utils.translation import gettext as _

from events import arriving
from events.models import Event
from events.models.registration import RegistrationState
from events.times import short_moment
from ssoe_portal.common.tables import harmless


@dataclass(frozen=True)
class AtPlace:
    """People who came to one place, or wanted to; `place` is None where the place is no more."""

    place: arriving.Place | None
    of_parties: int
    walk_ins: int
    #: Of the people who had signed up for it, as many as can be among those of their party.
    came_signed_up: int = 0

    @property
    def people(self) -> int:
        return self.of_parties + self.walk_ins

    @property
    def signed_up(self) -> int:
        """People who had signed up for it, where it is a programme item."""
        return self.place.signed_up if self.place else 0


@dataclass
class OfGroup:
    """What an organisation that registered a group had: parties with a place, the people in them,
    and how many of these came."""

    organisation: str
    parties: int = 0
    registered: int = 0
    came: int = 0


@dataclass
class Report:
    """`registered` and `waiting` are people, `…_parties` parties. A party `came` with as many as
    were counted of it at the place where most of it was; `walk_ins` are those at the entrance and
    at venues, since at sessions the same people are counted again."""

    #: Before that nobody has stayed away yet.
    is_over: bool = True
    registered: int = 0
    registered_parties: int = 0
    waiting: int = 0
    waiting_parties: int = 0
    cancelled_parties: int = 0
    children: int = 0
    access_parties: int = 0
    came: int = 0
    came_parties: int = 0
    walk_ins: int = 0
    places: list[AtPlace] = field(default_factory=list)
    #: People by the hour, at the entrance and at venues.
    hours: list[tuple[datetime, int]] = field(default_factory=list)
    #: Parties by the language they wanted interpreting into, the most wanted first.
    interpreting: list[tuple[str, int]] = field(default_factory=list)
    #: Groups that organisations registered, by name.
    groups: list[OfGroup] = field(default_factory=list)

    @property
    def people(self) -> int:
        return self.came + self.walk_ins

    @property
    def missing(self) -> int:
        return max(self.registered - self.came, 0)

    @property
    def missing_parties(self) -> int:
        return self.registered_parties - self.came_parties

    @property
    def busiest(self) -> int:
        return max((people for _hour, people in self.hours), default=0)

    @property
    def bars(self) -> Iterator[tuple[datetime, int, int]]:
        """The hours, each with its share of the busiest in percent."""
        for hour, people in self.hours:
            yield hour, people, round(100 * people / self.busiest) if self.busiest else 0


def report(event: Event) -> Report:
    """Count everything, in as many queries for a thousand parties as for one."""
    made = Report(is_over=event.is_over)
    for name, number in _registered(event).items():
        setattr(made, name, number)
    _add_parties(event, made, _add_arrivals(event, made))
    outside = event.arrivals.counting().filter(item__isnull=True)
    hours = outside.annotate(hour=TruncHour("arrived_at")).order_by("hour").values_list("hour")
    made.hours = list(hours.annotate(Sum("people")))
    return made


def _registered(event: Event) -> dict[str, int]:
    confirmed = Q(state=RegistrationState.CONFIRMED)
    waiting = Q(state=RegistrationState.WAITING)
    needs = Q(had_access_needs=True) | ~Q(access_needs="")
    return event.registrations.aggregate(
        registered=Sum("size", filter=confirmed, default=0),
        registered_parties=Count("pk", filter=confirmed),
        waiting=Sum("size", filter=waiting, default=0),
        waiting_parties=Count("pk", filter=waiting),
        cancelled_parties=Count("pk", filter=Q(state=RegistrationState.CANCELLED)),
        children=Sum("children", filter=confirmed, default=0),
        access_parties=Count("pk", filter=confirmed & needs),
    )


def _add_parties(event: Event, made: Report, came: Mapping[str, int]) -> None:
    """What only some parties with a place have: a language to interpret into, each once however
    people called it, and a group; `came` are people by code."""
    wanted: Counter[str] = Counter()
    groups: dict[int, OfGroup] = {}
    some = event.registrations.confirmed().filter(~Q(interpreting="") | Q(group__isnull=False))
    parties = some.order_by().annotate(brought_by=F("group__organisation__name"))
    for party in parties.only("interpreting", "code", "size", "group"):
        if party.interpreting:
            wanted[party.interpreting_into] += 1
        if party.group_id is not None:
            group = groups.setdefault(party.group_id, OfGroup(party.brought_by))
            group.parties += 1
            group.registered += party.size
            group.came += came.get(party.code, 0)
    made.interpreting = sorted(wanted.items(), key=lambda pair: (-pair[1], pair[0]))
    by_name = sorted(groups.items(), key=lambda pair: (pair[1].organisation, pair[0]))
    made.groups = [group for _key, group in by_name]


def _add_arrivals(event: Event, made: Report) -> dict[str, int]:
    """Return the people who came of each party, by its code."""
    came: dict[str, int] = {}
    at: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for party in arriving.by_place(event):
        at[party.place][party.code is None] += party.people
        if party.code is None:
            made.walk_ins += 0 if party.place.startswith("item-") else party.people
        elif party.people:
            came[party.code] = max(came.get(party.code, 0), party.people)
            at[party.place][2] += min(party.people, party.signed_up)
    made.came, made.came_parties = sum(came.values()), len(came)
    known: dict[str, arriving.Place | None] = {place.key: place for place in arriving.places(event)}
    # A session that the programme has no more; seldom, so each is looked up.
    for key in sorted(set(at) - set(known)):
        known[key] = arriving.place_of(event, key)
    made.places = [
        AtPlace(place, *at[key])
        for key, place in known.items()
        if any(at[key]) or (place and place.signed_up)
    ]
    return came


def place_name(place: arriving.Place | None) -> str:
    if place is None:
        return _("a place that is no more")
    if place.starts_at and place.item:
        return f"{short_moment(place.starts_at)} {place.item.text.title}"
    return place.venue.text.name if place.venue else _("Entrance of the event")


def rows(made: Report) -> Iterator[list[str | int]]:
    """As a table: what, of what, people or parties."""
    yield [_("What"), _("Of what"), _("How many")]
    yield [_("People who came"), _("all"), made.people]
    yield [_("People who came"), _("registered"), made.came]
    yield [_("People who came"), _("without registration"), made.walk_ins]
    yield [_("People with a place"), "", made.registered]
    if made.is_over:
        yield [_("People with a place who did not come"), "", made.missing]
    yield [_("Parties with a place"), "", made.registered_parties]
    if made.is_over:
        yield [_("Parties of which nobody came"), "", made.missing_parties]
    yield [_("People on the waiting list"), "", made.waiting]
    yield [_("Parties on the waiting list"), "", made.waiting_parties]
    yield [_("Cancelled registrations"), "", made.cancelled_parties]
    for at in made.places:
        yield [_("People by place"), harmless(place_name(at.place)), at.people]
    for at in made.places:
        if at.signed_up:
            yield [_("People signed up"), harmless(place_name(at.place)), at.signed_up]
            yield [
                _("People signed up who came"),
                harmless(place_name(at.place)),
                at.came_signed_up,
            ]
    for hour, people in made.hours:
        yield [_("People by hour"), short_moment(hour), people]
    for group in made.groups:
        name = harmless(group.organisation)
        yield [_("Group: parties with a place"), name, group.parties]
        yield [_("Group: people with a place"), name, group.registered]
        yield [_("Group: people who came"), name, group.came]
    for language, parties in made.interpreting:
        yield [_("Parties that wanted interpreting"), harmless(language), parties]
    yield [_("Parties with access needs"), "", made.access_parties]
    yield [_("Children to be looked after"), "", made.children]


def as_csv(made: Report) -> bytes:
    """Return a file that German Excel opens as it is: semicolons, UTF-8 with its mark."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows(made))
    return out.getvalue().encode("utf-8-sig")
