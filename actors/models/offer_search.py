"""What the search knows of each public offer: one narrow row, made from it by the database.

The list of offers is what people use most. Its words, filters, counts and order all come from this
table, so that none of them has to read the offers themselves; the database keeps it true whoever
writes (`actors/migrations/0002_offer_search.py`).
"""

from enum import IntFlag

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from actors.models.vocabulary import Category, OfferTrait, SpokenLanguage, TargetGroup
from ssoe_portal.common.asking import Asked
from ssoe_portal.common.facets import KeysField, Packed
from ssoe_portal.common.geography import Area
from ssoe_portal.common.map_box import InSquares
from ssoe_portal.common.search_rows import SearchRowQuerySet
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
    # What the organisation's house has, where the offer takes place there.
    LIFT = 1024
    ACCESSIBLE_TOILET = 2048
    INDUCTION_LOOP = 4096
    QUIET_ROOM = 8192
    STATUS_NOT_ASKED = 16384


class OfferSearchQuerySet(SearchRowQuerySet):
    VOCABULARIES = VOCABULARIES
    ABOUT = ("category",)
    ORDER = (F("fresh").desc(), F("pk").desc())
    # Where few titles have a word, reading along the index passes all others: at most a tenth of a
    # second for nothing, against a few milliseconds for looking thousands of titles up.
    ORDER_IN_TITLES = (
        Func(
            F("fresh"),
            template="(%(expressions)s + interval '0')",
            output_field=models.DateTimeField(),
        ).desc(),
        F("pk").desc(),
    )

    def is_titled(self, asked: Asked, to: str = "") -> Q:
        """Where that is the title, in whatever language; capitals do not count."""
        offers = self.model._meta.get_field("offer").related_model
        texts = offers._meta.get_field("translations").related_model
        typed = Q(title__iexact=asked.text)
        found = offers._default_manager.filter(typed).order_by().values("pk")
        return Q(**{f"{to}pk__in": found}) | Q(
            **{f"{to}pk__in": texts._default_manager.filter(typed).values("original")}
        )


class OfferSearch(InSquares, models.Model):
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
    #: In the bits of `offer_when.Week`; right until and on a day, without one for good.
    week = models.IntegerField(_("usual days"), default=0, db_default=0)
    week_until = models.DateField(_("usual days right until"), null=True)
    category_id = models.BigIntegerField(_("category"))
    area_id = models.BigIntegerField(_("neighbourhood or district"), null=True)
    facets = models.BinaryField(_("bits that are counted"))
    languages = KeysField(_("languages spoken"))
    target_groups = KeysField(_("for whom"))
    #: The words of the title in every language there is, and the category; of `vector` all words of
    #: all texts, the organisation's name, and terms (`asking.token`).
    title = SearchVectorField(_("words of the title"))
    vector = SearchVectorField(_("words"))

    #: What `facets` holds.
    PACKED = Packed(
        flags="traits",
        terms={
            "category_id": Category,
            "area_id": Area,
            "languages": SpokenLanguage,
            "target_groups": TargetGroup,
        },
    )

    objects = OfferSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer in the search")
        verbose_name_plural = _("offers in the search")
        ordering = ["-fresh", "-pk"]
        indexes = [
            GinIndex(fields=["vector"], name="offersearch_vector"),
            GinIndex(fields=["title"], name="offersearch_title"),
            models.Index(F("fresh").desc(), F("offer").desc(), name="offersearch_fresh"),
            models.Index(
                fields=["square_row", "square_column"], include=["offer"], name="offersearch_square"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
