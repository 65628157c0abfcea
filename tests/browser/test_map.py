"""The map beside a list: with the mouse, with keys alone, without JavaScript. Nobody but the portal
is asked for anything until the reader wants a city map."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from ssoe_portal.common import map_box
from ssoe_portal.common.geography import Area
from tests.browsing import NARROW, WIDE, assert_accessible, assert_fits, assert_whole
from tests.world import make_offer, make_organisation

#: What makes the drawing a map that moves.
MOVING = re.compile(r"leaflet|/map/|/map[.](js|css)")
PIXEL = 360 / 256 / 2**17  # degrees of longitude, as close as the map gets
BUCH, KAROW = (52.6334, 13.4812), (52.6092, 13.4754)
TILE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d76360"
    "f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
def places(live_server_url) -> None:
    """Three offers at one point in Buch, one in Karow, one that takes place online."""
    call_command("load_vocabularies", verbosity=0)
    areas = {key: Area.objects.get(key=key) for key in ("buch", "karow")}
    home = make_organisation(
        "Beispiel Nähcafé", area=areas["buch"], latitude=BUCH[0], longitude=BUCH[1]
    )
    for title in ("Tee trinken", "Saft pressen", "Brot backen"):
        make_offer(home, title=title, area=areas["buch"], latitude=BUCH[0], longitude=BUCH[1])
    make_offer(
        home, title="Suppe kochen", area=areas["karow"], latitude=KAROW[0], longitude=KAROW[1],
        cost="price",
    )  # fmt: skip
    make_offer(home, title="Am Bildschirm", is_online=True)


def opened(page: Page, path: str) -> list[str]:
    """Open the first page with a map, which asks for nothing of it until its button is pressed;
    return what the browser asks for from then on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path)
    button = page.locator("[data-map-open]")
    expect(button).to_be_visible()
    assert not [url for url in asked if MOVING.search(url)]
    button.click()
    page.locator("[data-map-place][data-drawn]").wait_for()
    expect(page.locator("[data-map-place]")).to_be_focused()
    return asked


#: Whether what has opened on the map lies beside or above the buttons to zoom.
CLEAR_OF_BUTTONS = """() => {
    const [popup, buttons] = [".leaflet-popup", ".leaflet-control-zoom"].map(
        (name) => document.querySelector(name).getBoundingClientRect());
    return popup.bottom <= buttons.top || popup.right <= buttons.left;
}"""


def shown(page: Page, words: str) -> None:
    expect(page.locator("[data-map-status]")).to_have_text(words)


@contextmanager
def drawn_anew(page: Page) -> Iterator[None]:
    """What happens inside has the map ask for its points once more, and show them."""
    place = page.locator("[data-map-place]")
    before = place.get_attribute("data-drawn")
    yield
    expect(place).not_to_have_attribute("data-drawn", before or "")


def mark(page: Page, name: str):
    return page.locator(".map-panel__map").get_by_role("button", name=name, exact=True)


