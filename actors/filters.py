"""Filters of the public lists. Their whole state is the query string."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import (
    Category,
    Field,
    Initiative,
    Listing,
    Network,
    Offer,
    OfferSearch,
    Organisation,
    OrganisationSearch,
    OrganisationTrait,
    Sdg,
    SpokenLanguage,
    TargetGroup,
    Topic,
    Trait,
)
from actors.models.initiative import InitiativeQuerySet
from actors.models.offer import Cost, OfferQuerySet
from actors.models.offer_search import OfferSearchQuerySet
from actors.models.organisation import OrganisationQuerySet
from actors.moments import understood
from actors.when_filter import WhenFilter
from ssoe_portal.common.facet_filters import FewFilter, RowsFilter
from ssoe_portal.common.facet_kinds import (
    AreaFilter,
    AreasFilter,
    BoxFilter,
    ChoicesFilter,
    Option,
    PostcodeFilter,
    SwitchFilter,
    TermFilter,
    WordsFilter,
)
from ssoe_portal.common.geography import (
    Area,
    Point,
    point_for_postcode,
    validate_known_postcode,
    validate_postcode,
)
from ssoe_portal.common.vocabulary import ChoiceRow


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


COSTS: Mapping[str, Trait] = {
    Cost.FREE: Trait.FREE,
    Cost.DONATION: Trait.DONATION,
    Cost.PRICE: Trait.PRICE,
}


def with_native(language: ChoiceRow) -> str:
    """A language in the reader's words and in its own."""
    native = language.extra
    if language.label == native:
        return language.label
    # Isolated: what is written from right to left must not take the number after it along.
    return f"{language.label} · \N{FIRST STRONG ISOLATE}{native}\N{POP DIRECTIONAL ISOLATE}"


def numbered(goal: ChoiceRow) -> str:
    """A goal with its number, by which people know it."""
    return f"{goal.key.rpartition('-')[2]} · {goal.label}"


def language_filter(column: str = "languages") -> TermFilter:
    return TermFilter(
        _("Language spoken"),
        SpokenLanguage,
        column=column,
        many=True,
        extra="native",
        shown=with_native,
        any_label=_("Any language"),
    )


def group_filter() -> TermFilter:
    return TermFilter(
        _("For whom"),
        TargetGroup,
        column="target_groups",
        many=True,
        open_to_all=True,
        any_label=_("For everyone"),
    )


class OfferFilter(RowsFilter):
    """What a person who looks for an offer may narrow it by."""

    ROWS = OfferSearch

    q = WordsFilter(_("Search words"))
    category = TermFilter(
        _("Category"), Category, column="category_id", any_label=_("All categories")
    )
    area = AreaFilter(_("Neighbourhood"), Area, column="area_id", any_label=_("Everywhere"))
    near = PostcodeFilter(_("Near your postcode"))
    box = BoxFilter()
    language = language_filter()
    group = group_filter()
    cost = ChoicesFilter(_("Cost"), Cost.choices, bits=COSTS, any_label=_("Any cost"))
    when = WhenFilter(_("When"), any_label=_("At any time"))
    no_appointment = SwitchFilter(_("Without appointment"), Trait.NO_APPOINTMENT)
    women_only = SwitchFilter(_("Women only"), Trait.WOMEN_ONLY)
    childcare = SwitchFilter(_("With childcare"), Trait.CHILDCARE)
    step_free = SwitchFilter(_("Step-free"), Trait.STEP_FREE)
    online = SwitchFilter(_("Online"), Trait.ONLINE)
    status_not_asked = SwitchFilter(_("Nobody asks for residence status"), Trait.STATUS_NOT_ASKED)
    lift = SwitchFilter(_("Lift"), Trait.LIFT, is_further=True)
    accessible_toilet = SwitchFilter(
        _("Accessible toilet"), Trait.ACCESSIBLE_TOILET, is_further=True
    )
    induction_loop = SwitchFilter(_("Induction loop"), Trait.INDUCTION_LOOP, is_further=True)
    quiet_room = SwitchFilter(_("Quiet room"), Trait.QUIET_ROOM, is_further=True)

    def __init__(self, data: QueryDict, moment: datetime | None = None) -> None:
        super().__init__(data)
        self.when = cast(WhenFilter, self.filters["when"])
        self.when.moment = moment or timezone.now()

    @classmethod
    def understood(cls, data: QueryDict) -> QueryDict:
        return understood(super().understood(data))

    def counted(self, rows: OfferSearchQuerySet) -> OfferSearchQuerySet:
        return self.when.counted(rows)

    @classmethod
    def cards(cls) -> OfferQuerySet:
        return Offer.objects.for_cards()


