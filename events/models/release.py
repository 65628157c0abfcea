from typing import Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from actors.models import SpokenLanguage
from events.models.calendar_entry import CalendarEntry, calendar_triggers
from events.models.item_sign_up import ItemSignUp, of_item
from events.models.programme import ProgrammeItem
from events.models.registration import Registration
from events.models.speaker import Appearance
from events.models.stop import VenueStop
from ssoe_portal.common.translation import BASE_LANGUAGE, Part, Text, texts_along
from ssoe_portal.common.vocabulary import label_in


class ReleasedItemQuerySet(models.QuerySet):
    def taking_place(self) -> Self:
        """Without what was cancelled."""
        return self.filter(is_cancelled=False)

    def with_places(self) -> Self:
        """Those that one signs up for."""
        return self.taking_place().filter(item__places__isnull=False)

    def in_order(self) -> Self:
        """As the day goes: by time, then by venue and room."""
        return self.order_by("starts_at", "venue__position", "room", "pk")

    def open_to(self, party: Registration) -> Self:
        """What a registered party can sign up for or has signed up for, each with `mine`, how many
        people of it are; also what has begun or is called off."""
        mine = of_item(ItemSignUp.objects.filter(registration=party), "item")
        rows = self.filter(event=party.event_id).annotate(mine=mine)
        return rows.filter(Q(item__places__isnull=False, is_cancelled=False) | Q(mine__gt=0))

    def for_programme(self) -> Self:
        """With everything a programme shows but the venues, which a page has anyway;
        `programme.sessions` adds them."""
        leader = [f"item__organisation__{name}" for name in ("name", "slug", "status")]
        return (
            self.select_related("item__organisation")
            .only(
                *("event", "venue", "room", "starts_at", "ends_at", "is_cancelled"),
                *("sequence", "modified_at"),
                *("item__title", "item__summary", "item__format", "item__room", "item__places"),
                *("item__event", "item__organisation", *leader),
            )
            .annotate(
                speaker_names=speaker_names(),
                languages_read=languages_spoken(),
                signed_up=of_item(ItemSignUp.objects.all(), "item"),
            )
            .prefetch_related(*texts_along("item", ProgrammeItem))
            .in_order()
        )


def speaker_names() -> ArraySubquery:
    """The names of a released session's speakers, as one column: a page asks nothing more."""
    return ArraySubquery(
        Appearance.objects.filter(item=OuterRef("item"))
        .order_by("speaker__name", "pk")
        .values("speaker__name")
    )


def languages_spoken() -> ArraySubquery:
    """Key and label of the languages spoken in a session, as one column likewise."""
    return ArraySubquery(
        SpokenLanguage.objects.filter(programmeitem=OuterRef("item"))
        .order_by("position", "pk")
        .values(row=JSONObject(key="key", label=label_in()))
    )


