from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models.calendar_entry import follow_texts
from events.models.move import notes_move_of_venue
from events.models.narrowing import look_up_again
from events.models.reach import keeps_within_reach, within_reach
from events.models.stop import VenueStop, stops_along
from ssoe_portal.common.geography import Located, LocatedQuerySet
from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Status
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)


class VenueKind(models.TextChoices):
    MAIN = "main", _("main site")
    POP_UP = "pop-up", _("mobile pop-up")


def address_line(street: str, postcode: str) -> str:
    """Street, postcode and city on one line; empty when the address is not known."""
    city = f"{postcode} Berlin".strip() if (postcode or street) else ""
    return ", ".join(part for part in (street, city) if part)


class VenueQuerySet(TranslatableQuerySet, LocatedQuerySet):
    def with_stops(self) -> Self:
        """With the stops of pop-ups, in the same query."""
        return self.annotate(fetched_stops=stops_along())


@tracked()
class Venue(Translatable, Located):
    """A place of an event. A pop-up is a venue with its own hours."""

    TRANSLATED_FIELDS = ("name", "accessibility", "directions")
    Kind = VenueKind

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="venues", on_delete=models.CASCADE
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=VenueKind, default=VenueKind.MAIN)
    opens_at = models.DateTimeField(
        _("opens"),
        null=True,
        blank=True,
        validators=[within_reach],
        help_text=_("Leave empty if open as long as the event."),
    )
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True, validators=[within_reach])
    accessibility = models.TextField(
        _("step-free access and other help"),
        max_length=1000,
        blank=True,
        help_text=_("Steps, lifts, toilets, quiet room: only what has been checked."),
    )
    directions = models.TextField(_("how to get there"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = VenueQuerySet.as_manager()

    class Meta(Located.Meta):
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["position", "pk"]
        constraints = [
            *Located.Meta.constraints,
            models.UniqueConstraint(
                fields=["event", "name"],
                name="events_venue_name_unique",
                violation_error_message=_("This event already has a venue of that name."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False, closes_at__gt=F("opens_at")),
                name="events_venue_hours",
                violation_error_message=_("Give both times, the closing after the opening."),
            ),
            keeps_within_reach("opens_at", "closes_at"),
        ]
        triggers = [
            *revision_triggers("name", "accessibility", "directions"),
            *notes_move_of_venue(),
            look_up_again("place_keys", "{row}.event_id", "event_id", "area_id"),
            # The other half of `ProgrammeItem.at_venue_of_event`.
            pgtrigger.Trigger(
                name="keeps_event_of_sessions",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("event_id"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM events_programmeitem
                        WHERE venue_id = NEW.id AND event_id <> NEW.event_id
                    ) OR EXISTS (
                        SELECT 1 FROM events_releaseditem
                        WHERE venue_id = NEW.id AND event_id <> NEW.event_id
                    ) THEN
                        RAISE EXCEPTION 'A venue stays with the sessions of its event.'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # A calendar entry shows the place: when it changes, subscribers must hear of it.
            pgtrigger.Trigger(
                name="raise_sequence_of_entries",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    *("name", "street", "postcode", "position", "opens_at", "closes_at"),
                    *("latitude", "longitude"),
                ),
                func="""
                    UPDATE events_event SET sequence = sequence + 1, modified_at = now()
                    WHERE id = NEW.event_id;
                    UPDATE events_releaseditem SET sequence = sequence + 1, modified_at = now()
                    WHERE venue_id = NEW.id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="raise_sequence_new",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE events_event SET sequence = sequence + 1, modified_at = now()
                    WHERE id = NEW.event_id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="raise_sequence_gone",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func="""
                    UPDATE events_event SET sequence = sequence + 1, modified_at = now()
                    WHERE id = OLD.event_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        # The exact point is not entered anywhere: it follows the address. Staff who know it better
        # set latitude and longitude in a file or the shell; then it is left alone.
        if self.latitude is None:
            self.locate()
        super().save(*args, **kwargs)

    @property
    def is_in_use(self) -> bool:
        """Whether sessions or stalls are there, which would be lost with it."""
        return any(rows.exists() for rows in (self.items, self.released_items, self.pitches))

    @property
    def is_counted_at(self) -> bool:
        """Whether people came in here: the report would lose them with it."""
        return self.arrivals.exists()

    @property
    def is_the_only_one_needed(self) -> bool:
        """Whether an event that is public, or handed in, would be nowhere without it."""
        event = self.event
        is_read = event.status in {Status.SUBMITTED, Status.PUBLISHED}
        return is_read and event.lacks_place(without=self.pk)

    @property
    def stays_because(self) -> str:
        """Why it cannot be removed; empty where it can."""
        if self.is_in_use:
            return gettext(
                "There are programme items or pitches at this venue. Please move them first."
            )
        if self.is_counted_at:
            return gettext(
                "People were counted at this venue: it stays, so that the report is true."
            )
        if self.is_the_only_one_needed:
            return gettext(
                "This is the only venue of the event, and people have to know where to go. Please "
                "enter the new venue first, then remove this one."
            )
        return ""

    @property
    def is_pop_up(self) -> bool:
        return self.kind == VenueKind.POP_UP

    @property
    def has_own_hours(self) -> bool:
        return self.opens_at is not None

    @property
    def starts_at(self) -> datetime:
        return self.opens_at or self.event.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.closes_at or self.event.ends_at

    @cached_property
    def itinerary(self) -> list[VenueStop]:
        """The stops of a pop-up, by time; as `with_stops` has fetched them, else looked up."""
        fetched = getattr(self, "fetched_stops", None)
        if fetched is None:
            return list(self.stops.all())
        return [VenueStop.read(values) for values in fetched]

    def stop_at(self, moment: datetime) -> VenueStop | None:
        """Where a pop-up is then."""
        return next(
            (stop for stop in self.itinerary if stop.starts_at <= moment < stop.ends_at), None
        )

    def stops_on(self, day: date) -> list[VenueStop]:
        """Where a pop-up is on a day."""
        return [
            stop
            for stop in self.itinerary
            if timezone.localdate(stop.starts_at) <= day <= timezone.localdate(stop.last_moment)
        ]

    def is_open(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether something can take place there all that time: within its hours, or at one stop of
        a pop-up that has some."""
        stays: Sequence[VenueStop | Venue] = self.itinerary or [self]
        return any(stay.starts_at <= starts_at and ends_at <= stay.ends_at for stay in stays)

    @property
    def stop_now(self) -> VenueStop | None:
        """Where the pop-up is at this moment."""
        return self.stop_at(timezone.now())

    @property
    def next_stop(self) -> VenueStop | None:
        """Where it is next."""
        now = timezone.now()
        return next((stop for stop in self.itinerary if stop.starts_at > now), None)

    @property
    def in_one_line(self) -> str:
        """Name and address as the organisers wrote them."""
        return ", ".join(part for part in (self.name, self.address) if part)

    @property
    def address(self) -> str:
        """Street, postcode and city on one line; empty when the address is not known."""
        return address_line(self.street, self.postcode)


@tracked()
class VenueTranslation(Translation):
    original = models.ForeignKey(Venue, related_name="translations", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=120)
    accessibility = models.TextField(
        _("step-free access and other help"), max_length=1000, blank=True
    )
    directions = models.TextField(_("how to get there"), max_length=1000, blank=True)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a venue")
        verbose_name_plural = _("translations of venues")
        triggers = [follow_texts("events_venue", "name", event="event_id")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
