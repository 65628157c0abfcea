"""“That is us”: from the entry that nobody looks after to its owner."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from actors import emails, services
from actors.models import Claim, Membership, Organisation
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.users import User
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db

DATA = {"name": "Minh", "position": "Leitung", "message": "Büro: 030 0000 1"}


@pytest.fixture
def organisation():
    return make_organisation("Beispiel Verwaist")


def url_of(organisation) -> str:
    return reverse("actors:organisation-claim", args=[organisation.slug])


def make_claim(organisation, user=None) -> Claim:
    return Claim.objects.create(organisation=organisation, user=user or make_user(), **DATA)


class TestAsking:
    def test_is_offered_where_the_organisation_is_found(self, client, organisation):
        for page in (
            organisation.get_absolute_url(),
            reverse("actors:organisation-register") + "?name=Verwaist",
        ):
            assert f'href="{url_of(organisation)}"' in client.get(page).text, page

    def test_is_named_in_one_s_own_area_until_it_is_decided(self, client, organisation):
        claim = make_claim(organisation)
        make_claim(make_organisation("Beispiel Fremd"))
        client.force_login(claim.user)
        page = client.get(reverse("actors:dashboard")).text
        assert "Beispiel Verwaist: Sie haben den Eintrag angefragt" in page
        assert "Beispiel Fremd" not in page
        claim.close()
        assert "Beispiel Verwaist" not in client.get(reverse("actors:dashboard")).text

    def test_is_not_offered_where_somebody_looks_after_it(self, client, organisation):
        make_member(organisation)
        for page in (
            organisation.get_absolute_url(),
            reverse("actors:organisation-register") + "?name=Verwaist",
        ):
            assert f'href="{url_of(organisation)}"' not in client.get(page).text
        client.force_login(make_user())
        client.post(url_of(organisation), DATA)
        assert not Claim.objects.exists()

    @pytest.mark.parametrize(
        ("role", "is_open", "may"),
        [
            ("owner", True, False),
            ("owner", False, True),
            ("editor", True, True),
            (None, True, True),
        ],
    )
    def test_is_one_answer_on_pages_in_mails_and_when_it_is_decided(
        self, client, organisation, mailbox, deliver_jobs, role, is_open, may
    ):
        """An owner whose account is closed is nobody who could let others in; nor is an editor."""
        if role:
            User.objects.filter(pk=make_member(organisation, role).pk).update(is_active=is_open)
        url = url_of(organisation)
        for page in (
            organisation.get_absolute_url(),
            reverse("actors:organisation-register") + "?name=Verwaist",
        ):
            assert (f'href="{url}"' in client.get(page).text) is may, page
        emails.complete(Organisation.objects.get(), [Organisation.objects.get()])
        partner = make_organisation("Beispiel Nachbarschaft")
        services.name_partner(organisation=partner, partner=organisation)
        deliver_jobs()
        asked, named = mailbox.mails()
        assert (url in asked.text) is may
        # An editor need not take the entry over to answer.
        assert (url in named.text) is (may and role != "editor")
        client.force_login(make_user())
        client.post(url, DATA)
        assert Claim.objects.exists() is may
        claim = Claim.objects.first() or make_claim(organisation)
        client.force_login(make_user("reviewer"))
        decide = reverse("actors:claim-decide", args=[claim.pk])
        assert ("Inzwischen" in client.get(decide).text) is not may
        client.post(decide, {"action": "accept"})
        assert Membership.objects.filter(user=claim.user, role="owner").exists() is may

    def test_needs_an_account_and_leads_back(self, client, organisation):
        page = client.get(url_of(organisation))
        assert f"?next={url_of(organisation)}" in page.text
        assert '<form method="post" class="form-section"' not in page.text
        client.post(url_of(organisation), DATA)
        assert not Claim.objects.exists()

    def test_waits_at_the_desk_once(self, client, organisation):
        user = make_user()
        client.force_login(user)
        for _attempt in range(2):
            page = client.post(url_of(organisation), DATA, follow=True)
        assert "Die Taskforce hat Ihre Anfrage" in page.text
        claim = Claim.objects.get()
        assert (claim.organisation, claim.user, claim.position) == (organisation, user, "Leitung")
        client.force_login(make_user("reviewer"))
        assert "Beispiel Verwaist" in client.get(reverse("actors:claims")).text
        assert reverse("actors:claims") in client.get(reverse("desk:front")).text

    def test_says_why_and_what_is_missing(self, client, organisation):
        client.force_login(make_user())
        page = client.post(url_of(organisation), {**DATA, "message": ""})
        assert "message" in page.context["form"].errors
        assert "Warum" in page.text

    def test_beyond_the_limit_keeps_what_was_typed(self, client, organisation, settings):
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "contact": "1/h/ip"}
        client.force_login(make_user())
        client.post(url_of(organisation), DATA)
        other = make_organisation()
        page = client.post(url_of(other), DATA)
        assert page.status_code == 429
        assert "Büro: 030 0000 1" in page.text
        assert Claim.objects.count() == 1

    def test_is_only_about_what_is_public(self, client):
        client.force_login(make_user())
        draft = make_organisation(status="draft")
        assert client.post(url_of(draft), DATA).status_code == 404

    def test_is_unique_in_the_database(self, organisation):
        claim = make_claim(organisation)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_claim(organisation, claim.user)


class TestDeciding:
    @pytest.fixture
    def claim(self, organisation):
        return make_claim(organisation)

    @pytest.fixture
    def decide(self, client, claim):
        client.force_login(make_user("reviewer"))
        url = reverse("actors:claim-decide", args=[claim.pk])
        return lambda **data: client.post(url, data, follow=True)

    def test_yes_makes_an_owner_and_tells_them(
        self, client, organisation, claim, decide, mailbox, deliver_jobs
    ):
        decide(action="accept")
        membership = Membership.objects.get(user=claim.user)
        assert (membership.organisation, membership.role) == (organisation, "owner")
        assert not Claim.objects.exists()
        deliver_jobs()
        link = mailbox.link(claim.user.email, containing="edit")
        client.force_login(claim.user)
        assert client.get("/" + link.split("/", 3)[3]).status_code == 200
        # Nobody is said to have confirmed it by having taken it over.
        organisation.refresh_from_db()
        assert organisation.confirmed_at is None

    def test_no_needs_a_sentence_that_the_person_reads(self, claim, decide, mailbox, deliver_jobs):
        page = decide(action="decline")
        assert "reason" in page.context["form"].errors
        assert Claim.objects.exists()
        decide(action="decline", reason="Im Büro kennt Sie niemand.")
        assert not Claim.objects.exists() and not Membership.objects.exists()
        deliver_jobs()
        [mail] = mailbox.mails(to=claim.user.email)
        assert "Im Büro kennt Sie niemand." in mail.text
        assert mail.text.startswith("Guten Tag,")

    @pytest.mark.parametrize("data", [{"action": "accept"}, {"action": "decline", "reason": "A"}])
    def test_twice_says_that_it_is_decided(self, client, decide, data):
        decide(**data)
        page = decide(**data)
        assert page.status_code == 200
        assert "Über diese Anfrage ist schon entschieden." in page.text

    def test_of_two_people_one_gets_it(self, organisation, claim, decide):
        other = make_claim(organisation)
        other.accept()
        page = decide(action="accept")
        assert "Inzwischen" in page.text
        assert list(organisation.memberships.values_list("user", flat=True)) == [other.user_id]
        with pytest.raises(TransitionNotAllowed):
            claim.accept()
        assert Claim.objects.get() == claim

    def test_happens_once(self, claim):
        claim.accept()
        with pytest.raises(TransitionNotAllowed):
            claim.close()

    def test_makes_an_editor_the_owner(self, organisation):
        editor = make_member(organisation, "editor")
        make_claim(organisation, editor).accept()
        assert organisation.memberships.get().role == "owner"

    def test_is_forgotten_after_half_a_year(self, claim):
        from ssoe_portal.common.privacy import erase_expired

        erase_expired(timezone.now() + timedelta(days=179))
        assert Claim.objects.exists()
        erase_expired(timezone.now() + timedelta(days=181))
        assert not Claim.objects.exists()