def test_shows_the_list_on_a_map_beside_it(places, open_page, settings):
    settings.MAP_TILES_URL = "https://tiles.example.org/{z}/{y}/{x}.png"
    settings.MAP_TILES_ATTRIBUTION = "© Example"
    desk = open_page(width=WIDE)
    asked = opened(desk, "/de/offers/")
    shown(desk, "In diesem Ausschnitt: 4")
    assert_whole(desk)

    # A card shows where it is.
    desk.locator(".card-item", has_text="Suppe kochen").hover()
    expect(desk.locator(".map-mark--lit")).to_have_attribute("aria-label", "Suppe kochen")
    # What lies at one point is told there, and each leads to its card.
    mark(desk, "Einträge hier: 3").click()
    popup = desk.locator(".leaflet-popup")
    expect(popup.get_by_role("link", name="Brot backen")).to_be_focused()
    desk.wait_for_function(CLEAR_OF_BUTTONS)
    assert_accessible(desk)
    popup.locator("li", has_text="Tee trinken").get_by_role("link", name="In der Liste").click()
    focused = desk.locator(":focus")
    expect(focused).to_have_text("Tee trinken")
    expect(desk.locator(".map-mark--lit")).to_have_attribute("aria-label", "Einträge hier: 3")

    # Filters that change in place change the map, and the other way round.
    desk.get_by_label("Kosten").select_option("price")
    shown(desk, "In diesem Ausschnitt: 1")
    expect(desk.get_by_label("Ortsteil")).to_have_value("")
    desk.get_by_label("Kosten").select_option("")
    shown(desk, "In diesem Ausschnitt: 4")
    desk.get_by_label("Ortsteil").select_option("buch")
    shown(desk, "In diesem Ausschnitt: 3")
    with drawn_anew(desk):
        desk.get_by_role("button", name="Näher heran").click()
    expect(desk.get_by_text("was im gestrichelten Rahmen liegt")).to_be_hidden()
    with drawn_anew(desk):
        desk.locator("[data-map-search]").click()
    expect(desk.get_by_text("was im gestrichelten Rahmen liegt")).to_be_visible()
    desk.get_by_label("Ortsteil").select_option("")
    expect(desk.get_by_role("link", name="Buch")).to_have_count(0)
    expect(desk.locator("#result-count")).to_have_text("3 Angebote")
    assert set(parse_qs(urlsplit(desk.url).query)) == {"box"}
    expect(desk.locator(".map-box")).to_have_count(1)
    desk.get_by_role("link", name="im Kartenausschnitt").click()
    expect(desk.locator("#result-count")).to_have_text("5 Angebote")
    desk.locator("[data-map-place][data-drawn]").wait_for()

    # The neighbourhoods as a list stand in the window; the map gives way, and counts what it shows.
    expect(desk.get_by_text("Bei jedem Ortsteil zählen")).to_be_hidden()
    desk.get_by_text("Ortsteile und Bezirke als Liste").click()
    expect(desk.get_by_text("Bei jedem Ortsteil zählen")).to_be_visible()
    expect(desk.locator("#map-places")).to_be_in_viewport(ratio=1)
    expect(desk.locator("[data-map-place]")).to_be_in_viewport(ratio=1)
    assert desk.locator("#map").evaluate("panel => panel.scrollHeight === panel.clientHeight")
    assert_accessible(desk)

    # A city map comes when the reader says so, and from nobody else than the page has told.
    assert not [url for url in asked if not url.startswith(desk.evaluate("location.origin"))]
    desk.route("https://tiles.example.org/**", lambda route: route.fulfill(body=TILE))
    expect(desk.get_by_text("Der Stadtplan kommt von tiles.example.org")).to_be_visible()
    desk.get_by_role("button", name="Stadtplan laden").click()
    desk.locator(".leaflet-tile-loaded").first.wait_for()
    expect(desk.locator(".leaflet-control-attribution")).to_have_text("© Example")
    expect(desk.locator(".map-land")).to_have_count(0)
    hosts = {urlsplit(url).hostname for url in asked}
    assert hosts == {urlsplit(desk.url).hostname, "tiles.example.org"}
    complaints = desk.watch.problems
    tiles = "third party: https://tiles.example.org/"
    complaints[:] = [complaint for complaint in complaints if not complaint.startswith(tiles)]


def test_is_used_with_keys_alone(places, open_page, monkeypatch):
    monkeypatch.setattr(map_box, "MOST_ROWS", 2)  # more are counted by the server
    desk = open_page(width=WIDE, language="en")
    asked = opened(desk, "/en/organisations/")
    shown(desk, "In this part of the map: 1")
    desk.get_by_role("link", name="Skip the map").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#after-map")).to_be_focused()

    desk.goto("/en/offers/?box=13.0,52.3,13.9,52.8")
    together = mark(desk, "Entries here: 4")
    together.focus()
    # A number leads closer, and what is nearest to it has the focus then: all of it is in view.
    with drawn_anew(desk):
        desk.keyboard.press("Enter")
    shown(desk, "In this part of the map: 4")
    expect(together).to_have_count(0)
    expect(desk.locator(".map-mark")).to_have_count(2)
    for each in desk.locator(".map-mark").all():
        expect(each).to_be_in_viewport(ratio=1)
    expect(desk.locator(":focus")).to_have_class(re.compile("map-mark"))
    # As long as the server counts, up to a single square, of which there is a list.
    mark(desk, "Entries here: 3").focus()
    for _step in range(3):
        with drawn_anew(desk):
            desk.keyboard.press("Enter")
        expect(desk.locator(":focus")).to_have_attribute("aria-label", "Entries here: 3")
    shown(desk, "In this part of the map: 3")
    desk.keyboard.press(" ")
    popup = desk.locator(".leaflet-popup")
    expect(popup.get_by_role("link", name="Show these as a list")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator(".leaflet-popup")).to_have_count(0)
    expect(desk.locator(":focus")).to_have_attribute("aria-label", "Entries here: 3")
    desk.get_by_role("region", name="Map with what the list holds").focus()
    with drawn_anew(desk):
        desk.keyboard.press("ArrowUp")
    expect(desk.locator("[data-map-place]")).to_be_focused()
    assert {urlsplit(url).hostname for url in asked} == {urlsplit(desk.url).hostname}
    assert_accessible(desk)
    mark(desk, "Entries here: 3").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect(desk.locator("#result-count")).to_have_text("3 offers")


