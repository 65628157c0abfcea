"""Every page of events that the table of access knows, filled, as its readers see it: it fits both
widths, and axe finds nothing in the one that they have. What a page does is tested elsewhere."""

import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from events import links, messaging, releasing
from events.models import Arrival, Message
from tests.access import LOGIN, OK
from tests.browsing import NARROW, WIDE, assert_accessible, assert_fits
from tests.events.access import ACCESS
from tests.events.world import (
    in_days,
    make_event,
    make_group,
    make_item,
    make_pitch,
    make_question,
    make_registration,
    make_speaker,
    make_stall,
    make_venue,
    place,
    to_tell,
)
from tests.world import make_member, make_organisation, make_user

pytestmark = pytest.mark.browser

#: Files, and what only programs read.
NO_PAGES = ("-ics", "-atom", "-csv", "-qr", "-worker")


def full_event(organisation, **fields):
    """An event with something of everything."""
    event = make_event(organisation=organisation, capacity=40, stalls_until=in_days(10), **fields)
    venue, cart = make_venue(event), make_venue(event, kind="pop-up")
    item = make_item(venue, released=False, places=5, room="Bühne")
    make_item(cart, released=False)
    make_item(venue=None, event=event, released=False)
    make_speaker(event).items.add(item)
    releasing.release(event)
    place(make_stall(event, state="accepted"), make_pitch(venue))
    make_stall(event)
    question = make_question(event, kind="choice", choices="rot\nblau")
    party = make_registration(event, size=3, interpreting="Arabisch", access_needs="Rollstuhl")
    party.answers.create(question=question, text="rot")
    make_registration(event, state="waiting")
    calls = [to_tell("message"), to_tell("moved")]
    make_registration(event, email="", at_desk=True, phone="030 0000 1210", call_about=calls)
    make_group(event, families=2)
    messaging.send(Message(event=event, subject="Bald", text="Bis bald."))
    for registration in (party, None):
        Arrival.objects.create(
            event=event, registration=registration, reported=2, people=2, key=uuid.uuid4()
        )
    return event


@pytest.fixture
def world(transactional_db):
    organisation = make_organisation("Beispiel Nähcafé")
    over = {"starts_at": in_days(-3), "ends_at": in_days(-2.9)}
    with translation.override("de"):
        yield SimpleNamespace(
            organisation=organisation,
            people={
                "owner": make_member(organisation),
                "event_manager": make_user("event_manager"),
            },
            coming=full_event(organisation),
            past=full_event(
                organisation, outcome="Viele kamen.", feedback_url="/de/surveys/beispiel/", **over
            ),
        )


def addresses(world, role: str, *, public: bool) -> list[str]:
    """What somebody may open; of an event the one to come and the one that is over."""
    found = []
    for name, access in ACCESS.items():
        is_public = access.expected("visitor") != LOGIN
        if access.expected(role) != OK or name.endswith(NO_PAGES) or is_public != public:
            continue
        given = access.arguments(world) if access.arguments else {}
        several = [given]
        if set(given) == {"slug"}:
            several = [{"slug": world.coming.slug}, {"slug": world.past.slug}]
        found += [reverse(name, kwargs=each) + access.query for each in several]
    return found


def page_of(open_page, user, base: str, width: int):
    page = open_page(width=width, also=(NARROW, WIDE))
    if user is not None:
        client = Client()
        client.force_login(user)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}
        page.context.add_cookies([cookie])
    return page


def walk(page, found: list[str]) -> None:
    assert found
    for address in found:
        answer = page.goto(address)
        assert answer.ok, address
        try:
            assert_fits(page)
            assert_accessible(page)
        except AssertionError as error:
            raise AssertionError(f"{address}: {error}") from error


class TestPages:
    def test_of_the_desk_are_whole(self, open_page, live_server_url, world):
        page = page_of(open_page, world.people["event_manager"], live_server_url, WIDE)
        walk(page, addresses(world, "event_manager", public=False))

    def test_of_the_own_area_are_whole_on_a_telephone(self, open_page, live_server_url, world):
        page = page_of(open_page, world.people["owner"], live_server_url, NARROW)
        walk(
            page,
            [*addresses(world, "owner", public=False), f"/de/events/{world.past.slug}/outcome/"],
        )

    def test_for_everybody_are_whole_on_a_telephone(self, open_page, world):
        walk(open_page(width=NARROW, also=(WIDE,)), addresses(world, "visitor", public=True))

    def test_of_a_party_are_whole_on_a_telephone(self, open_page, world):
        page = open_page(width=NARROW, also=(WIDE,))
        for state in ("confirmed", "waiting", "offered", "cancelled"):
            party = make_registration(world.coming, state=state, size=2)
            page.goto(links.link(party))
            own = party.get_absolute_url()
            pages = ["change/", "cancel/", "programme/"] if state == "confirmed" else []
            walk(page, [own, *(f"{own}{name}" for name in pages)])
