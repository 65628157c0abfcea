"""The drawing of a venue's pitches."""

import pytest
from django.template.loader import render_to_string

from events.models import Pitch
from events.plan import GAP, HEIGHT, WAY, WIDTH, plans
from tests.events.world import make_pitch, make_stall, make_venue, place
from tests.world import make_organisation

pytestmark = pytest.mark.django_db


def drawn(venue, **kwargs):
    (plan,) = plans(Pitch.objects.filter(venue=venue).order_by("y", "x"), **kwargs)
    return plan


class TestPlan:
    def test_begins_at_the_first_pitch_and_makes_empty_rows_one_way(self):
        venue = make_venue()
        for x, y in [(3, 7), (4, 7), (3, 12)]:
            make_pitch(venue, x=x, y=y)
        plan = drawn(venue)
        below = GAP + HEIGHT + GAP + WAY
        assert [(cell.x, cell.y) for cell in plan.cells] == [
            (GAP, GAP),
            (GAP + WIDTH + GAP, GAP),
            (GAP, below),
        ]
        assert (plan.width, plan.height) == (GAP + 2 * (WIDTH + GAP), below + HEIGHT + GAP)

    @pytest.mark.parametrize(("columns", "is_wide"), [(6, False), (7, True)])
    def test_scrolls_on_a_phone_when_it_has_many_columns(self, columns, is_wide):
        venue = make_venue()
        for x in range(columns):
            make_pitch(venue, x=x, y=0)
        assert drawn(venue).is_wide is is_wide

    def test_points_out_one_s_own_stall_and_the_chosen_pitch(self):
        venue = make_venue()
        stall = make_stall(venue.event, state="accepted")
        mine, chosen, _other = (make_pitch(venue, x=x, y=0) for x in range(3))
        place(stall, mine)
        plan = drawn(venue, mine=stall, chosen=chosen)
        assert [(c.is_mine, c.is_chosen) for c in plan.cells] == [
            (True, False),
            (False, True),
            (False, False),
        ]
        assert plan.free == 2

    def test_shortens_words_that_are_wider_than_a_box(self):
        venue = make_venue()
        name = "Beispiel Nachbarschaftsküche e. V."
        stall = make_stall(venue.event, state="accepted", organisation=make_organisation(name))
        place(stall, make_pitch(venue, x=0, y=0))
        make_pitch(venue, x=1, y=0)
        plan = drawn(venue)
        assert [cell.who for cell in plan.cells] == ["Beispiel Nachbarschaftsk… e. V.", ""]
        page = render_to_string("events/stall/_plan.html", {"plan": plan})
        assert f"<title>{name}</title>" in page
        assert f'<span lang="de">{name}</span>' in page.split('<ul class="pitches"')[1]
