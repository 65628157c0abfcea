"""A list comes in at the desk: on a phone without JavaScript, and wide with it."""

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from actors.models import ListImport, Organisation
from tests.browser.test_organisations import sign_in
from tests.browsing import NARROW, WIDE, assert_fits, assert_whole
from tests.world import make_area, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)

LIST = (
    "Name;Art;In einem Satz;Ortsteil;Vermerk\n"
    "Beispiel Hof;Stiftung;Ein Hof für alle.;Buch;intern\n"
    "Beispiel Haus;Stiftung;Noch einmal.;Buch;\n"
    "Beispiel Fehler;Raumschiff;;Atlantis;\n"
)


def choose(page: Page, text: str = LIST) -> None:
    file = {"name": "liste.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}
    page.get_by_label("Die Liste").set_input_files(files=[file])
    page.get_by_role("button", name="Liste prüfen").click()


def test_a_list_is_checked_entered_and_taken_back(open_page, live_server_url, client, deliver_jobs):
    make_area("buch", labels={"de": "Buch", "en": "Buch"})
    make_organisation("Beispiel Haus", area=make_area("buch"))
    reviewer = make_user("reviewer")
    desk = open_page(width=NARROW, javascript=False)
    beside = open_page(width=WIDE)
    sign_in(desk, client, reviewer, live_server_url)
    beside.context.add_cookies(desk.context.cookies())

    def look() -> None:
        """axe needs a script, so the same address is opened beside, with one, and wide."""
        assert_fits(desk)
        beside.goto(desk.url)
        assert_whole(beside)

    desk.goto(f"{live_server_url}/de/desk/")
    desk.get_by_role("link", name="Listen einlesen").click()
    look()
    desk.get_by_role("link", name="Organisationen einlesen").click()
    look()
    choose(desk)
    expect(desk.get_by_label("Vermerk")).to_have_value("")
    look()
    desk.get_by_role("button", name="Liste prüfen").click()
    expect(desk.get_by_text(re.compile("0 von 3 Zeilen geprüft"))).to_be_visible()
    look()  # it goes on by itself there
    deliver_jobs()
    expect(beside.get_by_role("heading", name="Das würde Ihre Liste bewirken")).to_be_visible()
    # Without a script, too, the page looks by itself every three seconds.
    done = desk.get_by_role("heading", name="Das würde Ihre Liste bewirken")
    desk.get_by_role("link", name="Wie weit ist es?").or_(done).first.click()
    expect(done).to_be_visible()
    for tab in ("Vielleicht schon da", "Fehlerhaft", "Neu"):
        desk.get_by_role("link", name=tab).click()
        look()
    expect(desk.get_by_text("Stiftung · Buch")).to_be_visible()
    expect(desk.get_by_text("Ein Hof für alle.")).not_to_be_visible()
    desk.get_by_text("Alle 3 Spalten").click()
    expect(desk.get_by_text("Ein Hof für alle.")).to_be_visible()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Eintragen", exact=True).click()
    deliver_jobs()
    desk.goto(live_server_url + ListImport.objects.get().get_absolute_url())
    expect(desk.get_by_role("heading", name="Die Liste ist eingetragen")).to_be_visible()
    assert Organisation.objects.count() == 2
    look()
    desk.get_by_role("link", name="Diese Liste zurücknehmen").click()
    look()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Zurücknehmen").click()
    deliver_jobs()
    desk.goto(live_server_url + ListImport.objects.get().get_absolute_url())
    expect(desk.get_by_role("heading", name="Die Liste ist zurückgenommen")).to_be_visible()
    assert [item.name for item in Organisation.objects.all()] == ["Beispiel Haus"]
    look()


def test_a_list_of_organisations_is_taken_along(page, live_server_url):
    make_organisation("Beispiel Haus", kind="social-enterprise")
    make_organisation("Beispiel Stiftung", kind="foundation")
    page.goto(f"{live_server_url}/de/organisations/?kind=social-enterprise")
    assert_whole(page)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Text (.csv)", exact=True).click()
    assert re.fullmatch(
        r"organisationen-\d{4}-\d\d-\d\d\.csv", downloading.value.suggested_filename
    )
    taken = downloading.value.path().read_text(encoding="utf-8-sig")
    heading, row = csv.reader(taken.splitlines(), delimiter=";")
    assert row[heading.index("Name")] == "Beispiel Haus"
