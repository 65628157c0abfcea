"""What people who signed up hear when an offer changes."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from actors.links import JOIN_WITHDRAW
from actors.models import JoinRequest, Offer, OfferTime
from ssoe_portal.common.mail import OutgoingMail
from tests.sending import as_shown
from tests.world import make_join_request, make_member, make_offer, make_organisation

pytestmark = pytest.mark.django_db

ASKED = "angemeldeten Person"


@pytest.fixture
def offer():
    organisation = make_organisation("Beispiel Haus", email="haus@example.org")
    make_member(organisation, email="owner@example.org")
    offer = make_offer(organisation, title="Nähkurs", closed_on_holidays=False, schedule="")
    tomorrow = timezone.localdate() + timedelta(days=1)
    offer.set_hours([OfferTime(weekday=tomorrow.weekday(), opens=time(10), closes=time(12))])
    return Offer.objects.get(pk=offer.pk)


@pytest.fixture
def owner(client, offer):
    client.force_login(offer.organisation.owners.get())
    return client


def change(client, offer, **changes):
    """Send the form with some answers changed."""
    address = reverse("actors:offer-edit", args=[offer.slug])
    sent = as_shown(client.get(address).text) | {"where": "everywhere"} | changes
    sent = {name: value for name, value in sent.items() if value is not None}
    page = client.post(address, sent, follow=True)
    assert page.redirect_chain, page.text
    return page


def accepted(offer, **fields) -> JoinRequest:
    return make_join_request(offer, state="accepted", email="minh@example.org", **fields)


class TestWhoSignedUp:
    def test_is_asked_about_only_where_there_is_somebody(self, owner, offer):
        address = reverse("actors:offer-edit", args=[offer.slug])
        make_join_request(offer, state="withdrawn")
        assert ASKED not in owner.get(address).text
        accepted(offer)
        assert ASKED in owner.get(address).text

    def test_reads_in_their_language_what_it_was_and_is(self, owner, offer, mailbox, deliver_jobs):
        change(owner, offer)  # so that it is online before as well
        accepted(offer)
        make_join_request(offer, state="open", email="a@example.org", language="en")
        make_join_request(offer, state="declined", email="no@example.org")
        page = change(owner, offer, **{"times-0-opens": "15:00", "times-0-closes": "17:00"})
        assert "Wir haben 2 Personen geschrieben" in page.text
        deliver_jobs()
        assert len(mailbox.mails()) == 2
        mail = mailbox.latest("minh@example.org")
        assert mail.subject == "Es hat sich etwas geändert: Nähkurs"
        before, now = mail.text.split("jetzt:")
        assert "10–12 Uhr" in before and "15–17 Uhr" in now
        assert "Preis" not in mail.text and "Wo:" not in mail.text
        english = mailbox.latest("a@example.org")
        assert english.subject == "Something has changed: Nähkurs"
        assert "before:" in english.text and "Uhr" not in english.text

    def test_reads_of_price_and_place(self, owner, offer, mailbox, deliver_jobs):
        accepted(offer)
        change(owner, offer, cost="price", price="5 Euro", place_name="Raum 7")
        deliver_jobs()
        text = mailbox.latest("minh@example.org").text
        assert "bisher: Kostenlos" in text and "jetzt: 5 Euro" in text and "Raum 7" in text

    def test_hears_nothing_of_other_changes_or_where_the_box_is_empty(self, owner, offer):
        change(owner, offer)
        accepted(offer)
        change(owner, offer, description="Neue Worte.")
        change(owner, offer, cost="donation", tells_people=None)
        assert Offer.objects.get().cost == "donation"
        assert not OutgoingMail.objects.exists()

    def test_whose_day_is_gone_reads_so_and_the_organisation_as_well(
        self, client, owner, offer, mailbox, deliver_jobs
    ):
        tomorrow = timezone.localdate() + timedelta(days=1)
        request = accepted(offer, wanted_day=tomorrow)
        make_join_request(offer, state="accepted", wanted_day=tomorrow - timedelta(days=30))
        own = reverse("actors:join-withdraw", args=[JOIN_WITHDRAW.token(request.pk)])
        requests = reverse("actors:offer-requests", args=[offer.slug])
        assert "nicht mehr statt" not in client.get(own).text
        page = change(owner, offer, **{"times-0-weekday": str((tomorrow.weekday() + 1) % 7)})
        assert "2 Personen haben einen Platz." in page.text
        assert "1 davon möchte an einem Tag kommen, an dem es nicht mehr" in page.text
        assert requests in page.text
        assert owner.get(requests).text.count("Es findet an diesem Tag nicht mehr statt") == 1
        assert "An Ihrem Wunschtermin findet es nicht mehr statt" in client.get(own).text
        deliver_jobs()
        assert "An diesem Tag findet es nicht mehr statt" in mailbox.latest("minh@example.org").text


class TestFewerPlaces:
    def test_take_none_away_and_say_so(self, owner, offer):
        for _number in range(3):
            make_join_request(offer, state="accepted")
        page = change(owner, offer, places="2")
        assert "Es gibt 2 Plätze, vergeben sind 3. Niemand verliert den Platz" in page.text
        assert offer.join_requests.holding_places().count() == 3
        assert "Niemand verliert" not in change(owner, offer, places="3").text
