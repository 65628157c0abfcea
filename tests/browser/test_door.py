"""The door on a telephone: with a connection, without one, and on two telephones at once."""

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from events import qr
from events.models import Arrival
from tests.browser.test_events import sign_in
from tests.browsing import NARROW, WIDE, assert_fits, assert_whole
from tests.events.world import (
    desk_url,
    make_event,
    make_item,
    make_registration,
    make_venue,
    sign_up,
)
from tests.world import make_user

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def in_german():
    with translation.override("de"):
        yield


@pytest.fixture
def telephone(open_page, live_server_url):
    def at_the_door_of(event, **kwargs) -> Page:
        page = open_page(width=NARROW, **kwargs)
        sign_in(page, make_user("event_manager"), live_server_url)
        page.goto(desk_url("door", event))
        if kwargs.get("javascript", True):
            # Everything that is needed without a connection is there.
            page.locator("[data-door][data-kept]").wait_for()
        return page

    return at_the_door_of


def let_in(page: Page, name: str, people: int = 0) -> None:
    row = page.locator("[data-parties] .door-party", has_text=name)
    if people:
        row.locator("select").select_option(str(people))
    noted = page.locator("[data-latest] li")
    before = noted.count()
    row.get_by_role("button").click()
    expect(noted).to_have_count(before + 1)


def says(page: Page, text: str) -> None:
    expect(page.locator("[data-state]")).to_contain_text(text)


def is_sent(page: Page) -> None:
    expect(page.locator("[data-unsent]:visible")).to_have_count(0)
    says(page, "Alles ist gesendet.")


class TestWithoutConnection:
    def test_goes_on_survives_a_reload_and_sends_everything_once(self, telephone):
        event = make_event()
        for name, size in (("Amira", 3), ("Jonas", 1), ("Olena", 2)):
            make_registration(event, name=name, size=size)
        page = telephone(event)
        says(page, "Alles ist gesendet.")
        assert_whole(page)
        let_in(page, "Jonas")
        is_sent(page)
        assert Arrival.objects.people() == 1

        page.context.set_offline(True)
        # Whatever starts anew meanwhile (the page, its worker) may be online for a moment.
        page.context.route("**/door/sync/", lambda route: route.abort())
        let_in(page, "Amira", people=2)
        says(page, "Noch nicht gesendet, hier aufgehoben: 1")
        says(page, "Keine Verbindung: ")
        page.watch.problems.clear()
        page.reload()
        says(page, "Noch nicht gesendet, hier aufgehoben: 1")
        expect(page.locator("[data-parties]")).to_contain_text("2 von 3 da")
        let_in(page, "Amira")
        page.locator("#offline-people").fill("4")
        page.get_by_role("button", name="Zählen").click()
        let_in(page, "Olena")
        page.get_by_role("button", name="Rückgängig: ").first.click()
        says(page, "aufgehoben: 4")
        expect(page.locator("[data-here]")).to_have_text("8")
        assert_fits(page)
        assert Arrival.objects.count() == 1

        page.context.unroute("**/door/sync/")
        page.context.set_offline(False)
        says(page, "Alles ist gesendet.")
        expect(page.locator("[data-here]")).to_have_text("8")
        counting = Arrival.objects.counting()
        assert counting.of_parties().people() == 4
        assert counting.walk_ins().people() == 4
        assert Arrival.objects.count() == 5
        assert not [words for words in page.watch.problems if "script error" in words]
        page.watch.problems.clear()  # the browser reports what it could not reach

    def test_two_telephones_note_one_party_and_both_are_told(self, telephone):
        event = make_event()
        make_registration(event, name="Amira", size=3)
        one, two = telephone(event), telephone(event)
        for page in (one, two):
            page.context.set_offline(True)
            let_in(page, "Amira")
            says(page, "aufgehoben: 1")
        for page in (one, two):
            page.context.set_offline(False)
            says(page, "Alles ist gesendet.")
        assert Arrival.objects.people() == 3
        one.evaluate("window.dispatchEvent(new Event('online'))")
        for page in (one, two):
            notice = page.locator("[data-notices]")
            expect(notice).to_contain_text("Amira: an zwei Stellen erfasst, zählt nur einmal: 3")
            assert_whole(page)
            page.watch.problems.clear()

    def test_does_not_call_it_a_lost_connection_when_the_portal_says_no(self, telephone):
        event = make_event()
        make_registration(event, name="Amira")
        page = telephone(event)
        page.context.route("**/door/sync/", lambda route: route.fulfill(status=500))
        let_in(page, "Amira")
        says(page, "Das Portal konnte nicht annehmen, was Sie erfasst haben.")
        says(page, "aufgehoben: 1")
        page.context.unroute("**/door/sync/")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        is_sent(page)
        page.watch.problems.clear()

    def test_keeps_what_is_noted_when_the_session_has_ended(self, telephone):
        event = make_event()
        make_registration(event, name="Amira")
        page = telephone(event)
        page.context.clear_cookies(name="sessionid")
        let_in(page, "Amira")
        says(page, "Sie sind abgemeldet.")
        expect(page.get_by_role("link", name="Neu anmelden")).to_be_visible()
        says(page, "aufgehoben: 1")
        page.watch.problems.clear()


