import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ssoe_portal.common.map_box import Box

#: A degree as somebody may write it, right or wrong.
written = st.one_of(
    st.floats().map(str), st.floats(-200, 200).map("{:.5f}".format), st.text(max_size=8)
)


class TestBox:
    def test_is_written_in_whole_squares_that_hold_what_was_asked_for(self):
        box = Box.parse("13.47511,52.62891,13.48849,52.63802")
        assert str(box) == "13.475,52.628,13.489,52.639"
        assert Box.parse(str(box)) == box

    @pytest.mark.parametrize("text", ["-180,-90,180,90", "13.475,52.628,13.476,52.629"])
    def test_keeps_edges_that_are_whole_already(self, text):
        assert [float(edge) for edge in str(Box.parse(text)).split(",")] == [
            float(edge) for edge in text.split(",")
        ]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "numbers"),
            ("13,52,14", "numbers"),
            ("13,52,14,53,1", "numbers"),
            ("west,52,14,53", "numbers"),
            ("13,52,14,", "numbers"),
            ("nan,52,14,53", "longitude"),
            ("13,52,inf,53", "longitude"),
            ("13,52,181,53", "longitude"),
            ("13,nan,14,53", "latitude"),
            ("13,52,14,90.1", "latitude"),
            ("14,52,13,53", "order"),  # west and east swapped
            ("13,53,14,52", "order"),
            ("13,52,13,53", "order"),
        ],
    )
    def test_says_what_is_wrong(self, text, code):
        with pytest.raises(ValidationError) as caught:
            Box.parse(text)
        assert caught.value.code == code

    @given(st.lists(written, max_size=6))
    def test_refuses_or_reads_whatever_is_written(self, parts):
        try:
            box = Box.parse(",".join(parts))
        except ValidationError:
            return
        assert box.west < box.east
        assert box.south < box.north
        assert Box.parse(str(box)) == box

    @given(st.integers(0, 359_000), st.integers(0, 179_000), st.data())
    def test_is_divided_into_a_bounded_number_of_cells(self, west, south, data):
        box = Box(
            west,
            south,
            data.draw(st.integers(west + 1, 360_000)),
            data.draw(st.integers(south + 1, 180_000)),
        )
        width, height = box.cell
        columns = (box.east - box.west) / width
        rows = (box.north - box.south) / height
        assert columns <= 16
        assert rows <= 20  # where a square is the whole cell they are a little lower than wide
