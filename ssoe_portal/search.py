"""The search across all apps: one section per kind of thing."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Value
from django.urls import reverse
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
from ssoe_portal.common.asking import Asked
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
class Section:
    """The best hits of one kind; `count` is how many there are in all."""

    key: str
    heading: str | Promise
    hits: list[models.Model]
    count: int
    more_url: str
    #: How many of the words its best hit has.
    matched: int = 1

    @property
    def has_more(self) -> bool:
        return self.count > len(self.hits)


def sections(text: str) -> list[Section]:
    """Return the kinds that have hits for a text, each with its best ones first: those first that
    have most of the words ("Campus Buch" is an organisation, whatever else is in Buch)."""
    # What the words mean is found out once, for all kinds.
    asked = Asked(text, VOCABULARIES)
    kinds: list[tuple[str, Promise, Any, str]] = [
        (
            "offers",
            _("Offers"),
            Offer.objects.published().select_related("organisation").best(asked, PER_SECTION),
            "actors:offer-list",
        ),
        (
            "organisations",
            _("Organisations"),
            Organisation.objects.published().best(asked, PER_SECTION),
            "actors:organisation-list",
        ),
        (
            "listings",
            _("Give & seek"),
            Listing.objects.published().select_related("organisation").matching(asked),
            "actors:listing-list",
        ),
        (
            "initiatives",
            _("Initiatives"),
            Initiative.objects.published().matching(asked),
            "actors:initiative-list",
        ),
        *_rare(asked),
    ]
    found = []
    for key, heading, matching, url_name in kinds:
        hits = list(matching[:PER_SECTION])
        if hits:
            count = getattr(hits[0], "found", len(hits))
            if count == PER_SECTION == len(hits):
                count = matching.count()
            matched = getattr(hits[0], "matched", len(asked.words))
            found.append(Section(key, heading, hits, count, reverse(url_name), matched))
    fetch_translations(hit for section in found for hit in section.hits)
    return sorted(found, key=lambda section: -section.matched)


def _rare(asked: Asked) -> list[tuple[str, Promise, Any, str]]:
    """Return those kinds of which there are few, where they have hits: one query for all."""
    kinds: list[tuple[str, Promise, Any, str]] = [
        ("events", _("Events"), Event.objects.published().matching(asked), "events:event-list"),
        ("networks", _("Networks"), Network.objects.mentioning(asked), "actors:network-list"),
        ("surveys", _("Surveys"), Survey.objects.asked().mentioning(asked), "surveys:survey-list"),
    ]
    rows = [hits.order_by().values_list(Value(key), flat=True) for key, _h, hits, _u in kinds]
    having = set(rows[0].union(*rows[1:]).order_by())
    return [(key, heading, hits, url) for key, heading, hits, url in kinds if key in having]
