"""The links in the mails of who joins an offer: confirming the address, seeing where it stands,
withdrawing."""

from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from actors import joining
from actors.links import JOIN_CONFIRM, JOIN_WITHDRAW
from actors.models import JoinRequest
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import make_area, make_join_request, make_offer, make_organisation

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


class TestConfirming:
    def confirm_url(self, request: JoinRequest) -> str:
        return url("join-confirm", JOIN_CONFIRM.token(request.pk))

    def test_opening_the_link_changes_nothing(self, client, offer):
        request = make_join_request(offer, state="unconfirmed")
        page = client.get(self.confirm_url(request)).content.decode()
        assert "Ja, ich möchte kommen" in page
        request.refresh_from_db()
        assert request.state == "unconfirmed"

    def test_the_button_hands_it_to_the_organisation(self, client, offer, mailbox, deliver_jobs):
        request = make_join_request(
            offer, state="unconfirmed", name="Amira", email="amira@example.org", message="Mit Kind."
        )
        answer = client.post(self.confirm_url(request), follow=True)
        page = answer.content.decode()
        assert "Ihre Adresse ist bestätigt" in page
        assert "Wie es weitergeht" in page
        assert "Anmeldung zurückziehen" in page
        deliver_jobs()
        receipt = mailbox.latest("amira@example.org")
        assert receipt.subject == "Ihre Anmeldung ist angekommen: Deutsch im Café"
        news = mailbox.latest("owner@example.org")
        assert news.subject == "Jemand möchte kommen: Deutsch im Café"
        assert url("offer-requests", offer.slug) in news.text
        assert "weil Sie diese Einträge betreuen" in news.html
        # Name, address and message stay where they are erased in time.
        for words in ("Amira", "amira@example.org", "Mit Kind."):
            assert words not in news.text + news.html

    def test_writes_to_the_public_address_where_there_is_no_account(
        self, client, mailbox, deliver_jobs
    ):
        offer = make_offer(make_organisation(email="office@example.org"))
        request = make_join_request(offer, state="unconfirmed")
        client.post(self.confirm_url(request))
        deliver_jobs()
        assert mailbox.latest("office@example.org").subject.startswith("Jemand möchte kommen")

    def test_works_once(self, client, offer, mailbox, deliver_jobs):
        request = make_join_request(offer, state="unconfirmed")
        client.post(self.confirm_url(request))
        deliver_jobs()
        before = len(mailbox.mails())
        for answer in (
            client.get(self.confirm_url(request), follow=True),
            client.post(self.confirm_url(request), follow=True),
        ):
            assert "Sie haben sich schon angemeldet" in answer.text
            assert "Anmeldung zurückziehen" in answer.text
        deliver_jobs()
        assert len(mailbox.mails()) == before

    def test_a_second_request_of_the_same_address_ends_in_the_first(
        self, client, offer, mailbox, deliver_jobs
    ):
        first = make_join_request(offer, state="unconfirmed", email="amira@example.org")
        second = make_join_request(offer, state="unconfirmed", email="Amira@example.org")
        client.post(self.confirm_url(first))
        deliver_jobs()
        before = len(mailbox.mails())
        for answer in (
            client.get(self.confirm_url(second), follow=True),
            client.post(self.confirm_url(second), follow=True),
            client.get(url("join-withdraw", JOIN_WITHDRAW.token(second.pk)), follow=True),
        ):
            [(address, _)] = answer.redirect_chain
            assert JOIN_WITHDRAW.read(address.rstrip("/").rsplit("/", 1)[1]) == first.pk
            assert "Sie haben sich schon angemeldet" in answer.text
            assert "Wartet auf Antwort" in answer.text
        deliver_jobs()
        assert len(mailbox.mails()) == before
        assert offer.join_requests.active().count() == 1

    def test_the_second_of_two_at_once_ends_in_the_first(self, client, offer, monkeypatch):
        first = make_join_request(offer, email="amira@example.org")
        second = make_join_request(offer, state="unconfirmed", email="amira@example.org")
        # As if the first were confirmed between looking and writing.
        answers = iter([second, first])
        monkeypatch.setattr(joining, "standing", lambda request: next(answers))
        answer = client.post(self.confirm_url(second))
        assert JOIN_WITHDRAW.read(answer.url.rstrip("/").rsplit("/", 1)[1]) == first.pk

    def test_a_link_of_what_was_withdrawn_shows_that(self, client, offer):
        request = make_join_request(offer, state="withdrawn")
        page = client.get(self.confirm_url(request), follow=True).text
        assert "Zurückgezogen" in page
        english = self.confirm_url(request).replace("/de/", "/en/", 1)
        assert "Cancelled by you" in client.get(english, follow=True).text
        assert "schon angemeldet" not in page

    def test_an_expired_link_says_what_to_do(self, client, offer):
        request = make_join_request(offer, state="unconfirmed")
        old = signing.TimestampSigner(salt="link:offer-join-confirm")
        token = JOIN_CONFIRM.token(request.pk)
        # The same token, as it was made eight days ago.
        long_ago = (timezone.now() - timedelta(days=8)).timestamp()
        value = token.split(":")[0]
        stamped = f"{value}:{signing.b62_encode(int(long_ago))}"
        expired = f"{stamped}:{old.signature(stamped)}"
        answer = client.get(url("join-confirm", expired))
        assert answer.status_code == 410
        assert url("offer-list") in answer.content.decode()

    @pytest.mark.parametrize("token", ["x", "a:b:c", "MQ:1abc:def"])
    def test_a_wrong_link_says_what_to_do(self, client, token):
        for name in ("join-confirm", "join-withdraw"):
            answer = client.get(url(name, token))
            assert answer.status_code == 404
            assert url("offer-list") in answer.content.decode()

    def test_a_link_of_another_purpose_is_wrong(self, client, offer):
        request = make_join_request(offer, state="unconfirmed")
        token = JOIN_WITHDRAW.token(request.pk)
        assert client.post(url("join-confirm", token)).status_code == 404
        request.refresh_from_db()
        assert request.state == "unconfirmed"

    def test_a_request_erased_meanwhile_counts_as_expired(self, client, offer):
        request = make_join_request(offer, state="unconfirmed")
        address = self.confirm_url(request)
        request.delete()
        assert client.post(address).status_code == 410

    def test_nobody_is_handed_to_an_offer_that_is_gone(self, client, offer, mailbox, deliver_jobs):
        request = make_join_request(offer, state="unconfirmed")
        offer.archive()
        assert client.post(self.confirm_url(request)).status_code == 410
        deliver_jobs()
        assert mailbox.mails() == []


