"""The desk of event managers."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events import desk, ics
from events.calling_off import WordsMissing, call_off
from events.models import (
    Event,
    EventTranslation,
    ExportLog,
    ProgrammeItemTranslation,
    VenueTranslation,
)
from ssoe_portal.common.history import changes
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.privacy import erase_expired
from tests.events.world import (
    in_days,
    make_event,
    make_format,
    make_item,
    make_pitch,
    make_registration,
    make_stall,
    make_venue,
    place,
)
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def manager(client):
    user = make_user("event_manager")
    client.force_login(user)
    return user


def url(name: str, event: Event) -> str:
    return reverse(f"events:desk-{name}", args=[event.slug])


def busy_event(rows: int) -> Event:
    event = make_event(capacity=50)
    for _ in range(rows):
        venue = make_venue(event)
        make_item(venue)
        place(make_stall(event, state="accepted"), make_pitch(venue))
        make_stall(event, state="accepted")
        make_stall(event)
        make_registration(event, size=2)
        make_registration(event, size=3, state="waiting")
    return event


class TestQueries:
    """Every page in a number of queries that does not grow: session and account take two."""

    @pytest.mark.parametrize("rows", [1, 3])
    @pytest.mark.parametrize(
        ("name", "queries"),
        [
            ("event", 9),
            ("stalls", 7),
            ("plan", 6),
            ("registrations", 7),
            ("edit", 8),
            ("history", 6),
        ],
    )
    def test_of_an_event(self, client, django_assert_num_queries, rows, name, queries):
        event = busy_event(rows)
        client.get(url(name, event))
        with django_assert_num_queries(queries):
            client.get(url(name, event))

    @pytest.mark.parametrize("rows", [1, 3])
    def test_of_the_list(self, client, django_assert_num_queries, rows):
        for _ in range(rows):
            busy_event(1)
        client.get("/de/events/desk/")
        with django_assert_num_queries(6):
            client.get("/de/events/desk/")

    @pytest.mark.parametrize("rows", [1, 3])
    def test_of_a_stall(self, client, django_assert_num_queries, rows):
        event = busy_event(rows)
        stall = event.stall_applications.accepted().first()
        path = f"/de/events/desk/stalls/{stall.pk}/"
        client.get(path)
        with django_assert_num_queries(6):
            client.get(path)


class TestList:
    def test_shows_the_numbers(self, client):
        busy_event(2)
        (_, upcoming), (_, over) = client.get("/de/events/desk/").context["groups"]
        numbers = upcoming[0].numbers
        assert (numbers["people"], numbers["waiting"]) == (4, 2)
        assert (numbers["undecided"], numbers["accepted"]) == (2, 4)
        assert over == []


class TestEdit:
    def form(self, **fields) -> dict:
        return {
            "title": "Beispielfest",
            "summary": "Musik und Suppe.",
            "starts_at": in_days(20).strftime("%Y-%m-%dT%H:%M"),
            "ends_at": in_days(21).strftime("%Y-%m-%dT%H:%M"),
            **fields,
        }

    def test_sets_up_an_event_as_a_draft(self, client):
        answer = client.post("/de/events/desk/new/", self.form())
        event = Event.objects.get()
        assert answer.url == url("event", event)
        assert event.status == "draft"

    def test_offers_added_places_to_the_waiting_list(self, client):
        event = make_event(capacity=1)
        make_registration(event)
        waiting = make_registration(event, state="waiting")
        client.post(url("edit", event), self.form(capacity="2", takes_registrations="on"))
        waiting.refresh_from_db()
        assert waiting.is_offered

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"ends_at": "2020-01-01T10:00"}, "Das Ende muss nach dem Anfang liegen."),
            ({"capacity": "0"}, "mindestens 1 an"),
            (
                {
                    "registration_opens_at": "2030-01-02T10:00",
                    "registration_closes_at": "2030-01-01T10:00",
                },
                "Die Anmeldung muss nach ihrem Beginn enden.",
            ),
        ],
    )
    def test_says_what_to_mend(self, client, fields, words):
        answer = client.post("/de/events/desk/new/", self.form(**fields))
        assert answer.status_code == 422
        assert words in answer.text
        assert not Event.objects.exists()

    def test_holds_the_event_so_that_a_step_meanwhile_is_not_undone(self, client):
        event = make_event()
        with CaptureQueriesContext(connection) as queries:
            client.post(url("edit", event), self.form())
        reads = [q["sql"] for q in queries if 'FROM "events_event"' in q["sql"]]
        assert "FOR NO KEY UPDATE" in reads[0]


class TestEnglish:
    def save(self, client, event, **english):
        values = TestEdit().form(title=event.title, summary=event.summary)
        data = values | {f"en-{name}": text for name, text in english.items()}
        return client.post(url("edit", event), data)

    def test_is_written_changed_and_removed_beside_the_german(self, client):
        event = make_event()
        path = url("edit", event)
        assert 'name="en-title"' in client.get(path).text
        self.save(client, event, title="Example fair", summary="An afternoon.")
        row = event.translations.get()
        assert (row.language, row.title, row.origin) == ("en", "Example fair", "person")
        assert "Example fair" in client.get(f"/en/events/{event.slug}/").text
        assert 'value="Example fair"' in client.get(path).text
        self.save(client, event)
        assert not event.translations.exists()

    def test_needs_what_lists_show_and_keeps_the_german_as_it_was(self, client):
        event = make_event()
        values = TestEdit().form(title="Neu", **{"en-title": "New"})
        answer = client.post(url("edit", event), values)
        assert answer.status_code == 422
        assert "braucht einen Titel und einen Satz" in answer.text
        event.refresh_from_db()
        assert event.title != "Neu"

    def test_is_said_to_be_older_than_the_german_until_somebody_looks(self, client):
        event = make_event()
        english = {"title": "Example fair", "summary": "An afternoon."}
        self.save(client, event, **english)
        assert "en-still_fits" not in client.get(url("edit", event)).text
        event.title = "Neuer Titel"
        event.save()
        page = client.get(url("edit", event)).text
        assert "en-still_fits" in page
        assert '<details class="fold form-section" id="english" open>' in page
        self.save(client, event, **english, still_fits="on")
        assert not event.is_outdated_in("en")


class TestStatus:
    def test_publishes_and_archives(self, client):
        event = make_event(status="draft", starts_at=in_days(-2), ends_at=in_days(-1))
        for step, status in (("publish", "published"), ("archive", "archived")):
            client.post(url("status", event), {"step": step})
            event.refresh_from_db()
            assert event.status == status

    @pytest.mark.parametrize("step", ["publish", "delete", ""])
    def test_refuses_what_is_not_possible(self, client, step):
        event = make_event()
        answer = client.post(url("status", event), {"step": step}, follow=True)
        assert "Dieser Schritt ist nicht möglich." in answer.text

    def test_asks_before_it_calls_off_what_people_count_on(self, client):
        event = make_event()
        make_registration(event, size=3)
        make_registration(event, size=2, state="waiting")
        make_registration(event, size=9, state="cancelled")
        make_stall(event)
        page = client.get(url("event", event)).text
        assert "Veranstaltung absagen" in page
        assert 'value="archive"' not in page
        answer = client.post(url("status", event), {"step": "archive"}, follow=True)
        assert "2 Anmeldungen werden storniert (Personen: 5)." in answer.text
        assert "1 Standbewerbung wird zurückgezogen." in answer.text
        event.refresh_from_db()
        assert event.is_published

    def test_archives_what_nobody_counts_on(self, client):
        event = make_event()
        make_registration(event, state="cancelled")
        page = client.get(url("event", event)).text
        assert "Archivieren" in page
        assert "Veranstaltung absagen" not in page
        answer = client.get(url("call-off", event), follow=True)
        assert "Mit dieser Veranstaltung rechnet niemand" in answer.text
        client.post(url("status", event), {"step": "archive"})
        event.refresh_from_db()
        assert event.status == "archived"


class TestCallingOff:
    def test_writes_to_guests_and_organisations(self, client, mailbox, deliver_jobs):
        event = make_event(title="Beispielmarkt")
        guest = make_registration(event, email="gast@example.org")
        organisation = make_organisation()
        make_member(organisation, email="stand@example.org")
        stall = make_stall(event, state="accepted", organisation=organisation)
        place(stall, make_pitch(make_venue(event)))
        client.post(url("call-off", event), {"words": "Es <stürmt> zu sehr."})
        deliver_jobs()
        for row in (event, guest, stall):
            row.refresh_from_db()
        assert event.status == "archived"
        assert (guest.state, guest.cancelled_because) == ("cancelled", "staff")
        assert stall.state == "withdrawn"
        mail = mailbox.latest("gast@example.org")
        assert mail.subject == "Findet nicht statt: Beispielmarkt"
        assert mailbox.latest("stand@example.org").subject == mail.subject
        for address in ("gast@example.org", "stand@example.org"):
            assert "Es <stürmt> zu sehr." in mailbox.latest(address).text
            assert "Es &lt;stürmt&gt; zu sehr." in mailbox.latest(address).html

    @pytest.mark.parametrize("words", ["", "   "])
    def test_needs_a_sentence_to_the_guests(self, client, mailbox, deliver_jobs, words):
        event = make_event()
        make_registration(event)
        answer = client.post(url("call-off", event), {"words": words})
        assert answer.status_code == 422
        assert "Bitte schreiben Sie einen Satz" in answer.text
        with pytest.raises(WordsMissing):
            call_off(event, words)
        event.refresh_from_db()
        assert event.is_published
        deliver_jobs()
        assert mailbox.mails() == []

    def test_puts_the_cancelled_date_into_calendars(self):
        event = make_event()
        before = ics.for_event(event, []).decode()
        assert "STATUS:CONFIRMED" in before
        sequence = event.sequence
        call_off(event)
        event.refresh_from_db()
        assert "STATUS:CANCELLED" in ics.for_event(event, []).decode()
        assert event.sequence > sequence

    def test_leaves_those_alone_who_were_at_an_event_that_is_over(self):
        event = make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        guest = make_registration(event)
        call_off(event)
        guest.refresh_from_db()
        assert (event.status, guest.state) == ("archived", "confirmed")

    def test_happens_once(self):
        event = make_event()
        call_off(event)
        with pytest.raises(TransitionNotAllowed):
            call_off(event)


class TestStalls:
    def titles(self, client, event, **query) -> list[str]:
        page = client.get(url("stalls", event), query)
        return [stall.title for stall in page.context["page_obj"]]

    def test_are_filtered_and_sorted_by_the_address(self, client):
        event = make_event()
        food = make_stall(event, title="B", format=make_format("intercultural-food"))
        accepted = make_stall(event, title="A", state="accepted")
        placed = make_stall(event, title="C", state="accepted")
        place(placed, make_pitch(make_venue(event)))
        assert self.titles(client, event) == ["B", "A", "C"]
        assert self.titles(client, event, sort="title") == ["A", "B", "C"]
        assert self.titles(client, event, sort="-title") == ["C", "B", "A"]
        assert self.titles(client, event, state="submitted") == [food.title]
        assert self.titles(client, event, state="without-pitch") == [accepted.title]
        assert self.titles(client, event, format="intercultural-food") == [food.title]
        assert self.titles(client, event, state="x", format="x", sort="x") == ["B", "A", "C"]

    @pytest.mark.parametrize(
        "sort", ["title", "organisation", "format", "received", "state", "pitch", "-pitch"]
    )
    def test_have_a_total_order(self, client, sort):
        page = client.get(url("stalls", make_event()), {"sort": sort})
        assert page.context["page_obj"].paginator.object_list.totally_ordered


class TestRegistrations:
    def test_are_filtered_by_state_and_needs(self, client):
        event = make_event()
        plain = make_registration(event)
        needy = make_registration(event, access_needs="Rollstuhl", state="waiting")
        make_registration(event, interpreting="Farsi", state="cancelled")

        def names(**query):
            return {
                r.name for r in client.get(url("registrations", event), query).context["page_obj"]
            }

        assert names(state="confirmed") == {plain.name}
        assert names(state="needs") == {needy.name}
        assert len(names()) == 3

    @pytest.mark.parametrize("sort", ["name", "-size", "state", "email", "registered"])
    def test_have_a_total_order(self, client, sort):
        page = client.get(url("registrations", make_event()), {"sort": sort})
        assert page.context["page_obj"].paginator.object_list.totally_ordered

    def test_export_is_recorded(self, client, manager):
        event = make_event()
        make_registration(event)
        make_registration(event, state="waiting")
        assert client.get(url("registrations-export", event)).status_code == 405
        assert not ExportLog.objects.exists()
        client.post(url("registrations-export", event))
        log = ExportLog.objects.get()
        assert (log.by, log.event, log.rows) == (manager, event, 2)

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_export_runs_no_formulas(self, client, start):
        event = make_event()
        make_registration(
            event, name=f"{start}HYPERLINK(1)", access_needs=f"{start}1", interpreting=f"{start}2"
        )
        answer = client.post(url("registrations-export", event))
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        text = answer.content.decode("utf-8-sig")
        head, row = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        assert head[2] == "Name"
        assert [row[2], row[6], row[7]] == [f"'{start}HYPERLINK(1)", f"'{start}1", f"'{start}2"]

    def test_are_found_by_the_code_at_the_door(self, client):
        party = make_registration(size=4, interpreting="Arabisch")
        text = client.get(f"/de/events/desk/registrations/{party.code}/").text
        assert party.name in text
        assert "4 Personen" in text
        assert "Arabisch" in text

    def test_are_cancelled_by_staff_with_a_mail(self, client, mailbox, deliver_jobs):
        event = make_event(capacity=1)
        party = make_registration(event, email="gast@example.org")
        waiting = make_registration(event, state="waiting")
        path = f"/de/events/desk/registrations/{party.code}/cancel/"
        client.post(path)
        party.refresh_from_db()
        waiting.refresh_from_db()
        assert (party.state, party.cancelled_because) == ("cancelled", "staff")
        assert waiting.is_offered
        deliver_jobs()
        assert "die Veranstaltungsleitung hat" in mailbox.latest("gast@example.org").text
        assert "war schon abgesagt" in client.post(path, follow=True).text


class TestEvent:
    def test_links_the_programme_to_the_admin_for_administrators(self, client):
        item = make_item()
        link = reverse("admin:events_programmeitem_change", args=[item.pk])
        page = url("event", item.venue.event)
        assert link not in client.get(page).text
        client.force_login(make_user("admin"))
        assert link in client.get(page).text

    @pytest.mark.parametrize("page", ["event", "plan"])
    def test_tells_others_whom_to_ask(self, client, page):
        event = make_event()
        admin = make_user("admin", email="admin@example.org")
        link = 'href="mailto:admin@example.org"'
        assert link in client.get(url(page, event)).text
        client.force_login(admin)
        assert link not in client.get(url(page, event)).text

    def test_leads_administrators_from_the_plan_to_the_pitches(self, client):
        venue = make_venue()
        make_pitch(venue)
        link = reverse("admin:events_venue_change", args=[venue.pk])
        page = url("plan", venue.event)
        assert link not in client.get(page).text
        client.force_login(make_user("admin"))
        assert link in client.get(page).text


class TestLanguage:
    @pytest.mark.parametrize(
        "path",
        ["", "/edit", "/stalls", "/plan", "/registrations", "/history", "/call-off"],
    )
    def test_is_the_reader_s_in_at_most_twelve_queries(
        self, client, django_assert_max_num_queries, path
    ):
        event = busy_event(3)
        EventTranslation.objects.create(original=event, language="en", title="Example fair")
        with django_assert_max_num_queries(12):
            text = client.get(f"/en/events/desk/{event.slug}{path}/").text
        assert "Example fair" in text

    def test_is_the_reader_s_on_the_page_of_a_stall_and_of_a_party(
        self, client, django_assert_max_num_queries
    ):
        event = busy_event(3)
        EventTranslation.objects.create(original=event, language="en", title="Example fair")
        stall = event.stall_applications.accepted().first()
        code = event.registrations.first().code
        for path in (f"stalls/{stall.pk}", f"registrations/{code}"):
            with django_assert_max_num_queries(12):
                assert "Example fair" in client.get(f"/en/events/desk/{path}/").text

    def test_is_the_reader_s_for_the_programme(self, client):
        item = make_item(make_venue(name="Beispielhof"), room="Bühne")
        VenueTranslation.objects.create(original=item.venue, language="en", name="Example yard")
        ProgrammeItemTranslation.objects.create(
            original=item, language="en", title="Talk", room="Stage"
        )
        text = client.get(f"/en/events/desk/{item.venue.event.slug}/").text
        assert "Talk" in text
        assert "<span>Example yard</span>, <span>Stage</span>" in text


class TestHistory:
    def test_shows_changes_of_the_event_and_of_its_translations(self, client, manager):
        event = make_event(title="Beispielfest")
        client.post(
            url("edit", event),
            {
                "title": "Beispielmarkt",
                "summary": event.summary,
                "starts_at": "2030-05-01T10:00",
                "ends_at": "2030-05-01T18:00",
            },
        )
        row = EventTranslation.objects.create(original=event, language="en", title="Example fair")
        EventTranslation.objects.filter(pk=row.pk).update(title="Example market")
        text = client.get(url("history", event)).text
        assert "<del>Beispielfest</del> → <ins>Beispielmarkt</ins>" in text
        assert manager.get_full_name() in text
        assert "Titel (English)" in text
        assert "<del>Example fair</del> → <ins>Example market</ins>" in text

    def test_of_venues_and_programme_knows_their_translations(self):
        venue = make_venue(name="Beispielhof")
        VenueTranslation.objects.create(original=venue, language="en", name="Example yard")
        item = make_item(venue, room="Bühne")
        ProgrammeItemTranslation.objects.create(
            original=item, language="en", title="Talk", room="Stage"
        )
        told = {
            new for thing in (venue, item) for step in changes(thing) for _, _, new in step.fields
        }
        assert {"Example yard", "Talk", "Stage"} <= told


class TestQueues:
    def test_count_what_waits_and_lead_to_it(self, django_assert_num_queries):
        event = busy_event(2)
        over = make_event(starts_at=in_days(-9), ends_at=in_days(-8))
        make_stall(over)
        with django_assert_num_queries(1):
            queues = desk.queues()
        assert [queue.count for queue in queues] == [2, 2, 2]
        assert queues[0].url == f"{url('stalls', event)}?state=submitted"

    def test_lead_to_the_list_when_it_is_several_events(self):
        make_stall(make_event())
        make_stall(make_event())
        assert desk.queues()[0].url == "/de/events/desk/"


class TestPrivacy:
    def test_erases_registrations_sixty_days_after_the_event(self):
        event = make_event()
        make_registration(event)
        make_registration(event, state="cancelled", cancelled_at=event.ends_at)
        erase_expired(event.ends_at + timedelta(days=59))
        assert event.registrations.count() == 1
        erase_expired(event.ends_at + timedelta(days=60))
        assert not event.registrations.exists()

    def test_keeps_no_history_of_registrations(self):
        from django.apps import apps

        tracked = {
            model.pgh_tracked_model._meta.label
            for model in apps.get_models()
            if getattr(model, "pgh_tracked_model", None)
        }
        assert "events.Event" in tracked
        assert "events.Registration" not in tracked
