"""Partners: named by one side, shown when the other side says so, too."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from actors import services
from actors.models import Organisation, Partnership
from ssoe_portal.common.moderation import TransitionNotAllowed
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.django_db


def partners_url(organisation) -> str:
    return reverse("actors:partners", args=[organisation.slug])


@pytest.fixture
def organisation(client):
    organisation = make_organisation("Beispiel Nähcafé")
    client.force_login(make_member(organisation, email="naehcafe@example.org"))
    return organisation


@pytest.fixture
def other():
    other = make_organisation("Beispiel Radhaus")
    make_member(other, email="radhaus@example.org")
    return other


class TestNaming:
    def test_asks_which_one_is_meant_and_shows_it_when_both_say_so(
        self, client, organisation, other, mailbox, deliver_jobs
    ):
        page = client.post(partners_url(organisation), {"name": "radhaus"})
        assert page.status_code == 200
        assert "Ist es eine von diesen?" in page.text
        assert not page.context["form"].errors
        # Who presses the button again without an answer is told so; the form sends the question on.
        sent = dict(re.findall(r'type="hidden" name="(which)" value="()"', page.text))
        assert sent == {"which": ""}
        again = client.post(partners_url(organisation), {"name": "radhaus", **sent})
        assert again.status_code == 422
        assert again.context["form"].errors["which"] == ["Bitte sagen Sie, welche Sie meinen."]
        client.post(partners_url(organisation), {"name": "radhaus", "which": other.pk})
        for one, name in ((organisation, other.name), (other, organisation.name)):
            assert name not in type(client)().get(one.get_absolute_url()).text
        deliver_jobs()
        mail = mailbox.latest("radhaus@example.org")
        assert "Beispiel Nähcafé" in mail.subject
        assert partners_url(other) in mail.text

        there = type(client)()
        there.force_login(other.owners.get())
        assert "Beispiel Nähcafé sagt: Sie arbeiten zusammen" in there.get("/de/account/").text
        partnership = Partnership.objects.get()
        url = reverse("actors:partners-confirm", args=[other.slug, partnership.pk])
        for _tap in range(2):
            assert there.post(url).status_code == 302
        for one, name in ((organisation, other.name), (other, organisation.name)):
            assert name in type(client)().get(one.get_absolute_url()).text
        deliver_jobs()
        assert "bestätigt" in mailbox.latest("naehcafe@example.org").subject

    def test_hears_of_it_once_the_entry_that_names_it_is_public(
        self, client, organisation, other, mailbox, deliver_jobs
    ):
        Organisation.objects.filter(pk=organisation.pk).update(status="draft", published_at=None)
        page = client.post(
            partners_url(organisation), {"name": "Radhaus", "which": other.pk}, follow=True
        )
        assert "sobald Ihr Eintrag öffentlich ist" in page.text
        organisation.refresh_from_db()
        deliver_jobs()
        assert not mailbox.mails(to="radhaus@example.org")
        for _time in range(2):  # also after it was given back with a question
            services.publish(item=organisation)
            organisation.return_to_owner("Wo ist das?")
        deliver_jobs()
        assert len(mailbox.mails(to="radhaus@example.org")) == 1

    def test_is_somebody_else(self, client, organisation):
        page = client.post(partners_url(organisation), {"name": organisation.name.upper()})
        assert page.context["form"].errors["name"] == ["Das ist Ihre eigene Organisation."]
        assert not Partnership.objects.exists()

    def test_a_plain_name_is_shown_at_once(self, client, organisation):
        client.post(partners_url(organisation), {"name": " Kirche   am <i>Platz</i> "})
        page = type(client)().get(organisation.get_absolute_url()).text
        assert "Kirche am &lt;i&gt;Platz&lt;/i&gt;" in page

    def test_none_of_them_is_an_answer(self, client, organisation, other):
        client.post(partners_url(organisation), {"name": "Radhaus Köln", "which": "none"})
        assert organisation.partnerships.get().name == "Radhaus Köln"

    def test_the_same_again_changes_nothing_and_sends_nothing(
        self, client, organisation, other, mailbox, deliver_jobs
    ):
        for _time in range(2):
            client.post(partners_url(organisation), {"name": "Radhaus", "which": other.pk})
            client.post(partners_url(organisation), {"name": "Kirche"})
            client.post(partners_url(organisation), {"name": "kirche"})
        assert Partnership.objects.count() == 2
        deliver_jobs()
        assert len(mailbox.mails(to="radhaus@example.org")) == 1

    def test_each_other_is_as_good_as_a_yes(
        self, client, organisation, other, mailbox, deliver_jobs
    ):
        services.name_partner(organisation=other, partner=organisation)
        for _time in range(2):
            page = client.post(
                partners_url(organisation), {"name": "Radhaus", "which": other.pk}, follow=True
            )
            assert "Beide Seiten zeigen es jetzt" in page.text
        assert Partnership.objects.get().confirmed_at is not None
        deliver_jobs()
        assert len(mailbox.mails(to="radhaus@example.org")) == 1
        assert "bestätigt" in mailbox.latest("radhaus@example.org").subject

    def test_whoever_has_named_as_many_as_may_be_still_answers(
        self, organisation, other, monkeypatch
    ):
        monkeypatch.setattr(Partnership, "MOST", 1)
        own = services.name_partner(organisation=organisation, partner=None, name="Kirche")
        services.name_partner(organisation=other, partner=organisation)
        named = services.name_partner(organisation=organisation, partner=other)
        assert named.confirmed_at is not None
        # Nor is the same name again one more.
        again = services.name_partner(organisation=organisation, partner=None, name="kirche")
        assert again == own
        with pytest.raises(ValidationError, match="Sie haben 1 Partner"):
            services.name_partner(organisation=organisation, partner=None, name="Chor")

    def test_only_the_side_that_was_named_says_yes(self, client, organisation, other):
        named = services.name_partner(organisation=organisation, partner=other)
        client.post(reverse("actors:partners-confirm", args=[organisation.slug, named.pk]))
        named.refresh_from_db()
        assert named.confirmed_at is None
        stranger = make_organisation()
        client.force_login(make_member(stranger))
        for name in ("partners-confirm", "partners-remove"):
            client.post(reverse(f"actors:{name}", args=[stranger.slug, named.pk]))
        named.refresh_from_db()
        assert named.confirmed_at is None

    def test_either_side_takes_it_back(self, client, organisation, other):
        named = services.name_partner(organisation=other, partner=organisation)
        named.confirm()
        client.post(reverse("actors:partners-remove", args=[organisation.slug, named.pk]))
        assert not Partnership.objects.exists()

    @pytest.mark.parametrize(
        ("is_theirs", "said"),
        [(True, "Sie haben das abgelehnt."), (False, "Das ist zurück")],
    )
    def test_a_no_is_not_called_taken_back(self, client, organisation, other, is_theirs, said):
        sides = [other, organisation] if is_theirs else [organisation, other]
        named = services.name_partner(organisation=sides[0], partner=sides[1])
        url = reverse("actors:partners-remove", args=[organisation.slug, named.pk])
        assert said in client.post(url, follow=True).text
        assert not Partnership.objects.exists()

    def test_of_a_draft_nobody_hears(self, client, other, mailbox, deliver_jobs):
        draft = make_organisation("Beliebige Worte", status="draft")
        services.name_partner(organisation=draft, partner=other)
        deliver_jobs()
        assert mailbox.mails(to="radhaus@example.org") == []
        client.force_login(other.owners.get())
        assert "Beliebige Worte" not in client.get("/de/account/").text
        assert "Beliebige Worte" not in client.get(partners_url(other)).text

    def test_what_is_archived_is_not_named_on_a_page(self, client, organisation, other):
        services.name_partner(organisation=organisation, partner=other).confirm()
        other.archive()
        assert other.name not in type(client)().get(organisation.get_absolute_url()).text

    @pytest.mark.parametrize("number", [1, 3])
    def test_page_takes_a_constant_number_of_queries(
        self, client, organisation, django_assert_num_queries, number
    ):
        for _number in range(number):
            services.name_partner(organisation=organisation, partner=make_organisation())
        # session, account, organisation, partnerships
        with django_assert_num_queries(4):
            client.get(partners_url(organisation))

    @pytest.mark.parametrize("name", ["", "x", "\x00", "x" * 161])
    def test_bad_names_are_said_at_the_field(self, client, organisation, name):
        page = client.post(partners_url(organisation), {"name": name})
        assert page.status_code == 422
        assert "name" in page.context["form"].errors


class TestConstraints:
    @pytest.mark.parametrize("values", [{}, {"partner": True, "name": "Kirche"}])
    def test_a_partner_is_one_thing(self, values, other):
        values = {**values, **({"partner": other} if "partner" in values else {})}
        with pytest.raises(IntegrityError), transaction.atomic():
            Partnership.objects.create(organisation=make_organisation(), **values)

    def test_nobody_is_its_own_partner(self, other):
        with pytest.raises(IntegrityError), transaction.atomic():
            Partnership.objects.create(organisation=other, partner=other)

    def test_two_are_partners_once(self, organisation, other):
        Partnership.objects.create(organisation=organisation, partner=other)
        with pytest.raises(IntegrityError), transaction.atomic():
            Partnership.objects.create(organisation=other, partner=organisation)

    def test_a_yes_counts_once(self, organisation, other):
        named = Partnership.objects.create(organisation=organisation, partner=other)
        Partnership.objects.get().confirm()
        with pytest.raises(TransitionNotAllowed):
            named.confirm()