KINDS: Mapping[str, int] = {kind: OrganisationTrait[kind.name] for kind in Organisation.Kind}
STAGES: Mapping[str, int] = {stage: OrganisationTrait[stage.name] for stage in Organisation.Stage}


class OrganisationFilter(RowsFilter):
    """What a person who looks for an organisation may narrow the directory by."""

    ROWS = OrganisationSearch
    switches_legend = _("What matters to you")

    q = WordsFilter(_("Name or words"))
    kind = ChoicesFilter(_("Kind"), Organisation.Kind.choices, bits=KINDS, any_label=_("All kinds"))
    field = TermFilter(
        _("Field"), Field, column="fields", many=True, by_label=True, any_label=_("All fields")
    )
    area = AreasFilter(_("Neighbourhood"), Area, column="areas", any_label=_("Everywhere"))
    near = PostcodeFilter(_("Near your postcode"))
    box = BoxFilter()
    language = language_filter()
    group = group_filter()
    stage = ChoicesFilter(
        _("Stage"),
        Organisation.Stage.choices,
        bits=STAGES,
        any_label=_("All stages"),
        is_further=True,
    )
    network = TermFilter(
        _("Network"),
        Network,
        column="networks",
        many=True,
        by_label=True,
        any_label=_("All networks"),
        is_further=True,
    )
    sdg = TermFilter(
        _("Goal for sustainable development"),
        Sdg,
        column="sdgs",
        many=True,
        shown=numbered,
        any_label=_("All goals"),
        is_further=True,
    )
    nonprofit = SwitchFilter(_("Charitable status"), OrganisationTrait.NONPROFIT)
    step_free = SwitchFilter(_("Step-free"), OrganisationTrait.STEP_FREE)
    lift = SwitchFilter(_("Lift"), OrganisationTrait.LIFT, is_further=True)
    accessible_toilet = SwitchFilter(
        _("Accessible toilet"), OrganisationTrait.ACCESSIBLE_TOILET, is_further=True
    )
    induction_loop = SwitchFilter(
        _("Induction loop"), OrganisationTrait.INDUCTION_LOOP, is_further=True
    )
    quiet_room = SwitchFilter(_("Quiet room"), OrganisationTrait.QUIET_ROOM, is_further=True)

    @classmethod
    def cards(cls) -> OrganisationQuerySet:
        return Organisation.objects.for_cards()


class ListingFilter(FewFilter):
    """What an organisation may narrow gives and seeks by; the direction is two tabs."""

    ENTRIES = Listing

    direction = ChoicesFilter(
        _("Direction"), Listing.Direction.choices, column="direction", are_tabs=True
    )
    q = WordsFilter(_("Search words"))
    topic = TermFilter(_("Topic"), Topic, column="topic_id", any_label=_("All topics"))
    resource = ChoicesFilter(
        _("Kind"), Listing.Resource.choices, column="resource", any_label=_("All kinds")
    )
    area = AreaFilter(
        _("Neighbourhood"),
        Area,
        column="organisation__area_id",
        any_label=_("Everywhere"),
    )

    @property
    def directions(self) -> list[Option]:
        return self.tabs("direction")


class InitiativeFilter(FewFilter):
    """What a person who wants to join in may narrow initiatives by."""

    ENTRIES = Initiative
    switches_legend = _("Joining in")

    q = WordsFilter(_("Search words"))
    step = ChoicesFilter(
        _("Step"), Initiative.Step.choices, column="step", any_label=_("All steps")
    )
    field = TermFilter(
        _("Field"), Field, column="field_ids", many=True, by_label=True, any_label=_("All fields")
    )
    area = AreaFilter(_("Neighbourhood"), Area, column="area_id", any_label=_("Everywhere"))
    joining = SwitchFilter(_("People can join here"), column="takes_people")

    def everything(self) -> InitiativeQuerySet:
        return Initiative.objects.published().with_choices()
