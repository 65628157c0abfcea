import re

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse

from actors import services
from actors.filters import OfferFilter, OrganisationFilter
from actors.models import Offer, OfferTranslation, TargetGroup
from tests.world import (
    make_area,
    make_category,
    make_language,
    make_offer,
    make_organisation,
)

pytestmark = pytest.mark.django_db
LIST = "/de/offers/"

#: Points of the postcodes 13125 (Buch) and 10405 (Prenzlauer Berg).
BUCH, PRENZLAUER_BERG = (52.6334, 13.4812), (52.5352, 13.4255)


def titles(response) -> list[str]:
    """The titles of the cards, in their order."""
    return re.findall(r'card-item__title"[^>]*><a [^>]*>([^<]+)', response.content.decode())


def found(**query) -> list[str]:
    data = QueryDict(mutable=True)
    data.update(query)
    return [offer.title for offer in OfferFilter(data).hits[:100]]


class TestAPlaceAmongTheWords:
    @pytest.mark.parametrize(
        ("typed", "clear"),
        [
            ("Deutschkurs 13125", "q=Deutschkurs&near=13125"),
            ("13125", "near=13125"),
            ("Tee in PLZ 13125 Berlin", "q=Tee&near=13125"),
            ("10405 13125", "q=13125&near=10405"),
            ("99999", "q=99999"),
            ('"13125"', "q=%2213125%22"),
        ],
    )
    @pytest.mark.parametrize("filters", [OfferFilter, OrganisationFilter])
    def test_is_where_distances_are_measured_from(self, filters, typed, clear):
        query = QueryDict(mutable=True)
        query["q"] = typed
        assert sorted(filters.understood(query).urlencode().split("&")) == sorted(clear.split("&"))

    def test_goes_with_a_moment(self):
        clear = OfferFilter.understood(QueryDict("q=Tee jetzt offen 13125")).dict()
        assert clear == {"q": "Tee", "near": "13125", "when": "now"}

    def test_leaves_what_somebody_has_filled_in(self):
        query = QueryDict("q=13125&near=10405")
        assert OfferFilter.understood(query) == query

    def test_leads_to_an_address_that_says_so(self, client):
        make_offer(title="Fern", latitude=PRENZLAUER_BERG[0], longitude=PRENZLAUER_BERG[1])
        make_offer(title="Nah", latitude=BUCH[0], longitude=BUCH[1])
        page = client.get(LIST, {"q": "13125"}, follow=True)
        assert page.redirect_chain == [("/de/offers/?near=13125", 302)]
        assert titles(page) == ["Nah", "Fern"]

    def test_that_is_all_of_them_is_offered_as_a_filter(self, client):
        make_offer(title="Tee", area=make_area("buch"))
        page = client.get(LIST, {"q": "Buch", "cost": "free"}).text
        assert '<a href="?cost=free&amp;area=buch">Alles in Buch zeigen</a>' in page
        for query in ({"q": "Tee"}, {"q": "Buch", "area": "buch"}, {"q": "Karow"}, {}):
            assert "Alles in" not in client.get(LIST, query).text, query


def translate(offer: Offer, **fields) -> OfferTranslation:
    values = {"title": "Talking", "summary": "We talk.", "base_revision": offer.revision, **fields}
    return OfferTranslation.objects.create(original=offer, language="en", **values)


