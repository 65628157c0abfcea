import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ssoe_portal.common.mail import OutgoingMail
from surveys import inviting
from surveys.models import Invitation, OptOut, Participation, Response, Wave
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
        make_organisation(stage="new", email="eins@example.org")
        make_organisation(stage="new", email="")
        make_organisation(stage="established", email="zwei@example.org")
        make_organisation(stage="new", email="drei@example.org", status="draft")
        answer = reviewer.post(page_of(wave), {"action": "count", "stages": ["new"]})
        assert "2 Organisationen passen." in answer.text
        assert "1 davon hat eine E-Mail-Adresse." in answer.text
        assert not Invitation.objects.exists()

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
        assert "Eine Adresse möchte keine Mails zu Umfragen." in page
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
            with django_assert_num_queries(10):
                reviewer.get(page_of(wave))


class TestMails:
    def test_go_to_everybody_once_with_a_link_that_works(
        self, reviewer, mailbox, deliver_jobs, client
    ):
        wave = make_wave()
        organisation = make_organisation("Beispiel Haus", email="haus@example.org")
        reviewer.post(page_of(wave), {"action": "invite", "emails": "ada@example.org"})
        deliver_jobs()
        inviting.send_waiting(wave)
        deliver_jobs()
        recipients = [address for mail in mailbox.mails() for address in mail.recipients]
        assert sorted(recipients) == ["ada@example.org", "haus@example.org"]
        mail = mailbox.latest("haus@example.org")
        assert mail.subject == "Umfrage: Kleine Umfrage"
        assert "Beispiel Haus" in mail.text
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
        # Not again soon, and not for ever.
        assert inviting.remind(wave) == 0
        for day in (5, 10):
            later = timezone.localdate() + day * DAY
            silent.reminded_on = later - 5 * DAY
            assert wave.invitations.to_remind(later).filter(pk=silent.pk).exists() == (day == 5)
            Invitation.objects.filter(pk=silent.pk).update(reminders=2, reminded_on=later - 5 * DAY)

    def test_end_for_good(self, mailbox, deliver_jobs):
        wave = make_wave()
        _, url = invite(wave)
        page = Client().post(url, {"action": "stop"}, follow=True)
        assert "bekommt von uns keine Mails zu Umfragen mehr" in page.text
        assert inviting.remind(wave) == 0
        other = make_wave()
        assert (
            inviting.invite(wave=other, organisations=[], emails=["ADA@example.org"]).invited == 0
        )
        assert "ada" not in str(OptOut.objects.values())

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
        assert "Wir haben notiert, dass Sie geantwortet haben." in page
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
        assert "survey_invitation" not in {
            name for name, morsel in visitor.cookies.items() if morsel.value
        }
        # Whoever comes again reads so; a second word changes nothing.
        visitor.post(url, {"action": "done"})
        assert Participation.objects.count() == 1

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
        assert Client().get(url).status_code == 410

    def test_a_cookie_that_is_none_stands_in_nobodys_way(self):
        wave = make_wave()
        visitor = Client()
        draft = visitor.post(f"/de/surveys/{wave.survey.slug}/start/").url
        walk(visitor, draft)
        visitor.cookies["survey_invitation"] = "x:y:z"
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
    def test_are_counted_by_stage_while_the_wave_is_open(self, reviewer):
        wave = make_wave()
        for number, stage in enumerate(["new", "new", "established", ""]):
            organisation = make_organisation(stage=stage)
            invite(wave, email=f"o{number}@example.org", organisation=organisation)
            if number == 0:
                make_response(wave, organisation=organisation)
        page = reviewer.get(reverse("surveys:desk-wave", args=[wave.pk]))
        found = {rate["label"]: (rate["invited"], rate["answered"], rate["percent"])
                 for rate in page.context["rates"]}  # fmt: skip
        assert found == {
            "kein Entwicklungsstand bekannt": (1, 0, 0),
            "Etabliert": (1, 0, 0),
            "Neu gegründet": (2, 1, 50),
        }


def test_filling_by_the_way_is_the_same(client):
    """The page behind a personal link leads to the ordinary pages."""
    wave = make_wave()
    _, url = invite(wave)
    draft = client.post(url, {"action": "begin"}).url
    assert fill(client, draft, "about", stage="new").url == f"{draft}page/needs/"
