"""Filters of public lists, read from the query string. Plain and quick: a list page is what
people open most, and what they share."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import Promise

from ssoe_portal.common.geography import Area

SEARCH_LENGTH = 200


@dataclass
class Choice:
    """One select: `options` are (value, label). An unknown value counts as none, never as error."""

    name: str
    label: str | Promise
    options: list[tuple[str, Any]]
    any_label: str | Promise
    value: str = ""

    without: str = ""  # the query string that takes this choice away

    def read(self, data: QueryDict) -> None:
        asked = data.get(self.name, "")
        self.value = asked if any(asked == value for value, _label in self.options) else ""
        rest = data.copy()
        rest.pop(self.name, None)
        rest.pop("page", None)
        self.without = f"?{rest.urlencode()}"

    @property
    def chosen(self) -> Any:
        return dict(self.options).get(self.value, "")


@dataclass
class Filters:
    """What a list is narrowed to: words and choices."""

    data: QueryDict
    choices: list[Choice] = field(default_factory=list)
    q: str = ""

    def __post_init__(self) -> None:
        self.q = self.data.get("q", "").replace("\x00", "").strip()[:SEARCH_LENGTH]
        for choice in self.choices:
            choice.read(self.data)

    def __getitem__(self, name: str) -> str:
        for choice in self.choices:
            if choice.name == name:
                return choice.value
        raise KeyError(name)

    @property
    def active(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.value]

    @property
    def count(self) -> int:
        """How many filters narrow the list now; a tab (without `any_label`) is none."""
        return sum(bool(choice.any_label) for choice in self.active) + bool(self.q)


def without_blanks(data: QueryDict) -> QueryDict:
    """Return a query string's values without the empty fields that a form sends along: an address
    that is passed on should be short."""
    clean = data.copy()
    for name, value in data.items():
        if not value.strip():
            del clean[name]
    return clean


def in_short(request: HttpRequest) -> HttpResponse | None:
    """Lead to the same page by its short address; None where it is short already."""
    clean = without_blanks(request.GET)
    if len(clean) == len(request.GET):
        return None
    return redirect(f"{request.path}?{clean.urlencode()}" if clean else request.path)


def terms(rows: Iterable[models.Model]) -> list[tuple[str, str]]:
    """Return the options of a vocabulary, by its keys."""
    return [(term.key, term.label) for term in rows]


def pankow() -> list[tuple[str, str]]:
    """Return Pankow and its neighbourhoods; other districts only clutter a filter for Pankow."""
    rows = Area.objects.filter(models.Q(key="pankow-district") | models.Q(parent="pankow-district"))
    return terms(rows.order_by("position", "pk"))
