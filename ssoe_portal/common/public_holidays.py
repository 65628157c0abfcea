"""Berlin's public holidays: § 1 of Berlin's Gesetz über die Sonn- und Feiertage (with 8 March since
2019 and the single holidays it names), and 3 October from article 2 (2) of the Unity Treaty."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: The same day every year: month, day.
FIXED = {
    (1, 1): _("New Year’s Day"),
    (3, 8): _("International Women’s Day"),
    (5, 1): _("Labour Day"),
    (10, 3): _("Day of German Unity"),
    (12, 25): _("Christmas Day"),
    (12, 26): _("Boxing Day"),
}
#: Days after Easter Sunday.
MOVEABLE = {
    -2: _("Good Friday"),
    1: _("Easter Monday"),
    39: _("Ascension Day"),
    50: _("Whit Monday"),
}
#: Once only.
SINGLE = {
    date(2025, 5, 8): _("80 years of liberation"),
    date(2028, 6, 17): _("75 years since the uprising of 17 June 1953"),
}


def public_holiday(day: date) -> str:
    """Return what a day's public holiday is called in the reader's language; "" on others."""
    return str(_of_year(day.year).get(day, ""))


@lru_cache(maxsize=20)
def _of_year(year: int) -> Mapping[date, str | Promise]:
    sunday = easter_sunday(year)
    return (
        {date(year, *month_and_day): name for month_and_day, name in FIXED.items()}
        | {sunday + timedelta(days=after): name for after, name in MOVEABLE.items()}
        | {day: name for day, name in SINGLE.items() if day.year == year}
    )


def easter_sunday(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar, by Butcher's algorithm (J. Meeus,
    Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, leap_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    quarter, quarter_rest = divmod(rest, 4)
    weekday = (32 + 2 * leap_rest + 2 * quarter - epact - quarter_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
