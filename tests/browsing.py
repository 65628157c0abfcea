"""Fixtures for a real browser: a server, people with a browser each, and axe.

The browser is the system's Chromium (or the one in CHROMIUM). Without one, tests are skipped by
name; with CI=true they fail.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import Resolver404, resolve
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests import environment
from tests.stack import with_room

__all__ = [
    "browser",
    "live_server_process",
    "live_server_url",
    "open_page",
    "page",
    "pytest_collection_modifyitems",
    "static_files",
]

AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Chromium without its windows first: the same pages in a quarter less time.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
#: Two pages of Chromium's own below its address field, which nobody sees here: they would take
#: half the time of opening a window. A second list replaces the first, so Playwright's own names
#: (`disabledFeatures` in its driver) are repeated as far as they are about this system.
NOT_NEEDED = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
#: Besides those that start a portal or a browser.
LONGEST_FILES = {"test_demonstration.py", "test_embedded.py", "test_relevance.py"}
#: Milliseconds until what does not come is given up: a busy machine may stand still for a while.
TIMEOUT = 60_000
NARROW, WIDE = 360, 1280  # pixels


# --- The server -----------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def static_files(django_test_environment: None) -> None:
    """Serve static files from where they are written, so that no test waits for `collectstatic`.

    Their collected form is tested where the whole portal is started (tests/house/test_run.py).
    """
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_USE_FINDERS = True
    # Looked up one by one: each test client would list them all anew.
    settings.WHITENOISE_AUTOREFRESH = True
    # A browser keeps what it has, as it does of the collected files.
    settings.WHITENOISE_MAX_AGE = 3600


class _QuietHandler(WSGIRequestHandler):
    def handle(self) -> None:
        with_room(super().handle)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def live_server_process(django_test_environment: None) -> Iterator[str]:
    """The portal in threads of this process, at the PUBLIC_URL of its mails."""
    address = urlsplit(settings.PUBLIC_URL)
    server = ThreadedWSGIServer(
        ("127.0.0.1", address.port), _QuietHandler, allow_reuse_address=True
    )
    environment.web_listener.close()
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, args=[0.1], name="live-server")
    thread.start()
    yield settings.PUBLIC_URL
    server.shutdown()
    server.server_close()
    thread.join()
    connections.close_all()


@pytest.fixture
def live_server_url(transactional_db: None, live_server_process: str) -> str:
    """The address of a running portal; what the test saves is committed and seen there."""
    return live_server_process


# --- The browser ----------------------------------------------------------------------------------


def browser_path() -> str:
    """Return the Chromium of this machine, "" without one."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((path for path in map(shutil.which, BROWSERS) if path), "")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    path = browser_path()
    if not path:
        reason = "no Chromium on this machine (install chromium, or set CHROMIUM to its path)"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        # Playwright switches Chromium's sandbox off, which root and many containers need.
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--disable-gpu", f"--disable-features={','.join(NOT_NEEDED)}"],
        )
        yield chromium
        chromium.close()


@dataclass
class Watch:
    """What went wrong in a page without the test looking: any of it fails the test."""

    problems: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Answers with an error status are judged in _response, which knows what was asked for.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.hostname != environment.HOST:
            self.problems.append(f"third party: {request.url}")

    def _response(self, response: Response) -> None:
        # A page that answers 404 or 422 may be what the test is about; a style sheet never is.
        tolerated = 500 if response.request.resource_type in {"document", "xhr", "fetch"} else 400
        if response.status >= tolerated:
            self.problems.append(f"{response.status}: {response.url}")


