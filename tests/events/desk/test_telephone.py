"""Whoever calls is registered at the desk: the same rules, with or without an e-mail address."""

import re

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils.formats import date_format

from events import anonymising, calling_off, letters, links, messaging, registering
from events.models import Message, Registration
from events.models.registration import new_code
from events.templatetags.times import moment
from tests.events.test_changing import form as form_of
from tests.events.world import (
    desk_url,
    in_days,
    make_event,
    make_group,
    make_item,
    make_question,
    make_registration,
    make_venue,
    sign_up,
    to_tell,
)
from tests.world import make_user

pytestmark = pytest.mark.django_db


def form(**fields) -> dict:
    return {"code": new_code(), "name": "Amira", "size": "3", "language": "de", **fields}


def call(client, event, **fields):
    return client.post(desk_url("registration-new", event), form(**fields), follow=True)


def tell(client, party, **fields):
    """Press the button on the party's page, which tells what it showed."""
    shown = client.get(party.get_desk_url()).context["calls"]
    client.post(f"{party.get_desk_url()}told/", {"told": [call.key for call in shown], **fields})
    party.refresh_from_db()


def calls(party) -> list[str]:
    """What a party is to be told."""
    party.refresh_from_db()
    return [call["about"] for call in party.call_about]


def by_telephone(event, **fields) -> Registration:
    return make_registration(event, email="", at_desk=True, phone="030 1234567", **fields)


class TestRegistering:
    def test_keeps_places_for_somebody_without_an_address_and_notes_who_did_it(
        self, client, manager
    ):
        event = make_event(capacity=4)
        page = call(client, event, phone="030 1234567")
        party = Registration.objects.get()
        assert page.redirect_chain == [(party.get_desk_url(), 302)]
        assert (party.state, party.size, party.phone) == ("confirmed", 3, "030 1234567")
        assert (party.at_desk, party.noted_by) == (True, manager)
        assert f"aufgenommen von {manager}" in page.text
        assert registering.places(event).taken == 3

    def test_writes_to_an_address_as_to_whoever_registers_alone(
        self, client, mailbox, deliver_jobs
    ):
        call(client, make_event(), email="amira@example.org")
        deliver_jobs()
        assert mailbox.latest("amira@example.org").subject.startswith("Sie sind dabei")

    def test_puts_on_the_waiting_list_who_does_not_fit(self, client):
        event = make_event(capacity=4)
        make_registration(event, size=2)
        assert "auf der Warteliste" in call(client, event).text
        assert event.registrations.waiting().get().name == "Amira"

    def test_speaks_of_no_waiting_list_where_nobody_waits(self, client):
        event = make_event(capacity=2)
        make_registration(event, size=2)
        page = client.get(desk_url("registration-new", event)).text
        assert "Alle Plätze sind vergeben." in page
        assert "warten schon" not in page

    def test_says_that_nobody_can_tell_who_left_neither_address_nor_number(self, client):
        event = make_event(capacity=4)
        words = ["wenn sich etwas ändert", "wenn ein Platz frei wird"]
        for state, says in zip(("confirmed", "waiting"), words, strict=True):
            page = call(client, event).text
            party = event.registrations.get(state=state)
            assert [each for each in words if f"Niemand kann Bescheid sagen, {each}" in page] == [
                says
            ]
            assert f'href="{party.get_desk_url()}change/">Nummer' in page
            assert "muss angerufen werden" not in page
            # Who waits has no places to give.
            passed_on = "Frei werdende Plätze gehen zuerst an die Warteliste." in page
            assert passed_on is (state == "confirmed")
        for fields in ({"phone": "030 1234567"}, {"email": "amira@example.org"}):
            assert "Niemand kann Bescheid sagen" not in call(client, event, **fields).text

    def test_asks_what_the_event_asks(self, client):
        question = make_question(is_required=True)
        assert call(client, question.event).status_code == 422
        call(client, question.event, **{f"question_{question.pk}": "Salat"})
        assert Registration.objects.get().answers.get().text == "Salat"

    def test_of_one_page_is_one_registration(self, client):
        event = make_event()
        code = new_code()
        call(client, event, code=code)
        again = call(client, event, code=code, name="Bela")
        assert Registration.objects.get().name == "Amira"
        assert "schon einmal abgeschickt" in again.text

    def test_leads_to_the_registration_an_address_has(self, client):
        known = make_registration(email="amira@example.org")
        page = call(client, known.event, email="Amira@example.org")
        assert page.status_code == 422
        assert known.get_desk_url() in page.text
        assert Registration.objects.get() == known

    @pytest.mark.parametrize(
        ("fields", "names"),
        [
            ({"email": "amira@example.org", "phone": "030 1234567"}, ["phone"]),
            ({"email": "amira", "phone": "x"}, ["email", "phone"]),
            ({"name": ""}, ["name"]),
            ({"code": "../../etc"}, ["code"]),
        ],
    )
    def test_says_at_the_field_what_is_wrong(self, client, fields, names):
        page = call(client, make_event(), **fields)
        assert page.status_code == 422
        assert list(page.context["form"].errors) == names
        assert not Registration.objects.exists()

    def test_ends_with_registration_for_everybody(self, client):
        event = make_event(registration_closes_at=in_days(-1))
        assert "nimmt jetzt keine Anmeldungen an" in call(client, event).text
        assert not Registration.objects.exists()

    def test_tells_what_to_say_about_privacy_with_the_true_day(self, client):
        event = make_event()
        page = client.get(desk_url("registration-new", event)).text
        day = date_format(event.anonymises_on, "l, j.\xa0F Y")
        assert f"am {day} wird es gelöscht" in page

    def test_asks_with_six_queries(self, client, django_assert_num_queries):
        event = make_event(capacity=9)
        make_question(event)
        url = desk_url("registration-new", event)
        client.get(url)
        with django_assert_num_queries(6):
            client.get(url)


