import pytest

from ssoe_portal.common.facet_kinds import Option
from ssoe_portal.common.map_overview import SMALLEST, ground, overview
from ssoe_portal.common.mini_map import WIDTH


def places(**counts: int) -> list[Option]:
    return [Option(key.replace("_", "-"), key.title(), count) for key, count in counts.items()]


class TestOverview:
    def test_shows_all_of_pankow_and_the_numbers_of_what_is_counted(self):
        drawing = overview(places(buch=12, karow=3, mitte=2, pankow=0))
        counts = {spot.key: spot.count for spot in drawing.spots}
        assert len(counts) == 13
        assert (counts["buch"], counts["karow"], counts["heinersdorf"]) == (12, 3, 0)
        # Other districts have no room in the drawing; the list has them.
        assert [place.value for place in drawing.places] == ["buch", "karow", "mitte"]

    def test_draws_more_larger(self):
        radius = {spot.key: spot.radius for spot in overview(places(buch=90, karow=3)).spots}
        assert radius["buch"] > radius["karow"] >= SMALLEST > radius["heinersdorf"]

    @pytest.mark.parametrize("count", [0, 1, 35, 100_000])
    def test_stays_inside_and_writes_no_name_over_another(self, count):
        drawing = overview([Option(land["key"], "", count) for land in ground()])
        boxes = []
        for spot in drawing.spots:
            assert spot.radius <= spot.x <= WIDTH - spot.radius
            assert spot.radius <= spot.y <= drawing.height - spot.radius
            boxes += [
                (line.x - len(line.words) * 3, line.y - 9, line.x + len(line.words) * 3, line.y)
                for line in spot.lines
            ]
        assert len(boxes) >= 10
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0]
                assert apart or one[3] <= other[1] or other[3] <= one[1]

    def test_stands_without_anything_counted(self):
        drawing = overview([])
        assert [spot.count for spot in drawing.spots] == [0] * 13
        assert drawing.places == []


class TestGround:
    def test_names_neighbourhoods_and_the_other_districts(self):
        lands = ground()
        assert [land["district"] for land in lands] == [False] * 13 + [True] * 11
        assert "pankow-district" not in {land["key"] for land in lands}
        assert all(52.3 < land["at"][0] < 52.7 and 13 < land["at"][1] < 13.8 for land in lands)
