"""When people may come, as the list of offers asks for it.

Usual days and evenings are bits of the search's narrow row (`OfferSearch.week`), written by the
database from an offer's weekly times. What is open at a moment depends on the date, holidays and
exceptions: that is asked of the times themselves (`hours.on_at`), for rows whose bits allow it.
"""

from datetime import date, datetime
from enum import IntFlag

from django.db import connection, models
from django.db.models import Case, F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from actors.models.offer import Offer
from actors.models.offer_search import OfferSearch
from ssoe_portal.common.hours import BERLIN, on_at


class Week(IntFlag):
    """Days on which something usually takes place; MONDAY is the bit of weekday 0.

    EVENING: on one day at least it goes on after 18:00, so people can come after work.
    SINGLE_DATES: there are other times on single days, whatever weekday they are.
    NOW and LATER_TODAY are written nowhere: they are added for the moment of asking.
    """

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 4
    THURSDAY = 8
    FRIDAY = 16
    SATURDAY = 32
    SUNDAY = 64
    EVENING = 128
    SINGLE_DATES = 256
    NOW = 512
    LATER_TODAY = 1024
    WEEKEND = 96


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
        """What a row has that is on then; of several bits, any."""
        return Week.LATER_TODAY if self is When.TODAY else Week[self.name]


def week_on(day: date) -> Case:
    """The usual days as they are on a day. Bits that were right until a day before are looked up
    anew; every night they are written again (`refresh`), so that there are few."""
    fresh = Func(F("pk"), Value(day), function="actors_week_of", output_field=models.IntegerField())
    return Case(models.When(week_until__lt=day, then=fresh), default=F("week"))


def on_then(when: When, moment: datetime) -> Q:
    """What takes place then: the filter's condition on rows of the search."""
    if when in {When.NOW, When.TODAY}:
        may_be = _any_of(F("week"), _possible_on(_day(moment)))
        return may_be & on_at(Offer, moment, or_later=when == When.TODAY)
    return _any_of(week_on(_day(moment)), when.bit)


def bits_at(moment: datetime) -> models.Expression:
    """All bits of a row at a moment, to count them."""
    may_be = _any_of(F("week"), _possible_on(_day(moment)))
    now = [
        Case(
            models.When(may_be & on_at(Offer, moment, or_later=later), then=Value(int(bit))),
            default=Value(0),
        )
        for bit, later in ((Week.NOW, False), (Week.LATER_TODAY, True))
    ]
    return models.ExpressionWrapper(sum(now, start=week_on(_day(moment))), models.IntegerField())


def refresh(day: date) -> int:
    """Write anew what the search knows of offers of which a series has ended before this day;
    return how many."""
    ended = list(OfferSearch.objects.filter(week_until__lt=day).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT actors_refresh_offersearch(%s::bigint[])", [ended])
    return len(ended)


def _day(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()


def _possible_on(day: date) -> Week:
    """What a row must have to be open on a day: nothing else needs to be asked."""
    return Week(1 << day.weekday()) | Week.SINGLE_DATES


def _any_of(bits: Combinable, mask: Week) -> Q:
    return ~Q(Exact(bits.bitand(int(mask)), 0))
