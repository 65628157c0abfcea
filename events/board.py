"""The board of a programme: one day, a column for each room, a row for each quarter of an hour."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from events import times
from events.models import Event, ProgrammeItem, Venue, VenueStop
from events.planning import Conflict, Wish, conflicts
from events.releasing import Step, steps
from ssoe_portal.common.translation import Part

#: Minutes of a row; the second where a session does not begin or end at the first.
STEPS = (15, 5)
#: Hours shown of a day that the event fills.
DAY = (time(8), time(20))


@dataclass(frozen=True)
class Column:
    """A room of a venue; what has no room is in a column of its own."""

    number: int
    venue: Venue
    room: str
    room_text: Part | None
    #: Where a pop-up is on that day.
    stops: list[VenueStop] = field(default_factory=list)


@dataclass
class Card:
    """A session on the board: what is in its way, and what a release would do to it."""

    item: ProgrammeItem
    conflicts: list[Conflict]
    step: Step | None

    @property
    def was(self) -> str:
        return placing(self.item)

    @property
    def value(self) -> str:
        """When it begins, as a field for a day and a time of day has it."""
        return _value(self.item.starts_at)

    @property
    def minutes(self) -> int:
        return int((self.item.ends_at - self.item.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class Cell:
    """A place in the table; `span` is over how many rows its session goes."""

    column: Column
    card: Card | None = None
    span: int = 1
    is_closed: bool = False
    #: Where the pop-up is then, and whether it has just come.
    stop: VenueStop | None = None
    is_arrival: bool = False


@dataclass
class Row:
    starts_at: datetime
    cells: list[Cell] = field(default_factory=list)

    @property
    def is_half_hour(self) -> bool:
        return timezone.localtime(self.starts_at).minute % 30 == 0

    @property
    def has_card(self) -> bool:
        return any(cell.card for cell in self.cells)

    @property
    def value(self) -> str:
        """As a field for a day and a time of day has it."""
        return _value(self.starts_at)


@dataclass(frozen=True)
class Board:
    day: date
    days: list[date]
    columns: list[Column]
    rows: list[Row]
    tray: list[Card]
    changes: int

    @property
    def has_items(self) -> bool:
        return bool(self.tray) or any(row.has_card for row in self.rows)


def _value(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def placing(item: ProgrammeItem) -> str:
    """Return where and when a session is in one word, to tell whether somebody moved it."""
    if item.venue_id is None:
        return "-"
    starts, ends = (int(moment.timestamp()) for moment in (item.starts_at, item.ends_at))
    return f"{item.venue_id} {starts} {ends} {item.room}"


def board(event: Event, venues: list[Venue], items: list[ProgrammeItem], asked: str) -> Board:
    """Return the board of the day that an address names (`asked`), else of the first. The sessions
    come as `programme.planned` returns them."""
    changed = {step.item.pk: step for step in steps(items)}
    cards = [Card(item, conflicts(Wish.of(item), items), changed.get(item.pk)) for item in items]
    placed = [card for card in cards if card.item.is_placed]
    days = _days(event, venues, placed)
    day = next((day for day in days if day.isoformat() == asked), days[0])
    columns = _columns(day, venues, [card.item for card in placed])
    of_day = [card for card in placed if timezone.localdate(card.item.starts_at) == day]
    return Board(
        day,
        days,
        columns,
        _rows(event, day, columns, of_day),
        [card for card in cards if not card.item.is_placed],
        len(changed),
    )


def _days(event: Event, venues: Iterable[Venue], cards: Iterable[Card]) -> list[date]:
    first = timezone.localdate(event.starts_at)
    last = timezone.localdate(event.ends_at - timedelta(microseconds=1))
    found = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    stops = (stop for venue in venues for stop in venue.itinerary)
    moments = [*(stop.starts_at for stop in stops), *(card.item.starts_at for card in cards)]
    return sorted(found.union(timezone.localdate(moment) for moment in moments))


def _columns(day: date, venues: Iterable[Venue], items: Iterable[ProgrammeItem]) -> list[Column]:
    columns: list[Column] = []
    for venue in venues:
        stops = venue.stops_on(day)
        rooms: dict[str, ProgrammeItem | None] = {}
        for item in items:
            if item.venue_id == venue.pk:
                rooms.setdefault(item.room.casefold(), item)
        if not rooms:
            rooms[""] = None
        for _key, item in sorted(rooms.items()):
            room = item.room if item else ""
            text = item.parts.room if item and room else None
            columns.append(Column(len(columns), venue, room, text, stops))
    return columns


def _span(
    event: Event, day: date, columns: Iterable[Column], cards: Iterable[Card]
) -> tuple[datetime, datetime]:
    """From when to when the board shows a day: as long as the event, in whole hours, and never
    shorter than its sessions and the stops of pop-ups."""
    opens, closes = (timezone.make_aware(datetime.combine(day, at)) for at in DAY)
    starts, ends = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    if not times.is_all_day(starts, ends):
        opens = starts if starts.date() == day else min(opens, ends - timedelta(hours=1))
        if ends.date() == day:
            closes = ends
        elif starts.date() == day:
            closes = max(closes, starts + timedelta(hours=1))
    first = timezone.make_aware(datetime.combine(day, time(0)))
    stays = [*(stop for column in columns for stop in column.stops), *(card.item for card in cards)]
    opens = min([opens, *(timezone.localtime(max(stay.starts_at, first)) for stay in stays)])
    closes = max([closes, *(timezone.localtime(stay.ends_at) for stay in stays)])
    whole = opens.replace(minute=0, second=0, microsecond=0)
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time(0)))
    # In UTC: local times would not count the hour that comes twice when the clocks change.
    return whole.astimezone(UTC), min(closes, midnight).astimezone(UTC)


def _free(column: Column, moment: datetime, step: timedelta) -> Cell:
    stop = column.venue.stop_at(moment)
    is_arrival = stop is not None and (stop.starts_at > moment - step)
    return Cell(
        column,
        is_closed=not column.venue.is_open(moment, moment + step),
        stop=stop,
        is_arrival=is_arrival,
    )


def _rows(event: Event, day: date, columns: list[Column], cards: list[Card]) -> list[Row]:
    opens, closes = _span(event, day, columns, cards)
    moments = [at for card in cards for at in (card.item.starts_at, card.item.ends_at)]
    fits = all(at.minute % STEPS[0] == 0 for at in moments)
    step = timedelta(minutes=STEPS[0] if fits else STEPS[1])
    count = max(1, -(-(closes - opens) // step))
    numbers = {(column.venue.pk, column.room.casefold()): column.number for column in columns}
    in_column: dict[int, list[Card]] = {column.number: [] for column in columns}
    for card in cards:
        in_column[numbers[card.item.venue.pk, card.item.room.casefold()]].append(card)
    count = max([count, *(len(of_room) for of_room in in_column.values())])
    rows = [Row(opens + step * number) for number in range(count)]
    for column in columns:
        here = _in_rows(in_column[column.number], opens, step, count)
        covered = 0
        for number, row in enumerate(rows):
            if number in here:
                card, span = here[number]
                covered = number + span
                row.cells.append(Cell(column, card, span))
            elif number >= covered:
                row.cells.append(_free(column, row.starts_at, step))
    for row in rows:
        row.cells.sort(key=lambda cell: cell.column.number)
    return rows


def _in_rows(
    cards: Iterable[Card], opens: datetime, step: timedelta, count: int
) -> dict[int, tuple[Card, int]]:
    """Return the sessions of one room by their first row, each with over how many it goes. Of two
    in one row the later one is drawn a row lower: what it says of its time is right all the same.
    """
    found: dict[int, tuple[Card, int]] = {}
    ordered = sorted(cards, key=lambda card: (card.item.starts_at, card.item.pk))
    free = 0
    for left, card in zip(range(len(ordered) - 1, -1, -1), ordered, strict=True):
        # The rows below it are kept for those that come after it.
        first = min(max(free, (card.item.starts_at - opens) // step), count - 1 - left)
        end = min(max(first + 1, -(-(card.item.ends_at - opens) // step)), count - left)
        found[first] = (card, end - first)
        free = end
    return found
