from collections.abc import Collection
from typing import Self

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.history import tracked
from ssoe_portal.common.moderation import Status, TransitionNotAllowed
from ssoe_portal.common.translation import texts_along
from ssoe_portal.common.vocabulary import label_in


class PitchQuerySet(models.QuerySet):
    def for_plans(self) -> Self:
        """With who stands there and the venue's texts, as `events.plan` draws them, by venue."""
        from events.models.venue import Venue

        return (
            self.select_related("venue", "assignment__application__organisation")
            .prefetch_related(*texts_along("venue", Venue))
            .order_by("venue__position", "venue_id", "y", "x", "pk")
        )


@tracked()
class Pitch(models.Model):
    """A place for one stall at a venue; `x` and `y` are its square on the plan."""

    venue = models.ForeignKey(
        "events.Venue", verbose_name=_("venue"), related_name="pitches", on_delete=models.CASCADE
    )
    label = models.CharField(_("number"), max_length=8, help_text=_("As it is written on site."))
    x = models.PositiveSmallIntegerField(
        _("column on the plan"), validators=[MaxValueValidator(40)]
    )
    y = models.PositiveSmallIntegerField(_("row on the plan"), validators=[MaxValueValidator(40)])
    has_power = models.BooleanField(_("power"), default=False)
    has_water = models.BooleanField(_("water"), default=False)
    is_indoor = models.BooleanField(_("indoors"), default=False)

    objects = PitchQuerySet.as_manager()

    class Meta:
        verbose_name = _("pitch")
        verbose_name_plural = _("pitches")
        ordering = ["venue", "y", "x", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "label"],
                name="events_pitch_label_unique",
                violation_error_message=_("This venue already has a pitch of that number."),
            ),
            models.UniqueConstraint(
                fields=["venue", "x", "y"],
                name="events_pitch_square_unique",
                violation_error_message=_("There is already a pitch on this square of the plan."),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class StallState(models.TextChoices):
    SUBMITTED = "submitted", _("waiting for a decision")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


#: The organisation counts on coming.
OPEN_STATES = frozenset({StallState.SUBMITTED, StallState.ACCEPTED})


class StallPlace(models.TextChoices):
    EITHER = "either", _("either is fine")
    OUTDOOR = "outdoor", _("outdoors")
    INDOOR = "indoor", _("indoors")


class StallApplicationQuerySet(models.QuerySet):
    def undecided(self) -> Self:
        return self.filter(state=StallState.SUBMITTED)

    def accepted(self) -> Self:
        return self.filter(state=StallState.ACCEPTED)

    def open(self) -> Self:
        """Undecided or accepted."""
        return self.filter(state__in=OPEN_STATES)

    def without_pitch(self) -> Self:
        """Accepted, but nobody said yet where they stand."""
        return self.accepted().filter(assignment__isnull=True)

    def of_archived(self) -> Self:
        """Accepted, but the organisation has gone into the archive: perhaps nobody comes."""
        return self.accepted().filter(organisation__status=Status.ARCHIVED)

    def placed(self) -> Self:
        """Accepted and placed: what the public event page lists."""
        return self.accepted().filter(assignment__isnull=False)

    def numbers(self) -> dict[str, int]:
        """How many are `undecided`, accepted `without_pitch`, and `placed`."""
        accepted = Q(state=StallState.ACCEPTED)
        return self.aggregate(
            undecided=Count("pk", filter=Q(state=StallState.SUBMITTED)),
            without_pitch=Count("pk", filter=accepted & Q(assignment__isnull=True)),
            placed=Count("pk", filter=accepted & Q(assignment__isnull=False)),
        )

    def visible_to(self, user) -> Self:
        """Those of one's own organisations; for event managers and admins all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_manage_events or user.may_administer:
            return self
        return self.filter(organisation__in=user.memberships.values("organisation"))

    def editable_by(self, user) -> Self:
        """Those of one's own organisations; for admins all."""
        if not user.is_authenticated:
            return self.none()
        if user.may_administer:
            return self
        return self.filter(organisation__in=user.memberships.values("organisation"))

    def locked(self) -> Self:
        """Hold the applications' rows until the transaction ends: nobody moves them meanwhile."""
        return self.select_for_update(of=("self",))

    def public_list(self) -> models.QuerySet:
        """What visitors read of each stall, by venue and pitch; its kind in their language."""
        return (
            self.placed()
            .order_by(
                *("assignment__pitch__venue__position", "assignment__pitch__venue_id"),
                *("assignment__pitch__label", "pk"),
            )
            .values(
                *("title", "organisation__name", "organisation__slug"),
                has_page=Q(organisation__status=Status.PUBLISHED),
                kind=label_in(path="format__labels"),
                pitch_label=F("assignment__pitch__label"),
            )
        )

    def for_tables(self) -> Self:
        """With what a table of applications shows, in a constant number of queries."""
        return self.select_related(
            "event", "organisation", "format", "assignment__pitch__venue"
        ).defer("organisation__description", "event__search")

    def with_texts(self) -> Self:
        """With the reader's texts of event and venue, which pages and mails show."""
        from events.models.event import Event
        from events.models.venue import Venue

        return self.prefetch_related(
            *texts_along("event", Event), *texts_along("assignment__pitch__venue", Venue)
        )


@tracked()
class StallApplication(models.Model):
    """An organisation's wish to have a stall at an event."""

    State = StallState
    Place = StallPlace

    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        related_name="stall_applications",
        on_delete=models.CASCADE,
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="stall_applications",
        on_delete=models.CASCADE,
    )
    format = models.ForeignKey(
        "events.StallFormat", verbose_name=_("what kind of stall"), on_delete=models.PROTECT
    )
    title = models.CharField(
        _("name of the stall"),
        max_length=120,
        help_text=_("Visitors read it among the stalls, once you have a pitch."),
    )
    description = models.TextField(
        _("what you show and offer"),
        max_length=1500,
        help_text=_("What can people see, try, taste or take home? This is what we decide by."),
    )
    needs_power = models.BooleanField(_("we need power"), default=False)
    needs_water = models.BooleanField(_("we need water"), default=False)
    tables = models.PositiveSmallIntegerField(
        _("tables"),
        default=1,
        validators=[MaxValueValidator(10)],
        help_text=_("How many we should put up for you. 0 if you bring your own."),
    )
    place = models.CharField(
        _("indoors or outdoors"), max_length=8, choices=StallPlace, default=StallPlace.EITHER
    )
    people = models.PositiveSmallIntegerField(
        _("people at the stall"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("How many of you are there at the same time."),
    )
    note = models.TextField(
        _("anything else we should know"),
        max_length=1000,
        blank=True,
        help_text=_("Only the organisers read this."),
    )
    state = models.CharField(
        _("status"), max_length=9, choices=StallState, default=StallState.SUBMITTED, editable=False
    )
    reason = models.TextField(
        _("answer to the organisation"), max_length=1000, blank=True, editable=False
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("applied by"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)

    objects = StallApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("stall application")
        verbose_name_plural = _("stall applications")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation"],
                condition=Q(state__in=["submitted", "accepted"]),
                name="events_stallapplication_once",
                violation_error_message=_(
                    "Your organisation has already applied for a stall at this event."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="events_stallapplication_declined_with_reason",
                violation_error_message=_("Please say why, so that they can do better next time."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined"]) | Q(decided_at__isnull=False),
                name="events_stallapplication_decided_when",
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1), name="events_stallapplication_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.organisation})"

    def get_absolute_url(self) -> str:
        return reverse("events:stall-detail", args=[self.pk])

    @property
    def is_accepted(self) -> bool:
        return self.state == StallState.ACCEPTED

    @property
    def is_undecided(self) -> bool:
        return self.state == StallState.SUBMITTED

    @property
    def is_active(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def can_be_withdrawn(self) -> bool:
        return self.is_active and not self.event.is_over

    @property
    def can_be_reopened(self) -> bool:
        return (
            self.state == StallState.DECLINED
            and not self.event.is_over
            and self.event.status != Status.ARCHIVED
        )

    @property
    def pitch(self) -> Pitch | None:
        assignment = getattr(self, "assignment", None)
        return assignment.pitch if assignment else None

    def lacks_at(self, pitch: Pitch) -> list[str]:
        """What this stall needs and does not get at a pitch, in words: "without water"."""
        wanted = (
            (self.needs_power and not pitch.has_power, _("without power")),
            (self.needs_water and not pitch.has_water, _("without water")),
            (self.place == StallPlace.INDOOR and not pitch.is_indoor, _("not indoors")),
            (self.place == StallPlace.OUTDOOR and pitch.is_indoor, _("not outdoors")),
        )
        return [str(words) for is_missing, words in wanted if is_missing]

    def accept(self, reason: str = "") -> None:
        self._move(
            {StallState.SUBMITTED},
            state=StallState.ACCEPTED,
            reason=reason.strip(),
            decided_at=timezone.now(),
        )

    def decline(self, reason: str) -> None:
        """Say no, with a reason the organisation reads. What is accepted is not declined but
        taken back: whoever decides here has not seen that somebody said yes."""
        self._move(
            {StallState.SUBMITTED},
            state=StallState.DECLINED,
            reason=reason.strip(),
            decided_at=timezone.now(),
        )

    def take_back(self, reason: str) -> None:
        """Turn a yes into a no, on purpose and with a reason; the pitch becomes free."""
        with transaction.atomic():
            self._move(
                {StallState.ACCEPTED},
                state=StallState.DECLINED,
                reason=reason.strip(),
                decided_at=timezone.now(),
            )
            PitchAssignment.objects.filter(application=self).delete()

    def reopen(self) -> None:
        """Let a declined application wait for a decision again. The database refuses it where the
        organisation has applied anew (`events_stallapplication_once`)."""
        self._move({StallState.DECLINED}, state=StallState.SUBMITTED, reason="", decided_at=None)

    def withdraw(self) -> None:
        """The organisation does not come after all; its pitch becomes free."""
        with transaction.atomic():
            self._move(OPEN_STATES, state=StallState.WITHDRAWN)
            PitchAssignment.objects.filter(application=self).delete()

    def _move(self, allowed: Collection[str], **changes) -> None:
        """Change state in one conditional UPDATE, so that of two people only one succeeds."""
        updated = StallApplication.objects.filter(
            pk=self.pk, state__in=[str(state) for state in allowed]
        ).update(**changes)
        if not updated:
            raise TransitionNotAllowed(f"stall application {self.pk} is {self.state}")
        for name, value in changes.items():
            setattr(self, name, value)


@tracked()
class PitchAssignment(models.Model):
    """Which stall stands where: one stall a pitch, one pitch a stall, both of the same event."""

    pitch = models.OneToOneField(
        Pitch, verbose_name=_("pitch"), related_name="assignment", on_delete=models.CASCADE
    )
    application = models.OneToOneField(
        StallApplication,
        verbose_name=_("stall"),
        related_name="assignment",
        on_delete=models.CASCADE,
    )
    assigned_at = models.DateTimeField(_("assigned"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("assigned pitch")
        verbose_name_plural = _("assigned pitches")
        ordering = ["pitch"]
        triggers = [
            # A foreign key cannot say that two rows belong to the same event, or that a stall was
            # accepted; this can.
            pgtrigger.Trigger(
                name="accepted_stall_of_same_event",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM events_stallapplication a
                        JOIN events_venue v ON v.event_id = a.event_id
                        JOIN events_pitch p ON p.venue_id = v.id
                        WHERE a.id = NEW.application_id AND p.id = NEW.pitch_id
                        AND a.state = 'accepted'
                    ) THEN
                        RAISE EXCEPTION 'A pitch goes to an accepted stall of the same event.'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.pitch}: {self.application}"
