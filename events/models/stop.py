"""Where a mobile pop-up is, and when."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import times
from events.models.calendar_entry import raises_sequence_of_sessions
from events.models.narrowing import look_up_again
from events.models.programme import Period
from events.models.reach import in_order, keeps_within_reach, within_reach
from ssoe_portal.common.geography import Located
from ssoe_portal.common.history import tracked

#: What readers see of a stop.
SHOWN = ("starts_at", "ends_at", "name", "street", "postcode", "latitude", "longitude")


def stops_along() -> ArraySubquery:
    """The stops of a venue, by time, for a query of venues: see `Venue.itinerary`."""
    rows = VenueStop.objects.filter(venue=OuterRef("pk")).order_by("starts_at", "pk")
    return ArraySubquery(rows.values(stop=JSONObject(**{name: name for name in SHOWN})))


@tracked()
class VenueStop(Located):
    """One place of a pop-up for a time; it is never in two places at once."""

    venue = models.ForeignKey(
        "events.Venue", verbose_name=_("venue"), related_name="stops", on_delete=models.CASCADE
    )
    starts_at = models.DateTimeField(_("from"), validators=[within_reach])
    ends_at = models.DateTimeField(_("until"), validators=[within_reach])
    name = models.CharField(
        _("place"), max_length=120, help_text=_("For example: Platz vor der Bibliothek.")
    )

    class Meta(Located.Meta):
        verbose_name = _("stop of a pop-up")
        verbose_name_plural = _("stops of a pop-up")
        ordering = ["starts_at", "pk"]
        constraints = [
            *Located.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="events_venuestop_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            keeps_within_reach("starts_at", "ends_at"),
            ExclusionConstraint(
                name="events_venuestop_one_at_a_time",
                expressions=[
                    ("venue", RangeOperators.EQUAL),
                    (Period("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                # Asked once all rows of a statement are written: a whole tour may move by an hour.
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("The pop-up is somewhere else at that time."),
            ),
        ]
        triggers = [
            look_up_again(
                "place_keys",
                "SELECT event_id FROM events_venue WHERE id = {row}.venue_id",
                *("venue_id", "area_id"),
            ),
            # A calendar says where a session is: at the stop of that time.
            raises_sequence_of_sessions("starts_at", "ends_at", "name", "street", "postcode"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        in_order(self.starts_at, self.ends_at)

    def save(self, *args, **kwargs) -> None:
        if self.latitude is None:
            self.locate()
        super().save(*args, **kwargs)

    @classmethod
    def read(cls, values: dict[str, str]) -> Self:
        """Return a stop as `stops_along` has fetched it."""
        times = {name: datetime.fromisoformat(values[name]) for name in ("starts_at", "ends_at")}
        return cls(**{**values, **times})

    @property
    def hours(self) -> str:
        """What it is called and from when to when it is: "Bahnhof, 10:00–12:00 Uhr"."""
        return f"{self.name}, {times.span(self.starts_at, self.ends_at)}"

    @property
    def in_one_line(self) -> str:
        return ", ".join(part for part in (self.name, self.full_address) if part)

    def is_at(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at

    @property
    def last_moment(self) -> datetime:
        return self.ends_at - timedelta(microseconds=1)

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()
