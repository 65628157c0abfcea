"""Four people and an event: a neighbour, someone waiting, an organisation, an event manager."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import expect

from events.models import ProgrammeItem
from tests.browsing import NARROW, WIDE, assert_fits, assert_whole
from tests.events.world import (
    in_days,
    make_event,
    make_format,
    make_item,
    make_pitch,
    make_registration,
    make_speaker,
    make_stall,
    make_venue,
    sign_up,
)
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def in_german():
    with translation.override("de"):
        yield


def sign_in(page, user, base: str) -> None:
    """Bring a session along; signing in itself is tested elsewhere."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}]
    )


class TestNeighbour:
    def test_registers_three_cancels_by_the_link_and_the_place_goes_on(
        self, open_page, mailbox, deliver_jobs
    ):
        event = make_event(title="Beispielfest in Buch", capacity=4)
        venue = make_venue(event, name="Beispielhof", street="Beispielweg 3", postcode="13125")
        make_item(venue, room="Bühne")

        # A neighbour on a phone without JavaScript
        phone = open_page(width=NARROW, javascript=False)
        phone.goto("/de/events/")
        phone.get_by_role("link", name="Beispielfest in Buch").click()
        phone.get_by_text("4 Plätze sind noch frei.").wait_for()
        phone.get_by_role("link", name="Ganzes Programm ansehen").click()
        phone.get_by_text("1 Programmpunkt").wait_for()
        phone.go_back()
        phone.get_by_role("link", name="Anmelden", exact=True).last.click()
        phone.get_by_label("Wie viele Personen kommen?").select_option("3")
        phone.get_by_label("Ihr Name").fill("Amira")
        phone.get_by_label("Ihre E-Mail-Adresse").fill("amira")
        phone.get_by_role("button", name="Anmelden").click()
        phone.locator(".error-summary").wait_for()
        expect(phone.get_by_label("Ihr Name")).to_have_value("Amira")
        assert_fits(phone)
        phone.get_by_label("Ihre E-Mail-Adresse").fill("amira@example.org")
        phone.get_by_role("button", name="Anmelden").click()
        phone.get_by_role("heading", name="Danke. Bitte sehen Sie in Ihre E-Mails.").wait_for()
        assert_fits(phone)

        # A party of two comes too late and waits
        other = open_page(width=WIDE)
        other.goto(f"/de/events/{event.slug}/register/")
        other.get_by_label("Wie viele Personen kommen?").select_option("2")
        other.get_by_label("Ihr Name").fill("Olena")
        other.get_by_label("Ihre E-Mail-Adresse").fill("olena@example.org")
        other.get_by_text("Brauchen Sie etwas?").click()
        other.get_by_label("Dolmetschen in welche Sprache?").fill("Ukrainisch")
        assert_whole(other)
        other.get_by_role("button", name="Anmelden").click()
        other.get_by_role("heading", name="Danke. Bitte sehen Sie in Ihre E-Mails.").wait_for()
        assert_whole(other)
        deliver_jobs()

        mail = mailbox.latest("amira@example.org")
        assert mail.subject == "Sie sind dabei: Beispielfest in Buch"
        assert {"text/calendar", "image/png"} <= {file.kind for file in mail.attachments}
        assert "Ihr Platz auf der Liste: 1" in mailbox.latest("olena@example.org").text

        # The link shows the ticket; cancelling asks first
        phone.goto(mailbox.link("amira@example.org", containing="registrations/link"))
        phone.get_by_role("heading", name="3 Plätze sind für Sie reserviert").wait_for()
        assert "link" not in phone.url
        phone.get_by_alt_text("QR-Code für den Einlass").wait_for()
        assert_fits(phone)
        phone.get_by_role("link", name="Anmeldung absagen").click()
        phone.get_by_role("button", name="Anmeldung absagen").click()
        phone.get_by_role("heading", name="Diese Anmeldung ist abgesagt").wait_for()
        assert_fits(phone)
        deliver_jobs()

        # The place is offered to the party that waits, who takes it
        offer = mailbox.latest("olena@example.org")
        assert offer.subject == "Ein Platz für Sie: Beispielfest in Buch"
        other.goto(mailbox.link("olena@example.org", containing="registrations/link"))
        other.get_by_role("heading", name="2 Plätze sind für Sie frei geworden").wait_for()
        assert_whole(other)
        other.get_by_role("button", name="Ja, wir kommen").click()
        other.get_by_role("heading", name="2 Plätze sind für Sie reserviert").wait_for()
        assert_whole(other)
        deliver_jobs()
        assert mailbox.latest("olena@example.org").subject.startswith("Sie sind dabei")


