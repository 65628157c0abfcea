"""A page for strangers is kept for a moment, and nothing else is."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.utils import timezone

from events.models import Event
from ssoe_portal.common import microcache
from tests.events.world import make_event, make_registration
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db

BEFORE, AFTER = "Sommerfest im Hof", "Herbstfest im Hof"


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    """Pages are kept as on a real server."""
    monkeypatch.setattr(microcache, "SECONDS", 5)
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def event():
    return make_event(title=BEFORE, organisation=make_organisation(), capacity=5)


def rename(event, **fields):
    Event.objects.filter(pk=event.pk).update(title=AFTER, **fields)


class TestAnEventForStrangers:
    def test_is_written_once_for_all_of_them(self, event, django_assert_num_queries):
        first = Client().get(event.get_absolute_url())
        rename(event)
        with django_assert_num_queries(0):
            second = Client().get(event.get_absolute_url())
        assert BEFORE in second.text
        assert second.content == first.content
        assert second.headers["Content-Type"] == first.headers["Content-Type"]
        assert second.headers["ETag"] == first.headers["ETag"]

    def test_is_never_older_than_five_seconds(self, event, monkeypatch):
        """Counted from before its first question, however long it took to be written."""
        assert microcache.SECONDS == 5
        address, sent = event.get_absolute_url(), {}
        original = caches["pages"].set
        monkeypatch.setattr(
            caches["pages"], "set", lambda *args: (sent.update(left=args[2]), original(*args))
        )
        began = time.monotonic()
        Client().get(address)
        passed = time.monotonic() - began
        assert 5 - passed <= sent["left"] < 5
        rename(event)
        later = time.time() + 5
        monkeypatch.setattr("django.core.cache.backends.locmem.time.time", lambda: later)
        assert AFTER in Client().get(address).text

    def test_is_no_page_that_a_browser_or_a_proxy_may_keep(self, event):
        for _ in range(2):
            answer = Client().get(event.get_absolute_url())
            assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_is_a_page_of_its_own_in_each_language_and_at_each_name(self, event):
        german = event.get_absolute_url()
        assert 'lang="de"' in Client().get(german).text
        assert '<html lang="en"' in Client().get(german.replace("/de/", "/en/")).text
        rename(event)
        assert BEFORE in Client().get(german).text
        assert AFTER in Client(headers={"host": "127.0.0.1"}).get(german).text

    def test_with_a_query_string_is_written_anew(self, event):
        Client().get(event.get_absolute_url())
        rename(event)
        assert AFTER in Client().get(event.get_absolute_url() + "?a=1").text
        assert BEFORE in Client().get(event.get_absolute_url()).text

    def test_that_is_not_found_is_looked_for_again(self, event):
        Event.objects.filter(pk=event.pk).update(status="draft")
        assert Client().get(event.get_absolute_url()).status_code == 404
        Event.objects.filter(pk=event.pk).update(status="published")
        assert Client().get(event.get_absolute_url()).status_code == 200

    def test_that_is_called_off_says_so_at_the_latest_when_it_has_run_out(self, event):
        published = timezone.now() - timedelta(days=3)
        Event.objects.filter(pk=event.pk).update(status="archived", published_at=published)
        for _ in range(2):
            assert Client().get(event.get_absolute_url()).status_code == 410
        assert not caches["pages"]._cache


class TestNobodyElse:
    @pytest.mark.parametrize("who", ["member", "event_manager"])
    def test_reads_it_or_leaves_it_there(self, event, who):
        user = make_user(who) if who == "event_manager" else make_member(event.organisation)
        client = Client()
        client.force_login(user)
        assert client.get(event.get_absolute_url()).status_code == 200
        assert not caches["pages"]._cache
        Client().get(event.get_absolute_url())
        rename(event)
        assert AFTER in client.get(event.get_absolute_url()).text

    def test_whoever_brings_a_cookie_sees_the_places_as_they_are(self, event):
        client = Client()
        client.get(f"{event.get_absolute_url()}register/")
        assert client.cookies
        assert "5 Plätze" in Client().get(event.get_absolute_url()).text
        make_registration(event, size=2)
        assert "3 Plätze" in client.get(event.get_absolute_url()).text


class TestAPageThatBeginsSomething:
    """A form's token, a session, a cookie: each is for one reader."""

    @staticmethod
    def token(request):
        return HttpResponse(get_token(request))

    @staticmethod
    def session(request):
        request.session["met"] = True
        return HttpResponse("Guten Tag")

    @staticmethod
    def cookie(request):
        response = HttpResponse("Guten Tag")
        response.set_cookie("met", "yes")
        return response

    @pytest.mark.parametrize("name", ["token", "session", "cookie"])
    def test_is_not_kept(self, name):
        request = RequestFactory().get("/de/")
        request.session = SessionStore()
        microcache.microcached(getattr(self, name))(request)
        assert not caches["pages"]._cache

    def test_while_one_that_begins_nothing_is(self):
        request = RequestFactory().get("/de/")
        request.session = SessionStore()
        microcache.microcached(lambda request: HttpResponse("Guten Tag"))(request)
        assert caches["pages"]._cache
