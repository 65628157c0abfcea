"""How many hits each place has, drawn: a map of Pankow's Ortsteile that needs no JavaScript and
nobody's server. Geometry and look are the mini map's."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise

from ssoe_portal.common.geography import Area, districts, localities
from ssoe_portal.common.mini_map import LETTER, LINE_HEIGHT, WIDTH, Box, Line, projection

#: Radius of a place without hits, of the one with fewest and with most.
EMPTY, SMALLEST, LARGEST = 5, 10, 17
DIGIT = 6.6  # width of a digit, in units


class Counted(Protocol):
    """A place of a filter: its key, name, and how many hits it has."""

    value: str
    label: str | Promise
    count: int


@dataclass(frozen=True)
class Spot:
    """An Ortsteil in the drawing: a circle with a number, and its name where there is room."""

    key: str
    label: str
    count: int
    x: int
    y: int
    radius: int
    lines: list[Line]


@dataclass(frozen=True)
class Overview:
    """What templates/common/_map_overview.html draws, and the same as a list."""

    width: int
    height: int
    spots: list[Spot]
    places: list[Counted]


def overview(places: Iterable[Counted]) -> Overview:
    """Return the drawing of what a filter counts for each place, and all places that have hits."""
    places = list(places)
    counts = {place.value: place.count for place in places}
    lands = localities()
    _scale, height, project = projection([land.point for land in lands])
    most = max((counts.get(land.key, 0) for land in lands), default=0)
    middles = {land.key: project(land.point) for land in lands}
    radii = {land.key: _radius(counts.get(land.key, 0), most) for land in lands}
    taken = [
        Box(x - radii[key], y - radii[key], x + radii[key], y + radii[key])
        for key, (x, y) in middles.items()
    ]
    spots = [
        Spot(
            land.key,
            land.label,
            counts.get(land.key, 0),
            x=middles[land.key][0],
            y=middles[land.key][1],
            radius=radii[land.key],
            lines=_name(land.label, middles[land.key], radii[land.key], taken, height),
        )
        for land in sorted(lands, key=lambda land: (-len(land.label), land.key))
    ]
    return Overview(WIDTH, height, spots, [place for place in places if place.count])


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


def _radius(count: int, most: int) -> int:
    """Areas are compared, so the root; a number needs room for its digits."""
    if not count:
        return EMPTY
    wanted = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(count / most)
    return round(max(wanted, len(str(count)) * DIGIT / 2 + 3))


def _name(
    name: str, middle: tuple[int, int], radius: int, taken: list[Box], height: int
) -> list[Line]:
    """Write a name below, above or beside its circle; without room it stays away."""
    words = name.rsplit(" ", 1) if len(name) > 13 and " " in name else [name]
    half = max(len(line) for line in words) * LETTER / 2
    more = LINE_HEIGHT * (len(words) - 1)
    x, y = middle
    side = round(radius + half + 3)
    for left, top in (
        (x, y + radius + 11),
        (x, y - radius - 4 - more),
        (x + side, y + 4 - more // 2),
        (x - side, y + 4 - more // 2),
        (x + side - 6, y + radius + 4),
        (x - side + 6, y + radius + 4),
        (x + side - 6, y - radius + 2 - more),
        (x - side + 6, y - radius + 2 - more),
    ):
        box = Box(left - half, top - 10, left + half, top + 3 + more)
        inside = box.left >= 2 and box.right <= WIDTH - 2 and box.top >= 2 and box.bottom <= height
        if inside and not any(box.touches(other) for other in taken):
            taken.append(box)
            return [Line(left, top + LINE_HEIGHT * n, line) for n, line in enumerate(words)]
    return []
