"""The editor of questionnaires on a phone without JavaScript: all of it is links and buttons."""

import re

import pytest
from playwright.sync_api import expect

from surveys.models import Question
from tests.browser.test_organisations import sign_in
from tests.browsing import NARROW, WIDE, assert_accessible, assert_fits, assert_whole
from tests.surveys.world import load_file, small_questionnaire
from tests.surveys.xlsform.forms import xlsx
from tests.surveys.xlsform.test_pages import BAD, GOOD
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_question_is_written_moved_and_tried(open_page, client, live_server_url):
    version = load_file(small_questionnaire()).questionnaire
    page = open_page(width=360, javascript=False)
    sign_in(page, client, make_user("reviewer"), live_server_url)
    page.goto(f"/de/surveys/desk/questionnaires/{version.pk}/")
    assert_fits(page)
    page.get_by_role("link", name=re.compile("Frage für diese Seite.*In Ihren")).click()
    page.get_by_label("eine Antwort", exact=True).press("Space")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_label("Frage", exact=True).fill("Welches Haus?")
    page.get_by_label("Antwort 1, Deutsch").fill("Das neue")
    page.get_by_label("Antwort 2, Deutsch").fill("Das alte")
    page.get_by_text("Bedingung zusammenstellen").click()
    page.get_by_label("Frage und Antwort").select_option("stage new")
    page.get_by_role("button", name="In die Formel schreiben").click()
    expect(page.get_by_label("Nur gefragt, wenn")).to_have_value("${stage} = 'new'")
    expect(page.get_by_label("Antwort 2, Deutsch")).to_have_value("Das alte")
    assert_fits(page)
    # Enter in a field saves, whatever other buttons there are.
    page.get_by_label("Antwort 2, Deutsch").press("Enter")
    row = page.get_by_role("listitem").filter(has_text="Welches Haus?").last
    expect(row).to_contain_text("nur wenn „Frage stage?“ „Neu gegründet“ ist")
    page.get_by_role("button", name=re.compile("Nach oben.*Welches Haus")).press("Enter")
    around = page.locator(".editor-questions", has_text="Welches Haus?").locator("> li")
    expect(around.last).to_contain_text("Frage causes?")
    assert Question.objects.get(key="welches-haus").position == 2
    page.get_by_role("link", name="Probelauf").click()
    page.get_by_label("Neu gegründet").press("Space")
    page.get_by_role("button", name="Weiter").last.click()
    expect(page.get_by_role("heading", name="Was Sie brauchen")).to_be_visible()
    assert_fits(page)


def test_pages_are_accessible(open_page, client, live_server_url):
    version = load_file(small_questionnaire()).questionnaire
    question = Question.objects.get(section__questionnaire=version, key="topics")
    page = open_page()
    sign_in(page, client, make_user("reviewer"), live_server_url)
    for rest in ("", f"questions/{question.pk}/", "check/", "preview/?a-stage=new", "remove/"):
        page.goto(f"/de/surveys/desk/questionnaires/{version.pk}/{rest}")
        assert_accessible(page)


def test_a_form_comes_in_and_goes_out(open_page, client, live_server_url):
    """XLSForm at the desk: what is wrong with it, what it would become, and the version as a file;
    each page on a phone and on a desk."""
    page = open_page(width=WIDE)
    sign_in(page, client, make_user("reviewer"), live_server_url)

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", name=heading, exact=True).first).to_be_visible()
        for width in (NARROW, WIDE):
            page.set_viewport_size({"width": width, "height": 800})
            assert_whole(page)

    def upload(sheets: dict) -> None:
        file = {"name": "fragen.xlsx", "mimeType": "", "buffer": xlsx(sheets)}
        page.get_by_label("Formular").set_input_files(file)
        page.get_by_role("button", name="Formular prüfen").click()

    page.goto("/de/surveys/desk/xlsforms/")
    page.get_by_role("link", name="Fragebogen hochladen").click()
    look("Fragebogen hochladen")
    upload(BAD)
    look("2 Stellen stimmen an diesem Formular nicht.")
    upload(GOOD)
    look("Wünsche")
    page.get_by_role("button", name="Fragebogen speichern").click()
    expect(page.get_by_text("Gespeichert als Fassung 1")).to_be_visible()
    look("Fragebögen als XLSForm")
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSForm von Wünsche").click()
    assert download.value.suggested_filename == "wuensche-1.xlsx"
