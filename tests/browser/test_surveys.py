"""The survey, answered by a member in German and by a visitor in English without JavaScript."""

import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from actors.models import TargetGroup
from surveys import entering
from surveys.loading import load
from surveys.models import Response
from tests.browsing import NARROW, WIDE, assert_whole
from tests.surveys.test_loading import PANKOW
from tests.surveys.world import load_file, make_response, make_wave, small_questionnaire
from tests.world import PASSWORD, make_member, make_organisation, make_user


@pytest.fixture
def survey(transactional_db):
    call_command("load_vocabularies", verbosity=0)
    return load(PANKOW).questionnaire.survey


def sign_in(page, user) -> None:
    page.goto("/de/account/login/")
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/account/(?!login)"))


def choose(page, words: str) -> None:
    page.locator("main label", has_text=re.compile(f"^\\s*{re.escape(words)}\\s*$")).first.click()


def test_a_member_answers_for_the_organisation(survey, open_page):
    wave = make_wave(survey)
    organisation = make_organisation("Beispiel Radladen", stage="new")
    organisation.target_groups.add(TargetGroup.objects.get(key="refugees"))
    page = open_page()
    sign_in(page, make_member(organisation, "editor"))
    page.goto("/de/surveys/pankow-needs/")
    assert_whole(page)
    page.get_by_role("link", name="Umfrage anfangen").click()
    assert_whole(page)
    choose(page, "Für Beispiel Radladen: Die Taskforce sieht, wer wir sind")
    page.get_by_role("button", name="Zur ersten Frage").click()

    expect(page.get_by_text("Sie antworten für Beispiel Radladen")).to_be_visible()
    expect(page.get_by_text("Aus Ihrem Profil. Bitte prüfen.")).to_have_count(2)
    expect(page.locator("input[name=stage][value=new]")).to_be_checked()
    assert_whole(page)
    page.fill("input[name=employed]", "sieben")
    page.get_by_role("button", name="Weiter", exact=True).click()
    expect(page.get_by_text("Bitte geben Sie eine ganze Zahl ein").first).to_be_visible()
    assert page.input_value("input[name=employed]") == "sieben"
    assert_whole(page)
    page.fill("input[name=employed]", "7")
    page.get_by_role("button", name="Weiter", exact=True).click()

    funding = page.get_by_role("group", name="Förderung und Zuschüsse")
    funding.get_by_text("dringend").click()
    assert_whole(page)
    formats = page.get_by_role("group", name="In welcher Form")
    formats.get_by_text("Beratung unter vier Augen").click()
    formats.get_by_text("Nichts davon").click()  # the script unticks the other one
    expect(page.locator("input[name=formats][value=advice]")).not_to_be_checked()
    expect(page.locator("[name='formats.other']")).to_be_hidden()
    formats.get_by_text("Etwas anderes").click()
    page.locator("[name='formats.other']").fill("Ein Telefon, das jemand abnimmt")
    page.get_by_role("button", name="Speichern und später weiter").click()
    assert_whole(page)
    assert page.locator(".survey-link a").inner_text().startswith("http")

    page.goto("/de/surveys/pankow-needs/")  # the team finds the draft here
    page.get_by_role("link", name="Weiter antworten").click()
    expect(page.get_by_role("heading", name="Die ersten Jahre")).to_be_visible()
    assert_whole(page)
    for _page in range(4):
        page.get_by_role("button", name="Weiter", exact=True).click()
    expect(page.get_by_text("Förderung und Zuschüsse: dringend")).to_be_visible()
    expect(page.get_by_text("Etwas anderes: Ein Telefon, das jemand abnimmt")).to_be_visible()
    assert_whole(page)
    review = page.url
    page.get_by_role("button", name="Antworten abgeben").click()
    expect(page.get_by_role("heading", name="Vielen Dank")).to_be_visible()
    link = page.get_by_role("link", name="Gesuch schreiben").get_attribute("href")
    assert link.endswith("?direction=seeks&topic=funding")
    assert_whole(page)

    page.goto(review)
    expect(page.get_by_text("schon abgegeben").first).to_be_visible()
    assert_whole(page)
    response = Response.objects.get(wave=wave)
    assert response.organisation == organisation
    page.goto(f"/de/surveys/own/{response.pk}/")
    expect(page.get_by_text("Personen: 7")).to_be_visible()
    assert_whole(page)


