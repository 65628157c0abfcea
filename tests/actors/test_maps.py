"""The maps beside the lists: what their addresses answer, and what the lists say of them."""

import json
import re

import pytest
from django.test import override_settings

from actors.models import OfferTranslation, OrganisationSearch
from ssoe_portal.common import map_box
from ssoe_portal.common.map_box import Box
from tests.world import make_area, make_category, make_offer, make_organisation

pytestmark = pytest.mark.django_db
BUCH, KAROW = (52.6334, 13.4812), (52.6092, 13.4754)
PANKOW = "13.3,52.5,13.6,52.7"
AROUND_BUCH = "13.47,52.62,13.49,52.64"
TILES = override_settings(
    MAP_TILES_URL="https://tiles.example.org/{z}/{y}/{x}.png", MAP_TILES_ATTRIBUTION="© Example"
)


def offer_at(point: tuple[float, float], **fields):
    return make_offer(latitude=point[0], longitude=point[1], **fields)


def asked(client, path: str = "/de/offers/map/", bbox: str = PANKOW, **query):
    answer = client.get(path, {"bbox": bbox, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def titles(found: dict) -> list[str]:
    return [item[1] for place in found["places"] for item in place["items"]]


@pytest.fixture
def counting(monkeypatch):
    """A map that tells four entries one by one, no more."""
    monkeypatch.setattr(map_box, "MOST_ROWS", 4)


class TestOfferMap:
    def test_tells_what_is_public_and_inside_the_box(self, client):
        here = offer_at(BUCH, title="Tee")
        there = offer_at(KAROW, title="Suppe")
        offer_at((52.4, 13.4), title="Weit weg")
        offer_at(BUCH, title="Entwurf", status="draft")
        offer_at(BUCH, title="Ohne Haus", organisation=make_organisation(status="archived"))
        make_offer(title="Online")
        found = asked(client)
        assert found["total"] == 2
        assert found["places"] == [
            {"at": list(BUCH), "items": [[here.pk, "Tee", f"/de/offers/{here.slug}/"]]},
            {"at": list(KAROW), "items": [[there.pk, "Suppe", f"/de/offers/{there.slug}/"]]},
        ]
        assert titles(asked(client, bbox=AROUND_BUCH)) == ["Tee"]
        assert asked(client, bbox="10,50,11,51") == {
            "box": [10, 50, 11, 51], "total": 0, "places": [], "clusters": [],
        }  # fmt: skip

    def test_puts_what_is_at_one_point_together_by_title(self, client):
        for title in ("Zirkus", "Ärzte", "Backen"):
            offer_at(BUCH, title=title)
        [place] = asked(client)["places"]
        assert [item[1] for item in place["items"]] == ["Backen", "Zirkus", "Ärzte"]

    def test_is_narrowed_as_the_list_is(self, client):
        buch = make_area("buch")
        offer_at(BUCH, title="Tee", area=buch, cost="free", category=make_category("sport"))
        offer_at(BUCH, title="Saft", area=buch, cost="price")
        offer_at(KAROW, title="Teestube", area=make_area("karow"), cost="free")
        assert titles(asked(client, q="Tee", area="buch")) == ["Tee"]
        assert titles(asked(client, cost="price")) == ["Saft"]
        assert titles(asked(client, category="sport")) == ["Tee"]
        assert titles(asked(client, q="!?")) == []
        # The section that the list is narrowed to is no wall for the map.
        assert len(titles(asked(client, box=AROUND_BUCH))) == 3

    def test_speaks_the_readers_language_and_marks_what_does_not(self, client):
        talk = offer_at(BUCH, title="Reden")
        OfferTranslation.objects.create(
            original=talk, language="en", title="Talking", summary="", base_revision=talk.revision
        )
        offer_at(KAROW, title="Kochen")
        found = asked(client, "/en/offers/map/")
        items = [place["items"][0][1:] for place in found["places"]]
        assert items[0] == ["Talking", f"/en/offers/{talk.slug}/"]
        assert items[1][0::2] == ["Kochen", "de"]

    def test_counts_where_there_are_many_and_tells_what_stands_alone(self, client, counting):
        for number in range(5):
            offer_at((BUCH[0] + number / 10_000, BUCH[1]))
        offer_at((52.54, 13.41), title="Allein")
        found = asked(client)
        assert found["total"] == 6
        assert titles(found) == ["Allein"]
        [[latitude, longitude, number, west, south, east, north]] = found["clusters"]
        assert number == 5
        assert south <= latitude <= north
        assert west <= longitude <= east
        assert latitude == pytest.approx(BUCH[0], abs=0.001)
        # Its cell holds the same five, also for the list.
        page = client.get("/de/offers/", {"box": f"{west},{south},{east},{north}"})
        assert page.context["page_obj"].paginator.count == 5

    def test_counts_the_same_neighbours_together_wherever_it_is_moved_to(self, client, counting):
        for number in range(12):
            offer_at((52.6 + number / 200, 13.45 + number / 300))
        cells = [
            {tuple(cell) for cell in asked(client, bbox=bbox)["clusters"]}
            for bbox in (PANKOW, "13.301,52.501,13.601,52.701", "13.32,52.52,13.62,52.72")
        ]
        assert cells[0]
        assert cells[0] == cells[1] == cells[2]

    def test_keeps_its_answer_small_where_every_cell_has_one_long_title(self, client, monkeypatch):
        organisation, category = make_organisation(), make_category()
        monkeypatch.setattr(map_box, "MOST_ROWS", 60)
        for number in range(64):
            make_offer(
                organisation, category=category, title=f"{number} {'ж' * 137}",
                latitude=52.51 + number // 8 * 0.022, longitude=13.31 + number % 8 * 0.036,
            )  # fmt: skip
        answer = client.get("/de/offers/map/", {"bbox": PANKOW})
        found = answer.json()
        told, counted = len(titles(found)), sum(cell[2] for cell in found["clusters"])
        assert (told, counted, found["total"]) == (60, 4, 64)
        assert all(len(title) <= 80 for title in titles(found))
        assert len(answer.content) / told * 150 < 60_000

    @pytest.mark.parametrize(
        ("point", "total"),
        [
            ((13.48, 52.63), 2),
            ((-89.9, -179.9), 2),
            ((0.0, 0.0), 2),
            ((-90.0, -180.0), 2),
            ((90.0, 180.0), 1),  # the outermost edges belong to nothing
        ],
    )
    def test_bears_swapped_and_far_away_coordinates(self, client, point, total):
        offer_at(point, title="Verirrt")
        offer_at(BUCH, title="Tee")
        assert titles(asked(client)) == ["Tee"]
        assert asked(client, bbox="-180,-90,180,90")["total"] == total
        assert client.get("/de/offers/").status_code == 200

    @pytest.mark.parametrize(
        ("bbox", "says"),
        [
            ("", "vier Zahlen"),
            ("13.3,52.5,13.6", "vier Zahlen"),
            ("13.3,52.5,13.6,<b>", "vier Zahlen"),
            ("nan,nan,nan,nan", "Längengrade"),
            ("52.5,13.3,52.7,1e400", "Breitengrade"),
            ("13.6,52.5,13.3,52.7", "kleiner"),
        ],
    )
    def test_says_what_is_wrong_with_a_box(self, client, bbox, says):
        answer = client.get("/de/offers/map/", {"bbox": bbox})
        assert answer.status_code == 400
        assert says in answer.json()["error"]

    def test_may_be_kept_for_a_minute_by_everybody(self, client):
        answer = client.get("/de/offers/map/", {"bbox": PANKOW})
        assert answer["Cache-Control"] == "public, max-age=60"
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies
        assert client.post("/de/offers/map/").status_code == 405

    @pytest.mark.parametrize(("language", "number"), [("de", 4), ("en", 5)])
    def test_asks_the_database_as_often_for_one_offer_as_for_three(
        self, client, language, number, django_assert_num_queries
    ):
        # Vocabularies, the count, points, titles; in English their translations.
        offer_at(BUCH)
        path = f"/{language}/offers/map/"
        with django_assert_num_queries(number):
            asked(client, path)
        offer_at(KAROW)
        offer_at(KAROW)
        with django_assert_num_queries(number):
            assert asked(client, path)["total"] == 3

    @pytest.mark.parametrize(("language", "number"), [("de", 4), ("en", 5)])
    def test_asks_no_more_of_it_where_it_counts_most_of_them(
        self, client, language, number, counting, django_assert_num_queries
    ):
        path = f"/{language}/offers/map/"
        for step in range(5):
            offer_at((BUCH[0] + step / 10_000, BUCH[1]))
        # Vocabularies and the count: nothing stands alone, so there is nothing to be told.
        with django_assert_num_queries(2):
            found = asked(client, path)
        assert ([cell[2] for cell in found["clusters"]], found["places"]) == ([5], [])
        for step in range(3):
            offer_at((52.54 + step / 20, 13.35))
        with django_assert_num_queries(number):
            found = asked(client, path)
        assert ([cell[2] for cell in found["clusters"]], len(titles(found))) == ([5], 3)


class TestOrganisationMap:
    def test_tells_public_ones_by_name_and_narrows_them(self, client):
        here = make_organisation("Beispiel Nähcafé", latitude=BUCH[0], longitude=BUCH[1])
        make_organisation("Beispiel Amt", kind="public", latitude=KAROW[0], longitude=KAROW[1])
        make_organisation("Entwurf", status="draft", latitude=BUCH[0], longitude=BUCH[1])
        path = "/de/organisations/map/"
        assert titles(asked(client, path)) == ["Beispiel Nähcafé", "Beispiel Amt"]
        assert titles(asked(client, path, kind="public")) == ["Beispiel Amt"]
        assert titles(asked(client, path, q="Nähcafé")) == ["Beispiel Nähcafé"]
        assert asked(client, path)["places"][0]["items"][0][2] == f"/de/organisations/{here.slug}/"
        page = client.get("/de/organisations/", {"box": AROUND_BUCH})
        assert [row.name for row in page.context["page_obj"]] == ["Beispiel Nähcafé"]

    def test_moves_along_with_its_organisation(self, client):
        here = make_organisation("Beispiel Nähcafé", latitude=BUCH[0], longitude=BUCH[1])
        here.latitude, here.longitude = KAROW
        here.save()
        row = OrganisationSearch.objects.get()
        box = Box.parse("13.475,52.609,13.476,52.610")
        assert (row.square_row, row.square_column) == (box.south, box.west)


class TestListWithMap:
    def test_is_narrowed_to_what_the_map_showed_and_says_so(self, client):
        offer_at(BUCH, title="Tee", area=make_area("buch"), cost="free")
        offer_at(KAROW, title="Suppe", area=make_area("karow"), cost="free")
        make_offer(title="Online")
        answer = client.get("/de/offers/", {"box": AROUND_BUCH, "cost": "free"})
        page = answer.content.decode()
        assert [offer.title for offer in answer.context["page_obj"]] == ["Tee"]
        # Its numbers are those of the section; the chip takes it away and nothing else.
        assert "Kostenlos (1)" in page
        assert re.search(r'href="\?cost=free"><span[^>]*>[^<]*</span>im Kartenausschnitt<', page)
        # The form keeps it.
        assert f'name="box" value="{AROUND_BUCH}"' in page

    def test_says_what_is_wrong_with_a_section_and_shows_all(self, client):
        offer_at(BUCH)
        page = client.get("/de/offers/", {"box": "13,52,nan,53"}).content.decode()
        assert "Längengrade liegen zwischen" in page
        assert "1 Angebot<" in page
        assert "im Kartenausschnitt" not in page

    def test_says_which_filter_to_leave_out_where_the_section_is_empty(self, client):
        offer_at(BUCH)
        page = client.get("/de/offers/", {"box": "10,50,11,51"}).content.decode()
        assert "ohne „im Kartenausschnitt“: 1" in page

    @pytest.mark.parametrize("path", ["/de/offers/", "/de/organisations/"])
    def test_has_an_address_for_the_map_and_a_drawing_without_script(self, client, path):
        home = make_organisation(area=make_area("buch"), latitude=BUCH[0], longitude=BUCH[1])
        make_offer(home, area=make_area("buch"), latitude=BUCH[0], longitude=BUCH[1])
        page = client.get(path, {"view": "map", "page": "1"}).content.decode()
        [drawing] = re.findall(r'class="map-drawing".*?</svg>', page, re.S)
        assert re.findall(r'href="\?area=([^"]+)"', drawing) == ["buch"]
        assert re.findall(r">(\d+)</text>", drawing) == ["1"]
        [listed] = re.findall(r'<div class="map-panel__places".*?</div>', page, re.S)
        assert re.findall(r'<a href="\?area=([^"]+)">.*?>(\d+)<', listed) == [("buch", "1")]
        assert re.search(r'als Liste <span[^>]* id="map-places-count">1</span>', page)
        assert '<a class="chip" href="?">' in page
        assert 'href="?view=map" aria-current="true"' in page
        assert "layout-map--shown" in page
        # Filters leave the reader in the map.
        assert '<input type="hidden" name="view" value="map">' in page
        ground = re.search(r'id="map-ground" type="application/json">(.*?)</script>', page)
        assert len(json.loads(ground[1])) == 24

    @pytest.mark.parametrize(
        ("path", "here", "says"),
        [
            ("/de/offers/", "3", "auch Angebote mit, die es online, für ganz Pankow"),
            ("/de/organisations/", "2", "eine für ganz Pankow oder ganz Berlin zählt überall mit"),
        ],
    )
    def test_says_what_the_numbers_of_neighbourhoods_count_and_what_stands_on_the_map(
        self, client, path, here, says
    ):
        home = make_organisation(area=make_area("buch"), latitude=BUCH[0], longitude=BUCH[1])
        city = make_organisation("Beispiel Stadtbüro", area=None)
        make_offer(home, area=make_area("buch"), latitude=BUCH[0], longitude=BUCH[1])
        make_offer(city, area=None)
        make_offer(home, is_online=True, area=None)
        page = client.get(path)
        [drawing] = re.findall(r'class="map-drawing".*?</svg>', page.content.decode(), re.S)
        assert re.findall(r'area=buch".*?>(\d+)</text>', drawing) == [here]
        assert says in page.content.decode()
        # Chosen, it has as many; the map that moves has only what has a point.
        chosen = client.get(path, {"area": "buch"})
        assert chosen.context["page_obj"].paginator.count == int(here)
        assert asked(client, f"{path}map/", area="buch")["total"] == 1

    def test_brings_drawing_and_switch_along_with_htmx(self, client):
        offer_at(BUCH, area=make_area("buch"), cost="free")
        answer = client.get("/de/offers/", {"cost": "free"}, headers={"HX-Request": "true"})
        page = answer.content.decode()
        assert '<div id="map-drawing" hx-swap-oob="innerHTML">' in page
        assert '<span id="map-places-count" hx-swap-oob="innerHTML">1</span>' in page
        assert 'href="?cost=free&amp;area=buch"' in page
        assert 'href="?cost=free&amp;view=map"' in page

    def test_marks_cards_with_their_points(self, client):
        offer = offer_at(BUCH)
        online = make_offer()
        page = client.get("/de/offers/").content.decode()
        assert f'<li id="entry-{offer.pk}" data-at="52.63340,13.48120">' in page
        assert f'<li id="entry-{online.pk}">' in page


class TestTiles:
    def test_nobody_else_is_named_without_the_setting(self, client):
        answer = client.get("/de/offers/", {"view": "map"})
        assert "img-src 'self' data:;" in answer["Content-Security-Policy"]
        assert "data-tiles" not in answer.content.decode()

    @TILES
    @pytest.mark.parametrize("path", ["/de/offers/", "/en/organisations/"])
    def test_are_offered_with_who_learns_what_on_pages_with_a_map_only(self, client, path):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "img-src 'self' data: https://tiles.example.org;" in policy
        assert "script-src 'self'" in policy
        assert policy.count("tiles.example.org") == 1
        page = answer.content.decode()
        assert 'data-tiles="https://tiles.example.org/{z}/{y}/{x}.png"' in page
        assert 'data-attribution="© Example"' in page
        assert "tiles.example.org" in re.search(r'map-panel__tiles" .*?</p>', page, re.S)[0]
        assert "tiles.example.org" in client.get("/de/privacy/").content.decode()
        for other in ("/de/", "/de/exchange/", "/de/privacy/"):
            assert "tiles.example" not in client.get(other)["Content-Security-Policy"]
