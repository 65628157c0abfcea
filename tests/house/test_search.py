import pytest
from django.urls import reverse

from tests.world import (
    make_initiative,
    make_listing,
    make_network,
    make_offer,
    make_organisation,
)

pytestmark = pytest.mark.django_db


class TestSearch:
    def test_finds_every_kind_of_thing(self, client):
        house = make_organisation("Beispiel Fahrradhaus")
        found = [
            house,
            make_offer(house, title="Fahrrad reparieren"),
            make_listing(house, title="Fahrradanhänger"),
            make_initiative(name="Fahrradwerkstatt"),
            make_network(name="Fahrradnetz"),
        ]
        page = client.get(reverse("search"), {"q": "Fahrrad"}).content.decode()
        for thing in found:
            assert f'href="{thing.get_absolute_url()}"' in page

    @pytest.mark.parametrize("status", ["draft", "submitted", "returned", "archived"])
    def test_shows_only_what_is_public(self, status, client):
        house = make_organisation("Beispiel Fahrradhaus", status=status)
        make_offer(house, title="Fahrrad reparieren")
        answer = client.get(reverse("search"), {"q": "Fahrrad"})
        assert answer.context["sections"] == []
        assert "Nichts gefunden" in answer.content.decode()

    def test_shows_first_what_has_most_of_the_words(self, client):
        make_offer(make_organisation("Beispiel Haus"), title="Tee in Karow")
        campus = make_organisation("Beispiel Campus Karow")
        sections = client.get(reverse("search"), {"q": "Campus Karow"}).context["sections"]
        assert [section.key for section in sections] == ["organisations", "offers"]
        assert sections[0].hits == [campus]
        # With as many words each, people's offers come first.
        sections = client.get(reverse("search"), {"q": "Karow"}).context["sections"]
        assert [section.key for section in sections] == ["offers", "organisations"]

    @pytest.mark.parametrize("text", ["", "  ", "\0", "<script>", "'; DROP TABLE", "x" * 9000])
    def test_survives_whatever_is_typed(self, text, client):
        answer = client.get(reverse("search"), {"q": text})
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content
