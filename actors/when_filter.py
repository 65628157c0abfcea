"""The filter for when people may come: usual days from rows of the search, "now" from times."""

from collections import Counter
from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, Value
from django.db.models import When as If
from django.utils.functional import Promise, cached_property
from django.utils.translation import ngettext

from actors.models import Offer, When
from actors.models.offer_when import Week
from ssoe_portal.common.facet_kinds import ChoicesFilter, has_bit
from ssoe_portal.common.facets import Tally
from ssoe_portal.common.hours import RestOfDay, rest_of_day


class WhenFilter(ChoicesFilter):
    """One of `When`. `moment` is what "now" means; the list sets it."""

    #: The usual week of a row and what is open of it, as bits of one number (`counted`).
    COLUMN = "week_and_today"
    moment: datetime

    def __init__(self, label: str | Promise, **more) -> None:
        super().__init__(label, When.choices, column=self.COLUMN, **more)

    @cached_property
    def today(self) -> RestOfDay:
        """What is open now or later today."""
        return rest_of_day(Offer, self.moment)

    def condition(self, value: str) -> Q:
        when = When(value)
        if when == When.NOW:
            return Q(self.today.is_open)
        if when == When.TODAY:
            return Q(self.today.is_open_or_later)
        return has_bit("week", int(when.bit))

    def counted(self, rows: QuerySet) -> QuerySet:
        """Rows with the column that this filter counts by."""
        open_now, later = int(Week.NOW | Week.TODAY), int(Week.TODAY)
        today = Case(
            If(Q(self.today.is_open), then=Value(open_now)),
            If(Q(self.today.is_open_or_later), then=Value(later)),
            default=Value(0),
        )
        return rows.annotate(**{self.COLUMN: F("week") + today})

    def leaves_out(self, found: Tally, name: str) -> str:
        """Offers that say in words when they are, or on which single days."""
        number = found.of(self.COLUMN, name)[0]
        if not number:
            return ""
        return ngettext(
            "%(number)s offer without weekly times is not found by this.",
            "%(number)s offers without weekly times are not found by this.",
            number,
        ) % {"number": number}

    def counts(self, found: Tally, name: str) -> Counter:
        bits = found.of_bits(self.COLUMN, name, [int(when.bit) for when in When])
        return Counter({when.value: bits[int(when.bit)] for when in When})
