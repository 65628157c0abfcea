from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _

from events.models.programme import Period, ProgrammeItem
from ssoe_portal.common.translation import (
    Translatable,
    TranslatableQuerySet,
    Translation,
    revision_triggers,
)


class SpeakerQuerySet(TranslatableQuerySet):
    def for_reading(self) -> Self:
        """With what readers see of each, by name."""
        leader = [f"organisation__{name}" for name in ("name", "slug", "status")]
        return (
            self.select_related("organisation")
            .only("event", "name", "about", "revision", "organisation", *leader)
            .with_translation()
            .order_by("name", "pk")
        )

    def public(self) -> Self:
        """Those of sessions that take place and are public."""
        return self.filter(
            models.Exists(
                Appearance.objects.filter(
                    speaker=models.OuterRef("pk"), item__released__is_cancelled=False
                )
            )
        )


class Speaker(Translatable):
    """Somebody who takes part in an event's programme by name.

    Not in the history: what is erased here (`events/privacy.py`) must be gone everywhere.
    """

    TRANSLATED_FIELDS = ("about",)

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="speakers", on_delete=models.CASCADE
    )
    name = models.CharField(_("name"), max_length=120)
    about = models.CharField(
        _("about the person"),
        max_length=400,
        blank=True,
        help_text=_("One or two sentences that the public reads. Please ask the person first."),
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="speakers",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
    )

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"],
                name="events_speaker_name_unique",
                violation_error_message=_("There is already somebody of that name."),
            )
        ]
        triggers = revision_triggers("about")

    def __str__(self) -> str:
        return self.name


class SpeakerTranslation(Translation):
    original = models.ForeignKey(Speaker, related_name="translations", on_delete=models.CASCADE)
    about = models.CharField(_("about the person"), max_length=400)

    class Meta(Translation.Meta):
        verbose_name = _("translation of a speaker")
        verbose_name_plural = _("translations of speakers")

    def __str__(self) -> str:
        return f"{self.original} ({self.language})"


class Appearance(models.Model):
    """A speaker takes part in a session. Nobody is in two sessions at once.

    `starts_at` and `ends_at` are the session's, for the constraint; triggers keep them, and keep
    them empty while the session is not placed.
    """

    item = models.ForeignKey(
        ProgrammeItem,
        verbose_name=_("programme item"),
        related_name="appearances",
        on_delete=models.CASCADE,
    )
    speaker = models.ForeignKey(
        Speaker, verbose_name=_("speaker"), related_name="appearances", on_delete=models.CASCADE
    )
    starts_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        ordering = ["item", "speaker"]
        constraints = [
            models.UniqueConstraint(fields=["item", "speaker"], name="events_appearance_once"),
            ExclusionConstraint(
                name="events_appearance_speaker_once",
                expressions=[
                    ("speaker", RangeOperators.EQUAL),
                    (Period("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(starts_at__isnull=False),
                # As with rooms: a whole day may move by an hour.
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("This person takes part in something else at that time."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="at_time_of_session",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("at", "RECORD")],
                func="""
                    SELECT i.starts_at, i.ends_at, i.venue_id INTO at
                    FROM events_programmeitem i
                    JOIN events_speaker s ON s.event_id = i.event_id
                    WHERE i.id = NEW.item_id AND s.id = NEW.speaker_id;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'A speaker takes part in sessions of the same event.'
                        USING ERRCODE = 'check_violation';
                    END IF;
                    NEW.starts_at = CASE WHEN at.venue_id IS NOT NULL THEN at.starts_at END;
                    NEW.ends_at = CASE WHEN at.venue_id IS NOT NULL THEN at.ends_at END;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.speaker}: {self.item}"
