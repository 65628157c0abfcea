"""The plan of a venue: its pitches as squares, drawn as SVG from their places in a grid."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from events.models import Pitch, StallApplication, Venue

#: Pixels of one square, and the gap between two.
SQUARE, GAP = 100, 12


@dataclass(frozen=True)
class Cell:
    pitch: Pitch
    application: StallApplication | None
    is_mine: bool
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + SQUARE // 2

    @property
    def label_y(self) -> int:
        return self.y + (46 if self.facts else 56)

    @property
    def facts_y(self) -> int:
        return self.y + 74

    @property
    def facts(self) -> bool:
        return self.pitch.has_power or self.pitch.has_water or self.pitch.is_indoor


@dataclass(frozen=True)
class Plan:
    venue: Venue
    cells: list[Cell]
    width: int
    height: int

    @property
    def free(self) -> int:
        return sum(cell.application is None for cell in self.cells)


def plans(pitches: Iterable[Pitch], mine: StallApplication | None = None) -> list[Plan]:
    """Return a plan for each venue; `mine` is the stall to point out.

    The pitches come in order of venue, with `assignment__application__organisation` selected.
    """
    found = []
    for venue, group in groupby(pitches, key=lambda pitch: pitch.venue):
        of_venue = list(group)
        left, top = min(p.x for p in of_venue), min(p.y for p in of_venue)
        cells = [_cell(pitch, pitch.x - left, pitch.y - top, mine) for pitch in of_venue]
        found.append(
            Plan(
                venue,
                cells,
                width=max(cell.x for cell in cells) + SQUARE + GAP,
                height=max(cell.y for cell in cells) + SQUARE + GAP,
            )
        )
    return found


def _cell(pitch: Pitch, column: int, row: int, mine: StallApplication | None) -> Cell:
    assignment = getattr(pitch, "assignment", None)
    application = assignment.application if assignment else None
    return Cell(
        pitch,
        application,
        is_mine=mine is not None and application == mine,
        x=GAP + column * (SQUARE + GAP),
        y=GAP + row * (SQUARE + GAP),
    )
