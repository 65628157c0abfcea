"""Asking to come to an offer: double opt-in by real mail, the date, what the database holds."""

import random
import re
from datetime import date, time, timedelta

import pytest
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from actors import emails, joining
from actors.links import JOIN_CONFIRM, JOIN_WITHDRAW
from actors.models import JoinRequest, OfferException, OfferTime
from ssoe_portal.common import privacy
from ssoe_portal.common.hours_words import day_in_words
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import make_join_request, make_offer

pytestmark = pytest.mark.django_db

AMIRA = {"name": "Amira", "email": "amira@example.org", "language": "de", "message": "Mit Kind."}


def url(name: str, *args) -> str:
    return reverse(f"actors:{name}", args=args)


def ask(client, offer, **changes):
    return client.post(url("offer-join", offer.slug), {**AMIRA, **changes})


class TestAsking:
    def test_sends_a_link_and_tells_nobody_yet(self, client, offer, mailbox, deliver_jobs):
        answer = ask(client, offer)
        assert answer.url == url("offer-join-sent", offer.slug)
        assert "Bitte bestätigen Sie Ihre Adresse" in client.get(answer.url).content.decode()
        deliver_jobs()
        assert [mail.recipients for mail in mailbox.mails()] == [["amira@example.org"]]
        mail = mailbox.latest("amira@example.org")
        assert mail.subject == "Bitte bestätigen: Deutsch im Café"
        assert "Der Link gilt 7 Tage." in mail.text
        assert "/requests/confirm/" in mailbox.link(containing="confirm")
        assert JoinRequest.objects.get().state == "unconfirmed"
        assert not JoinRequest.objects.confirmed().exists()

    def test_writes_in_the_language_asked_for(self, client, offer, mailbox, deliver_jobs):
        ask(client, offer, language="en")
        deliver_jobs()
        assert mailbox.latest().subject == "Please confirm: Deutsch im Café"
        assert "/en/requests/confirm/" in mailbox.link(containing="confirm")

    def test_shows_the_same_page_to_who_has_asked_before(
        self, client, offer, mailbox, deliver_jobs
    ):
        make_join_request(offer, email="amira@example.org")
        pages = []
        for email in ("AMIRA@example.org", "neu@example.org"):
            page = client.get(ask(client, offer, email=email).url).text
            assert email in page
            page = re.sub(r'(nonce|csrfmiddlewaretoken" value)="[^"]*"', "", page)
            pages.append(page.replace(email, ""))
        assert pages[0] == pages[1]
        deliver_jobs()
        again = mailbox.latest("amira@example.org")
        assert again.subject == "Sie sind schon angemeldet: Deutsch im Café"
        assert "/requests/mine/" in again.links[0]
        assert offer.join_requests.from_address("amira@example.org").count() == 1

    def test_says_to_whom_the_mail_went_and_for_what(self, client, offer):
        address = ask(client, offer).url
        assert "amira" not in address
        page = client.get(address).text
        assert "amira@example.org" in page
        assert "Deutsch im Café" in page
        assert "Beispiel Haus" in page
        # Only there, only in this browser, and no word of it where anybody could write it.
        assert client.cookies["join-sent"]["path"] == url("offer-join", offer.slug)
        assert client.cookies["join-sent"]["httponly"]
        assert not client.session.keys()
        client.cookies["join-sent"] = signing.dumps("forged@example.org", salt="other")
        assert "forged@example.org" not in client.get(address).text

    def test_keeps_what_was_written_for_another_address(self, client, offer):
        address = ask(client, offer, email="amira@example.orgg", language="en").url
        assert "?again" in client.get(address).text
        again = client.get(url("offer-join", offer.slug) + "?again")
        for name, words in {**AMIRA, "email": "amira@example.orgg", "language": "en"}.items():
            assert again.context["form"][name].value() == words
        assert "no-store" in again["Cache-Control"]
        # Nobody else who uses this browser is shown it, unless they ask for it.
        assert AMIRA["message"] not in client.get(url("offer-join", offer.slug)).text
        stranger = type(client)().get(url("offer-join", offer.slug) + "?again")
        assert not stranger.context["form"]["name"].value()

    def test_keeps_a_long_message_out_of_a_cookie_that_browsers_would_drop(self, client, offer):
        letters = "".join(map(chr, random.Random(1).choices(range(0x20000, 0x2A000), k=1000)))
        ask(client, offer, message=letters)
        assert len(client.cookies["join-sent"].value) < 3800
        again = client.get(url("offer-join", offer.slug) + "?again").context["form"]
        assert again["name"].value() == AMIRA["name"]
        assert not again["message"].value()
        ask(client, offer, message="Ich komme mit zwei Kindern. " * 35)
        again = client.get(url("offer-join", offer.slug) + "?again").context["form"]
        assert again["message"].value().startswith("Ich komme")

    @pytest.mark.parametrize(
        ("state", "subject"),
        [("unconfirmed", "Bitte bestätigen"), ("open", "Sie sind schon angemeldet")],
    )
    def test_sends_the_mail_again(self, client, offer, mailbox, deliver_jobs, state, subject):
        if state == "open":
            make_join_request(offer, email=AMIRA["email"])
        address = ask(client, offer).url
        for _ in range(2):
            page = client.post(address, follow=True).text
            assert "noch einmal geschickt" in page
            assert "Noch einmal senden" in page
        deliver_jobs()
        mails = mailbox.mails(to=AMIRA["email"])
        assert len(mails) == 3
        assert all(mail.subject.startswith(subject) for mail in mails)
        assert JoinRequest.objects.count() == 1

    def test_sends_it_again_five_times_an_hour_at_most(self, client, offer, mailbox, deliver_jobs):
        address = ask(client, offer).url
        pages = [client.post(address, follow=True).text for _ in range(5)]
        assert "zu oft" in pages[4]
        assert "zu oft" not in pages[3]
        deliver_jobs()
        assert len(mailbox.mails(to=AMIRA["email"])) == 5

    def test_sends_nothing_again_to_who_has_not_asked(self, client, offer, mailbox, deliver_jobs):
        make_join_request(offer, email=AMIRA["email"], state="unconfirmed")
        answer = client.post(url("offer-join-sent", offer.slug))
        assert answer.url == url("offer-join", offer.slug)
        deliver_jobs()
        assert mailbox.mails() == []

    def test_asks_again_after_a_withdrawal(self, client, offer, mailbox, deliver_jobs):
        make_join_request(offer, email="amira@example.org", state="withdrawn")
        ask(client, offer)
        deliver_jobs()
        assert mailbox.latest().subject.startswith("Bitte bestätigen")

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("name", "", "Bitte füllen Sie"),
            ("name", "x" * 121, "120"),
            ("name", "a\x00b", "Null"),
            ("email", "", "Bitte füllen Sie"),
            ("email", "amira", "E-Mail-Adresse"),
            ("email", "a@b.de\nBcc: c@d.de", "E-Mail-Adresse"),
            ("email", "x" * 250 + "@example.org", ""),
            ("language", "xx", ""),
            ("message", "x" * 1001, "1000"),
        ],
    )
    def test_wrong_input_is_told_at_the_field_and_kept(
        self, client, offer, mailbox, deliver_jobs, field, value, message
    ):
        answer = ask(client, offer, **{field: value})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in page
        assert message in page or message == "Bitte füllen Sie"
        kept = next(other for other in ("name", "message") if other != field)
        assert AMIRA[kept] in page
        assert not JoinRequest.objects.exists()
        deliver_jobs()
        assert mailbox.mails() == []

    def test_a_message_that_is_too_long_is_not_cut(self, client, offer):
        page = client.get(url("offer-join", offer.slug))
        assert "Bis zu 1000 Zeichen." in page.text
        assert "maxlength" not in str(page.context["form"]["message"])
        long = "ab" * 501
        answer = ask(client, offer, message=long[:1001])
        assert answer.status_code == 422
        assert "message" in answer.context["form"].errors
        assert long[:1001] in answer.text
        assert not JoinRequest.objects.exists()
        ask(client, offer, message=long[:1000])
        assert JoinRequest.objects.get().message == long[:1000]

    def test_markup_in_a_message_stays_text(self, client, offer):
        ask(client, offer, message="<script>alert(1)</script>")
        owner = offer.organisation.owners.get()
        request = JoinRequest.objects.get()
        request.confirm()
        client.force_login(owner)
        page = client.get(url("offer-requests", offer.slug)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page

    @pytest.mark.parametrize("state", ["draft", "submitted", "archived"])
    def test_is_missing_for_what_is_not_public(self, client, state):
        offer = make_offer(status=state)
        assert client.get(url("offer-join", offer.slug)).status_code == 404
        assert ask(client, offer).status_code == 404

    def test_leads_back_where_one_cannot_sign_up(self, client):
        offer = make_offer(takes_requests=False)
        answer = client.post(url("offer-join", offer.slug), AMIRA, follow=True)
        assert answer.redirect_chain[-1][0] == offer.get_absolute_url()
        assert "hier nicht anmelden" in answer.content.decode()
        assert not JoinRequest.objects.exists()

    def test_the_first_mail_has_no_word_of_the_sender(self, client, offer, mailbox, deliver_jobs):
        ask(client, offer, name="Gewinn abholen", message="Klick")
        deliver_jobs()
        [mail] = mailbox.mails(to="amira@example.org")
        for words in ("Gewinn", "Klick"):
            assert words not in mail.subject + mail.text + mail.html
        assert "Guten Tag," in mail.text

    def test_one_address_gets_five_mails_an_hour_at_most(self, client, offer):
        offers = [make_offer(offer.organisation) for _ in range(5)]
        assert {ask(client, other).status_code for other in offers} == {302}
        answer = ask(client, offer, email="Amira@Example.org")
        assert answer.status_code == 429
        assert answer.context["form"].non_field_errors()
        assert AMIRA["name"] in answer.text
        assert ask(client, offer, email="other@example.org").status_code == 302

    def test_one_computer_asks_twenty_times_an_hour_at_most(self, client, offer):
        for number in range(20):
            assert ask(client, offer, email=f"{number}@example.org").status_code == 302
        assert ask(client, offer, email="21@example.org").status_code == 429
        assert client.get(url("offer-join", offer.slug)).status_code == 200


class TestTheDateWanted:
    @pytest.fixture
    def weekly(self, offer):
        """Twice on Tuesdays, once on Fridays, also on holidays."""
        offer.closed_on_holidays = False
        offer.save()
        offer.set_hours(
            [
                OfferTime(weekday=1, opens=time(10), closes=time(12)),
                OfferTime(weekday=1, opens=time(16), closes=time(18)),
                OfferTime(weekday=4, opens=time(9), closes=time(11)),
            ]
        )
        return offer

    def days(self, client, offer) -> list[tuple[str, str]]:
        form = client.get(url("offer-join", offer.slug)).context["form"]
        return form.fields["wanted_day"].choices if "wanted_day" in form.fields else []

    def test_is_one_of_the_next_days_or_left_open(self, client, weekly):
        (nothing, _open), *days = self.days(client, weekly)
        assert nothing == ""
        assert len(days) == len(dict(days)) == 6
        assert [day for day, _words in days] == sorted(dict(days))
        words = {date.fromisoformat(day).weekday(): words for day, words in days[1:]}
        assert words[1].startswith("Di, ")
        assert words[1].endswith(", 10–12 Uhr, 16–18 Uhr")
        assert words[4].endswith(", 9–11 Uhr")
        ask(client, weekly, wanted_day="")
        assert JoinRequest.objects.get().wanted_day is None

    def test_is_told_on_every_page_and_in_every_mail(self, client, weekly, mailbox, deliver_jobs):
        day = self.days(client, weekly)[3][0]
        words = day_in_words(date.fromisoformat(day))
        ask(client, weekly, wanted_day=day)
        request = JoinRequest.objects.get()
        assert request.wanted_day.isoformat() == day
        page = client.get(url("join-confirm", JOIN_CONFIRM.token(request.pk)))
        assert words in page.text
        joining.confirm(request=request)
        assert words in client.get(url("join-withdraw", JOIN_WITHDRAW.token(request.pk))).text
        client.force_login(weekly.organisation.owners.get())
        for name, argument in (("offer-requests", weekly.slug), ("join-answer", request.pk)):
            assert words in client.get(url(name, argument)).text
        joining.answer(request=request, accept=True, text="")
        assert words in client.get(url("offer-requests", weekly.slug)).text
        waits = make_join_request(weekly, state="waiting", wanted_day=request.wanted_day)
        emails.join_waiting(waits)
        waits.offer_place(until=timezone.now() + timedelta(days=2))
        emails.join_offered(waits)
        deliver_jobs()
        mails = mailbox.mails()
        # To the person: confirm, received, accepted. To the organisation. To who waits: two.
        assert len(mails) == 6
        for mail in mails:
            assert f"Wunschtermin: {words}" in mail.text
            assert words in mail.html
        assert "Nachricht und Wunschtermin" in client.get(reverse("privacy")).text

    def test_is_refused_where_nothing_takes_place_then(self, client, weekly):
        wednesday = date.fromisoformat(self.days(client, weekly)[1][0])
        while wednesday.weekday() != 2:
            wednesday += timedelta(days=1)
        answer = ask(client, weekly, wanted_day=wednesday.isoformat())
        assert answer.status_code == 422
        assert "Dieser Termin ist vorbei oder wurde geändert." in answer.text
        assert not JoinRequest.objects.exists()

    def test_is_not_asked_for_where_there_is_nothing_to_choose(self, client, offer):
        assert self.days(client, offer) == []
        today = timezone.localdate()
        offer.set_hours(
            [], [OfferException(first_day=today, last_day=today, opens=time(0), closes=time(0))]
        )
        assert self.days(client, offer) == []
        # Chosen while there were more dates, it is kept, or asked for again.
        gone = ask(client, offer, wanted_day=(today + timedelta(days=7)).isoformat())
        assert "Dieser Termin ist vorbei oder wurde geändert." in gone.text
        assert 'name="wanted_day"' in gone.text
        ask(client, offer, wanted_day=today.isoformat())
        assert JoinRequest.objects.get().wanted_day == today


class TestJoinRequest:
    def test_one_active_request_per_address_is_held_by_the_database(self, offer):
        make_join_request(offer, email="amira@example.org")
        with pytest.raises(IntegrityError, match="actors_joinrequest_once"), transaction.atomic():
            make_join_request(offer, email="AMIRA@example.org", state="accepted")
        make_join_request(offer, email="amira@example.org", state="declined")
        make_join_request(offer, email="amira@example.org", state="unconfirmed")

    def test_no_answer_without_a_confirmed_address_is_held_by_the_database(self, offer):
        with (
            pytest.raises(IntegrityError, match="actors_joinrequest_confirmed_when"),
            transaction.atomic(),
        ):
            make_join_request(offer, state="accepted", confirmed_at=None)

    def test_no_decline_without_words_is_held_by_the_database(self, offer):
        request = make_join_request(offer)
        with (
            pytest.raises(IntegrityError, match="actors_joinrequest_declined_with_answer"),
            transaction.atomic(),
        ):
            request.decide(accept=False, answer=" ")

    @pytest.mark.parametrize("state", ["unconfirmed", "accepted", "declined", "withdrawn"])
    def test_only_an_open_request_is_answered(self, offer, state):
        request = make_join_request(offer, state=state)
        with pytest.raises(TransitionNotAllowed):
            joining.answer(request=request, accept=True, text="")

    def test_is_erased_after_its_time(self, offer):
        now = timezone.now()
        ages = {"open": (179, 181), "unconfirmed": (6, 8)}
        for state, days in ages.items():
            for age in days:
                created = now - timedelta(days=age)
                make_join_request(offer, state=state, created_at=created, name=f"{state} {age}")
        privacy.erase_expired(now)
        left = set(JoinRequest.objects.values_list("name", flat=True))
        assert left == {"open 179", "unconfirmed 6"}
