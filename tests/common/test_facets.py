"""Numbers beside the choices of filters: the bits of a row say what its columns say."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from actors.models import (
    Field,
    OfferSearch,
    OrganisationSearch,
    OrganisationTrait,
    Sdg,
    TargetGroup,
    Trait,
)
from ssoe_portal.common.facets import TERM_BITS, FacetNumber, holds, tally
from tests.world import make_area, make_category, make_language, make_offer, make_organisation

pytestmark = pytest.mark.django_db


def agree(model, conditions: dict[str, Q], flags: list[int]) -> None:
    """Compare what is counted of bits with what the database counts of the columns."""
    rows, packed = model.objects.all(), model.PACKED
    ours = tally(rows, packed.columns, conditions, packed=packed)
    theirs = tally(rows, packed.columns, conditions)
    assert (ours.total, ours.without) == (theirs.total, theirs.without)
    for name in ("", *conditions):
        for column in packed.terms:
            is_list = model._meta.get_field(column).get_internal_type() == "TextField"
            expected = theirs.of_keys(column, name) if is_list else theirs.of(column, name)
            counted = +ours.of_keys(column, name)  # without those that no row has
            assert counted == +expected, (column, name)
            assert counted, column
        assert ours.of_bits(packed.flags, name, flags) == theirs.of_bits(packed.flags, name, flags)


class TestPacked:
    def test_counts_of_offers_what_their_columns_say(self):
        areas = [make_area("buch"), make_area("karow"), None]
        categories = [make_category("crafts-and-making"), make_category("food-and-cooking")]
        languages = [make_language("ar"), make_language("uk")]
        groups = [TargetGroup.objects.create(key=key, labels={"de": key}) for key in ("a", "b")]
        organisation = make_organisation()
        for number in range(18):
            offer = make_offer(
                organisation,
                area=areas[number % 3],
                category=categories[number % 2],
                cost=("free", "price", "donation")[number % 3],
                is_step_free=number % 5 == 0,
                is_online=number % 4 == 0,
            )
            offer.languages.set(languages[: number // 2 % 3])
            offer.target_groups.set(groups[number // 3 % 3 :])
        flags = [*map(int, Trait), int(Trait.STEP_FREE | Trait.ONLINE)]
        step_free = ~Q(traits__in=[row.traits for row in OfferSearch.objects.all()][:3])
        conditions = {
            "area": Q(area_id=areas[0].pk),
            "language": holds("languages", languages[0].pk),
        }
        agree(OfferSearch, {}, flags)
        agree(OfferSearch, conditions, flags)
        agree(OfferSearch, {"traits": step_free}, flags)

    def test_counts_of_organisations_what_their_columns_say(self):
        areas = [make_area("buch"), make_area("karow"), None]
        languages = [make_language("ar"), make_language("uk")]
        groups = [TargetGroup.objects.create(key=key, labels={"de": key}) for key in ("a", "b")]
        fields = [Field.objects.create(key=key, labels={"de": key}) for key in ("c", "d")]
        goals = [Sdg.objects.create(key=key, labels={"de": key}) for key in ("e", "f")]
        for number in range(12):
            organisation = make_organisation(
                area=areas[number % 3], has_lift=number % 2 == 0, is_nonprofit=number % 5 == 0
            )
            organisation.languages.set(languages[: number // 2 % 3])
            organisation.target_groups.set(groups[number // 3 % 3 :])
            organisation.fields.set(fields[number // 2 % 2 :])
            organisation.sdgs.set(goals[: number // 3 % 3])
        flags = [*map(int, OrganisationTrait), int(OrganisationTrait.LIFT | 1)]
        agree(OrganisationSearch, {}, flags)
        agree(OrganisationSearch, {"sdg": holds("sdgs", goals[0].pk)}, flags)

    def test_counts_nothing_where_there_is_nothing(self):
        make_category()
        found = tally(OfferSearch.objects.all(), ["category_id"], {}, packed=OfferSearch.PACKED)
        assert found.total == 0
        assert not any(found.of("category_id", "").values())
        assert found.of_bits("traits", "", [1, 2]) == {1: 0, 2: 0}


class TestFacetNumber:
    def numbers(self, vocabulary: str) -> dict[int, int]:
        found = FacetNumber.objects.filter(rows="actors_offersearch", vocabulary=vocabulary)
        return dict(found.values_list("term", "number"))

    def test_is_there_for_each_term_and_for_having_none(self):
        ours, theirs = make_language("ar"), make_language("uk")
        numbers = self.numbers("actors_spokenlanguage")
        assert {0, ours.pk, theirs.pk} <= numbers.keys()
        assert len(set(numbers.values())) == len(numbers)

    def test_of_a_term_that_goes_is_given_to_the_next_one(self):
        gone = TargetGroup.objects.create(key="a", labels={"de": "A"})
        number = self.numbers("actors_targetgroup")[gone.pk]
        offer = make_offer()
        offer.target_groups.add(gone)
        gone.delete()
        comes = TargetGroup.objects.create(key="b", labels={"de": "B"})
        assert self.numbers("actors_targetgroup")[comes.pk] == number
        # The offer that had it is none of the other's.
        counted = tally(
            OfferSearch.objects.all(), ["target_groups"], {}, packed=OfferSearch.PACKED
        ).of_keys("target_groups", "")
        assert (counted[comes.pk], counted[None]) == (0, 1)

    @pytest.mark.parametrize(
        ("constraint", "fields"),
        [
            ("common_facetnumber_room", {"term": -2, "number": TERM_BITS}),
            ("common_facetnumber_term", {"term": -1, "number": TERM_BITS - 1}),
            ("common_facetnumber_number", {"term": -2, "number": TERM_BITS - 2}),
        ],
    )
    def test_is_one_bit_of_those_that_there_are(self, constraint, fields):
        FacetNumber.objects.create(rows="x", vocabulary="y", term=-1, number=TERM_BITS - 2)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            FacetNumber.objects.create(rows="x", vocabulary="y", **fields)

    def test_that_has_no_room_left_refuses_the_term(self):
        taken = FacetNumber.objects.filter(rows="actors_offersearch").values_list(
            "number", flat=True
        )
        free = set(range(TERM_BITS)) - set(taken)
        FacetNumber.objects.bulk_create(
            FacetNumber(rows="actors_offersearch", vocabulary="x", term=number, number=number)
            for number in free
        )
        with pytest.raises(IntegrityError, match="common_facetnumber_room"), transaction.atomic():
            make_language("fa")