def test_a_visitor_answers_without_javascript_on_a_phone(survey, open_page, mailbox, deliver_jobs):
    make_wave(survey)
    page = open_page(width=NARROW, javascript=False, language="en")

    def look_without_script() -> None:
        """axe needs a script, so the same address is opened beside, with one."""
        beside = open_page(width=NARROW, language="en")
        beside.goto(page.url)
        assert_whole(beside)

    page.goto("/en/surveys/")
    look_without_script()
    page.get_by_role("link", name="Needs of social enterprises").click()
    look_without_script()
    page.get_by_role("button", name="Begin anonymously").click()
    expect(page.get_by_text("You answer anonymously")).to_be_visible()
    look_without_script()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Please choose one.").first).to_be_visible()
    choose(page, "Established")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("group", name="Networking and cooperation").get_by_text("important").click()
    look_without_script()
    page.get_by_role("button", name="Save and go on later").click()
    look_without_script()
    page.fill("input[name=email]", "neighbour@example.org")
    page.get_by_role("button", name="Send the link").click()
    deliver_jobs()

    page = open_page(width=NARROW, javascript=False, language="en")  # another device
    page.goto(mailbox.link("neighbour@example.org", containing="/surveys/answers/"))
    expect(page.get_by_role("heading", name="When you have been around")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.locator("input[name='topics.networking'][value=important]")).to_be_checked()
    for _page in range(5):
        page.get_by_role("button", name="Next").click()
    look_without_script()
    page.get_by_role("button", name="Hand in answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    response = Response.objects.get()
    assert response.organisation is None
    assert response.stage == "established"
    assert response.answers["topics"]


def enter_an_interview(page, wave) -> None:
    """Staff enter an interview by keys, and let it be confirmed; its form can be printed."""
    organisation = make_organisation("Beispiel Befragt")
    page.goto(f"/de/surveys/desk/waves/{wave.pk}/entries/")
    page.get_by_label("Ein Interview").focus()
    page.keyboard.press("Space")
    page.get_by_label("Einer Organisation, unter ihrem Namen").focus()
    page.keyboard.press("Space")
    page.get_by_role("combobox", name="Organisation").fill(organisation.name)
    page.get_by_label("Wer gefragt hat").fill("Ada Beispiel")
    page.get_by_label("Die Person weiß").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Bitte geben Sie den Tag an.").first).to_be_visible()
    assert_whole(page)
    page.get_by_label("Tag des Interviews").fill(timezone.localdate().isoformat())
    page.keyboard.press("Enter")
    bar = page.get_by_text("Sie geben ein Interview ein")
    expect(page.locator(".survey-entry", has=bar)).to_be_focused()
    assert_whole(page)
    page.keyboard.press("Tab")  # past the link to all entries
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Was Sie brauchen")).to_be_visible()
    page.goto(page.url.split("page/")[0] + "review/")
    assert_whole(page)
    page.get_by_role("button", name="Speichern und zur Bestätigung").click()
    expect(page.get_by_role("heading", name="Bestätigen lassen")).to_be_visible()
    assert_whole(page)
    page.get_by_role("button", name="Stattdessen drucken").click()
    assert_whole(page)
    page.goto(
        f"/de/surveys/protocol/{entering.LINK.token(str(Response.objects.get(wave=wave).pk))}/"
    )
    assert_whole(page)
    page.get_by_role("button", name="Ja, das stimmt so").click()
    expect(page.get_by_text("Bestätigt am")).to_be_visible()
    page.goto(f"/de/surveys/desk/waves/{wave.pk}/entries/")
    page.get_by_role("link", name=organisation.name).click()
    page.get_by_role("button", name="Diese Antworten berichtigen").click()
    expect(page.get_by_text("Sie berichtigen ein Interview")).to_be_visible()
    assert_whole(page)
    page.get_by_role("link", name=re.compile("Ändern.*Über Sie")).click()
    page.get_by_label("Frage people?").fill("8")
    assert_whole(page)
    page.get_by_role("button", name="Berichtigung speichern").click()
    expect(page.get_by_text("Personen: 8")).to_be_visible()
    page.get_by_role("button", name="Berichtigung abschließen").click()
    expect(page.get_by_text("Die Berichtigung ist abgeschlossen.")).to_be_visible()
    page.goto(f"/de/surveys/desk/waves/{wave.pk}/invitations/")
    page.get_by_text("Erinnerungen von selbst verschicken lassen").click()
    assert_whole(page)
    page.goto(f"/de/surveys/desk/waves/{wave.pk}/entries/")
    assert_whole(page)
    page.get_by_role("link", name="Papierbogen: Deutsch").click()
    assert_whole(page)


def test_the_task_force_reads_results_and_publishes_them(survey, open_page, client):
    wave = make_wave(survey, state="closed")
    for number in range(6):
        money = {"topics": {"funding": "urgent" if number < 4 else "no-need"}}
        make_response(wave, stage="established", answers=money)
    make_response(wave, stage="new", organisation=make_organisation("Beispiel Namentlich"))
    client.force_login(make_user("reviewer"))
    page = open_page(width=NARROW, also=(WIDE,))
    session = client.cookies["sessionid"].value
    address = {"name": "sessionid", "value": session, "domain": "localhost", "path": "/"}
    page.context.add_cookies([address])
    page.goto("/de/surveys/desk/")
    assert_whole(page)
    page.get_by_role("link", name=wave.title).click()
    assert_whole(page)
    page.get_by_role("link", name="Antworten", exact=True).click()
    assert_whole(page)
    page.get_by_role("link", name="Beispiel Namentlich").click()
    assert_whole(page)
    enter_an_interview(page, make_wave(load_file(small_questionnaire()).questionnaire.survey))
    page.goto(f"/de/surveys/desk/waves/{wave.pk}/results/")
    assert_whole(page)
    page.get_by_role("button", name="Ergebnisse berechnen").click()
    expect(page.get_by_text("6 haben geantwortet").first).to_be_visible()
    assert_whole(page)
    page.get_by_role("button", name="Ergebnisse veröffentlichen").click()
    page.get_by_role("link", name="Öffentliche Seite").click()
    expect(page.get_by_role("heading", name="Ergebnisse")).to_be_visible()
    assert_whole(page)