class TestDatabase:
    def test_knows_nobody_who_cannot_be_reached_but_from_the_desk(self):
        with pytest.raises(IntegrityError, match="events_registration_email"):
            make_registration(email="")

    @pytest.mark.parametrize("fields", [{"phone": "030 1"}, {"call_about": [to_tell("moved")]}])
    def test_keeps_a_number_only_of_those_without_an_address(self, fields):
        with pytest.raises(IntegrityError, match="events_registration_phone"):
            make_registration(email="amira@example.org", at_desk=True, **fields)


class TestCalling:
    """What others read in a mail is on the desk's list of calls."""

    def test_is_asked_for_when_a_place_becomes_free_and_takes_it(
        self, client, mailbox, deliver_jobs
    ):
        event = make_event(capacity=2)
        first = make_registration(event, size=2)
        waiting = by_telephone(event, size=2, state="waiting")
        registering.cancel(first)
        deliver_jobs()
        url = desk_url("registrations", event)
        assert "1 Gruppe hat keine" in client.get(url).text
        (listed,) = client.get(url, {"state": "call"}).context["page_obj"]
        assert listed == waiting
        assert "Bitte anrufen: 030 1234567" in client.get(waiting.get_desk_url()).text
        tell(client, waiting, accept="1")
        assert (waiting.state, waiting.call_about) == ("confirmed", [])

    def test_that_comes_too_late_takes_no_place(self, client):
        party = by_telephone(make_event(), state="offered", offered_until=in_days(-1))
        Registration.objects.update(call_about=[to_tell("offered")])
        tell(client, party, accept="1")
        assert party.state == "cancelled"

    @pytest.mark.parametrize(
        ("meanwhile", "words"),
        [
            (lambda party: calling_off.call_off(party.event, "Sturm."), "wurde abgesagt, es gibt"),
            (registering.accept, "schon angenommen"),
            (lambda party: registering.cancel(party, because="staff"), "von der Veranstaltungslei"),
            (registering.cancel, "inzwischen abgesagt"),
        ],
    )
    def test_says_what_became_of_the_offer(self, client, meanwhile, words):
        party = by_telephone(make_event(), state="offered")
        meanwhile(party)
        page = client.post(f"{party.get_desk_url()}told/", {"accept": "1"}, follow=True).text
        assert words in page
        assert "an andere weiter" not in page

    def test_is_asked_for_when_the_event_is_called_off(self, client, mailbox, deliver_jobs):
        event = make_event()
        party = by_telephone(event)
        calling_off.call_off(event, "Der Hof ist gesperrt.")
        deliver_jobs()
        assert calls(party) == ["called_off"]
        path = desk_url("registrations", event)
        assert 'href="?state=call"' in client.get(path).text
        assert 'href="?state=call"' not in client.get(path, {"state": "call"}).text
        tell(client, party)
        assert not event.registrations.to_call()

    @pytest.mark.parametrize("is_by_telephone", [True, False])
    def test_is_announced_before_and_after_calling_off(self, client, is_by_telephone):
        event = make_event()
        make_registration(event)
        if is_by_telephone:
            by_telephone(event)
        url = desk_url("call-off", event)
        assert ("müssen angerufen werden" in client.get(url).text) is is_by_telephone
        page = client.post(url, {"words": "Der Hof ist gesperrt."}, follow=True).text
        assert ("wen Sie anrufen müssen" in page) is is_by_telephone

    def test_said_to_be_done_leaves_what_came_up_meanwhile(self, client):
        party = by_telephone(make_event(), call_about=[to_tell("message", "1")])
        page = client.get(party.get_desk_url()).text
        assert '<input type="hidden" name="told" value="1">' in page
        two = [to_tell("message", "1"), to_tell("message", "2")]
        Registration.objects.update(call_about=two)
        tell(client, party, told="1")
        assert party.call_about == [to_tell("message", "2")]
        tell(client, party)
        assert party.call_about == []

    def test_is_about_each_thing_that_came_up(self, client, mailbox, deliver_jobs):
        """A place, and a message to those who were offered one."""
        event = make_event(capacity=2)
        first = make_registration(event, size=2)
        waiting = by_telephone(event, size=2, state="waiting")
        registering.cancel(first)
        deliver_jobs()
        message = Message(event=event, audience="offered", subject="Bitte melden", text="Bald.")
        messaging.send(message)
        deliver_jobs()
        assert calls(waiting) == ["offered", "message"]
        page = client.get(waiting.get_desk_url()).text
        for words in ("Für sie ist ein Platz frei", "Bitte melden", "Sie kommen"):
            assert words in page
        tell(client, waiting, accept="1")
        assert calls(waiting) == []

    def test_forgets_what_is_not_so_any_more(self, client, mailbox, deliver_jobs):
        event = make_event()
        party = by_telephone(event, state="offered", call_about=[to_tell("offered")])
        registering.cancel(party)
        deliver_jobs()
        assert calls(party) == []

    def test_is_noted_once_though_the_worker_repeats_it(self):
        party = by_telephone(make_event())
        for _ in range(2):
            letters.write("moved", party.pk, key="events.letter.7", move=1)
        assert calls(party) == ["moved"]

    def test_is_not_about_what_they_asked_for(self, client, mailbox, deliver_jobs):
        for because, about in (("guest", []), ("", ["cancelled"])):
            party = by_telephone(make_event())
            client.post(f"{party.get_desk_url()}cancel/", {"because": because})
            deliver_jobs()
            assert calls(party) == about
            assert party.state == "cancelled"


