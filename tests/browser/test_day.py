"""An event from the first announcement to the report, as five people live it.

Vera runs events, on a telephone on the day itself; Amira has a phone without JavaScript; Olena
comes too late and waits; Jonas wants to know when the programme changes; Bao follows the link in
his mail. Between them three hundred parties register.
"""

from datetime import timedelta
from itertools import cycle, islice

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from events import reminding
from events.models import Event, ProgrammeItem, Registration, ReleasedItem
from tests.browser import test_door as door
from tests.browser.test_events import sign_in
from tests.browser.test_walk import choose, press, says, visit
from tests.browsing import NARROW, WIDE
from tests.events.world import desk_url, in_days
from tests.world import make_user

pytestmark = pytest.mark.browser

CAPACITY = 700
PARTIES = 300


@pytest.fixture
def link_in_mail(mailbox, deliver_jobs):
    """Run the queued jobs, then return the link of somebody's newest mail."""

    def find(to: str, containing: str = "/registrations/link/") -> str:
        deliver_jobs()
        return mailbox.link(to, containing=containing)

    return find


def test_the_day(open_page, live_server_url, mailbox, deliver_jobs, link_in_mail):
    vera = open_page(width=WIDE)
    manager = make_user("event_manager")
    sign_in(vera, manager, live_server_url)
    amira = open_page(width=NARROW, javascript=False)
    olena = open_page(width=NARROW)

    event = _vera_announces(vera)
    _vera_plans_a_programme_and_releases_it(vera, event)
    jonas = _jonas_follows_the_programme(open_page(width=WIDE), event, link_in_mail)
    _vera_moves_an_item_and_jonas_hears_of_it(vera, event, jonas, mailbox, deliver_jobs)

    _register(amira, event, "Amira", people=3)
    _everybody_else_registers(event)
    _register(olena, event, "Olena", people=2, step="Auf die Warteliste")
    _nobody_is_one_too_many(event, mailbox, deliver_jobs)
    _olena_waits(olena, event, link_in_mail)
    _amira_cancels_and_her_places_pass_on(amira, open_page(width=NARROW), event, link_in_mail)
    _an_item_of_the_programme_is_full(open_page, event, link_in_mail)
    _those_with_a_place_are_reminded(event, mailbox, deliver_jobs)

    _the_day_comes(event)
    telephone = open_page(width=NARROW)
    sign_in(telephone, manager, live_server_url)
    _vera_lets_people_in(telephone, event)
    _vera_reads_the_report(vera, event)
    telephone.watch.problems.clear()  # the browser reports what it could not reach


def _moment(days: float, hour: int) -> str:
    return timezone.localtime(in_days(days)).strftime(f"%Y-%m-%dT{hour:02}:00")


def _vera_announces(vera: Page) -> Event:
    visit(vera, "/de/events/desk/")
    press(vera, "Neue Veranstaltung")
    vera.fill("main [name=title]", "Beispieltag in Buch")
    vera.fill("main [name=summary]", "Ein Tag mit Suppe, Werkstatt und Musik.")
    vera.fill("main [name=starts_at]", _moment(20, 10))
    vera.fill("main [name=ends_at]", _moment(20, 18))
    choose(vera, "is_step_free")
    choose(vera, "takes_registrations")
    vera.fill("main [name=capacity]", str(CAPACITY))
    press(vera, "Speichern")
    press(vera, "Ort hinzufügen")
    vera.fill("main [name=name]", "Beispielhalle")
    vera.fill("main [name=street]", "Beispielweg 3")
    vera.fill("main [name=postcode]", "13125")
    press(vera, "Speichern")
    press(vera, "Veröffentlichen")
    event = Event.objects.get(title="Beispieltag in Buch")
    visit(vera, "/de/events/")
    says(vera, "Beispieltag in Buch")
    return event


def _vera_plans_a_programme_and_releases_it(vera: Page, event: Event) -> None:
    _plan(vera, event, "Suppe kochen", 11)
    _plan(vera, event, "Räder flicken", 11, sends=False)
    says(vera, "Suppe kochen")  # the room is taken, and the form says by what
    vera.fill("main [name=room]", "Werkstatt")
    vera.fill("main [name=places]", "4")
    press(vera, "Speichern")
    visit(vera, f"/de/events/{event.slug}/programme/")
    assert "Suppe kochen" not in vera.locator("main").inner_text()
    _release(vera, event)
    visit(vera, f"/de/events/{event.slug}/programme/")
    says(vera, "2 Programmpunkte")


