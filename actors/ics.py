"""Calendar files (RFC 5545) of offers: each weekly time is one recurring entry.

Times are local to Berlin and the file brings that time zone's rules along. What does not take place
is taken out (EXDATE) for the next two years, public holidays too; what is different on a day is an
entry of its own.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from icalendar import Calendar, vRecur
from icalendar import Event as Entry

from actors.models import Offer
from ssoe_portal.common.hours import BERLIN, DAY, IN_MONTH, Occurrence, Rhythm, WeeklyTime, at
from ssoe_portal.common.mail import absolute

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
AHEAD = timedelta(days=2 * 365)


def for_offer(offer: Offer, now: datetime | None = None) -> bytes:
    """Return a calendar file with an offer's times, from today on."""
    now = now or timezone.now()
    calendar = Calendar()
    calendar.add("prodid", f"-//SSÖ-Portal Berlin-Pankow//{get_language() or 'de'}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", offer.text.title)
    calendar.add("x-wr-timezone", "Europe/Berlin")
    today = now.astimezone(BERLIN).date()
    for row in offer.hours.times:
        if entry := _recurring(offer, row, today, now):
            calendar.add_component(entry)
    for occurrence in _changed(offer, today):
        calendar.add_component(_single(offer, occurrence, now))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _days(row: WeeklyTime, today: date) -> Iterator[date]:
    """The days from today on which a time falls, exceptions apart."""
    for number in range(AHEAD.days):
        if row.runs_on(today + number * DAY):
            yield today + number * DAY


def _recurring(offer: Offer, row: WeeklyTime, today: date, now: datetime) -> Entry | None:
    begins = max(today, row.valid_from) if row.valid_from else today
    days = list(_days(row, begins))
    if not days:
        return None
    name = f"{row.weekday}-{row.opens:%H%M}-{row.closes:%H%M}-{row.rhythm}"
    if row.valid_from:  # the same time may come again, later in the year or in the other weeks
        name += f"-{row.valid_from:%Y%m%d}"
    entry = _entry(offer, f"offer-{offer.pk}-{name}", now)
    start, end = _moments(days[0], row)
    entry.add("dtstart", start)
    entry.add("dtend", end)
    entry.add("rrule", _rule(row))
    out = [
        day for day in days if offer.hours.exception_on(day) is not None or not offer.hours.on(day)
    ]
    if out:
        entry.add("exdate", [_moments(day, row)[0] for day in out])
    return entry


def _moments(day: date, row: WeeklyTime) -> tuple[datetime, datetime]:
    return (
        at(day, row.opens).astimezone(BERLIN),
        at(day, row.closes, is_end=True).astimezone(BERLIN),
    )


def _rule(row: WeeklyTime) -> vRecur:
    weekday = WEEKDAYS[row.weekday]
    if row.rhythm in IN_MONTH:
        rule: dict = {"freq": "monthly", "byday": f"{IN_MONTH[Rhythm(row.rhythm)]}{weekday}"}
    else:
        interval = 2 if row.rhythm == Rhythm.FORTNIGHTLY else 1
        rule = {"freq": "weekly", "interval": interval, "byday": weekday, "wkst": "MO"}
    if row.valid_until:
        rule["until"] = at(row.valid_until + DAY, row.opens.min).astimezone(UTC) - timedelta(
            seconds=1
        )
    return vRecur(rule)


def _changed(offer: Offer, today: date) -> Iterator[Occurrence]:
    """What takes place at other times than usual."""
    for row in offer.hours.exceptions:
        day = max(row.first_day, today)
        while not row.is_closed and day <= min(row.last_day, today + AHEAD):
            yield from offer.hours.on(day)
            day += DAY


def _single(offer: Offer, occurrence: Occurrence, now: datetime) -> Entry:
    entry = _entry(offer, f"offer-{offer.pk}-{occurrence.day:%Y%m%d}", now)
    entry.add("dtstart", occurrence.start.astimezone(BERLIN))
    entry.add("dtend", occurrence.end.astimezone(BERLIN))
    return entry


def _entry(offer: Offer, uid: str, now: datetime) -> Entry:
    url = absolute(offer.get_absolute_url())
    entry = Entry()
    entry.add("uid", f"{uid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    entry.add("summary", offer.text.title)
    entry.add("dtstamp", now.astimezone(UTC))
    lines = [offer.text.summary, str(offer.parts.schedule), offer.organisation.name, url]
    entry.add("description", "\n\n".join(line for line in lines if line))
    if offer.way_there:
        entry.add("location", offer.way_there)
    entry.add("url", url)
    return entry
