"""What an organisation hands out to the families it has registered."""

import base64

import pytest
from django.utils import translation
from playwright.sync_api import Locator

from events import qr
from tests.browser.test_events import sign_in
from tests.events.world import make_event, make_group
from tests.world import make_member, make_organisation

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def in_german():
    with translation.override("de"):
        yield


def read_code(picture: Locator) -> str:
    """Return what a QR code says as it looks on the page, by a library that has not drawn it."""
    return picture.page.evaluate(
        """async ([library, png]) => {
            const { BarcodeDetector } = await import(library);
            const image = new Image();
            image.src = `data:image/png;base64,${png}`;
            await image.decode();
            const canvas = new OffscreenCanvas(image.width, image.height);
            canvas.getContext("2d").drawImage(image, 0, 0);
            const codes = await new BarcodeDetector({ formats: ["qr_code"] }).detect(canvas);
            return codes.map((code) => code.rawValue).join(" ");
        }""",
        ["/static/qr/decode.js", base64.b64encode(picture.screenshot()).decode()],
    )


class TestTickets:
    def test_lead_staff_to_the_party_whose_name_is_beside_the_code(
        self, open_page, live_server_url
    ):
        organisation = make_organisation("Beispiel Unterkunft")
        group = make_group(make_event(), organisation=organisation, families=3)
        page = open_page()
        sign_in(page, make_member(organisation), live_server_url)
        page.goto(f"{group.get_absolute_url()}tickets/")
        page.emulate_media(media="print")
        tickets = page.locator(".tickets__one")
        assert tickets.count() == 3
        for family in group.registrations.all():
            ticket = tickets.filter(has_text=family.name)
            assert family.code in ticket.inner_text()
            assert read_code(ticket.locator("img")) == qr.content(family)
