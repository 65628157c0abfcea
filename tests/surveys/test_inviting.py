from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from ssoe_portal.common.mail import OutgoingMail
from ssoe_portal.common.privacy import erase_expired
from surveys import inviting, tasks
from surveys.models import Invitation, OptOut, Participation, Response, Wave
from surveys.rates import Rate, rates
from tests.surveys.test_answering import fill, walk
from tests.surveys.world import make_response, make_wave
from tests.world import make_area, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(client):
    client.force_login(make_user("reviewer"))
    return client


def page_of(wave) -> str:
    return reverse("surveys:desk-invitations", args=[wave.pk])


def invite(wave, *, email: str = "ada@example.org", organisation=None) -> tuple[Invitation, str]:
    """An invitation that was sent long enough ago, and the address of its page."""
    invitation = wave.invitations.create(
        email=email, organisation=organisation, sent_on=timezone.localdate() - 9 * DAY
    )
    token = inviting.LINK.token(invitation.pk)
    return invitation, reverse("surveys:invited", args=[token])


DAY = timezone.timedelta(days=1)


class TestChoosing:
    def test_says_how_many_before_anybody_is_invited(self, reviewer):
        wave = make_wave()
        make_organisation(stage="new", email="Eins@example.org")
        make_organisation(stage="new", email="")
        invite(wave, email="eins@example.org")
        make_organisation(stage="established", email="zwei@example.org")
        make_organisation(stage="new", email="drei@example.org", status="draft")
        answer = reviewer.post(page_of(wave), {"action": "count", "stages": ["new"]})
        assert "2 Organisationen passen." in answer.text
        assert "1 davon hat eine E-Mail-Adresse. 1 ist schon eingeladen." in answer.text
        assert Invitation.objects.count() == 1

    def test_says_how_many_of_the_addresses_are_new(self, reviewer):
        wave = make_wave()
        make_organisation(email="eins@example.org")
        invite(wave, email="zwei@example.org")
        OptOut.objects.create(pk=inviting.address_hash("drei@example.org"))
        asked = {
            "action": "count",
            "only_others": "on",
            "emails": "Zwei@example.org drei@example.org vier@example.org",
        }
        page = reviewer.post(page_of(wave), asked).text
        assert "Weitere Adressen: 3, davon bekommen eine Einladung: 1." in page
        assert "passen" not in page
        page = reviewer.post(page_of(wave), asked | {"only_others": ""}).text
        assert "1 Organisation passt." in page and "Weitere Adressen: 3" in page

    @pytest.mark.parametrize(
        ("filters", "invited"),
        [
            ({}, {"eins@example.org", "zwei@example.org"}),
            ({"kinds": ["association"]}, {"eins@example.org"}),
            ({"stages": ["established"]}, {"zwei@example.org"}),
            ({"area": "pankow"}, {"eins@example.org"}),
            ({"only_others": "on", "emails": "Drei@example.org"}, {"drei@example.org"}),
        ],
    )
    def test_invites_those_that_fit(self, reviewer, filters, invited):
        district = make_area("pankow", kind="district")
        make_organisation(
            email="eins@example.org", kind="association", stage="new",
            area=make_area("buch", parent=district),
        )  # fmt: skip
        make_organisation(email="zwei@example.org", kind="company", stage="established")
        if "area" in filters:
            filters = {"area": district.pk}
        wave = make_wave()
        assert reviewer.post(page_of(wave), {"action": "invite", **filters}).status_code == 302
        assert set(wave.invitations.values_list("email", flat=True)) == invited

    def test_invites_nobody_twice_and_nobody_who_wants_none(self, reviewer):
        wave = make_wave()
        make_organisation(email="eins@example.org")
        invite(wave, email="eins@example.org")
        OptOut.objects.create(pk=inviting.address_hash("Zwei@example.org "))
        data = {
            "action": "invite",
            "emails": "EINS@example.org\nzwei@example.org, drei@example.org",
        }
        page = reviewer.post(page_of(wave), data, follow=True).text
        assert "Eine Einladung ist unterwegs." in page
        assert "Eine Adresse war schon eingeladen." in page
        assert "Eine Adresse möchte keine E-Mails zu Umfragen." in page
        assert wave.invitations.count() == 2

    def test_refuses_what_is_no_address_and_keeps_it(self, reviewer):
        wave = make_wave()
        answer = reviewer.post(page_of(wave), {"action": "invite", "emails": "ada@\nben"})
        assert answer.status_code == 422
        assert "Das sind keine E-Mail-Adressen: ada@, ben" in answer.text
        assert "ada@\nben</textarea>" in answer.text

    def test_takes_back_what_has_not_gone_out(self, reviewer):
        wave = make_wave(state="planned")
        reviewer.post(page_of(wave), {"action": "invite", "emails": "ada@example.org"})
        invitation = Invitation.objects.get()
        assert invitation.sent_on is None
        url = reverse("surveys:desk-withdraw-invitation", args=[wave.pk, invitation.pk])
        reviewer.post(url)
        assert not Invitation.objects.exists()
        sent, _url = invite(make_wave())
        url = reverse("surveys:desk-withdraw-invitation", args=[sent.wave_id, sent.pk])
        assert "schon hinausgegangen" in reviewer.post(url, follow=True).text
        assert Invitation.objects.exists()

    def test_has_a_constant_number_of_queries(self, reviewer, django_assert_num_queries):
        wave = make_wave()
        for number in (1, 3):
            for more in range(number):
                organisation = make_organisation(email=f"o{number}{more}@example.org")
                invite(wave, email=organisation.email, organisation=organisation)
            with django_assert_num_queries(11):
                reviewer.get(page_of(wave))


