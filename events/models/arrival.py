from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

#: The most people that one press of a button may count.
LARGEST_CROWD = 100


class ArrivalQuerySet(models.QuerySet):
    def counting(self) -> Self:
        """Those that were not undone."""
        return self.filter(undone_at__isnull=True)

    def at(self, *, venue: int | None = None, item: int | None = None) -> Self:
        """Counted at a venue, at a session, or at the entrance (neither)."""
        return self.filter(venue=venue, item=item)

    def walk_ins(self) -> Self:
        """People whom no party was found for."""
        return self.filter(registration__isnull=True)

    def of_parties(self) -> Self:
        return self.filter(registration__isnull=False)

    def in_order(self) -> Self:
        """As they came. The order does not depend on which phone was heard first."""
        return self.order_by("arrived_at", "key")

    def people(self) -> int:
        return self.aggregate(people=Sum("people", default=0))["people"]


class Arrival(models.Model):
    """People who came in together at the entrance of an event, at one of its venues or at one of
    its sessions, as somebody at the door has noted it.

    A party may come in parts, so it may have several. `reported` is what was noted; `people` of
    them count: however often a party is noted, no more than its size (`events/arriving.py`).
    """

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="arrivals", on_delete=models.CASCADE
    )
    registration = models.ForeignKey(
        "events.Registration",
        verbose_name=_("registration"),
        related_name="arrivals",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
    )
    venue = models.ForeignKey(
        "events.Venue",
        verbose_name=_("venue"),
        related_name="arrivals",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    item = models.ForeignKey(
        "events.ProgrammeItem",
        verbose_name=_("programme item"),
        related_name="arrivals",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    reported = models.PositiveSmallIntegerField(
        _("people noted"), validators=[MinValueValidator(1), MaxValueValidator(LARGEST_CROWD)]
    )
    people = models.PositiveSmallIntegerField(_("people counted"))
    arrived_at = models.DateTimeField(_("came"), default=timezone.now)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("noted by"),
        related_name="+",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
    )
    #: Made where it was noted, before it was sent: what is sent twice is one.
    key = models.UUIDField(_("key"), unique=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ["-arrived_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reported__range=(1, LARGEST_CROWD)), name="events_arrival_reported"
            ),
            models.CheckConstraint(
                condition=Q(people__lte=F("reported")), name="events_arrival_people"
            ),
            models.CheckConstraint(
                condition=Q(venue__isnull=True) | Q(item__isnull=True),
                name="events_arrival_one_place",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "arrived_at"], name="arrival_list"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="same_event",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF (NEW.registration_id IS NOT NULL AND NOT EXISTS (
                            SELECT FROM events_registration
                            WHERE id = NEW.registration_id AND event_id = NEW.event_id))
                        OR (NEW.venue_id IS NOT NULL AND NOT EXISTS (
                            SELECT FROM events_venue
                            WHERE id = NEW.venue_id AND event_id = NEW.event_id))
                        OR (NEW.item_id IS NOT NULL AND NOT EXISTS (
                            SELECT FROM events_programmeitem
                            WHERE id = NEW.item_id AND event_id = NEW.event_id))
                    THEN
                        RAISE EXCEPTION 'party and place of an arrival belong to its event'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        moment = timezone.localtime(self.arrived_at)
        return f"{self.people} · {date_format(moment, 'SHORT_DATETIME_FORMAT')}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None

    def undo(self, now: datetime | None = None) -> None:
        """It was a mistake: nobody of it counts. Whoever calls it counts the party anew."""
        self.undone_at = now or timezone.now()
        self.people = 0
        self.save(update_fields=["undone_at", "people"])