class TestChange:
    def test_grows_into_free_places_only(self, client):
        event = make_event(capacity=4)
        party = by_telephone(event, size=3)
        url = f"{party.get_desk_url()}change/"
        page = client.get(url)
        answer = client.post(url, form_of(page, size="5"))
        assert "Nur noch ein weiterer Platz ist frei." in answer.text
        client.post(url, form_of(page, size="4", name="Amira"))
        party.refresh_from_db()
        assert (party.size, party.name, party.phone) == (4, "Amira", "030 1234567")


class TestCorrecting:
    """A mistyped address is what people call about most."""

    def correct(self, client, party, **fields):
        url = f"{party.get_desk_url()}change/"
        answer = client.post(url, form_of(client.get(url), **fields), follow=True)
        party.refresh_from_db()
        return answer

    def test_writes_to_the_new_address_and_ends_links_in_older_mails(
        self, client, manager, mailbox, deliver_jobs
    ):
        party = make_registration(email="amria@example.org", name="Amria", size=2)
        stranger = Client()
        stranger.get(links.link(party))
        assert stranger.get(party.get_absolute_url()).status_code == 200
        old, code = links.link(party), party.code
        page = self.correct(client, party, email="Amira@example.org", name="Amira").text
        assert (party.name, party.email, party.code) == ("Amira", "amira@example.org", code)
        assert "ist unterwegs an amira@example.org" in page
        assert f"{manager}</dd>" in page.split("Adresse oder Nummer berichtigt")[1]
        assert stranger.get(party.get_absolute_url()).status_code == 410
        assert stranger.get(old).status_code == 410
        deliver_jobs()
        (mail,) = mailbox.mails()
        assert mail.recipients == ["amira@example.org"]
        assert "Sie sind dabei" in mail.subject
        (link,) = re.findall(r"https?://[^/]+(/de/events/registrations/link/\S+)", mail.text)
        assert "Amira" in Client().get(link, follow=True).text

    def test_of_who_waits_writes_the_turn(self, client, mailbox, deliver_jobs):
        event = make_event(capacity=1)
        make_registration(event)
        party = make_registration(event, state="waiting")
        self.correct(client, party, email="amira@example.org")
        deliver_jobs()
        assert "Warteliste" in mailbox.latest("amira@example.org").subject

    def test_to_an_address_that_has_a_registration_leads_there(self, client):
        party = make_registration()
        known = make_registration(party.event, email="amira@example.org")
        page = self.correct(client, party, email="amira@example.org")
        assert page.status_code == 422
        assert known.get_desk_url() in page.text
        assert party.email != "amira@example.org"

    def test_of_the_name_alone_keeps_the_links(self, client, mailbox, deliver_jobs):
        party = make_registration()
        old = links.link(party)
        self.correct(client, party, name="Amira", email=party.email.upper())
        assert (party.name, party.corrected_at) == ("Amira", None)
        assert Client().get(old).status_code == 302

    def test_of_a_number_changes_just_that(self, client):
        party = by_telephone(make_event(), call_about=[to_tell("moved")])
        self.correct(client, party, phone="030 7654321")
        assert (party.phone, calls(party)) == ("030 7654321", ["moved"])

    def test_writes_what_was_to_be_told_by_telephone(self, client, mailbox, deliver_jobs):
        event = make_event()
        party = by_telephone(event)
        message = Message(event=event, audience="confirmed", subject="Bitte lesen", text="Bald.")
        messaging.send(message)
        deliver_jobs()
        assert calls(party) == ["message"]
        self.correct(client, party, phone="", email="amira@example.org")
        deliver_jobs()
        assert calls(party) == []
        subjects = {mail.subject for mail in mailbox.mails(to="amira@example.org")}
        assert "Bitte lesen" in " ".join(subjects)
        assert len(subjects) == 2

    def test_leaves_a_way_to_reach_who_registered_alone(self, client, mailbox, deliver_jobs):
        """Who registered by telephone may have none: they may have their code on paper."""
        party = make_registration()
        old = links.link(party)
        page = self.correct(client, party, email="")
        assert list(page.context["form"].errors) == ["email"]
        page = self.correct(client, party, email="", phone="030 12345")
        assert (party.email, party.phone, party.at_desk) == ("", "030 12345", True)
        assert "lesen Sie den Code vor" in page.text
        assert Client().get(old).status_code == 410
        calling_off.call_off(party.event, "Regen.")
        deliver_jobs()
        assert (calls(party), mailbox.mails()) == (["called_off"], [])
        called = make_registration(at_desk=True)
        self.correct(client, called, email="")
        assert (called.email, called.phone) == ("", "")

    def test_says_at_both_fields_what_is_wrong(self, client):
        page = self.correct(client, make_registration(), email="amira", phone="x")
        assert list(page.context["form"].errors) == ["email", "phone"]

    def test_that_does_not_fit_changes_nothing(self, client, mailbox, deliver_jobs):
        party = make_registration(make_event(capacity=2), size=2)
        page = self.correct(client, party, email="amira@example.org", size="3")
        assert page.status_code == 422
        assert (party.size, party.link_number) == (2, 0)
        assert party.email != "amira@example.org"

    def test_leaves_a_family_to_whoever_registered_it(self, client):
        family = make_group().registrations.get()
        fields = client.get(f"{family.get_desk_url()}change/").context["form"].fields
        assert not {"email", "phone"} & fields.keys()


