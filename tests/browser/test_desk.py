"""The task force's lists on a phone, where their tables become cards."""

import pytest
from playwright.sync_api import expect

from actors.models import DuplicatePair
from ssoe_portal.common.unmet import UnmetSearch
from tests.browser.test_organisations import sign_in
from tests.browsing import NARROW, assert_whole
from tests.surveys.world import make_wave
from tests.world import make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_not_found_fits_a_phone(open_page, live_server_url, client):
    UnmetSearch.objects.note("kinderbetreuung am wochenende", "de")
    desk = open_page(width=NARROW)
    sign_in(desk, client, make_user("reviewer"), live_server_url)
    for language, words in (("de", "Erledigt"), ("en", "Done")):
        desk.goto(f"{live_server_url}/{language}/desk/unmet/")
        assert_whole(desk)
        expect(desk.get_by_role("button", name=words)).to_be_in_viewport(ratio=1)


def test_a_wide_table_scrolls_by_keyboard_within_the_page(open_page, live_server_url, client):
    make_wave(title="Erste Befragung im Bezirk")
    desk = open_page(width=NARROW)
    sign_in(desk, client, make_user("reviewer"), live_server_url)
    desk.goto(f"{live_server_url}/de/surveys/desk/")
    table = desk.locator(".table-scroll")
    assert table.evaluate("e => e.scrollWidth > e.clientWidth")
    assert "local" in table.evaluate("e => getComputedStyle(e).backgroundAttachment")
    table.focus()
    desk.keyboard.press("ArrowRight")
    desk.wait_for_function("e => e.scrollLeft > 0", arg=table.element_handle())
    assert_whole(desk)


def test_what_decides_is_beside_no_phone(open_page, live_server_url, client):
    one, two = make_organisation(status="submitted"), make_organisation(description="")
    DuplicatePair.objects.create(first=one, second=two, likeness=0.8, reasons=["phone"])
    make_organisation(email="", phone="030 12345", description="")
    make_offer(one, title="Fahrradwerkstatt für alle", status="submitted")
    desk = open_page(width=NARROW)
    sign_in(desk, client, make_user("reviewer"), live_server_url)
    for path, deciding in (
        ("", desk.get_by_text("Fahrradwerkstatt für alle")),
        ("", desk.get_by_text("vielleicht schon da")),
        ("incomplete/", desk.get_by_text("Beschreibung").first),
        ("incomplete/", desk.get_by_text("niemand zu fragen")),
        ("duplicates/", desk.get_by_text("Dieselbe Telefonnummer")),
        ("duplicates/", desk.get_by_role("link", name="Vergleichen und zusammenführen")),
    ):
        desk.goto(f"{live_server_url}/de/desk/moderation/{path}")
        assert_whole(desk)
        deciding.scroll_into_view_if_needed()
        expect(desk.locator(".table-scroll")).to_have_js_property("scrollLeft", 0)
        desk.get_by_label("Alle auf dieser Seite").check()
        assert desk.locator("tbody input:not(:checked)").count() == 0
