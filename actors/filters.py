"""Filters of the public lists. Their whole state is the query string."""

from collections.abc import Sequence
from dataclasses import dataclass

import django_filters
from django import forms
from django.db import models
from django.db.models import F
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from actors.models import Category, SpokenLanguage
from actors.models.offer import Appointment, Cost, OfferQuerySet
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
    """A box to tick: on, or not a filter at all. `value` is what the field must be."""

    field_class = forms.BooleanField

    def __init__(self, *args, value: object = True, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.value = value

    def filter(self, queryset: models.QuerySet, ticked: bool | None) -> models.QuerySet:
        return queryset.filter(**{self.field_name: self.value}) if ticked else queryset


class TermFilter(django_filters.ChoiceFilter):
    """One term of a vocabulary, by its key; the filter set names the terms there are."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault(
            "error_messages",
            {"invalid_choice": _("We do not know this one. Please choose from the list.")},
        )
        super().__init__(*args, choices=(), **kwargs)


class OfferFilter(django_filters.FilterSet):
    """What a person who looks for an offer may narrow it by.

    The form is drawn by hand (templates/actors/offer/list.html), since the vocabularies are long
    and the page is the busiest one; each vocabulary is read once, with its labels only.
    """

    q = django_filters.CharFilter(label=_("Search words"), method="by_words", max_length=200)
    category = TermFilter(label=_("Topic"), field_name="category__key")
    area = TermFilter(label=_("Neighbourhood"), method="by_area")
    language = TermFilter(label=_("Language spoken"), field_name="languages__key")
    cost = django_filters.ChoiceFilter(label=_("Cost"), choices=Cost.choices)
    no_appointment = SwitchFilter(
        label=_("Without appointment"), field_name="appointment", value=Appointment.NONE
    )
    women_only = SwitchFilter(label=_("Women only"), field_name="is_women_only")
    childcare = SwitchFilter(label=_("With childcare"), field_name="has_childcare")
    step_free = SwitchFilter(label=_("Step-free"), field_name="is_step_free")
    near = django_filters.CharFilter(
        label=_("Near your postcode"),
        method="by_distance",
        validators=[validate_postcode, validate_known_postcode],
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        queryset: OfferQuerySet,
        terms: dict[str, list[tuple[str, ...]]] | None = None,
    ) -> None:
        super().__init__(data, queryset.order_by("-published_at", "-pk"))
        self.origin: Point | None = None
        #: The vocabularies: (key, label, …) in their order.
        self.terms = terms or {
            "category": list(Category.objects.labelled()),
            "area": list(Area.objects.labelled("parent")),
            "language": list(SpokenLanguage.objects.labelled("native")),
        }
        for name, known in self.terms.items():
            self.filters[name].extra["choices"] = [row[:2] for row in known]

    def by_words(self, queryset: OfferQuerySet, name: str, words: str) -> OfferQuerySet:
        return queryset.matching(words)

    def by_area(self, queryset: OfferQuerySet, name: str, key: str) -> OfferQuerySet:
        parent = next(row[2] for row in self.terms["area"] if row[0] == key)
        return queryset.in_area(Area(key=key, parent=parent))

    def by_distance(self, queryset: OfferQuerySet, name: str, postcode: str) -> OfferQuerySet:
        """Nothing is left out: the nearest come first, those without a place last."""
        self.origin = point_for_postcode(postcode)
        assert self.origin is not None  # the field was validated
        return queryset.with_distance(self.origin).order_by(
            F("distance_km").asc(nulls_last=True), "pk"
        )

    @cached_property
    def active(self) -> list[ActiveFilter]:
        """The filters that are on, in the order of the form."""
        found = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, "", False):
                continue
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
    def choices(self) -> dict[str, Sequence[tuple[str | Promise, ...]]]:
        """What each select offers: value, label. The places come in two groups."""
        places = self.terms["area"]
        return {
            "category": self.terms["category"],
            "pankow": [row[:2] for row in places if PANKOW in (row[0], row[2])],
            "other_districts": [row[:2] for row in places if PANKOW not in (row[0], row[2])],
            "language": [
                (key, label if label == native else f"{label} · {native}")
                for key, label, native in self.terms["language"]
            ],
            "cost": Cost.choices,
        }

    @property
    def switches(self) -> list[tuple[str, str | Promise, bool]]:
        """The boxes: name, label, whether ticked."""
        ticked = self.form.cleaned_data
        return [
            (name, switch.label, bool(ticked.get(name)))
            for name, switch in self.filters.items()
            if isinstance(switch, SwitchFilter)
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

    #: So that a page with nothing on it stays cheap; who set more filters clears them all.
    TRY_WITHOUT = 6

    def less_strict(self) -> list[tuple[ActiveFilter, int]]:
        """Filters that alone stand in the way: each with how many offers there are without it."""
        found = []
        for active in self.active[: self.TRY_WITHOUT]:
            if active.name == "near":
                continue
            without = OfferFilter(
                QueryDict(active.without), queryset=self.queryset, terms=self.terms
            )
            count = without.qs.count()
            if count:
                found.append((active, count))
        return found
