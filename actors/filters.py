"""Filters of the public lists. Their whole state is the query string."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from actors.models import Category, Offer, OfferSearch, SpokenLanguage, TargetGroup, Trait
from actors.models.offer import Cost
from actors.models.offer_search import OfferSearchQuerySet, has, is_in
from ssoe_portal.common.asking import Asked
from ssoe_portal.common.facets import Tally, holds, missing, tally
from ssoe_portal.common.geography import (
    Area,
    Point,
    point_for_postcode,
    validate_known_postcode,
    validate_postcode,
)

PANKOW = "pankow-district"


class PostcodeForm(forms.Form):
    """ "How far is it from me?" """

    near = forms.CharField(
        label=_("Your postcode"),
        required=False,
        validators=[validate_postcode, validate_known_postcode],
    )

    @property
    def origin(self) -> Point | None:
        """The middle of the postcode, if one was given that exists."""
        postcode = self.cleaned_data.get("near") if self.is_valid() else ""
        return point_for_postcode(postcode) if postcode else None


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


class SwitchFilter(django_filters.Filter):
    """A box to tick: on, or not a filter at all."""

    field_class = forms.BooleanField


class TermFilter(django_filters.ChoiceFilter):
    """One term of a vocabulary, by its key; the filter set names the terms there are."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault(
            "error_messages",
            {"invalid_choice": _("We do not know this one. Please choose from the list.")},
        )
        super().__init__(*args, choices=(), **kwargs)


#: The boxes and what they ask for.
SWITCHES = {
    "no_appointment": Trait.NO_APPOINTMENT,
    "women_only": Trait.WOMEN_ONLY,
    "childcare": Trait.CHILDCARE,
    "step_free": Trait.STEP_FREE,
    "online": Trait.ONLINE,
}
COSTS = {Cost.FREE: Trait.FREE, Cost.DONATION: Trait.DONATION, Cost.PRICE: Trait.PRICE}
COLUMNS = ("category_id", "area_id", "languages", "target_groups", "traits")


@dataclass(frozen=True)
class Option:
    """One choice of a filter, with how many offers it would leave."""

    value: str
    label: str | Promise
    count: int
    chosen: bool = False

    def __iter__(self) -> Iterator[str | Promise]:
        """As a pair, for a select: the value, and the label with its number."""
        yield self.value
        yield f"{self.label} ({self.count})"