class TestMails:
    def test_go_to_everybody_once_with_a_link_that_works(
        self, reviewer, mailbox, deliver_jobs, client
    ):
        wave = make_wave()
        organisation = make_organisation("Beispiel Haus", email="haus@example.org")
        reviewer.post(page_of(wave), {"action": "invite", "emails": "ada@example.org"})
        page = reviewer.get(page_of(wave)).text
        assert "2 Einladungen sind unterwegs." in page and 'value="send"' not in page
        deliver_jobs()
        inviting.send_waiting(wave)
        deliver_jobs()
        recipients = [address for mail in mailbox.mails() for address in mail.recipients]
        assert sorted(recipients) == ["ada@example.org", "haus@example.org"]
        mail = mailbox.latest("haus@example.org")
        assert mail.subject == "Umfrage: Kleine Umfrage"
        assert "Beispiel Haus" in mail.text and "oder anonym antworten" in mail.text
        alone = mailbox.latest("ada@example.org").text
        assert "Sie antworten anonym:" in alone and "im Namen" not in alone
        page = Client().get(mailbox.link("haus@example.org", containing="invited"))
        assert page.status_code == 200
        assert f"Für {organisation}" in page.text
        assert Wave.objects.get().invitations.filter(sent_on=timezone.localdate()).count() == 2

    def test_wait_until_the_wave_opens(self, reviewer, mailbox, deliver_jobs):
        wave = make_wave(state="planned")
        reviewer.post(page_of(wave), {"action": "invite", "emails": "ada@example.org"})
        assert inviting.send_waiting(wave) == 0
        reviewer.post(reverse("surveys:desk-send", args=[wave.pk]))
        deliver_jobs()
        assert not mailbox.mails()

    def test_remind_only_those_who_have_not_answered(self, reviewer, mailbox, deliver_jobs):
        wave = make_wave()
        organisation = make_organisation("Beispiel Fertig")
        make_response(wave, organisation=organisation)
        invite(wave, email="fertig@example.org", organisation=organisation)
        _, said_so = invite(wave, email="anonym@example.org")
        Client().post(said_so, {"action": "done"})
        silent, _url = invite(wave, email="ada@example.org")
        fresh, _url = invite(wave, email="neu@example.org")
        Invitation.objects.filter(pk=fresh.pk).update(sent_on=timezone.localdate())
        assert "Eine Erinnerung kann an eine Adresse gehen" in reviewer.get(page_of(wave)).text
        reviewer.post(reverse("surveys:desk-send", args=[wave.pk]), {"action": "remind"})
        deliver_jobs()
        assert [mail.recipients for mail in mailbox.mails()] == [["ada@example.org"]]
        text = mailbox.latest().text
        assert "Sie antworten anonym:" in text and "im Namen" not in text
        # Who was reminded has not answered, so that is said of nobody.
        page = reviewer.get(page_of(wave))
        assert "Bisher ist eine Erinnerung hinausgegangen." in page.text
        day = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
        assert page.text.count(f">{day}</td>") == 1  # the one that was sent today
        # Not again soon, and not for ever.
        assert inviting.remind(wave) == 0
        for day in (5, 10):
            later = timezone.localdate() + day * DAY
            assert wave.invitations.to_remind(later).filter(pk=silent.pk).exists() == (day == 5)
            Invitation.objects.filter(pk=silent.pk).update(reminders=2, reminded_on=later - 5 * DAY)

    def test_remind_by_themselves_on_the_day_that_the_wave_names(self, mailbox, deliver_jobs):
        today = timezone.localdate()
        wave = make_wave()
        silent, _url = invite(wave, email="ada@example.org")
        organisation = make_organisation("Beispiel Fertig")
        make_response(wave, organisation=organisation)
        invite(wave, email="fertig@example.org", organisation=organisation)
        _, said_so = invite(wave, email="anonym@example.org")
        Client().post(said_so, {"action": "done"})
        _, stop = invite(wave, email="genug@example.org")
        Client().post(stop, {"action": "stop"})
        over = make_wave(state="closed")
        invite(over, email="zu-spaet@example.org")
        Wave.objects.update(remind_on=today + DAY)
        assert inviting.remind_on_time() == 0
        Wave.objects.update(remind_on=today)
        assert not Invitation.objects.due(today - DAY).exists()
        # The worker's clock may ring twice, and late.
        for _ring in range(2):
            tasks.remind_on_time.defer(timestamp=0)
            deliver_jobs()
        assert [mail.recipients for mail in mailbox.mails()] == [["ada@example.org"]]
        # Who wants no mails is passed over, not forgotten: the link still leads to the survey.
        due = wave.invitations.due(today + 10 * DAY)
        assert [invitation.email for invitation in due] == ["genug@example.org"]
        silent.refresh_from_db()
        assert (silent.reminders, silent.reminded_on) == (1, today)

    @pytest.mark.parametrize(
        ("before", "reminded"),
        [
            ({"reminders": 1, "reminded_on": -7}, True),
            ({"reminders": 1, "reminded_on": -4}, False),  # within five days
            ({"reminders": 2, "reminded_on": -20}, False),  # twice at most
            ({"reminders": 1, "reminded_on": -3, "remind_on": -9}, False),  # by hand meanwhile
            ({"sent_on": -4}, False),  # within five days
            ({"sent_on": -6, "remind_on": -3}, True),  # a day that was missed
            ({"sent_on": -6, "remind_on": -6}, False),  # invited on that day, not before
            ({"sent_on": None}, False),
        ],
    )
    def test_that_go_by_themselves_keep_to_the_limits(self, before, reminded):
        today = timezone.localdate()
        invite(make_wave())
        days = {"remind_on": 0, **before}
        days = {
            name: value if name == "reminders" or value is None else today + value * DAY
            for name, value in days.items()
        }
        Wave.objects.update(remind_on=days.pop("remind_on"))
        Invitation.objects.update(**days)
        assert inviting.remind_on_time() == int(reminded)
        assert inviting.remind_on_time() == 0

    def test_get_their_day_at_the_desk(self, reviewer):
        wave = make_wave()
        last = timezone.localtime(wave.closes_at).date()
        for day, status in (
            (timezone.localdate(), 422),
            (last + DAY, 422),
            ("irgendwann", 422),
            (last, 302),
        ):
            answer = reviewer.post(page_of(wave), {"action": "remind-on", "remind_on": day})
            assert answer.status_code == status
        assert Wave.objects.get().remind_on == last
        assert "Erinnerungen gehen von selbst am" in reviewer.get(page_of(wave)).text
        # A day that is over may stay as it is, and be taken away.
        Wave.objects.update(remind_on=timezone.localdate() - DAY)
        for day in (timezone.localdate() - DAY, ""):
            data = {"action": "remind-on", "remind_on": day}
            assert reviewer.post(page_of(wave), data).status_code == 302
        assert Wave.objects.get().remind_on is None

    def test_never_say_who_was_reminded(self, reviewer):
        """Who was not has answered."""
        wave = make_wave()
        invite(wave)
        day = timezone.localdate() - 6 * DAY
        Invitation.objects.update(reminders=1, reminded_on=day)
        page = reviewer.get(page_of(wave)).text
        assert "ada@example.org" in page
        assert date_format(day, "SHORT_DATE_FORMAT") not in page

    def test_end_for_good(self, mailbox, deliver_jobs):
        wave = make_wave()
        _, url = invite(wave)
        page = Client().post(url, {"action": "stop"}, follow=True)
        assert "bekommt von uns keine E\u2011Mails zu Umfragen mehr" in page.text
        later = Client().get(url).text
        assert "bekommt von uns keine E\u2011Mails zu Umfragen mehr" in later
        assert 'value="stop"' not in later
        assert inviting.number_to_remind(wave) == inviting.remind(wave) == 0
        # The link they have still leads to the survey, and they count among those invited.
        assert Client().get(url).status_code == 200
        assert wave.invitations.count() == 1
        other = make_wave()
        assert (
            inviting.invite(wave=other, organisations=[], emails=["ADA@example.org"]).invited == 0
        )
        assert "ada@" not in str(OptOut.objects.values()).casefold()

    @pytest.mark.parametrize(("days", "is_kept"), [(3649, True), (3650, False)])
    def test_are_remembered_as_unwanted_for_ten_years(self, days, is_kept):
        OptOut.objects.create(pk=inviting.address_hash("ada@example.org"))
        erase_expired(timezone.now() + timedelta(days=days))
        assert OptOut.objects.exists() == is_kept

    def test_copy_goes_to_whoever_answered_by_name(self, mailbox, deliver_jobs):
        wave = make_wave()
        organisation = make_organisation("Beispiel Haus")
        _, url = invite(wave, email="haus@example.org", organisation=organisation)
        visitor = Client()
        draft = visitor.post(url, {"action": "begin", "attribution": "attributed"}).url
        walk(visitor, draft)
        page = visitor.post(f"{draft}submit/")
        assert "Eine Kopie ist unterwegs an haus@example.org." in page.text
        deliver_jobs()
        mail = mailbox.latest("haus@example.org")
        assert "Beispiel Haus" in mail.text and "Money: Urgent" in mail.text
        assert not OutgoingMail.objects.exists()


