"""Two tabs of one browser pick for the first time at the same moment, with real connections."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import QuerySet
from django.test import RequestFactory

from events import picking
from events.models import MyProgramme
from tests.concurrency.racing import both_meet, raised_at_once
from tests.events.world import make_event, make_item, make_venue

pytestmark = pytest.mark.django_db(transaction=True)


class TestFirstPick:
    def race(self, monkeypatch) -> tuple[set[int], set[int]]:
        """Return what was picked, and what the browser then has: both begin before either ends."""
        venue = make_venue(make_event())
        items = [make_item(venue, room=room) for room in ("Saal", "Hof")]
        kept = SessionStore()
        kept["seen"] = True
        kept.save()
        both_meet(monkeypatch, MyProgramme.objects, "create")

        def tab():
            request = RequestFactory().get("/")
            request.session = SessionStore(kept.session_key)
            return request

        def picking_of(item):
            request = tab()
            request.session.get("seen")  # read before the other tab has begun
            return lambda: picking.pick(request, venue.event, item.released)

        assert raised_at_once(*[picking_of(item) for item in items]) == [None, None]
        return {item.pk for item in items}, picking.picked_items(tab(), venue.event)

    def test_of_two_tabs_is_one_programme(self, monkeypatch):
        wanted, has = self.race(monkeypatch)
        assert has == wanted
        assert MyProgramme.objects.count() == 1

    def test_without_the_lock_loses_one(self, monkeypatch):
        """If this fails, the test above proves nothing."""
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
        wanted, has = self.race(monkeypatch)
        assert len(has) < len(wanted)
        assert MyProgramme.objects.count() == 2
