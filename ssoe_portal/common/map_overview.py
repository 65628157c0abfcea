"""How many hits each place has, drawn: a map of Pankow's Ortsteile that needs no JavaScript and
nobody's server. Geometry and look are the mini map's."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.functional import Promise

from ssoe_portal.common.geography import Area, districts, localities
from ssoe_portal.common.mini_map import LETTER, LINE_HEIGHT, WIDTH, Box, Line, projection
from ssoe_portal.common.translation import current_language

#: Radius of a place without hits, of one with a number of a few digits, and what names leave free.
EMPTY, COUNTED, FREE = 5, 13, 11
DIGIT = 6.6  # width of a digit, in units
#: Orders in which names are tried, until one leaves none out.
ORDERS = 200


class Counted(Protocol):
    """A place of a filter: its key, name, and how many hits it has."""

    value: str
    label: str | Promise
    count: int


@dataclass(frozen=True)
class Spot:
    """An Ortsteil with hits: a circle with their number."""

    key: str
    label: str
    count: int
    x: int
    y: int

    @property
    def radius(self) -> int:
        return max(COUNTED, round(len(str(self.count)) * DIGIT / 2 + 3))


@dataclass(frozen=True)
class Name:
    """An Ortsteil as the drawing always shows it: a point and its name."""

    key: str
    label: str
    x: int
    y: int
    lines: list[Line]


@dataclass(frozen=True)
class Layout:
    """Where points and names are, in one language; `ground` draws them."""

    height: int
    names: list[Name]
    ground: str = ""


@dataclass(frozen=True)
class Overview:
    """What templates/common/_map_overview.html draws, and the same as a list."""

    width: int
    height: int
    ground: str
    spots: list[Spot]
    places: list[Counted]


def overview(places: Iterable[Counted]) -> Overview:
    """Return the drawing of what a filter counts for each place, and all places that have hits."""
    places = [place for place in places if place.count]
    counts = {place.value: place.count for place in places}
    layout = _layout(current_language())
    spots = [
        Spot(name.key, name.label, counts[name.key], name.x, name.y)
        for name in layout.names
        if name.key in counts
    ]
    return Overview(WIDTH, layout.height, layout.ground, spots, places)


@lru_cache
def _layout(language: str) -> Layout:
    """Find room for the names: the same in a language, whatever is counted. `language` is the
    active one."""
    lands = localities()
    _scale, height, project = projection([land.point for land in lands])
    middles = {land.key: project(land.point) for land in lands}
    names: dict[str, list[Line]] = {}
    for order in range(ORDERS):
        tried = sorted(lands, key=lambda land: (-len(land.label), land.key))
        if order:
            random.Random(order).shuffle(tried)  # noqa: S311 (the same orders each time)
        found = _written([(land.key, land.label) for land in tried], middles, height)
        if sum(map(bool, found.values())) > sum(map(bool, names.values())):
            names = found
        if all(names.values()):
            break
    placed = [
        Name(land.key, land.label, x, y, names[land.key])
        for land in lands
        for x, y in [middles[land.key]]
    ]
    ground = render_to_string("common/_map_overview_ground.html", {"names": placed, "r": EMPTY})
    return Layout(height, placed, ground)


def ground() -> list[dict[str, Any]]:
    """The places as a map with JavaScript draws them below its markers: key, name, point, and
    whether it is a district, in the reader's language."""
    return [
        {
            "key": area.key,
            "name": area.label,
            "at": [area.latitude, area.longitude],
            "district": area.kind == Area.Kind.DISTRICT,
        }
        for area in (*localities(), *districts())
    ]


def _written(
    names: list[tuple[str, str]], middles: dict[str, tuple[int, int]], height: int
) -> dict[str, list[Line]]:
    """Write names in this order where there is room; without room a name stays away."""
    r = FREE
    taken = [Box(x - r, y - r, x + r, y + r) for x, y in middles.values()]
    found: dict[str, list[Line]] = {}
    for key, name in names:
        words = name.rsplit(" ", 1) if len(name) > 13 and " " in name else [name]
        found[key] = []
        for box, left, top in _candidates(words, middles[key]):
            inside = box.left >= 2 and box.right <= WIDTH - 2
            inside = inside and box.top >= 2 and box.bottom <= height
            if inside and not any(box.touches(other) for other in taken):
                taken.append(box)
                found[key] = [
                    Line(left, top + LINE_HEIGHT * number, line)
                    for number, line in enumerate(words)
                ]
                break
    return found


def _candidates(words: list[str], middle: tuple[int, int]) -> Iterator[tuple[Box, int, int]]:
    """Below, above or beside a circle, the best first."""
    half = max(len(line) for line in words) * LETTER / 2
    more = LINE_HEIGHT * (len(words) - 1)
    x, y, r = *middle, FREE
    side = round(r + half + 3)
    below, above, level = y + r + 12, y - r - 5 - more, y + 4 - more // 2
    shifts = [0, *(sign * part * side // 4 for part in (1, 2, 3) for sign in (1, -1))]
    around = [(x + shift, row) for shift in shifts for row in (below, above)]
    beside = [(x + sign * side, level + shift) for shift in (0, 6, -6, 12, -12) for sign in (1, -1)]
    for left, top in (*around[:2], *beside[:2], *around[2:], *beside[2:]):
        yield Box(left - half, top - 10, left + half, top + 3 + more), left, top
