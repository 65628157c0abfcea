"""A party registers and looks after its place: pages and mails."""

import re

import pytest
from icalendar import Calendar

from events import emails, links, registering
from events.models import Registration
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.events.world import in_days, make_event, make_registration, make_venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


def form(**fields) -> dict:
    return {
        "name": "Amira",
        "email": "nachbarin@example.org",
        "size": "3",
        "language": "de",
        **fields,
    }


def path(event, page="register") -> str:
    return f"/de/events/{event.slug}/{page}/"


def open_link(client, registration: Registration) -> str:
    """Open the link of the mail; return where it leads."""
    answer = client.get("/" + links.link(registration).split("/", 3)[3])
    assert answer.status_code == 302
    return answer.url


class TestForm:
    def test_registers_and_sends_calendar_entry_code_and_link(self, client, mailbox, deliver_jobs):
        event = make_event(capacity=8)
        make_venue(event, name="Beispielhof")
        answer = client.post(path(event), form(), follow=True)
        assert answer.redirect_chain == [(path(event, "registered"), 302)]
        assert "nachbarin@example.org</dd>" in answer.text
        registration = Registration.objects.get()
        assert (registration.state, registration.size) == ("confirmed", 3)
        deliver_jobs()
        mail = mailbox.latest("nachbarin@example.org")
        assert mail.subject == f"Sie sind dabei: {event.title}"
        assert "3 Plätze sind für Sie reserviert." in mail.text
        assert "Beispielhof" in mail.text
        assert registration.code in mail.text
        by_kind = {file.kind: file for file in mail.attachments}
        entry = Calendar.from_ical(by_kind["text/calendar"].content).events[0]
        assert entry["UID"] == f"event-{event.pk}@localhost"
        assert by_kind["image/png"].content.startswith(b"\x89PNG")
        assert 'src="cid:qr-code"' in mail.html
        assert any(part["Content-ID"] == "<qr-code>" for part in mail.message.walk())

    def test_writes_in_the_language_the_party_chose(self, client, mailbox, deliver_jobs):
        event = make_event()
        client.post(path(event), form(language="en"))
        deliver_jobs()
        mail = mailbox.latest("nachbarin@example.org")
        assert mail.subject == f"You are coming: {event.title}"
        assert "/en/events/registrations/link/" in mail.text

    def test_puts_a_party_that_does_not_fit_on_the_waiting_list(
        self, client, mailbox, deliver_jobs
    ):
        event = make_event(capacity=4)
        make_registration(event, size=2)
        make_registration(event, size=3, state="waiting")
        client.post(path(event), form())
        deliver_jobs()
        mail = mailbox.latest("nachbarin@example.org")
        assert mail.subject == f"Sie stehen auf der Warteliste: {event.title}"
        assert "Ihr Platz auf der Liste: 2" in mail.text

    def test_answers_the_same_whether_the_address_is_known_or_not(
        self, client, mailbox, deliver_jobs
    ):
        event = make_event()
        first = client.post(path(event), form(), follow=True)
        again = client.post(path(event), form(size="5"), follow=True)
        without_token = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"')
        assert without_token.sub("", first.text) == without_token.sub("", again.text)
        assert first.redirect_chain == again.redirect_chain
        assert Registration.objects.get().size == 3
        deliver_jobs()
        assert mailbox.latest().subject.startswith("Sie sind schon angemeldet")

    def test_with_a_wrong_address_is_put_right_and_keeps_its_place(
        self, client, mailbox, deliver_jobs
    ):
        event = make_event(capacity=3)
        client.post(path(event), form(email="nachbarin@example.ogr"))
        registered = path(event, "registered")
        assert "nachbarin@example.ogr" in client.get(registered).text
        assert client.post(registered, {"email": ""}).status_code == 422
        answer = client.post(registered, {"email": "nachbarin"})
        assert answer.status_code == 422 and 'value="nachbarin"' in answer.text
        old_link = links.link(Registration.objects.get())
        answer = client.post(registered, {"email": "nachbarin@example.org"}, follow=True)
        assert "Mail geht an nachbarin@example.org." in answer.text
        registration = Registration.objects.get()
        assert (registration.email, registration.state) == ("nachbarin@example.org", "confirmed")
        deliver_jobs()
        mail = mailbox.latest("nachbarin@example.org")
        assert mail.subject == f"Sie sind dabei: {event.title}"
        # Whoever has the wrong address sees nothing of it.
        assert client.get("/" + old_link.split("/", 3)[3]).status_code == 410
        # In the other language too, and a second slip is no dead end either.
        assert "nachbarin@example.org" in client.get(registered.replace("/de/", "/en/")).text
        client.post(registered, {"email": "nachbar@example.org"})
        assert Registration.objects.get().email == "nachbar@example.org"

    def test_with_a_wrong_address_gives_way_to_one_with_the_right_address(
        self, client, mailbox, deliver_jobs
    ):
        event = make_event(capacity=3)
        client.post(path(event), form(email="nachbarin@example.ogr"))
        right = make_registration(event, email="nachbarin@example.org", size=3, state="waiting")
        client.post(path(event, "registered"), {"email": "nachbarin@example.org"})
        right.refresh_from_db()
        assert right.state == "offered"
        assert event.registrations.active().get() == right
        deliver_jobs()
        (told,) = [
            mail
            for mail in mailbox.mails(to="nachbarin@example.org")
            if "schon angemeldet" in mail.subject
        ]
        assert "(3 Personen). Die weitere Anmeldung ist beendet" in told.text
        # Whoever has the wrong address reads the same as where the right one is new: nothing.
        assert [mail.subject[:14] for mail in mailbox.mails(to="nachbarin@example.ogr")] == []
        # What the other one registered is not theirs to move.
        client.post(path(event, "registered"), {"email": "boese@example.org"})
        right.refresh_from_db()
        assert right.email == "nachbarin@example.org"

    @pytest.mark.parametrize("own", [True, False])
    def test_of_somebody_else_cannot_be_moved_to_another_address(self, client, own):
        event = make_event()
        known = make_registration(event, email="nachbarin@example.org")
        if own:  # the form was sent with the same address later on
            client.post(path(event), form())
        answer = client.post(path(event, "registered"), {"email": "boese@example.org"})
        assert answer.url == path(event, "registered" if own else "register")
        known.refresh_from_db()
        assert known.email == "nachbarin@example.org"

    def test_takes_no_session_so_that_a_stranger_sees_no_registration(self, client):
        event = make_event()
        known = make_registration(event, email="nachbarin@example.org")
        client.post(path(event), form())
        assert client.get(known.get_absolute_url()).status_code == 410

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"name": ""}, "name"),
            ({"email": ""}, "email"),
            ({"email": "amira"}, "email"),
            ({"size": "0"}, "size"),
            ({"size": "11"}, "size"),
            ({"size": "viele"}, "size"),
            ({"children": "4"}, "children"),
            ({"children": "-1"}, "children"),
            ({"language": "xx"}, "language"),
            ({"access_needs": "x" * 301}, "access_needs"),
        ],
    )
    def test_says_at_the_field_what_to_mend_and_keeps_what_was_typed(self, client, fields, field):
        event = make_event()
        answer = client.post(path(event), form(interpreting="Arabisch", **fields))
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert "Arabisch" in answer.text
        assert not Registration.objects.exists()

    def test_keeps_needs_for_the_organisers(self, client):
        client.post(
            path(make_event()),
            form(access_needs="Rollstuhl", interpreting="Farsi", children="2"),
        )
        registration = Registration.objects.get()
        assert registration.has_needs
        assert registration.children == 2

    def test_says_that_groups_need_an_account(self, client, member):
        page = f"/de/events/{make_event().slug}/register/"
        words = "Dafür brauchen Sie ein Konto, damit Sie sich um die Familien kümmern können."
        assert words in client.get(page).text
        client.force_login(member)
        assert words not in client.get(page).text

    def test_says_why_it_asks(self, client):
        text = client.get(path(make_event())).text
        assert text.count("Warum wir fragen:") == 5

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"starts_at": in_days(-2), "ends_at": in_days(-1)}, "Diese Veranstaltung ist vorbei"),
            ({"registration_opens_at": in_days(2)}, "Noch nicht geöffnet"),
            ({"takes_registrations": False}, "Sie müssen sich nicht anmelden"),
            ({"registration_closes_at": in_days(-1)}, "Die Anmeldung ist geschlossen"),
        ],
    )
    def test_says_when_it_is_not_open(self, client, fields, words):
        event = make_event(**fields)
        assert words in client.get(path(event)).text
        assert words in client.post(path(event), form()).text
        assert not Registration.objects.exists()

    def test_stops_a_script(self, client):
        event = make_event()
        answers = [
            client.post(path(event), form(email=f"gast{n}@example.org")).status_code
            for n in range(21)
        ]
        assert answers.count(302) == 20
        assert answers[-1] == 429

    def test_does_not_flood_one_address(self, client, mailbox, deliver_jobs):
        event = make_event()
        for _ in range(7):
            assert client.post(path(event), form()).status_code == 302
        deliver_jobs()
        assert len(mailbox.mails(to="nachbarin@example.org")) == 5

    def test_is_protected_against_forged_posts(self):
        from django.test import Client

        event = make_event()
        assert Client(enforce_csrf_checks=True).post(path(event), form()).status_code == 403

    @pytest.mark.parametrize("rows", [1, 3])
    def test_takes_so_many_queries(self, client, django_assert_num_queries, rows):
        event = make_event(capacity=8)
        for _ in range(rows):
            make_registration(event)
            make_registration(event, state="waiting", size=9)
        client.get(path(event))
        with django_assert_num_queries(3):
            client.get(path(event))


