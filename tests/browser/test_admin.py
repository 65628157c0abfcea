"""Django admin at the screen of an office: lists are whole and pass axe; forms hold Select2,
whose search fields have no names."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import assert_accessible
from tests.events.world import make_event, make_item, make_registration, make_venue
from tests.surveys.world import make_wave
from tests.world import (
    make_area,
    make_initiative,
    make_listing,
    make_network,
    make_offer,
    make_organisation,
    make_user,
)

LISTS = (
    "actors/organisation",
    "actors/offer",
    "actors/listing",
    "actors/initiative",
    "actors/network",
    "common/user",
    "events/event",
    "events/programmeitem",
    "events/registration",
    "surveys/wave",
    "surveys/question",
)
IS_CUT = """() => {
  const list = document.querySelector(".results");
  return list.scrollWidth > list.clientWidth
    || document.documentElement.scrollWidth > window.innerWidth;
}"""


@pytest.fixture
def admin_page(transactional_db, open_page, client):
    client.force_login(make_user("admin"))
    page = open_page(width=1280)
    session = client.cookies["sessionid"].value
    address = {"name": "sessionid", "value": session, "domain": "localhost", "path": "/"}
    page.context.add_cookies([address])
    return page


def test_lists_stand_whole_on_a_small_office_screen(admin_page):
    organisation = make_organisation(
        "Beispiel Verband für Arbeit, Bildung und Nachbarschaft Berlin-Brandenburg e. V.",
        area=make_area("franzoesisch-buchholz"),
        stage="transition",
    )
    make_offer(organisation, title="Gründen mit Nadel und Faden, ein Abend im Monat")
    make_listing(organisation)
    make_initiative(organisation=organisation)
    make_network()
    make_wave(title="Herbst und Winter 2026 mit einem langen Namen")
    event = make_event(title="Markt der Möglichkeiten", organisation=organisation, capacity=40)
    make_item(make_venue(event, name="Nachbarschaftshaus"), organisation=organisation, places=5)
    make_registration(event, state="waiting", size=3)
    for name in LISTS:
        admin_page.goto(f"/admin/{name}/")
        assert not admin_page.evaluate(IS_CUT), name
        assert_accessible(admin_page)
    admin_page.goto(f"/admin/actors/organisation/{organisation.pk}/change/")
    admin_page.get_by_role("link", name="Verlauf", exact=True).click()
    expect(admin_page.get_by_role("columnheader", name="Was sich geändert hat")).to_be_visible()
    assert_accessible(admin_page)
    # What cannot be deleted leads to the archive, which asks why.
    admin_page.goto(f"/admin/actors/organisation/{organisation.pk}/delete/")
    assert_accessible(admin_page)
    admin_page.get_by_role("button", name="Archivieren").click()
    admin_page.get_by_role("button", name="Archivieren").click()
    why = admin_page.get_by_label("Warum wird der Eintrag archiviert?")
    expect(why).to_have_accessible_description(re.compile("Bitte sagen Sie, warum"))
    assert_accessible(admin_page)
    why.fill("Das Haus ist zu.")
    admin_page.get_by_role("button", name="Archivieren").click()
    expect(admin_page.get_by_text("1 Eintrag erledigt.")).to_be_visible()


def test_choices_are_as_wide_as_what_is_chosen_even_while_empty(admin_page):
    admin_page.goto("/admin/actors/organisation/add/")
    widths = admin_page.eval_on_selector_all(
        ".form-row .select2-container", "found => found.map(one => one.offsetWidth)"
    )
    assert len(widths) == 8 and min(widths) > 180


def test_has_the_whole_width_of_a_phone(admin_page):
    admin_page.set_viewport_size({"width": 360, "height": 800})
    organisation = make_organisation()
    for path in ("actors/organisation/", f"actors/organisation/{organisation.pk}/change/"):
        admin_page.goto(f"/admin/{path}")
        assert admin_page.locator("#content").evaluate("content => content.offsetWidth") > 330