def test_stands_behind_a_switch_on_a_phone(places, open_page):
    phone = open_page(width=NARROW)
    loaded: list[str] = []
    phone.on("request", lambda request: loaded.append(urlsplit(request.url).path))
    phone.goto("/de/offers/")
    expect(phone.locator(".map-panel")).to_be_hidden()
    assert not [path for path in loaded if MOVING.search(path)]
    assert len(loaded) <= 12
    phone.get_by_role("link", name="Karte", exact=True).click()
    expect(phone).to_have_url("/de/offers/?view=map")
    phone.locator("[data-map-place][data-drawn]").wait_for()
    expect(phone.locator(".card-list")).to_be_hidden()
    shown(phone, "In diesem Ausschnitt: 4")
    assert_whole(phone)
    phone.locator("[data-map-search]").click()
    expect(phone.locator("#result-count")).to_have_text("4 Angebote")
    expect(phone.locator(".card-list")).to_be_visible()


def test_is_a_drawing_with_a_list_without_script(places, open_page):
    phone = open_page(width=NARROW, javascript=False)
    phone.goto("/de/offers/?view=map")
    expect(phone.locator(".map-drawing")).to_be_visible()
    assert_fits(phone)
    # One is for all of Berlin, so it counts for every place.
    row = phone.locator(".map-panel__places li", has_text="Karow")
    assert row.inner_text().split() == ["Karow", "2"]
    row.get_by_role("link").click()
    expect(phone).to_have_url("/de/offers/?area=karow")
    expect(phone.get_by_text("2 Angebote", exact=True)).to_be_visible()


def test_says_what_did_not_come_and_comes_when_asked_again(places, open_page):
    buch = Area.objects.get(key="buch")
    for point in [BUCH] * 7 + [(BUCH[0] + 0.0004, BUCH[1])]:
        make_offer(area=buch, latitude=point[0], longitude=point[1])
    desk = open_page(width=WIDE)
    desk.goto("/de/offers/?area=buch")
    button = desk.get_by_role("button", name="Karte mit einzelnen Punkten öffnen")
    missing = desk.get_by_text("Die Karte konnte nicht geladen werden")
    for name in ("map.js", "map.css", "leaflet.js"):
        desk.route(f"**/{name}*", lambda route: route.abort(), times=1)
        with desk.expect_event("pageerror") as error:
            button.click()
        assert name in error.value.message
        assert desk.watch.problems.pop() == f"script error: {error.value}"
        expect(missing).to_be_visible()
        expect(desk.locator(".map-drawing")).to_be_visible()
    desk.route("**/offers/map/**", lambda route: route.abort())
    button.click()
    expect(desk.locator("[data-map-status]")).to_contain_text("konnten nicht geladen werden")
    expect(missing).to_have_count(0)
    desk.unroute("**/offers/map/**")
    desk.get_by_role("button", name="Näher heran").click()
    shown(desk, "In diesem Ausschnitt: 11")

    # The list of a point has whole squares: what else is in them is said.
    with drawn_anew(desk):
        mark(desk, "Einträge hier: 11").click()
    # What is asked for holds all that is seen, up to both edges.
    seen = desk.locator("[data-map-place]").bounding_box()
    here = mark(desk, "Einträge hier: 10").bounding_box()
    west = BUCH[1] - (here["x"] + here["width"] / 2 - seen["x"]) * PIXEL
    address = desk.locator("[data-map-search]").get_attribute("href")
    box = [float(edge) for edge in parse_qs(urlsplit(address).query)["box"][0].split(",")]
    assert box[0] < west + 3 * PIXEL
    assert box[2] > west + (seen["width"] - 3) * PIXEL
    mark(desk, "Einträge hier: 10").click()
    link = desk.get_by_role("link", name="Als Liste, mit dem, was gleich daneben liegt: 11")
    # Where it leads, not whether the popup stands still when it is clicked.
    desk.goto(str(link.get_attribute("href")))
    expect(desk.locator("#result-count")).to_have_text("11 Angebote")