class TestLink:
    def test_is_exchanged_for_an_address_without_a_secret(self, client):
        registration = make_registration()
        url = open_link(client, registration)
        assert url == f"/de/events/registrations/{registration.code}/"
        page = client.get(url)
        assert page.status_code == 200
        assert registration.name in page.text
        assert "no-store" in page["Cache-Control"]

    def test_is_needed_to_see_anything(self, client):
        registration = make_registration()
        for page in ("", "qr.svg", "cancel/", "change/"):
            answer = client.get(registration.get_absolute_url() + page)
            assert answer.status_code == 410
            assert registration.name not in answer.text
            assert "Bitte öffnen Sie den Link aus unserer E-Mail" in answer.text

    def test_of_one_party_opens_no_other(self, client):
        mine, other = make_registration(), make_registration()
        open_link(client, mine)
        assert client.get(other.get_absolute_url()).status_code == 410
        assert client.post(f"{other.get_absolute_url()}cancel/").status_code == 410
        other.refresh_from_db()
        assert other.is_confirmed

    @pytest.mark.parametrize("token", ["x", "MQ:1abc:def"])
    def test_that_is_wrong_says_what_to_do(self, client, token):
        answer = client.get(f"/de/events/registrations/link/{token}/")
        assert answer.status_code == 404
        assert "</html>" in answer.text

    def test_of_an_erased_registration_says_so(self, client):
        registration = make_registration()
        link = "/" + links.link(registration).split("/", 3)[3]
        registration.delete()
        assert client.get(link).status_code == 410

    def test_tried_too_often_asks_to_wait(self, client, settings):
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "link": "1/m/ip"}
        registration = make_registration()
        assert open_link(client, registration).endswith(f"{registration.code}/")
        answer = client.get("/" + links.link(registration).split("/", 3)[3])
        assert answer.status_code == 429
        assert "Einen Moment" in answer.text

    def test_does_nothing_by_being_opened(self, client):
        registration = make_registration(state="offered")
        url = open_link(client, registration)
        for page in ("", "cancel/", "change/"):
            client.get(url + page)
        assert client.get(url + "accept/").status_code == 405
        registration.refresh_from_db()
        assert registration.is_offered


