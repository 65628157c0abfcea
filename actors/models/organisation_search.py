"""What the search knows of each public organisation: one narrow row, made from it by the database,
as of each offer (`offer_search`). Its function and triggers are in
`actors/migrations/0003_organisation_search.py`.
"""

from enum import IntFlag
from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, FloatField, Func, IntegerField, Q, TextField, Value
from django.db.models.functions import Collate, Concat, Left
from django.db.models.lookups import Contains
from django.utils.translation import gettext_lazy as _

from actors.models.vocabulary import (
    Field,
    LegalForm,
    Sdg,
    SelfDescription,
    SpokenLanguage,
    TargetGroup,
)
from ssoe_portal.common.asking import SHORTEST_KNOWN, Asked, Narrowed, as_asked, folded
from ssoe_portal.common.facets import KeysField, Packed
from ssoe_portal.common.geography import Area
from ssoe_portal.common.map_box import InSquares
from ssoe_portal.common.search_rows import SearchRowQuerySet
from ssoe_portal.common.vocabulary import Term

#: Terms that people may name in a search, as they are written into `vector`.
VOCABULARIES: dict[str, type[Term]] = {
    "field": Field,
    "area": Area,
    "language": SpokenLanguage,
    "group": TargetGroup,
    "sdg": Sdg,
    "legal-form": LegalForm,
    "self-description": SelfDescription,
}
#: Names nearly like what was typed are looked for where the words alone find no more rows than
#: this; at most so many names count.
FEW, MOST_NAMED = 24, 50
#: How a row's names begin, as the index that suggestions are read from has it: so many letters,
#: that any name fits into it, and compared byte by byte, so that it knows beginnings.
LETTERS = 60
NAME_BEGINS = f'left(names, {LETTERS}) COLLATE "C"'


class OrganisationTrait(IntFlag):
    """What an organisation is and what its house has, in the bits of a number."""

    SOCIAL_ENTERPRISE = 1
    AGENCY = 1 << 1
    PUBLIC = 1 << 2
    ASSOCIATION = 1 << 3
    COMPANY = 1 << 4
    FOUNDATION = 1 << 5
    ACCOMMODATION = 1 << 6
    EDUCATION = 1 << 7
    INITIATIVE = 1 << 8
    ESTABLISHED = 1 << 9
    NEW = 1 << 10
    TRANSITION = 1 << 11
    NONPROFIT = 1 << 12
    STEP_FREE = 1 << 13
    LIFT = 1 << 14
    ACCESSIBLE_TOILET = 1 << 15
    INDUCTION_LOOP = 1 << 16
    QUIET_ROOM = 1 << 17


#: What names lie between.
LINE = Value("\n")


class AskedOfNames(Narrowed):
    """A search with the organisations whose names hold it as it was typed, or nearly."""

    def __init__(self, asked: Asked, named: list[int], typed: int) -> None:
        # Whose name it is has all of the words, however they are written.
        super().__init__(asked, asked.words, asked.choices, typed)
        self.named = named


