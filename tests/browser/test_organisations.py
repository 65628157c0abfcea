"""An organisation's way in, on a phone without JavaScript, in German; the desk on a wide screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from actors import services
from actors.models import Organisation, Sdg
from tests.browsing import NARROW, WIDE, assert_fits, assert_whole
from tests.world import (
    PASSWORD,
    make_area,
    make_initiative,
    make_listing,
    make_member,
    make_network,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Page, client, user, base_url: str) -> None:
    """Sign somebody in without the form (tests/house walks through that one)."""
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base_url}]
    )


def beside_text(select) -> float:
    """Return how much room in a select the longest of its options leaves, in pixels."""
    return select.evaluate(
        """(select) => {
          const style = getComputedStyle(select);
          const paper = document.createElement("canvas").getContext("2d");
          paper.font = style.font;
          const widths = [...select.options].map((option) => paper.measureText(option.text).width);
          const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
          return select.clientWidth - padding - Math.max(...widths);
        }"""
    )


def test_an_organisation_finds_its_way_in(
    open_page, live_server_url, client, mailbox, deliver_jobs
):
    make_organisation("Beispiel Radwerkstatt")
    owner = open_page(width=NARROW, javascript=False)
    beside = open_page(width=NARROW)

    def look() -> None:
        """axe needs a script, so the same address is opened beside, with one."""
        assert_fits(owner)
        beside.context.clear_cookies()
        beside.context.add_cookies(owner.context.cookies())
        beside.goto(owner.url)
        assert_whole(beside)

    owner.goto("/de/organisations/")
    look()
    owner.get_by_role("link", name="Organisation eintragen").click()
    owner.get_by_label("Wie heißt Ihre Organisation?").fill("Beispiel Nähküche Buch")
    owner.get_by_role("button", name="Suchen", exact=True).last.click()
    expect(owner.get_by_text("ist noch nicht dabei")).to_be_visible()
    look()
    owner.get_by_role("button", name="Neue Organisation eintragen").click()

    owner.locator("#id_email").fill("naehkueche@example.org")
    owner.locator("#id_password1").fill(PASSWORD)
    owner.locator("#id_name").fill("Oksana")
    owner.locator("main button[type=submit]").first.click()
    deliver_jobs()
    owner.goto(mailbox.link("naehkueche@example.org", containing="confirm"))
    owner.locator("main button[type=submit]").click()

    # Six short pages; the name is there already.
    expect(owner.get_by_label("Name", exact=True)).to_have_value("Beispiel Nähküche Buch")
    expect(owner.get_by_text("Schritt 1 von 6")).to_be_visible()
    look()
    owner.locator("label.form-check-label", has_text="Initiative").click()
    owner.locator("label.form-check-label", has_text="Neu gegründet").click()
    onward = owner.locator(".actions button[value=next]")
    onward.click()
    # What is pasted is not cut: the form says that it is too long.
    owner.get_by_label("Was machen Sie, in einem Satz?").focus()
    owner.keyboard.insert_text("Wir nähen. " * 25)
    onward.click()
    expect(owner.get_by_text("höchstens 240 Zeichen, es sind 274")).to_have_count(2)
    owner.get_by_label("Was machen Sie, in einem Satz?").fill("Wir nähen und kochen.")
    owner.get_by_label("Was sollen Menschen über Sie wissen?").fill("Für alle aus Buch.")
    look()
    onward.click()
    look()
    onward.click()
    owner.get_by_label("Öffentliche E-Mail-Adresse").fill("kein-at")
    onward.click()
    expect(owner.get_by_label("Öffentliche E-Mail-Adresse")).to_have_value("kein-at")
    look()
    owner.get_by_label("Öffentliche E-Mail-Adresse").fill("hallo@example.org")
    owner.get_by_label("Ortsteil oder Bezirk").select_option("berlin")
    onward.click()
    owner.get_by_label("Tag", exact=True).first.select_option("1")
    for width in (NARROW, 720, WIDE):
        owner.set_viewport_size({"width": width, "height": 800})
        assert beside_text(owner.get_by_label("Wie oft").first) > 0
    owner.set_viewport_size({"width": NARROW, "height": 800})
    owner.get_by_label("Von", exact=True).first.fill("10:00")
    owner.get_by_label("Bis", exact=True).first.fill("13:00")
    look()
    onward.click()
    look()
    onward.click()
    expect(owner.get_by_text("Di 10")).to_be_visible()
    look()
    owner.get_by_role("button", name="Eintrag einreichen").click()
    expect(owner.get_by_text("Wartet auf Prüfung")).to_be_visible()
    look()

    # The task force returns it with a reason, on a wide screen.
    staff = open_page(width=WIDE)
    sign_in(staff, client, make_user("reviewer"), live_server_url)
    staff.goto("/de/desk/moderation/")
    assert_whole(staff)
    staff.get_by_role("link", name="Beispiel Nähküche Buch").click()
    assert_whole(staff)
    staff.get_by_role("button", name="Mit dieser Begründung zurückgeben").click()
    expect(staff.get_by_role("alert")).to_be_visible()
    assert_whole(staff)
    staff.get_by_label("Was soll anders werden?").fill("Bitte schreiben Sie, wann man kommen kann.")
    staff.get_by_role("button", name="Mit dieser Begründung zurückgeben").click()
    deliver_jobs()

    owner.goto(mailbox.link("naehkueche@example.org", containing="/edit/"))
    expect(owner.get_by_text("Bitte schreiben Sie, wann man kommen kann.")).to_be_visible()
    look()
    owner.get_by_role("link", name=re.compile("Ändern.*Was Sie tun")).click()
    owner.get_by_label("Was sollen Menschen über Sie wissen?").fill("Freitags ab 16 Uhr.")
    owner.locator(".actions button[value=overview]").click()
    owner.get_by_role("button", name="Eintrag einreichen").click()

    staff.goto("/de/desk/moderation/")
    staff.get_by_role("link", name="Beispiel Nähküche Buch").click()
    staff.get_by_role("button", name="Veröffentlichen").click()
    expect(staff.get_by_text("Veröffentlicht: Beispiel Nähküche Buch")).to_be_visible()
    deliver_jobs()

    owner.goto(mailbox.link("naehkueche@example.org", containing="/organisations/"))
    expect(owner.get_by_text("Freitags ab 16 Uhr.")).to_be_visible()
    look()

    # It seeks something.
    owner.goto("/de/exchange/new/?direction=seeks")
    owner.get_by_label("Worum geht es?").fill("Raum mit Küche")
    owner.get_by_label("Was für eine Sache ist es?").select_option("room")
    owner.get_by_label("Beschreibung", exact=True).fill("Einmal in der Woche.")
    look()
    owner.get_by_role("button", name="Einreichen").click()
    look()
    organisation = Organisation.objects.get(name="Beispiel Nähküche Buch")
    assert organisation.listings.get().status == "submitted"


def test_what_is_chosen_while_an_answer_is_on_its_way_stays(live_server_url, open_page):
    make_organisation("Beispiel Werkstatt", kind="company", stage="new")
    make_organisation("Beispiel Träger", kind="agency", stage="established")
    desk = open_page(width=WIDE)
    held = []
    desk.goto("/de/organisations/")
    desk.locator("details.fold > summary").click()
    desk.route(
        lambda address: "kind=agency" in address and "stage=new" not in address,
        lambda route: held.append(route),
    )
    with desk.expect_request(lambda request: "kind=agency" in request.url):
        desk.locator("#id_kind").select_option("agency")
    desk.locator("#id_stage").select_option("new")
    held[0].continue_()
    # It is asked for next, although the answer before has left it out.
    expect(desk.locator("#result-count")).to_have_text("0 Organisationen")
    expect(desk.locator("#id_kind")).to_have_value("agency")
    expect(desk.locator("#id_stage")).to_have_value("new")


def test_readers_narrow_every_list(open_page):
    agency = make_organisation("Beispiel Haus", kind="agency", area=make_area(), has_lift=True)
    agency.sdgs.add(Sdg.objects.create(key="sdg-4", labels={"de": "Bildung", "en": "Education"}))
    company = make_organisation("Beispiel Laden", kind="company")
    make_listing(agency, direction="gives", resource="room")
    make_listing(company, direction="seeks", resource="tool")
    make_initiative(name="Beispiel Rad", step="idea")
    make_initiative(name="Beispiel Garten", step="trying")

    # At a desk the page stays, and the numbers follow.
    desk = open_page(width=WIDE, language="en")
    desk.goto("/en/organisations/")
    desk.evaluate("window.stayed = true")
    desk.get_by_label("Kind").select_option("agency")
    desk.get_by_text("1 organisation", exact=True).wait_for()
    expect(desk).to_have_url("/en/organisations/?kind=agency")
    expect(desk.locator("#id_kind option", has_text="Company (1)")).to_be_attached()
    desk.get_by_text("More filters").click()
    desk.get_by_label("Goal for sustainable development").select_option(label="4 · Education (1)")
    desk.locator("label", has_text="Lift (1)").click()
    desk.get_by_role("link", name="Remove filter: Lift").wait_for()
    # What was chosen stays chosen while the numbers change, and nothing else is.
    expect(desk.get_by_label("Kind")).to_have_value("agency")
    expect(desk.get_by_label("Neighbourhood")).to_have_value("")
    expect(desk).to_have_url(
        re.compile(r"/en/organisations/\?kind=agency&(lift=1&sdg=sdg-4|sdg=sdg-4&lift=1)$")
    )
    assert_whole(desk)
    assert desk.evaluate("window.stayed")
    expect(desk.locator("#id_kind option", has_text="Company (0)")).to_be_attached()
    desk.goto("/en/organisations/?kind=company&lift=1")
    expect(desk.get_by_text("These nearly fit")).to_be_visible()
    assert_whole(desk)

    # On a phone without JavaScript the button does the same; tabs and filters keep each other.
    phone = open_page(width=NARROW, javascript=False)
    phone.goto("/de/exchange/?direction=gives")
    phone.get_by_text("Filtern", exact=True).click()
    phone.get_by_label("Art").select_option("room")
    phone.get_by_role("button", name="Ergebnisse zeigen").click()
    expect(phone).to_have_url("/de/exchange/?direction=gives&resource=room")
    expect(phone.get_by_text("1 Eintrag", exact=True)).to_be_visible()
    phone.get_by_role("link", name="Sucht (0)").click()
    expect(phone.get_by_role("link", name="ohne „Sucht“: 1 Treffer")).to_be_visible()
    assert_fits(phone)
    phone.goto("/de/initiatives/")
    phone.get_by_text("Filtern", exact=True).click()
    expect(phone.get_by_label("Feld")).to_be_hidden()  # none of them has one
    phone.get_by_label("Schritt").select_option("idea")
    phone.get_by_role("button", name="Initiativen zeigen").click()
    expect(phone.get_by_text("1 Initiative", exact=True)).to_be_visible()
    assert_fits(phone)


@pytest.mark.parametrize(("width", "language"), [(NARROW, "de"), (WIDE, "en")])
def test_public_pages_are_accessible(open_page, width, language):
    """Each page at both widths and in both languages; what is wrong is so in one of these two."""
    organisation = make_organisation(postcode="13125")
    listing = make_listing(organisation)
    initiative = make_initiative(organisation=organisation, takes_supporters=True, step="trying")
    network = make_network()
    page = open_page(width=width, language=language)
    for path in (
        "organisations/",
        "organisations/?q=nichts&kind=agency",
        f"organisations/{organisation.slug}/",
        "exchange/?direction=gives",
        f"exchange/{listing.slug}/",
        "initiatives/",
        f"initiatives/{initiative.slug}/",
        "networks/",
        f"networks/{network.slug}/",
    ):
        page.goto(f"/{language}/{path}")
        assert_whole(page)


class TestPartnersOfADraft:
    def test_fit_a_phone_while_they_are_not_asked(self, client, open_page, live_server_url):
        draft = make_organisation("Beispiel Strickstube", status="draft")
        services.name_partner(organisation=draft, partner=make_organisation("Beispiel Nähcafé"))
        page = open_page(width=NARROW)
        sign_in(page, client, make_member(draft), live_server_url)
        page.goto(f"/de/organisations/{draft.slug}/edit/partners/")
        expect(page.get_by_text("wird gefragt, sobald Ihr Eintrag öffentlich ist")).to_be_visible()
        assert_whole(page)
