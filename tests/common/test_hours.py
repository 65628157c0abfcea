"""When something takes place: weekly times, exceptions, holidays, the change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.models import Offer, OfferException, OfferTime
from ssoe_portal.common.hours import BERLIN, DAY, MIDNIGHT, Hours, Rhythm, at, rest_of_day
from ssoe_portal.common.hours_words import (
    day_in_words,
    deviation_line,
    exception_line,
    occurrence_line,
    span,
    time_lines,
)
from ssoe_portal.common.public_holidays import easter_sunday, public_holiday
from tests.world import make_offer

TUESDAY = date(2026, 11, 24)


def weekly(weekday: int = 1, opens="16:00", closes="18:00", **fields) -> OfferTime:
    return OfferTime(
        weekday=weekday,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        **fields,
    )


def exception(
    first: date, last: date | None = None, opens="", closes="", note=""
) -> OfferException:
    return OfferException(
        first_day=first,
        last_day=last or first,
        opens=time.fromisoformat(opens) if opens else None,
        closes=time.fromisoformat(closes) if closes else None,
        note=note,
    )


def berlin(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold)


def days(hours: Hours, moment: datetime, limit: int = 3) -> list[date]:
    return [row.day for row in hours.upcoming(moment, limit)]


clocks = st.times(max_value=time(23, 59)).map(lambda clock: clock.replace(second=0, microsecond=0))
some_days = st.dates(date(2025, 1, 1), date(2030, 12, 31))


@st.composite
def spans(draw) -> tuple[time, time]:
    first, second = sorted([draw(clocks), draw(clocks)])
    return (first, MIDNIGHT) if first == second else (first, second)


@st.composite
def times(draw) -> OfferTime:
    opens, closes = draw(spans())
    rhythm = draw(st.sampled_from(Rhythm.values))
    first, last = draw(st.none() | some_days), draw(st.none() | some_days)
    if first and last and last < first:
        first, last = last, first
    if rhythm == Rhythm.FORTNIGHTLY and first is None:
        first = date(2025, 1, 6)
        last = None if last is None or last < first else last
    return OfferTime(
        weekday=draw(st.integers(0, 6)),
        opens=opens,
        closes=closes,
        rhythm=rhythm,
        valid_from=first,
        valid_until=last,
    )


@st.composite
def exceptions(draw) -> OfferException:
    first = draw(some_days)
    opens, closes = draw(st.just((None, None)) | spans())
    return OfferException(
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(0, 20))),
        opens=opens,
        closes=closes,
    )


hours = st.builds(
    Hours,
    st.lists(times(), max_size=5),
    st.lists(exceptions(), max_size=1),
    closed_on_holidays=st.booleans(),
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


class TestNextDates:
    def test_come_every_week_and_begin_with_what_is_on_now(self):
        found = Hours([weekly()])
        assert days(found, berlin(2026, 11, 24, 17)) == [
            TUESDAY,
            TUESDAY + 7 * DAY,
            TUESDAY + 14 * DAY,
        ]
        assert days(found, berlin(2026, 11, 24, 18))[0] == TUESDAY + 7 * DAY

    def test_come_every_second_week_from_the_first_day(self):
        found = Hours([weekly(rhythm="fortnightly", valid_from=date(2026, 11, 20))])
        assert days(found, berlin(2026, 11, 1)) == [
            TUESDAY,
            TUESDAY + 14 * DAY,
            TUESDAY + 28 * DAY,
        ]

    @pytest.mark.parametrize(
        ("rhythm", "expected"),
        [
            ("first", [date(2026, 11, 3), date(2026, 12, 1)]),
            ("fourth", [date(2026, 11, 24), date(2026, 12, 22)]),
            ("last", [date(2026, 11, 24), date(2026, 12, 29)]),
        ],
    )
    def test_come_once_a_month(self, rhythm, expected):
        found = Hours([weekly(rhythm=rhythm)])
        assert days(found, berlin(2026, 11, 2), limit=2) == expected

    def test_keep_to_their_period(self):
        found = Hours([weekly(valid_from=date(2026, 12, 1), valid_until=date(2026, 12, 10))])
        assert days(found, berlin(2026, 11, 2)) == [date(2026, 12, 1), date(2026, 12, 8)]

    def test_leave_out_public_holidays_unless_told(self):
        fridays = [weekly(4)]
        assert date(2026, 12, 25) not in days(Hours(fridays), berlin(2026, 12, 20))
        assert days(Hours(fridays, (), False), berlin(2026, 12, 20))[0] == date(2026, 12, 25)

    def test_leave_out_what_is_closed(self):
        found = Hours([weekly()], [exception(TUESDAY, TUESDAY + 8 * DAY)])
        assert days(found, berlin(2026, 11, 22))[0] == TUESDAY + 14 * DAY

    def test_move_on_a_single_day_to_any_weekday_and_hour(self):
        wednesday = TUESDAY + DAY
        moved = [exception(TUESDAY), exception(wednesday, opens="10:00", closes="11:00", note="!")]
        found = Hours([weekly()], moved).upcoming(berlin(2026, 11, 22))[0]
        assert (found.start, found.end) == (
            berlin(2026, 11, 25, 10),
            berlin(2026, 11, 25, 11),
        )
        assert found.note == "!"

    def test_over_several_days_other_hours_hold_on_the_usual_days_only(self):
        found = Hours([weekly()], [exception(TUESDAY, TUESDAY + 6 * DAY, "10:00", "11:00")])
        assert [row.start for row in found.upcoming(berlin(2026, 11, 22), 2)] == [
            berlin(2026, 11, 24, 10),
            berlin(2026, 12, 1, 16),
        ]

    def test_on_a_holiday_an_exception_wins(self):
        christmas = date(2026, 12, 25)
        found = Hours([weekly(4)], [exception(christmas, opens="10:00", closes="12:00")])
        assert days(found, berlin(2026, 12, 20))[0] == christmas

    def test_end_where_a_series_has_ended(self):
        over = Hours([weekly(valid_until=date(2026, 1, 1))])
        assert over.upcoming(berlin(2026, 11, 22)) == []


class TestTheClocks:
    def test_hours_stay_what_the_clock_shows(self):
        starts = [row.start for row in Hours([weekly()]).upcoming(berlin(2026, 10, 19), 2)]
        assert [f"{start:%H:%M}" for start in starts] == ["14:00", "15:00"]  # UTC
        assert [f"{start.astimezone(BERLIN):%H:%M}" for start in starts] == ["16:00", "16:00"]

    def test_a_night_in_october_is_an_hour_longer(self):
        [night] = Hours([weekly(6, "00:00", "06:00")]).on(date(2026, 10, 25))
        assert night.end - night.start == timedelta(hours=7)

    def test_a_night_in_march_is_an_hour_shorter(self):
        [night] = Hours([weekly(6, "00:00", "06:00")]).on(date(2027, 3, 28))
        assert night.end - night.start == timedelta(hours=5)

    def test_the_hour_that_is_left_out_does_not_exist(self):
        assert Hours([weekly(6, "02:10", "02:50")]).on(date(2027, 3, 28)) == []
        assert at(date(2027, 3, 28), time(2, 30)) == at(date(2027, 3, 28), time(3))

    def test_the_hour_that_comes_twice_counts_twice(self):
        [time_of_day] = Hours([weekly(6, "01:00", "02:30")]).on(date(2026, 10, 25))
        assert time_of_day.end == berlin(2026, 10, 25, 2, 30, fold=1).astimezone(UTC)

    def test_midnight_is_the_end_of_the_day(self):
        [evening] = Hours([weekly(1, "20:00", "00:00")]).on(TUESDAY)
        assert evening.end == berlin(2026, 11, 25)


class TestWhateverTheHours:
    @given(hours, moments)
    @settings(max_examples=60)
    def test_next_dates_are_in_order_and_not_over(self, found, moment):
        rows = found.upcoming(moment, 5)
        assert all(row.start < row.end and row.end > moment for row in rows)
        assert [row.start for row in rows] == sorted(row.start for row in rows)

    @given(hours, moments)
    @settings(max_examples=60)
    def test_it_is_open_within_a_date_and_at_no_other_moment(self, found, moment):
        rows = found.upcoming(moment, 1)
        assert found.is_open_at(moment) == bool(rows and rows[0].start <= moment)
        for row in rows:
            assert found.is_open_at(row.start)
            assert found.is_open_at(row.end - timedelta(seconds=1))

    @given(hours, some_days)
    @settings(max_examples=60)
    def test_nothing_is_on_while_it_is_closed(self, found, day):
        closed = Hours(found.times, [exception(day)], found.closed_on_holidays)
        assert closed.on(day) == []
        assert not closed.is_open_at(berlin(day.year, day.month, day.day, 12))


@pytest.mark.django_db
class TestInTheDatabase:
    @pytest.fixture
    def offer(self):
        return make_offer(status="draft")

    @given(hours, st.lists(moments, min_size=1, max_size=4))
    @settings(
        max_examples=40,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_says_the_same_of_every_moment(self, offer, given_hours, asked):
        with transaction.atomic():
            Offer.objects.update(closed_on_holidays=given_hours.closed_on_holidays)
            offer.set_hours(given_hours.times, given_hours.exceptions)
            begins = [row.start for row in given_hours.upcoming(asked[0], 2)]
            for moment in asked + begins + [begin - timedelta(minutes=1) for begin in begins]:
                if moment.astimezone(BERLIN).hour == 2:  # shown twice, or never, on two days
                    continue
                rest = rest_of_day(Offer, moment)
                row = Offer.objects.values_list(rest.is_open, rest.is_open_or_later)
                that_day = given_hours.on(moment.astimezone(BERLIN).date())
                assert row.get(pk=offer.pk) == (
                    given_hours.is_open_at(moment),
                    any(occurrence.end > moment for occurrence in that_day),
                ), moment
            transaction.set_rollback(True)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"closes": time(15)},
            {"weekday": 7},
            {"rhythm": "fortnightly"},
            {"valid_from": date(2027, 1, 1), "valid_until": date(2026, 1, 1)},
        ],
    )
    def test_refuses_a_time_that_cannot_be(self, wrong):
        row = weekly()
        for name, value in wrong.items():
            setattr(row, name, value)
        row.offer = make_offer()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()

    @pytest.mark.parametrize(
        "wrong",
        [
            exception(TUESDAY, TUESDAY - DAY),
            exception(TUESDAY, opens="10:00", closes="09:00"),
            exception(TUESDAY, opens="10:00"),
            exception(TUESDAY, closes="10:00"),
        ],
    )
    def test_refuses_an_exception_that_cannot_be(self, wrong):
        wrong.offer = make_offer()
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()

    def test_refuses_two_exceptions_for_one_day(self):
        offer = make_offer()
        with pytest.raises(IntegrityError), transaction.atomic():
            offer.set_hours([], [exception(TUESDAY, TUESDAY + 3 * DAY), exception(TUESDAY + DAY)])
        offer.set_hours([], [exception(TUESDAY), exception(TUESDAY + DAY)])

    def test_keeps_the_times_in_words_for_the_history(self):
        offer = make_offer()
        with translation.override("en"):
            offer.set_hours([weekly()], [exception(TUESDAY, TUESDAY + DAY)])
        offer.refresh_from_db()
        assert offer.times_summary == (
            "Di 16–18 Uhr; 24.\xa0November 2026 bis 25.\xa0November 2026: geschlossen"
        )
        states = offer.pgh_event_model.objects.filter(pgh_obj=offer).order_by("pgh_id")
        assert states.last().times_summary == offer.times_summary
        offer.set_hours([])
        assert offer.times_summary == ""
        assert not OfferTime.objects.exists()

    def test_a_time_is_found_by_its_offer_and_by_its_week(self):
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, "actors_offertime")
        indexed = [row["columns"] for row in constraints.values() if row["index"]]
        assert ["offer_id"] in indexed
        assert ["weekday", "opens", "closes"] in [columns[:3] for columns in indexed]


class TestWords:
    @pytest.mark.parametrize(
        ("opens", "closes", "german", "english"),
        [
            ("16:00", "18:00", "16–18 Uhr", "16:00–18:00"),
            ("09:30", "11:00", "9:30–11 Uhr", "09:30–11:00"),
            ("10:00", "13:00", "10–13 Uhr", "10:00–13:00"),
            ("09:00", "12:00", "9–12 Uhr", "09:00–12:00"),
            ("12:00", "14:30", "12–14:30 Uhr", "12:00–14:30"),
            ("20:00", "00:00", "20–24 Uhr", "20:00–24:00"),
            ("00:00", "00:00", "rund um die Uhr", "around the clock"),
        ],
    )
    def test_of_hours(self, opens, closes, german, english):
        clock = time.fromisoformat(opens), time.fromisoformat(closes)
        with translation.override("de"):
            assert span(*clock) == german
        with translation.override("en"):
            assert span(*clock) == english

    def test_put_days_with_the_same_hours_together(self):
        rows = [weekly(day, "14:00", "16:00") for day in (3, 0, 1, 2)] + [weekly(4)]
        with translation.override("de"):
            assert time_lines(rows) == ["Mo–Do 14–16 Uhr", "Fr 16–18 Uhr"]
        with translation.override("en"):
            assert time_lines(rows) == ["Mon–Thu 14:00–16:00", "Fri 16:00–18:00"]

    @pytest.mark.parametrize(
        ("fields", "line"),
        [
            ({"rhythm": "first"}, "jeden 1. Dienstag im Monat, 16–18 Uhr"),
            ({"rhythm": "last"}, "jeden letzten Dienstag im Monat, 16–18 Uhr"),
            (
                {"rhythm": "fortnightly", "valid_from": date(2026, 1, 6)},
                "Di 16–18 Uhr, alle zwei Wochen",
            ),
            ({"valid_from": date(2027, 1, 5)}, "Di 16–18 Uhr (ab 5.\xa0Januar 2027)"),
            ({"valid_until": date(2027, 1, 5)}, "Di 16–18 Uhr (bis 5.\xa0Januar 2027)"),
        ],
    )
    def test_say_how_often_and_how_long(self, fields, line):
        with translation.override("de"):
            assert time_lines([weekly(**fields)], today=TUESDAY) == [line]

    def test_leave_out_what_is_over(self):
        assert time_lines([weekly(valid_until=date(2026, 1, 1))], today=TUESDAY) == []

    def test_of_a_date_and_of_what_is_different(self):
        hours = Hours([weekly(4)], [exception(TUESDAY, note="Ausflug")])
        with translation.override("de"):
            [changed, christmas, *_more] = hours.deviations(TUESDAY)
            year = "" if date.today().year == 2026 else " 2026"  # noqa: DTZ011
            assert deviation_line(changed) == f"Dienstag, 24. November{year}: geschlossen"
            assert changed.exception.note == "Ausflug"
            assert deviation_line(christmas) == (
                f"Freitag, 25. Dezember{year}: geschlossen (1. Weihnachtstag)"
            )
            [occurrence] = Hours([weekly()]).on(TUESDAY)
            assert occurrence_line(occurrence) == f"Dienstag, 24. November{year}, 16–18 Uhr"
            assert day_in_words(TUESDAY, today=date(2027, 1, 1)) == "Dienstag, 24. November 2026"
            later = exception(TUESDAY, opens="10:00", closes="12:00")
            assert exception_line(later).endswith(": 10–12 Uhr")

    def test_a_holiday_on_a_day_without_times_is_not_told(self):
        assert Hours([weekly(1)]).deviations(date(2026, 12, 20), within=timedelta(days=7)) == []


class TestPublicHolidays:
    @pytest.mark.parametrize(
        ("day", "name"),
        [
            (date(2027, 3, 8), "Internationaler Frauentag"),
            (date(2027, 3, 29), "Ostermontag"),
            (date(2027, 3, 26), "Karfreitag"),
            (date(2027, 5, 6), "Christi Himmelfahrt"),
            (date(2027, 5, 17), "Pfingstmontag"),
            (date(2027, 10, 3), "Tag der Deutschen Einheit"),
            (date(2028, 6, 17), "75. Jahrestag des Volksaufstandes vom 17. Juni 1953"),
            (date(2029, 6, 17), ""),
            (date(2027, 10, 31), ""),  # Reformation Day is none in Berlin
            (date(2027, 11, 1), ""),
        ],
    )
    def test_are_those_of_berlin(self, day, name):
        with translation.override("de"):
            assert public_holiday(day) == name

    def test_are_ten_a_year(self):
        year = [date(2027, 1, 1) + number * DAY for number in range(365)]
        assert sum(bool(public_holiday(day)) for day in year) == 10

    @pytest.mark.parametrize(
        ("year", "day"),
        [
            (2026, date(2026, 4, 5)),
            (2027, date(2027, 3, 28)),
            (2035, date(2035, 3, 25)),
            (2038, date(2038, 4, 25)),  # the latest there is
            (2049, date(2049, 4, 18)),
            (2285, date(2285, 3, 22)),  # the earliest there is
        ],
    )
    def test_easter_is_when_it_is(self, year, day):
        assert easter_sunday(year) == day

    def test_are_named_in_the_readers_language(self):
        with translation.override("en"):
            assert public_holiday(date(2027, 3, 29)) == "Easter Monday"


def test_berlin_is_the_zone():
    assert ZoneInfo("Europe/Berlin") == BERLIN