@pytest.fixture
def open_page(browser: Browser, live_server_url: str) -> Iterator[Callable[..., Page]]:
    """Give somebody a browser of their own: `open_page(width=360, javascript=False)`.

    Relative addresses lead to the live server. Script errors, violations of the content security
    policy, requests to third parties and broken assets fail the test at its end;
    `page.watch.problems` can be looked at, and emptied, before. `also` names other widths that what
    is read there has to fit. `using` is another browser than that of all tests.
    """
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def open_one(
        *,
        width: int = WIDE,
        also: tuple[int, ...] = (),
        height: int = 900,
        javascript: bool = True,
        language: str = "de",
        using: Browser | None = None,
    ) -> Page:
        context = (using or browser).new_context(
            base_url=live_server_url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale={"de": "de-DE", "en": "en-GB"}.get(language, language),
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        watch = Watch()
        watches.append(watch)
        context.on("page", watch.over)
        page = context.new_page()
        page.watch = watch  # type: ignore[attr-defined]
        page.javascript = javascript  # type: ignore[attr-defined]
        page.also = also  # type: ignore[attr-defined]
        return page

    yield open_one
    for context in contexts:
        context.close()
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "The browser complained:\n" + "\n".join(problems)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One person's page, wide, in German, with JavaScript."""
    return open_page()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a browser, so that `-m "not browser"` leaves it out."""
    for item in items:
        if {"browser", "page", "open_page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
    # The longest files first, so that no worker is left with one of them at the end.
    items.sort(
        key=lambda item: (
            not item.get_closest_marker("portal"),
            not item.get_closest_marker("browser"),
            item.path.name not in LONGEST_FILES,
        )
    )


# --- Accessibility --------------------------------------------------------------------------------


#: What a page is made of, as far as axe tells it from another: its elements, of each kind one, with
#: the classes of all that they stand in, the names of their attributes and the values that mean
#: something; whether they are empty, and whether the elements that they name are there, once. And
#: whether it is dark.
PARTS = """() => {
    const refers = /^(for|aria-(labelledby|describedby|controls|owns))$/;
    const means = /^(role|type|tabindex|autocomplete|dir|aria-(?!label$).*)$/;
    const once = (id) => document.querySelectorAll("#" + CSS.escape(id)).length === 1;
    const attribute = ({name, value}) => {
        if (refers.test(name)) return `${name}=${value.split(/\\s+/).filter(Boolean).every(once)}`;
        if (means.test(name)) return `${name}=${value}`;
        if (name === "id") return `id=${once(value)}`;
        return value.trim() ? name : `no ${name}`;
    };
    const kinds = new Map([[null, ""]]);
    for (const element of document.querySelectorAll("*")) {
        const kind = [element.localName, ...element.classList].join(".");
        kinds.set(element, `${kinds.get(element.parentElement)} ${kind}`);
    }
    const parts = [...kinds.keys()].filter(Boolean).map((element) =>
        [kinds.get(element), ...[...element.attributes].map(attribute),
         element.textContent.trim() ? "says something" : "is empty"].join(" "));
    return [matchMedia("(prefers-color-scheme: dark)").matches, ...new Set(parts)]
        .sort().join("\\n");
}"""

#: Pages that axe has found nothing in: what they show, how wide, made of what.
_read: set[tuple[str, int, str]] = set()


def assert_accessible(page: Page, *, but: tuple[str, ...] = ()) -> None:
    """Fail unless axe finds nothing against WCAG 2.2 A and AA; `but` names rules to leave out.

    A page of the same view, as wide and made of the same parts, is read once: axe takes longer than
    all the rest of a page. It is evaluated from outside, so the page keeps its content security
    policy.
    """
    page.wait_for_load_state()
    made_of = (_view(page), page.viewport_size["width"], page.evaluate(PARTS))
    if made_of in _read:
        return
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "rules": {rule: {"enabled": False} for rule in but},
        "resultTypes": ["violations"],
        # Style sheets and media would be fetched again for two rules: one is experimental and not
        # among these tags, the other is about sound, which no page has.
        "preload": False,
    }
    violations = page.evaluate(
        "async options => (await axe.run(document, options)).violations", options
    )
    found = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
        + "\n    ".join(
            f"{' '.join(map(str, node['target']))}\n      "
            + node["failureSummary"].replace("\n", "\n      ")
            for node in violation["nodes"][:5]
        )
        for violation in violations
    ]
    assert not found, f"{page.url} is not accessible:\n" + "\n".join(found)
    if not but:
        _read.add(made_of)


def _view(page: Page) -> str:
    try:
        return resolve(urlsplit(page.url).path).view_name
    except Resolver404:
        return page.url


#: Examples in empty fields that are wider than their field: they would end in the middle of a word.
CUT_OFF = """
    () => [...document.querySelectorAll("input[placeholder]")].filter((input) => {
        const style = getComputedStyle(input);
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = style.font;
        // A field that suggests words keeps room for an arrow.
        const arrow = input.list ? 20 : 0;
        const edges = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight) + arrow;
        const width = pen.measureText(input.placeholder).width;
        return input.clientWidth && width > input.clientWidth - edges;
    }).map((input) => input.placeholder)
"""


WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def assert_fits(page: Page) -> None:
    """Fail if the page scrolls sideways, as text wider than a phone makes it do, or if the example
    in a field is cut off; in each of the widths that the page was opened for."""
    page.wait_for_load_state()
    for _width in _widths(page):
        _assert_fits(page)


def _widths(page: Page) -> Iterator[int]:
    """Give the page each of the widths that it was opened for, its own last."""
    size = page.viewport_size
    for width in dict.fromkeys((*page.also, size["width"])):
        if page.also:
            page.set_viewport_size(size | {"width": width})
        yield width
    if page.also:
        page.set_viewport_size(size)


def _assert_fits(page: Page) -> None:
    assert page.evaluate(CUT_OFF) == []
    # A window that has just got another width is drawn once more, on a busy machine not at once.
    until = time.monotonic() + 2
    while (wider := page.evaluate(WIDER)) > 0 and time.monotonic() < until:
        page.evaluate("new Promise(requestAnimationFrame)")
    assert wider <= 0, f"{page.url} is {wider} px wider than its window"


def assert_whole(page: Page) -> None:
    """Fail unless the page fits and axe, which needs a script, finds nothing; in each of the widths
    that it was opened for."""
    page.wait_for_load_state()
    for _width in _widths(page):
        _assert_fits(page)
        if page.javascript:
            assert_accessible(page)
