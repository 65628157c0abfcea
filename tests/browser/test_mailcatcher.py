"""The page of caught mail in a real browser: what its content security policy lets through."""

import io
import threading

import pytest
import segno
from playwright.sync_api import Browser

from demonstration.mailcatcher import MailCatcher, serve_page
from tests.house.test_mailcatcher import message, send

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path):
    """The page of a mail that is long and has a picture in it."""
    catcher = MailCatcher(tmp_path / "mail").start()
    lines = "".join(f"<p>Zeile {number}</p>" for number in range(60))
    mail = message(
        html=f'<img src="cid:qr-code" width="220"><img src="https://example.org/x.png">{lines}'
    )
    picture = io.BytesIO()
    segno.make("Beispiel").save(picture, kind="png")
    mail.add_attachment(picture.getvalue(), "image", "png", disposition="inline", cid="<qr-code>")
    send(catcher, mail)
    server = serve_page(catcher)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://localhost:{server.server_port}/mail/{catcher.mails()[0].name}/"
    server.shutdown()
    server.server_close()
    thread.join()
    catcher.stop()


@pytest.mark.parametrize("width", [360, 1280])
def test_shows_all_of_a_mail_and_its_pictures(browser: Browser, address, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    mail = page.frames[1]
    mail.wait_for_load_state()
    widths = mail.eval_on_selector_all("img", "images => images.map(one => one.naturalWidth)")
    assert widths[0] > 0
    assert widths[1] == 0, "nothing comes from elsewhere"
    inside = mail.evaluate("document.documentElement.scrollHeight")
    assert inside > 1500
    assert page.locator("iframe").evaluate("frame => frame.clientHeight") >= inside
    page.close()
