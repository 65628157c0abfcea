import pytest
from django.core.management import call_command
from django.template.loader import render_to_string

from ssoe_portal.common.geography import Area, Point
from ssoe_portal.common.mini_map import DOT, FIRST_DOT, MAX_HEIGHT, WIDTH, Mark, mini_map

pytestmark = pytest.mark.django_db

BUCH, PRENZLAUER_BERG, POTSDAM = Point(52.635, 13.496), Point(52.539, 13.424), Point(52.39, 13.06)


@pytest.fixture(autouse=True)
def pankow():
    call_command("load_vocabularies")


def boxes(drawing) -> list[tuple[float, float, float, float]]:
    """Where the lines of the names stand, a little narrower than the drawing reckons."""
    return [
        (line.x - len(line.words) * 2.9, line.y - 8, line.x + len(line.words) * 2.9, line.y + 2)
        for land in drawing.lands
        for line in land.lines
    ]


class TestMiniMap:
    def test_needs_a_place(self):
        assert mini_map(None) is None

    def test_is_true_to_scale_in_both_directions(self):
        drawing = mini_map(BUCH, origin=PRENZLAUER_BERG, postcode="10405")
        (x, y), (to_x, to_y) = drawing.place, drawing.reader
        units = ((x - to_x) ** 2 + (y - to_y) ** 2) ** 0.5
        assert units / drawing.kilometre == pytest.approx(drawing.distance_km, rel=0.05)
        assert drawing.distance_km == pytest.approx(11.7, abs=0.1)
        assert y < to_y, "north is up"
        assert x > to_x, "east is right"

    @pytest.mark.parametrize("origin", [None, PRENZLAUER_BERG, POTSDAM])
    def test_stays_inside_and_writes_no_name_over_another(self, origin):
        drawing = mini_map(BUCH, origin=origin, postcode="14467")
        assert drawing.height <= MAX_HEIGHT
        for x, y in filter(None, [drawing.place, drawing.reader]):
            assert 0 <= x <= WIDTH
            assert 0 <= y <= drawing.height
        for number, (left, top, right, bottom) in enumerate(boxes(drawing)):
            assert left >= 0
            assert right <= WIDTH
            for other in boxes(drawing)[number + 1 :]:
                apart = (
                    left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
                )
                assert apart, (left, top, other)

    def test_draws_further_places_once_each_true_to_scale_and_writes_no_name_over_them(self):
        marks = (Mark(PRENZLAUER_BERG), Mark(POTSDAM), Mark(POTSDAM, is_first=True))
        drawing = mini_map(BUCH, marks=marks)
        assert [r for _x, _y, r in drawing.dots] == [DOT, FIRST_DOT]
        for x, y, r in drawing.dots:
            assert x - r >= 0 and x + r <= WIDTH and y - r >= 0 and y + r <= drawing.height
            for left, top, right, bottom in boxes(drawing):
                assert x + r <= left or right <= x - r or y + r <= top or bottom <= y - r

    def test_names_all_neighbourhoods_when_there_is_room(self):
        drawing = mini_map(BUCH, area=Area.objects.get(key="buch"))
        assert len(drawing.lands) == 13
        assert [land for land in drawing.lands if not land.lines] == []
        assert [line.words for land in drawing.lands if land.is_here for line in land.lines] == [
            "Buch"
        ]

    def test_draws_a_kilometre_around_a_place_but_not_around_the_middle_of_a_whole_district(self):
        for key, words, rings in (
            ("buch", "In Buch.", 1),
            ("pankow-district", "Im Bezirk Pankow.", 0),
        ):
            drawing = mini_map(BUCH, area=Area.objects.get(key=key))
            text = render_to_string("common/_mini_map.html", {"map": drawing, "title": "Tee"})
            assert words in text and text.count("mini-map__ring") == rings
            assert text.count("Der gestrichelte Kreis") == 2 * rings  # in the description as well

    def test_writes_whole_numbers_in_every_language(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            drawing = mini_map(BUCH, origin=PRENZLAUER_BERG, postcode="10405")
        text = render_to_string("common/_mini_map.html", {"map": drawing, "title": "<Tee>"})
        svg = text[text.index("<svg") : text.index("</svg>")]
        assert 'cx="' in svg
        assert "&lt;Tee&gt;" in svg
        assert "10405" in svg
        assert "style=" not in svg
