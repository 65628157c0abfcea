"""Teams: invitations with signed links, roles, and the owner who always remains."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from actors.links import INVITATION
from actors.models import Invitation, Membership
from actors.models.membership import LastOwner, OtherAddress
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import PASSWORD, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation("Beispiel Team")


@pytest.fixture
def owner(organisation, client):
    user = make_member(organisation, "owner")
    client.force_login(user)
    return user


def team_url(organisation) -> str:
    return reverse("actors:team", args=[organisation.slug])


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


class TestInvitation:
    def test_leads_a_new_person_through_an_account_into_the_team(
        self, client, organisation, owner, mailbox, deliver_jobs
    ):
        client.post(team_url(organisation), {"email": "Neu@Example.org", "role": "editor"})
        deliver_jobs()
        link = path_of(mailbox.link("neu@example.org", containing="invitations"))

        guest = type(client)()
        page = guest.get(link)
        assert "Beispiel Team" in page.text
        # The link itself stays out of the addresses of sign-in and sign-up.
        token = link.rstrip("/").rsplit("/", 1)[1]
        pending_url = reverse("actors:invitation-pending")
        assert f"?next={pending_url}" in page.text
        ways_in = re.findall(r'href="([^"]*(?:login|signup)[^"]*)"', page.text)
        assert ways_in
        assert not any(token in way for way in ways_in)
        guest.post(
            reverse("account_signup"),
            {
                "email": "neu@example.org",
                "password1": PASSWORD,
                "name": "Neu",
                "next": pending_url,
            },
        )
        deliver_jobs()
        confirm = path_of(mailbox.link("neu@example.org", containing="confirm"))
        answer = guest.post(confirm, follow=True)
        assert answer.request["PATH_INFO"] == link
        assert not Membership.objects.filter(user__email="neu@example.org").exists()
        guest.post(link)
        membership = Membership.objects.get(user__email="neu@example.org")
        assert (membership.organisation, membership.role) == (organisation, "editor")

    def test_does_nothing_when_it_is_only_opened(self, client, organisation):
        invitation = Invitation.objects.create(organisation=organisation, email="a@example.org")
        client.force_login(make_user())
        client.get(reverse("actors:invitation-accept", args=[INVITATION.token(invitation.pk)]))
        invitation.refresh_from_db()
        assert invitation.accepted_at is None

    def test_works_once(self, client, organisation):
        invitation = Invitation.objects.create(organisation=organisation, email="a@example.org")
        url = reverse("actors:invitation-accept", args=[INVITATION.token(invitation.pk)])
        guest = make_user(email="a@example.org")
        client.force_login(guest)
        client.post(url)
        assert client.post(url).status_code == 410
        assert organisation.memberships.count() == 1
        with pytest.raises(TransitionNotAllowed):
            invitation.accept(guest)

    def test_is_for_the_account_with_its_address_only(self, client, organisation):
        invitation = Invitation.objects.create(
            organisation=organisation, email="A@example.org", role="owner"
        )
        url = reverse("actors:invitation-accept", args=[INVITATION.token(invitation.pk)])
        stranger = make_user(email="fremd@example.org")
        client.force_login(stranger)
        page = client.get(url)
        assert "A@example.org" in page.text and "fremd@example.org" in page.text
        assert "Dem Team beitreten</button>" not in page.text
        page = client.post(url)
        assert page.status_code == 403 and "A@example.org" in page.text
        assert not organisation.memberships.exists()
        with pytest.raises(OtherAddress):
            invitation.accept(stranger)
        # Signing out leads back to the invitation, which says which address to use.
        page = client.post(reverse("account_logout"), {"next": url}, follow=True)
        assert page.request["PATH_INFO"] == url and "A@example.org" in page.text
        client.force_login(make_user(email="a@example.org"))
        assert "Dem Team beitreten</button>" in client.get(url).text
        client.post(url)
        assert organisation.memberships.get().role == "owner"

    def test_counts_only_an_address_that_is_confirmed(self, organisation):
        invitation = Invitation.objects.create(organisation=organisation, email="a@example.org")
        unconfirmed = make_user()
        EmailAddress.objects.create(user=unconfirmed, email="a@example.org", verified=False)
        with pytest.raises(OtherAddress):
            invitation.accept(unconfirmed)

    def test_withdrawn_or_wrong_says_what_to_do(self, client, organisation, owner):
        invitation = Invitation.objects.create(organisation=organisation, email="a@example.org")
        url = reverse("actors:invitation-accept", args=[INVITATION.token(invitation.pk)])
        client.post(reverse("actors:invitation-withdraw", args=[organisation.slug, invitation.pk]))
        answer = client.get(url)
        assert answer.status_code == 410 and "Bitten Sie die Person, die Sie" in answer.text
        assert client.get(reverse("actors:invitation-accept", args=["x"])).status_code == 404

    def test_that_is_too_old_sends_nobody_back_to_a_form(self, client, organisation, monkeypatch):
        invitation = Invitation.objects.create(organisation=organisation, email="a@example.org")
        with monkeypatch.context() as back:
            long_ago = (timezone.now() - timedelta(days=15)).timestamp()
            back.setattr("django.core.signing.time.time", lambda: long_ago)
            token = INVITATION.token(invitation.pk)
        answer = client.get(reverse("actors:invitation-accept", args=[token]))
        assert answer.status_code == 410 and "Bitten Sie die Person, die Sie" in answer.text

    def test_makes_an_editor_an_owner_but_no_owner_an_editor(self, organisation):
        editor, owner = make_member(organisation, "editor"), make_member(organisation, "owner")
        Invitation.objects.create(
            organisation=organisation, email=editor.email, role="owner"
        ).accept(editor)
        Invitation.objects.create(
            organisation=organisation, email=owner.email, role="editor"
        ).accept(owner)
        assert set(organisation.memberships.values_list("role", flat=True)) == {"owner"}

    def test_is_sent_once_to_an_address(self, client, organisation, owner):
        for _attempt in range(2):
            page = client.post(team_url(organisation), {"email": "a@example.org", "role": "editor"})
        assert "email" in page.context["form"].errors
        page = client.post(team_url(organisation), {"email": owner.email, "role": "editor"})
        assert "email" in page.context["form"].errors
        assert Invitation.objects.count() == 1

    def test_beyond_the_limit_keeps_what_was_typed(self, client, organisation, owner, settings):
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "contact": "1/h/ip"}
        url = team_url(organisation)
        client.post(url, {"email": "a@example.org", "role": "editor"})
        page = client.post(url, {"email": "zweite@example.org", "role": "owner"})
        assert page.status_code == 429
        assert page.context["form"].non_field_errors()
        assert 'value="zweite@example.org"' in page.text
        assert Invitation.objects.count() == 1

    def test_is_unique_in_the_database_whatever_the_capitals(self, organisation):
        Invitation.objects.create(organisation=organisation, email="a@example.org")
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.create(organisation=organisation, email="A@example.org")

    def test_is_forgotten_after_a_month(self, organisation):
        from ssoe_portal.common.privacy import erase_expired

        Invitation.objects.create(organisation=organisation, email="a@example.org")
        erase_expired(timezone.now() + timedelta(days=29))
        assert Invitation.objects.exists()
        erase_expired(timezone.now() + timedelta(days=31))
        assert not Invitation.objects.exists()

    def test_names_only_what_the_task_force_has_read(
        self, client, organisation, owner, mailbox, deliver_jobs
    ):
        owner.name = "Gewinn abholen"
        owner.save()
        draft = make_organisation("Beispiel Lockruf", status="draft")
        Membership.objects.create(user=owner, organisation=draft, role="owner")
        client.post(team_url(draft), {"email": "a@example.org", "role": "editor"})
        client.post(team_url(organisation), {"email": "b@example.org", "role": "editor"})
        deliver_jobs()
        [unread], [read] = mailbox.mails(to="a@example.org"), mailbox.mails(to="b@example.org")
        assert "Lockruf" not in unread.subject + unread.text + unread.html
        assert "Beispiel Team" in read.subject
        assert "Beispiel Team" in read.text
        for mail in (unread, read):
            assert "Gewinn" not in mail.subject + mail.text + mail.html


class TestOutstandingInvitations:
    @pytest.fixture
    def sent(self, organisation, owner):
        make_member(organisation, "owner")
        return Invitation.objects.create(
            organisation=organisation, email="a@example.org", role="owner", invited_by=owner
        )

    @pytest.mark.parametrize("end", ["removed", "demoted", "account", "query"])
    def test_end_with_whoever_sent_them(self, end, client, organisation, owner, sent):
        membership = owner.memberships.get()
        {
            "removed": membership.end,
            "demoted": lambda: membership.change_role("editor"),
            "account": owner.delete,
            "query": Membership.objects.filter(pk=membership.pk).delete,
        }[end]()
        assert not Invitation.objects.exists()
        client.force_login(make_user())
        url = reverse("actors:invitation-accept", args=[INVITATION.token(sent.pk)])
        assert client.post(url).status_code == 410

    def test_of_others_and_other_teams_stay(self, organisation, owner, sent):
        colleague = make_member(organisation, "owner")
        values = {"email": "b@example.org", "role": "editor"}
        other = Invitation.objects.create(organisation=organisation, invited_by=colleague, **values)
        elsewhere = Invitation.objects.create(
            organisation=make_organisation(), invited_by=owner, **values
        )
        owner.memberships.get().end()
        assert set(Invitation.objects.all()) == {other, elsewhere}


class TestRoles:
    def test_owners_change_them(self, client, organisation, owner):
        editor = make_member(organisation, "editor").memberships.get()
        url = reverse("actors:team-member", args=[organisation.slug, editor.pk])
        client.post(url, {"role": "owner"})
        editor.refresh_from_db()
        assert editor.role == "owner"

    def test_end_after_a_question_and_with_a_mail(
        self, client, organisation, owner, mailbox, deliver_jobs
    ):
        person = make_member(organisation, "editor", email="weg@example.org")
        url = reverse("actors:team-remove", args=[organisation.slug, person.memberships.get().pk])
        assert url in client.get(team_url(organisation)).text
        page = client.get(url).text
        assert "weg@example.org" in page and f'href="{team_url(organisation)}">Nein' in page
        assert person.memberships.exists()
        page = client.post(url, follow=True)
        assert "nicht mehr im Team" in page.text
        assert not person.memberships.exists()
        deliver_jobs()
        mail = mailbox.latest("weg@example.org")
        assert organisation.name in mail.subject
        assert "kann Sie wieder einladen" in mail.text

    def test_end_for_oneself_elsewhere(self, client, organisation, owner):
        make_member(organisation, "owner")
        url = reverse("actors:team-remove", args=[organisation.slug, owner.memberships.get().pk])
        answer = client.post(url)
        assert answer.url == reverse("actors:team-leave", args=[organisation.slug])
        assert owner.memberships.exists()

    def test_editors_do_not(self, client, organisation, owner):
        editor = make_member(organisation, "editor")
        client.force_login(editor)
        own = editor.memberships.get()
        url = reverse("actors:team-member", args=[organisation.slug, own.pk])
        assert client.post(url, {"role": "owner"}).status_code == 403
        assert client.post(team_url(organisation), {"email": "a@example.org"}).status_code == 403
        own.refresh_from_db()
        assert own.role == "editor"

    def test_of_another_team_cannot_be_reached(self, client, organisation, owner):
        stranger = make_member(make_organisation(), "owner").memberships.get()
        for name, data in (("team-member", {"role": "editor"}), ("team-remove", {})):
            url = reverse(f"actors:{name}", args=[organisation.slug, stranger.pk])
            assert client.post(url, data).status_code == 404

    def test_are_unique_per_person(self, organisation, owner):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(user=owner, organisation=organisation)


class TestLastOwner:
    def test_stays(self, client, organisation, owner):
        make_member(organisation, "editor")
        own = owner.memberships.get()
        url = reverse("actors:team-member", args=[organisation.slug, own.pk])
        page = client.post(url, {"role": "editor"}, follow=True)
        assert "übertragen Sie die Verantwortung" in page.text
        client.post(reverse("actors:team-leave", args=[organisation.slug]))
        own.refresh_from_db()
        assert own.role == "owner"
        with pytest.raises(LastOwner):
            own.end()

    def test_sees_no_button_that_would_refuse(self, client, organisation, owner):
        make_member(organisation, "editor")
        assert "Zur Redaktion machen" not in client.get(team_url(organisation)).text
        make_member(organisation, "owner")
        assert client.get(team_url(organisation)).text.count("Zur Redaktion machen") == 2

    def test_may_go_once_there_is_another(self, client, organisation, owner):
        make_member(organisation, "owner")
        client.post(reverse("actors:team-leave", args=[organisation.slug]))
        assert not owner.memberships.exists()

    def test_editors_leave_as_they_like(self, client, organisation, owner):
        editor = make_member(organisation, "editor")
        client.force_login(editor)
        client.post(reverse("actors:team-leave", args=[organisation.slug]))
        assert not editor.memberships.exists()


class TestHandover:
    def leave_url(self, organisation) -> str:
        return reverse("actors:team-leave", args=[organisation.slug])

    def test_makes_a_colleague_owner_and_ends_the_own_part(
        self, client, organisation, owner, mailbox, deliver_jobs
    ):
        colleague = make_member(organisation, "editor", email="neu@example.org")
        to = colleague.memberships.get()
        page = client.get(self.leave_url(organisation))
        assert "Wer übernimmt?" in page.text
        client.post(self.leave_url(organisation), {"to": to.pk})
        to.refresh_from_db()
        assert to.is_owner and not owner.memberships.exists()
        deliver_jobs()
        assert "übergeben" in mailbox.latest("neu@example.org").text

    def test_asks_who_takes_over(self, client, organisation, owner):
        make_member(organisation, "editor")
        answer = client.post(self.leave_url(organisation))
        assert answer.status_code == 422 and owner.memberships.exists()

    def test_goes_to_nobody_of_another_team(self, client, organisation, owner):
        make_member(organisation, "editor")
        stranger = make_member(make_organisation()).memberships.get()
        assert client.post(self.leave_url(organisation), {"to": stranger.pk}).status_code == 422
        assert owner.memberships.exists()

    def test_tells_whoever_is_alone_what_to_do(self, client, organisation, owner):
        page = client.get(self.leave_url(organisation))
        assert "Nur Sie betreuen diesen Eintrag" in page.text
        client.post(self.leave_url(organisation))
        assert owner.memberships.exists()

    def test_changes_nothing_when_the_colleague_has_left_meanwhile(self, organisation, owner):
        to = make_member(organisation, "editor").memberships.get()
        Membership.objects.filter(pk=to.pk).delete()
        with pytest.raises(Membership.DoesNotExist):
            owner.memberships.get().hand_over(to)
        assert owner.memberships.get().is_owner
