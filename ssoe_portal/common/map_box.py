"""What a map shows of a list: the rows inside a box, one by one where they are few, else counted.

No geometry server. The earth is divided into squares of a thousandth of a degree (in Berlin 111 m
from south to north, 68 m from west to east) in rows and columns. Boxes and clusters are made of
whole squares: integers are what the database compares and groups quickest, a list narrowed to a box
holds exactly what the map has counted there, and the same entries are counted together wherever the
map is moved to.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection, models
from django.db.models import Count, F, IntegerField, Min, Q, Value
from django.db.models.functions import Cast, Floor
from django.utils.translation import gettext_lazy as _

#: Squares in a degree; decimals of a degree that an edge of a box has.
PER_DEGREE, EDGE_DIGITS = 1000, 3
#: Decimals of a point: about a metre.
DIGITS = 5
#: A box is divided into so many columns or rows, and into less than twice as many.
LEAST_CELLS = 8
#: At Berlin a degree of latitude is as long as so many degrees of longitude.
STRETCHED = 8 / 5
#: Up to so many rows are told one by one.
MOST_ROWS = 150
#: Longer titles are cut: the whole one stands on the page it leads to.
TITLE_LENGTH = 80


def square_row() -> Cast:
    """In which row of squares `latitude` lies, counted from the south pole; NULL without one."""
    return _square("latitude", 90)


def square_column() -> Cast:
    """In which column of squares `longitude` lies, counted from the date line eastwards."""
    return _square("longitude", 180)


def _square(degrees: str, beyond: float) -> Cast:
    return Cast(
        Floor((F(degrees) + Value(float(beyond))) * Value(float(PER_DEGREE))), IntegerField()
    )


class InSquares(models.Model):
    """A model of many rows with `latitude` and `longitude`, which a map counts quickly. Give it an
    index on both columns that includes its key: everything is then counted without reading a row.
    """

    square_row = models.GeneratedField(
        verbose_name=_("row of squares of the map"),
        expression=square_row(),
        output_field=models.IntegerField(null=True),
        db_persist=True,
    )
    square_column = models.GeneratedField(
        verbose_name=_("column of squares of the map"),
        expression=square_column(),
        output_field=models.IntegerField(null=True),
        db_persist=True,
    )

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Box:
    """A section of the map in whole squares; `east` and `north` are the first ones beyond it."""

    west: int
    south: int
    east: int
    north: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `west,south,east,north` in degrees, widened to whole squares; a ValidationError says
        what is wrong with it. A box has an extent and does not cross the date line."""
        parts = text.split(",")
        try:
            west, south, east, north = (float(part) for part in parts)
        except ValueError as error:
            raise ValidationError(
                _("A section of the map is four numbers: west, south, east, north."),
                code="numbers",
            ) from error
        # What is not a number is in no range.
        if not (-180 <= west <= 180 and -180 <= east <= 180):
            raise ValidationError(_("Longitudes lie between −180 and 180."), code="longitude")
        if not (-90 <= south <= 90 and -90 <= north <= 90):
            raise ValidationError(_("Latitudes lie between −90 and 90."), code="latitude")
        if west >= east or south >= north:
            raise ValidationError(
                _("West must be less than east, and south less than north."), code="order"
            )
        return cls(_down(west + 180), _down(south + 90), _up(east + 180), _up(north + 90))

    def __str__(self) -> str:
        return ",".join(f"{value:.{EDGE_DIGITS}f}" for value in self.degrees)

    @property
    def degrees(self) -> tuple[float, float, float, float]:
        return (
            round(self.west / PER_DEGREE - 180, EDGE_DIGITS),
            round(self.south / PER_DEGREE - 90, EDGE_DIGITS),
            round(self.east / PER_DEGREE - 180, EDGE_DIGITS),
            round(self.north / PER_DEGREE - 90, EDGE_DIGITS),
        )

    @property
    def condition(self) -> Q:
        """What is inside, of rows `InSquares`; those without a place never are."""
        return Q(
            square_row__gte=self.south,
            square_row__lt=self.north,
            square_column__gte=self.west,
            square_column__lt=self.east,
        )

    @property
    def cell(self) -> tuple[int, int]:
        """How many squares a cluster's cell is wide and high: about as long on the ground. The
        width is a power of two, so that moving the map or looking a little closer changes none."""
        extent = max(self.east - self.west, round((self.north - self.south) * STRETCHED))
        width = 2 ** max(int(math.log2(max(extent, 1) / LEAST_CELLS)), 0)
        return width, max(round(width / STRETCHED), 1)