class TestOfferList:
    def test_shows_published_offers_of_published_organisations_alone(self, client):
        make_offer(title="Offen")
        make_offer(title="Entwurf", status="draft")
        make_offer(title="Eingereicht", status="submitted")
        make_offer(title="Archiviert", status="archived")
        make_offer(make_organisation(status="archived"), title="Ohne Haus")
        assert titles(client.get(LIST)) == ["Offen"]

    def test_shows_the_readers_language_and_marks_what_is_not(self, client):
        translate(make_offer(title="Reden"), title="Talking")
        make_offer(title="Kochen")
        page = client.get("/en/offers/").content.decode()
        assert 'card-item__title"><a' in page
        assert "Talking</a>" in page
        assert re.search(r'card-item__title" lang="de" dir="ltr"><a [^>]*>Kochen', page)

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_asks_the_database_as_often_for_one_offer_as_for_three(
        self, client, language, django_assert_num_queries
    ):
        def one_more() -> None:
            offer = make_offer(area=make_area(), category=make_category())
            offer.languages.add(make_language("de"), make_language("ar"))
            translate(offer)

        # The vocabularies, what is open, all numbers, which ones, the offers; in English their
        # translations.
        expected = {"de": 5, "en": 6}[language]
        one_more()
        with django_assert_num_queries(expected):
            client.get(f"/{language}/offers/")
        one_more()
        one_more()
        with django_assert_num_queries(expected):
            assert len(titles(client.get(f"/{language}/offers/"))) == 3

    @pytest.mark.parametrize("query", [{}, {"near": "13125"}, {"q": "Tee"}, {"area": "buch"}])
    def test_has_a_total_order(self, query):
        make_area()
        data = QueryDict(mutable=True)
        data.update(query)
        parts = list(OfferFilter(data).hits.in_order())
        assert parts
        assert all(part.totally_ordered for part in parts)

    def test_leafs_through_without_losing_or_repeating_one(self, client):
        organisation = make_organisation()
        for number in range(14):
            make_offer(organisation, title=f"Angebot {number}")
        first, second = client.get(LIST), client.get(LIST, {"page": "2"})
        assert (len(titles(first)), len(titles(second))) == (12, 2)
        assert len({*titles(first), *titles(second)}) == 14
        assert "14 Angebote" in first.content.decode()
        assert 'href="?page=2"' in first.content.decode()

    @pytest.mark.parametrize("page", ["0", "99", "-1", "x", "1e9"])
    def test_shows_something_for_a_page_that_does_not_exist(self, client, page):
        make_offer(title="Nur eins")
        assert titles(client.get(LIST, {"page": page})) == ["Nur eins"]

    def test_keeps_its_address_short(self, client):
        answer = client.get(LIST, {"q": "", "category": "", "cost": "free", "near": " "})
        assert answer.status_code == 302
        assert answer.url == "/de/offers/?cost=free"
        assert client.get(LIST, {"q": ""}).url == LIST

    def test_answers_htmx_with_the_results_alone(self, client):
        make_offer(title="Tee")
        answer = client.get(LIST, {"q": "Tee", "cost": ""}, headers={"HX-Request": "true"})
        page = answer.content.decode()
        assert titles(answer) == ["Tee"]
        assert "<html" not in page
        assert answer["HX-Push-Url"] == "/de/offers/?q=Tee"
        assert "HX-Request" in answer["Vary"]
        assert 'id="result-count" hx-swap-oob="innerHTML">1 Angebot<' in page

    def test_does_not_enter_the_same_address_into_history_twice(self, client):
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/de/offers/?q=Tee"}
        answer = client.get(LIST, {"q": "Tee", "cost": ""}, headers=headers)
        assert answer["HX-Push-Url"] == "false"

    def test_answers_htmx_with_the_whole_page_when_it_goes_back_in_history(self, client):
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in client.get(LIST, headers=headers).content.decode()

    def test_takes_no_post(self, client):
        assert client.post(LIST).status_code == 405


