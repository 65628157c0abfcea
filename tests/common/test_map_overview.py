import re

import pytest
from django.utils import translation

from ssoe_portal.common.facet_kinds import Option
from ssoe_portal.common.geography import localities
from ssoe_portal.common.map_overview import COUNTED, ground, overview
from ssoe_portal.common.mini_map import WIDTH


def places(**counts: int) -> list[Option]:
    return [Option(key.replace("_", "-"), key.title(), count) for key, count in counts.items()]


class TestOverview:
    def test_shows_the_numbers_of_what_is_counted_in_pankow(self):
        drawing = overview(places(buch=12, karow=3, mitte=2, pankow=0))
        assert {spot.key: spot.count for spot in drawing.spots} == {"buch": 12, "karow": 3}
        # Other districts have no room in the drawing; the list has them.
        assert [place.value for place in drawing.places] == ["buch", "karow", "mitte"]

    def test_has_room_for_longer_numbers(self):
        radius = {spot.key: spot.radius for spot in overview(places(buch=9_000, karow=3)).spots}
        assert radius == {"buch": 16, "karow": COUNTED}

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_writes_every_name_inside_and_none_over_another_or_a_circle(self, language):
        with translation.override(language):
            drawing = overview([Option(land["key"], "", 35) for land in ground()])
            names = re.sub(r"<[^>]+>", " ", drawing.ground)
            for land in localities():
                assert set(land.label.split()) <= set(names.split())
        boxes = [
            (int(x) - len(words) * 3, int(y) - 8, int(x) + len(words) * 3, int(y))
            for x, y, words in re.findall(
                r'<text [^>]*x="(\d+)" y="(\d+)"[^>]*>([^<]+)', drawing.ground
            )
        ]
        assert len(boxes) > len(drawing.spots) == 13
        for spot in drawing.spots:
            assert spot.radius <= spot.x <= WIDTH - spot.radius
            assert spot.radius <= spot.y <= drawing.height - spot.radius
            boxes.append((spot.x - 11, spot.y - 11, spot.x + 11, spot.y + 11))
        for number, one in enumerate(boxes):
            assert 0 <= one[0] < one[2] <= WIDTH
            assert 0 <= one[1] < one[3] <= drawing.height
            for other in boxes[number + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0]
                assert apart or one[3] <= other[1] or other[3] <= one[1]

    def test_stands_without_anything_counted(self):
        drawing = overview([])
        assert drawing.spots == drawing.places == []
        assert drawing.ground.count("<circle") == 13


class TestGround:
    def test_names_neighbourhoods_and_the_other_districts(self):
        lands = ground()
        assert [land["district"] for land in lands] == [False] * 13 + [True] * 11
        assert "pankow-district" not in {land["key"] for land in lands}
        assert all(52.3 < land["at"][0] < 52.7 and 13 < land["at"][1] < 13.8 for land in lands)
