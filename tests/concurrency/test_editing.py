"""Two people send the form of the same entry at the same moment."""

import pytest
from django.test import Client

from actors.forms.offers import OfferForm
from actors.models import Offer
from actors.views import keeping
from tests.concurrency.racing import at_once, both_meet
from tests.sending import as_shown
from tests.world import make_area, make_member, make_offer, make_organisation

pytestmark = pytest.mark.django_db(transaction=True)


class TestTwoChangesAtOnce:
    @pytest.fixture
    def send_two(self, monkeypatch):
        """Send the form twice at once, each with another change; return what is stored then."""
        organisation = make_organisation(area=make_area())
        url = make_offer(organisation, title="Café", summary="Wir reden.").get_edit_url()
        clients = []
        for _number in range(2):
            client = Client()
            client.force_login(make_member(organisation))
            clients.append(client)
        shown = as_shown(clients[0].get(url).text)

        def send(client, **changes):
            return lambda: client.post(url, {**shown, **changes}).status_code

        def both() -> tuple[list[object], str, str]:
            # Both have read what is stored before either keeps its own.
            both_meet(monkeypatch, OfferForm, "save")
            statuses = at_once(
                send(clients[0], title="Café für alle"),
                send(clients[1], summary="Wir trinken Tee."),
            )
            offer = Offer.objects.get()
            return statuses, offer.title, offer.summary

        return both

    def test_are_both_kept(self, send_two):
        assert send_two() == ([302, 302], "Café für alle", "Wir trinken Tee.")

    def test_without_the_lock_one_is_lost(self, send_two, monkeypatch):
        monkeypatch.setattr(keeping, "hold", lambda rows: None)
        monkeypatch.setattr(keeping, "_hold_owner", lambda item: None)
        statuses, title, summary = send_two()
        assert statuses == [302, 302]
        assert (title == "Café") != (summary == "Wir reden.")