class OrganisationSearchQuerySet(SearchRowQuerySet):
    VOCABULARIES = VOCABULARIES
    ABOUT = ("field",)
    ORDER = (F("is_faded").asc(), F("sorted_by").asc(), F("pk").asc())
    # Names with the same word stand together in the alphabet, often far from its beginning: reading
    # along the index passes thousands of others.
    ORDER_IN_TITLES = (
        Func(F("is_faded"), template="(%(expressions)s::int)", output_field=IntegerField()).asc(),
        Func(F("sorted_by"), template="(%(expressions)s || '')", output_field=TextField()).asc(),
        F("pk").asc(),
    )

    def asked(self, text: str | Asked, language: str | None = None) -> Asked:
        """People look for an organisation by half its name: where the words find few, names that
        hold what was typed, or nearly, count as well."""
        said = as_asked(text, self.VOCABULARIES, language)
        asked = said.narrowed_to(self)
        if not asked:
            return asked
        named = self._unless_many(asked).named(asked.text.strip())
        return AskedOfNames(asked, named, len(said.words)) if named else asked

    def _unless_many(self, asked: Asked) -> Self:
        """No row where the words find many. PostgreSQL finds that out first, and then looks no
        further."""
        many = self.order_by().filter(vector=asked.every).values("pk")[FEW : FEW + 1]
        return self.filter(~Exists(many))

    def named(self, typed: str) -> list[int]:
        """The rows whose names are most like what was typed."""
        words = folded(Value(typed))
        alike = Q(names__trigram_word_similar=words)
        if len(typed) >= SHORTEST_KNOWN:
            alike |= Q(names__contains=words)
        likeness = Func(words, F("names"), function="word_similarity", output_field=FloatField())
        rows = self.filter(alike).order_by(likeness.desc(), "pk").values_list("pk", flat=True)
        return list(rows[:MOST_NAMED])

    def has_words(self, asked: Asked, to: str = "") -> Q:
        return super().has_words(asked, to) | self._named(asked, to)

    def has_in_title(self, asked: Asked, to: str = "") -> Q:
        return super().has_in_title(asked, to) | self._named(asked, to)

    def is_titled(self, asked: Asked, to: str = "") -> Q:
        """Where that is one of its names; neither capitals nor accents count."""
        names = Concat(LINE, F(f"{to}names"), LINE, output_field=TextField())
        typed = Concat(LINE, folded(Value(asked.text)), LINE, output_field=TextField())
        return Q(Contains(names, typed))

    def _named(self, asked: Asked, to: str) -> Q:
        return Q(**{f"{to}pk__in": asked.named}) if isinstance(asked, AskedOfNames) else Q()


class OrganisationSearch(InSquares, models.Model):
    """A public organisation as the search sees it."""

    organisation = models.OneToOneField(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="found_as",
        primary_key=True,
        on_delete=models.CASCADE,
    )
    # What is counted lies before the words, as in `OfferSearch`.
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    traits = models.IntegerField(_("traits"))
    is_faded = models.BooleanField(_("faded"))
    facets = models.BinaryField(_("bits that are counted"))
    #: All areas in which it is found: where its places are, what these belong to and what belongs
    #: to them; none where it is there for the whole city.
    areas = KeysField(_("neighbourhoods and districts"))
    fields = KeysField(_("fields"))
    languages = KeysField(_("languages spoken"))
    target_groups = KeysField(_("for whom"))
    sdgs = KeysField(_("sustainable development goals"))
    networks = KeysField(_("networks"))
    sorted_by = models.TextField(_("sorted by"))
    names = models.TextField(
        _("names"),
        help_text=_("Folded: neither capitals nor accents count. Each on a line of its own."),
    )
    #: The words of its names, and its fields; of `vector` all words of its texts in every language,
    #: of its further places and networks, and terms (`asking.token`).
    title = SearchVectorField(_("words of the name"))
    vector = SearchVectorField(_("words"))

    #: What `facets` holds.
    PACKED = Packed(
        flags="traits",
        terms={
            "areas": Area,
            "fields": Field,
            "languages": SpokenLanguage,
            "target_groups": TargetGroup,
            "sdgs": Sdg,
        },
    )

    objects = OrganisationSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation in the search")
        verbose_name_plural = _("organisations in the search")
        ordering = ["is_faded", "sorted_by", "pk"]
        indexes = [
            GinIndex(fields=["vector"], name="organisationsearch_vector"),
            GinIndex(fields=["title"], name="organisationsearch_title"),
            GinIndex(fields=["names"], opclasses=["gin_trgm_ops"], name="organisationsearch_names"),
            models.Index(
                fields=["is_faded", "sorted_by", "organisation"], name="organisationsearch_order"
            ),
            models.Index(
                Collate(Left("names", LETTERS), "C"),
                F("organisation"),
                name="organisationsearch_begins",
            ),
            models.Index(
                fields=["square_row", "square_column"],
                include=["organisation"],
                name="organisationsearch_square",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
