"""Months as people count them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssoe_portal.common.confirmation import months_before

#: Hypothesis takes its bounds without a zone.
EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001


class TestMonthsBefore:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            ((2026, 11, 22), 12, (2025, 11, 22)),
            ((2026, 3, 31), 1, (2026, 2, 28)),
            ((2028, 3, 31), 1, (2028, 2, 29)),
            ((2026, 1, 15), 13, (2024, 12, 15)),
            ((2028, 2, 29), 12, (2027, 2, 28)),
        ],
    )
    def test_keeps_the_day_or_takes_the_months_last(self, day, months, expected):
        moment = datetime(*day, 3, 37, tzinfo=UTC)
        assert months_before(moment, months) == datetime(*expected, 3, 37, tzinfo=UTC)

    @given(
        st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
        st.integers(1, 40),
        st.integers(1, 40),
    )
    def test_never_turns_the_order_round(self, moment, months, more):
        earlier = months_before(moment, months)
        assert months_before(moment, months + more) < earlier < moment
