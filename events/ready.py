"""What every public page of an event and every registration asks in the same words, put into SQL
once in a language."""

from datetime import UTC, datetime
from functools import cache

from django.db.models import Count, Min, Q, Sum

from events.models import Event, EventQuestion, Registration, ReleasedItem, StallApplication, Venue
from events.models.registration import HOLDING
from ssoe_portal.common.ready_queries import ReadyQuery
from ssoe_portal.common.translation import current_language

#: Stand in the queries for what is meant each time.
SOME_SLUG, SOME_EVENT = "some slug", -1
SOME_ADDRESS, SOME_MOMENT = "somebody@example.org", datetime(1, 1, 1, tzinfo=UTC)


def public_event(slug: str) -> Event | None:
    """A published event as visitors read it."""
    return next(iter(_event(current_language()).read({SOME_SLUG: slug})), None)


def venues(event: Event) -> list[Venue]:
    """Its venues with their places, in order."""
    return _venues(current_language()).read({SOME_EVENT: event.pk})


def items(event: Event, limit: int | None) -> list[ReleasedItem]:
    """The (first) sessions of its released programme that take place, in order."""
    return _items(current_language(), limit).read({SOME_EVENT: event.pk})


def stalls(event: Event) -> list[dict]:
    """`StallApplicationQuerySet.public_list` of an event."""
    return _stalls(current_language()).read({SOME_EVENT: event.pk})


def questions(event: Event) -> list[EventQuestion]:
    """What it asks of those who register, in order."""
    return _questions(current_language()).read({SOME_EVENT: event.pk})


def taken(event: Event, now: datetime) -> dict:
    """How many people hold places, to how many of them they are only offered, how many parties
    wait, how small the smallest of them is, and how many offers have run out by now; nothing where
    nobody ever registered."""
    return next(iter(_taken().read({SOME_EVENT: event.pk, SOME_MOMENT: now})), {})


def registered(event: Event, email: str) -> Registration | None:
    """The active registration of an address."""
    found = _registered().read({SOME_EVENT: event.pk, SOME_ADDRESS: email})
    return next(iter(found), None)


@cache
def _event(language: str) -> ReadyQuery:
    return ReadyQuery(Event.objects.published().for_page().filter(slug=SOME_SLUG))


@cache
def _venues(language: str) -> ReadyQuery:
    rows = Venue.objects.filter(event=SOME_EVENT)
    return ReadyQuery(rows.select_related("area").with_stops().with_translation())


@cache
def _items(language: str, limit: int | None) -> ReadyQuery:
    rows = ReleasedItem.objects.taking_place().filter(event=SOME_EVENT)
    return ReadyQuery(rows.for_programme()[:limit])


@cache
def _stalls(language: str) -> ReadyQuery:
    return ReadyQuery(StallApplication.objects.filter(event=SOME_EVENT).public_list())


@cache
def _questions(language: str) -> ReadyQuery:
    rows = EventQuestion.objects.filter(event=SOME_EVENT)
    return ReadyQuery(rows.with_translation().in_order())


@cache
def _taken() -> ReadyQuery:
    waiting = Q(state=Registration.State.WAITING)
    overdue = Q(state=Registration.State.OFFERED, offered_until__lte=SOME_MOMENT)
    return ReadyQuery(
        Registration.objects.filter(event=SOME_EVENT)
        .order_by()
        .values("event")
        .annotate(
            taken=Sum("size", filter=Q(state__in=HOLDING), default=0),
            offered=Sum("size", filter=Q(state=Registration.State.OFFERED), default=0),
            waiting_parties=Count("pk", filter=waiting),
            smallest_waiting=Min("size", filter=waiting),
            overdue_offers=Count("pk", filter=overdue),
        )
        .values("taken", "offered", "waiting_parties", "smallest_waiting", "overdue_offers")
    )


@cache
def _registered() -> ReadyQuery:
    return ReadyQuery(
        Registration.objects.filter(event=SOME_EVENT).active().of_address(SOME_ADDRESS)
    )
