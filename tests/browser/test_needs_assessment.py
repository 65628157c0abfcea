"""The Pankow needs assessment the whole way: thirteen invented people in three groups answer in two
languages, online, on paper and in interviews; what is published betrays none of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import Page, expect

from actors.models import Organisation
from demonstration.surveys import FILE, WAYS
from surveys.disclosure import Column, Reason, Release, Span, Table, audit
from surveys.loading import load
from surveys.models import Question, Response, Snapshot, Wave
from surveys.models.questionnaire import Kind, structure
from surveys.snapshots import STAGES, frozen, relations, reported, rows_of, tables_of
from tests.browser.test_organisations import sign_in
from tests.browsing import NARROW, WIDE, assert_whole
from tests.surveys.test_answering import begin, close
from tests.surveys.test_entering import named, start
from tests.surveys.world import make_wave
from tests.world import make_organisation, make_user

#: These are really clicked through; the others come in by the same pages without a browser.
ON_A_DESK, ON_A_PHONE, ENTERED = 1, 6, {0, 11}
#: So many rows of the matrix are answered: each is a click.
ROWS = 4


@dataclass(frozen=True)
class Person:
    """One of the thirteen, and what they answer by the names of the fields."""

    number: int
    stage: str
    way: str
    organisation: Organisation | None
    answers: dict[str, list[str]]

    @property
    def language(self) -> str:
        return ("en", "de")[self.number % 2]


@pytest.fixture
def wave(transactional_db) -> Wave:
    call_command("load_vocabularies", verbosity=0)
    return make_wave(load(FILE).questionnaire.survey)


def test_thirteen_people_answer_and_none_is_betrayed(
    wave, open_page, live_server_url, mailbox, deliver_jobs
):
    staff = Client()
    desk = open_page(width=WIDE)
    sign_in(desk, staff, make_user("reviewer"), live_server_url)
    for person in people(wave):
        if person.way != "online":
            enter(person, wave, desk if person.number in ENTERED else staff)
        elif person.number == ON_A_DESK:
            answer_online(open_page(width=WIDE), person, wave)
        elif person.number == ON_A_PHONE:
            phone = open_page(width=NARROW, javascript=False, language="en")
            answer_online(phone, person, wave)
        else:
            visitor = Client()
            draft = begin(visitor, wave).replace("/en/", f"/{person.language}/", 1)
            hand_in(visitor, draft, person)
    confirm(wave, staff, open_page(width=NARROW), mailbox, deliver_jobs)

    close(wave)
    desk.goto(f"/de/surveys/desk/waves/{wave.pk}/")
    expect(desk.locator("main")).to_contain_text("7 online, 3 auf Papier, 3 als Interview")
    desk.goto(f"/de/surveys/desk/waves/{wave.pk}/results/")
    expect(desk.get_by_role("heading", name="Ist alles eingegeben?")).to_be_visible()
    desk.get_by_role("button", name="Ergebnisse berechnen").click()
    desk.get_by_role("button", name="Ergebnisse veröffentlichen").click()
    assert start(staff, wave).status_code == 200  # no form any more: nothing is begun
    assert Response.objects.count() == 13

    reader = open_page(width=NARROW, language="en")
    shown = published(reader, "en", wave)
    assert_whole(reader)
    assert shown == published(desk, "de", wave)
    assert sum(release.total is not None for release in shown) > 10
    tables, related = asked(wave)
    assert audit(tables, shown, related) == []

    # The same page without the gate: each group is betrayed, and the audit says so.
    figures = {table.name: frozen(ungated(table, wave.threshold)) for table in tables}
    Snapshot.objects.update(figures=figures, made_at=timezone.now())  # drawn anew
    needs = [release for release in published(reader, "en", wave) if release.table == "topics"]
    found = audit([table for table in tables if table.name == "topics"], needs)
    assert {finding.people for finding in found} >= {*WAYS}


# --- The thirteen ---------------------------------------------------------------------------------


def people(wave: Wave) -> Iterator[Person]:
    """As many in each group as in the demonstration, in the same ways."""
    number = 0
    for stage, (by_name, anonymous) in WAYS.items():
        for is_named, ways in ((True, by_name), (False, anonymous)):
            for way in ways:
                name = f"Beispiel Nummer {number}"
                address = f"nummer{number}@example.org"
                organisation = (
                    make_organisation(name, stage=stage, email=address) if is_named else None
                )
                yield Person(number, stage, way, organisation, made_up(wave, stage, number))
                number += 1


def made_up(wave: Wave, stage: str, number: int) -> dict[str, list[str]]:
    """Answers to all that results show; people of one group need the same most."""
    found = {}
    for place, question in enumerate(structure(wave.questionnaire_id).questions()):
        options = [option.key for option in question.options if option.role == "option"]
        if question.decides_branch:
            found[question.key] = [stage]
        elif question.kind == Kind.MATRIX:
            first = (list(WAYS).index(stage) * 3 + number % 2) % (len(question.rows) - ROWS)
            for row in question.rows[first : first + ROWS]:
                found[f"{question.key}.{row.key}"] = ["urgent" if number % 3 else "helpful"]
        elif options and not question.profile_field:
            many = 2 if question.kind == Kind.MULTIPLE else 1
            picked = {(number * place + step) % len(options) for step in range(many)}
            found[question.key] = [options[which] for which in sorted(picked)]
    return found


def answer_online(page: Page, person: Person, wave: Wave) -> None:
    page.goto(f"/{person.language}/surveys/{wave.survey.slug}/")
    page.locator("main .btn-next").first.click()
    click_through(page, person)
    expect(page.locator(".survey-thanks")).to_be_visible()


def enter(person: Person, wave: Wave, by: Page | Client) -> None:
    """Staff enter a form or an interview."""
    data = {"mode": person.way, "language": person.language}
    if person.organisation is not None:
        data |= named(person.organisation, mode=person.way)
    if isinstance(by, Client):
        hand_in(by, start(by, wave, **data).url, person)
        return
    by.goto(f"/{person.language}/surveys/desk/waves/{wave.pk}/entries/")
    for name in ("mode", "attribution"):
        pick(by, name, data[name])
    by.select_option("main [name=language]", person.language)
    for name in ("organisation", "held_on", "interviewer"):
        by.fill(f"main [name={name}]", data[name])
    by.locator("main label[for=id_consented]").click()
    by.locator("main .btn-next").click()
    click_through(by, person)
    expect(by.locator("main")).to_contain_text(person.organisation.name)


def click_through(page: Page, person: Person) -> None:
    """Answer page by page, and hand in."""
    page.wait_for_url("**/page/**")
    while "/page/" in page.url:
        here = page.url
        page.wait_for_load_state()  # the address is there before all the fields are
        on_page = page.evaluate(
            "[...document.querySelectorAll('.survey-form [name]')].map(field => field.name)"
        )
        for name in person.answers.keys() & set(on_page):
            for value in person.answers[name]:
                pick(page, name, value)
        page.locator("main .btn-next").click()
        expect(page).not_to_have_url(here)
    page.locator("main .btn-next").click()


def pick(page: Page, name: str, value: str) -> None:
    """Choose by the label, as a finger does."""
    field = page.locator(f"main [name='{name}'][value='{value}']").get_attribute("id")
    page.locator(f"main label[for='{field}']").click()


def hand_in(client: Client, draft: str, person: Person) -> None:
    url = client.get(draft).url
    while "/page/" in url:
        url = client.post(url, {"action": "next", **person.answers}).url
    answer = client.post(url.replace("review", "submit"))
    assert answer.status_code in (200, 302)


def confirm(wave: Wave, staff: Client, phone: Page, mailbox, deliver_jobs) -> None:
    """Of the two who were asked in an interview one confirms it, one says what is wrong."""
    interviews = Response.objects.filter(wave=wave, mode="interview").attributed()
    first, second = interviews.select_related("organisation").order_by("organisation__name")
    for response in (first, second):
        address = f"/de/surveys/desk/entries/{response.pk}/"
        staff.post(address, {"email": response.organisation.email})
    deliver_jobs()
    phone.goto(mailbox.link(first.organisation.email, containing="protocol"))
    phone.get_by_role("button", name="Ja, das stimmt so").click()
    expect(phone.get_by_text("Bestätigt am")).to_be_visible()
    link = mailbox.link(second.organisation.email, containing="protocol")
    Client().post(link, {"action": "object", "objection": "Wir sind fünf. (erfunden)"})
    said = {response.confirmation for response in interviews}
    assert said == {Response.Confirmation.CONFIRMED, Response.Confirmation.OBJECTED}


# --- What is published ----------------------------------------------------------------------------

#: Of each question on a page of results: the line below its words, its bars, and its table.
READ = """() => [...document.querySelectorAll(".survey-result")].map(result => {
    const own = (node) => node.firstChild.textContent.trim();
    const all = (where, selector) => [...where.querySelectorAll(selector)];
    return {
        key: result.getAttribute("aria-labelledby").slice(2),
        base: result.querySelector("figcaption small").textContent,
        bars: all(result, ".bars__row").map(row =>
            [own(row.querySelector(".bars__label")), own(row.querySelector(".bars__value"))]),
        heads: all(result, "thead th").slice(1).map(head => [own(head), head.textContent]),
        rows: all(result, "tbody tr").map(row =>
            [own(row.querySelector("th")), all(row, "td").map(own)]),
    };
})"""


def published(page: Page, language: str, wave: Wave) -> list[Release]:
    """All that the public pages of results say, as one release a question."""
    address = f"/{language}/surveys/{wave.survey.slug}/results/{wave.pk}/"
    by_group: dict[str, dict[str, Any]] = {}
    for group in WAYS:  # also those that the page has no link for
        page.goto(f"{address}?group={group}")
        by_group[group] = {one["key"]: one for one in page.evaluate(READ)}
    page.goto(address)
    totals = page.evaluate(READ)
    with override(language):
        questions = {one.key: one for one in reported(structure(wave.questionnaire_id))}
    found = []
    for result in totals:
        question = questions.pop(result["key"])
        groups = {
            group: column(question, by_key[question.key])
            for group, by_key in by_group.items()
            if question.key in by_key
        }
        assert_table_says_the_same(question, result, groups)
        found.append(release(question, wave, column(question, result), groups))
    # What is not on the page is not shown.
    return [*found, *(release(question, wave, None, {}) for question in questions.values())]


def column(question: Question, result: dict[str, Any]) -> Column:
    keys = {label: key for key, label in rows_of(question)}
    base = re.search(r"(\d+) (?:hat|haben|answered)", result["base"])
    return Column(int(base[1]), {keys[label]: span(value) for label, value in result["bars"]})


def span(value: str) -> Span:
    lowest, _dash, highest = value.partition("–")
    return Span(int(lowest), int(highest or lowest))


def assert_table_says_the_same(question, result, groups: dict[str, Column]) -> None:
    """The table below the bars has a column of all, and one of each group that is shown."""
    keys = {label: key for key, label in rows_of(question)}
    columns = [column(question, result), *groups.values()] if result["rows"] else []
    assert len(result["heads"]) == len(columns)
    for label, values in result["rows"]:
        assert [span(value) for value in values] == [one.counts[keys[label]] for one in columns]


def release(question: Question, wave: Wave, total: Column | None, groups) -> Release:
    hidden = {stage: Reason.SMALL for stage in STAGES if stage not in groups}
    withheld = Reason.SMALL if total is None else None
    return Release(wave.threshold, total, groups, hidden, withheld, question.key, "stage")


def asked(wave: Wave) -> tuple[list[Table], list]:
    """What is to be kept: the raw answers in tables, and how questions depend on each other."""
    questions = reported(structure(wave.questionnaire_id))
    rows = Response.objects.submitted().filter(wave=wave)
    keys = (question.key for question in questions)
    return tables_of(questions, rows.answer_counts(keys)), relations(questions)


def ungated(table: Table, threshold: int) -> Release:
    """Every figure of every group, as it was counted."""

    def exactly(cells) -> Column:
        counts = {row: table.count(row, cells).all for row in table.counts}
        spans = {row: Span(count, count) for row, count in counts.items()}
        return Column(table.base(cells).all, spans)

    groups = {group: exactly(cells) for group, cells in table.groups("stage").items()}
    return Release(threshold, exactly(table.bases), groups, {}, None, table.name, "stage")
