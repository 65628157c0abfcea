"""What stands around every page: header, menus, footer; with and without a script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import NARROW, WIDE, assert_fits, assert_whole
from tests.events.world import make_event
from tests.world import make_listing, make_member, make_organisation

NOWHERE = "/de/es-gibt-mich-nicht/"


class TestShell:
    @pytest.mark.parametrize("colours", ["light", "dark"])
    @pytest.mark.parametrize("width", [NARROW, WIDE])
    def test_is_accessible_in_both_modes(self, open_page, width, colours):
        page = open_page(width=width)
        page.emulate_media(color_scheme=colours)
        page.goto(NOWHERE)
        assert_whole(page)

    def test_phone_menu_opens_without_a_script(self, open_page):
        page = open_page(width=NARROW, javascript=False)
        page.goto(NOWHERE)
        link = page.locator(".site-menu").get_by_role("link", name="Angebote")
        expect(link).to_be_hidden()
        page.get_by_text("Menü", exact=True).click()
        expect(link).to_be_visible()
        assert_fits(page)

    def test_menu_closes_by_escape_and_gives_the_focus_back(self, open_page):
        page = open_page(width=NARROW)
        page.goto(NOWHERE)
        summary = page.locator(".site-menu > summary")
        summary.press("Enter")
        assert page.locator(".site-menu").get_attribute("open") is not None
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert page.locator(".site-menu").get_attribute("open") is None
        assert summary.evaluate("element => element === document.activeElement")

    def test_first_tab_leads_past_the_header(self, page):
        page.goto(NOWHERE)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()

    def test_mistakes_are_where_one_goes_on_after_a_jump_within_the_page(self, page):
        page.goto(f"{make_event().get_absolute_url()}register/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("#content$"))
        page.get_by_role("button", name="Anmelden").click()
        expect(page.locator(".error-summary")).to_be_focused()
        assert "#" not in page.url

    def test_a_jump_within_a_form_does_not_stick_to_the_page_after_it(self, page):
        page.goto(f"{make_event().get_absolute_url()}register/#id_email")
        page.get_by_label("Ihr Name").fill("Olena")
        page.get_by_label("Ihre E-Mail-Adresse").fill("olena@example.org")
        page.get_by_role("button", name="Anmelden").click()
        page.get_by_role("heading", name="Danke. Bitte sehen Sie in Ihre E-Mails.").wait_for()
        assert "#" not in page.url

    def test_language_switch_leads_to_the_same_page(self, page):
        page.goto("/de/accessibility/?from=footer")
        page.locator(".site-header summary").first.click()
        page.locator(".site-header").get_by_role("link", name="English").click()
        expect(page).to_have_url("/en/accessibility/?from=footer")
        expect(page.locator("html")).to_have_attribute("lang", "en")

    def test_leaving_a_form_half_filled_in_is_asked_about_first(self, page):
        page.goto("/de/account/signup/")
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        english = page.locator(".site-header").get_by_role("link", name="English")
        page.get_by_label("E-Mail").first.fill("mina@beispiel.example")
        page.locator(".site-header summary").first.click()
        with page.expect_event("dialog"):
            english.click()
        assert asked == ["beforeunload"]
        expect(page.get_by_label("E-Mail").first).to_have_value("mina@beispiel.example")
        page.get_by_label("E-Mail").first.fill("")
        page.locator("main form [type=submit]").click()
        page.locator(".error-summary").wait_for()
        assert asked == ["beforeunload"]

    def test_a_passkey_that_does_not_work_is_told(self, open_page):
        page = open_page(width=NARROW)
        page.add_init_script("Object.defineProperty(navigator, 'credentials', {value: undefined})")
        page.goto("/de/account/login/")
        for _time in range(2):
            page.get_by_role("button", name="Mit Passkey einloggen").click()
            expect(page.get_by_role("alert")).to_contain_text("nehmen Sie einen anderen Weg")
            expect(page.get_by_role("alert")).to_be_focused()

    def test_what_is_too_long_is_told_and_not_cut(self, page):
        page.goto("/de/account/signup/")
        name = page.locator("#id_name")
        name.focus()
        page.keyboard.insert_text("Samira ist da. " * 8)
        expect(page.get_by_text("119 von 120 Zeichen")).to_be_visible()
        page.keyboard.insert_text("ja!")
        expect(name).to_have_value("Samira ist da. " * 8 + "ja!")
        expect(name).to_have_accessible_description(re.compile("123 von 120 Zeichen"))
        name.fill("Samira")
        expect(page.get_by_text("von 120 Zeichen")).to_be_hidden()

    def test_focus_can_be_seen_on_paper_and_on_the_band(self, page):
        page.goto(NOWHERE)
        for place in ("main a.btn", ".site-footer a"):
            link = page.locator(place).first
            page.keyboard.press("Tab")  # the next focus counts as the keyboard's
            link.focus()
            style = link.evaluate(
                "e => [getComputedStyle(e).outlineStyle, e.matches(':focus-visible')]"
            )
            assert style == ["solid", True]


def test_long_words_stay_in_a_phone_s_page(open_page, client):
    organisation = make_organisation("Beispiel" + "gemeinschaft" * 9)
    make_listing(organisation, title="W" * 100)
    client.force_login(make_member(organisation))
    page = open_page(width=NARROW)
    session = client.cookies["sessionid"].value
    page.context.add_cookies(
        [{"name": "sessionid", "value": session, "domain": "localhost", "path": "/"}]
    )
    for path in ("/de/account/", "/de/exchange/", organisation.get_absolute_url()):
        page.goto(path)
        assert_fits(page)
