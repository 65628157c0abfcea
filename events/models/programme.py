from typing import TYPE_CHECKING, Any, Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, Deferrable, F, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from events.models.item_sign_up import ItemSignUp, keeps_places_signed_up_for, of_item
from events.models.reach import in_order, keeps_within_reach, within_reach
from ssoe_portal.common.history import tracked
from ssoe_portal.common.translation import (
    Part,
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)

if TYPE_CHECKING:
    from events.models.release import ReleasedItem


class ProgrammeFormat(models.TextChoices):
    TALK = "talk", _("talk")
    DISCUSSION = "discussion", _("discussion")
    WORKSHOP = "workshop", _("workshop")
    JOIN_IN = "join-in", _("join in")
    CULTURE = "culture", _("music and stage")
    FOOD = "food", _("food and cooking")
    TOUR = "tour", _("guided tour")


class ProgrammeItemQuerySet(TranslatableQuerySet):
    def in_order(self) -> Self:
        """As the day goes: by time, then by venue and room."""
        return self.order_by("starts_at", "venue__position", "room", "pk")

    def signed_up_for(self) -> Self:
        """Those that parties are signed up for, each with how many `parties`."""
        return self.annotate(parties=Count("sign_ups")).filter(parties__gt=0)

    def for_planning(self) -> Self:
        """With what the desk shows of each session, but for the venues, which its pages have."""
        own = [each.name for each in self.model._meta.concrete_fields]
        along = {
            "organisation": ("name", "slug", "status"),
            "released": ("item", "venue", "room", "starts_at", "ends_at", "is_cancelled"),
        }
        return (
            self.select_related(*along)
            .only(*own, *(f"{path}__{name}" for path, names in along.items() for name in names))
            .annotate(signed_up=of_item(ItemSignUp.objects.all(), "pk"))
            .prefetch_related("speakers")
            .with_translation()
            .in_order()
        )