class TestConfirmation:
    def test_has_code_and_picture_in_the_partys_language(self, client):
        event = make_event()
        make_venue(event, name="Beispielhof")
        party = by_telephone(event, language="en")
        page = client.get(f"{party.get_desk_url()}confirmation/").text
        assert '<html lang="en"' in page
        assert "data:image/svg+xml" in page
        for words in (party.code, "Beispielhof", "QR code for the entrance"):
            assert words in page

    def test_has_no_picture_for_an_entrance_that_is_nowhere(self, client):
        event = make_event(attendance="online", online_url="https://treffen.example.org/")
        page = client.get(f"{by_telephone(event).get_desk_url()}confirmation/").text
        assert "https://treffen.example.org/" in page
        assert "data:image" not in page
        assert "am Eingang" not in page

    @pytest.mark.parametrize("rows", [1, 3])
    def test_takes_so_many_queries(self, client, django_assert_num_queries, rows):
        event = make_event()
        party = by_telephone(event)
        for _ in range(rows):
            sign_up(party, make_item(make_venue(event), places=2))
        url = f"{party.get_desk_url()}confirmation/"
        client.get(url)
        with django_assert_num_queries(7):
            client.get(url)

    def test_of_who_waits_has_no_ticket(self, client):
        party = by_telephone(make_event(), state="waiting")
        page = client.get(f"{party.get_desk_url()}confirmation/").text
        assert "auf der Warteliste" in page
        assert "data:image" not in page

    def test_of_who_is_offered_places_says_until_when(self, client):
        party = by_telephone(make_event(), state="offered")
        page = client.get(f"{party.get_desk_url()}confirmation/").text
        assert f"bis {moment(party.offered_until)}, ob Sie kommen" in page
        assert "wenn Plätze frei werden" not in page


class TestErasing:
    def test_leaves_neither_number_nor_who_noted_it(self):
        told = {"call_about": [to_tell("moved")], "corrected_by": make_user()}
        party = by_telephone(make_event(), noted_by=make_user(), **told)
        anonymising.anonymise(Registration.objects.all())
        party.refresh_from_db()
        assert (party.phone, party.call_about) == ("", [])
        assert (party.noted_by, party.corrected_by) == (None, None)
        party.phone = "030 1"
        with pytest.raises(IntegrityError, match="events_registration_anonymous"):
            party.save()
