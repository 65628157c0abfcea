"""An organisation moves: what is at its address moves along, whoever writes the new one down."""

import pytest
from django.urls import reverse

from actors.importing import running
from actors.importing.checking import check
from actors.importing.writing import write
from actors.models import Offer
from tests.sending import admin_data
from tests.world import make_area, make_member, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def karow():
    return make_area("karow", labels={"de": "Karow"}, latitude=52.61, longitude=13.48)


@pytest.fixture
def home(karow):
    buch = make_area("buch", labels={"de": "Buch"}, latitude=52.63, longitude=13.49)
    home = make_organisation("Beispiel Haus", street="Weg 1", area=buch)
    home.locate()
    home.save()
    return home


def by_form(client, home, karow):
    client.force_login(make_member(home))
    url = reverse("actors:organisation-edit-step", args=[home.slug, "contact"])
    sent = {"street": "Allee 2", "area": karow.pk, "email": home.email}
    assert client.post(url, sent).status_code == 302


def by_admin(client, home, karow):
    client.force_login(make_user("admin"))
    url = reverse("admin:actors_organisation_change", args=[home.pk])
    sent = admin_data(client.get(url)) | {"street": "Allee 2", "area": karow.pk}
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.context["errors"]


def by_list(client, home, karow):
    reviewer = make_user("reviewer")
    rows = f"Adresse auf dem Portal;Straße und Hausnummer;Ortsteil\n{home.slug};Allee 2;Karow\n"
    of = running.begin(
        kind="organisation", filename="liste.csv", content=rows.encode(), by=reviewer
    )
    check(of)
    running.start_writing(of=of, by=reviewer, new_as="submitted")
    write(of, reviewer)


class TestOffersAtItsAddress:
    @pytest.mark.parametrize("move", [by_form, by_admin, by_list])
    def test_move_along(self, client, home, karow, move):
        here = make_offer(home, area=home.area)
        elsewhere = make_offer(home, area=home.area, street="Platz 3", postcode="13125")
        move(client, home, karow)
        for row in (home, here, elsewhere):
            row.refresh_from_db()
        assert (home.street, home.area) == ("Allee 2", karow)
        assert (here.area, here.latitude, here.longitude) == (karow, 52.61, 13.48)
        assert Offer.objects.get(pk=here.pk).way_there == "Allee 2, Berlin, Karow"
        assert elsewhere.area.key == "buch"