class Period(Func):
    """tstzrange of start and end, the end not included: one session may follow the other."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


@tracked()
class ProgrammeItem(Translatable):
    """A session of an event as the organisers plan it; what is public is `ReleasedItem`.

    Without a venue it is not placed yet: then its times only say how long it takes. In one room of
    a venue two sessions never overlap; what has no room is in a place of its own, too.
    """

    TRANSLATED_FIELDS = ("title", "summary", "room")
    Format = ProgrammeFormat

    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        related_name="programme_items",
        on_delete=models.CASCADE,
    )
    venue = models.ForeignKey(
        "events.Venue",
        verbose_name=_("venue"),
        related_name="items",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        help_text=_("Leave empty if nobody knows yet where and when."),
    )
    room = models.CharField(
        _("room or stage"),
        max_length=80,
        blank=True,
        help_text=_(
            "In one room only one thing happens at a time. Name the rooms where several things "
            "happen at once."
        ),
    )
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=400, blank=True)
    format = models.CharField(
        _("format"), max_length=12, choices=ProgrammeFormat, default=ProgrammeFormat.TALK
    )
    starts_at = models.DateTimeField(_("starts"), validators=[within_reach])
    ends_at = models.DateTimeField(_("ends"), validators=[within_reach])
    languages = models.ManyToManyField(
        "actors.SpokenLanguage", verbose_name=_("languages spoken"), blank=True
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("host"),
        related_name="programme_items",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
    )
    speakers = models.ManyToManyField(
        "events.Speaker",
        verbose_name=_("speakers"),
        related_name="items",
        through="events.Appearance",
        blank=True,
    )
    places = models.PositiveIntegerField(
        _("number of places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "How many people can take part: whoever is registered for the event signs up for it. "
            "Leave empty if everybody simply comes."
        ),
    )

    objects = ProgrammeItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme item")
        verbose_name_plural = _("programme items")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="events_programmeitem_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            keeps_within_reach("starts_at", "ends_at"),
            ExclusionConstraint(
                name="events_programmeitem_room_once",
                expressions=[
                    ("venue", RangeOperators.EQUAL),
                    (Lower("room"), RangeOperators.EQUAL),
                    (Period("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                # Asked once all rows of a statement are written: a whole day may move by an hour.
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("Something else happens there at that time."),
            ),
            models.CheckConstraint(
                condition=Q(places__isnull=True) | Q(places__gte=1),
                name="events_programmeitem_places_positive",
                violation_error_message=_("At least one place, or no limit."),
            ),
        ]
        triggers = [
            # A foreign key cannot say that the venue is one of the same event; this can.
            pgtrigger.Trigger(
                name="at_venue_of_event",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("venue_id", "event_id"),
                condition=pgtrigger.Q(new__venue__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM events_venue
                        WHERE id = NEW.venue_id AND event_id = NEW.event_id
                    ) THEN
                        RAISE EXCEPTION 'A session is at a venue of its event.'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *revision_triggers("title", "summary", "room"),
            keeps_places_signed_up_for,
            # Nobody is in two sessions at once: `Appearance` carries the time. It is one statement
            # for all rows, since the constraint is asked after each statement.
            pgtrigger.Trigger(
                name="move_appearances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="was", new="now_is"),
                func="""
                    UPDATE events_appearance a SET item_id = a.item_id
                    FROM now_is n JOIN was o ON o.id = n.id
                    WHERE a.item_id = n.id AND (n.starts_at, n.ends_at, n.venue_id, n.event_id)
                    IS DISTINCT FROM (o.starts_at, o.ends_at, o.venue_id, o.event_id);
                    RETURN NULL;
                """,
            ),
            # Titles and texts are live: calendars that hold a session have to hear of a change.
            pgtrigger.Trigger(
                name="raise_sequence_of_released",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("title", "summary"),
                func="""
                    UPDATE events_releaseditem SET sequence = sequence + 1, modified_at = now()
                    WHERE item_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.venue_id and self.event_id and self.venue.event_id != self.event_id:
            raise ValidationError({"venue": _("This venue belongs to another event.")})
        in_order(self.starts_at, self.ends_at)

    def clean_fields(self, exclude=None) -> None:
        super().clean_fields(exclude)
        if "places" not in (exclude or ()):
            self._keep_places_taken()

    def _keep_places_taken(self) -> None:
        """Refuse fewer places than people have signed up for."""
        if self.pk is None or self.places is None:
            return
        taken = self.sign_ups.people()
        if self.places < taken:
            words = _(
                "%(number)s places are taken already. To have fewer, change sign-ups first, on the "
                "pages of the registrations."
            )
            raise ValidationError({"places": words % {"number": taken}})

    @property
    def is_placed(self) -> bool:
        """Whether it is known when and where it is."""
        return self.venue_id is not None

    @property
    def as_read(self) -> "ProgrammeItem | ReleasedItem":
        """Where and when everybody reads that it is; of what never was public, what is planned."""
        return getattr(self, "released", self)

    @property
    def room_text(self) -> Part:
        """The room in the reader's language, as a `ReleasedItem` has it."""
        return self.parts.room

    @property
    def stop(self) -> Any:
        """Where its pop-up is then, a `VenueStop`."""
        return self.venue.stop_at(self.starts_at) if self.venue else None

    @property
    def free(self) -> int:
        """How many of its places are free, of a row that `for_planning` has read."""
        return max((self.places or 0) - self.signed_up, 0)

    @property
    def is_released(self) -> bool:
        """Whether it was public at some time; then it is not deleted, but cancelled."""
        return hasattr(self, "released")

    def get_format_display(self) -> str:  # type: ignore[no-redef]  # Django adds one, too
        """As Django's, which translates all the choices to find one: a programme has many rows."""
        return str(ProgrammeFormat(self.format).label)


@tracked()
class ProgrammeItemTranslation(Translation):
    original = models.ForeignKey(
        ProgrammeItem, related_name="translations", on_delete=models.CASCADE
    )
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("in one sentence"), max_length=400, blank=True)
    room = models.CharField(
        _("room or stage"),
        max_length=80,
        blank=True,
        help_text=_("Leave empty if the sign at the door says it in German only."),
    )

    class Meta(Translation.Meta):
        verbose_name = _("translation of a programme item")
        verbose_name_plural = _("translations of programme items")

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
