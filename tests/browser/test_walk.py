"""The whole loop as four people walk it, in real browsers, reading the mails they get.

Amina is a neighbour on a phone without JavaScript; Samira works for an organisation; Thea is on the
task force; Vera runs events. The demonstration data is what they find.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.management import call_command
from playwright.sync_api import Page, expect

import demonstration
from demonstration.accounts import PASSWORD
from events.models import Event
from ssoe_portal.common.users import User
from tests.browsing import NARROW, WIDE, assert_whole

ORGANISATION = "Beispiel Fahrradküche"
AMINA, SAMIRA = "amina@example.org", "samira@example.org"
THEA, VERA = "taskforce@beispiel.example", "veranstaltung@beispiel.example"


@pytest.fixture
def shown(transactional_db) -> None:
    call_command("load_vocabularies", verbosity=0)
    demonstration.load()


@pytest.fixture
def read_mail(mailbox, deliver_jobs) -> Callable[..., str]:
    """Run the queued jobs, then return a link of somebody's newest mail, without the host."""

    def read(to: str, *, containing: str = "/de/") -> str:
        deliver_jobs()
        return urlsplit(mailbox.link(to, containing=containing)).path

    return read


def visit(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None and answer.status < 400, f"{path}: {answer and answer.status}"
    assert_whole(page)


def press(page: Page, name: str) -> None:
    """Press a button or follow a link of the page's main part, by words of its name."""
    main = page.locator("main")
    words = re.compile(rf"(^|[\s\d]){re.escape(name)}")
    found = main.get_by_role("button", name=words).or_(main.get_by_role("link", name=words))
    expect(found.first, f"{page.url} has no {name!r}").to_be_visible()
    # A click alone may return before the page that it leads to has begun to come.
    with page.expect_navigation():
        found.first.click()
    assert_whole(page)


def choose(page: Page, name: str, value: str = "") -> None:
    """Tick a box or choose one of several, by its label as a finger does."""
    field = page.locator(f"main [name={name}]" + (f"[value='{value}']" if value else "")).first
    page.locator(f"main label[for='{field.get_attribute('id')}']").first.click()


def says(page: Page, text: str | re.Pattern) -> None:
    expect(page.locator("main")).to_contain_text(text)


def sign_in(page: Page, email: str) -> None:
    visit(page, "/de/account/login/")
    page.fill("main [name=login]", email)
    page.fill("main [name=password]", PASSWORD)
    press(page, "Einloggen")
    authenticator = Authenticator.objects.filter(
        user=User.objects.get(email=email), type=Authenticator.Type.TOTP
    ).first()
    if authenticator is not None:
        import time

        from allauth.mfa.utils import decrypt

        secret = decrypt(TOTP(authenticator).instance.data["secret"])
        page.fill("main [name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        press(page, "Einloggen")


def test_four_people_walk_the_loop(shown, open_page, read_mail):
    amina = open_page(width=NARROW, javascript=False)
    samira = open_page(width=WIDE)
    thea = open_page(width=WIDE)
    vera = open_page(width=WIDE)

    join_link = _amina_finds_an_offer_and_signs_up(amina, read_mail)
    address = _samira_registers_her_organisation(samira, read_mail)
    _thea_returns_it_with_a_reason(thea, address)
    _samira_corrects_it(samira, read_mail, address)
    _thea_publishes_it(thea, address)
    _amina_finds_it(amina, address)
    _samira_adds_an_offer_a_give_and_a_seek(samira, address)
    _thea_publishes_the_rest(thea)
    _the_organisation_answers_amina(open_page(width=NARROW), amina, read_mail, join_link)
    _samira_answers_the_survey_on_two_devices(samira, open_page(width=NARROW, javascript=False))
    _thea_reads_responses_and_results(thea)
    _samira_applies_for_a_stall_and_vera_places_it(samira, vera, read_mail)
    _amina_comes_to_the_workshop_and_frees_her_places(amina, open_page, read_mail)


def _amina_finds_an_offer_and_signs_up(amina: Page, read_mail) -> str:
    visit(amina, "/de/")
    press(amina, "Ich suche ein Angebot")
    amina.locator("details.filters > summary").click()
    amina.select_option("main [name=category]", "language-learning")
    amina.select_option("main [name=area]", "buch")
    amina.select_option("main [name=language]", "ar")
    amina.select_option("main [name=cost]", "free")
    choose(amina, "no_appointment")
    press(amina, "Angebote zeigen")
    says(amina, "Deutsch sprechen beim Nähen")
    assert "Deutschkurs für Eltern" not in amina.locator("main").inner_text()
    press(amina, "Deutsch sprechen beim Nähen")
    amina.fill("main [name=near]", "13125")
    press(amina, "Anzeigen")
    says(amina, re.compile(r"km"))
    press(amina, "Per E-Mail anmelden")
    amina.fill("main [name=name]", "Amina")
    amina.fill("main [name=email]", AMINA)
    press(amina, "Anmeldung senden")
    visit(amina, read_mail(AMINA, containing="/requests/confirm/"))
    press(amina, "Ja, ich möchte kommen")
    read_mail("organisation@beispiel.example", containing="/requests/")
    return read_mail(AMINA, containing="/requests/")


def _samira_registers_her_organisation(samira: Page, read_mail) -> str:
    visit(samira, "/de/")
    press(samira, "Wir sind eine Organisation")
    samira.fill("main [name=name]", ORGANISATION)
    press(samira, "Suchen")
    press(samira, "Neue Organisation eintragen")
    samira.fill("main [name=email]", SAMIRA)
    samira.fill("main [name=name]", "Samira")
    samira.fill("main [name=password1]", "ein-gutes-Passwort-für-Pankow")
    press(samira, "Konto anlegen")
    visit(samira, read_mail(SAMIRA, containing="/confirm-email/"))
    press(samira, "Ja, bestätigen")
    assert samira.input_value("main [name=name]") == ORGANISATION
    choose(samira, "kind", "initiative")
    choose(samira, "stage", "new")
    press(samira, "Speichern und weiter")
    samira.fill("main [name=summary]", "Wir reparieren Fahrräder.")
    samira.fill("main [name=description]", "Jeden Samstag steht die Werkstatt allen offen.")
    press(samira, "Speichern und weiter")
    press(samira, "Speichern und später weiter")  # the draft waits in her area
    visit(samira, "/de/account/")
    says(samira, ORGANISATION)
    press(samira, "Weiter eintragen")
    samira.fill("main [name=street]", "Beispielweg 9")
    samira.fill("main [name=postcode]", "13125")
    samira.select_option("main [name=area]", label="Buch")
    samira.fill("main [name=email]", "kontakt@example.org")
    press(samira, "Speichern und weiter")
    press(samira, "Speichern und weiter")  # no opening hours
    press(samira, "Speichern und weiter")
    press(samira, "Eintrag einreichen")
    read_mail(SAMIRA)
    return "/de/organisations/beispiel-fahrradkueche/"


def _thea_returns_it_with_a_reason(thea: Page, address: str) -> None:
    sign_in(thea, THEA)
    visit(thea, "/de/desk/")
    press(thea, "Einträge zu prüfen")
    press(thea, ORGANISATION)
    press(thea, "Mit dieser Begründung zurückgeben")
    says(thea, "Bitte")  # a reason is needed, and said so at the field
    thea.fill("main [name=reason]", "Bitte schreiben Sie noch, für wen die Werkstatt ist.")
    press(thea, "Mit dieser Begründung zurückgeben")


def _samira_corrects_it(samira: Page, read_mail, address: str) -> None:
    visit(samira, read_mail(SAMIRA))
    says(samira, "für wen die Werkstatt ist")
    visit(samira, f"{address}edit/work/")
    samira.fill("main [name=summary]", "Wir reparieren Fahrräder mit allen aus Buch.")
    press(samira, "Speichern und alles ansehen")
    press(samira, "Eintrag einreichen")


def _thea_publishes_it(thea: Page, address: str) -> None:
    visit(thea, "/de/desk/moderation/")
    press(thea, ORGANISATION)
    says(thea, "mit allen aus Buch")
    press(thea, "Veröffentlichen")


def _amina_finds_it(amina: Page, address: str) -> None:
    visit(amina, "/de/search/?q=Fahrradküche")
    press(amina, ORGANISATION)
    assert urlsplit(amina.url).path == address


def _samira_adds_an_offer_a_give_and_a_seek(samira: Page, address: str) -> None:
    visit(samira, "/de/offers/new/?organisation=beispiel-fahrradkueche")
    samira.fill("main [name=title]", "Werkstatt am Samstag")
    samira.select_option("main [name=category]", label="Handwerk und Selbermachen")
    samira.fill("main [name=summary]", "Kommen Sie mit Ihrem Rad, wir helfen.")
    choose(samira, "cost", "free")
    choose(samira, "appointment", "none")
    samira.fill("main [name=schedule]", "samstags 11 bis 15 Uhr")
    _hand_in(samira)
    for direction, title in (("gives", "Fahrradanhänger"), ("seeks", "Trockener Lagerraum")):
        visit(samira, f"/de/exchange/new/?direction={direction}")
        samira.fill("main [name=title]", title)
        samira.select_option("main [name=resource]", "room")
        samira.fill("main [name=description]", "Am liebsten in Buch oder Karow.")
        _hand_in(samira)


def _hand_in(samira: Page) -> None:
    press(samira, "Einreichen")
    mistakes = samira.locator("main .error-summary")
    assert not mistakes.count(), mistakes.inner_text()


def _thea_publishes_the_rest(thea: Page) -> None:
    for title in ("Werkstatt am Samstag", "Fahrradanhänger", "Trockener Lagerraum"):
        visit(thea, "/de/desk/moderation/")
        press(thea, title)
        press(thea, "Veröffentlichen")
    visit(thea, "/de/exchange/?q=Lagerraum")
    says(thea, "Trockener Lagerraum")


def _the_organisation_answers_amina(page: Page, amina: Page, read_mail, join_link: str) -> None:
    sign_in(page, "organisation@beispiel.example")
    visit(page, "/de/offers/deutsch-sprechen-beim-naehen/requests/")
    press(page, "Antwort schreiben")
    choose(page, "decision", "accept")
    page.fill("main [name=answer]", "Gern, kommen Sie am Dienstag.")
    press(page, "Antwort senden")
    visit(amina, read_mail(AMINA, containing="/requests/"))
    says(amina, "kommen Sie am Dienstag")
    assert_whole(amina)
    press(amina, "Anmeldung zurückziehen")
    says(amina, "Anmeldung zurückziehen?")
    press(amina, "Ja, zurückziehen")
    read_mail("organisation@beispiel.example")


def _samira_answers_the_survey_on_two_devices(samira: Page, phone: Page) -> None:
    visit(samira, "/de/surveys/")
    press(samira, "Bedarfe sozialer Unternehmen")
    press(samira, "Umfrage anfangen")
    choose(samira, "attribution", "attributed")
    press(samira, "Zur ersten Frage")
    says(samira, "Aus Ihrem Profil")
    press(samira, "Speichern und später weiter")
    draft = urlsplit(samira.locator("main .survey-link a").get_attribute("href") or "").path

    visit(phone, draft)  # on the phone, signed in nowhere
    while not phone.get_by_role("button", name="Antworten abgeben").count():
        _answer_what_must_be_answered(phone)
        here = phone.url
        press(phone, "Weiter")
        assert phone.url != here, phone.locator("main").inner_text()
    press(phone, "Antworten abgeben")
    says(phone, "Ihre Antworten sind angekommen")
    visit(samira, "/de/surveys/pankow-needs/")
    says(samira, f"{ORGANISATION} hat")


def _answer_what_must_be_answered(phone: Page) -> None:
    groups = {field.get_attribute("name") for field in phone.locator("main [type=radio]").all()}
    for name in sorted(filter(None, groups)):
        if not phone.locator(f"main [name='{name}']:checked").count():
            choose(phone, f"'{name}'")
    boxes = {field.get_attribute("name") for field in phone.locator("main [type=checkbox]").all()}
    for name in sorted(filter(None, boxes)):
        if not phone.locator(f"main [name='{name}']:checked").count():
            choose(phone, f"'{name}'")
    for field in phone.locator("main [type=number], main textarea[required]").all():
        if not field.input_value():
            field.fill("3")


def _thea_reads_responses_and_results(thea: Page) -> None:
    visit(thea, "/de/desk/")
    press(thea, "Umfragen und Auswertungen")
    press(thea, "Probelauf")
    press(thea, "Antworten")
    says(thea, "Beispiel")
    press(thea, "Ergebnisse")
    says(thea, re.compile(r"haben geantwortet"))
    thea.get_by_text("Nach Entwicklungsstand", exact=True).first.click()
    expect(thea.locator("main table").first).to_be_visible()


def _samira_applies_for_a_stall_and_vera_places_it(samira: Page, vera: Page, read_mail) -> None:
    visit(samira, "/de/events/")
    press(samira, "Markt der Möglichkeiten")
    press(samira, "Um einen Stand bewerben")
    choose(samira, "format")
    samira.fill("main [name=title]", "Fahrradwerkstatt zum Mitmachen")
    samira.fill("main [name=description]", "Wir zeigen, wie man einen Schlauch flickt.")
    press(samira, "Bewerbung abschicken")
    read_mail(SAMIRA)

    sign_in(vera, VERA)
    visit(vera, "/de/desk/")
    vera.locator("main .queue__item", has_text="Stände zu entscheiden").click()
    press(vera, "Fahrradwerkstatt zum Mitmachen")
    press(vera, "Zusagen")
    vera.select_option("main [name=pitch]", index=1)
    press(vera, "Standplatz speichern")
    visit(samira, read_mail(SAMIRA, containing="/stalls/"))
    says(samira, "Fahrradwerkstatt zum Mitmachen")


def _amina_comes_to_the_workshop_and_frees_her_places(amina: Page, open_page, read_mail) -> None:
    workshop = Event.objects.get(title__startswith="Beispiel-Werkstatt")
    for waiting in workshop.registrations.waiting():
        waiting.delete()
    taken = workshop.registrations.holding_places().people()
    Event.objects.filter(pk=workshop.pk).update(capacity=taken + 3)

    _register(amina, workshop, AMINA, people=3)
    bao = open_page(width=NARROW)
    _register(bao, workshop, "bao@example.org", people=2, step="Auf die Warteliste")
    visit(bao, read_mail("bao@example.org", containing="/registrations/link/"))
    says(bao, "Warteliste")

    visit(amina, read_mail(AMINA, containing="/registrations/link/"))
    press(amina, "Anmeldung absagen")
    press(amina, "Anmeldung absagen")
    says(amina, "abgesagt")

    visit(bao, read_mail("bao@example.org", containing="/registrations/link/"))
    press(bao, "Ja, wir kommen")
    says(bao, "2")


def _register(page: Page, event: Event, email: str, *, people: int, step: str = "Anmelden") -> None:
    visit(page, f"/de{event.get_absolute_url()[3:]}")
    press(page, step)
    page.select_option("main [name=size]", str(people))
    page.fill("main [name=name]", email.split("@")[0].title())
    page.fill("main [name=email]", email)
    page.locator("main form .btn-next").click()
    assert_whole(page)