class TestProgramme:
    def test_leads_to_an_item_below_the_name_of_its_place(self, open_page):
        venue = make_venue(make_event())
        item, *_others = [
            make_item(venue, room=f"Raum {number}", summary="Für alle. " * 20)
            for number in range(5)
        ]
        phone = open_page(width=NARROW, javascript=False)
        phone.goto(f"/de/events/{venue.event.slug}/programme/#item-{item.pk}")
        title = phone.locator(f"#item-{item.pk} .timeline__title").bounding_box()
        place = phone.locator(".programme-column > h3").bounding_box()
        assert title["y"] >= place["y"] + place["height"]


class TestSigningUpForItems:
    def test_on_a_phone_without_javascript_leads_from_the_programme_to_the_own_page(
        self, open_page, mailbox, deliver_jobs
    ):
        event = make_event(title="Beispielfest in Buch")
        venue = make_venue(event, name="Beispielhof")
        cooking = make_item(venue, title="Suppe kochen", room="Küche", places=4)
        dancing = make_item(venue, title="Tanzen", room="Saal", places=3)
        sign_up(make_registration(event, size=3), dancing)

        phone = open_page(width=NARROW, javascript=False)
        phone.goto(f"/de/events/{event.slug}/")
        phone.get_by_text("Mit Anmeldung, noch 4 Plätze frei").wait_for()
        phone.get_by_role("link", name=re.compile("So geht es.*Suppe kochen")).click()
        phone.get_by_role("heading", name="Programmpunkte mit Anmeldung").wait_for()
        assert_fits(phone)
        phone.locator("#sign-up").get_by_role("link", name="Anmelden").click()
        phone.get_by_label("Wie viele Personen kommen?").select_option("2")
        phone.get_by_label("Ihr Name").fill("Amira")
        phone.get_by_label("Ihre E-Mail-Adresse").fill("amira@example.org")
        phone.get_by_role("button", name="Anmelden").click()
        phone.get_by_role("heading", name="Danke. Bitte sehen Sie in Ihre E-Mails.").wait_for()
        deliver_jobs()
        phone.goto(mailbox.link("amira@example.org", containing="registrations/link"))
        phone.get_by_role("link", name="Programmpunkte wählen").click()
        phone.get_by_text("Alle Plätze sind vergeben.").wait_for()
        phone.get_by_label("Wie viele von Ihnen nehmen teil? Suppe kochen").select_option("2")
        assert_fits(phone)
        phone.get_by_role("button", name="Speichern").click()
        phone.get_by_role("heading", name="Suppe kochen").wait_for()
        assert_fits(phone)
        assert cooking.sign_ups.people() == 2
        deliver_jobs()
        assert "Suppe kochen" in mailbox.latest("amira@example.org").text

        reader = open_page(width=NARROW, also=(WIDE,))
        reader.goto(mailbox.link("amira@example.org", containing="registrations/link"))
        assert_whole(reader)
        reader.get_by_role("link", name="Programmpunkte ändern").click()
        assert_whole(reader)
        reader.goto(f"/de/events/{event.slug}/programme/")
        reader.get_by_role("link", name="Programmpunkte wählen").wait_for()
        assert_whole(reader)