class TestTelephone:
    def test_finds_by_name_and_counts_where_it_stands(self, telephone):
        event = make_event()
        item = make_item(make_venue(event), title="Suppe", places=5)
        sign_up(make_registration(event, name="Zoë Beispiel", size=4), item, 3)
        make_registration(event, name="Amira", size=2)
        page = telephone(event)
        parties = page.locator("[data-parties] .door-party")
        expect(parties.first).to_contain_text("Amira")
        page.locator("#offline-q").fill("zoe")
        expect(parties).to_have_count(1)
        page.locator("#offline-at").select_option(f"item-{item.pk}")
        page.locator("#offline-q").fill("")
        # Whoever has signed up for it comes first, and as many of them.
        expect(parties.first).to_contain_text("Zoë Beispiel")
        expect(parties.first).to_contain_text("hierfür angemeldet: 3")
        expect(parties.last).not_to_contain_text("hierfür angemeldet")
        expect(page.locator("[data-registered]")).to_have_text(
            "mit Anmeldung da: 0; hierfür angemeldet: 3"
        )
        let_in(page, "Zoë")
        is_sent(page)
        arrival = Arrival.objects.get()
        assert (arrival.item, arrival.people) == (item, 3)
        expect(parties.first.locator("select")).to_be_hidden()

    def test_keeps_how_many_somebody_chose_when_the_list_is_drawn_anew(self, telephone):
        event = make_event()
        make_registration(event, name="Amira", size=3)
        page = telephone(event)
        number = page.locator("[data-parties] select")
        number.select_option("2")
        number.evaluate("select => { select.blur(); select.dataset.old = true }")
        page.locator("#offline-q").fill("a")
        expect(page.locator("[data-old]")).to_have_count(0)
        expect(number).to_have_value("2")
        let_in(page, "Amira")
        is_sent(page)
        assert Arrival.objects.people() == 2
        expect(number).to_have_count(1)

    def test_forgets_what_was_chosen_for_another_place(self, telephone):
        event = make_event()
        item = make_item(make_venue(event), title="Suppe", places=5)
        sign_up(make_registration(event, name="Amira", size=4), item, 3)
        page = telephone(event)
        number = page.locator("[data-parties] select")
        number.select_option("1")
        page.locator("#offline-at").select_option(f"item-{item.pk}")
        expect(number).to_have_value("3")

    def test_is_erased_by_a_button(self, telephone):
        event = make_event()
        make_registration(event, name="Amira")
        page = telephone(event)
        page.get_by_role("button", name="Von diesem Telefon löschen").click()
        page.get_by_text("Auf diesem Telefon liegt nichts mehr").wait_for()
        left = """async () => [
            (await indexedDB.databases()).length,
            (await caches.keys()).length,
            (await navigator.serviceWorker.getRegistrations()).length,
            localStorage.length,
        ]"""
        assert page.evaluate(left) == [0, 0, 0, 0]

    def test_is_erased_on_any_page_once_the_event_is_long_over(self, telephone):
        event = make_event()
        page = telephone(event)
        page.goto("/de/")
        names = "async () => (await indexedDB.databases()).length"
        assert page.evaluate(names) == 1
        page.evaluate(
            "slug => localStorage.setItem('door-until', JSON.stringify({ [slug]: 1 }))", event.slug
        )
        page.goto("/de/privacy/")
        page.wait_for_function("async () => !(await indexedDB.databases()).length")
        page.wait_for_function(
            "async () => !(await navigator.serviceWorker.getRegistrations()).length"
        )

    def test_reads_a_code_where_the_browser_cannot_itself(self, telephone):
        """The library reads the picture that guests show; the camera itself is the browser's."""
        party = make_registration(name="Amira", size=2)
        page = telephone(party.event)
        read = page.evaluate(
            """async ([library, svg]) => {
                const { BarcodeDetector } = await import(library);
                const image = new Image();
                image.src = "data:image/svg+xml;base64," + btoa(svg);
                await image.decode();
                const canvas = new OffscreenCanvas(400, 400);
                canvas.getContext("2d").drawImage(image, 0, 0, 400, 400);
                const codes = await new BarcodeDetector({ formats: ["qr_code"] }).detect(canvas);
                return codes[0].rawValue;
            }""",
            ["/static/qr/decode.js", qr.svg(party).decode()],
        )
        assert read.endswith(f"/registrations/{party.code}/")


class TestWithoutJavaScript:
    def test_lets_in_and_counts_with_plain_forms(self, telephone):
        event = make_event()
        make_registration(event, name="Amira", size=3)
        page = telephone(event, javascript=False)
        page.get_by_label("Wie viele von Amira kommen herein?").select_option("2")
        page.get_by_role("button", name="Einlassen Amira").click()
        page.get_by_text("Amira: 2 Personen sind da.").wait_for()
        assert_fits(page)
        page.get_by_role("spinbutton", name="Wie viele Personen?").fill("5")
        page.get_by_role("button", name="Zählen").click()
        page.get_by_text("5 Personen ohne Anmeldung sind gezählt.").wait_for()
        page.get_by_role("link", name="Woanders zählen").click()
        assert_fits(page)
        assert Arrival.objects.people() == 7


class TestPages:
    def test_are_read_by_axe(self, open_page, live_server_url):
        event = make_event()
        make_item(make_venue(event))
        party = make_registration(event, size=2)
        page = open_page(width=NARROW, also=(WIDE,))
        sign_in(page, make_user("event_manager"), live_server_url)
        for path in ("door/places/", "report/", "../erasing/", "door/"):
            page.goto(f"{desk_url('event', event)}{path}")
            assert_whole(page)
        page.get_by_role("button", name="Liste für einen Einlass ohne Strom").click()
        page.get_by_role("heading", name="Einlassliste").wait_for()
        assert_whole(page)
        page.goto(f"/de/events/desk/registrations/{party.code}/")
        assert_whole(page)
