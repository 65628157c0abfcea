"""Filters of public lists with the numbers beside all their choices (`facets`).

A list names its filters (`facet_kinds`) and where its rows are; everything else is the same for all
lists: what is chosen, hits in order, numbers, chips that take a filter away, and what helps where
nothing is found. The whole state of a list is its query string. The form is drawn by
templates/common/facets/form.html.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.asking import Asked
from ssoe_portal.common.facet_kinds import ChoicesFilter, Facet, Option, SwitchFilter, TermFilter
from ssoe_portal.common.facets import Packed, Tally, missing, tally
from ssoe_portal.common.geography import Point, point_for_postcode
from ssoe_portal.common.place_words import area_named, near_postcode
from ssoe_portal.common.ready_queries import Among, ReadyQuery, as_array
from ssoe_portal.common.search import SearchableQuerySet
from ssoe_portal.common.search_rows import SearchRowQuerySet
from ssoe_portal.common.translation import current_language
from ssoe_portal.common.vocabulary import choices_query, read_choices

#: What stands in a query that is put into SQL once for keys, and for where distances begin.
NO_KEYS, NOWHERE = "{}", Point(-0.0123456789, -0.0987654321)


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that is on: its name, what it says, and the query string without it."""

    name: str
    label: str | Promise
    without: str

    @property
    def quoted(self) -> str | Promise:
        """The label inside a sentence; the reader's own words are quoted already."""
        return self.label if self.name == "q" else _("“%(words)s”") % {"words": self.label}


@dataclass(frozen=True)
class PlaceNamed:
    """A neighbourhood that is all somebody typed, and the query string of all that is there."""

    label: str
    query: str