class TestOrganisation:
    def test_applies_for_a_stall_and_is_placed(
        self, open_page, live_server_url, mailbox, deliver_jobs
    ):
        event = make_event(title="Beispielmarkt", stalls_until=in_days(9))
        venue = make_venue(event, name="Beispielhof")
        for column in range(3):
            make_pitch(venue, label=f"A{column + 1}", x=column, y=0)
        kind = make_format()
        kind.labels = {"de": "Information und Beratung"}
        kind.save()
        organisation = make_organisation("Beispiel Nähcafé")
        member = make_member(organisation, email="naehcafe@example.org")

        phone = open_page(width=NARROW)
        sign_in(phone, member, live_server_url)
        phone.goto(f"/de/events/{event.slug}/")
        phone.get_by_role("link", name="Um einen Stand bewerben").click()
        assert_whole(phone)
        phone.get_by_text("Information und Beratung").click()
        phone.get_by_label("Name des Standes").fill("Nähen zum Mitmachen")
        phone.get_by_label("Was Sie zeigen und anbieten").fill("Drei Maschinen, alle dürfen ran.")
        phone.get_by_label("Wir brauchen Strom").check()
        phone.get_by_role("button", name="Bewerbung abschicken").click()
        phone.get_by_text("wartet auf Entscheidung").wait_for()
        assert_whole(phone)

        manager = open_page(width=WIDE)
        sign_in(manager, make_user("event_manager"), live_server_url)
        manager.goto("/de/desk/")
        manager.get_by_role("link", name="zu entscheiden").click()
        assert_whole(manager)
        manager.get_by_role("link", name="Nähen zum Mitmachen").click()
        assert_whole(manager)
        manager.get_by_role("button", name="Zusagen").click()
        manager.locator("#id_pitch").select_option(index=2)
        manager.get_by_role("button", name="Standplatz speichern").click()
        manager.get_by_text("Standplatz A2, Beispielhof").first.wait_for()
        assert_whole(manager)
        manager.goto(f"/de/events/desk/{event.slug}/plan/")
        assert_whole(manager)
        deliver_jobs()
        subjects = [mail.subject for mail in mailbox.mails(to="naehcafe@example.org")]
        assert subjects == [
            "Ihre Standbewerbung ist da: Beispielmarkt",
            "Ihr Stand ist zugesagt: Beispielmarkt",
            "Ihr Standplatz ist A2: Beispielmarkt",
        ]
        phone.goto(mailbox.link("naehcafe@example.org", containing="/stalls/"))
        phone.get_by_text("Ihr Stand steht auf Standplatz A2, Beispielhof.").wait_for()
        assert_whole(phone)

        visitor = open_page(width=NARROW)
        visitor.goto(f"/de/events/{event.slug}/")
        visitor.get_by_role("heading", name="Nähen zum Mitmachen").wait_for()
        assert_whole(visitor)


class TestPlan:
    def test_on_a_phone_without_javascript_a_tap_on_a_pitch_and_one_on_the_stall_place_it(
        self, open_page, live_server_url
    ):
        event = make_event()
        venue = make_venue(event, name="Beispielhof")
        for number in range(5):
            make_pitch(venue, label=f"A{number + 1}", x=number, y=0, has_power=True)
        stall = make_stall(event, title="Suppen", state="accepted")
        phone = open_page(width=NARROW, javascript=False)
        sign_in(phone, make_user("event_manager"), live_server_url)
        phone.goto(f"/de/events/desk/{event.slug}/plan/")
        # The whole drawing is on the screen, each pitch as large as a finger.
        boxes = phone.locator("svg a.plan__cell rect")
        expect(boxes).to_have_count(5)
        for box in (boxes.first.bounding_box(), boxes.last.bounding_box()):
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= NARROW
            assert min(box["width"], box["height"]) >= 24
        boxes.nth(2).click()
        phone.get_by_role("heading", name="Standplatz A3, Beispielhof: Wer steht hier?").wait_for()
        assert_fits(phone)
        phone.get_by_role("button", name="Auf A3 stellen").click()
        phone.get_by_role("link", name="A3 Suppen").wait_for()
        stall.refresh_from_db()
        assert stall.pitch.label == "A3"
        assert_fits(phone)

    def test_is_walked_by_keyboard(self, open_page, live_server_url):
        event = make_event()
        venue = make_venue(event)
        for number in range(3):
            make_pitch(venue, label=f"A{number + 1}", x=number, y=0)
        make_stall(event, title="Suppen", state="accepted")
        page = open_page(width=WIDE)
        sign_in(page, make_user("event_manager"), live_server_url)
        page.goto(f"/de/events/desk/{event.slug}/plan/")
        page.get_by_role("link", name="Suppen").focus()
        reached = []
        for _ in range(3):
            page.keyboard.press("Tab")
            focused = page.locator(":focus-visible")
            reached.append(focused.inner_text().split()[0])
            assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
        assert reached == ["A1", "A2", "A3"]
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Auf A3 stellen").wait_for()


