"""Who has said that an entry is right: its owners, never the task force in their place."""

import pytest
from django.urls import reverse

from actors import services
from actors.models import Organisation
from ssoe_portal.common.moderation import Status
from tests.world import (
    make_initiative,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

UNCONFIRMED = "noch nicht bestätigt"


def handed_in(**fields):
    organisation = make_organisation(status="draft", **fields)
    organisation.submit(by_owner=True)
    organisation.publish()
    return organisation


def carried(item) -> Organisation:
    """The organisation that answers for an entry; an initiative gets one."""
    if item.organisation is None:
        item.organisation = make_organisation()
        item.save()
    return item.organisation


def confirm_url(item) -> str:
    return reverse("actors:entry-confirm", args=[item._meta.model_name, item.slug])


def hand_in(client, item, by) -> None:
    """Hand an entry in as this person does, on whatever page its kind has for it."""
    client.force_login(by)
    if isinstance(item, Organisation):
        client.post(reverse("actors:organisation-review", args=[item.slug]))
    else:
        services.submit(item=item, by=by)
    item.refresh_from_db()
    assert item.status == Status.SUBMITTED


class TestConfirmation:
    def test_comes_with_handing_in_and_publishing(self):
        organisation = handed_in()
        organisation.refresh_from_db()
        assert organisation.confirmed_at and not organisation.lacks_confirmation

    def test_does_not_come_from_staff_who_entered_it(self):
        organisation = make_organisation()
        organisation.refresh_from_db()
        assert organisation.confirmed_at is None and organisation.lacks_confirmation

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    @pytest.mark.parametrize("role", ["owner", "editor"])
    def test_comes_from_the_organisations_own_team(self, client, make, role):
        item = make(status="draft")
        organisation = item if isinstance(item, Organisation) else carried(item)
        hand_in(client, item, make_member(organisation, role))
        item.publish()
        item.refresh_from_db()
        assert item.confirmed_at and not item.lacks_confirmation

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative, make_organisation])
    @pytest.mark.parametrize("has_owner", [False, True])
    def test_does_not_come_from_an_administrator_who_hands_it_in(self, client, make, has_owner):
        item = make(status="draft")
        organisation = item if isinstance(item, Organisation) else carried(item)
        if has_owner:
            make_member(organisation)
        hand_in(client, item, make_user("admin"))
        item.publish()
        item.refresh_from_db()
        assert item.confirmed_at is None and item.lacks_confirmation
        page = client.get(item.get_absolute_url()).text
        assert "Eintrag bestätigt" not in page and "bestätigt im" not in page

    def test_of_an_initiative_that_nobody_carries_comes_from_nobody(self, client):
        initiative = make_initiative(status="draft")
        hand_in(client, initiative, make_user("admin"))
        initiative.publish()
        assert initiative.lacks_confirmation

    def test_stays_when_an_administrator_hands_it_in_again(self, client):
        organisation = handed_in()
        first = organisation.confirmed_at
        organisation.return_to_owner("Bitte kürzer.")
        hand_in(client, organisation, make_user("admin"))
        assert organisation.confirmed_at == first

    def test_stays_when_staff_publish_it_again(self):
        organisation = handed_in()
        first = organisation.confirmed_at
        organisation.archive()
        organisation.publish()
        organisation.refresh_from_db()
        assert organisation.confirmed_at == first

    def test_is_missing_on_card_and_page_until_it_is_given(self, client):
        organisation = make_organisation("Beispiel Unbestätigt")
        pages = ["/de/organisations/", organisation.get_absolute_url()]
        for page in pages:
            text = client.get(page).text
            assert UNCONFIRMED in text
            assert "bestätigt im" not in text and "Eintrag bestätigt" not in text
        member = make_member(organisation)
        client.force_login(member)
        review = reverse("actors:organisation-review", args=[organisation.slug])
        assert "Ja, alles stimmt" in client.get(review).text
        client.post(confirm_url(organisation))
        assert "Ja, alles stimmt" not in client.get(review).text
        for page in pages:
            assert UNCONFIRMED not in client.get(page).text

    def test_is_not_an_administrators_to_give(self, client):
        organisation = make_organisation()
        client.force_login(make_user("admin"))
        review = reverse("actors:organisation-review", args=[organisation.slug])
        assert "Ja, alles stimmt" not in client.get(review).text
        assert client.post(confirm_url(organisation)).status_code == 403
        organisation.refresh_from_db()
        assert organisation.confirmed_at is None

    @pytest.mark.parametrize("make", [make_offer, make_listing, make_initiative])
    def test_is_given_with_one_button_on_an_entrys_own_page(self, client, make):
        item = make()
        organisation = carried(item)
        client.force_login(make_user("admin"))
        assert "Ja, alles stimmt" not in client.get(item.get_absolute_url()).text
        assert client.post(confirm_url(item)).status_code == 403
        client.force_login(make_member(make_organisation()))
        assert "Ja, alles stimmt" not in client.get(item.get_absolute_url()).text
        assert client.post(confirm_url(item)).status_code == 404
        client.force_login(make_member(organisation, "editor"))
        assert f'action="{confirm_url(item)}"' in client.get(item.get_absolute_url()).text
        page = client.post(confirm_url(item), follow=True)
        assert page.redirect_chain == [(item.get_absolute_url(), 302)]
        assert "Vielen Dank" in page.text and "Ja, alles stimmt" not in page.text
        item.refresh_from_db()
        assert item.confirmed_at and not item.lacks_confirmation

    def test_of_what_is_not_public_says_so(self, client):
        listing = make_listing(status="draft")
        client.force_login(make_member(listing.organisation))
        page = client.post(confirm_url(listing), follow=True)
        assert "zurzeit nicht öffentlich" in page.text
        assert (
            client.post(reverse("actors:entry-confirm", args=["event", listing.slug])).status_code
            == 404
        )

    def test_is_missing_of_initiatives_and_listings_too(self, client):
        initiative, listing = make_initiative(), make_listing()
        for page in ("/de/initiatives/", initiative.get_absolute_url(), "/de/exchange/"):
            assert UNCONFIRMED in client.get(page).text
        assert "bestätigt am" not in client.get(listing.get_absolute_url()).text

    def test_is_not_asked_for_before_it_is_public(self, client):
        organisation = make_organisation(status="submitted")
        client.force_login(make_member(organisation))
        assert UNCONFIRMED not in client.get(organisation.get_absolute_url()).text