class OfferFilter(django_filters.FilterSet):
    """What a person who looks for an offer may narrow it by.

    The form is drawn by hand (templates/actors/offer/list.html), since the vocabularies are long
    and the page is the busiest one; each vocabulary is read once, with its labels only. Hits and
    the numbers beside all choices come from `OfferSearch` in two queries.
    """

    q = django_filters.CharFilter(label=_("Search words"), max_length=200)
    category = TermFilter(label=_("Topic"))
    area = TermFilter(label=_("Neighbourhood"))
    language = TermFilter(label=_("Language spoken"))
    group = TermFilter(label=_("For whom"))
    cost = django_filters.ChoiceFilter(label=_("Cost"), choices=Cost.choices)
    no_appointment = SwitchFilter(label=_("Without appointment"))
    women_only = SwitchFilter(label=_("Women only"))
    childcare = SwitchFilter(label=_("With childcare"))
    step_free = SwitchFilter(label=_("Step-free"))
    online = SwitchFilter(label=_("Online"))
    near = django_filters.CharFilter(
        label=_("Near your postcode"), validators=[validate_postcode, validate_known_postcode]
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, OfferSearch.objects.all())
        #: The vocabularies: (key, label, pk, …) in their order.
        self.terms: dict[str, list[tuple[Any, ...]]] = {
            "category": list(Category.objects.labelled("pk")),
            "area": list(Area.objects.labelled("pk", "parent")),
            "language": list(SpokenLanguage.objects.labelled("pk", "native")),
            "group": list(TargetGroup.objects.labelled("pk")),
        }
        for name, known in self.terms.items():
            self.filters[name].extra["choices"] = [row[:2] for row in known]

    @cached_property
    def wanted(self) -> dict[str, Any]:
        """What is filled in and right."""
        if not self.form.is_valid():
            self.form.cleaned_data = getattr(self.form, "cleaned_data", {})
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "", False)
        }

    @cached_property
    def origin(self) -> Point | None:
        """Where distances are measured from."""
        return point_for_postcode(self.wanted["near"]) if "near" in self.wanted else None

    @cached_property
    def asked(self) -> Asked | None:
        """What the words mean."""
        return OfferSearch.objects.asked(self.wanted["q"]) if "q" in self.wanted else None

    @cached_property
    def conditions(self) -> dict[str, Q]:
        """What each filter that is on asks of an offer; words and distance are none of these."""
        return {
            name: self._condition(name, value)
            for name, value in self.wanted.items()
            if name not in {"q", "near"}
        }

    def _condition(self, name: str, value: Any) -> Q:
        if name in SWITCHES:
            return has(SWITCHES[name])
        if name == "cost":
            return has(COSTS[value])
        pk, *more = next(row[2:] for row in self.terms[name] if row[0] == value)
        if name == "category":
            return Q(category_id=pk)
        if name == "area":
            return is_in(pk, self._area_ids.get(more[0]))
        if name == "group":
            return holds("target_groups", pk) | Q(target_groups="")
        return holds("languages", pk)

    @cached_property
    def _area_ids(self) -> dict[str, int]:
        return {row[0]: row[2] for row in self.terms["area"]}

    @cached_property
    def rows(self) -> OfferSearchQuerySet:
        """What the words alone leave."""
        if self.asked is None:
            return OfferSearch.objects.all()
        if not self.asked:
            return OfferSearch.objects.none()
        return OfferSearch.objects.filter(vector=self.asked.every)

    @cached_property
    def tally(self) -> Tally:
        return tally(self.rows, COLUMNS, self.conditions)

    @property
    def hits(self) -> "Hits":
        """The offers, in order, for a paginator."""
        rows = OfferSearch.objects.filter(*self.conditions.values())
        return Hits(self._ranked(rows), self.tally.total, self.origin)

    def _ranked(self, rows: OfferSearchQuerySet) -> list[OfferSearchQuerySet]:
        if self.asked is not None and not self.asked:
            return [rows.none()]  # nothing but punctuation
        return rows.ranked(self.asked, self.origin)

    @cached_property
    def active(self) -> list[ActiveFilter]:
        """The filters that are on, in the order of the form."""
        found = []
        for name, value in self.wanted.items():
            rest = self.data.copy()
            rest.pop(name, None)
            rest.pop("page", None)
            found.append(ActiveFilter(name, self._words(name, value), rest.urlencode()))
        return found

    def _words(self, name: str, value: str | bool) -> str | Promise:
        if name in self.terms:
            return next(row[1] for row in self.terms[name] if row[0] == value)
        if name == "cost":
            return Cost(str(value)).label
        if name == "q":
            return _("“%(words)s”") % {"words": value}
        if name == "near":
            return _("near %(postcode)s") % {"postcode": value}
        return self.filters[name].label

    @cached_property
    def choices(self) -> dict[str, list[Option]]:
        """What each select offers, with numbers; what would leave nothing is left out, unless it is
        chosen. The places come in two groups."""
        places = self._options("area", self._in_areas())
        in_pankow = {row[0] for row in self.terms["area"] if PANKOW in (row[0], row[3])}
        natives = {row[0]: row[3] for row in self.terms["language"]}
        groups = self.tally.of_keys("target_groups", "group")
        costs = self.tally.of_bits("traits", "cost", list(COSTS.values()))
        return {
            "category": self._options("category", self.tally.of("category_id", "category")),
            "pankow": [place for place in places if place.value in in_pankow],
            "other_districts": [place for place in places if place.value not in in_pankow],
            "language": [
                option
                if option.label == natives[option.value]
                else replace(option, label=f"{option.label} · {natives[option.value]}")
                for option in self._options("language", self.tally.of_keys("languages", "language"))
            ],
            "group": self._options(
                "group", Counter({pk: n + groups[None] for pk, n in groups.items() if pk})
            ),
            "cost": [
                Option(value, label, costs[COSTS[Cost(value)]])
                for value, label in Cost.choices
                if costs[COSTS[Cost(value)]] or self.values["cost"] == value
            ],
        }

    def _options(self, name: str, counts: Counter) -> list[Option]:
        return [
            Option(key, label, counts[pk])
            for key, label, pk, *_more in self.terms[name]
            if counts[pk] or self.values[name] == key
        ]

    def _in_areas(self) -> Counter:
        """How many offers each area has: its own, those of its parts, those of the district it is
        in as a whole, and those for the whole city."""
        own = self.tally.of("area_id", "area")
        counts: Counter = Counter()
        for key, _label, pk, parent in self.terms["area"]:
            parts = [row[2] for row in self.terms["area"] if row[3] == key]
            whole = own[self._area_ids[parent]] if parent in self._area_ids else 0
            counts[pk] = own[pk] + sum(own[part] for part in parts) + whole + own[None]
        return counts

    @cached_property
    def switches(self) -> list[Option]:
        """The boxes, with numbers."""
        return [
            Option(
                name,
                self.filters[name].label,
                self.tally.of_bits("traits", name, [trait])[trait],
                chosen=name in self.wanted,
            )
            for name, trait in SWITCHES.items()
        ]

    @cached_property
    def values(self) -> dict[str, str]:
        """What was sent for each field, right or wrong."""
        return {name: self.data.get(name, "") for name in self.filters}

    @cached_property
    def problems(self) -> dict[str, list[str]]:
        """What is wrong with each field that can be wrong; nothing, for most."""
        return {
            name: list(self.errors.get(name, ()))
            for name, known in self.filters.items()
            if not isinstance(known, SwitchFilter)
        }

    def less_strict(self) -> list[tuple[ActiveFilter, int]]:
        """Filters that alone stand in the way: each with how many offers there are without it."""
        left = dict(self.tally.without)
        if self.asked is not None:
            left["q"] = OfferSearch.objects.filter(*self.conditions.values()).count()
        return [(active, left[active.name]) for active in self.active if left.get(active.name)]

    #: How many offers that nearly fit are shown where none fits.
    NEAR_MISSES = 3

    def near_misses(self) -> list[Offer]:
        """Offers that the words find and that miss one of the filters only."""
        if not self.conditions:
            return []
        parts = self._ranked(missing(OfferSearch.objects.all(), self.conditions))
        return Hits(parts, self.NEAR_MISSES, self.origin)[: self.NEAR_MISSES]


@dataclass
class Hits:
    """What was found, for a paginator: parts that follow each other, of which only the ones that a
    page needs are read."""

    parts: list[OfferSearchQuerySet]
    total: int
    origin: Point | None = None

    def count(self) -> int:
        return self.total

    def __len__(self) -> int:
        return self.total

    def keys(self) -> list[int]:
        """The numbers of all offers that were found, in order."""
        return [key for part in self.parts for key in part.values_list("pk", flat=True)]

    def __getitem__(self, asked: slice) -> list[Offer]:
        start, stop = asked.start or 0, min(asked.stop, self.total)
        found: list[int] = []
        for part in self.parts:
            if stop <= start:
                break
            keys = list(part.values_list("pk", flat=True)[start:stop])
            found += keys
            if len(keys) == stop - start:
                break
            passed = start + len(keys) if keys or not start else part.count()
            start, stop = max(start - passed, 0), stop - passed
        offers = Offer.objects.for_cards()
        if self.origin is not None:
            offers = offers.with_distance(self.origin)
        by_key = offers.in_bulk(found)
        return [by_key[key] for key in found if key in by_key]