class TestTables:
    def test_on_a_phone_are_beside_no_page_and_still_sort(self, open_page, live_server_url):
        event = make_event()
        for title in ("Suppen", "Brote"):
            make_stall(event, title=f"{title} aus der Nachbarschaft")
        phone = open_page(width=NARROW)
        sign_in(phone, make_user("event_manager"), live_server_url)
        phone.goto(f"/de/events/desk/{event.slug}/stalls/")
        table = phone.get_by_role("region", name="Standbewerbungen")
        assert table.evaluate("e => e.scrollWidth == e.clientWidth")
        last = table.locator("tbody td:visible").last
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport(ratio=1)
        table.get_by_role("link", name="Stand", exact=True).click()
        expect(table.locator("tbody th").first).to_contain_text("Brote")


class TestBoard:
    """Sessions are moved with a mouse, with the keyboard, and without JavaScript."""

    @pytest.fixture
    def items(self):
        start = datetime(2030, 4, 27, 8, tzinfo=UTC)  # ten o'clock in Berlin
        hour = timedelta(hours=1)
        event = make_event(starts_at=start, ends_at=start + 6 * hour)
        hall = make_venue(event, name="Halle", position=0)
        first = make_item(hall, title="Reden", starts_at=start, ends_at=start + hour)
        second = make_item(hall, title="Kochen", starts_at=start + 2 * hour,
                           ends_at=start + 3 * hour)  # fmt: skip
        make_venue(event, name="Hof", position=1)
        return first, second

    def board(self, open_page, base: str, item, **options):
        page = open_page(**{"width": WIDE, **options})
        sign_in(page, make_user("event_manager"), base)
        page.goto(f"/de/events/desk/{item.event.slug}/programme/")
        return page

    def hours(self, item) -> tuple[str, str]:
        item = ProgrammeItem.objects.select_related("venue").get(pk=item.pk)
        return f"{timezone.localtime(item.starts_at):%H:%M}", str(item.venue or "")

    def test_moves_by_mouse(self, open_page, live_server_url, items):
        page = self.board(open_page, live_server_url, items[0])
        target = page.locator("tr[data-start='2030-04-27T10:30'] td[data-col='1']")
        page.locator(f"#item-{items[0].pk}").drag_to(target)
        page.locator(f"tr[data-start='2030-04-27T10:30'] #item-{items[0].pk}").wait_for()
        assert self.hours(items[0]) == ("10:30", "Hof")

    def test_moves_by_keyboard_and_says_what_is_in_the_way(self, open_page, live_server_url, items):
        page = self.board(open_page, live_server_url, items[0])
        page.locator(f"#item-{items[0].pk} [data-move]").focus()
        page.keyboard.press("Enter")
        for _ in range(8):
            page.keyboard.press("ArrowDown")
        page.get_by_text("12:00, Halle").wait_for()
        page.keyboard.press("Enter")
        page.get_by_text("Dort ist „Kochen“, 12:00–13:00 Uhr.").first.wait_for()
        assert_whole(page)
        assert self.hours(items[0]) == ("10:00", "Halle")
        page.get_by_role("link", name="Nicht verschieben").click()
        page.locator(f"#item-{items[0].pk} [data-move]").press("Enter")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.locator(f"tr[data-start='2030-04-27T10:15'] #item-{items[0].pk}").wait_for()
        assert self.hours(items[0]) == ("10:15", "Hof")
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Escape")
        page.get_by_text("Bleibt, wo er war.").wait_for()
        # To what is not placed, above the first row
        page.keyboard.press("Enter")
        for _ in range(2):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.locator(f"[data-board-tray] #item-{items[0].pk}").wait_for()
        assert self.hours(items[0])[1] == ""

    def test_moves_on_a_phone_without_javascript(self, open_page, live_server_url, items):
        page = self.board(open_page, live_server_url, items[1], width=NARROW, javascript=False)
        assert_fits(page)
        page.locator(f"#item-{items[1].pk}").get_by_text("Verschieben").click()
        page.locator("select[name=venue]").select_option(label="Hof")
        page.get_by_role("button", name="Verschieben").click()
        page.get_by_text("Verschoben: „Kochen“.").wait_for()
        assert self.hours(items[1]) == ("12:00", "Hof")

    def test_puts_a_session_at_a_stop_of_a_pop_up(self, open_page, live_server_url, items):
        """By mouse where the stop is drawn, by keyboard where it is read out."""
        bike = make_venue(items[0].event, name="Rad", kind="pop-up", position=2)
        for hours, name in ((1, "Bahnhof"), (4, "Markt")):
            starts_at = items[0].starts_at + timedelta(hours=hours)
            bike.stops.create(
                name=name, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
            )
        page = self.board(open_page, live_server_url, items[0])
        assert_whole(page)
        page.locator(f"#item-{items[0].pk}").drag_to(page.locator("td", has_text="Bahnhof"))
        page.locator(f"tr[data-start='2030-04-27T11:00'] #item-{items[0].pk}").wait_for()
        assert self.hours(items[0]) == ("11:00", "Rad")
        page.locator(f"#item-{items[0].pk} [data-move]").press("Enter")
        for _ in range(12):
            page.keyboard.press("ArrowDown")
        page.get_by_text("14:00, Rad, Markt").wait_for()
        for _ in range(2):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.get_by_text("Halte an diesem Tag: Bahnhof, 11:00–13:00 Uhr").first.wait_for()
        assert_whole(page)
        assert self.hours(items[0]) == ("11:00", "Rad")


