"""The search across all apps: one section per kind of thing."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actors.models import (
    Initiative,
    Listing,
    Network,
    Offer,
    Organisation,
    offer_search,
    organisation_search,
)
from events.models import Event
from events.models.event import once_of_series
from ssoe_portal.common.asking import Asked
from ssoe_portal.common.geography import Area, point_for_postcode
from ssoe_portal.common.place_words import area_named, without_postcode
from ssoe_portal.common.search import JUST_SO
from ssoe_portal.common.search_rows import JUST_FITS
from ssoe_portal.common.translation import fetch_translations
from surveys.models import Survey

PER_SECTION = 6
#: Terms that people may name, whatever they look for.
VOCABULARIES = {
    **offer_search.VOCABULARIES,
    **organisation_search.VOCABULARIES,
    **{
        name: vocabulary
        for model in (Listing, Initiative, Event)
        for name, vocabulary in model.objects.all().vocabularies(model).items()
    },
}


@dataclass(frozen=True)
class Kind:
    """A kind of thing: what of it is found, its list, and how a hit is drawn."""

    key: str
    heading: str | Promise
    found: Any  # a queryset, best first
    url_name: str
    template: str
    #: Whether its list measures distances.
    is_near: bool = False
    #: Whether its list is narrowed by words and filters; else all of it stands there.
    is_narrowed: bool = True


@dataclass(frozen=True)
class Section:
    """The best hits of one kind; `count` is how many there are in all, `url` leads to them."""

    kind: Kind
    hits: list[models.Model]
    count: int
    url: str
    #: How many of the words its best hit has, and whether they are its very name.
    matched: int = 1
    is_named: bool = False

    @property
    def key(self) -> str:
        return self.kind.key

    @property
    def has_more(self) -> bool:
        return self.count > len(self.hits)


@dataclass(frozen=True)
class Place:
    """Where somebody looks, by what they typed: an area, which is all of it, or a postcode, beside
    the words that are left."""

    area: Area | None = None
    postcode: str = ""
    words: str = ""

    @property
    def name(self) -> str:
        return self.area.after_in if self.area else self.postcode

    @property
    def query(self) -> str:
        """The query string of a list of what is there."""
        return _query(q=self.words, area=self.area.key if self.area else "", near=self.postcode)

    @property
    def is_all(self) -> bool:
        """Whether there is nothing to look for but what is near."""
        return bool(self.postcode) and not self.words

    @cached_property
    def has_events(self) -> bool:
        """Whether something happens there soon."""
        if self.area is None:
            return False
        return Event.objects.published().upcoming().in_area(self.area).exists()


def place_meant(text: str) -> Place | None:
    """Return the place that a search is about, if it is about one."""
    if area := area_named(text):
        return Place(area=area)
    words, postcode = without_postcode(text)
    return Place(postcode=postcode, words=words) if postcode else None


def sections(text: str) -> list[Section]:
    """Return the kinds that have hits for a text, each with its best ones first: those first that
    have most of the words ("Campus Buch" is an organisation, whatever else is in Buch), and among
    these the one whose very name it is (which is not asked of the few networks and surveys). With a
    postcode among the words the nearest come first, and where it is all there is, they alone."""
    words, postcode = without_postcode(text)
    # What the words mean is found out once, for all kinds.
    asked = Asked(words, VOCABULARIES)
    found = []
    for kind in [*_frequent(asked, postcode), *_rare(asked)]:
        hits = list(kind.found[:PER_SECTION])
        if hits:
            count = getattr(hits[0], "found", len(hits))
            if count == PER_SECTION == len(hits):
                count = kind.found.count()
            matched = getattr(hits[0], "matched", len(asked.words))
            url = _list_url(kind, words, postcode)
            found.append(Section(kind, hits, count, url, matched, _is_named(hits[0])))
    shown = [hit for section in found for hit in section.hits]
    venues = [venue for hit in shown if isinstance(hit, Event) for venue in hit.venues.all()]
    fetch_translations([*shown, *venues])
    return sorted(found, key=lambda section: (-section.matched, not section.is_named))


def _is_named(hit: Any) -> bool:
    """Whether the words are just its title or name, as the order of the best ones has it."""
    return getattr(hit, "fits", None) == JUST_FITS or getattr(hit, "rank", 0) >= JUST_SO.value


def _frequent(asked: Asked, postcode: str) -> list[Kind]:
    """Return the kinds of which there are many, or some in any search."""
    origin = point_for_postcode(postcode) if postcode else None
    return [
        Kind(
            "offers",
            _("Offers"),
            Offer.objects.published().for_hits().best(asked, PER_SECTION, origin),
            "actors:offer-list",
            "actors/offer/_hit.html",
            is_near=True,
        ),
        Kind(
            "organisations",
            _("Organisations"),
            Organisation.objects.published().for_hits().best(asked, PER_SECTION, origin),
            "actors:organisation-list",
            "actors/organisation/_hit.html",
            is_near=True,
        ),
        Kind(
            "listings",
            _("Give & seek"),
            Listing.objects.published().for_hits().matching(asked),
            "actors:listing-list",
            "actors/listing/_hit.html",
        ),
        Kind(
            "initiatives",
            _("Initiatives"),
            Initiative.objects.published().for_hits().matching(asked),
            "actors:initiative-list",
            "actors/initiative/_hit.html",
        ),
    ]


def _rare(asked: Asked) -> list[Kind]:
    """Return those kinds of which there are few, where they have hits: one query for all."""
    kinds = [
        Kind(
            "events",
            _("Events"),
            Event.objects.published()
            .filter(once_of_series(timezone.now()))
            .for_hits()
            .matching(asked),
            "events:event-list",
            "events/event/_hit.html",
        ),
        Kind(
            "networks",
            _("Networks"),
            Network.objects.mentioning(asked),
            "actors:network-list",
            "actors/network/_hit.html",
            is_narrowed=False,
        ),
        Kind(
            "surveys",
            _("Surveys"),
            Survey.objects.asked().mentioning(asked),
            "surveys:survey-list",
            "surveys/surveys/_hit.html",
            is_narrowed=False,
        ),
    ]
    rows = [
        kind.found.prefetch_related(None).order_by().values_list(Value(kind.key), flat=True)
        for kind in kinds
    ]
    having = set(rows[0].union(*rows[1:]).order_by())
    return [kind for kind in kinds if kind.key in having]


def _list_url(kind: Kind, words: str, postcode: str) -> str:
    if not kind.is_narrowed:
        return reverse(kind.url_name)
    query = _query(q=words, near=postcode if kind.is_near else "")
    return f"{reverse(kind.url_name)}?{query}"


def _query(**values: str) -> str:
    return urlencode({name: value for name, value in values.items() if value})
