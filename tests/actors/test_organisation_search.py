"""What the search knows of organisations, kept true by the database, and the numbers beside the
choices of the directory."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import translation

from actors.filters import KINDS, STAGES, OrganisationFilter
from actors.models import (
    Branch,
    Field,
    NetworkMembership,
    Organisation,
    OrganisationSearch,
    OrganisationTrait,
    Sdg,
    SelfDescription,
    TargetGroup,
)
from ssoe_portal.common import known_words
from tests.agreeing import compared
from tests.world import (
    make_area,
    make_branch,
    make_language,
    make_network,
    make_organisation,
)

pytestmark = pytest.mark.django_db
LIST = "/de/organisations/"

#: Points of the postcodes 13125 (Buch) and 10405 (Prenzlauer Berg).
BUCH, PRENZLAUER_BERG = (52.6334, 13.4812), (52.5352, 13.4255)


def narrowed(**query) -> OrganisationFilter:
    data = QueryDict(mutable=True)
    data.update(query)
    return OrganisationFilter(data)


def found(words: str, **query) -> list[str]:
    return [organisation.name for organisation in narrowed(q=words, **query).hits[:50]]


def counts(options) -> dict[str, int]:
    return {option.value: option.count for option in options}


def term(model, key: str, label: str):
    return model.objects.create(key=key, labels={"de": label})


def traits(organisation: Organisation) -> OrganisationTrait:
    return OrganisationTrait(OrganisationSearch.objects.get(pk=organisation.pk).traits)


class TestRow:
    def test_is_there_as_long_as_the_organisation_is_public(self):
        organisation = make_organisation(status="draft")
        assert not OrganisationSearch.objects.exists()
        organisation.submit()
        organisation.publish()
        assert OrganisationSearch.objects.get().organisation == organisation
        organisation.archive()
        assert not OrganisationSearch.objects.exists()
        organisation.publish()
        assert OrganisationSearch.objects.exists()

    def test_goes_with_it_and_all_that_belongs_to_it(self):
        organisation = make_organisation(area=make_area())
        organisation.fields.add(term(Field, "food", "Ernährung"))
        organisation.languages.add(make_language("ar"))
        organisation.translations.create(language="en", summary="We cook.")
        make_branch(organisation)
        NetworkMembership.objects.create(network=make_network(), organisation=organisation)
        organisation.delete()
        assert not OrganisationSearch.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @pytest.mark.parametrize("kind", Organisation.Kind)
    def test_knows_every_kind(self, kind):
        assert traits(make_organisation(kind=kind)) & KINDS[kind]

    @pytest.mark.parametrize("stage", Organisation.Stage)
    def test_knows_every_stage(self, stage):
        assert traits(make_organisation(stage=stage)) & STAGES[stage]

    def test_knows_what_was_changed_by_whomever(self):
        organisation = make_organisation("Beispiel Tee", kind="agency", stage="new")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE actors_organisation SET name = 'Beispiel Kaffee', stage = ''")
        assert found("Kaffee") == ["Beispiel Kaffee"]
        assert found("Tee") == []
        assert traits(organisation) == OrganisationTrait.AGENCY
        Organisation.objects.update(
            is_nonprofit=True, is_step_free=True, has_lift=True, has_accessible_toilet=True,
            has_induction_loop=True, has_quiet_room=True, is_faded=True,
        )  # fmt: skip
        assert traits(organisation) == (
            OrganisationTrait.AGENCY
            | OrganisationTrait.NONPROFIT
            | OrganisationTrait.STEP_FREE
            | OrganisationTrait.LIFT
            | OrganisationTrait.ACCESSIBLE_TOILET
            | OrganisationTrait.INDUCTION_LOOP
            | OrganisationTrait.QUIET_ROOM
        )
        assert OrganisationSearch.objects.get().is_faded

    def test_is_not_written_again_for_what_the_search_does_not_read(self):
        organisation = make_organisation()
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmin, ctid FROM actors_organisationsearch")
            before = cursor.fetchall()
            Organisation.objects.update(compared="x", phone="030 1")
            cursor.execute("SELECT xmin, ctid FROM actors_organisationsearch")
            assert cursor.fetchall() == before
        assert found(organisation.name) == [organisation.name]

    def test_follows_terms_that_are_added_and_taken_away(self):
        organisation = make_organisation()
        given = {
            "fields": term(Field, "food", "Ernährung"),
            "languages": make_language("ar"),
            "target_groups": term(TargetGroup, "families", "Familien"),
            "sdgs": term(Sdg, "sdg-2", "Kein Hunger"),
        }
        for name, one in given.items():
            getattr(organisation, name).add(one)
        row = OrganisationSearch.objects.get()
        assert {name: getattr(row, name) for name in given} == {
            name: f",{one.pk}," for name, one in given.items()
        }
        for name in given:
            getattr(organisation, name).clear()
        row.refresh_from_db()
        assert not any(getattr(row, name) for name in given)

    def test_follows_translations_places_and_networks(self):
        organisation = make_organisation("Beispiel Haus", area=make_area("buch"))
        text = organisation.translations.create(language="en", summary="We sew.")
        branch = make_branch(organisation, name="Lager Nord", area=make_area("karow"))
        network = make_network(name="Webkreis")
        membership = NetworkMembership.objects.create(network=network, organisation=organisation)
        with translation.override("en"):
            assert found("sewing") == ["Beispiel Haus"]
        assert found("Lager") == found("Webkreis") == found("Karow") == ["Beispiel Haus"]
        assert OrganisationSearch.objects.get().networks == f",{network.pk},"
        network.name = "Strickkreis"
        network.save()
        assert found("Strickkreis") == ["Beispiel Haus"]
        assert found("Webkreis") == []
        for one in (text, branch, membership):
            one.delete()
        assert found("Lager") == found("Strickkreis") == found("Karow") == []
        assert found("sewing") == []

    def test_follows_what_moves_to_another_organisation(self):
        karow = make_area("karow")
        first = make_organisation("Erste", area=make_area("buch"))
        make_organisation("Zweite", area=make_area("buch"))
        make_branch(first, area=karow)
        assert found("Karow") == ["Erste"]
        Branch.objects.update(organisation=Organisation.objects.get(name="Zweite"))
        assert found("Karow") == ["Zweite"]
        assert [each.name for each in narrowed(area="karow").hits[:9]] == ["Zweite"]

    def test_is_made_for_many_at_once(self, django_assert_num_queries):
        first = make_organisation()
        values = {name: getattr(first, name) for name in ("status", "published_at", "kind")}
        with django_assert_num_queries(1):
            Organisation.objects.bulk_create(
                Organisation(name=f"Tee {number}", slug=f"tee-{number}", **values)
                for number in range(3)
            )
        assert found("Tee") == ["Tee 0", "Tee 1", "Tee 2"]


class TestWords:
    @pytest.mark.parametrize("typed", ["nähcafe", "Nahcafe", "nähcaffé", "Naehcafe", "ähcaf"])
    def test_find_names_without_accents_with_a_slip_and_by_a_part(self, typed):
        make_organisation("Beispiel Nähcafé Buch")
        make_organisation("Beispiel Gartenverein Karow")
        assert found(typed) == ["Beispiel Nähcafé Buch"]

    def test_find_former_and_short_names(self):
        make_organisation("Beispiel Haus", short_name="BHX", other_names="Nähstube\nAtelier")
        assert found("BHX") == found("Naehstube") == found("Atelier") == ["Beispiel Haus"]

    @pytest.mark.parametrize("typed", ["Nähstube", "atelier  eins", "Hof"])
    def test_find_the_very_name_first_however_it_was_entered(self, typed):
        make_organisation(f"{typed} und mehr")
        make_organisation("Beispiel Haus", other_names="Nähstube \r\n  Atelier Eins\t\nHof")
        assert found(typed)[0] == "Beispiel Haus"

    def test_name_terms_in_every_language(self):
        organisation = make_organisation("Beispiel Haus")
        make_organisation("Beispiel Garten")
        organisation.self_descriptions.add(
            SelfDescription.objects.create(key="coop", labels={"de": "Genossenschaft", "uk": "Коо"})
        )
        organisation.sdgs.add(term(Sdg, "sdg-2", "Kein Hunger"))
        assert found("Genossenschaft") == found("Коо") == found("Hunger") == ["Beispiel Haus"]

    def test_that_many_have_are_not_looked_for_in_names_nearly_like_them(self):
        values = {"status": "published", "kind": "agency"}
        first = make_organisation("Teehaus")
        Organisation.objects.bulk_create(
            Organisation(
                name=f"Teehaus {n}", slug=f"teehaus-{n}", published_at=first.published_at, **values
            )
            for n in range(24)
        )
        make_organisation("Teehauz")
        known_words.learn()
        assert len(OrganisationFilter(QueryDict("q=Teehaus")).hits) == 25

    def test_of_which_some_are_nowhere_still_find_the_rest(self):
        make_organisation("Beispiel Nähkurs im Garten")
        make_organisation("Beispiel Nähkurs")
        assert found("xyzzy Nähkurs Garten") == ["Beispiel Nähkurs im Garten"]


class TestOrder:
    def test_is_by_name_as_in_a_telephone_book_with_what_has_faded_last(self):
        for name in ("Zebra", "ärmel", "beta", "Alpha", "Öl"):
            make_organisation(name)
        Organisation.objects.filter(name="Alpha").update(is_faded=True)
        shown = [organisation.name for organisation in narrowed().hits[:9]]
        assert shown == ["ärmel", "beta", "Öl", "Zebra", "Alpha"]

    def test_has_the_words_in_the_name_before_the_text(self):
        make_organisation("A", summary="Mit Tee und Kuchen.")
        make_organisation("B Tee", summary="Mit Kuchen.")
        make_organisation("C Tee und Kuchen")
        assert found("Tee Kuchen") == ["C Tee und Kuchen", "B Tee", "A"]

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_has_the_very_name_before_names_like_it(self, language):
        very = make_organisation(name="Nähcafé Zeisig")
        make_organisation(name="Buch und Nähcafé Zeisig")
        make_organisation(name="Nahcafe Zeisige")
        with translation.override(language):
            for typed in ("Nähcafé Zeisig", "nahcafe zeisig "):
                assert found(typed)[0] == very.name
                assert Organisation.objects.published().best(typed, 3)[0] == very
                assert Organisation.objects.published().matching(typed)[0] == very

    def test_has_the_field_that_a_word_names_before_what_only_mentions_it(self):
        make_organisation("A", summary="Auch Fragen zum Wohnen.")
        make_organisation("B").fields.add(term(Field, "housing", "Wohnen"))
        make_organisation("C Wohnen")
        assert found("Wohnen") == ["C Wohnen", "B", "A"]

    def test_has_the_nearest_first_where_a_place_is_given(self, client):
        for name, (latitude, longitude) in {"Fern": PRENZLAUER_BERG, "Nah": BUCH}.items():
            make_organisation(name, area=make_area(), latitude=latitude, longitude=longitude)
        make_organisation("Ohne Ort")
        answer = client.get(LIST, {"near": "13125"})
        assert [each.name for each in answer.context["page_obj"]] == ["Nah", "Fern", "Ohne Ort"]
        assert "etwa 11,6 km" in answer.text

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"q": "Tee Saft"},
            {"near": "13125"},
            {"area": "buch"},
            {"kind": "agency"},
            {"q": "Tee", "area": "buch"},
        ],
    )
    def test_is_total(self, query):
        buch = make_area()
        make_organisation("Tee", area=buch, kind="agency")
        make_organisation("Saft")
        parts = list(narrowed(**query).hits.in_order())
        assert parts
        assert all(part.totally_ordered for part in parts)
        assert Organisation.objects.matching("Tee").totally_ordered

    def test_of_the_overall_search_is_the_same(self):
        make_organisation("A", summary="Mit Tee.")
        make_organisation("B Tee")
        best = Organisation.objects.published().best("Tee", 1)
        assert [(each.name, each.found, each.matched) for each in best] == [("B Tee", 2, 1)]
        assert [each.name for each in Organisation.objects.matching("Tee")] == ["B Tee", "A"]


class TestNumbers:
    def test_agree_with_the_list_for_every_choice(self):
        pankow = make_area("pankow-district", kind="district", parent="")
        other = make_area("mitte", kind="district", parent="")
        areas = [make_area("buch"), make_area("karow"), pankow, other, None]
        fields = [term(Field, "food", "Essen"), term(Field, "work", "Arbeit")]
        groups = [term(TargetGroup, "women", "Frauen"), term(TargetGroup, "young", "Jugend")]
        sdgs = [term(Sdg, "sdg-1", "Armut"), term(Sdg, "sdg-2", "Hunger")]
        arabic, network = make_language("ar"), make_network()
        for number in range(20):
            organisation = make_organisation(
                f"Tee {number}" if number % 3 else f"Saft {number}",
                area=areas[number % 5],
                kind=("agency", "company")[number % 2],
                stage=("new", "established", "")[number % 3],
                is_step_free=(True, False, None)[number % 3],
                is_nonprofit=number % 4 == 0,
                has_lift=number % 5 == 0,
            )
            organisation.fields.set(fields[: number % 4 % 3])
            organisation.target_groups.set(groups[number % 3 : number % 3 + 1])
            organisation.sdgs.set(sdgs[: number // 3 % 3])
            if number % 4 in {1, 2}:
                organisation.languages.add(arabic)
                # In two parts of one district: counted once.
                make_branch(organisation, area=areas[1])
            if number % 6 in {0, 5}:
                NetworkMembership.objects.create(network=network, organisation=organisation)
        names = ("kind", "field", "area", "language", "group", "stage", "network", "sdg")
        for query in ("", "q=Tee", "area=buch", "kind=agency&group=women"):
            assert compared(OrganisationFilter, query, names) > 15

    def test_leave_out_terms_that_would_leave_nothing_unless_one_is_chosen(self):
        term(Field, "food", "Essen")
        make_organisation(kind="agency")
        assert counts(narrowed().choices["field"]) == {}
        shown = narrowed(field="food", kind="company")
        assert counts(shown.choices["field"]) == {"food": 0}
        assert counts(shown.choices["kind"]) == {"company": 0}
        assert [(active.name, count) for active, count in shown.less_strict()] == []

    def test_keep_the_few_fixed_choices_where_they_are(self):
        make_organisation(kind="agency")
        shown = counts(narrowed().choices["kind"])
        assert list(shown) == list(Organisation.Kind)
        assert {kind for kind, count in shown.items() if count} == {"agency"}

    def test_say_what_to_leave_out_and_what_nearly_fits(self, client):
        make_organisation("Beispiel Teehaus", kind="agency")
        page = client.get(LIST, {"q": "Teehaus", "kind": "company"}).text
        assert "ohne „Unternehmen“: 1 Treffer" in page
        assert "Das passt beinahe" in page
        assert "Beispiel Teehaus" in page

    def test_name_goals_by_number_and_fields_by_the_alphabet(self):
        organisation = make_organisation()
        for key, label in {"b": "Zoo", "a": "Öl", "c": "Obst"}.items():
            organisation.fields.add(term(Field, key, label))
        organisation.sdgs.add(term(Sdg, "sdg-13", "Klimaschutz"))
        shown = narrowed(sdg="sdg-13")
        assert [option.label for option in shown.choices["field"]] == ["Obst", "Öl", "Zoo"]
        assert [option.label for option in shown.choices["sdg"]] == ["13 · Klimaschutz"]
        assert shown.further_is_on

    def test_of_networks_are_named_in_the_readers_language(self):
        network = make_network(name="Kreis")
        network.translations.create(language="en", name="Circle")
        NetworkMembership.objects.create(network=network, organisation=make_organisation())
        with translation.override("en"):
            assert [option.label for option in narrowed().choices["network"]] == ["Circle"]

    def test_come_with_the_list_by_htmx_too(self, client):
        make_organisation(kind="agency")
        page = client.get(LIST, {"kind": "agency"}, headers={"HX-Request": "true"}).text
        assert "<html" not in page
        assert 'id="id_kind" hx-swap-oob="innerHTML"' in page
        assert 'id="lift-count" hx-swap-oob="innerHTML">(0)' in page
        assert 'id="result-count" hx-swap-oob="innerHTML">1 Organisation<' in page

    @pytest.mark.parametrize(("language", "queries"), [("de", 7), ("en", 8)])
    def test_take_as_many_queries_for_three_as_for_one(
        self, client, django_assert_num_queries, language, queries
    ):
        field = term(Field, "food", "Essen")

        def one_more() -> None:
            organisation = make_organisation("Beispiel Teehaus", area=make_area())
            organisation.fields.add(field)
            organisation.translations.create(language="en", summary="We cook.")

        # The vocabularies, what the words mean, whether they find few, names like them, all
        # numbers, which ones, the organisations, their fields (and translations).
        one_more()
        known_words.learn()
        with django_assert_num_queries(queries):
            client.get(f"/{language}/organisations/", {"q": "Teehaus"})
        one_more()
        one_more()
        known_words.learn()
        with django_assert_num_queries(queries):
            client.get(f"/{language}/organisations/", {"q": "Teehaus"})

    def test_cost_no_more_than_twelve_queries_when_nothing_is_found(
        self, client, django_assert_max_num_queries
    ):
        make_organisation("Beispiel Teehaus", kind="agency")
        make_area()
        term(Field, "food", "Essen")
        query = {"q": "Teehaus", "kind": "company", "area": "buch", "field": "food", "lift": "1",
                 "near": "13125"}  # fmt: skip
        with django_assert_max_num_queries(12):
            client.get("/en/organisations/", query)