class TestOfferFilter:
    def test_category(self):
        make_offer(title="Deutsch", category=make_category("language-learning"))
        make_offer(title="Suppe", category=make_category("food-and-cooking"))
        assert found(category="food-and-cooking") == ["Suppe"]

    def test_area_takes_what_is_there_in_the_district_and_everywhere(self):
        pankow = make_area("pankow-district", kind="district", parent="")
        mitte = make_area("mitte", kind="district", parent="")
        for title, area in {
            "In Buch": make_area("buch"),
            "In Karow": make_area("karow"),
            "Im Bezirk": pankow,
            "Überall": None,
            "In Mitte": mitte,
        }.items():
            make_offer(title=title, area=area)
        assert set(found(area="buch")) == {"In Buch", "Im Bezirk", "Überall"}
        assert set(found(area="pankow-district")) == {"In Buch", "In Karow", "Im Bezirk", "Überall"}
        assert set(found(area="mitte")) == {"In Mitte", "Überall"}

    def test_language(self):
        arabic, ukrainian = make_language("ar"), make_language("uk")
        make_offer(title="Beides").languages.add(arabic, ukrainian)
        make_offer(title="Ukrainisch").languages.add(ukrainian)
        make_offer(title="Ohne")
        assert found(language="ar") == ["Beides"]

    def test_cost(self):
        for cost in ("free", "donation", "price"):
            make_offer(title=cost, cost=cost)
        assert found(cost="free") == ["free"]
        assert found(cost="price") == ["price"]

    @pytest.mark.parametrize(
        ("name", "yes", "no"),
        [
            ("no_appointment", {"appointment": "none"}, {"appointment": "registration"}),
            ("women_only", {"is_women_only": True}, {"is_women_only": False}),
            ("childcare", {"has_childcare": True}, {"has_childcare": False}),
            ("step_free", {"is_step_free": True}, {"is_step_free": False}),
            ("online", {"is_online": True}, {"is_online": False}),
        ],
    )
    def test_switches(self, name, yes, no):
        make_offer(title="Ja", **yes)
        make_offer(title="Nein", **no)
        assert found(**{name: "1"}) == ["Ja"]
        assert set(found()) == {"Ja", "Nein"}

    def test_group_takes_offers_for_everyone_as_well(self):
        families = TargetGroup.objects.create(key="families", labels={"de": "Familien"})
        women = TargetGroup.objects.create(key="women", labels={"de": "Frauen"})
        make_offer(title="Familien").target_groups.add(families)
        make_offer(title="Frauen").target_groups.add(women)
        make_offer(title="Alle")
        assert set(found(group="families")) == {"Familien", "Alle"}

    def test_words(self):
        make_offer(title="Fahrräder reparieren")
        make_offer(title="Kochen")
        assert found(q="Fahrrad") == ["Fahrräder reparieren"]

    def test_words_in_passing_are_told_apart_from_those_in_a_title(self, client):
        said = "Diese passen weniger gut"
        for number in range(30):
            make_offer(title=f"Basteln {number}", description="Wir trinken Tee dabei.")
        assert said not in client.get(LIST, {"q": "Tee"}).text  # none fits better
        make_offer(title="Tee am Morgen")
        first = client.get(LIST, {"q": "Tee"})
        assert titles(first)[0] == "Tee am Morgen"
        before, after = first.text.split('<ul class="card-list">')[1].split(said)
        assert "Tee am Morgen</a>" in before and "Basteln" not in before
        assert after.count('<li id="entry-') == len(titles(first)) - 1
        # A page of nothing else says so, too; a list without words has no such part.
        second = client.get(LIST, {"q": "Tee", "page": 2}).text
        assert second.index(said) < second.index('<li id="entry-')
        assert said not in client.get(LIST).text

    def test_all_together_narrow_further(self):
        make_offer(title="Beides", cost="free", is_women_only=True)
        make_offer(title="Nur frei", cost="free")
        assert found(cost="free", women_only="1") == ["Beides"]

    def test_near_sorts_by_distance_and_leaves_nothing_out(self, client):
        make_offer(title="Ohne Ort")
        for title, (latitude, longitude) in {"Fern": PRENZLAUER_BERG, "Nah": BUCH}.items():
            make_offer(title=title, latitude=latitude, longitude=longitude)
        assert found(near="13125") == ["Nah", "Fern", "Ohne Ort"]
        # What the order follows is said; with words these come first.
        said = {"near=13125": "Das Nächste zu 13125 zuerst"}
        said["q=Nah&near=13125"] = "Zuerst, was am besten zu Ihren Wörtern passt"
        for query, words in said.items():
            page = client.get(f"/de/offers/?{query}").text
            assert [line in page for line in said.values()] == [
                line == words for line in said.values()
            ]
        assert found(near="10405") == ["Fern", "Nah", "Ohne Ort"]

    def test_near_says_how_far_it_is(self, client):
        make_offer(area=make_area(), latitude=PRENZLAUER_BERG[0], longitude=PRENZLAUER_BERG[1])
        assert "etwa 11,6 km" in client.get(LIST, {"near": "13125"}).content.decode()
        assert " km" not in re.sub(r"<svg.*?</svg>", "", client.get(LIST).content.decode())

    def test_near_says_no_distance_for_what_is_all_over_the_district(self, client):
        offer = make_offer(title="Überall", area=make_area("pankow-district", kind="district"))
        services.keep_offer(offer=offer, save=offer.save)
        make_offer(title="In Buch", latitude=BUCH[0], longitude=BUCH[1])
        page = re.sub(r"<svg.*?</svg>", "", client.get(LIST, {"near": "13125"}).text)
        assert "Überall" in page and page.count(" km") == 1
        assert found(near="13125") == ["In Buch", "Überall"]
        box = client.get("/de/offers/map/", {"bbox": "13.0,52.3,13.8,52.7"}).json()
        assert "Überall" not in str(box) and "In Buch" in str(box)

    @pytest.mark.parametrize("typed", ["13125 Berlin", "13125\n", "D-13125"])
    def test_near_is_understood_with_its_place(self, client, typed):
        offer = make_offer(latitude=52.6361, longitude=13.4921)
        shown = client.get(LIST, {"near": typed}).context["filter"]
        assert (shown.errors, shown.wanted["near"]) == ({}, "13125")
        assert [hit.pk for hit in shown.hits[:9]] == [offer.pk]

    @pytest.mark.parametrize("postcode", ["1312", "131255", "abcde", "99999", "1312٥", "131 25"])
    def test_a_wrong_postcode_is_told_at_the_field_and_the_list_stays(self, client, postcode):
        make_offer(title="Tee")
        answer = client.get(LIST, {"near": postcode})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert titles(answer) == ["Tee"]
        assert re.search(r'id="near-error"><p class="invalid-feedback">[^<]*Postleitzahl', page)
        assert 'aria-invalid="true"' in page
        assert f'value="{postcode}"' in page

    @pytest.mark.parametrize("name", ["category", "area", "language", "group", "cost"])
    @pytest.mark.parametrize("value", ["nirgends", "'; DROP TABLE", "1", "\x00"])
    def test_an_unknown_choice_is_told_at_the_field_and_the_list_stays(self, client, name, value):
        make_offer(title="Tee")
        answer = client.get(LIST, {name: value})
        assert titles(answer) == ["Tee"]
        assert f'id="{name}-error"><p class="invalid-feedback">' in answer.content.decode()

    @pytest.mark.parametrize("words", ["\x00", "x" * 201, "&", "'", '"', "\\", "(|!", "<script>"])
    def test_strange_words_break_nothing(self, client, words):
        make_offer(title="Tee")
        answer = client.get(LIST, {"q": words})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()

    def test_active_filters_are_links_that_remove_them(self, client):
        make_area()
        make_offer()
        page = client.get(LIST, {"area": "buch", "cost": "free", "page": "1"}).content.decode()
        assert re.search(r'<a class="chip" href="\?cost=free">.*?Buch', page)
        assert re.search(r'<a class="chip" href="\?area=buch">.*?Kostenlos', page)
        assert "Alle Filter" in page

    def test_says_which_filter_to_leave_out_when_nothing_is_left(self, client):
        make_category("housing")
        make_offer(title="Frauen", is_women_only=True)
        page = client.get(LIST, {"category": "housing", "women_only": "1"}).content.decode()
        assert "ohne „Housing“: 1 Treffer" in page or "ohne „housing“: 1 Treffer" in page
        assert "ohne „Nur für Frauen“" not in page
        page = client.get(LIST, {"q": "Unauffindbar"}).text
        assert "ohne „Unauffindbar“: 1 Treffer" in page
        assert reverse("actors:organisation-list") in page

    def test_offers_a_new_start_when_one_filter_less_is_not_enough(self, client):
        make_category("housing")
        make_offer()
        query = {"category": "housing", "women_only": "1", "childcare": "1"}
        page = client.get(LIST, query).content.decode()
        assert "mit weniger Filtern" in page

    def test_costs_no_more_than_twelve_queries_when_nothing_is_found(
        self, client, django_assert_max_num_queries
    ):
        make_category("housing")
        make_area()
        make_language("ar")
        query = {
            "q": "nichts", "category": "housing", "area": "buch", "language": "ar", "cost": "price",
            "no_appointment": "1", "women_only": "1", "childcare": "1", "step_free": "1",
            "near": "13125",
        }  # fmt: skip
        with django_assert_max_num_queries(12):
            client.get("/en/offers/", query)

    def test_pages_of_a_narrowed_list_keep_the_filters(self, client):
        organisation = make_organisation()
        for number in range(13):
            make_offer(organisation, title=f"Frei {number}", cost="free")
        page = client.get(LIST, {"cost": "free"}).content.decode()
        assert 'href="?cost=free&amp;page=2"' in page
        assert Paginator(Offer.objects.published(), 12).num_pages == 2