class TestOwnPage:
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("confirmed", "2 Plätze sind für Sie reserviert"),
            ("waiting", "Sie stehen auf Platz 1 der Warteliste"),
            ("offered", "2 Plätze sind für Sie frei geworden"),
            ("cancelled", "Diese Anmeldung ist abgesagt"),
        ],
    )
    def test_says_how_things_stand(self, client, state, words):
        registration = make_registration(state=state, size=2)
        assert words in client.get(open_link(client, registration)).text

    @pytest.mark.parametrize(("size", "words"), [(1, "Ja, ich komme"), (2, "Ja, wir kommen")])
    def test_asks_once_whether_an_offer_is_taken(self, client, size, words):
        registration = make_registration(state="offered", size=size)
        text = client.get(open_link(client, registration)).text
        assert words in text
        assert "Anmeldung absagen" not in text

    def test_says_when_an_offer_has_run_out(self, client):
        registration = make_registration(state="offered", offered_until=in_days(-1))
        text = client.get(open_link(client, registration)).text
        assert "Dieses Angebot ist abgelaufen" in text
        assert "Ja, wir kommen" not in text

    def test_shows_a_code_that_leads_staff_to_the_party(self, client):
        from events import qr

        registration = make_registration()
        answer = client.get(f"{open_link(client, registration)}qr.svg")
        assert answer["Content-Type"] == "image/svg+xml"
        assert b"<svg" in answer.content
        assert qr.content(registration).endswith(
            f"/de/events/desk/registrations/{registration.code}/"
        )

    @pytest.mark.parametrize("state", ["confirmed", "waiting"])
    def test_takes_at_most_twelve_queries(self, client, django_assert_max_num_queries, state):
        registration = make_registration(make_event(capacity=3), state=state, size=2)
        url = open_link(client, registration)
        with django_assert_max_num_queries(12):
            client.get(url)