class TestPages:
    """What the pages of the table (tests/browser/test_events_pages.py) do not hold: other views and
    states."""

    def test_public_ones(self, open_page):
        event = make_event(capacity=2)
        item = make_item(make_venue(event))
        make_registration(event, size=2)
        over = make_event(starts_at=in_days(-5), ends_at=in_days(-4))
        page = open_page(width=NARROW, also=(WIDE,))
        for path in (
            "/de/events/?when=past",
            "/de/events/?view=month",
            f"/de/events/{event.slug}/",
            f"/en/events/{event.slug}/",
            f"/de/events/{event.slug}/programme/?venue={item.venue_id}",
            f"/de/events/{event.slug}/register/",
            f"/de/events/{over.slug}/register/",
        ):
            page.goto(path)
            assert_whole(page)

    def test_own_area(self, open_page, live_server_url):
        organisation = make_organisation()
        event = make_event(organisation=organisation, status="returned")
        pop_up = make_venue(event, kind="pop-up")
        pop_up.stops.create(name="Bahnhof", starts_at=event.starts_at, ends_at=event.ends_at)
        page = open_page(width=NARROW, also=(WIDE,))
        sign_in(page, make_member(organisation), live_server_url)
        for path in (
            f"own/{event.slug}/",
            f"own/{event.slug}/edit/",
            f"{event.slug}/venues/{pop_up.pk}/stops/",
        ):
            page.goto(f"/de/events/{path}")
            assert_whole(page)

    def test_desk(self, open_page, live_server_url):
        event = make_event(capacity=9)
        item = make_item(make_venue(event), places=9)
        make_item(event=event)
        make_speaker(event, item)
        party = make_registration(event, children=1, access_needs="Rollstuhl")
        sign_up(party, item)
        make_registration(event, state="waiting")
        page = open_page(width=NARROW, also=(WIDE,))
        sign_in(page, make_user("event_manager"), live_server_url)
        later = event.starts_at + timedelta(days=40)
        for path in (
            f"{event.slug}/",
            f"{event.slug}/programme/",
            f"{event.slug}/programme/{item.pk}/sign-ups/",
            f"{event.slug}/registrations/",
            f"{event.slug}/dates/?rhythm=weekly&until={later:%Y-%m-%d}",
            f"registrations/{party.code}/",
            f"registrations/{party.code}/programme/",
        ):
            page.goto(f"/de/events/desk/{path}")
            assert_whole(page)
