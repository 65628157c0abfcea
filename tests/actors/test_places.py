"""Places of an offer: taken, waited for, offered, passed on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from actors import joining
from actors.links import JOIN_CONFIRM, JOIN_WITHDRAW
from actors.models import JoinRequest, Offer
from actors.tasks import settle_all
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.sending import admin_data, form_data
from tests.world import make_join_request, make_member, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

OWNER = "owner@example.org"


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


@pytest.fixture
def offer():
    organisation = make_organisation("Beispiel Haus")
    make_member(organisation, email=OWNER)
    return make_offer(organisation, title="Nähkurs", places=1)


def confirmed(offer: Offer, email: str = "minh@example.org") -> JoinRequest:
    request = make_join_request(offer, state="unconfirmed", email=email)
    joining.confirm(request=request)
    request.refresh_from_db()
    return request


def state(request: JoinRequest) -> str:
    return JoinRequest.objects.get(pk=request.pk).state


class TestWaiting:
    def test_begins_when_every_place_is_taken(self, offer, mailbox, deliver_jobs):
        make_join_request(offer, state="accepted")
        first, second = confirmed(offer, "a@example.org"), confirmed(offer, "b@example.org")
        assert (first.state, second.state) == ("waiting", "waiting")
        assert (first.position, second.position) == (1, 2)
        deliver_jobs()
        mail = mailbox.latest("b@example.org")
        assert mail.subject == "Auf der Warteliste: Nähkurs"
        assert "auf Platz 2" in mail.text
        assert mailbox.mails(to=OWNER) == []

    def test_open_requests_take_no_place_and_without_a_limit_nobody_waits(self, offer):
        make_join_request(offer, state="open")
        assert confirmed(offer).state == "open"
        offer.places = None
        offer.save()
        make_join_request(offer, state="accepted")
        assert confirmed(offer, "b@example.org").state == "open"

    def test_is_said_at_every_step(self, client, offer, mailbox, deliver_jobs):
        join = url("offer-join", offer.slug)
        pages = (offer.get_absolute_url(), join)
        assert not any("Warteliste" in client.get(page).text for page in pages)
        make_join_request(offer, state="accepted")
        for page in pages:
            assert "In die Warteliste eintragen" in client.get(page).text
        amira = {"name": "Amira", "email": "a@example.org", "language": "de"}
        sent = client.post(join, amira, follow=True)
        assert "Erst dann stehen Sie auf der Warteliste." in sent.text
        client.post(sent.request["PATH_INFO"])  # once more, please
        deliver_jobs()
        for mail in mailbox.mails(to="a@example.org"):
            assert mail.subject == "Bitte für die Warteliste bestätigen: Nähkurs"
            assert "kommen Sie auf die Warteliste." in mail.text
            assert "kommen Sie auf die Warteliste." in mail.html
        confirm = url("join-confirm", JOIN_CONFIRM.token(JoinRequest.objects.latest("pk").pk))
        assert "Ja, in die Warteliste eintragen" in client.get(confirm).text
        page = client.post(confirm, follow=True)
        assert "Sie stehen auf der Warteliste" in page.text
        assert "auf Platz 1 der Warteliste" in page.text
        assert "Warteliste verlassen" in page.text
        client.post(join, amira)
        deliver_jobs()
        again = mailbox.latest("a@example.org")
        assert again.subject == "Sie stehen schon auf der Warteliste: Nähkurs"

    def test_who_waits_is_one_request_of_an_address(self, offer):
        make_join_request(offer, state="waiting", email="a@example.org")
        with pytest.raises(IntegrityError), transaction.atomic():
            make_join_request(offer, state="offered", email="A@example.org")

    def test_an_offered_place_has_an_end(self, offer):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_join_request(offer, state="offered", offered_until=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_join_request(offer, state="waiting", offered_until=timezone.now())


class TestAPlaceThatBecomesFree:
    def test_is_offered_to_who_waits_longest(self, offer, mailbox, deliver_jobs):
        came = make_join_request(offer, state="accepted")
        first, second = confirmed(offer, "a@example.org"), confirmed(offer, "b@example.org")
        joining.withdraw(request=came)
        assert (state(first), state(second)) == ("offered", "waiting")
        deliver_jobs()
        mail = mailbox.latest("a@example.org")
        assert mail.subject == "Ein Platz ist für Sie frei: Nähkurs"
        assert "/requests/mine/" in mail.links[0]
        assert mailbox.latest("b@example.org").subject.startswith("Auf der Warteliste")
        assert mailbox.latest(OWNER).subject.startswith("Eine Anmeldung wurde")

    def test_is_taken_on_a_page_by_its_button(self, client, offer, mailbox, deliver_jobs):
        request = make_join_request(offer, state="offered", email="a@example.org")
        address = url("join-withdraw", JOIN_WITHDRAW.token(request.pk))
        page = client.get(address).text
        # Before everything else: there are two days for it.
        assert page.index("Platz annehmen") < page.index('<dl class="facts')
        assert page.index('href="?cancel">Der nächsten Person überlassen') < page.index("<dl")
        assert page.count("?cancel") == 1 and "nicht mehr kommen" not in page
        assert state(request) == "offered"
        page = client.post(address, {"go": "take"}, follow=True)
        assert "Sie haben den Platz." in page.text
        assert state(request) == "accepted"
        deliver_jobs()
        assert mailbox.latest("a@example.org").subject == "Sie haben einen Platz: Nähkurs"
        assert mailbox.latest(OWNER).subject == "Von der Warteliste nachgerückt: Nähkurs"
        client.post(address, {"go": "take"}, follow=True)
        deliver_jobs()
        assert len(mailbox.mails(to="a@example.org")) == 1

    def test_goes_on_when_nobody_takes_it_in_time(self, offer, mailbox, deliver_jobs):
        late = make_join_request(offer, state="offered", email="late@example.org")
        following = make_join_request(offer, state="waiting", email="next@example.org")
        joining.settle(offer.pk, timezone.now() + timedelta(days=3))
        assert (state(late), state(following)) == ("expired", "offered")
        with pytest.raises(TransitionNotAllowed):
            joining.take(request=late)
        deliver_jobs()
        assert mailbox.latest("late@example.org").subject.startswith("Der Platz geht an die")

    def test_coming_too_late_passes_it_on(self, client, offer):
        late = make_join_request(
            offer, state="offered", offered_until=timezone.now() - timedelta(minutes=1)
        )
        following = make_join_request(offer, state="waiting")
        address = url("join-withdraw", JOIN_WITHDRAW.token(late.pk))
        page = client.post(address, {"go": "take"}, follow=True)
        assert "ist an die nächste Person gegangen" in page.text
        assert (state(late), state(following)) == ("expired", "offered")

    def test_is_passed_on_by_who_does_not_want_it(self, client, offer, mailbox, deliver_jobs):
        first = make_join_request(offer, state="offered")
        second = make_join_request(offer, state="waiting")
        client.post(url("join-withdraw", JOIN_WITHDRAW.token(first.pk)), {"go": "cancel"})
        assert (state(first), state(second)) == ("withdrawn", "offered")
        deliver_jobs()
        assert mailbox.mails(to=OWNER) == []

    def test_is_not_overtaken_by_a_newcomer(self, offer):
        make_join_request(offer, state="offered", offered_until=timezone.now())
        waiting = make_join_request(offer, state="waiting")
        newcomer = confirmed(offer)
        assert (state(waiting), newcomer.state) == ("offered", "waiting")

    def test_comes_with_more_places(self, client, offer):
        make_join_request(offer, state="accepted")
        waiting = [make_join_request(offer, state="waiting") for _ in range(2)]
        client.force_login(offer.organisation.team.get())
        page = client.get(url("offer-edit", offer.slug))
        sent = {
            name: page.context["form"][name].value()
            for name in page.context["form"].fields
            if page.context["form"][name].value() not in (None, False)
        }
        answer = client.post(
            url("offer-edit", offer.slug), {**sent, "where": "everywhere", "places": "2"}
        )
        assert answer.status_code == 302
        assert [state(request) for request in waiting] == ["offered", "waiting"]

    def test_comes_with_more_places_in_django_admin(self, client, offer):
        make_join_request(offer, state="accepted")
        waiting = make_join_request(offer, state="waiting")
        client.force_login(make_user("admin"))
        address = reverse("admin:actors_offer_change", args=[offer.pk])
        answer = client.post(address, admin_data(client.get(address)) | {"places": "2"})
        assert answer.status_code == 302, answer.context["errors"]
        assert state(waiting) == "offered"

    def test_is_passed_on_together_with_the_change_or_nothing_is(self, client, offer, monkeypatch):
        def fail(*arguments):
            raise RuntimeError

        monkeypatch.setattr(joining, "settle_locked", fail)
        client.force_login(offer.organisation.team.get())
        address = url("offer-edit", offer.slug)
        sent = form_data(client.get(address).context["form"])
        with pytest.raises(RuntimeError):
            client.post(address, {**sent, "where": "everywhere", "places": "2"})
        offer.refresh_from_db()
        assert offer.places == 1

    def test_waits_until_the_offer_is_public_again(self, offer):
        waiting = make_join_request(offer, state="waiting")
        offer.return_to_owner("Wann ist das?")
        settle_all(0)
        assert state(waiting) == "waiting"
        offer.publish()
        settle_all(0)
        assert state(waiting) == "offered"


class TestAnswering:
    @pytest.fixture
    def owner(self, client, offer):
        client.force_login(offer.organisation.team.get())
        return client

    def test_accepts_no_more_than_there_are_places_and_loses_no_word(self, owner, offer):
        make_join_request(offer, state="accepted")
        request = make_join_request(offer, state="open")
        address = url("join-answer", request.pk)
        assert "Der einzige Platz ist vergeben." in owner.get(address).text
        page = owner.post(address, {"decision": "accept", "answer": "Kommen Sie!"})
        assert page.status_code == 422
        assert "Alle Plätze sind vergeben." in page.text
        assert "Kommen Sie!" in page.text
        assert state(request) == "open"

    def test_lets_somebody_wait(self, owner, offer, mailbox, deliver_jobs):
        make_join_request(offer, state="accepted")
        request = make_join_request(offer, state="open", email="a@example.org")
        owner.post(url("join-answer", request.pk), {"decision": "wait"})
        assert state(request) == "waiting"
        deliver_jobs()
        assert mailbox.latest("a@example.org").subject == "Auf der Warteliste: Nähkurs"

    def test_lets_nobody_wait_while_a_place_is_free(
        self, client, owner, offer, mailbox, deliver_jobs
    ):
        request = make_join_request(offer, state="open", email="a@example.org")
        make_join_request(offer, state="open", email="b@example.org")
        address, all_of_it = url("join-answer", request.pk), url("offer-requests", offer.slug)
        for page in (address, all_of_it):
            assert "auf die Warteliste" not in owner.get(page).text
            answer = owner.post(page, {"decision": "wait", "ticked": [request.pk]})
            assert answer.status_code == 422
            assert "Ein Platz ist frei" in answer.context["form"].errors["decision"][0]
            assert state(request) == "open"
        make_join_request(offer, state="accepted")
        for page in (address, all_of_it):
            assert "auf die Warteliste" in owner.get(page).text
        deliver_jobs()
        assert mailbox.mails() == []

    def test_waiting_is_no_answer_where_places_are_not_counted(self, owner):
        request = make_join_request(make_offer(make_organisation()), state="open")
        owner.force_login(make_member(request.offer.organisation))
        page = owner.post(url("join-answer", request.pk), {"decision": "wait"})
        assert page.status_code == 422
        assert state(request) == "open"

    def test_declines_who_waits(self, owner, offer):
        make_join_request(offer, state="accepted")
        request = make_join_request(offer, state="waiting")
        owner.post(url("join-answer", request.pk), {"decision": "decline", "answer": "Leider."})
        assert state(request) == "declined"

    @pytest.mark.parametrize("number", [1, 3])
    def test_overview_counts_everyone(self, owner, offer, number, django_assert_num_queries):
        for name in ("accepted", "open", "waiting", "offered"):
            for _ in range(number):
                make_join_request(offer, state=name)
        owner.get(url("offer-requests", offer.slug))
        # session, account, offer, how many of each state, how many pages, one page
        with django_assert_num_queries(6):
            page = owner.get(url("offer-requests", offer.slug))
        places = page.context["places"]
        assert (places.accepted, places.open, places.waiting, places.offered) == (number,) * 4
        assert "Platz freigehalten bis" in page.text
        assert "Warteliste" in page.text
