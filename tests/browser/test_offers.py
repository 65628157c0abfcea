"""A visitor's way: find an offer, read it, join by mail, withdraw. And the organisation's."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from actors.models import Category, JoinRequest, OfferTranslation, SpokenLanguage
from ssoe_portal.common.geography import Area
from tests.browsing import NARROW, WIDE, assert_fits, assert_whole
from tests.world import (
    PASSWORD,
    make_join_request,
    make_member,
    make_offer,
    make_organisation,
)


@pytest.fixture
def offers(live_server_url):
    """Two offers in Buch and Karow; the first one has an owner, a phone and an English text."""
    call_command("load_vocabularies")
    buch, karow = Area.objects.get(key="buch"), Area.objects.get(key="karow")
    home = make_organisation(
        "Beispiel Nähcafé", street="Beispielstraße 1", postcode="13125", area=buch,
        phone="030 1234", latitude=52.6334, longitude=13.4812,
    )  # fmt: skip
    make_member(home, email="owner@example.org")
    wanted = make_offer(
        home, title="Sprechen beim Nähen", category=Category.objects.get(key="language-learning"),
        area=buch, latitude=52.6334, longitude=13.4812, description="Wir trinken Tee.",
        has_childcare=True, papers="Nichts",
    )  # fmt: skip
    wanted.languages.add(SpokenLanguage.objects.get(key="ar"))
    OfferTranslation.objects.create(
        original=wanted, language="en", title="Talk while sewing", summary="We sew and talk.",
        schedule="Tuesdays, 4 to 6 pm",
    )  # fmt: skip
    make_offer(title="Suppe kochen", category=Category.objects.get(key="food-and-cooking"),
               area=karow, cost="price", price="2 €")  # fmt: skip
    return wanted


class TestVisitorOnAPhoneWithoutScript:
    def test_finds_reads_joins_and_withdraws(self, offers, open_page, mailbox, deliver_jobs):
        phone = open_page(width=NARROW, javascript=False)
        phone.goto("/de/offers/")
        expect(phone.get_by_text("2 Angebote", exact=True)).to_be_visible()
        assert_fits(phone)

        phone.get_by_text("Filtern", exact=True).click()
        phone.get_by_label("Ortsteil").select_option("buch")
        phone.get_by_label("Sprache vor Ort").select_option("ar")
        phone.locator("label", has_text="Ohne Termin").click()
        phone.get_by_label("Nahe Ihrer Postleitzahl").fill("10405")
        phone.get_by_role("button", name="Angebote zeigen").click()
        expect(phone.get_by_text("1 Angebot", exact=True)).to_be_visible()
        assert "category=" not in phone.url
        expect(phone.get_by_text("etwa 11,6 km")).to_be_visible()
        phone.get_by_role("link", name="Sprechen beim Nähen").click()

        expect(phone.get_by_role("heading", name="Kann ich kommen?")).to_be_visible()
        expect(phone.get_by_role("img", name="Wo es ist: Sprechen beim Nähen")).to_be_visible()
        phone.get_by_label("Wie weit ist es von mir?").fill("13187")
        phone.get_by_role("button", name="Anzeigen").click()
        expect(phone.get_by_text("Luftlinie von 13187")).to_be_visible()
        assert_fits(phone)
        phone.get_by_role("link", name="Per E-Mail anmelden").click()

        phone.get_by_label("Ihr Name").fill("Amira")
        phone.get_by_label("Ihre E-Mail-Adresse").fill("amira")
        phone.get_by_label("Möchten Sie etwas sagen").fill("Ich komme mit zwei Kindern.")
        phone.get_by_role("button", name="Anmeldung senden").click()
        expect(phone.get_by_label("Ihr Name")).to_have_value("Amira")
        assert_fits(phone)
        phone.get_by_label("Ihre E-Mail-Adresse").fill("amira@example.org")
        phone.get_by_role("button", name="Anmeldung senden").click()
        expect(
            phone.get_by_role("heading", name="Bitte bestätigen Sie Ihre Adresse")
        ).to_be_visible()
        assert_fits(phone)

        deliver_jobs()
        phone.goto(mailbox.link("amira@example.org", containing="confirm"))
        phone.get_by_role("button", name="Ja, ich möchte kommen").click()
        expect(phone.get_by_text("Ihre Adresse ist bestätigt")).to_be_visible()
        assert_fits(phone)
        deliver_jobs()
        assert mailbox.latest("owner@example.org").subject.startswith("Jemand möchte kommen")

        phone.goto(mailbox.link("amira@example.org", containing="mine"))
        phone.get_by_role("button", name="Anmeldung zurückziehen").click()
        expect(
            phone.get_by_role("heading", name="Ihre Anmeldung ist zurückgezogen")
        ).to_be_visible()
        deliver_jobs()
        assert "zurückgezogen" in mailbox.latest("owner@example.org").subject


class TestVisitorOnAPhone:
    def test_is_led_to_the_results_by_the_button_and_by_nothing_else(self, offers, open_page):
        phone = open_page(width=NARROW)
        phone.goto("/de/offers/")
        filters = phone.locator("details.filters")
        phone.get_by_text("Filtern", exact=True).click()
        phone.get_by_label("Ortsteil").select_option("buch")
        phone.locator("#result-count", has_text=re.compile("^1 Angebot$")).wait_for()
        assert filters.get_attribute("open") is not None
        phone.get_by_label("Nahe Ihrer Postleitzahl").fill("99999")
        phone.get_by_role("button", name="Angebote zeigen").click()
        phone.get_by_text("Diese Postleitzahl kennen wir nicht").wait_for()
        expect(phone.get_by_label("Nahe Ihrer Postleitzahl")).to_be_focused()
        assert filters.get_attribute("open") is not None  # what is wrong stays in view
        phone.get_by_label("Nahe Ihrer Postleitzahl").fill("10405")
        phone.get_by_role("button", name="Angebote zeigen").click()
        phone.locator("#result-count:focus").wait_for()
        assert filters.get_attribute("open") is None
        expect(phone.get_by_text("1 Angebot", exact=True)).to_be_visible()
        assert_whole(phone)


class TestPosition:
    """The device finds the nearest postcode; nothing else of where somebody is leaves it."""

    BUCH = {"latitude": 52.6361, "longitude": 13.4921}

    def test_is_asked_for_used_and_not_sent(self, offers, open_page):
        phone = open_page(width=NARROW)
        sent = []
        phone.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
        phone.goto("/de/offers/")
        phone.get_by_text("Filtern", exact=True).click()
        button = phone.get_by_role("button", name="Meinen Standort verwenden")
        button.click()
        phone.get_by_text("Ihr Gerät darf den Standort nicht verraten").wait_for()
        assert_whole(phone)
        phone.context.grant_permissions(["geolocation"])
        phone.context.set_geolocation(None)  # it does not know where it is
        button.click()
        phone.get_by_text("Ihr Standort war nicht zu finden").wait_for()
        phone.context.set_geolocation({"latitude": 52.37, "longitude": 9.73})  # Hannover
        button.click()
        phone.get_by_text("Sie sind wohl nicht in Berlin").wait_for()
        expect(phone.get_by_label("Nahe Ihrer Postleitzahl")).to_have_value("")
        phone.context.set_geolocation(self.BUCH)
        button.click()
        phone.locator("#result-count:focus").wait_for()
        expect(phone).to_have_url("/de/offers/?near=13125")
        expect(phone.get_by_text("Luftlinie").first).to_be_visible()
        assert not [address for address in sent if "52.6" in address or "13.49" in address]
        assert_whole(phone)

        phone.get_by_role("link", name="Sprechen beim Nähen").click()
        phone.get_by_role("button", name="Meinen Standort verwenden").click()
        phone.get_by_text("Luftlinie von 13125").wait_for()
        assert_whole(phone)

    def test_is_not_offered_without_a_script(self, offers, open_page):
        phone = open_page(width=NARROW, javascript=False)
        phone.goto("/de/offers/")
        phone.get_by_text("Filtern", exact=True).click()
        expect(phone.get_by_text("Meinen Standort verwenden")).to_be_hidden()


class TestGoingBack:
    def test_to_a_form_with_mistakes_sends_nothing_again(self, offers, open_page):
        """A browser that would have to ask for it refuses here."""
        phone = open_page(width=NARROW)
        phone.goto(f"/de/offers/{offers.slug}/join/")
        phone.get_by_role("button", name="Anmeldung senden").click()
        phone.get_by_text("2 Angaben noch einmal").wait_for()
        phone.get_by_label("Ihr Name").fill("Amira")
        phone.get_by_label("Ihre E-Mail-Adresse").fill("amira@example.org")
        phone.get_by_role("button", name="Anmeldung senden").click()
        phone.wait_for_url("**/join/sent/")
        back = phone.go_back()
        assert (back.request.method, back.status) == ("GET", 200)
        assert JoinRequest.objects.count() == 1


class TestSheet:
    @pytest.mark.parametrize("javascript", [True, False])
    def test_has_a_button_only_where_it_prints(self, offers, open_page, javascript):
        phone = open_page(width=NARROW, javascript=javascript)
        phone.goto(f"/de/offers/{offers.slug}/handout/")
        button = phone.get_by_role("button", name="Drucken")
        expect(button).to_be_visible(visible=javascript)


class TestSeveralAtOnce:
    def test_ticks_stay_to_be_seen_where_something_is_to_be_mended(self, offers, open_page, client):
        offers.places = 1
        offers.save()
        for number in range(2):
            make_join_request(offers, state="open", email=f"{number}@example.org")
        desk = open_page(width=WIDE)
        desk.goto("/de/account/login/")
        desk.get_by_label("E-Mail-Adresse").fill("owner@example.org")
        desk.get_by_label("Passwort", exact=True).fill(PASSWORD)
        desk.get_by_role("button", name="Einloggen", exact=True).click()
        desk.goto(f"/de/offers/{offers.slug}/requests/")
        desk.get_by_text("Mehreren auf einmal").click()
        boxes = desk.locator("[name=ticked]")
        for box in boxes.all():
            box.check(force=True)
        desk.get_by_label("Ja, bitte kommen Sie").check(force=True)
        desk.get_by_role("button", name="Antwort senden").click()
        desk.get_by_text("Es gibt weniger freie Plätze").first.wait_for()
        for box in (boxes.first, desk.locator("[name=decision]:checked")):
            assert "svg" in box.evaluate("box => getComputedStyle(box).backgroundImage")


class TestVisitorAtADesk:
    def test_narrows_the_list_without_a_new_page_and_joins_in_english(
        self, offers, open_page, mailbox, deliver_jobs
    ):
        desk = open_page(width=WIDE, language="en")
        desk.goto("/en/offers/")
        assert_whole(desk)
        desk.evaluate("window.stayed = true")
        desk.get_by_label("Neighbourhood").select_option("buch")
        desk.get_by_text("1 offer", exact=True).wait_for()
        expect(desk).to_have_url("/en/offers/?area=buch")
        desk.get_by_label("Near your postcode").fill("1")
        desk.get_by_label("Near your postcode").press("Enter")
        desk.get_by_text("A German postcode has five digits.").wait_for()
        assert desk.evaluate("window.stayed")
        assert_whole(desk)
        desk.get_by_label("Near your postcode").fill("10405")
        desk.get_by_label("Near your postcode").press("Tab")
        desk.get_by_text("about 11.6 km").wait_for()
        expect(desk.get_by_text("A German postcode has five digits.")).to_be_hidden()
        desk.go_back()
        desk.go_back()
        desk.wait_for_url("**/en/offers/?area=buch")

        desk.get_by_role("link", name="Talk while sewing").click()
        desk.get_by_role("heading", name="Talk while sewing").wait_for()
        assert_whole(desk)
        desk.get_by_role("link", name="Sign up by e-mail").click()
        assert_whole(desk)
        desk.get_by_label("Your name").fill("Olena")
        desk.get_by_label("Your e-mail address").fill("olena@example.org")
        desk.get_by_role("button", name="Send request").click()
        desk.get_by_role("heading", name="Please confirm your address").wait_for()
        assert_whole(desk)
        deliver_jobs()
        desk.goto(mailbox.link("olena@example.org", containing="confirm"))
        assert_whole(desk)
        desk.get_by_role("button", name="Yes, I would like to come").click()
        desk.get_by_text("Your address is confirmed").wait_for()
        assert_whole(desk)
        assert JoinRequest.objects.get().state == "open"

    def test_sees_what_to_leave_out_when_nothing_fits(self, offers, open_page):
        desk = open_page(width=WIDE)
        desk.goto("/de/offers/?area=buch&women_only=1")
        assert_whole(desk)
        desk.get_by_role("link", name="ohne „Nur für Frauen“: 1 Treffer").click()
        expect(desk).to_have_url("/de/offers/?area=buch")


class TestOrganisation:
    def test_answers_and_writes(self, offers, open_page, mailbox, deliver_jobs):
        make_join_request(offers, name="Amira", email="amira@example.org", message="Zwei Kinder.")
        for state in ("waiting", "withdrawn"):
            make_join_request(
                offers,
                name="Oleh",
                state=state,
                email=f"{state}.mit.langer.adresse@beispiel.example",
            )
        page = open_page(width=NARROW, also=(WIDE,))
        page.goto(f"/de/account/login/?next=/de/offers/{offers.slug}/requests/")
        page.locator("main").get_by_label("E-Mail").fill("owner@example.org")
        page.locator("main").get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Einloggen", exact=True).click()
        page.get_by_role("heading", name="1 Person wartet auf Ihre Antwort").wait_for()
        assert_whole(page)
        page.get_by_role("link", name=re.compile("^Antwort schreiben.*Amira")).click()
        assert_whole(page)
        page.locator("label", has_text="Ja, bitte kommen Sie").click()
        page.get_by_label("Ihre Worte").fill("Bis Dienstag.")
        page.get_by_role("button", name="Antwort senden").click()
        page.get_by_role("heading", name="1 Person kommt").wait_for()
        assert_whole(page)
        deliver_jobs()
        assert "Bis Dienstag." in mailbox.latest("amira@example.org").text

        page.goto("/de/offers/new/")
        assert_whole(page)
        # What another answer makes needless is not shown, with and without JavaScript.
        price = page.get_by_label("Wie viel?")
        expect(price).to_be_hidden()
        page.locator("label", has_text="Kostet etwas").click()
        expect(price).to_be_visible()
        page.locator("label", has_text="Kostenlos").click()
        page.locator("label", has_text="Ohne Termin").click()
        street = page.get_by_label("Straße und Hausnummer")
        page.locator("label", has_text="An einer anderen Adresse").click()
        expect(street).to_be_visible()
        page.locator("label", has_text="Online oder in ganz Berlin").click()
        expect(street).to_be_hidden()
        page.get_by_label("Wie heißt es?").fill("Teestube")
        page.get_by_role("button", name="Einreichen").click()
        page.get_by_text("Bitte sehen Sie").first.wait_for()
        assert_whole(page)
        expect(page.get_by_label("Wie heißt es?")).to_have_value("Teestube")
        page.get_by_label("Zu welcher Kategorie").select_option(label="Begegnung und Nachbarschaft")
        page.get_by_label("Was passiert dort").fill("Tee für alle.")
        page.get_by_label("Gibt es zu den Zeiten noch etwas zu sagen?").fill("Freitags ab 15 Uhr")
        page.get_by_role("button", name="Einreichen").click()
        page.get_by_role("heading", name="Teestube").wait_for()
        assert_whole(page)
        expect(page.get_by_text("Wartet auf Prüfung")).to_be_visible()
