"""A small map drawing that needs nobody: where something is, among Pankow's Ortsteile.

North is up, east is right. Degrees become units of the drawing by one scale, longitudes shortened
by the cosine of the latitude, so that distances can be compared in every direction.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from django.template.loader import render_to_string

from ssoe_portal.common.geography import EARTH_RADIUS_KM, Area, Point, localities
from ssoe_portal.common.translation import current_language

#: Units of the drawing. On the narrowest phones one unit is about one CSS pixel.
WIDTH = 300
MARGIN_X, MARGIN_Y = 44, 34
#: A drawing of all Berlin would have no room for names; this is what fits beside a text.
MAX_HEIGHT = 380
KM_PER_DEGREE = math.radians(1) * EARTH_RADIUS_KM

DOT, FIRST_DOT = 4, 7  # radius of further places, in units
LINE_HEIGHT, LETTER = 12, 6.1  # of a label, in units
#: Where a label may stand beside the middle of its circle, the best first.
PLACES = [(0, 4), (0, 15), (0, -8), (0, 26), (0, -19), (24, 10), (-24, 10), (24, -8), (-24, -8)]


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Line:
    x: int
    y: int
    words: str


@dataclass(frozen=True)
class Land:
    """An Ortsteil: a circle, and its name where there is room for it."""

    x: int
    y: int
    is_here: bool
    lines: list[Line]


@dataclass(frozen=True)
class Mark:
    """A place besides the one with the pin: the `is_first` of a way, or where it leads then."""

    point: Point
    is_first: bool = False


@dataclass(frozen=True)
class MiniMap:
    """What templates/common/_mini_map.html draws. Positions are whole units of the drawing."""

    height: int
    kilometre: int
    place: tuple[int, int]
    reader: tuple[int, int] | None
    lands: list[Land]
    #: Further places, each with the radius of its dot.
    dots: list[tuple[int, int, int]]
    area: Area | None
    distance_km: float | None
    postcode: str = ""
    width: int = WIDTH
    #: Circles and names as they are drawn, kept with the layout: half a hundred small elements.
    ground: str = ""
    #: In a whole district: a kilometre around its middle would say nothing.
    is_wide: bool = False


def mini_map(
    point: Point | None,
    *,
    origin: Point | None = None,
    postcode: str = "",
    area: Area | None = None,
    marks: tuple[Mark, ...] = (),
) -> MiniMap | None:
    """Return the drawing for a place, or None where none is known.

    `origin` is where the reader is, the middle of `postcode`; `area` the place's own, if known;
    `marks` are further places, drawn as dots.
    """
    if point is None:
        return None
    is_wide = area is not None and area.kind == Area.Kind.DISTRICT
    key = area.key if area else ""
    drawing = _drawing(point, origin, key, current_language(), marks, is_wide=is_wide)
    return replace(drawing, area=area, postcode=postcode)


@lru_cache(maxsize=500)
def _drawing(
    point: Point,
    origin: Point | None,
    here: str,
    language: str,
    marks: tuple[Mark, ...],
    *,
    is_wide: bool,
) -> MiniMap:
    """Lay the drawing out: the same places always give the same one, in a language. `here` is the
    key of the place's own Ortsteil or district; `language` is the active one."""
    lands = localities()
    others = [mark.point for mark in marks] + ([origin] if origin else [])
    scale, height, project = projection([land.point for land in lands] + [point, *others])
    place = x, y = project(point)
    taken = [Box(x - 9, y - 24, x + 9, y + 3)]
    reader = project(origin) if origin else None
    if reader:
        taken.append(Box(reader[0] - 8, reader[1] - 8, reader[0] + 8, reader[1] + 8))
        taken.append(Box(reader[0] - 22, reader[1] + 8, reader[0] + 22, reader[1] + 22))
    dots = _dots(marks, project)
    taken += [Box(x - r, y - r, x + r, y + r) for x, y, r in dots]
    drawn = []
    # The place's own Ortsteil gets its name first.
    for land in sorted(lands, key=lambda land: (land.key != here, land.latitude)):
        x, y = project(land.point)
        drawn.append(Land(x, y, land.key == here, _label(land.label, (x, y), taken, height)))
    drawing = MiniMap(
        height=height,
        kilometre=round(scale),
        place=place,
        reader=reader,
        lands=drawn,
        dots=dots,
        area=None,
        is_wide=is_wide,
        distance_km=point.distance_km(origin) if origin else None,
    )
    ground = render_to_string("common/_mini_map_ground.html", {"map": drawing})
    return replace(drawing, ground=ground)


def _dots(
    marks: Iterable[Mark], project: Callable[[Point], tuple[int, int]]
) -> list[tuple[int, int, int]]:
    """Return the dots, one a place; those of a first mark are larger and come last, to be seen."""
    radius: dict[tuple[int, int], int] = {}
    for mark in marks:
        at = project(mark.point)
        radius[at] = max(radius.get(at, 0), FIRST_DOT if mark.is_first else DOT)
    return [(x, y, r) for (x, y), r in sorted(radius.items(), key=lambda pair: pair[1])]


def projection(points: Iterable[Point]):
    """Return units per kilometre, the drawing's height, and the function that places a point."""
    points = list(points)
    north, south = max(p.latitude for p in points), min(p.latitude for p in points)
    east, west = max(p.longitude for p in points), min(p.longitude for p in points)
    shorten = math.cos(math.radians((north + south) / 2))
    wide_km = max((east - west) * KM_PER_DEGREE * shorten, 0.5)
    high_km = max((north - south) * KM_PER_DEGREE, 0.5)
    scale = min((WIDTH - 2 * MARGIN_X) / wide_km, (MAX_HEIGHT - 2 * MARGIN_Y) / high_km)
    height = round(high_km * scale + 2 * MARGIN_Y)
    left = (WIDTH - wide_km * scale) / 2

    def project(point: Point) -> tuple[int, int]:
        return (
            round(left + (point.longitude - west) * KM_PER_DEGREE * shorten * scale),
            round(MARGIN_Y + (north - point.latitude) * KM_PER_DEGREE * scale),
        )

    return scale, height, project


def _label(name: str, middle: tuple[int, int], taken: list[Box], height: int) -> list[Line]:
    """Place a name near its circle where nothing is written yet; without room it stays away."""
    words = name.rsplit(" ", 1) if len(name) > 13 and " " in name else [name]
    for box, x, y in _candidates(words, middle):
        inside = box.left >= 2 and box.right <= WIDTH - 2 and box.top >= 2 and box.bottom <= height
        if inside and not any(box.touches(other) for other in taken):
            taken.append(box)
            return [Line(x, y + LINE_HEIGHT * n, line) for n, line in enumerate(words)]
    return []


def _candidates(words: list[str], middle: tuple[int, int]) -> Iterator[tuple[Box, int, int]]:
    half = max(len(line) for line in words) * LETTER / 2
    more = LINE_HEIGHT * (len(words) - 1)
    for dx, dy in PLACES:
        x, y = middle[0] + dx, middle[1] + dy - (more if dy < 0 else more // 2 if dy == 4 else 0)
        yield Box(x - half, y - 10, x + half, y + 3 + more), x, y
