import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from actors.models import Offer, OfferTranslation
from ssoe_portal.suggestions import suggestions
from tests.world import make_area, make_category, make_offer, make_organisation

pytestmark = pytest.mark.django_db


def words(typed: str) -> list[str]:
    return [suggestion.words for suggestion in suggestions(typed)]


class TestSuggestions:
    def test_begin_with_what_is_typed(self):
        category = make_category("counselling-and-legal-advice")
        category.labels = {"de": "Beratung und Recht", "en": "Advice and law"}
        category.save()
        make_area("buch")
        make_organisation("Beispiel Bücherei")
        make_offer(title="Bücher tauschen")
        assert words("Bera") == ["Beratung und Recht"]
        assert words("recht") == ["Beratung und Recht"]
        assert words("buch") == ["Buch", "Beispiel Bücherei", "Bücher tauschen"]

    def test_begin_with_what_is_called_so(self):
        for name in ("Französisch Buchholz", "Buchholz", "Buch", "Weißensee"):
            make_area(name.lower().replace(" ", "-"), labels={"de": name})
        make_organisation("Beispiel Buchladen")
        make_organisation("Bücherei")
        assert words("buch") == [
            "Buch", "Buchholz", "Französisch Buchholz", "Bücherei", "Beispiel Buchladen",
        ]  # fmt: skip
        assert words("weiss") == ["Weißensee"]

    def test_are_in_the_readers_language_or_marked(self):
        offer = make_offer(title="Nähen am Abend")
        make_offer(title="Nähen am Morgen")
        OfferTranslation.objects.create(
            original=offer, language="en", title="Sewing at night", summary="-", base_revision=1
        )
        with translation.override("en"):
            assert {(found.words, found.lang) for found in suggestions("näh")} == {
                ("Sewing at night", ""),
                ("Nähen am Morgen", "de"),
            }

    @pytest.mark.parametrize("status", ["draft", "submitted", "archived"])
    def test_tell_nothing_that_is_not_public(self, status):
        make_organisation("Beispiel Geheimnis", status=status)
        make_offer(title="Geheimnis", status=status)
        assert words("Geheim") == []

    @pytest.mark.parametrize("typed", ["", "a", " ", "%", "\0", "& |", "'", "\\", "x" * 5000])
    def test_survive_whatever_is_typed(self, typed, client):
        make_offer()
        answer = client.get(reverse("search-suggestions"), {"q": typed})
        assert answer.status_code == 200
        assert "<option" not in answer.text

    def test_take_one_query(self, client, django_assert_num_queries):
        for number in range(3):
            make_offer(title=f"Tee {number}")
        with django_assert_num_queries(1):
            answer = client.get("/en/search/suggestions/", {"q": "Te"})
        assert answer.text.count("<option") == 3

    def test_take_signs_for_what_they_are(self):
        make_organisation("Beispiel 100% Rad")
        make_organisation("Beispiel 1000 Rad")
        make_organisation("Beispiel a_b")
        make_organisation("Beispiel axb")
        assert words("100%") == ["Beispiel 100% Rad"]
        assert words("a_") == ["Beispiel a_b"]

    def test_of_long_names_need_all_that_is_typed(self):
        long = "Beispiel " + "sehr " * 12
        make_organisation(f"{long}langer Name")
        make_organisation(f"{long}breiter Name")
        assert words(f"{long}lang") == [f"{long}langer Name"]

    def test_name_a_title_once_that_two_offers_have(self):
        make_offer(title="Tee")
        make_offer(title="Tee")
        assert words("Te") == ["Tee"]

    def test_name_the_freshest_offers_first(self, client):
        for title, days in (("Teeabend", 2), ("Teestunde", 1), ("Teeküche", 3)):
            offer = make_offer(title=title)
            confirmed = timezone.now() - timedelta(days=days)
            Offer.objects.filter(pk=offer.pk).update(published_at=confirmed, confirmed_at=confirmed)
        page = client.get("/de/search/suggestions/", {"q": "Tee"}).text
        assert re.findall(r"Tee\w+", page) == ["Teestunde", "Teeabend", "Teeküche"]

    def test_are_no_html(self, client):
        make_organisation('Beispiel "><script>')
        assert "<script>" not in client.get(reverse("search-suggestions"), {"q": "Beisp"}).text
