"""When people may come, as the list of offers asks for it.

Usual days and evenings are bits of the search's narrow row (`OfferSearch.week`), written by the
database from an offer's weekly times. What is open at a moment depends on the date, holidays and
exceptions: that is asked of the times themselves (`actors/when_filter.py`).
"""

from datetime import date
from enum import IntFlag

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from actors.models.offer_search import OfferSearch


class Week(IntFlag):
    """Days on which something usually takes place; MONDAY is the bit of weekday 0.

    EVENING: on one day at least it goes on after 18:00, so people can come after work. NOW and
    TODAY are never stored: what is open now, and what is open then or later that day.
    """

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 4
    THURSDAY = 8
    FRIDAY = 16
    SATURDAY = 32
    SUNDAY = 64
    EVENING = 128
    NOW = 256
    TODAY = 512
    WEEKEND = SATURDAY | SUNDAY


class When(models.TextChoices):
    NOW = "now", _("Open now")
    TODAY = "today", _("Now or later today")
    EVENING = "evening", _("In the evening, after 18:00")
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
        """What is set of what is on then; of several bits, any."""
        return Week[self.name]


def refresh(day: date) -> int:
    """Write anew what the search knows of offers of which a series has ended before this day;
    return how many."""
    ended = list(OfferSearch.objects.filter(week_until__lt=day).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT actors_refresh_offersearch(%s::bigint[])", [ended])
    return len(ended)
