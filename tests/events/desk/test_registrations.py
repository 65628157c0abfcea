"""Registrations at the desk."""

import csv
import io
import re

import pytest

from events.models import ExportLog
from tests.events.world import (
    desk_url,
    make_event,
    make_group,
    make_item,
    make_registration,
    make_venue,
    sign_up,
)
from tests.world import make_organisation, make_user

pytestmark = pytest.mark.django_db


class TestRegistrations:
    def test_are_filtered_by_state_and_needs(self, client):
        event = make_event()
        plain = make_registration(event)
        needy = make_registration(event, access_needs="Rollstuhl", state="waiting")
        make_registration(event, interpreting="Farsi", state="cancelled")

        def names(**query):
            page = client.get(desk_url("registrations", event), query)
            return {party.name for party in page.context["page_obj"]}

        assert names(state="confirmed") == {plain.name}
        assert names(state="needs") == {needy.name}
        assert len(names()) == 3

    @pytest.mark.parametrize(
        ("states", "words"),
        [
            (["confirmed", "waiting", "cancelled"], "2 Anmeldungen, 1 abgesagt"),
            (["confirmed"], "1 Anmeldung"),
            (["cancelled", "cancelled"], "2 abgesagt"),
        ],
    )
    def test_count_without_those_that_were_cancelled(self, client, states, words):
        event = make_event()
        for state in states:
            make_registration(event, state=state)
        page = client.get(desk_url("registrations", event)).text
        assert f'role="status">{words}</p>' in page

    def test_tell_places_that_are_only_offered_from_those_taken(self, client):
        event = make_event(capacity=4)
        make_registration(event, size=3)
        page = client.get(desk_url("registrations", event)).text
        assert "3 Personen haben einen Platz, einer ist frei." in page
        make_registration(event, state="offered")
        page = client.get(desk_url("registrations", event)).text
        assert "3 Personen haben einen Platz, 1 Person bekommt gerade einen angeboten" in page
        assert "angeboten, keiner ist frei." in page

    @pytest.mark.parametrize(
        ("language", "typed", "words"),
        [
            ("de", "Arabisch", "Dolmetschen: Arabisch"),
            ("en", " arabisch", "Interpreting into Arabic"),
            ("en", "العربية", "Interpreting into Arabic"),
            ("en", "Plattdeutsch", "Interpreting into Plattdeutsch"),
        ],
    )
    def test_name_the_language_to_interpret_into_in_the_readers_words(
        self, client, language, typed, words
    ):
        party = make_registration(interpreting=typed)
        url = desk_url("registrations", party.event).replace("/de/", f"/{language}/")
        assert words in client.get(url).text

    @pytest.mark.parametrize("sort", ["name", "-size", "state", "email", "registered"])
    def test_have_a_total_order(self, client, sort):
        page = client.get(desk_url("registrations", make_event()), {"sort": sort})
        assert page.context["page_obj"].paginator.object_list.totally_ordered

    def test_export_is_recorded(self, client, manager):
        event = make_event()
        make_registration(event)
        make_registration(event, state="waiting")
        assert client.get(desk_url("registrations-export", event)).status_code == 405
        assert not ExportLog.objects.exists()
        client.post(desk_url("registrations-export", event))
        log = ExportLog.objects.get()
        assert (log.by, log.event, log.rows) == (manager, event, 2)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_export_names_programme_items(self, client, rows, django_assert_num_queries):
        event = make_event()
        venue = make_venue(event)
        items = [make_item(venue, title=f"Beispiel {x}", room=x, places=9) for x in "AB"]
        for _ in range(rows):
            party = make_registration(event, size=2)
            for item, people in zip(items, (2, 1), strict=True):
                sign_up(party, item, people)
        url = desk_url("registrations-export", event)
        text = client.post(url).content.decode("utf-8-sig")
        head, *parties = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        column = head.index("Programmpunkte")
        assert [row[column] for row in parties] == ["Beispiel A (2); Beispiel B (1)"] * rows
        with django_assert_num_queries(9):
            client.post(url)

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_export_runs_no_formulas(self, client, start):
        event = make_event()
        make_registration(
            event, name=f"{start}HYPERLINK(1)", access_needs=f"{start}A1", interpreting=f"{start}A2"
        )
        answer = client.post(desk_url("registrations-export", event))
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        text = answer.content.decode("utf-8-sig")
        head, row = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        assert head[2] == "Name"
        assert [row[2], row[6], row[7]] == [f"'{start}HYPERLINK(1)", f"'{start}A1", f"'{start}A2"]

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

    @pytest.mark.parametrize(
        ("leader", "whom"),
        [
            (
                {"email": "haus@example.org", "phone": "030 1234567"},
                "haus@example.org, 030 1234567",
            ),
            ({"email": "", "phone": "030 1234567"}, "Beispielhaus, 030 1234567"),
            ({"email": "", "phone": "", "website": "https://example.org"}, "/de/imprint/"),
            ({"email": "haus@example.org", "status": "draft"}, "/de/imprint/"),
            (None, "/de/imprint/"),
        ],
    )
    def test_cancelled_by_staff_say_why_and_whom_to_ask(
        self, client, mailbox, deliver_jobs, leader, whom
    ):
        organisation = leader and make_organisation("Beispielhaus", **leader)
        event = make_event(organisation=organisation)
        party = make_registration(event, email="gast@example.org")
        group = make_group(event, contact=make_user(email="gruppe@example.org"))
        for found in (party, group.registrations.get()):
            page = f"/de/events/desk/registrations/{found.code}/"
            assert 'name="words"' in client.get(page).text
            client.post(f"{page}cancel/", {"words": "Der Saal ist zu klein."})
        deliver_jobs()
        for address in ("gast@example.org", "gruppe@example.org"):
            mail = mailbox.latest(address)
            for text in (mail.text, mail.html):
                assert "die Veranstaltungsleitung hat" in text
                assert "Der Saal ist zu klein." in text
                assert whom in text
                assert text.index("Der Saal ist zu klein.") < text.index(whom)
                assert "Solange die Anmeldung offen ist" not in text

    def test_cancelled_in_a_group_name_whom_to_ask_in_the_language_of_its_contact(
        self, client, mailbox, deliver_jobs
    ):
        contact = make_user(email="group@example.org")
        contact.language = "en"
        contact.save()
        [party] = make_group(contact=contact).registrations.all()
        client.post(f"/de/events/desk/registrations/{party.code}/cancel/")
        deliver_jobs()
        text = mailbox.latest("group@example.org").text
        assert "/en/imprint/" in text
        assert "/de/" not in text

    def test_cancelled_as_they_asked_carry_no_words_of_the_organisers(
        self, client, mailbox, deliver_jobs
    ):
        party = make_registration(email="gast@example.org")
        path = f"/de/events/desk/registrations/{party.code}/cancel/"
        client.post(path, {"because": "guest", "words": "Doch nicht."})
        deliver_jobs()
        text = mailbox.latest("gast@example.org").text
        assert "Doch nicht." not in text
        assert "Bitte fragen Sie hier nach" not in text
        assert "Solange die Anmeldung offen ist" in text

    def test_are_not_cancelled_with_too_many_words(self, client):
        party = make_registration()
        path = f"/de/events/desk/registrations/{party.code}/cancel/"
        answer = client.post(path, {"words": "x" * 501})
        assert answer.status_code == 422
        [asked] = re.findall(r"<details[^>]* open>.*?</details>", answer.text, re.DOTALL)
        assert "höchstens 500" in asked
        assert "x" * 501 in asked
        party.refresh_from_db()
        assert party.is_confirmed

    def test_without_an_address_are_told_nothing_in_writing(self, client):
        party = make_registration(email="", at_desk=True)
        page = client.get(f"/de/events/desk/registrations/{party.code}/").text
        assert 'name="words"' not in page