class TestPersonalLink:
    def test_answers_for_the_organisation_without_an_account(self):
        wave = make_wave()
        organisation = make_organisation(stage="new")
        _, url = invite(wave, organisation=organisation)
        visitor = Client()
        data = {"action": "begin", "attribution": "attributed", "fill_in": "on"}
        draft = visitor.post(url, data).url
        walk(visitor, draft, "new")
        visitor.post(f"{draft}submit/")
        response = Response.objects.get()
        assert (response.organisation, response.state) == (organisation, "submitted")
        assert Invitation.objects.with_answered().get().has_answered
        page = visitor.get(url).text
        assert "Sie haben geantwortet oder möchten nicht. Wir erinnern Sie nicht mehr." in page
        assert "attributed" not in page

    def test_answers_anonymously_and_is_not_reminded(self):
        wave = make_wave()
        organisation = make_organisation()
        invitation, url = invite(wave, organisation=organisation)
        visitor = Client()
        draft = visitor.post(url, {"action": "begin", "attribution": "anonymous"}).url
        assert not Participation.objects.exists()
        walk(visitor, draft)
        visitor.post(f"{draft}submit/")
        response = Response.objects.get()
        assert response.organisation is None
        assert Participation.objects.get().invitation == invitation
        assert not [name for name, morsel in visitor.cookies.items() if morsel.value]
        # Whoever comes again reads so; a second word changes nothing.
        visitor.post(url, {"action": "done"})
        assert Participation.objects.count() == 1

    def test_is_of_one_wave(self, mailbox, deliver_jobs):
        """Who is invited to two surveys, and answers the second first, has not answered the first;
        and its copy goes nowhere else."""
        first, second = make_wave(), make_wave()
        visitor = Client()
        organisation = make_organisation()
        _, one = invite(first, email="eins@example.org")
        _, two = invite(second, email="zwei@example.org", organisation=organisation)
        begun = visitor.post(one, {"action": "begin"}).url
        draft = visitor.post(two, {"action": "begin", "attribution": "attributed"}).url
        walk(visitor, draft)
        assert "zwei@example.org" in visitor.post(f"{draft}submit/").text
        assert Participation.objects.get().invitation.email == "zwei@example.org"
        walk(visitor, begun)
        visitor.post(f"{begun}submit/")
        assert Participation.objects.count() == 2

    def test_has_to_say_how(self):
        wave = make_wave()
        _, url = invite(wave, organisation=make_organisation())
        answer = Client().post(url, {"action": "begin"})
        assert answer.status_code == 422
        assert not Response.objects.exists()

    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_speaks_for_no_organisation_that_is_not_public(self, status):
        wave = make_wave()
        _, url = invite(wave, organisation=make_organisation(status=status))
        visitor = Client()
        visitor.post(url, {"action": "begin", "attribution": "attributed"})
        assert not Response.objects.filter(organisation__isnull=False).exists()

    def test_says_that_the_wave_is_over(self):
        wave = make_wave(state="closed")
        _, url = invite(wave)
        page = Client().get(url)
        assert "Diese Umfrage wurde am" in page.text and 'value="begin"' not in page.text
        Client().post(url, {"action": "begin"})
        assert not Response.objects.exists()

    @pytest.mark.parametrize("token", ["x", "MQ:1:abc"])
    def test_that_is_wrong_says_what_to_do(self, token):
        assert Client().get(reverse("surveys:invited", args=[token])).status_code == 404

    def test_of_an_invitation_that_is_gone_says_so(self):
        invitation, url = invite(make_wave())
        invitation.delete()
        answer = Client().get(url)
        assert answer.status_code == 410 and "Diese Einladung gilt nicht mehr" in answer.text

    def test_that_is_too_old_says_whom_to_ask(self, monkeypatch):
        with monkeypatch.context() as back:
            long_ago = (timezone.now() - timedelta(days=401)).timestamp()
            back.setattr("django.core.signing.time.time", lambda: long_ago)
            _invitation, url = invite(make_wave())
        answer = Client().get(url)
        assert answer.status_code == 410 and "Diese Einladung gilt nicht mehr" in answer.text

    def test_a_cookie_that_is_none_stands_in_nobodys_way(self):
        wave = make_wave()
        visitor = Client()
        draft = visitor.post(f"/de/surveys/{wave.survey.slug}/start/").url
        walk(visitor, draft)
        visitor.cookies[f"survey_invitation_{wave.pk}"] = "x:y:z"
        assert visitor.post(f"{draft}submit/").status_code == 200
        assert Response.objects.submitted().count() == 1