@dataclass(frozen=True)
class Drawn:
    """One field of the form as the page draws it."""

    name: str
    label: str | Promise
    drawn_as: str
    value: str
    problems: list[str]
    any_label: str | Promise = ""
    groups: tuple[tuple[str | Promise, list[Option]], ...] = ()
    #: What no choice finds; None where there is no such thing.
    leaves_out: str | None = None

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to choose. Where nothing is narrowed yet, it need not be shown;
        it stays in the page, where htmx looks for it."""
        return (
            self.drawn_as == "select"
            and not self.value
            and not any(options for _heading, options in self.groups)
        )


class FacetFilter(django_filters.FilterSet):
    """What a person may narrow a list by. Hits and the numbers beside all choices come from rows of
    one kind, in two queries; the vocabularies take a third."""

    #: What stands above the boxes to tick, and above those that only some want.
    switches_legend: ClassVar[str | Promise] = _("It must be")
    further_legend: ClassVar[str | Promise] = _("The building must have")

    #: What of the rows is counted in bits.
    packed: Packed | None = None

    filters: dict[str, Facet]

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, self.everything())
        terms = self._terms(self.filters)
        by_label = {name for name, each in terms.items() if each.by_label}
        known = read_choices(self._choices_query(current_language()), by_label)
        for name, each in terms.items():
            each.know(known.get(name, []))

    @staticmethod
    def _terms(filters: dict[str, Facet]) -> dict[str, TermFilter]:
        return {name: each for name, each in filters.items() if isinstance(each, TermFilter)}

    @classmethod
    @cache
    def _choices_query(cls, language: str) -> ReadyQuery:
        """What reads all vocabularies that one may choose from, in a language: the active one."""
        return choices_query(
            [
                each.vocabulary._default_manager.as_choices(name, each.extra_column)
                for name, each in cls._terms(cls.base_filters).items()
            ]
        )

    @classmethod
    def understood(cls, data: QueryDict) -> QueryDict:
        """Return a query string as this list reads it: where words mean a filter, with that."""
        return near_postcode(data) if "near" in cls.base_filters else data

    # What each kind of list says for itself.

    def everything(self) -> models.QuerySet:
        """The rows of all that is public."""
        raise NotImplementedError

    def ask(self, text: str) -> Asked:
        """What words mean here."""
        raise NotImplementedError

    def found(self, asked: Asked) -> models.QuerySet:
        """The rows that words find."""
        raise NotImplementedError

    def in_order(self, rows: models.QuerySet) -> Iterable[models.QuerySet]:
        """Those of the rows that the words find, in parts that follow each other."""
        raise NotImplementedError

    @classmethod
    def cards(cls) -> models.QuerySet:
        """Entries with what a card shows, by the keys of the rows. Put into SQL once in a language,
        so that nothing in it may be about the moment or the reader."""
        raise NotImplementedError

    def counted(self, rows: models.QuerySet) -> models.QuerySet:
        """Rows with all that filters count and that is no column of them."""
        return rows

    # The same for all.

    @cached_property
    def wanted(self) -> dict[str, Any]:
        """What is filled in and right."""
        values, _errors = self._filled_in
        return {name: value for name, value in values.items() if value not in (None, "", False)}

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is filled in and wrong."""
        return self._filled_in[1]

    @cached_property
    def _filled_in(self) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """What the query string has for the filters, and what is wrong with it: read field by
        field, since a form of all of them takes a while to put together."""
        values: dict[str, Any] = {}
        errors: dict[str, list[str]] = {}
        for name, each in self.filters.items():
            if name not in self.data:
                continue
            try:
                values[name] = each.field.clean(
                    each.field.widget.value_from_datadict(self.data, {}, name)
                )
            except ValidationError as error:
                errors[name] = error.messages
        return values, errors

    @cached_property
    def origin(self) -> Point | None:
        """Where distances are measured from."""
        return point_for_postcode(self.wanted["near"]) if "near" in self.wanted else None

    @cached_property
    def asked(self) -> Asked | None:
        """What the words mean."""
        return self.ask(self.wanted["q"]) if "q" in self.wanted else None

    @cached_property
    def conditions(self) -> dict[str, Q]:
        """What each filter that is on asks of a row; words and distance are none of these."""
        return {
            name: self.filters[name].condition(value)
            for name, value in self.wanted.items()
            if self.filters[name].narrows
        }

    @cached_property
    def rows(self) -> models.QuerySet:
        """What the words alone leave."""
        return self.queryset if self.asked is None else self.found(self.asked)

    @cached_property
    def tally(self) -> Tally:
        columns = dict.fromkeys(each.column for each in self.filters.values() if each.column)
        return tally(
            self.counted(self.rows),
            list(columns),
            self.conditions,
            packed=self.packed,
            by_words=self.asked is not None,
        )

    def on_map(self) -> models.QuerySet:
        """The rows of the hits, for a map: it looks at a section of its own."""
        wanted = (asked for name, asked in self.conditions.items() if name != "box")
        return self.rows.filter(*wanted)

    @property
    def places(self) -> list[Option]:
        """The choices for a neighbourhood, with numbers: what a map shows first."""
        return self.choices.get("area", [])

    @property
    def hits(self) -> "Hits":
        """The entries, in order, for a paginator."""
        rows = self.queryset.filter(*self.conditions.values())
        return Hits(lambda: self.in_order(rows), self.tally.total, self._read_cards)

    def _read_cards(self, keys: list[int]) -> list[models.Model]:
        query = self._cards_query(current_language(), measures=self.origin is not None)
        values: dict[Any, Any] = {NO_KEYS: as_array(keys)}
        if self.origin is not None:
            values[NOWHERE.latitude] = self.origin.latitude
            values[NOWHERE.longitude] = self.origin.longitude
        return query.read(values)

    @classmethod
    @cache
    def _cards_query(cls, language: str, *, measures: bool) -> ReadyQuery:
        """What reads the cards in a language, the active one, and from where there is a place how
        far they are."""
        cards = cls.cards().filter(Among(NO_KEYS)).order_by()
        return ReadyQuery(cards.with_distance(NOWHERE) if measures else cards)

    @cached_property
    def active(self) -> list[ActiveFilter]:
        """The filters that are on, in the order of the form."""
        found = []
        for name, value in self.wanted.items():
            rest = self.data.copy()
            rest.pop(name, None)
            rest.pop("page", None)
            found.append(ActiveFilter(name, self.filters[name].says(value), rest.urlencode()))
        return found

    @cached_property
    def place_named(self) -> PlaceNamed | None:
        """The neighbourhood that is all somebody typed, where no other one is chosen."""
        area = area_named(self.wanted.get("q", "")) if "area" not in self.wanted else None
        if area is None or area.key not in dict(self.filters["area"].choices):
            return None
        there = self.data.copy()
        for name in ("q", "page"):
            there.pop(name, None)
        there["area"] = area.key
        return PlaceNamed(area.after_in, there.urlencode())

    @property
    def chips(self) -> list[ActiveFilter]:
        """Those that the page shows as chips: a tab shows by itself that it is chosen."""
        return [each for each in self.active if self.filters[each.name].drawn_as != "hidden"]

    @cached_property
    def drawn(self) -> dict[str, Drawn]:
        """Everything but the boxes to tick, as the form shows it."""
        return {
            name: Drawn(
                name=name,
                label=each.label,
                drawn_as=each.drawn_as,
                value=self.data.get(name, ""),
                problems=list(self.errors.get(name, ())),
                any_label=getattr(each, "any_label", ""),
                groups=tuple(self._groups(name)),
                leaves_out=each.leaves_out(self.tally, name),
            )
            for name, each in self.filters.items()
            if not isinstance(each, SwitchFilter)
        }

    @property
    def fields(self) -> list[Drawn]:
        """What the form shows at once."""
        return [each for each in self.drawn.values() if not self.filters[each.name].is_further]

    @property
    def further(self) -> list[Drawn]:
        """What the form shows to whoever wants more."""
        return [each for each in self.drawn.values() if self.filters[each.name].is_further]

    @property
    def further_is_on(self) -> bool:
        return any(field.value for field in self.further) or any(
            switch.chosen for switch in self.further_switches
        )

    @cached_property
    def choices(self) -> dict[str, list[Option]]:
        """What each select offers, with numbers."""
        return {
            name: [option for _heading, options in field.groups for option in options]
            for name, field in self.drawn.items()
            if field.groups
        }

    def _groups(self, name: str) -> list[tuple[str | Promise, list[Option]]]:
        each = self.filters[name]
        if not isinstance(each, ChoicesFilter):
            return []
        return each.groups(each.counts(self.tally, name), self.data.get(name, ""))

    def tabs(self, name: str) -> list[Option]:
        """All choices of a filter that stands above the results."""
        each = self.filters[name]
        counts = each.counts(self.tally, name)
        return [
            Option(value, label, counts[value], value == self.wanted.get(name))
            for value, label in each.choices
        ]

    @cached_property
    def switches(self) -> list[Option]:
        """The boxes, with numbers."""
        return self._boxes(is_further=False)

    @cached_property
    def further_switches(self) -> list[Option]:
        """Those that the form shows to whoever wants more."""
        return self._boxes(is_further=True)

    def _boxes(self, *, is_further: bool) -> list[Option]:
        return [
            Option(
                name, each.label, each.counts(self.tally, name)[True], chosen=name in self.wanted
            )
            for name, each in self.filters.items()
            if isinstance(each, SwitchFilter) and each.is_further == is_further
        ]

    @property
    def has_idle_switches(self) -> bool:
        """Whether none of the boxes is of any use yet."""
        return not self.active and not any(switch.count for switch in self.switches)

    def less_strict(self) -> list[tuple[ActiveFilter, int]]:
        """Filters that alone stand in the way: each with how many hits there are without it."""
        left = dict(self.tally.without)
        if self.asked is not None:
            left["q"] = self.queryset.filter(*self.conditions.values()).count()
        return [(active, left[active.name]) for active in self.active if left.get(active.name)]

    #: How many entries that nearly fit are shown where none fits.
    NEAR_MISSES = 3

    def near_misses(self) -> list[models.Model]:
        """Entries that the words find and that miss one of the filters only."""
        if not self.conditions:
            return []
        rows = missing(self.queryset, self.conditions)
        hits = Hits(lambda: self.in_order(rows), self.NEAR_MISSES, self._read_cards)
        return hits[: self.NEAR_MISSES]


