from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

import pgtrigger
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models.afterwards import Afterwards
from events.models.calendar_entry import CalendarEntry, calendar_triggers, follow_texts
from events.models.fact_words import found_by_facts
from events.models.facts import EventFacts, spoken_languages
from events.models.move import notes_move_of_event
from events.models.narrowing import Narrowed, keys_trigger, look_up_again
from events.models.reach import keeps_within_reach, within_reach
from ssoe_portal.common.asking import Word
from ssoe_portal.common.geography import Area
from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Moderated, ModeratedQuerySet, Status
from ssoe_portal.common.search import (
    SearchableQuerySet,
    search_vector,
    translated_search_vector,
)
from ssoe_portal.common.slugs import reserve_slug
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)


def of_each_event(rows: models.QuerySet, number: models.Aggregate) -> Coalesce:
    """A number of an event's rows, 0 where there are none; several do not multiply each other."""
    of_this = rows.filter(event=OuterRef("pk")).order_by().values("event")
    return Coalesce(Subquery(of_this.annotate(number=number).values("number")), 0)


def _later_dates() -> Coalesce:
    """How many public dates of its series follow an event."""
    rows = Event.objects.published().filter(
        series=OuterRef("series"), starts_at__gt=OuterRef("starts_at")
    )
    counted = rows.order_by().values("series").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


#: What dates of a series have in common that people see once: those in different places, or that
#: differ in what people filter by, are not alike; a filter that only later ones fit finds them.
ALIKE = ("series_id", "place_keys", "spoken_keys", "facts")


def next_of_series(now: datetime) -> Q:
    """What is not over and the next public date of its series, of those that are `ALIKE`, or of no
    series."""
    return _first_of_series(Event.objects.published().upcoming(now), "starts_at", "pk")


def once_of_series(now: datetime) -> Q:
    """The same where words find what was as well: of a series that is over the last date."""
    return _first_of_series(Event.objects.published(), *next_first(now))


def _first_of_series(dates: "EventQuerySet", *order: Any) -> Q:
    """One date of each series, the first one. Found for all series at once: to look beside each of
    thousands of dates for a sooner one takes PostgreSQL ten times as long."""
    first = dates.filter(series__isnull=False).order_by(*ALIKE, *order).distinct(*ALIKE)
    return Q(series__isnull=True) | Q(pk__in=first.values("pk"))


def next_first(now: datetime) -> tuple:
    """An order: what is not over, the next one first, then what is, the latest one first."""
    soon = Case(When(ends_at__gte=now, then="starts_at"))
    return soon.asc(nulls_last=True), "-starts_at", "pk"


#: What was taken out of the calendar before it was over: `Event.was_called_off`.
CALLED_OFF = Q(status=Status.ARCHIVED, published_at__isnull=False, modified_at__lt=F("ends_at"))


def _called_off(since: datetime) -> Q:
    return CALLED_OFF & Q(ends_at__gte=since)