class TestCancel:
    def test_ends_with_the_event(self, client):
        party = make_registration(make_event(starts_at=in_days(-2), ends_at=in_days(-1)))
        url = open_link(client, party) + "cancel/"
        for answer in (client.get(url), client.post(url)):
            assert answer.url == party.get_absolute_url()
        with pytest.raises(TransitionNotAllowed):
            registering.cancel(party)
        party.refresh_from_db()
        assert party.is_confirmed

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("waiting", "Sie geben Ihren Platz auf der Warteliste auf."),
            ("offered", "Die Plätze sind dann für andere frei."),
        ],
    )
    def test_says_what_those_give_up_who_have_no_place_yet(self, client, state, words):
        party = make_registration(state=state)
        page = client.get(open_link(client, party) + "cancel/").text
        assert f"{words} Das lässt sich nicht zurücknehmen" in page
        assert "solange Platz ist" not in page

    def test_asks_first_and_then_passes_the_place_on(self, client, mailbox, deliver_jobs):
        event = make_event(capacity=3)
        going = make_registration(event, size=3, email="geht@example.org")
        make_registration(event, size=2, state="waiting", email="wartet@example.org")
        url = open_link(client, going) + "cancel/"
        assert "Anmeldung absagen?" in client.get(url).text
        answer = client.post(url, follow=True)
        assert "Ihre Anmeldung ist abgesagt." in answer.text
        deliver_jobs()
        assert mailbox.latest("geht@example.org").subject == f"Abgesagt: {event.title}"
        offer = mailbox.latest("wartet@example.org")
        assert offer.subject == f"Ein Platz für Sie: {event.title}"
        assert "2 Plätze sind frei geworden" in offer.text
        assert "Bitte sagen Sie bis" in offer.text

    @pytest.mark.parametrize(
        ("language", "words", "subject"),
        [
            (
                "de",
                "Sie stehen nicht mehr auf der Warteliste",
                "Nicht mehr auf der Warteliste: Beispielfest",
            ),
            (
                "en",
                "ou are no longer on the waiting list",
                "No longer on the waiting list: Beispielfest",
            ),
        ],
    )
    def test_of_who_waits_speaks_of_the_list_and_of_no_places(
        self, client, mailbox, deliver_jobs, language, words, subject
    ):
        event = make_event(title="Beispielfest", capacity=1)
        make_registration(event)
        waiting = make_registration(
            event, state="waiting", email="wartet@example.org", language=language
        )
        url = open_link(client, waiting).replace("/de/", f"/{language}/")
        for answer in (client.post(f"{url}cancel/", follow=True), client.get(url)):
            assert words in answer.text
            for misleading in ("Platz für andere", "room for others", "abgesagt", "cancelled"):
                assert misleading not in answer.text
        deliver_jobs()
        mail = mailbox.latest("wartet@example.org")
        assert mail.subject == subject
        assert f"{words}." in mail.text
        assert "Platz für andere" not in mail.text
        assert "makes room for others" not in mail.text

    def test_twice_is_no_error(self, client):
        registration = make_registration()
        url = open_link(client, registration) + "cancel/"
        client.post(url)
        answer = client.post(url, follow=True)
        assert "war schon abgesagt" in answer.text