def withdraw(client, address: str, **how):
    """Press the button, and where a place is given up, the one on the page that asks."""
    return client.post(address, {"go": "cancel"}, **how)


class TestWithdrawing:
    def own_url(self, request: JoinRequest) -> str:
        return url("join-withdraw", JOIN_WITHDRAW.token(request.pk))

    @pytest.mark.parametrize("state", ["open", "accepted"])
    def test_the_button_withdraws_and_the_organisation_is_told(
        self, client, offer, mailbox, deliver_jobs, state
    ):
        request = make_join_request(offer, state=state)
        client.get(self.own_url(request))
        request.refresh_from_db()
        assert request.state == state
        answer = withdraw(client, self.own_url(request))
        assert "Ihre Anmeldung ist zurückgezogen" in answer.content.decode()
        request.refresh_from_db()
        assert request.state == "withdrawn"
        deliver_jobs()
        assert mailbox.latest("owner@example.org").subject.startswith("Eine Anmeldung wurde")
        assert len(mailbox.mails()) == 1

    @pytest.mark.parametrize("state", ["accepted", "offered"])
    def test_asks_before_a_place_is_given_up(self, client, offer, state):
        request = make_join_request(offer, state=state)
        address = self.own_url(request)
        page = client.get(address).text
        assert 'href="?cancel"' in page
        # The one button left is the one to take a place that is offered.
        main = page[page.index("<main") : page.index("</main>")]
        assert main.count("<form") == (state == "offered")
        # Also where the button was shown before there was a place to lose.
        for asking in (client.get(f"{address}?cancel").text, client.post(address).text):
            assert "Anmeldung zurückziehen?" in asking
            assert (
                "Ja, zurückziehen" in asking and f'<form method="post" action="{address}"' in asking
            )
            assert f'href="{address}">Behalten</a>' in asking
        request.refresh_from_db()
        assert request.state == state

    def test_a_place_given_meanwhile_is_not_given_up(self, offer):
        request = make_join_request(offer, state="open")
        JoinRequest.objects.filter(pk=request.pk).update(state="accepted")
        with pytest.raises(TransitionNotAllowed):
            joining.withdraw(request=request, gives_up_place=False)
        request.refresh_from_db()
        assert request.state == "accepted"

    @pytest.mark.parametrize("state", ["open", "waiting"])
    def test_asks_nothing_where_no_place_is_lost(self, client, offer, state):
        request = make_join_request(offer, state=state)
        address = self.own_url(request)
        assert "absagen?" not in client.get(f"{address}?cancel").text
        assert "Ihre Anmeldung ist zurückgezogen" in client.post(address).text

    def test_what_nobody_has_seen_is_erased_at_once(self, client, offer, mailbox, deliver_jobs):
        request = make_join_request(offer, state="unconfirmed")
        client.post(self.own_url(request))
        assert not JoinRequest.objects.exists()
        deliver_jobs()
        assert mailbox.mails() == []

    def test_page_and_receipt_say_where_it_is_and_whom_to_ask(self, client, mailbox, deliver_jobs):
        home = make_organisation(
            "Beispiel & Café", email="cafe@example.org", phone="030 12345",
            street="Weg 1", postcode="13129", area=make_area("blankenburg"),
        )  # fmt: skip
        offer = make_offer(home, area=home.area, place_name="Raum 3")
        request = make_join_request(offer, state="unconfirmed", email="amira@example.org")
        joining.confirm(request=request)
        page = client.get(self.own_url(request)).text
        assert "Raum 3" in page
        assert "Weg 1<br>" in page
        assert "13129 Berlin, Blankenburg" in page
        assert 'href="tel:' in page
        assert 'href="mailto:cafe@example.org"' in page
        assert f'href="{home.get_absolute_url()}"' in page
        deliver_jobs()
        receipt = mailbox.latest("amira@example.org")
        for line in (
            "Wo: Raum 3, Weg 1, 13129 Berlin, Blankenburg",
            "Telefon: 030 12345",
            "E-Mail: cafe@example.org",
        ):
            assert line in receipt.text.splitlines()
        assert "Beispiel & Café: http" in receipt.text
        assert home.get_absolute_url() in receipt.html

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("open", "damit jemand anderes den Platz bekommt"),
            ("waiting", "Dann verlassen Sie bitte die Warteliste"),
            ("offered", "Der nächsten Person überlassen"),
        ],
    )
    def test_the_page_says_what_then_happens(
        self, client, offer, mailbox, deliver_jobs, state, words
    ):
        request = make_join_request(offer, state=state)
        page = client.get(self.own_url(request)).text
        assert words in page
        withdraw(client, self.own_url(request))
        deliver_jobs()
        is_told = bool(mailbox.mails(to="owner@example.org"))
        assert ("Die Organisation erhält eine" in page) == is_told == (state == "open")

    @pytest.mark.parametrize("state", ["declined", "withdrawn"])
    def test_a_closed_request_shows_no_button_and_stays(self, client, offer, state):
        request = make_join_request(offer, state=state)
        page = client.get(self.own_url(request)).content.decode()
        assert "Anmeldung zurückziehen" not in page
        answer = client.post(self.own_url(request), follow=True)
        # The link is signed with the time, which may have moved on by a second.
        [(there, status)] = answer.redirect_chain
        assert (there.split(":")[0], status) == (self.own_url(request).split(":")[0], 302)
        request.refresh_from_db()
        assert request.state == state

    @pytest.mark.parametrize("state", ["open", "accepted"])
    def test_twice_or_later_says_that_it_is_done(self, client, offer, mailbox, deliver_jobs, state):
        address = self.own_url(make_join_request(offer, state=state))
        withdraw(client, address)
        for answer in (withdraw(client, address, follow=True), client.get(address)):
            assert answer.status_code == 200
            assert "Sie haben diese Anmeldung schon zurückgezogen." in answer.text
        deliver_jobs()
        assert len(mailbox.mails(to="owner@example.org")) == 1

    def test_twice_of_what_nobody_has_seen_says_that_it_is_erased(self, client, offer):
        address = self.own_url(make_join_request(offer, state="unconfirmed"))
        client.post(address)
        for answer in (client.post(address), client.get(address)):
            assert answer.status_code == 200
            assert "Ihre Anmeldung ist schon gelöscht" in answer.text
            assert url("offer-list") in answer.text

    def test_of_what_was_confirmed_in_another_tab_counts(
        self, client, offer, mailbox, deliver_jobs
    ):
        request = make_join_request(offer, state="unconfirmed")
        JoinRequest.objects.get().confirm()
        joining.withdraw(request=request)
        assert JoinRequest.objects.get().state == "withdrawn"
        deliver_jobs()
        assert mailbox.latest("owner@example.org").subject.startswith("Eine Anmeldung wurde")

    def test_leads_back_only_to_an_offer_that_is_there(self, client, offer):
        request = make_join_request(offer)
        offer.archive()
        page = client.post(self.own_url(request)).text
        assert offer.get_absolute_url() not in page
        assert "jederzeit" not in page

    @pytest.mark.parametrize("state", ["open", "accepted", "offered"])
    def test_the_page_says_what_it_costs_and_what_to_bring(self, client, state):
        offer = make_offer(cost="price", price="3 € am Abend", papers="Eine Schürze")
        page = client.get(self.own_url(make_join_request(offer, state=state))).text
        assert "3\xa0€ am Abend" in page
        assert "Eine Schürze" in page

    def test_says_nothing_of_an_answer_to_what_was_withdrawn(self, client, offer):
        request = make_join_request(offer, state="accepted", answer="Bis Dienstag.")
        joining.withdraw(request=request)
        assert "Bis Dienstag." not in client.get(self.own_url(request)).text

    def test_shows_the_answer(self, client, offer):
        request = make_join_request(offer, state="accepted", answer="Bis Dienstag.")
        page = client.get(self.own_url(request)).content.decode()
        assert "Zugesagt" in page
        assert "Bis Dienstag." in page
