import pytest
from django.urls import reverse

from ssoe_portal.common import known_words
from tests.events.world import make_event
from tests.surveys.world import make_wave
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

    def test_finds_rare_things_by_all_of_the_words_wherever_they_stand(self, client):
        network = make_network(name="Fahrradnetz", description="Ein Kreis in Buch.")
        network.translations.create(language="en", name="Cyclists", base_revision=1)
        survey = make_wave().survey
        survey.title = "Fahrrad (und mehr) in Buch"
        survey.save()
        for text, found in (
            ("Buch Fahrrad", [network, survey]),
            ("Kreis Cyclists", [network]),
            ("(und mehr)", [survey]),
            ("Fahrrad.*Buch", [network, survey]),
            ("Fahrrad Karow", []),
            ("&& ||", []),
        ):
            sections = client.get(reverse("search"), {"q": text}).context["sections"]
            assert [hit for section in sections for hit in section.hits] == found, text

    @pytest.mark.parametrize("text", ["", "  ", "\0", "<script>", "'; DROP TABLE", "x" * 9000])
    def test_survives_whatever_is_typed(self, text, client):
        answer = client.get(reverse("search"), {"q": text})
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


ENTRIES = {
    "actors:offer-list": (make_offer, "title"),
    "actors:organisation-list": (make_organisation, "name"),
    "actors:listing-list": (make_listing, "title"),
    "actors:initiative-list": (make_initiative, "name"),
    "actors:network-list": (make_network, "name"),
    "events:event-list": (make_event, "title"),
}


class TestASlip:
    @pytest.mark.parametrize(
        "name",
        [
            "actors:offer-list",
            "actors:organisation-list",
            "actors:listing-list",
            "actors:initiative-list",
        ],
    )
    def test_finds_it_in_its_list(self, client, name):
        make, field = ENTRIES[name]
        wanted = make(**{field: "Fahrradwerkstatt"})
        make(**{field: "Kochabend"})
        known_words.learn()
        page = client.get(reverse(name), {"q": "Farradwerkstadt"})
        assert list(page.context["page_obj"]) == [wanted]

    def test_finds_every_kind_of_thing(self, client):
        wanted = {make(**{field: "Fahrradwerkstatt"}) for make, field in ENTRIES.values()}
        for make, field in ENTRIES.values():
            make(**{field: "Kochabend"})
        known_words.learn()
        sections = client.get(reverse("search"), {"q": "Farradwerkstadt"}).context["sections"]
        assert {hit for section in sections for hit in section.hits} == wanted
        assert len(sections) == len(ENTRIES)

    def test_finds_a_network_by_its_name_in_another_language(self, client):
        network = make_network(name="Radkreis")
        network.translations.create(language="en", name="Bicyclists", base_revision=1)
        known_words.learn()
        [section] = client.get("/en/search/", {"q": "Bycyclists"}).context["sections"]
        assert section.hits == [network]
