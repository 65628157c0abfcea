"""The plan of a venue: its pitches as boxes, drawn as SVG from their places in a grid."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from events.models import Pitch, StallApplication, Venue

#: Units of a pitch's box, of the gap between two, and of the way where a row or column is empty.
WIDTH, HEIGHT, GAP, WAY = 150, 104, 12, 40
#: More columns than this do not fit a phone: the plan scrolls there.
NARROW_COLUMNS = 6

#: Letters that fit side by side into a box, in the size of `.plan__who`.
LONGEST_WORD = 16

Link = Callable[[Pitch, StallApplication | None], str]


@dataclass(frozen=True)
class Cell:
    """A pitch's box. `url` is where it leads: to its stall, or to choosing it; "" is nowhere."""

    pitch: Pitch
    application: StallApplication | None
    is_mine: bool
    is_chosen: bool
    url: str
    x: int
    y: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def who(self) -> str:
        """Who stands here, as it fits into the box: a word that is too long is shortened. The
        whole name is in the box's title and in the list beside the drawing."""
        if self.application is None:
            return ""
        words = self.application.organisation.name.split()
        return " ".join(
            word if len(word) <= LONGEST_WORD else word[: LONGEST_WORD - 1] + "…" for word in words
        )


@dataclass(frozen=True)
class Plan:
    venue: Venue
    cells: list[Cell]
    width: int
    height: int
    is_wide: bool

    @property
    def free(self) -> int:
        return sum(cell.application is None for cell in self.cells)


def plans(
    pitches: Iterable[Pitch],
    *,
    mine: StallApplication | None = None,
    chosen: Pitch | None = None,
    link: Link = lambda pitch, application: "",
) -> list[Plan]:
    """Return a plan for each venue; `mine` is the stall and `chosen` the pitch to point out.

    The pitches come as `PitchQuerySet.for_plans` returns them.
    """
    found = []
    for venue, group in groupby(pitches, key=lambda pitch: pitch.venue):
        of_venue = list(group)
        columns = _places({pitch.x for pitch in of_venue}, WIDTH)
        rows = _places({pitch.y for pitch in of_venue}, HEIGHT)
        cells = []
        for pitch in of_venue:
            assignment = getattr(pitch, "assignment", None)
            application = assignment.application if assignment else None
            cells.append(
                Cell(
                    pitch,
                    application,
                    is_mine=mine is not None and application == mine,
                    is_chosen=pitch == chosen,
                    url=link(pitch, application),
                    x=columns[pitch.x],
                    y=rows[pitch.y],
                )
            )
        found.append(
            Plan(
                venue,
                cells,
                width=max(columns.values()) + WIDTH + GAP,
                height=max(rows.values()) + HEIGHT + GAP,
                is_wide=len(columns) > NARROW_COLUMNS,
            )
        )
    return found


def free_pitch(pitches: Iterable[Pitch], asked: str) -> Pitch | None:
    """Return the pitch that an address names by its key, if it is one of these and free."""
    free = (pitch for pitch in pitches if not hasattr(pitch, "assignment"))
    return next((pitch for pitch in free if str(pitch.pk) == asked), None)


def _places(used: set[int], size: int) -> dict[int, int]:
    """Return where each used column (or row) begins; empty ones between them are one way."""
    places: dict[int, int] = {}
    position, previous = GAP, None
    for number in sorted(used):
        if previous is not None:
            position += size + GAP + (WAY if number > previous + 1 else 0)
        places[number] = position
        previous = number
    return places
