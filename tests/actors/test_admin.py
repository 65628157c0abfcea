"""What Django admin lets nobody change in a row that is there."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actors.models import DuplicatePair, Partnership
from tests.sending import OpenForm, admin_data
from tests.world import make_member, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def administrator(client):
    client.force_login(make_user("admin"))


def change_page(item) -> str:
    return reverse(f"admin:actors_{item._meta.model_name}_change", args=[item.pk])


def save_with(client, item, values: dict):
    page = client.get(change_page(item))
    answer = client.post(change_page(item), admin_data(page) | values)
    assert answer.status_code == 302, answer.context["errors"]


class TestLists:
    """A search finds names as people type them, and whole lists have their way."""

    @pytest.mark.parametrize("words", ["naehcafe", "Nähcafe", "café näh"])
    def test_are_searched_without_regard_to_accents(self, client, words):
        wanted = make_organisation("Beispiel Nähcafé")
        offer = make_offer(wanted, title="Tee")
        make_offer(make_organisation("Beispiel Radhaus"))
        for item in (wanted, offer):
            page = client.get(
                reverse(f"admin:actors_{item._meta.model_name}_changelist"), {"q": words}
            )
            assert [row.pk for row in page.context["cl"].result_list] == [item.pk]

    def test_find_a_word_of_the_text_as_before(self, client):
        wanted = make_organisation(summary="Wir musizieren.")
        make_organisation()
        url = reverse("admin:actors_organisation_changelist")
        page = client.get(url, {"q": "musizieren"})
        assert [row.pk for row in page.context["cl"].result_list] == [wanted.pk]

    @pytest.mark.parametrize("kind", ["organisation", "offer"])
    def test_say_where_whole_lists_go_in_and_out(self, client, kind):
        page = client.get(reverse(f"admin:actors_{kind}_changelist")).text
        [tools] = re.findall(r'<ul class="object-tools">.*?</ul>', page, re.DOTALL)
        assert reverse("desk:front") in tools


class TestDuplicates:
    def test_say_the_likeness_with_two_places(self, client):
        first, second = make_organisation(), make_organisation()
        pair = DuplicatePair.objects.create(
            first=first, second=second, likeness=0.9090909361839294, reasons=["name"]
        )
        for url in (reverse("admin:actors_duplicatepair_changelist"), change_page(pair)):
            page = client.get(url).text
            assert "0,91" in page
            assert "0,9090" not in page


class TestTeam:
    def test_another_person_is_another_membership(self, client):
        organisation = make_organisation()
        user, other = make_member(organisation), make_user()
        save_with(
            client,
            organisation,
            {"memberships-0-user": other.pk, "memberships-0-role": "editor"}
            # Somebody new is still taken in, in a row of their own.
            | {"memberships-TOTAL_FORMS": 2, "memberships-1-user": make_user().pk}
            | {"memberships-1-role": "owner"},
        )
        membership = organisation.memberships.get(user=user)
        assert membership.role == "editor"
        assert organisation.memberships.count() == 2
        assert not organisation.memberships.filter(user=other).exists()


class TestPartners:
    @pytest.fixture
    def named(self):
        named = Partnership.objects.create(
            organisation=make_organisation("Beispiel Eins"), partner=make_organisation()
        )
        named.confirm()
        return named

    def test_what_one_has_confirmed_another_has_not(self, client, named):
        other = make_organisation()
        partner = named.partner
        save_with(client, named.organisation, {"partnerships-0-partner": other.pk})
        save_with(client, named, {"partner": other.pk, "organisation": make_organisation().pk})
        named.refresh_from_db()
        assert (named.organisation.name, named.partner) == ("Beispiel Eins", partner)
        assert named.confirmed_at is not None

    def test_somebody_outside_the_portal_may_be_spelt_otherwise(self, client, named):
        row = Partnership.objects.create(organisation=named.organisation, name="Chor am Prak")
        save_with(client, row, {"name": "Chor am Park"})
        row.refresh_from_db()
        assert row.name == "Chor am Park"

    def test_are_named_in_admin_too(self, client, named):
        other = make_organisation()
        answer = client.post(
            reverse("admin:actors_partnership_add"),
            {"organisation": named.organisation.pk, "partner": other.pk, "name": ""},
        )
        assert answer.status_code == 302
        assert Partnership.objects.of(other).get().confirmed_at is None


class TestMovingAnEntry:
    def test_holds_the_organisation_it_moves_to(self, client):
        """So that this one is not archived or merged away while the form is stored."""
        offer, to = make_offer(), make_organisation()
        at_first = offer.organisation
        form = OpenForm(client, reverse("admin:actors_offer_change", args=[offer.pk]))
        with CaptureQueriesContext(connection) as queries:
            assert form.send(organisation=to.pk).status_code == 302
        offer.refresh_from_db()
        assert offer.organisation == to
        held = re.compile(r'FROM "actors_organisation" .* IN \((\d+), (\d+)\) .*FOR NO KEY UPDATE')
        found = [set(match.groups()) for query in queries if (match := held.search(query["sql"]))]
        assert {str(at_first.pk), str(to.pk)} in found
