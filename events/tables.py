"""Tables at the desk that sort and filter by their address."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

PER_PAGE = 50


@dataclass(frozen=True)
class Heading:
    """The head of a column; `order` is the next value of `?sort=`, "" if it does not sort."""

    label: str | Promise
    order: str = ""
    direction: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class ColumnSpec:
    """A column: its key in `?sort=`, its label, and the fields it sorts by."""

    key: str
    label: str | Promise
    fields: tuple[str, ...] = ()
    is_number: bool = False


def table(
    request: HttpRequest, rows: QuerySet, columns: list[ColumnSpec], default: str
) -> dict[str, Any]:
    """Return what the template of a table needs: the rows of `?page=`, ordered by `?sort=key` or
    `?sort=-key`, as `page_obj`, and the `heads` of the columns."""
    ordered, heads = _sort(request, rows, columns, default)
    return {
        "page_obj": Paginator(ordered, PER_PAGE).get_page(request.GET.get("page")),
        "heads": heads,
    }


def _sort(
    request: HttpRequest, rows: QuerySet, columns: list[ColumnSpec], default: str
) -> tuple[QuerySet, list[Heading]]:
    """The primary key comes last, so that the order is total and pages do not overlap."""
    asked = request.GET.get("sort") or default
    key, descending = asked.removeprefix("-"), asked.startswith("-")
    by_key = {column.key: column for column in columns if column.fields}
    if key not in by_key:
        key, descending = default.removeprefix("-"), default.startswith("-")
    sign = "-" if descending else ""
    ordered = rows.order_by(*[f"{sign}{field}" for field in by_key[key].fields], f"{sign}pk")
    heads = []
    for column in columns:
        if not column.fields:
            heads.append(Heading(column.label, is_number=column.is_number))
            continue
        here = column.key == key
        heads.append(
            Heading(
                column.label,
                order=f"-{column.key}" if here and not descending else column.key,
                direction=("descending" if descending else "ascending") if here else "",
                is_number=column.is_number,
            )
        )
    return ordered, heads
