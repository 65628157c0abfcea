import pytest

from ssoe_portal.common.geography import localities, point_for_postcode
from tests.world import make_area, make_offer

pytestmark = pytest.mark.django_db


class TestLocate:
    @pytest.mark.parametrize("key", ["buch", "karow", "blankenburg"])
    def test_puts_what_shares_a_postcode_into_its_own_neighbourhood(self, key):
        middle = next(area for area in localities() if area.key == key)
        area = make_area(key, latitude=middle.latitude, longitude=middle.longitude)
        offer = make_offer(status="draft", postcode="13125", area=area)
        offer.locate()
        assert area.is_nearest_to(offer.point)

    def test_trusts_the_postcode_where_it_lies_in_the_neighbourhood(self):
        middle = next(area for area in localities() if area.key == "prenzlauer-berg")
        area = make_area(middle.key, latitude=middle.latitude, longitude=middle.longitude)
        offer = make_offer(status="draft", postcode="10405", area=area)
        offer.locate()
        assert offer.point == point_for_postcode("10405") != area.point