def _down(degrees: float) -> int:
    return math.floor(round(degrees * PER_DEGREE, 6))


def _up(degrees: float) -> int:
    return math.ceil(round(degrees * PER_DEGREE, 6))


#: Gives {pk: (title, address of the page, language if not the page's)} for primary keys.
Tell = Callable[[Sequence[int]], Mapping[int, tuple[str, str, str]]]


def in_box(rows: models.QuerySet, box: Box, tell: Tell) -> dict[str, Any]:
    """Return what a map shows of rows `InSquares`, to be sent as JSON.

    `box`: the section, in whole squares. `total`: how many are inside. `places`: points with what
    is there, each its key, title, address and, where it is not the page's, its language.
    `clusters`: the middle of what they hold, how many, and the edges of the cell; one that is a
    single square has come as close as it gets. One query for the clusters, one for the points of
    what stands alone, besides those of `tell`.
    """
    inside = rows.filter(box.condition).order_by()
    width, height = box.cell
    cells = _cells(inside, width, height)
    total = sum(cell.number for cell in cells)
    if total <= MOST_ROWS:
        told, clusters = inside, []
    else:
        alone = {cell.key for cell in [c for c in cells if c.number == 1][:MOST_ROWS]}
        told = inside.filter(pk__in=alone)
        clusters = [cell for cell in cells if cell.key not in alone]
    found = list(told.values_list("pk", "latitude", "longitude")[:MOST_ROWS]) if cells else []
    return {
        "box": box.degrees,
        "total": total,
        "places": _places(found, tell),
        "clusters": [_cluster(cell, width, height) for cell in clusters],
    }


@dataclass(frozen=True)
class _Cell:
    """Where a cell begins, how many rows are in it, the first one's key, the middle of all."""

    row: int
    column: int
    number: int
    key: int
    mean_row: float
    mean_column: float


def _cells(inside: models.QuerySet, width: int, height: int) -> list[_Cell]:
    """Count by squares first, which lie together in the index, and by cells then: a third of the
    time of counting by cells at once."""
    squares = inside.values("square_row", "square_column").annotate(
        number=Count("*"), key=Min("pk")
    )
    try:
        sql, params = squares.values_list(
            "square_row", "square_column", "number", "key"
        ).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT r / %s, c / %s, sum(n), min(k), sum(r * n::float8) / sum(n),
                sum(c * n::float8) / sum(n)
            FROM ({sql}) AS squares (r, c, n, k)
            GROUP BY 1, 2 ORDER BY 1 DESC, 2""",  # noqa: S608 (no word typed is here)
            [height, width, *params],
        )
        return [
            _Cell(row * height, column * width, int(number), *rest)
            for row, column, number, *rest in cursor
        ]


def _cluster(cell: _Cell, width: int, height: int) -> list[float]:
    edges = Box(cell.column, cell.row, cell.column + width, cell.row + height)
    return [
        round((cell.mean_row + 0.5) / PER_DEGREE - 90, DIGITS),
        round((cell.mean_column + 0.5) / PER_DEGREE - 180, DIGITS),
        cell.number,
        *edges.degrees,
    ]


def _places(found: Sequence[tuple[int, float, float]], tell: Tell) -> list[dict[str, Any]]:
    """Put what is at the same point together: of many only the postcode's middle is known."""
    told = tell([key for key, _latitude, _longitude in found]) if found else {}
    at: dict[tuple[float, float], list[list[Any]]] = defaultdict(list)
    for key, latitude, longitude in found:
        if key not in told:  # it went away between two queries
            continue
        title, address, language = told[key]
        short = title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1].rstrip()}…"
        point = round(latitude, DIGITS), round(longitude, DIGITS)
        at[point].append([key, short, address, *([language] if language else [])])
    return [
        {"at": point, "items": sorted(items, key=lambda item: (item[1], item[0]))}
        for point, items in sorted(at.items(), key=lambda pair: (-pair[0][0], pair[0][1]))
    ]
