import re
from datetime import datetime

import pytest
from django.urls import reverse

from events.models import EventSeries
from ssoe_portal.common import known_words
from ssoe_portal.common.hours import BERLIN
from ssoe_portal.common.unmet import UnmetSearch
from tests.events.world import in_days, make_event, make_venue
from tests.surveys.world import make_wave
from tests.world import (
    make_area,
    make_initiative,
    make_language,
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

    def test_shows_first_whose_very_name_it_is(self, client):
        make_offer(make_organisation("Beispiel Werkstatt"), title="Drachen in der Werkstatt bauen")
        make_organisation("Beispiel Andere", other_names="Werkstatt der Drachen\nDrachen Werkstatt")
        kites = make_organisation("Beispiel Kites", other_names="Luft\r\nDrachen-Werkstatt\r\nWind")
        event = make_event(title="Drachenfest der Werkstatt")
        for text, key, hit in (
            ("drachen-werkstatt", "organisations", kites),
            ("Drachenfest der Werkstatt", "events", event),
        ):
            first = client.get(reverse("search"), {"q": text}).context["sections"][0]
            assert (first.key, first.hits[0]) == (key, hit), text

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


def text_of(page, entry) -> str:
    """What the page says of one hit, after the link to it."""
    after = page.text.split(f'href="{entry.get_absolute_url()}"')[1].split("<h3")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", after).split())


class TestAHit:
    def test_says_where_when_and_who(self, client):
        buch = make_area("buch")
        house = make_organisation("Beispiel Radhaus", area=buch, kind="company")
        offer = make_offer(
            house,
            title="Rad flicken",
            area=buch,
            schedule="dienstags",
            cost="price",
            price="2 Euro",
        )
        offer.languages.set([make_language("ar"), make_language("uk")])
        listing = make_listing(house, title="Rad leihen", available="im Mai")
        initiative = make_initiative(name="Rad für alle", area=buch, step="idea")
        event = make_event(
            title="Rad-Fest",
            organisation=house,
            starts_at=datetime(2027, 5, 8, 12, tzinfo=BERLIN),
            ends_at=datetime(2027, 5, 8, 16, tzinfo=BERLIN),
        )
        make_venue(event, name="Hof")
        page = client.get(reverse("search"), {"q": "Rad"})
        for entry, facts in (
            (offer, ("dienstags", "Buch", "Beispiel Radhaus", "2 Euro", "ar, uk")),
            (listing, ("im Mai", "Buch", "Beispiel Radhaus")),
            (initiative, ("Buch",)),
            (event, ("8. Mai 2027", "Hof", "Beispiel Radhaus")),
        ):
            assert all(fact in text_of(page, entry) for fact in facts), text_of(page, entry)
        # What kind it is stands above its name.
        for kind in (offer.category.label, "Unternehmen", "Gibt · Raum", "Idee"):
            assert re.search(rf'kicker">[^<]*{kind}', page.text), kind

    @pytest.mark.parametrize(("language", "queries"), [("de", 10), ("en", 11)])
    def test_of_each_kind_takes_no_query_of_its_own(
        self, client, django_assert_num_queries, language, queries
    ):
        for _number in range(3):
            house = make_organisation("Beispiel Radhaus", area=make_area("buch"))
            make_offer(house, title="Rad flicken", area=make_area("buch"))
            make_listing(house, title="Rad leihen")
            make_initiative(name="Rad für alle", organisation=house, area=make_area("buch"))
            make_venue(make_event(title="Rad-Fest", organisation=house))
            make_network(name="Rad")
            # Names of terms; each kind, rare ones together; times, venues; other languages.
            with django_assert_num_queries(queries):
                client.get(f"/{language}/search/", {"q": "Rad"})


class TestOneKind:
    def test_is_a_link_away_with_the_same_words(self, client):
        for _number in range(7):
            make_offer(title="Rad flicken")
        make_listing(title="Rad leihen")
        make_network(name="Radnetz")
        page = client.get(reverse("search"), {"q": "Rad"}).text
        offers = re.escape(reverse("actors:offer-list") + "?q=Rad")
        assert re.search(rf'chip" href="{offers}">Angebote <strong>7<', page)
        assert re.search(rf'href="{offers}">Alle 7, mit Filtern<', page)
        assert f'href="{reverse("actors:listing-list")}?q=Rad">Mit Filtern<' in page
        # The list of networks is narrowed by nothing.
        assert '"chip" href="#section-networks"' in page
        assert f"{reverse('actors:network-list')}?q" not in page

    def test_needs_no_choice_where_there_is_one(self, client):
        make_offer(title="Rad flicken")
        assert 'class="chip" href' not in client.get(reverse("search"), {"q": "Rad"}).text


class TestAPlace:
    def test_that_is_all_somebody_typed_is_offered_whole(self, client):
        buch = make_area("buch")
        make_venue(make_event(), area=buch)
        page = client.get(reverse("search"), {"q": "in Berlin-Buch"}).text
        assert "Alles in Buch" in page
        for name in ("actors:offer-list", "actors:organisation-list", "events:event-list"):
            assert f'href="{reverse(name)}?area=buch"' in page
        # Where nothing is on, nothing leads there.
        page = client.get(reverse("search"), {"q": "Karow"}).text
        assert "Alles in Karow" in page
        assert "events/?area" not in page
        assert "Alles in" not in client.get(reverse("search"), {"q": "Tee in Buch"}).text

    @pytest.mark.parametrize(
        ("text", "words", "key"),
        [
            ("Bezirk Pankow", "ganz Pankow", "pankow-district"),
            ("Pankow", "Pankow", "pankow"),
            ("Ortsteil Buch", "Buch", "buch"),
            ("Bezirk Mitte", "Mitte", "mitte"),
        ],
    )
    def test_may_be_called_what_it_is(self, client, text, words, key):
        page = client.get(reverse("search"), {"q": text}).text
        assert f"Alles in {words}<" in page
        assert f'href="{reverse("actors:offer-list")}?area={key}"' in page

    def test_by_postcode_puts_the_nearest_first(self, client):
        far = make_offer(title="Tee fern", latitude=52.5352, longitude=13.4255)
        near = make_offer(title="Tee nah", latitude=52.6334, longitude=13.4812)
        make_offer(title="Saft", latitude=52.6334, longitude=13.4812)
        answer = client.get(reverse("search"), {"q": "Tee in 13125 Berlin"})
        [section] = answer.context["sections"]
        assert section.hits == [near, far]
        assert re.search(r"etwa \d,\d km", text_of(answer, near))
        assert 'href="/de/offers/?q=Tee&amp;near=13125"' in answer.text
        assert "2 Treffer" in answer.text

    def test_by_postcode_alone_shows_what_is_around(self, client):
        far = make_offer(title="Tee", latitude=52.5352, longitude=13.4255)
        near = make_offer(title="Saft", latitude=52.6334, longitude=13.4812)
        answer = client.get(reverse("search"), {"q": "13125"})
        offers = answer.context["sections"][0]
        assert offers.hits == [near, far]
        assert "Nahe 13125" in answer.text
        # Everything has a distance: that is no number of hits.
        assert "Treffer" not in answer.text
        assert not UnmetSearch.objects.exists()

    def test_is_no_part_of_what_was_sought_and_not_found(self, client):
        for text in ("Dolmetscher 13125", "13125", "Karow"):
            client.get(reverse("search"), {"q": text})
        assert [row.words for row in UnmetSearch.objects.all()] == ["dolmetscher"]

    @pytest.mark.parametrize("text", ["99999", "131255", '"13125"', "-13125"])
    def test_is_nothing_that_only_looks_like_one(self, client, text):
        make_offer(title="Tee", schedule="Tee")
        assert "Nahe" not in client.get(reverse("search"), {"q": text}).text


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


def test_a_series_stands_once_among_the_hits(client):
    series = EventSeries.objects.create(rhythm="weekly", until=in_days(60).date())
    dates = [
        make_event(
            title="Suppenabend", starts_at=in_days(n), ends_at=in_days(n + 0.1), series=series
        )
        for n in (20, 6, 13)
    ]
    page = client.get(reverse("search"), {"q": "Suppenabend"}).text
    assert [f'href="{each.get_absolute_url()}"' in page for each in dates] == [False, True, False]
