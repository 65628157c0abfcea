"""When people may come, as the list of offers asks for it.

Usual days and evenings are bits of the search's narrow row (`OfferSearch.week`), written by the
database from an offer's weekly times. What is open at a moment depends on the date, holidays and
exceptions: that is asked of the times themselves (`hours.rest_of_day`).
"""

from collections import Counter
from datetime import date
from enum import IntFlag

from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from actors.models.offer_search import OfferSearch
from ssoe_portal.common.facets import Tally
from ssoe_portal.common.hours import RestOfDay


class Week(IntFlag):
    """Days on which something usually takes place; MONDAY is the bit of weekday 0.

    EVENING: on one day at least it goes on after 18:00, so people can come after work.
    """

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 4
    THURSDAY = 8
    FRIDAY = 16
    SATURDAY = 32
    SUNDAY = 64
    EVENING = 128
    WEEKEND = SATURDAY | SUNDAY


class When(models.TextChoices):
    NOW = "now", _("Open now")
    TODAY = "today", _("Now or later today")
    EVENING = "evening", _("In the evening, after 6 pm")
    WEEKEND = "weekend", _("At the weekend")
    MONDAY = "monday", _("On Mondays")
    TUESDAY = "tuesday", _("On Tuesdays")
    WEDNESDAY = "wednesday", _("On Wednesdays")
    THURSDAY = "thursday", _("On Thursdays")
    FRIDAY = "friday", _("On Fridays")
    SATURDAY = "saturday", _("On Saturdays")
    SUNDAY = "sunday", _("On Sundays")

    @property
    def bit(self) -> Week:
        """What a row has that is on then, of several bits any; none where a moment decides."""
        return Week(0) if self in {When.NOW, When.TODAY} else Week[self.name]


def on_then(when: When, today: RestOfDay) -> Q:
    """What takes place then: the filter's condition on rows of the search."""
    if when == When.NOW:
        return Q(today.is_open)
    if when == When.TODAY:
        return Q(today.is_open_or_later)
    return ~Q(Exact(F("week").bitand(int(when.bit)), 0))


#: What rows are counted by for the numbers of this filter; see `counted`.
COLUMNS = ("week", "is_open", "is_open_or_later")


def counted(rows: QuerySet, today: RestOfDay) -> QuerySet:
    """Annotate rows of the search with what `COLUMNS` names and they do not have."""
    return rows.annotate(is_open=today.is_open, is_open_or_later=today.is_open_or_later)


def numbers(tally: Tally, name: str) -> Counter[When]:
    """How many rows there are of each choice, from a count by `COLUMNS`."""
    usual = [when for when in When if when.bit]
    bits = tally.of_bits("week", name, [int(when.bit) for when in usual])
    return Counter(
        {when: bits[int(when.bit)] for when in usual}
        | {
            When.NOW: tally.of("is_open", name)[True],
            When.TODAY: tally.of("is_open_or_later", name)[True],
        }
    )


def refresh(day: date) -> int:
    """Write anew what the search knows of offers of which a series has ended before this day;
    return how many."""
    ended = list(OfferSearch.objects.filter(week_until__lt=day).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT actors_refresh_offersearch(%s::bigint[])", [ended])
    return len(ended)
