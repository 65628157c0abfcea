from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ssoe_portal.common import privacy
from ssoe_portal.common.unmet import KEPT, UnmetSearch
from tests.world import (
    make_initiative,
    make_listing,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST = "/de/desk/unmet/"


def noted() -> list[tuple[str, int]]:
    return [(search.words, search.times) for search in UnmetSearch.objects.listed()]


class TestNote:
    @pytest.mark.parametrize(
        "address",
        ["/de/search/", "/de/offers/", "/de/organisations/", "/de/exchange/", "/de/initiatives/"],
    )
    def test_counts_what_found_nothing(self, client, address):
        house = make_organisation("Beispiel Tee")
        make_offer(house, title="Tee")
        make_listing(house, title="Tee")
        make_initiative(name="Tee")
        client.get(address, {"q": "Einradkurs"})
        client.get(address, {"q": " einradkurs! "})
        client.get(address, {"q": "Tee"})
        assert noted() == [("einradkurs", 2)]

    def test_counts_a_field_that_is_sent_twice_once(self, client):
        for before in ("/de/offers/", "/de/offers/?q=einradkurs"):
            headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{before}"}
            client.get("/de/offers/", {"q": "einradkurs"}, headers=headers)
        assert noted() == [("einradkurs", 1)]

    def test_leaves_out_what_only_the_filters_hid(self, client):
        make_offer(title="Tee", cost="price")
        client.get("/de/offers/", {"q": "Tee", "cost": "free"})
        assert noted() == []

    @pytest.mark.parametrize(
        "text",
        [
            "amira@example.org", "0176 123456", "030 12 34 56", "(030) 4-5-67", "Gartenweg 13125",
            "Amira Gartenweg 7", "groscurthstr. 29", "Groscurthstraße 29", "https://example.org/x",
            "www.example.org", "x" * 81, "eins zwei drei vier fünf sechs sieben acht neun", "!?",
            "",
        ],
    )  # fmt: skip
    def test_leaves_out_what_may_be_about_a_person(self, text):
        UnmetSearch.objects.note(text, "de")
        assert noted() == []

    def test_keeps_days_and_languages_apart(self):
        UnmetSearch.objects.note("Chor", "de", today=date(2026, 1, 5))
        UnmetSearch.objects.note("Chor", "de", today=date(2026, 2, 6))
        UnmetSearch.objects.note("Chor", "en", today=date(2026, 2, 6))
        search = UnmetSearch.objects.get(language="de")
        assert (search.times, search.first_on, search.last_on) == (
            2,
            date(2026, 1, 5),
            date(2026, 2, 6),
        )
        assert UnmetSearch.objects.count() == 2

    def test_is_deleted_after_six_months(self):
        UnmetSearch.objects.note("Chor", "de")
        privacy.erase_expired(timezone.now() + KEPT - timedelta(days=1))
        assert UnmetSearch.objects.exists()
        privacy.erase_expired(timezone.now() + KEPT + timedelta(days=1))
        assert not UnmetSearch.objects.exists()


class TestDesk:
    @pytest.fixture
    def reviewer(self, client):
        client.force_login(make_user("reviewer"))
        return client

    def test_names_languages_in_words_of_the_page(self, reviewer):
        UnmetSearch.objects.note("einradkurs", "en")
        assert "<td>Englisch</td>" in reviewer.get(LIST).text

    def test_lists_the_most_wanted_first(self, reviewer):
        for words in ("chor", "ballett", "ballett"):
            UnmetSearch.objects.note(words, "de")
        page = reviewer.get(LIST).text
        assert page.index("ballett") < page.index("chor")
        assert UnmetSearch.objects.listed().totally_ordered

    @pytest.mark.parametrize("number", [1, 3])
    def test_takes_a_constant_number_of_queries(self, reviewer, number, django_assert_num_queries):
        for each in range(number):
            UnmetSearch.objects.note("chor" * (each + 1), "de")
        # session, account, second factor, count, rows
        with django_assert_num_queries(5):
            reviewer.get(LIST)

    def test_done_takes_it_off_until_it_comes_again(self, reviewer):
        UnmetSearch.objects.note("chor", "de")
        url = reverse("desk:unmet-settle", args=[UnmetSearch.objects.get().pk])
        assert reviewer.get(url).status_code == 405
        assert reviewer.post(url).url == LIST
        assert "Alles wurde gefunden" in reviewer.get(LIST).text
        UnmetSearch.objects.note("chor", "de")
        assert noted() == [("chor", 1)]