class EventQuerySet(ModeratedQuerySet, TranslatableQuerySet, SearchableQuerySet):
    def upcoming(self, now: datetime | None = None) -> Self:
        """Not over yet, the next one first."""
        return self.filter(ends_at__gte=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, now: datetime | None = None) -> Self:
        """Over, the latest one first."""
        return self.filter(ends_at__lt=now or timezone.now()).order_by("-starts_at", "-pk")

    def next_first(self, now: datetime) -> Self:
        """All: as `upcoming`, then as `past`."""
        return self.order_by(*next_first(now))

    def visible_to(self, user) -> Self:
        """Published ones; members also see those of their own organisations, event managers all,
        drafts and what is archived as well."""
        if not user.is_authenticated:
            return self.published()
        if user.may_manage_events:
            return self
        return self.filter(self._own(user) | Q(status=Status.PUBLISHED))

    def editable_by(self, user) -> Self:
        """Those that one's own organisations lead; for event managers all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_manage_events:
            return self
        return self.filter(self._own(user))

    def _own(self, user) -> Q:
        return Q(organisation__in=user.memberships.values("organisation"))

    def once_public(self) -> Self:
        """Published, or archived since: whoever began a form then may still send it."""
        return self.filter(
            status__in=[Status.PUBLISHED, Status.ARCHIVED], published_at__isnull=False
        )

    def in_calendar(self, now: datetime, afterwards: timedelta) -> Self:
        """What calendars hold: published ones, and for some time those that were called off before
        they were over, so that a calendar can strike them out."""
        return self.filter(Q(status=Status.PUBLISHED) | _called_off(now - afterwards))

    def called_off(self, since: datetime) -> Self:
        """Once public, and taken out of the calendar before they were over; `since` is when they
        are over at the earliest."""
        return self.filter(_called_off(since))

    def taking_stalls(self, now: datetime | None = None) -> Self:
        """Published events that organisations may apply for now."""
        return self.published().filter(stalls_until__gt=now or timezone.now())

    def _found(self, word: Word, language: str) -> Q:
        return super()._found(word, language) | found_by_facts(word)

    def in_area(self, area: Area) -> Self:
        """With a venue there, as filters for neighbourhoods have it: in the area, in a part of it,
        or in the district it belongs to as a whole."""
        from events.models.stop import VenueStop
        from events.models.venue import Venue

        there = Q(area__key=area.key) | Q(area__parent=area.key)
        if area.parent:
            there |= Q(area__key=area.parent)
        return self.filter(
            Exists(Venue.objects.filter(there, event=OuterRef("pk")))
            | Exists(VenueStop.objects.filter(there, venue__event=OuterRef("pk")))
        )

    def for_hits(self) -> Self:
        """With what a hit of the search for everything shows, but for texts in other languages."""
        return (
            self.select_related("organisation")
            .prefetch_related("venues")
            .defer("search", "description", "online_url")
        )

    def for_cards(self) -> Self:
        """With everything a card shows, in a constant number of queries."""
        from events.models.venue import Venue

        return (
            self.with_translation()
            .annotate(fetched_languages=spoken_languages(), later_dates=_later_dates())
            .defer("search", "description", "online_url", *Narrowed.COLUMNS)
            .prefetch_related(
                Prefetch("venues", Venue.objects.only("event", "name").with_translation())
            )
        )

    def for_page(self) -> Self:
        """With what its page and calendar file show, and of its organisation no more than that."""
        kept_back = {"search", "online_url", *Narrowed.COLUMNS}
        own = [each.name for each in self.model._meta.concrete_fields if each.name not in kept_back]
        leader = [f"organisation__{name}" for name in ("name", "slug", "status")]
        return (
            self.select_related("organisation")
            .only(*own, *leader)
            .annotate(fetched_languages=spoken_languages())
            .with_translation()
        )

    def with_rooms(self) -> Self:
        """With `rooms`: those that its sessions have already, to choose from while planning."""
        from events.models.programme import ProgrammeItem

        rooms = ProgrammeItem.objects.filter(event=OuterRef("pk")).exclude(room="").order_by("room")
        return self.annotate(rooms=ArraySubquery(rooms.values("room").distinct()))

    def with_numbers(self) -> Self:
        """With what the desk counts: `people` who hold places, parties `waiting`, stalls
        `undecided` and `accepted`."""
        from events.models.registration import Registration
        from events.models.stall import StallApplication

        parties, stalls = Registration.objects.all(), StallApplication.objects.all()
        return self.annotate(
            people=of_each_event(parties.holding_places(), Sum("size")),
            waiting=of_each_event(parties.waiting(), Count("pk")),
            undecided=of_each_event(stalls.undecided(), Count("pk")),
            accepted=of_each_event(stalls.accepted(), Count("pk")),
        )

    def locked(self) -> Self:
        """Hold the event's row until the transaction ends.

        Everything that counts places or gives them away does so while it holds this lock; the
        numbers themselves are counted from rows each time. `NO KEY` lets rows that only refer to
        the event be written meanwhile.
        """
        return self.select_for_update(of=("self",), no_key=True)


@tracked(exclude=("search", "online_url", *Narrowed.COLUMNS), relations=("languages",))
class Event(Moderated, Translatable, CalendarEntry, EventFacts, Narrowed, Afterwards):
    """Something that happens at a time, at one venue or several."""

    TRANSLATED_FIELDS = ("title", "summary", "description", "date_note", "price", "outcome")

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("lead organisation"),
        related_name="led_events",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
    )
    series = models.ForeignKey(
        "events.EventSeries",
        verbose_name=_("series"),
        related_name="events",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        db_index=False,  # `event_series` begins with it
    )
    title = models.CharField(_("title"), max_length=140)
    slug = models.SlugField(_("address"), max_length=80, unique=True, editable=False)
    summary = models.CharField(
        _("in one sentence"), max_length=240, help_text=_("Shown in lists and shared links.")
    )
    description = models.TextField(_("description"), max_length=8000, blank=True)
    starts_at = models.DateTimeField(_("starts"), validators=[within_reach])
    ends_at = models.DateTimeField(_("ends"), validators=[within_reach])
    date_note = models.CharField(
        _("note on the date"),
        max_length=160,
        blank=True,
        help_text=_("Shown beside the date, for example that it is not final yet."),
    )

    takes_registrations = models.BooleanField(
        _("people register"),
        default=False,
        help_text=_("Without registration, everyone simply comes."),
    )
    capacity = models.PositiveIntegerField(
        _("number of places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many people fit in. Leave empty if there is no limit."),
    )
    registration_opens_at = models.DateTimeField(
        _("registration opens"),
        null=True,
        blank=True,
        validators=[within_reach],
        help_text=_("Leave empty to open with publication."),
    )
    registration_closes_at = models.DateTimeField(
        _("registration closes"),
        null=True,
        blank=True,
        validators=[within_reach],
        help_text=_("Leave empty to close when the event starts."),
    )
    asks_names = models.BooleanField(
        _("names of everybody who comes along"),
        default=False,
        help_text=_("Only where you need them, for example for a list at a gate."),
    )
    reminder_days = models.PositiveSmallIntegerField(
        _("days before the event that parties are reminded"),
        null=True,
        blank=True,
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_(
            "One mail to everybody with a place. Whoever registers later gets none. Leave empty "
            "for no reminder."
        ),
    )
    stalls_until = models.DateTimeField(
        _("stall applications until"),
        null=True,
        blank=True,
        validators=[within_reach],
        help_text=_("Leave empty if there are no stalls."),
    )

    search = search_vector({"title": "A", "summary": "B", "description": "C"})

    objects = EventQuerySet.as_manager()

    class Meta(Moderated.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            *Moderated.Meta.constraints,
            *EventFacts.Meta.constraints,
            *Afterwards.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="events_event_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            keeps_within_reach("starts_at", "ends_at"),
            keeps_within_reach("registration_opens_at", "registration_closes_at", "stalls_until"),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1),
                name="events_event_capacity_positive",
                violation_error_message=_("At least one place, or no limit."),
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                name="events_event_registration_window",
                violation_error_message=_("Registration must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(reminder_days__isnull=True) | Q(reminder_days__range=(1, 30)),
                name="events_event_reminder_days",
                violation_error_message=_("Remind one to thirty days before, or not at all."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="event_search"),
            models.Index(fields=["status", "ends_at"], name="event_list"),
            # All that the calendar counts and orders by: texts are wide, and it reads of thousands
            # of events those of a page only.
            models.Index(
                fields=["status", "starts_at", "id"],
                include=["ends_at", "series", *Narrowed.COLUMNS],
                name="event_calendar",
            ),
            models.Index(
                fields=["series", *ALIKE[1:], "starts_at", "id"],
                include=["status", "ends_at"],
                name="event_series",
            ),
        ]
        triggers = [
            *revision_triggers("title", "summary", "description", "date_note", "price", "outcome"),
            *calendar_triggers(
                *("title", "summary", "starts_at", "ends_at", "status", "date_note"),
                *("attendance", "online_url"),
            ),
            *notes_move_of_event(),
            keys_trigger,
            # The last line behind `clean_fields`; who registers holds the event's row.
            pgtrigger.Trigger(
                name="keep_places_taken",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("capacity"),
                condition=pgtrigger.Condition(
                    "NEW.capacity IS NOT NULL AND NEW.capacity IS DISTINCT FROM OLD.capacity"
                ),
                func="""
                    IF NEW.capacity < (
                        SELECT coalesce(sum(size), 0) FROM events_registration
                        WHERE event_id = NEW.id AND state IN ('confirmed', 'offered')
                    ) THEN
                        RAISE EXCEPTION 'More places than that are taken.'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        if not self.slug:
            self.slug = reserve_slug("event", self.title)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("events:event-detail", args=[self.slug])

    def clean_fields(self, exclude=None) -> None:
        super().clean_fields(exclude)
        if "capacity" not in (exclude or ()):
            self._keep_places_taken()

    def _keep_places_taken(self) -> None:
        """Refuse fewer places than are taken. Whoever saves holds the event's row, so that nobody
        registers in between."""
        if self.pk is None or self.capacity is None:
            return
        taken = self.registrations.holding_places().people()
        stored = type(self)._base_manager.filter(pk=self.pk).values_list("capacity", flat=True)
        if self.capacity < taken and stored.first() != self.capacity:
            raise ValidationError(
                {
                    "capacity": _(
                        "%(number)s places are taken already. To have fewer, cancel registrations "
                        "first."
                    )
                    % {"number": taken}
                }
            )

    @property
    def missing_for_submission(self) -> list[str]:
        """What readers need and is not there yet."""
        missing = []
        if self.is_over:
            missing.append(str(_("a date that is still to come")))
        if self.lacks_place():
            missing.append(str(_("where it is")))
        return missing

    def lacks_place(self, *, without: int | None = None) -> bool:
        """Whether people are to come and nobody can read where to; as if the venue of the key
        `without` were not there."""
        return self.is_on_site and not self.venues.exclude(pk=without).exists()

    @property
    def is_changed_by_owner(self) -> bool:
        """Whether its organisation changed it, public as it is, since event managers looked."""
        return (
            self.is_published
            and self.changed_at is not None
            and (self.reviewed_at is None or self.changed_at > self.reviewed_at)
        )

    def withdraw(self) -> None:
        """Its organisation takes a proposal back, to go on writing. Raises TransitionNotAllowed
        once it is decided."""
        self._move({Status.SUBMITTED}, status=Status.DRAFT, submitted_at=None)

    @property
    def was_called_off(self) -> bool:
        """Whether it was taken out of the calendar before it was over."""
        return (
            self.status == Status.ARCHIVED
            and self.published_at is not None
            and self.modified_at < self.ends_at
        )

    @property
    def can_submit(self) -> bool:
        """Not what was called off: everyone was told that it does not take place."""
        return super().can_submit and not self.was_called_off

    def _move(self, allowed: Iterable[str], *, where: Q | None = None, **changes) -> None:
        """What was called off, whenever that was, is not handed in again."""
        if changes.get("status") == Status.SUBMITTED:
            where = ~CALLED_OFF & (where or Q())
        super()._move(allowed, where=where, **changes)

    @property
    def status_label(self) -> str:
        """Its status in words; of what was called off, that it was."""
        return gettext("Called off") if self.was_called_off else self.get_status_display()

    @property
    def has_started(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.ends_at < timezone.now()

    @property
    def lasts_several_days(self) -> bool:
        """Whether an hour alone does not say when; midnight belongs to the day before."""
        last = timezone.localdate(self.ends_at - timedelta(microseconds=1))
        return timezone.localdate(self.starts_at) != last

    @property
    def registration_ends_at(self) -> datetime:
        """When the last registration is taken: as set, at the latest when the event starts."""
        if self.registration_closes_at is None:
            return self.starts_at
        return min(self.registration_closes_at, self.starts_at)

    @property
    def registration_not_yet_open(self) -> bool:
        opens = self.registration_opens_at
        return self.takes_registrations and opens is not None and opens > timezone.now()

    @property
    def registration_is_open(self) -> bool:
        return (
            self.is_published
            and self.takes_registrations
            and not self.registration_not_yet_open
            and timezone.now() < self.registration_ends_at
        )

    @property
    def takes_stalls(self) -> bool:
        """Whether organisations may apply for a stall now."""
        return (
            self.is_published
            and self.stalls_until is not None
            and timezone.now() < self.stalls_until
        )


class EventLanguage(Event.languages.through):  # type: ignore[name-defined]
    """Stands for a language of an event, so that a migration can hang a trigger on it."""

    class Meta:
        proxy = True
        verbose_name = _("language of an event")
        verbose_name_plural = _("languages of events")
        triggers = [look_up_again("spoken_keys", "{row}.event_id", "event_id", "spokenlanguage_id")]


@tracked(exclude=("search",))
class EventTranslation(Translation):
    original = models.ForeignKey(Event, related_name="translations", on_delete=models.CASCADE)
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("description"), max_length=8000, blank=True)
    date_note = models.CharField(_("note on the date"), max_length=160, blank=True)
    price = models.CharField(_("price"), max_length=80, blank=True)
    outcome = models.TextField(_("what came of it"), max_length=4000, blank=True)

    search = translated_search_vector({"title": "A", "summary": "B", "description": "C"})

    class Meta(Translation.Meta):
        verbose_name = _("translation of an event")
        verbose_name_plural = _("translations of events")
        triggers = [follow_texts("events_event", "title", "summary", "date_note")]
        indexes = [GinIndex(fields=["search"], name="eventtr_search")]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