class TestOnlyByInvitation:
    def test_is_closed_to_others_and_open_to_members(self, client):
        wave = make_wave(is_by_invitation=True)
        page = client.get(wave.survey.get_absolute_url()).text
        assert "Diese Umfrage wird auf persönliche Einladung beantwortet." in page
        client.post(f"/de/surveys/{wave.survey.slug}/start/")
        assert not Response.objects.exists()
        _, url = invite(wave)
        assert Client().post(url, {"action": "begin"}).status_code == 302
        assert Response.objects.count() == 1


class TestRates:
    @staticmethod
    def answered(wave, stage: str, invited: int, answered: int) -> None:
        for number in range(invited):
            organisation = make_organisation(stage=stage)
            email = f"{stage or 'none'}{number}@example.org"
            invite(wave, email=email, organisation=organisation)
            if number < answered:
                make_response(wave, organisation=organisation)

    def test_are_counted_by_stage_while_the_wave_is_open(self, reviewer):
        wave = make_wave(threshold=3)
        self.answered(wave, "new", 4, 1)
        self.answered(wave, "established", 3, 3)
        page = reviewer.get(reverse("surveys:desk-wave", args=[wave.pk]))
        found = [(rate.label, rate.invited, rate.answered, rate.percent)
                 for rate in page.context["rates"]]  # fmt: skip
        assert found == [("Neu gegründet", 4, 1, 25), ("Etabliert", 3, 3, 100)]

    def test_of_few_are_counted_together_until_they_are_enough(self):
        wave = make_wave(threshold=5)
        self.answered(wave, "new", 6, 2)
        self.answered(wave, "transition", 5, 5)
        self.answered(wave, "established", 2, 2)
        self.answered(wave, "", 1, 0)
        assert rates(wave) == [
            Rate(("", "established", "transition"), 8, 7),
            Rate(("new",), 6, 2),
        ]

    def test_of_too_few_altogether_are_not_said(self, reviewer):
        wave = make_wave(threshold=5)
        self.answered(wave, "new", 2, 2)
        assert rates(wave) == [Rate(("new",), 2, None)]
        page = reviewer.get(reverse("surveys:desk-wave", args=[wave.pk])).text
        assert "zu wenige, um es zu sagen" in page and "100 %" not in page


def test_filling_by_the_way_is_the_same(client):
    """The page behind a personal link leads to the ordinary pages."""
    wave = make_wave()
    _, url = invite(wave)
    draft = client.post(url, {"action": "begin"}).url
    assert fill(client, draft, "about", stage="new").url == f"{draft}page/needs/"
