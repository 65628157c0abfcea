"""The task force's lists on a phone, where their tables become cards."""

import pytest
from playwright.sync_api import expect

from ssoe_portal.common.unmet import UnmetSearch
from tests.browser.test_organisations import check, sign_in
from tests.browsing import NARROW, assert_fits
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_not_found_fits_a_phone(open_page, live_server_url, client):
    UnmetSearch.objects.note("kinderbetreuung am wochenende", "de")
    desk = open_page(width=NARROW)
    sign_in(desk, client, make_user("reviewer"), live_server_url)
    for language, words in (("de", "Erledigt"), ("en", "Done")):
        desk.goto(f"{live_server_url}/{language}/desk/unmet/")
        assert_fits(desk)
        check(desk)
        expect(desk.get_by_role("button", name=words)).to_be_in_viewport(ratio=1)
