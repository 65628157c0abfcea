"""What a calendar needs to know about a row: how often it changed, and when."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CalendarEntry(models.Model):
    """A row that people put into their calendars.

    `sequence` and `modified_at` become SEQUENCE and LAST-MODIFIED (RFC 5545 §3.8.7). Triggers keep
    them, so that whoever moves a session (form, admin, import), subscribed calendars follow.
    """

    sequence = models.PositiveIntegerField(_("calendar sequence"), default=0, editable=False)
    modified_at = models.DateTimeField(
        _("calendar entry changed"), default=timezone.now, editable=False
    )

    class Meta:
        abstract = True


def calendar_triggers(*fields: str) -> list[pgtrigger.Trigger]:
    """Raise `sequence` whenever one of the fields that a calendar shows changes."""
    return [
        pgtrigger.Trigger(
            name="raise_sequence",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(*fields),
            func="NEW.sequence = OLD.sequence + 1; NEW.modified_at = now(); RETURN NEW;",
        )
    ]
