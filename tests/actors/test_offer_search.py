"""What the search knows of offers, kept true by the database, and what people type."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import translation

from actors.filters import OfferFilter
from actors.models import (
    Category,
    Offer,
    OfferSearch,
    OfferTrait,
    OfferTranslation,
    SpokenLanguage,
    TargetGroup,
    Trait,
)
from ssoe_portal.common import known_words
from tests.agreeing import compared
from tests.world import make_area, make_category, make_language, make_offer, make_organisation

pytestmark = pytest.mark.django_db
LIST = "/de/offers/"


def narrowed(**query) -> OfferFilter:
    data = QueryDict(mutable=True)
    data.update(query)
    return OfferFilter(data)


def found(words: str, **query) -> list[str]:
    return [offer.title for offer in narrowed(q=words, **query).hits[:50]]


def labelled(key: str, labels: dict[str, str]) -> Category:
    return Category.objects.create(key=key, labels=labels)


def counts(options) -> dict[str, int]:
    return {option.value: option.count for option in options}


class TestRow:
    def test_is_there_as_long_as_the_offer_is_public(self):
        offer = make_offer(status="draft")
        assert not OfferSearch.objects.exists()
        offer.submit()
        offer.publish()
        assert OfferSearch.objects.get().offer == offer
        offer.organisation.archive()
        assert not OfferSearch.objects.exists()
        offer.organisation.publish()
        assert OfferSearch.objects.exists()
        offer.archive()
        assert not OfferSearch.objects.exists()

    def test_goes_with_its_offer(self):
        make_offer().delete()
        assert not OfferSearch.objects.exists()

    def test_knows_what_was_changed_by_whomever(self):
        offer = make_offer(title="Tee", cost="price", is_step_free=False)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE actors_offer SET title = 'Kaffee', cost = 'free'")
        assert found("Kaffee") == ["Kaffee"]
        assert found("Tee") == []
        row = OfferSearch.objects.get()
        assert Trait(row.traits) & Trait.FREE
        Offer.objects.update(is_step_free=True, is_online=True, appointment="required")
        row.refresh_from_db()
        assert Trait(row.traits) == (
            Trait.FREE | Trait.APPOINTMENT | Trait.STEP_FREE | Trait.ONLINE
        )
        assert row.fresh == offer.published_at

    def test_follows_terms_that_are_added_and_taken_away(self):
        offer, arabic = make_offer(), make_language("ar")
        group = TargetGroup.objects.create(key="families", labels={"de": "Familien"})
        offer.languages.add(arabic)
        offer.target_groups.add(group)
        row = OfferSearch.objects.get()
        assert (row.languages, row.target_groups) == (f",{arabic.pk},", f",{group.pk},")
        offer.languages.clear()
        offer.target_groups.remove(group)
        row.refresh_from_db()
        assert (row.languages, row.target_groups) == ("", "")

    def test_follows_translations(self):
        offer = make_offer(title="Nähen")
        row = OfferTranslation.objects.create(
            original=offer, language="en", title="Sewing", summary="-", base_revision=1
        )
        with translation.override("en"):
            assert found("sew") == ["Nähen"]
            row.title = "Knitting"
            row.save()
            assert found("sew") == []
            assert found("knit") == ["Nähen"]
            row.delete()
            assert found("knit") == []

    def test_knows_the_organisation_by_both_of_its_names(self):
        organisation = make_organisation("Beispiel Nähcafé Buch", short_name="NCB")
        make_offer(organisation, title="Kleider ändern")
        assert found("NCB") == found("Nähcafé") == ["Kleider ändern"]
        organisation.name = "Beispiel Strickcafé Buch"
        organisation.save()
        assert found("Nähcafé") == []
        assert found("Strickcafé") == ["Kleider ändern"]

    def test_is_made_for_many_offers_at_once(self, django_assert_num_queries):
        organisation, category = make_organisation(), make_category()
        first = make_offer(organisation, category=category)
        values = {name: getattr(first, name) for name in ("status", "published_at", "summary")}
        with django_assert_num_queries(1):
            Offer.objects.bulk_create(
                Offer(
                    organisation=organisation, category=category, title=f"Tee {number}",
                    slug=f"tee-{number}", **values,
                )
                for number in range(3)
            )  # fmt: skip
        assert len(found("Tee")) == 3


class TestWords:
    @pytest.mark.parametrize("typed", ["deutchkurs", "Deutschkrus", "deutschkus", "DEUTSCHKURSS"])
    def test_may_be_misspelt(self, typed):
        make_offer(title="Deutschkurs", category=make_category("food-and-cooking"))
        make_offer(title="Kochen")
        known_words.learn()
        assert found(typed) == ["Deutschkurs"]

    def test_misspelt_ones_are_not_widened_where_something_has_them(self):
        make_offer(title="Kochen")
        make_offer(title="Rochen")
        known_words.learn()
        assert found("Rochen") == ["Rochen"]

    @pytest.mark.parametrize("typed", ["area", "cat", "group", "trait"])
    def test_are_not_taken_for_what_terms_are_written_as(self, typed):
        make_offer(title="Tee", area=make_area("buch")).languages.add(make_language("ar"))
        assert found(typed) == []

    def test_are_found_inside_others(self):
        make_offer(title="Sommersprachkurs")
        make_offer(title="Kochen")
        known_words.learn()
        assert found("Kurs") == found("sprach") == ["Sommersprachkurs"]

    @pytest.mark.parametrize(
        ("typed", "title"), [("naehen", "Nähen"), ("Strassenfest", "Straßenfest"), ("uben", "Üben")]
    )
    def test_need_no_umlauts(self, typed, title):
        make_offer(title=title)
        assert found(typed) == [title]

    @pytest.mark.parametrize(
        "typed", ["دورة لغة", "курс немецкого", "German course", "Deutschkurs", "cours d’allemand"]
    )
    def test_name_a_category_in_every_language(self, typed):
        category = make_category("language-learning")
        wanted = next(term for term in type(category).in_file() if term.key == category.key)
        type(category).objects.filter(pk=category.pk).update(
            labels=wanted.labels, synonyms=wanted.synonyms
        )
        make_offer(title="Reden beim Tee", category=category)
        make_offer(title="Suppe", category=make_category("food-and-cooking"))
        assert found(typed) == ["Reden beim Tee"]

    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [("kostenlos", "Frei"), ("ohne Termin", "Offen"), ("Rollstuhl", "Ebenerdig")],
    )
    def test_name_what_decides_whether_one_can_come(self, typed, wanted):
        OfferTrait.objects.load()
        make_offer(title="Frei", cost="free", appointment="required")
        make_offer(title="Offen", cost="price", appointment="none")
        make_offer(title="Ebenerdig", cost="price", appointment="required", is_step_free=True)
        assert found(typed) == [wanted]

    @pytest.mark.parametrize("typed", ["ohne Termin", "bitte ohne Termin", "Termin ohne Termin"])
    def test_between_the_words_count_in_phrases_only(self, typed):
        OfferTrait.objects.load()
        make_offer(title="Ohne Worte", cost="price", appointment="required")
        make_offer(title="Offen", cost="price", appointment="none")
        assert found(typed) == ["Offen"]

    @pytest.mark.parametrize(
        "typed",
        ["ich suche eine Wohnung", "I am looking for a Wohnung", "шукаю Wohnung", "بدي Wohnung"],
    )
    def test_between_the_words_are_left_out_in_every_language(self, typed):
        # Each has some of them in its text, and must not be found by that.
        make_offer(title="Suppe für eine Hand", summary="I am looking at шукаю بدي")
        make_offer(title="Wohnung")
        assert found(typed) == ["Wohnung"]

    def test_that_come_late_in_a_sentence_are_read(self):
        make_offer(title="Briefe vom Jobcenter")
        assert found("where can I get some help with this one letter from the Jobcenter")

    @pytest.mark.parametrize("typed", ["квартиру", "квартири", "wohnungg", "naehwerkstatt"])
    def test_name_a_term_in_other_forms_and_spellings(self, typed):
        housing = labelled("housing", {"de": "Wohnung", "uk": "Квартира"})
        crafts = labelled("crafts-and-making", {"de": "Nähwerkstatt"})
        make_offer(title="Hilfe", category=housing)
        make_offer(title="Faden", category=crafts)
        known_words.learn()
        assert found(typed) == ["Faden" if typed == "naehwerkstatt" else "Hilfe"]

    def test_name_a_term_by_the_edges_of_its_words_only(self):
        category = labelled("housing", {"de": "Entwicklung", "en": "Sprachkurs"})
        make_offer(title="Eins", category=category)
        assert found("wick") == []
        assert found("kurs") == found("Sprach") == ["Eins"]

    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [
            ("Kitaplatz", ["Platz in der Kita"]),
            ("Winterjacke", ["Jacken"]),
            ("Beratungsgruppe", ["Gruppe mit Beratung"]),
            ("Xyzzyplugh", []),
        ],
    )
    def test_that_nobody_knows_are_taken_apart(self, typed, wanted):
        for title in ("Platz in der Kita", "Platz", "Jacken", "Gruppe mit Beratung", "Gruppe"):
            make_offer(title=title)
        known_words.learn()
        assert found(typed) == wanted

    def test_name_languages_spoken(self):
        for key in ("ar", "de"):
            SpokenLanguage.objects.filter(key=key).delete()
        arabic = SpokenLanguage.objects.create(key="ar", labels={"de": "Arabisch"}, native="-")
        german = SpokenLanguage.objects.create(key="de", labels={"de": "Deutsch"}, native="-")
        make_offer(title="Mit").languages.add(arabic, german)
        make_offer(title="Ohne").languages.add(german)
        assert found("Arabisch") == ["Mit"]
        # Nearly every offer is in German; who types that looks for something else.
        assert found("Deutsch") == []

    def test_of_which_some_are_nowhere_still_find_the_rest(self):
        make_offer(title="Nähkurs im Garten")
        make_offer(title="Nähkurs")
        make_offer(title="Garten")
        assert found("xyzzy Nähkurs Garten") == ["Nähkurs im Garten"]
        assert set(found("Nähkurs Kaffee")) == {"Nähkurs im Garten", "Nähkurs"}

    def test_made_of_what_nothing_has_together_are_their_longest_part(self):
        make_offer(title="Garten")
        make_offer(title="Lampe")
        known_words.learn()
        assert found("Gartenlampe") == ["Garten"]
        assert found("Gartenlampe Lampe") != []

    def test_that_nothing_has_together_count_alike(self):
        make_offer(title="Nähen")
        make_offer(title="Garten")
        make_offer(title="Tee")
        assert set(found("Nähen Garten")) == {"Nähen", "Garten"}


class TestOrder:
    def test_title_before_text_and_fresh_before_stale(self):
        make_offer(title="Treffpunkt", summary="Mit Tee.")
        make_offer(title="Tee am Morgen")
        make_offer(title="Tee am Abend")
        assert found("Tee") == ["Tee am Abend", "Tee am Morgen", "Treffpunkt"]

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_the_very_title_before_titles_like_it(self, language):
        very = make_offer(title="Tee am Morgen")
        OfferTranslation.objects.create(
            original=very, language="en", title="Morning tea", summary="Tea."
        )
        later = make_offer(title="Tee am Morgen für alle")
        OfferTranslation.objects.create(
            original=later, language="en", title="Morning tea for all", summary="Tea."
        )
        with translation.override(language):
            for typed in ("Tee am Morgen", "tee am morgen ", "Morning tea"):
                assert found(typed)[0] == very.title
                assert Offer.objects.published().best(typed, 3)[0] == very
                assert Offer.objects.published().matching(typed)[0] == very

    def test_all_words_in_the_title_before_one(self):
        make_offer(title="Tee und Kuchen", summary="-")
        make_offer(title="Tee", summary="Mit Kuchen.")
        make_offer(title="Treffpunkt", summary="Mit Tee und Kuchen.")
        assert found("Tee Kuchen") == ["Tee und Kuchen", "Tee", "Treffpunkt"]

    def test_what_a_word_names_before_what_only_mentions_it(self):
        make_offer(title="Sprechstunde", category=labelled("housing", {"de": "Wohnen und Wohnung"}))
        poor = TargetGroup.objects.create(key="poor", labels={"de": "Wohnungslose"})
        make_offer(title="Kleiderkammer").target_groups.add(poor)
        make_offer(title="Café", summary="Auch für Fragen zur Wohnung.")
        make_offer(title="Wohnung gesucht")
        assert found("Wohnung") == ["Wohnung gesucht", "Sprechstunde", "Café", "Kleiderkammer"]
        # The same where everything is searched.
        best = Offer.objects.all().best("Wohnung", 4)
        assert [offer.title for offer in best] == found("Wohnung")
        # Part of a name says less.
        assert found("Wohn") == ["Wohnung gesucht", "Café", "Kleiderkammer", "Sprechstunde"]

    def test_a_guess_says_nothing_of_what_it_is_about(self):
        make_offer(title="Suppe", category=labelled("food", {"de": "Essen und Kochen"}))
        make_offer(title="Feier", summary="Mit Essen.")
        known_words.learn()
        assert found("Eßsen") == ["Feier", "Suppe"]

    def test_near_before_far_within_each(self):
        make_offer(title="Tee fern", latitude=52.5352, longitude=13.4255)
        make_offer(title="Tee nah", latitude=52.6334, longitude=13.4812)
        make_offer(title="Laden", summary="Tee.", latitude=52.6334, longitude=13.4812)
        assert found("Tee", near="13125") == ["Tee nah", "Tee fern", "Laden"]

    def test_pages_follow_each_other_across_its_parts(self):
        organisation = make_organisation()
        for number in range(9):
            make_offer(organisation, title=f"Tee {number}")
            make_offer(organisation, title=f"Laden {number}", summary="Mit Tee.")
        hits = narrowed(q="Tee").hits
        whole = [offer.title for offer in hits[0:18]]
        assert len(set(whole)) == 18
        assert all(title.startswith("Tee") for title in whole[:9])
        for size in (1, 4, 5, 9):
            leafed = [
                offer.title for start in range(0, 18, size) for offer in hits[start : start + size]
            ]
            assert leafed == whole


class TestNumbers:
    def test_say_what_each_choice_would_leave(self):
        sewing, cooking = make_category("crafts-and-making"), make_category("food-and-cooking")
        make_offer(category=sewing, cost="free")
        make_offer(category=sewing, cost="price")
        make_offer(category=cooking, cost="free", is_step_free=True)
        shown = narrowed()
        assert shown.tally.total == 3
        assert counts(shown.choices["category"]) == {sewing.key: 2, cooking.key: 1}
        # Few fixed choices stay where they are; of a vocabulary only what leaves something.
        assert counts(shown.choices["cost"]) == {"free": 2, "donation": 0, "price": 1}
        assert counts(shown.switches)["step_free"] == 1

    def test_of_a_filter_are_not_narrowed_by_itself(self):
        sewing, cooking = make_category("crafts-and-making"), make_category("food-and-cooking")
        make_offer(category=sewing, cost="free")
        make_offer(category=sewing, cost="price")
        make_offer(category=cooking, cost="free")
        shown = narrowed(cost="free")
        assert shown.tally.total == 2
        assert counts(shown.choices["cost"]) == {"free": 2, "donation": 0, "price": 1}
        assert counts(shown.choices["category"]) == {sewing.key: 1, cooking.key: 1}
        both = narrowed(cost="free", category=sewing.key)
        assert both.tally.total == 1
        assert counts(both.choices["cost"]) == {"free": 1, "donation": 0, "price": 1}
        assert counts(both.choices["category"]) == {sewing.key: 1, cooking.key: 1}

    def test_agree_with_the_list_for_every_choice(self):
        pankow = make_area("pankow-district", kind="district", parent="")
        areas = [make_area("buch"), make_area("karow"), pankow, None]
        categories = [make_category("crafts-and-making"), make_category("food-and-cooking")]
        arabic, organisation = make_language("ar"), make_organisation()
        for number in range(24):
            offer = make_offer(
                organisation,
                title=f"Tee {number}" if number % 3 else f"Saft {number}",
                area=areas[number % 4],
                category=categories[number % 2],
                cost=("free", "price", "donation")[number % 3],
                is_step_free=number % 5 == 0,
            )
            if number % 5 in {0, 1}:
                offer.languages.add(arabic)
        for query in ("", "q=Tee", "cost=free", "area=buch&step_free=1"):
            assert compared(OfferFilter, query, ("category", "area", "language", "cost")) > 8

    def test_come_with_the_list_by_htmx_too(self, client):
        make_offer(category=make_category("food-and-cooking"))
        page = client.get(LIST, {"cost": "free"}, headers={"HX-Request": "true"}).text
        assert 'id="id_category" hx-swap-oob="innerHTML"' in page
        assert "(1)</option>" in page

    def test_take_as_many_queries_for_three_offers_as_for_one(
        self, client, django_assert_num_queries
    ):
        make_offer(title="Tee")
        # The vocabularies, what the words mean, what is open, all numbers, which ones, the offers.
        with django_assert_num_queries(6):
            client.get(LIST, {"q": "Tee"})
        make_offer(title="Tee")
        make_offer(title="Tee")
        with django_assert_num_queries(6):
            client.get(LIST, {"q": "Tee"})


class TestNothingFound:
    def test_says_which_filter_to_leave_out_and_what_nearly_fits(self, client):
        make_offer(title="Tee", cost="price", is_step_free=True)
        make_offer(title="Saft", cost="free", is_step_free=True)
        page = client.get(LIST, {"q": "Tee", "cost": "free"}).text
        assert "ohne „Kostenlos“: 1 Treffer" in page
        shown = narrowed(q="Tee", cost="free")
        assert [(active.name, count) for active, count in shown.less_strict()] == [
            ("q", 1),
            ("cost", 1),
        ]
        assert [offer.title for offer in shown.near_misses()] == ["Tee"]
        assert "Das passt beinahe" in page

    def test_two_filters_away_is_not_near(self):
        make_offer(title="Tee", cost="price", is_step_free=False)
        shown = narrowed(cost="free", step_free="1")
        assert shown.near_misses() == []
        assert shown.less_strict() == []
