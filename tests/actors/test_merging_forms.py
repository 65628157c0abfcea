"""Two entries become one while somebody writes for the one that goes."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from actors import merging, services
from actors.models import Contact, Initiative, Listing, Membership, Offer
from actors.views import keeping
from tests.sending import form_data
from tests.world import (
    make_area,
    make_category,
    make_listing,
    make_member,
    make_organisation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone():
    return make_organisation("Beispiel Nähcafe")


@pytest.fixture
def stays():
    return make_organisation("Beispiel Nähcafé Buch")


class TestFormsThatWereOpen:
    """What somebody was writing for the other entry while staff merged it is not lost."""

    @pytest.fixture
    def writer(self, client, gone):
        writer = make_member(gone)
        client.force_login(writer)
        return writer

    def write_offer(self, client, gone) -> tuple[str, dict]:
        url = f"{reverse('actors:offer-create')}?organisation={gone.slug}"
        words = {
            "title": "Nähkurs",
            "category": make_category().pk,
            "summary": "Wir nähen.",
            "schedule": "Dienstags",
            "where": "everywhere",
            "cost": "free",
            "appointment": "none",
        }
        return url, form_data(client.get(url).context["form"]) | words

    def write_listing(self, client, gone) -> tuple[str, dict]:
        url = reverse("actors:listing-create")
        words = {"direction": "seeks", "title": "Raum", "resource": "room", "description": "Groß."}
        return url, form_data(client.get(url).context["form"]) | words

    def write_initiative(self, client, gone) -> tuple[str, dict]:
        url = f"{reverse('actors:initiative-create')}?organisation={gone.slug}"
        words = {"name": "Nähbus", "summary": "Ein Bus.", "step": "idea", "area": make_area().pk}
        return url, form_data(client.get(url).context["form"]) | words

    @pytest.mark.parametrize(
        ("write", "model"),
        [("write_offer", Offer), ("write_listing", Listing), ("write_initiative", Initiative)],
    )
    @pytest.mark.parametrize("at_the_last_moment", [False, True])
    def test_make_an_entry_of_the_one_that_stays(
        self, client, gone, stays, writer, monkeypatch, write, model, at_the_last_moment
    ):
        url, data = getattr(self, write)(client, gone)
        if at_the_last_moment:  # between reading what was sent and keeping it
            save_once = keeping.save_once

            def save_too_late(*args):
                merging.merge(gone=gone, stays=stays)
                return save_once(*args)

            monkeypatch.setattr(keeping, "save_once", save_too_late)
        else:
            merging.merge(gone=gone, stays=stays)
        answer = client.post(url, data)
        assert answer.status_code == 302, answer.context["form"].errors
        assert model.objects.get().organisation == stays

    def test_leave_a_changed_entry_with_the_one_that_stays(
        self, client, gone, stays, writer, monkeypatch
    ):
        listing = make_listing(gone)
        data = form_data(client.get(listing.get_edit_url()).context["form"]) | {"title": "Anders"}
        save = keeping.save

        def save_too_late(*args):
            merging.merge(gone=gone, stays=stays)
            return save(*args)

        monkeypatch.setattr(keeping, "save", save_too_late)
        assert client.post(listing.get_edit_url(), data).status_code == 302
        listing.refresh_from_db()
        assert (listing.title, listing.organisation) == ("Anders", stays)

    def test_say_so_where_nothing_can_be_added_any_more(self, client, gone, stays, writer):
        row = Contact(organisation=gone, name="Samira", phone="030 1")
        merging.merge(gone=gone, stays=stays)
        with pytest.raises(ValidationError, match="zusammengeführt"):
            services.keep_row(row=row)

    def test_take_no_other_organisation_for_it(self, client, gone, stays, writer):
        url, data = self.write_listing(client, gone)
        stranger = make_organisation()
        for wrong in (stranger.pk, "x", "9" * 30, "²", "\x00"):
            page = client.post(url, data | {"organisation": wrong})
            assert "organisation" in page.context["form"].errors
        merging.merge(gone=gone, stays=stranger)
        Membership.objects.filter(user=writer).delete()
        Membership.objects.create(user=writer, organisation=stays, role="owner")
        page = client.post(url, data)
        assert "organisation" in page.context["form"].errors