class ReleasedItem(CalendarEntry):
    """Where and when a session is for everybody who reads the programme.

    `ProgrammeItem` is what the organisers work on; a release (`events.releasing`) copies it here.
    Titles, texts and who takes part are always today's; only place and time wait for a release.
    What was public once stays, cancelled: calendars that hold it have to hear of it.
    """

    item = models.OneToOneField(
        ProgrammeItem,
        verbose_name=_("programme item"),
        related_name="released",
        primary_key=True,
        on_delete=models.RESTRICT,
    )
    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        related_name="released_items",
        on_delete=models.CASCADE,
    )
    venue = models.ForeignKey(
        "events.Venue",
        verbose_name=_("venue"),
        related_name="released_items",
        on_delete=models.RESTRICT,
    )
    room = models.CharField(_("room or stage"), max_length=80, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    is_cancelled = models.BooleanField(_("cancelled"), default=False)

    objects = ReleasedItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("released programme item")
        verbose_name_plural = _("released programme items")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="events_releaseditem_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["event", "starts_at"], name="released_programme")]
        triggers = calendar_triggers("room", "starts_at", "ends_at", "venue", "is_cancelled")

    def __str__(self) -> str:
        return str(self.item)

    @property
    def text(self) -> Text:
        return self.item.text

    @property
    def stop(self) -> VenueStop | None:
        """Where its pop-up is then."""
        return self.venue.stop_at(self.starts_at)

    @property
    def organisation(self):
        return self.item.organisation

    @property
    def places(self) -> int | None:
        """How many people can take part; None where everybody simply comes."""
        return self.item.places

    @property
    def free(self) -> int | None:
        """How many places nobody has signed up for, of a row that `for_programme` has read."""
        return None if self.places is None else max(self.places - self.signed_up, 0)

    @property
    def takes_sign_ups(self) -> bool:
        """Whether one can sign up for it now, if places are free and the event lets one."""
        has_begun = self.starts_at <= timezone.now()
        return self.places is not None and not self.is_cancelled and not has_begun

    @property
    def format_label(self) -> str:
        return self.item.get_format_display()

    @property
    def room_text(self) -> Part:
        """The room in the reader's language, as far as it is translated: the translation belongs to
        the room of the working version, which may be another one already."""
        if self.room == self.item.room:
            return self.item.parts.room
        return Part(self.room, Text(self.item, BASE_LANGUAGE))

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """Key and name of the languages spoken; `for_programme` reads them for all rows."""
        if not hasattr(self, "languages_read"):
            return list(self.item.languages.labelled())
        return [(each["key"], each["label"]) for each in self.languages_read]

    @property
    def spoken(self) -> list[str]:
        """The languages spoken, by name."""
        return [label for _key, label in self.languages]


class ProgrammeRelease(models.Model):
    """One time that the organisers made the programme public as it then was."""

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="releases", on_delete=models.CASCADE
    )
    number = models.PositiveIntegerField(_("number"))
    released_at = models.DateTimeField(_("released"), default=timezone.now)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("released by"),
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    note = models.TextField(_("A sentence about it"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("release of the programme")
        verbose_name_plural = _("releases of the programme")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "number"], name="events_programmerelease_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}, {self.number}"


class ChangeKind(models.TextChoices):
    NEW = "new", _("new")
    MOVED = "moved", _("moved")
    CANCELLED = "cancelled", _("cancelled")
    BACK = "back", _("takes place after all")


class ProgrammeChangeQuerySet(models.QuerySet):
    def for_reading(self) -> Self:
        """With the titles, in the order of the days, what was cancelled where it was to be."""
        at = Coalesce("starts_after", "starts_before")
        return (
            self.select_related("item")
            .prefetch_related(*texts_along("item", ProgrammeItem))
            .order_by(at, "pk")
        )


class ProgrammeChange(models.Model):
    """What a release changed: where and when a programme item was `before`, and is `after`.

    Both are empty together with their venue: what is new was nowhere, what is cancelled is nowhere.
    """

    Kind = ChangeKind

    release = models.ForeignKey(
        ProgrammeRelease,
        verbose_name=_("release"),
        related_name="changes",
        on_delete=models.CASCADE,
    )
    item = models.ForeignKey(
        ProgrammeItem,
        verbose_name=_("programme item"),
        related_name="changes",
        on_delete=models.CASCADE,
    )
    kind = models.CharField(_("kind"), max_length=9, choices=ChangeKind)
    venue_before = models.ForeignKey(
        "events.Venue",
        verbose_name=_("venue before"),
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    room_before = models.CharField(_("room before"), max_length=80, blank=True)
    starts_before = models.DateTimeField(_("beginning before"), null=True, blank=True)
    ends_before = models.DateTimeField(_("end before"), null=True, blank=True)
    venue_after = models.ForeignKey(
        "events.Venue",
        verbose_name=_("venue after"),
        null=True,
        blank=True,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    room_after = models.CharField(_("room after"), max_length=80, blank=True)
    starts_after = models.DateTimeField(_("beginning after"), null=True, blank=True)
    ends_after = models.DateTimeField(_("end after"), null=True, blank=True)

    objects = ProgrammeChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the programme")
        verbose_name_plural = _("changes of the programme")
        ordering = ["release", "starts_after", "starts_before", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "item"], name="events_programmechange_once"),
            models.CheckConstraint(
                condition=(
                    Q(kind="new", starts_before__isnull=True, starts_after__isnull=False)
                    | Q(kind="cancelled", starts_before__isnull=False, starts_after__isnull=True)
                    | Q(
                        kind__in=["moved", "back"],
                        starts_before__isnull=False,
                        starts_after__isnull=False,
                    )
                ),
                name="events_programmechange_before_and_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_kind_display()}"

    @property
    def room_before_in_words(self) -> str:
        return self._in_words(self.room_before)

    @property
    def room_after_in_words(self) -> str:
        return self._in_words(self.room_after)

    def _in_words(self, room: str) -> str:
        """A room in the reader's language, where the item is still planned to be there: other rooms
        have no translation any more."""
        return str(self.item.parts.room) if room == self.item.room else room

    @property
    def stop_after(self) -> VenueStop | None:
        """Where the pop-up of the new place is then."""
        venue, starts_at = self.venue_after, self.starts_after
        return venue.stop_at(starts_at) if venue and starts_at else None
