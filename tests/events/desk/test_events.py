"""Events at the desk: set up, changed, published, called off."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import Event, EventTranslation, ProgrammeItemTranslation, VenueTranslation
from ssoe_portal.common.changes import changes
from tests.events.world import (
    busy_event,
    desk_url,
    in_days,
    make_event,
    make_item,
    make_registration,
    make_stall,
    make_venue,
)
from tests.sending import as_shown
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db


class TestList:
    def test_shows_the_numbers(self, client):
        busy_event(2)
        [(heading, [event])] = client.get("/de/events/desk/").context["groups"]
        assert heading == "Kommende"
        assert (event.people, event.waiting) == (4, 2)
        assert (event.undecided, event.accepted) == (2, 4)

    def test_has_the_next_one_first_and_what_is_over_below(self, client):
        later, next_one = make_event(starts_at=in_days(20)), make_event(starts_at=in_days(10))
        over = make_event(starts_at=in_days(-2), ends_at=in_days(-1))
        groups = client.get("/de/events/desk/").context["groups"]
        assert [rows for _, rows in groups] == [[next_one, later], [over]]
        assert groups[1][1][0].people == 0

    def test_has_pages_on_which_each_stands_once(self, client):
        days = [*range(-20, 0), *range(10, 45)]
        made = [make_event(starts_at=in_days(day), ends_at=in_days(day + 0.5)) for day in days]
        pages = [
            [event for _heading, rows in answer.context["groups"] for event in rows]
            for answer in (client.get("/de/events/desk/", {"page": page}) for page in (1, 2))
        ]
        assert [len(rows) for rows in pages] == [50, 5]
        assert [*pages[0], *pages[1]] == [*made[20:], *reversed(made[:20])]

    def test_counts_nothing_where_nobody_registers_or_takes_stalls(self, client):
        event = make_event(takes_registrations=False)
        text = client.get("/de/events/desk/").text
        assert len(re.findall(r'<td class="num cell-none"[^>]*>–</td>', text)) == 4
        assert 'class="queue__item' not in client.get(desk_url("event", event)).text
        Event.objects.update(takes_registrations=True, stalls_until=in_days(1))
        text = client.get("/de/events/desk/").text
        assert len(re.findall(r'<td class="num"[^>]*>0</td>', text)) == 3
        assert "cell-none" not in text
        assert client.get(desk_url("event", event)).text.count('class="queue__item ') == 6

    @pytest.mark.parametrize("rows", [1, 3])
    def test_takes_so_many_queries(self, client, django_assert_num_queries, rows):
        for _ in range(rows):
            busy_event(1)
        client.get("/de/events/desk/")
        with django_assert_num_queries(5):
            client.get("/de/events/desk/")


class TestEvent:
    def test_leads_to_the_board_and_to_each_session(self, client):
        item = make_item()
        text = client.get(desk_url("event", item.event)).text
        assert f'href="{desk_url("programme", item.event)}"' in text
        assert reverse("events:desk-item", args=[item.event.slug, item.pk]) in text

    def test_tells_others_whom_to_ask_about_the_plan(self, client):
        event = make_event()
        admin = make_user("admin", email="admin@example.org")
        link = 'href="mailto:admin@example.org"'
        assert link in client.get(desk_url("plan", event)).text
        client.force_login(admin)
        assert link not in client.get(desk_url("plan", event)).text


class TestEdit:
    def form(self, **fields) -> dict:
        return {
            "title": "Beispielfest",
            "summary": "Musik und Suppe.",
            "attendance": "on-site",
            "starts_at": in_days(20).strftime("%Y-%m-%dT%H:%M"),
            "ends_at": in_days(21).strftime("%Y-%m-%dT%H:%M"),
            **fields,
        }

    def test_sets_up_an_event_as_a_draft(self, client):
        answer = client.post("/de/events/desk/new/", self.form())
        event = Event.objects.get()
        assert answer.url == desk_url("event", event)
        assert event.status == "draft"

    @pytest.mark.parametrize(
        ("status", "from_day", "is_refused"),
        [
            ("published", 30, True),
            ("submitted", 30, True),
            ("published", -30, False),
            ("published", -0.05, False),
            ("draft", 30, False),
        ],
    )
    def test_moves_nothing_into_the_past_that_people_may_count_on(
        self, client, status, from_day, is_refused
    ):
        event = make_event(status=status)
        Event.objects.update(starts_at=in_days(from_day), ends_at=in_days(from_day + 0.2))
        past = {
            "starts_at": in_days(-20).strftime("%Y-%m-%dT%H:%M"),
            "ends_at": in_days(-19).strftime("%Y-%m-%dT%H:%M"),
        }
        answer = client.post(desk_url("edit", event), self.form(**past))
        assert (answer.status_code == 422) is is_refused
        if is_refused:
            assert "Das ist schon vorbei." in answer.context["form"].errors["starts_at"][0]
        event.refresh_from_db()
        assert (timezone.localdate(event.starts_at) == timezone.localdate(in_days(-20))) is not (
            is_refused
        )

    def test_offers_organisations_as_in_a_telephone_book(self, client):
        for name in ("Zirkel", "beta gGmbH", "Ähre"):
            make_organisation(name)
        form = client.get("/de/events/desk/new/").context["form"]
        names = [row.name for row in form.fields["organisation"].queryset]
        assert names == ["Ähre", "beta gGmbH", "Zirkel"]

    def test_keeps_what_somebody_else_changed_meanwhile(self, client):
        starts = in_days(30).replace(hour=10, minute=0, second=0, microsecond=0)
        event = make_event(starts_at=starts, ends_at=starts + timedelta(hours=4))
        later, latest = (timezone.localtime(starts + timedelta(hours=hours)) for hours in (1, 2))
        path = desk_url("edit", event)
        mine, theirs = as_shown(client.get(path).text), as_shown(client.get(path).text)
        client.post(path, mine | {"starts_at": f"{later:%Y-%m-%dT%H:%M}", "capacity": "30"})
        answer = client.post(path, theirs | {"starts_at": f"{latest:%Y-%m-%dT%H:%M}"})
        assert f"Jetzt steht dort: „{later:%d.%m.%Y, %H:%M}“" in answer.text
        assert client.post(path, theirs | {"title": "Beispielmarkt"}).status_code == 302
        event.refresh_from_db()
        assert (event.title, event.capacity) == ("Beispielmarkt", 30)
        assert event.starts_at == later

    def test_offers_added_places_to_the_waiting_list(self, client):
        event = make_event(capacity=1)
        make_registration(event)
        waiting = make_registration(event, state="waiting")
        client.post(desk_url("edit", event), self.form(capacity="2", takes_registrations="on"))
        waiting.refresh_from_db()
        assert waiting.is_offered

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"ends_at": "2020-01-01T10:00"}, "Das Ende muss nach dem Anfang liegen."),
            ({"capacity": "0"}, "eine Zahl ab 1 ein"),
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
            client.post(desk_url("edit", event), self.form())
        reads = [q["sql"] for q in queries if 'FROM "events_event"' in q["sql"]]
        assert "FOR NO KEY UPDATE" in reads[0]


class TestEnglish:
    def save(self, client, event, **english):
        values = TestEdit().form(title=event.title, summary=event.summary)
        data = values | {f"en-{name}": text for name, text in english.items()}
        return client.post(desk_url("edit", event), data)

    def test_is_written_changed_and_removed_beside_the_german(self, client):
        event = make_event()
        path = desk_url("edit", event)
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
        answer = client.post(desk_url("edit", event), values)
        assert answer.status_code == 422
        assert "braucht einen Titel und einen Satz" in answer.text
        event.refresh_from_db()
        assert event.title != "Neu"

    def test_is_said_to_be_older_than_the_german_until_somebody_looks(self, client):
        event = make_event()
        english = {"title": "Example fair", "summary": "An afternoon."}
        self.save(client, event, **english)
        assert "en-still_fits" not in client.get(desk_url("edit", event)).text
        event.title = "Neuer Titel"
        event.save()
        page = client.get(desk_url("edit", event)).text
        assert "en-still_fits" in page
        assert '<details class="fold form-section" id="english" open>' in page
        self.save(client, event, **english, still_fits="on")
        assert not event.is_outdated_in("en")


class TestStatus:
    def test_publishes_and_archives(self, client):
        event = make_event(status="draft", starts_at=in_days(-2), ends_at=in_days(-1))
        make_venue(event)
        for step, status in (("publish", "published"), ("archive", "archived")):
            client.post(desk_url("status", event), {"step": step})
            event.refresh_from_db()
            assert event.status == status

    def test_publishes_nothing_that_people_would_not_find(self, client):
        event = make_event(status="draft")
        page = client.get(desk_url("event", event)).text
        assert 'value="publish"' not in page
        assert reverse("events:venue-new", args=[event.slug]) in page
        answer = client.post(desk_url("status", event), {"step": "publish"}, follow=True)
        assert "die Menschen müssen wissen, wohin" in answer.text
        Event.objects.update(attendance="online")
        assert 'value="publish"' in client.get(desk_url("event", event)).text
        client.post(desk_url("status", event), {"step": "publish"})
        assert Event.objects.published().get() == event

    @pytest.mark.parametrize("step", ["publish", "delete", ""])
    def test_refuses_what_is_not_possible(self, client, step):
        event = make_event()
        answer = client.post(desk_url("status", event), {"step": step}, follow=True)
        assert "Dieser Schritt ist nicht möglich." in answer.text

    def test_asks_before_it_calls_off_what_people_count_on(self, client):
        event = make_event()
        make_registration(event, size=3)
        make_registration(event, size=2, state="waiting")
        make_registration(event, size=9, state="cancelled")
        make_stall(event)
        page = client.get(desk_url("event", event)).text
        assert "Veranstaltung absagen" in page
        assert 'value="archive"' not in page
        answer = client.post(desk_url("status", event), {"step": "archive"}, follow=True)
        assert "2 Anmeldungen werden abgesagt (Personen: 5)." in answer.text
        assert "1 Standbewerbung wird zurückgezogen." in answer.text
        event.refresh_from_db()
        assert event.is_published

    def test_leads_from_what_was_called_off_to_its_public_page(self, client):
        event = make_event()
        event.archive()
        page = client.get(desk_url("event", event)).text
        assert "Öffentliche Seite ansehen" in page
        assert "Wieder veröffentlichen" in page
        assert "Vorschau ansehen" not in page

    def test_says_what_an_organisation_was_asked(self, client):
        event = make_event(status="returned", organisation=make_organisation())
        page = client.get(desk_url("event", event)).text
        assert "sie hat es noch nicht wieder eingereicht" in page
        assert event.return_reason in page

    def test_archives_what_nobody_counts_on(self, client):
        event = make_event()
        make_registration(event, state="cancelled")
        page = client.get(desk_url("event", event)).text
        assert "Archivieren" in page
        assert "Veranstaltung absagen" not in page
        answer = client.get(desk_url("call-off", event), follow=True)
        assert "Mit dieser Veranstaltung rechnet niemand" in answer.text
        client.post(desk_url("status", event), {"step": "archive"})
        event.refresh_from_db()
        assert event.status == "archived"


class TestHistory:
    def test_shows_changes_of_the_event_and_of_its_translations(self, client, manager):
        event = make_event(title="Beispielfest")
        client.post(
            desk_url("edit", event),
            {
                "title": "Beispielmarkt",
                "summary": event.summary,
                "attendance": "on-site",
                "starts_at": "2030-05-01T10:00",
                "ends_at": "2030-05-01T18:00",
            },
        )
        row = EventTranslation.objects.create(original=event, language="en", title="Example fair")
        EventTranslation.objects.filter(pk=row.pk).update(title="Example market")
        text = client.get(desk_url("history", event)).text
        assert "<del>Beispielfest</del> → <ins>Beispielmarkt</ins>" in text
        assert manager.get_full_name() in text
        assert "Titel auf Englisch" in text
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