def _plan(vera: Page, event: Event, title: str, hour: int, *, sends: bool = True) -> None:
    visit(vera, desk_url("programme", event))
    press(vera, "Neuer Programmpunkt")
    vera.fill("main [name=title]", title)
    vera.select_option("main [name=venue]", label="Beispielhalle")
    vera.fill("main [name=starts_at]", _moment(20, hour))
    vera.fill("main [name=ends_at]", _moment(20, hour + 1))
    press(vera, "Speichern")
    assert vera.locator("main .error-summary").count() == (0 if sends else 1)


def _release(vera: Page, event: Event) -> None:
    visit(vera, desk_url("release", event))
    press(vera, "Diese Änderungen freigeben")


def _jonas_follows_the_programme(jonas: Page, event: Event, link_in_mail) -> str:
    visit(jonas, f"/de/events/{event.slug}/programme/")
    press(jonas, "Änderungen per E-Mail erfahren")
    jonas.fill("main [name=email]", "jonas@example.org")
    press(jonas, "Link zum Bestätigen schicken")
    visit(jonas, link_in_mail("jonas@example.org", "/programme-mails/"))
    press(jonas, "Ja, schreiben Sie mir")
    return "jonas@example.org"


def _vera_moves_an_item_and_jonas_hears_of_it(
    vera: Page, event: Event, jonas: str, mailbox, deliver_jobs
) -> None:
    item = ProgrammeItem.objects.get(title="Räder flicken")
    visit(vera, reverse("events:desk-item", args=[event.slug, item.pk]))
    vera.fill("main [name=starts_at]", _moment(20, 14))
    vera.fill("main [name=ends_at]", _moment(20, 15))
    press(vera, "Speichern")
    deliver_jobs()
    told = len(mailbox.mails(to=jonas))
    _release(vera, event)
    deliver_jobs()
    assert len(mailbox.mails(to=jonas)) == told + 1
    mail = mailbox.latest(to=jonas)
    assert "Räder flicken" in mail.text
    assert "14:00" in mail.text
    assert "Suppe kochen" not in mail.text


def _register(page: Page, event: Event, name: str, *, people: int, step: str = "Anmelden") -> None:
    visit(page, f"/de/events/{event.slug}/")
    press(page, step)
    page.select_option("main [name=size]", str(people))
    page.fill("main [name=name]", name)
    page.fill("main [name=email]", f"{name.lower()}@example.org")
    press(page, step)
    says(page, "Bitte sehen Sie in Ihre E-Mails")


def _everybody_else_registers(event: Event) -> None:
    """Everybody but Amira and Olena, parties of one to five, each from a telephone of its own."""
    address = reverse("events:register", args=[event.slug])
    for number, size in enumerate(islice(cycle([1, 2, 3, 4, 5]), PARTIES - 2)):
        guest = {"name": f"Gast {number}", "email": f"gast{number}@example.org", "size": size}
        answer = Client(REMOTE_ADDR=f"10.1.{number // 200}.{number % 200 + 1}").post(
            address, {**guest, "language": "de"}
        )
        assert answer.status_code == 302, answer.text


def _nobody_is_one_too_many(event: Event, mailbox, deliver_jobs) -> None:
    """A party has a place exactly if it found enough of them free when it came."""
    assert event.registrations.count() == PARTIES
    taken = 0
    for party in event.registrations.order_by("created_at", "pk"):
        fits = taken + party.size <= CAPACITY
        assert party.is_confirmed == fits
        assert party.is_waiting != fits
        taken += party.size * fits
    assert taken == CAPACITY
    deliver_jobs()
    for party in (event.registrations.get(name="Gast 0"), event.registrations.waiting().last()):
        [mail] = mailbox.mails(to=party.email)
        assert ("event.ics" in {file.name for file in mail.attachments}) == party.is_confirmed


def _olena_waits(olena: Page, event: Event, link_in_mail) -> None:
    visit(olena, link_in_mail("olena@example.org"))
    says(olena, f"Platz {event.registrations.waiting().count()} der Warteliste")


def _amira_cancels_and_her_places_pass_on(
    amira: Page, bao: Page, event: Event, link_in_mail
) -> None:
    waiting = list(event.registrations.waiting().order_by("created_at", "pk"))
    visit(amira, link_in_mail("amira@example.org"))
    press(amira, "Anmeldung absagen")
    press(amira, "Anmeldung absagen")
    says(amira, "abgesagt")
    free, fitting = 3, []
    for party in waiting:
        if party.size <= free:
            fitting.append(party)
            free -= party.size
    assert list(event.registrations.offered().order_by("created_at", "pk")) == fitting
    # All of them say yes, the first one in a browser.
    for party in fitting:
        visit(bao, link_in_mail(party.email))
        press(bao, "Ja, ich komme" if party.size == 1 else "Ja, wir kommen")
        says(bao, party.code)
    assert event.registrations.holding_places().people() == CAPACITY - free
    assert not event.registrations.offered().exists()


