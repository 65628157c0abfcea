"""An organisation answers those who would like to come to an offer."""

import re
from datetime import time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors import emails, joining
from actors.links import JOIN_WITHDRAW
from actors.models import JoinRequest, Offer
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import (
    make_area,
    make_join_request,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


class TestAnswering:
    def test_accepting_writes_to_the_person_in_their_language(
        self, client, offer, mailbox, deliver_jobs
    ):
        request = make_join_request(offer, email="amira@example.org", language="en")
        client.force_login(offer.organisation.owners.get())
        answer = client.post(
            url("join-answer", request.pk), {"decision": "accept", "answer": "Bis Dienstag."}
        )
        assert answer.url == url("offer-requests", offer.slug)
        deliver_jobs()
        mail = mailbox.latest("amira@example.org")
        assert mail.subject == "You can come: Deutsch im Café"
        assert "Bis Dienstag." in mail.text
        assert mail.message["Reply-To"] == "kontakt@example.org"
        assert "/en/requests/mine/" in mailbox.link(containing="mine")
        request.refresh_from_db()
        assert request.state == "accepted"

    def test_accepting_says_when_and_where(self, client, mailbox, deliver_jobs):
        home = make_organisation(street="Beispielstraße 1", postcode="13125", area=make_area())
        offer = make_offer(home, area=make_area(), schedule="dienstags", papers="Ausweis")
        offer.translations.create(
            language="en", title="German", summary="We talk.", schedule="Tuesdays"
        )
        client.force_login(make_member(home))
        for decision, expected in (("accept", True), ("decline", False)):
            request = make_join_request(offer, email=f"{decision}@example.org", language="en")
            client.post(url("join-answer", request.pk), {"decision": decision, "answer": "Gruß."})
            deliver_jobs()
            mail = mailbox.latest(f"{decision}@example.org")
            for words in ("Tuesdays", "Beispielstraße 1, 13125 Berlin", "Ausweis"):
                assert (words in mail.text) is expected
                assert (words in mail.html) is expected

    def test_accepting_says_what_to_bring_also_where_when_and_where_are_not_written(
        self, client, mailbox, deliver_jobs
    ):
        offer = make_offer(schedule="", papers="Ausweis")
        client.force_login(make_member(offer.organisation))
        request = make_join_request(offer, email="amira@example.org")
        client.post(url("join-answer", request.pk), {"decision": "accept", "answer": ""})
        deliver_jobs()
        mail = mailbox.latest("amira@example.org")
        assert "Ausweis" in mail.text
        assert "Ausweis" in mail.html

    def test_an_answer_in_another_language_looks_the_translation_up_once(self):
        offer = make_offer(schedule="dienstags", papers="Ausweis")
        offer.translations.create(language="en", title="German", schedule="Tuesdays")
        make_join_request(offer, language="en", state="accepted")
        request = JoinRequest.objects.get()
        with CaptureQueriesContext(connection) as queries:
            emails.join_answered(request)
        asked = [query for query in queries if "offertranslation" in query["sql"]]
        assert len(asked) == 1

    def test_declining_needs_a_sentence(self, client, offer, mailbox, deliver_jobs):
        request = make_join_request(offer, email="amira@example.org")
        client.force_login(offer.organisation.owners.get())
        address = url("join-answer", request.pk)
        answer = client.post(address, {"decision": "decline", "answer": "  "})
        assert answer.status_code == 422
        assert 'id="id_answer_error"' in answer.content.decode()
        client.post(address, {"decision": "decline", "answer": "Leider voll."})
        deliver_jobs()
        mail = mailbox.latest("amira@example.org")
        assert mail.subject == "Diesmal geht es leider nicht: Deutsch im Café"
        assert "Leider voll." in mail.text

    def test_a_choice_must_be_made(self, client, offer):
        request = make_join_request(offer)
        client.force_login(offer.organisation.owners.get())
        answer = client.post(url("join-answer", request.pk), {"answer": "Hallo"})
        assert answer.status_code == 422
        assert "Hallo" in answer.content.decode()

    @pytest.mark.parametrize("decision", ["accept", "decline"])
    def test_the_second_of_two_colleagues_is_told(
        self, client, offer, mailbox, deliver_jobs, decision
    ):
        request = make_join_request(offer, state="accepted")
        client.force_login(offer.organisation.owners.get())
        answer = client.post(
            url("join-answer", request.pk), {"decision": decision, "answer": ""}, follow=True
        )
        assert "Es wurde nichts gesendet" in answer.content.decode()
        deliver_jobs()
        assert mailbox.mails() == []

    @pytest.mark.parametrize("who", ["stranger", "reviewer", "event_manager"])
    def test_others_see_nothing(self, client, offer, who):
        user = make_member(make_organisation()) if who == "stranger" else make_user(who)
        request = make_join_request(offer)
        client.force_login(user)
        assert client.get(url("offer-requests", offer.slug)).status_code == 404
        assert client.get(url("join-answer", request.pk)).status_code == 404
        post = client.post(url("join-answer", request.pk), {"decision": "accept"})
        assert post.status_code == 404
        request.refresh_from_db()
        assert request.state == "open"

    def test_an_unconfirmed_request_is_not_there(self, client, offer):
        request = make_join_request(offer, state="unconfirmed", name="Noch-Niemand")
        client.force_login(offer.organisation.owners.get())
        assert client.get(url("join-answer", request.pk)).status_code == 404
        page = client.get(url("offer-requests", offer.slug)).content.decode()
        assert "Noch-Niemand" not in page
        assert "Noch hat sich niemand angemeldet" in page

    def test_the_list_shows_who_waits_who_comes_and_who_does_not(self, client, offer):
        for name, state in {
            "Wartet": "open", "Kommt": "accepted", "Nicht": "declined", "Weg": "withdrawn"
        }.items():  # fmt: skip
            make_join_request(offer, name=name, state=state)
        client.force_login(offer.organisation.owners.get())
        page = client.get(url("offer-requests", offer.slug)).content.decode()
        order = [page.index(name) for name in ("Wartet", "Kommt", "Nicht")]
        assert order == sorted(order)
        assert "Weg" in page
        assert len(re.findall("mailto:", page)) == 2

    def test_the_list_asks_the_database_as_often_for_one_as_for_three(
        self, client, offer, django_assert_num_queries
    ):
        client.force_login(offer.organisation.owners.get())
        make_join_request(offer)
        # Session, account, offer, how many of each state, how many in all, one page of them.
        with django_assert_num_queries(6):
            client.get(url("offer-requests", offer.slug))
        make_join_request(offer)
        make_join_request(offer, state="accepted")
        with django_assert_num_queries(6):
            client.get(url("offer-requests", offer.slug))

    def test_the_list_goes_on_overleaf(self, client, offer, monkeypatch):
        monkeypatch.setattr("actors.views.joining.PER_PAGE", 3)
        make_join_request(offer, name="Kommt", state="accepted")
        for number in range(1, 5):
            make_join_request(offer, name=f"Wartet-{number}", state="waiting")
        client.force_login(offer.organisation.owners.get())
        address = url("offer-requests", offer.slug)
        first, second = client.get(address).text, client.get(f"{address}?page=2").text
        assert "Wartet-2" in first and "Wartet-3" not in first and "Seite 1 von 2" in first
        assert "Kommt" not in second and "Wartet-3" in second and "Wartet-4" in second
        assert "3., seit" in second and "4., seit" in second and "1., seit" not in second

    def test_several_are_answered_on_the_second_page_too(self, client, offer, monkeypatch):
        monkeypatch.setattr("actors.views.joining.PER_PAGE", 1)
        asked = [make_join_request(offer) for _ in range(2)]
        client.force_login(offer.organisation.owners.get())
        data = {"ticked": [asked[1].pk], "decision": "accept", "answer": ""}
        client.post(f"{url('offer-requests', offer.slug)}?page=2", data)
        assert list(offer.join_requests.coming()) == [asked[1]]

    def test_the_sheet_to_print_has_everybody_who_comes_by_name(
        self, client, offer, monkeypatch, django_assert_num_queries
    ):
        monkeypatch.setattr("actors.views.joining.PER_PAGE", 1)
        for name in ("zora", "Amira", "Minh"):
            make_join_request(offer, name=name, state="accepted")
        make_join_request(offer, name="Wartet", state="waiting")
        client.force_login(offer.organisation.owners.get())
        sheet = url("offer-requests-sheet", offer.slug)
        assert sheet in client.get(url("offer-requests", offer.slug)).text
        with django_assert_num_queries(4):  # session, account, offer, who comes
            page = client.get(sheet).text
        places = [page.index(name) for name in ("Amira", "Minh", "zora")]
        assert places == sorted(places) and "Wartet" not in page
        assert "mailto:" not in page  # paper lies about: no addresses on it
        assert offer.join_requests.coming().totally_ordered

    def test_the_list_says_when_in_the_words_of_who_reads_it(self, client, offer):
        offer.times.create(weekday=3, opens=time(18), closes=time(20))
        offer.set_hours(offer.hours.times, offer.hours.exceptions)
        client.force_login(offer.organisation.owners.get())
        address = url("offer-requests", offer.slug)
        # The dash joins both times into one word, which no narrow page breaks.
        assert "Do 18\u2060–\u206020\u00a0Uhr" in client.get(address).text
        english = client.get(address.replace("/de/", "/en/", 1)).text
        assert "Thu 18:00\u2060–\u206020:00" in english and "Uhr" not in english

    def test_those_who_wait_longest_come_first(self, offer):
        now = timezone.now()
        late = make_join_request(offer, confirmed_at=now)
        early = make_join_request(offer, confirmed_at=now - timedelta(days=1))
        done = make_join_request(offer, state="declined")
        rows = offer.join_requests.confirmed().waiting_first()
        assert list(rows) == [early, late, done]
        assert rows.totally_ordered


class TestAnsweringSeveral:
    def send(self, client, offer, *requests, **data):
        keys = [request.pk for request in requests]
        values = {"ticked": keys, "decision": "accept", "answer": "Bis Dienstag.", **data}
        return client.post(url("offer-requests", offer.slug), values, follow=True)

    def states(self, *requests) -> list[str]:
        return [JoinRequest.objects.get(pk=request.pk).state for request in requests]

    @pytest.fixture
    def asked(self, client, offer):
        client.force_login(offer.organisation.owners.get())
        return [make_join_request(offer, name=name, email=f"{name}@example.org") for name in "abcd"]

    def test_writes_to_each_of_them_once(self, client, offer, asked, mailbox, deliver_jobs):
        assert "Mehreren auf einmal" in client.get(url("offer-requests", offer.slug)).text
        answer = self.send(client, offer, *asked[:3])
        assert "Ihre Antwort ist unterwegs an 3 Personen." in answer.text
        assert self.states(*asked) == ["accepted"] * 3 + ["open"]
        deliver_jobs()
        assert len(mailbox.mails()) == 3
        for name in "abc":
            assert "Bis Dienstag." in mailbox.latest(f"{name}@example.org").text

    def test_gives_no_more_places_than_there_are(self, client, offer, asked, mailbox, deliver_jobs):
        offer.places = 2
        offer.save()
        answer = self.send(client, offer, *asked[:3])
        assert answer.status_code == 422
        assert "weniger freie Plätze" in answer.context["form"].errors["ticked"][0]
        assert 'value="wait"' not in answer.text
        assert "Bis Dienstag." in answer.text
        assert self.states(*asked) == ["open"] * 4
        deliver_jobs()
        assert mailbox.mails() == []
        self.send(client, offer, *asked[:2])
        answer = self.send(client, offer, *asked[2:])
        assert (
            "Angekreuzten auf die Warteliste setzen" in answer.context["form"].errors["ticked"][0]
        )
        assert 'value="wait"' in answer.text
        self.send(client, offer, *asked[2:], decision="wait")
        assert self.states(*asked) == ["accepted", "accepted", "waiting", "waiting"]
        deliver_jobs()
        assert mailbox.latest("d@example.org").subject.startswith("Auf der Warteliste")

    def test_declines_with_a_sentence_alone(self, client, offer, asked):
        answer = self.send(client, offer, *asked, decision="decline", answer=" ")
        assert "answer" in answer.context["form"].errors
        self.send(client, offer, *asked, decision="decline", answer="Leider voll.")
        assert self.states(*asked) == ["declined"] * 4

    def test_leaves_out_who_was_answered_or_is_of_another_offer(self, client, offer, asked):
        asked[0].decide(accept=False, answer="Leider nicht.")
        answer = self.send(client, offer, *asked[:2])
        assert "an eine Person" in answer.text
        assert "bekommt keine E\u2011Mail" in answer.text
        assert self.states(*asked[:2]) == ["declined", "accepted"]
        answer = self.send(client, offer, *asked[:2])  # now there is nobody
        assert "bekommt keine E\u2011Mail" in answer.text and "unterwegs" not in answer.text
        for request in asked[2:]:
            request.decide(accept=False, answer="Leider nicht.")
        answer = self.send(client, offer, *asked, decision="")
        assert answer.status_code == 200 and "bekommt keine E\u2011Mail" in answer.text
        make_join_request(offer)
        stranger = make_join_request(make_offer())
        for ticked in ([stranger], []):
            answer = self.send(client, offer, *ticked)
            assert "ticked" in answer.context["form"].errors
        assert self.states(stranger) == ["open"]


class TestTakingBackAPlace:
    def test_asks_why_writes_it_and_passes_the_place_on(self, client, offer, mailbox, deliver_jobs):
        offer.places = 1
        offer.save()
        request = make_join_request(offer, state="accepted", email="a@example.org", language="en")
        waiting = make_join_request(offer, state="waiting", email="b@example.org")
        client.force_login(offer.organisation.owners.get())
        address = url("join-cancel", request.pk)
        assert address in client.get(url("offer-requests", offer.slug)).text
        page = client.get(address).text
        assert "auf Englisch und bekommt eine mit Ihren Worten" in page
        assert "an die Person, die am längsten wartet" in page
        assert client.post(address, {"reason": " "}).status_code == 422
        assert JoinRequest.objects.get(pk=request.pk).state == "accepted"
        answer = client.post(address, {"reason": "The heating is broken."}, follow=True)
        assert "bekommt eine E" in answer.text and "Von der Organisation abgesagt" in answer.text
        assert JoinRequest.objects.get(pk=request.pk).state == "cancelled"
        assert JoinRequest.objects.get(pk=waiting.pk).state == "offered"
        deliver_jobs()
        mail = mailbox.latest("a@example.org")
        assert mail.subject == "You have no place any more: Deutsch im Café"
        assert "The heating is broken." in mail.text and "The heating is broken." in mail.html
        own = client.get(url("join-withdraw", JOIN_WITHDRAW.token(request.pk))).text
        assert "The heating is broken." in own and "Von der Organisation abgesagt" in own
        # Twice is once.
        client.post(address, {"reason": "Again."})
        deliver_jobs()
        assert len(mailbox.mails(to="a@example.org")) == 1

    @pytest.mark.parametrize("places", [1, None])
    def test_speaks_of_a_waiting_list_only_where_there_is_one(self, client, offer, places):
        Offer.objects.filter(pk=offer.pk).update(places=places)
        request = make_join_request(offer, state="accepted")
        client.force_login(offer.organisation.owners.get())
        page = client.get(url("join-cancel", request.pk)).text
        assert "am längsten wartet" not in page
        assert ("Auf der Warteliste steht niemand" in page) == (places == 1)

    @pytest.mark.parametrize("state", ["waiting", "accepted"])
    def test_promises_nobody_a_place_while_there_are_fewer_than_people(self, client, offer, state):
        Offer.objects.filter(pk=offer.pk).update(places=1)
        request, _other = (make_join_request(offer, state="accepted") for _ in range(2))
        make_join_request(offer, state=state)
        client.force_login(offer.organisation.owners.get())
        page = client.get(url("join-cancel", request.pk)).text
        assert "am längsten wartet" not in page and "wieder frei" not in page

    def test_is_not_for_who_has_none_or_without_words(self, client, offer):
        request = make_join_request(offer, state="open")
        client.force_login(offer.organisation.owners.get())
        page = client.post(url("join-cancel", request.pk), {"reason": "Nein."}, follow=True)
        assert "hat keinen Platz mehr" in page.text
        with pytest.raises(TransitionNotAllowed):
            joining.cancel(request=request, reason="Nein.")
        with pytest.raises(IntegrityError), transaction.atomic():
            make_join_request(offer, state="cancelled", answer="")
