"""The camera of the door: Chromium's stand-in for one shows what a guest holds up."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import segno
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from events import qr
from events.models import Arrival, Registration
from tests.browser.test_door import is_sent as everything_is_sent
from tests.browser.test_events import sign_in
from tests.browsing import NARROW, assert_whole, browser_path
from tests.events.world import desk_url, make_event, make_registration
from tests.world import make_user

pytestmark = pytest.mark.browser
WIDTH, HEIGHT = 640, 480
WHITE, BLACK, NO_COLOUR = 235, 16, 128


@pytest.fixture(autouse=True)
def in_german():
    with translation.override("de"):
        yield


def film(path: Path, text: str) -> Path:
    """Write what a camera sees of a code, or with no text of a wall: one picture in grey, as
    YUV4MPEG2, shown again and again.

    https://wiki.multimedia.cx/index.php/YUV4MPEG2
    """
    picture = bytearray([WHITE]) * (WIDTH * HEIGHT)
    if text:
        code = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
        scale = HEIGHT // len(code)
        for y in range(scale * len(code)):
            for x in range(scale * len(code)):
                if code[y // scale][x // scale]:
                    picture[y * WIDTH + (WIDTH - HEIGHT) // 2 + x] = BLACK
    colours = bytes([NO_COLOUR]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + bytes(picture) + colours) * 2)
    return path


@pytest.fixture
def seeing(browser: Browser, tmp_path) -> Iterator[Callable[..., Browser]]:
    """A browser whose camera sees a text as QR code; with `may=False` nobody lets it."""
    started: list[Browser] = []

    def launch(text: str, *, may: bool = True) -> Browser:
        number = len(started)
        args = [
            "--disable-gpu",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film(tmp_path / f'{number}.y4m', text)}",
        ]
        if may:
            args.append("--use-fake-ui-for-media-stream")
        started.append(browser.browser_type.launch(executable_path=browser_path(), args=args))
        return started[-1]

    yield launch
    for each in started:
        each.close()


@pytest.fixture
def at_the_door(open_page, live_server_url):
    def open_at(event, using: Browser) -> Page:
        page = open_page(width=NARROW, using=using)
        sign_in(page, make_user("event_manager"), live_server_url)
        page.goto(desk_url("door", event))
        page.locator("[data-door][data-kept]").wait_for()
        return page

    return open_at


def is_sent(page: Page) -> None:
    """One arrival is noted on the telephone, and the server has it."""
    expect(page.locator("[data-latest] li")).to_have_count(1)
    everything_is_sent(page)


@pytest.fixture
def party() -> Registration:
    return make_registration(make_event(), name="Amira", size=3)


class TestScanning:
    def test_finds_the_party_of_a_ticket_and_lets_it_in(self, at_the_door, seeing, party):
        make_registration(party.event, name="Jonas")
        page = at_the_door(party.event, seeing(qr.content(party)))
        page.get_by_role("button", name="Code scannen").click()
        found = page.locator("[data-sheet] .door-party")
        expect(found).to_contain_text("Amira")
        expect(page.locator("[data-video]")).to_be_hidden()
        assert page.locator("[data-video]").evaluate("video => video.srcObject") is None
        assert_whole(page)
        # The button has the focus: no second hand is needed.
        page.keyboard.press("Enter")
        is_sent(page)
        expect(page.locator("[data-parties]")).to_contain_text("alle da")
        assert Arrival.objects.get().registration == party
        assert Arrival.objects.people() == 3

    def test_lets_one_in_whose_code_is_not_on_the_list(self, at_the_door, seeing, party):
        other = make_registration(make_event(), name="Jonas", size=4)
        page = at_the_door(party.event, seeing(qr.content(other)))
        page.get_by_role("button", name="Code scannen").click()
        found = page.locator("[data-sheet] .door-party")
        expect(found.locator("select")).to_have_value("1")
        found.get_by_role("button").click()
        is_sent(page)
        assert Arrival.objects.walk_ins().people() == 1

    def test_lets_it_in_without_a_connection_as_well(self, at_the_door, seeing, party):
        page = at_the_door(party.event, seeing(qr.content(party)))
        page.context.set_offline(True)
        page.get_by_role("button", name="Code scannen").click()
        page.locator("[data-sheet] .door-party").get_by_role("button").click()
        expect(page.locator("[data-state]")).to_contain_text("Noch nicht gesendet")
        assert not Arrival.objects.exists()
        page.context.set_offline(False)
        is_sent(page)
        assert Arrival.objects.people() == 3
        page.watch.problems.clear()  # the browser reports what it could not reach

    def test_says_that_another_code_is_none_of_a_registration(self, at_the_door, seeing, party):
        page = at_the_door(party.event, seeing("https://example.org/menu"))
        page.get_by_role("button", name="Code scannen").click()
        expect(page.locator("[data-camera-state]")).to_have_text(
            "Das ist kein Code einer Anmeldung."
        )
        assert_whole(page)
        assert page.locator("[data-sheet] .door-party").count() == 0
        page.get_by_role("button", name="Code scannen").wait_for()

    def test_ends_by_its_button(self, at_the_door, seeing, party):
        page = at_the_door(party.event, seeing(""))
        page.get_by_role("button", name="Code scannen").click()
        expect(page.locator("[data-video]")).to_be_visible()
        assert_whole(page)
        page.get_by_role("button", name="Kamera ausschalten").click()
        expect(page.locator("[data-video]")).to_be_hidden()


class TestRefusedCamera:
    def test_is_said_and_the_search_remains(self, at_the_door, seeing, party):
        page = at_the_door(party.event, seeing(qr.content(party), may=False))
        page.get_by_role("button", name="Code scannen").click()
        said = page.locator("[data-camera-state]")
        expect(said).to_have_text(
            "Die Kamera lässt sich hier nicht benutzen. Bitte suchen Sie nach Name oder Code."
        )
        assert_whole(page)
        page.locator("[data-q]").fill("ami")
        page.locator("[data-parties] .door-party").get_by_role("button").click()
        is_sent(page)
        assert Arrival.objects.people() == 3