def _an_item_of_the_programme_is_full(open_page, event: Event, link_in_mail) -> None:
    """Four places at the bicycles: who comes first has three, the next one finds one left."""
    first, second = open_page(width=NARROW, javascript=False), open_page(width=NARROW)
    for page, guest in ((first, "gast4"), (second, "gast3")):
        visit(page, link_in_mail(f"{guest}@example.org"))
        press(page, "Programmpunkte wählen")
    # Both have the form open; a party of five and one of four are offered the places there are.
    for page in (first, second):
        assert page.locator(".sign-ups__item option").last.get_attribute("value") == "4"
    first.locator(".sign-ups__item select").select_option("3")
    press(first, "Speichern")
    says(first, "Räder flicken")
    second.locator(".sign-ups__item select").select_option("2")
    press(second, "Speichern")
    expect(second.locator("main .error-summary")).to_contain_text("Räder flicken")
    second.locator(".sign-ups__item select").select_option("1")
    press(second, "Speichern")
    item = ProgrammeItem.objects.get(title="Räder flicken")
    assert sorted(item.sign_ups.values_list("registration__name", "people")) == [
        ("Gast 3", 1),
        ("Gast 4", 3),
    ]


def _those_with_a_place_are_reminded(event: Event, mailbox, deliver_jobs) -> None:
    deliver_jobs()
    mailbox.clear()
    two_days_before = event.starts_at - timedelta(days=event.reminder_days)
    assert reminding.remind(two_days_before - timedelta(minutes=1)) == 0
    places = event.registrations.confirmed().count()
    assert [reminding.remind(two_days_before) for _ in range(2)] == [places, 0]
    deliver_jobs()
    reminders = mailbox.mails()
    assert {mail.subject for mail in reminders} == {"Bald: Beispieltag in Buch"}
    assert {mail.recipients[0] for mail in reminders if "Räder flicken" in mail.text} == {
        "gast3@example.org",
        "gast4@example.org",
    }
    confirmed = event.registrations.confirmed().values_list("email", flat=True)
    assert sorted(mail.recipients for mail in reminders) == sorted([to] for to in confirmed)


def _the_day_comes(event: Event) -> None:
    """Everything is moved to where it would be if the event had begun an hour ago."""
    by = event.starts_at - timezone.now() + timedelta(hours=1)
    for model, name in ((Event, "pk"), (ProgrammeItem, "event"), (ReleasedItem, "event")):
        for row in model.objects.filter(**{name: event.pk}):
            model.objects.filter(pk=row.pk).update(
                starts_at=row.starts_at - by, ends_at=row.ends_at - by
            )
    event.refresh_from_db()


def _vera_lets_people_in(telephone: Page, event: Event) -> None:
    telephone.goto(desk_url("door", event))
    telephone.locator("[data-door][data-kept]").wait_for()
    _let_in(telephone, "Gast 4", of=5, people=5)
    door.is_sent(telephone)

    telephone.context.set_offline(True)
    _let_in(telephone, "Gast 3", of=4, people=3)
    _let_in(telephone, "Gast 1", of=2, people=2)
    telephone.locator("#offline-people").fill("7")
    telephone.get_by_role("button", name="Zählen").click()
    door.says(telephone, "Noch nicht gesendet, hier aufgehoben: 3")
    assert event.arrivals.people() == 5

    telephone.context.set_offline(False)
    door.says(telephone, "Alles ist gesendet.")
    expect(telephone.locator("[data-here]")).to_have_text("17")
    assert event.arrivals.people() == 17


def _let_in(telephone: Page, name: str, *, of: int, people: int) -> None:
    """Find a party by its name, as somebody says it at the door."""
    code = Registration.objects.get(name=name).code
    telephone.locator("#offline-q").fill(code)
    door.let_in(telephone, name, people=people if people != of else 0)


def _vera_reads_the_report(vera: Page, event: Event) -> None:
    """In the evening: before, nobody is said not to have come."""
    Event.objects.filter(pk=event.pk).update(ends_at=timezone.now())
    visit(vera, desk_url("report", event))
    numbers = vera.locator("main .queue__number")
    places = event.registrations.confirmed().people()
    waiting = event.registrations.waiting().people()
    expect(numbers).to_have_text(["17", str(places), str(places - 10), str(waiting)])
    says(vera, "10 angemeldet, 7 ohne Anmeldung")
