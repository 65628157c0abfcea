"""Publishing, archiving and deleting in Django admin."""

import re

import pytest
from django.urls import reverse

from actors import archiving
from actors.models import Cooperation, Offer, Topic
from events.models import Event
from ssoe_portal.common.admin import ModeratedAdmin
from tests.common.test_admin import change_page
from tests.events.world import make_event, make_registration, make_venue
from tests.surveys.world import make_wave
from tests.world import (
    make_initiative,
    make_join_request,
    make_listing,
    make_member,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def administrator(client):
    client.force_login(make_user("admin"))


class TestPublishing:
    """Whoever waits for it hears of it, as where it is done at the desk."""

    def publish(self, client, *items):
        address = reverse(f"admin:{items[0]._meta.label_lower.replace('.', '_')}_changelist")
        sent = {"action": "publish", "_selected_action": [item.pk for item in items]}
        return client.post(address, sent, follow=True)

    def test_of_an_entry_tells_its_owners(self, client, mailbox, deliver_jobs):
        offer = make_offer(title="Tee", status="submitted")
        make_member(offer.organisation, email="owner@example.org")
        assert "1 Eintrag erledigt." in self.publish(client, offer).text
        assert Offer.objects.published().get() == offer
        deliver_jobs()
        assert "Tee" in mailbox.latest("owner@example.org").subject

    def test_of_an_event_tells_who_proposed_it_and_needs_a_venue(
        self, client, mailbox, deliver_jobs
    ):
        organisation = make_organisation()
        make_member(organisation, email="owner@example.org")
        nowhere = make_event(status="draft", title="Beispielfest ohne Ort")
        proposed = make_event(status="submitted", organisation=organisation)
        answer = self.publish(client, nowhere, proposed)
        assert "Beispielfest ohne Ort: Es gibt noch keinen Ort" in answer.text
        assert Event.objects.published().get() == proposed
        deliver_jobs()
        assert proposed.title in mailbox.latest("owner@example.org").subject


class TestArchiving:
    """Asks first; the owners read why, as where it is done at the desk."""

    address = "/admin/actors/offer/"

    def archive(self, client, *items, address: str = address, **more):
        sent = {"action": "archive", "_selected_action": [item.pk for item in items], **more}
        return client.post(address, sent, follow=True)

    def test_asks_for_a_reason_that_the_owners_read(self, client, mailbox, deliver_jobs):
        offers = [make_offer(title="Tee"), make_offer(title="Kaffee")]
        make_member(offers[0].organisation, email="owner@example.org")
        page = self.archive(client, *offers)
        assert "2 Einträge archivieren?" in page.text
        assert change_page(offers[1]) in page.text
        page = self.archive(client, *offers, confirmed="Archivieren", reason=" ")
        assert page.status_code == 422 and "Bitte sagen Sie, warum." in page.text
        assert Offer.objects.published().count() == 2
        page = self.archive(client, *offers, confirmed="Archivieren", reason="Das Haus ist zu.")
        assert "2 Einträge erledigt." in page.text
        assert not Offer.objects.published().exists()
        deliver_jobs()
        assert "Das Haus ist zu." in mailbox.latest("owner@example.org").text
        page = self.archive(client, *offers, confirmed="Archivieren", reason="Noch einmal.")
        assert "Tee: Status „Archiviert“, dieser Schritt ist nicht möglich." in page.text

    def test_takes_no_more_than_a_page_holds(self, client, monkeypatch):
        monkeypatch.setattr(ModeratedAdmin, "MOST_ARCHIVED", 1)
        offers = [make_offer(), make_offer()]
        page = self.archive(client, *offers, confirmed="Archivieren", reason="Alle.")
        assert "höchstens 1 Einträge" in page.text
        assert Offer.objects.published().count() == 2

    def test_of_an_event_sends_nobody_away_unheard(self, client, mailbox, deliver_jobs):
        address = "/admin/events/event/"
        organisation = make_organisation()
        make_member(organisation, email="owner@example.org")
        alone, counted_on = make_event(organisation=organisation), make_event()
        make_registration(counted_on)
        page = self.archive(client, alone, counted_on, address=address)
        assert page.context["form"].fields == {}  # nobody would read a reason
        page = self.archive(client, alone, counted_on, address=address, confirmed="Archivieren")
        assert reverse("events:desk-call-off", args=[counted_on.slug]) in page.text
        for event, status in ((alone, "archived"), (counted_on, "published")):
            event.refresh_from_db()
            assert event.status == status
        deliver_jobs()
        assert mailbox.latest("owner@example.org").subject == f"Findet nicht statt: {alone.title}"


class TestDeleting:
    """What cannot be deleted is no dead end."""

    def page(self, client, item) -> str:
        return client.get(change_page(item).replace("/change/", "/delete/")).text

    def test_the_only_venue_of_a_public_event_says_what_to_do_first(self, client):
        venue = make_venue()
        page = self.page(client, venue)
        assert "Tragen Sie zuerst den neuen Ort ein" in page
        assert change_page(venue.event) in page
        client.post(change_page(venue).replace("/change/", "/delete/"), {"post": "yes"})
        make_venue(venue.event)
        assert venue.event.venues.count() == 2
        client.post(change_page(venue).replace("/change/", "/delete/"), {"post": "yes"})
        assert venue not in venue.event.venues.all()

    def test_an_organisation_with_a_cooperation_says_what_to_do_instead(self, client):
        organisation = make_organisation("Beispiel Haus")
        gives = make_listing(organisation=organisation, direction="gives")
        cooperation = Cooperation.objects.create(
            giving=gives, seeking=make_listing(direction="seeks")
        )
        for number in range(7):
            make_initiative(organisation=organisation, name=f"Werkstatt {number}")
        page = self.page(client, organisation)
        assert "„Beispiel Haus“ lässt sich nicht löschen" in page
        assert "Kooperation: 1" in page and change_page(cooperation) in page
        assert "Initiative: 7" in page and "und 2 weitere" in page
        assert reverse("actors:moderation-review", args=["organisation", organisation.slug]) in page
        # Its button leads to the question.
        sent = dict(re.findall(r'name="(action|_selected_action)" value="(\w+)"', page))
        asked = client.post("/admin/actors/organisation/", sent)
        assert "Einen Eintrag archivieren?" in asked.text
        organisation.archive()
        page = self.page(client, organisation)
        assert "Der Eintrag ist im Archiv" in page and 'value="archive"' not in page

    def test_takes_nothing_public_along_unheard(self, client):
        organisation = make_organisation()
        offer = make_offer(organisation)
        request = make_join_request(offer, state="accepted")
        page = self.page(client, organisation)
        assert "Angebot: 1" in page and f'value="{organisation.pk}"' in page
        assert "Anmeldung zu einem Angebot: 1" in self.page(client, offer)
        for item in (organisation, offer):
            client.post(change_page(item).replace("/change/", "/delete/"), {"post": "yes"})
        assert type(offer).objects.exists()
        # Archived, everybody has heard of it, and it can go.
        archiving.archive(organisation)
        request.refresh_from_db()
        assert request.state == "called-off"
        client.post(change_page(organisation).replace("/change/", "/delete/"), {"post": "yes"})
        assert not type(offer).objects.exists()

    def test_several_says_the_same(self, client):
        organisations = [make_organisation(), make_organisation()]
        make_initiative(organisation=organisations[0], name="<Werkstatt>")
        sent = {"action": "delete_selected", "_selected_action": [o.pk for o in organisations]}
        page = client.post("/admin/actors/organisation/", sent).text
        assert "Diese Einträge lassen sich nicht löschen" in page
        assert "&lt;Werkstatt&gt;</a>" in page
        assert page.count('type="hidden" name="_selected_action"') == 2

    def test_what_only_the_portal_deletes_is_named_without_a_number(self, client):
        registration = make_registration(make_event())
        page = self.page(client, registration.event)
        assert "<li>Anmeldung" in page and "Was Sie stattdessen tun können" in page
        assert "Berechtigung" not in page

    def test_a_term_in_use_asks_for_another_one(self, client):
        page = self.page(client, make_offer().category)
        assert "Angebot: 1" in page and "einen anderen Begriff" in page

    def test_names_kinds_as_they_are_called(self, client):
        listing = make_listing(title="<Raum>", topic=Topic.objects.create(key="rooms"))
        page = self.page(client, listing.topic)
        assert "<li>Gibt &amp; Sucht: 1" in page
        assert f'{change_page(listing)}">&lt;Raum&gt;</a>' in page

    def test_others_say_where_to_begin(self, client):
        page = self.page(client, make_wave().survey)
        assert "Welle: 1" in page and "was daran hängt" in page
