"""What the search knows of each public offer: one narrow row, made from it by the database.

The list of offers is what people use most. Its words, filters, counts and order all come from this
table, so that none of them has to read the offers themselves; the database keeps it true whoever
writes (`actors/migrations/0002_offer_search.py`).
"""

from enum import IntFlag
from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from actors.models.vocabulary import Category, OfferTrait, SpokenLanguage, TargetGroup
from ssoe_portal.common.asking import Asked, as_asked
from ssoe_portal.common.facets import KeysField
from ssoe_portal.common.geography import Area, LocatedQuerySet, Point
from ssoe_portal.common.vocabulary import Term

#: Terms that people may name in a search, as they are written into `vector`.
VOCABULARIES: dict[str, type[Term]] = {
    "category": Category,
    "area": Area,
    "language": SpokenLanguage,
    "group": TargetGroup,
    "trait": OfferTrait,
}


class Trait(IntFlag):
    """What decides whether someone can come, in the bits of a number. Cost and appointment are one
    of three each; the rest is yes or no."""

    FREE = 1
    DONATION = 2
    PRICE = 4
    NO_APPOINTMENT = 8
    REGISTRATION = 16
    APPOINTMENT = 32
    WOMEN_ONLY = 64
    CHILDCARE = 128
    STEP_FREE = 256
    ONLINE = 512


def has(trait: Trait) -> Q:
    """Where a trait is true; of several in one number, any of them."""
    return ~Q(Exact(F("traits").bitand(int(trait)), 0))


def is_in(area_id: int, parent_id: int | None = None) -> Q:
    """Where an offer is in an area, in a part of it, in the district it belongs to as a whole, or
    in no area, which means the whole city."""
    inside = Q(area_id=area_id) | Q(district_id=area_id) | Q(area_id=None)
    return inside | Q(area_id=parent_id) if parent_id else inside


class OfferSearchQuerySet(LocatedQuerySet):
    def asked(self, text: str | Asked, language: str | None = None) -> Asked:
        """Return what the words mean, narrowed to as many as offers have together."""
        return as_asked(text, VOCABULARIES, language).narrowed_to(self)

    def ranked(self, asked: Asked | None = None, origin: Point | None = None) -> list[Self]:
        """Return the rows in the order people see them, in parts that follow each other:

        1. every word is in the title, 2. one word is in the title, 3. the rest;
        within each part the nearest come first where a place is given (those without a place
        last), then those whose organisation said most recently that they are right, then the
        newest.

        Words count before distance and distance before freshness, each for itself: everyone can
        see why something stands where it stands, and the first page of a word that thousands of
        offers have needs to look at a few of them only.
        """
        order = [F("fresh").desc(), F("pk").desc()]
        if origin is not None:
            rows = self.with_distance(origin)
            order.insert(0, F("distance_km").asc(nulls_last=True))
        else:
            rows = self
        if asked is None:
            return [rows.order_by(*order)]
        found = rows.filter(vector=asked.every)
        parts = [found.filter(title=asked.every)]
        if len(asked.words) > 1:
            parts.append(found.filter(title=asked.any).exclude(title=asked.every))
        parts.append(found.exclude(title=asked.any))
        return [part.order_by(*order) for part in parts]


class OfferSearch(models.Model):
    """A public offer as the search sees it."""

    offer = models.OneToOneField(
        "actors.Offer",
        verbose_name=_("offer"),
        related_name="found_as",
        primary_key=True,
        on_delete=models.CASCADE,
    )
    # What is counted lies before the words: a column is found quickest behind such of fixed width.
    fresh = models.DateTimeField(
        _("confirmed"), help_text=_("When it was last confirmed, checked or published.")
    )
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    traits = models.IntegerField(_("traits"))
    category_id = models.BigIntegerField(_("category"))
    area_id = models.BigIntegerField(_("neighbourhood or district"), null=True)
    district_id = models.BigIntegerField(_("district"), null=True)
    languages = KeysField(_("languages spoken"))
    target_groups = KeysField(_("for whom"))
    #: The words of the title in every language there is; of `vector` all words of all texts, the
    #: organisation's name, and terms (`asking.token`).
    title = SearchVectorField(_("words of the title"))
    vector = SearchVectorField(_("words"))

    objects = OfferSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer in the search")
        verbose_name_plural = _("offers in the search")
        ordering = ["-fresh", "-pk"]
        indexes = [
            GinIndex(fields=["vector"], name="offersearch_vector"),
            GinIndex(fields=["title"], name="offersearch_title"),
            models.Index(F("fresh").desc(), F("offer").desc(), name="offersearch_fresh"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