class TestAccept:
    def test_confirms_and_sends_the_ticket(self, client, mailbox, deliver_jobs):
        registration = make_registration(state="offered", email="wartet@example.org")
        answer = client.post(open_link(client, registration) + "accept/", follow=True)
        assert "Sie sind dabei." in answer.text
        deliver_jobs()
        assert mailbox.latest("wartet@example.org").subject.startswith("Sie sind dabei")

    def test_twice_is_no_error(self, client):
        registration = make_registration(state="offered")
        url = open_link(client, registration) + "accept/"
        client.post(url)
        answer = client.post(url, follow=True)
        assert "abgelaufen" not in answer.text
        assert "Ein Platz ist für Sie reserviert" in answer.text

    def test_too_late_says_so(self, client, mailbox, deliver_jobs):
        event = make_event(capacity=1)
        late = make_registration(
            event, state="offered", offered_until=in_days(-1), email="spaet@example.org"
        )
        make_registration(event, state="waiting", email="naechste@example.org")
        answer = client.post(open_link(client, late) + "accept/", follow=True)
        assert "Dieses Angebot ist abgelaufen" in answer.text
        deliver_jobs()
        assert "nicht rechtzeitig" in mailbox.latest("spaet@example.org").text
        assert mailbox.latest("naechste@example.org").subject.startswith("Ein Platz für Sie")


class TestMails:
    @pytest.mark.parametrize("capacity", [None, 5])
    def test_speak_of_a_waiting_list_where_there_is_one(self, mailbox, deliver_jobs, capacity):
        registration = make_registration(make_event(capacity=capacity))
        emails.registration_confirmed(registration)
        deliver_jobs()
        mail = mailbox.latest(registration.email)
        for text in (mail.text, mail.html):
            assert "Bitte sagen Sie ab, wenn Sie nicht kommen können" in text
            assert ("Warteliste" in text) == (capacity is not None)
        assert "<h1>Ein Platz ist für Sie reserviert.</h1>" in mail.html


class TestOnlineOnly:
    """Nobody stands at a door."""

    @pytest.mark.parametrize(("attendance", "has_code"), [("online", False), ("both", True)])
    def test_has_no_code_to_show(self, client, mailbox, deliver_jobs, attendance, has_code):
        event = make_event(attendance=attendance)
        url = f"/de/events/{event.slug}/register/"
        client.post(url, {"name": "Ali", "size": "2", "email": "ali@example.org", "language": "de"})
        deliver_jobs()
        mail = mailbox.latest("ali@example.org")
        assert ("QR-Code" in mail.text, "cid:qr-code" in mail.html) == (has_code, has_code)
        assert "Termin für Ihren Kalender" in mail.text
        link = re.search(r"/de/events/registrations/link/\S+", mail.text)[0]
        page = client.get(link, follow=True).text
        assert ("Bitte am Eingang zeigen" in page) is has_code

    @pytest.mark.parametrize(("attendance", "has_door"), [("online", False), ("both", True)])
    def test_asks_as_if_there_were_a_door_only_where_there_is(self, client, attendance, has_door):
        event = make_event(attendance=attendance)
        page = client.get(path(event)).text
        for words in ("am Eingang begrüßen", "Zugang, Dolmetschen", "Rollstuhl"):
            assert (words in page) is has_door
        for words in ("Damit wir Sie ansprechen können", "Gebärdensprache, Dolmetschen"):
            assert (words in page) is not has_door
