import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ssoe_portal.common.users import User
from tests.world import (
    make_area,
    make_initiative,
    make_listing,
    make_network,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make_user("admin")
    client.force_login(user)
    return user


def change_page(item) -> str:
    meta = item._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[item.pk])


class TestChangePages:
    def test_open_for_every_model_that_has_a_row(self, administrator, client):
        make_offer()
        make_listing()
        make_initiative()
        make_network()
        make_area()
        opened = set()
        for model in admin.site._registry:
            item = model._default_manager.first()
            if item is not None:
                assert client.get(change_page(item)).status_code == 200, model
                opened.add(model.__name__)
        assert {"Organisation", "Offer", "Listing", "Initiative", "Network", "User"} <= opened


class TestHistoryInline:
    def test_says_who_changed_what_from_what_to_what(self, administrator, client):
        organisation = make_organisation("Beispiel Alt")
        organisation.name = "Beispiel Neu"
        organisation.save()
        page = client.get(change_page(organisation)).content.decode()
        assert "<del>Beispiel Alt</del>" in page
        assert "<ins>Beispiel Neu</ins>" in page

    def test_asks_the_database_as_often_for_three_changes_as_for_one(self, administrator, client):
        organisation = make_organisation("Beispiel 0")
        areas = [make_area("buch"), make_area("karow")]
        client.get(change_page(organisation))

        def queries_after(steps: range) -> int:
            for step in steps:
                organisation.name = f"Beispiel {step}"
                organisation.area = areas[step % 2]
                organisation.save()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(change_page(organisation))
            return len(queries)

        assert queries_after(range(1, 3)) == queries_after(range(3, 9))

    def test_shows_the_last_fifty_states(self, administrator, client):
        organisation = make_organisation("Beispiel 0")
        for step in range(1, 55):
            organisation.name = f"Beispiel {step}"
            organisation.save()
        page = client.get(change_page(organisation)).content.decode()
        assert page.count("<del>Beispiel") == 50
        assert "<ins>Beispiel 54</ins>" in page


class TestAccounts:
    fields = {"name": "Neu", "language": "de", "is_active": "on"}

    def test_keep_their_address_so_that_it_stays_the_one_to_sign_in_with(
        self, administrator, client
    ):
        account = make_user(email="alt@example.org")
        EmailAddress.objects.get_or_create(
            user=account, email=account.email, defaults={"verified": True, "primary": True}
        )
        page = client.get(change_page(account)).content.decode()
        assert 'name="email"' not in page and "alt@example.org" in page
        counts = {"emailaddress_set-TOTAL_FORMS": 0, "emailaddress_set-INITIAL_FORMS": 0}
        sent = {**self.fields, **counts, "email": "neu@example.org"}
        assert client.post(change_page(account), sent).status_code == 302
        account.refresh_from_db()
        assert (account.name, account.email) == ("Neu", "alt@example.org")
        assert account.emailaddress_set.get().email == "alt@example.org"

    def test_are_added_with_one_confirmed_address(self, administrator, client):
        address = reverse("admin:common_user_add")
        assert "emailaddress_set" not in client.get(address).content.decode()
        sent = {**self.fields, "email": "neu@example.org"}
        assert client.post(address, sent).status_code == 302
        account = User.objects.get(email="neu@example.org")
        kept = account.emailaddress_set.get()
        assert (kept.email, kept.verified, kept.primary) == ("neu@example.org", True, True)
        assert not account.has_usable_password()