class RowsFilter(FacetFilter):
    """Of what has narrow rows for the search (`search_rows`)."""

    ROWS: ClassVar[type[models.Model]]

    @property
    def packed(self) -> Packed:
        return self.ROWS.PACKED

    def everything(self) -> SearchRowQuerySet:
        return self.ROWS._default_manager.all()

    def ask(self, text: str) -> Asked:
        return self.everything().asked(text)

    def found(self, asked: Asked) -> SearchRowQuerySet:
        return self.everything().found(asked)

    def in_order(self, rows: SearchRowQuerySet) -> Iterator[SearchRowQuerySet]:
        return rows.ranked(self.asked, self.origin)


class FewFilter(FacetFilter):
    """Of what there are few of: the entries themselves are the rows."""

    ENTRIES: ClassVar[type[models.Model]]

    def everything(self) -> SearchableQuerySet:
        return self.ENTRIES._default_manager.published()

    def ask(self, text: str) -> Asked:
        return Asked(text, self.everything().vocabularies(self.ENTRIES))

    def found(self, asked: Asked) -> SearchableQuerySet:
        return self.everything().having(asked)

    def in_order(self, rows: SearchableQuerySet) -> list[SearchableQuerySet]:
        if self.asked is None:
            return [rows.fresh_first()]
        return [rows.having(self.asked).best_first(self.asked).fresh_first()]

    @classmethod
    def cards(cls) -> models.QuerySet:
        return cls.ENTRIES._default_manager.for_cards()


@dataclass
class Hits:
    """What was found, for a paginator: parts that follow each other, of which only the ones that a
    page needs are read. Of several, the last one is what fits least: on each page the first entry
    of it has `begins_rest`, if any entry fits better."""

    in_order: Callable[[], Iterable[models.QuerySet]]
    total: int
    #: Gives the entries with some keys, in any order.
    cards: Callable[[list[int]], list[models.Model]]

    def count(self) -> int:
        return self.total

    def __len__(self) -> int:
        return self.total

    def keys(self) -> list[int]:
        """The keys of all entries that were found, in order."""
        return [key for part in self.in_order() for key in part.values_list("pk", flat=True)]

    def __getitem__(self, asked: slice) -> list[models.Model]:
        start, stop = asked.start or 0, min(asked.stop, self.total)
        found: list[int] = []
        rest, has_better = None, False
        parts = iter(self.in_order())
        part = next(parts, None)
        while part is not None and start < stop:
            keys = list(part.values_list("pk", flat=True)[start:stop])
            found += keys
            is_full = len(keys) == stop - start
            following = None if is_full and not has_better else next(parts, None)
            if keys and has_better and following is None:
                rest = keys[0]
            if is_full:
                break
            passed = start + len(keys) if keys or not start else part.count()
            has_better = has_better or passed > 0
            start, stop = max(start - passed, 0), stop - passed
            part = following
        by_key = {entry.pk: entry for entry in self.cards(found)} if found else {}
        for key, entry in by_key.items():
            # On each: a template takes long to find out that something is not there.
            entry.begins_rest = key == rest
        return [by_key[key] for key in found if key in by_key]
