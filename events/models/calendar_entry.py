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


def _raises_sequence(
    name: str, table: str, where: str, fields: tuple[str, ...]
) -> pgtrigger.Trigger:
    """Raise `sequence` of the rows of a table `where` something holds, whenever another row comes,
    goes, or changes in one of the fields."""
    before, after = (", ".join(f"{row}.{field}" for field in fields) for row in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'UPDATE' AND ROW({before}) IS NOT DISTINCT FROM ROW({after}) THEN
                RETURN NULL;
            END IF;
            UPDATE {table} SET sequence = sequence + 1, modified_at = now()
            WHERE {where};
            RETURN NULL;
        """,  # noqa: S608 (names of our own tables and columns)
    )


def follow_texts(original: str, *fields: str, event: str = "id") -> pgtrigger.Trigger:
    """Raise `sequence` of an event whenever the translation of a text that a calendar shows comes,
    changes or goes. `original` is the table of what is translated, `event` its column with the
    key of the event."""
    where = f"""id = (
                SELECT {event} FROM {original}
                WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.original_id ELSE NEW.original_id END
            )"""  # noqa: S608 (names of our own tables and columns)
    return _raises_sequence("raise_sequence_of_event", "events_event", where, fields)


def calendar_triggers(*fields: str) -> list[pgtrigger.Trigger]:
    """Raise `sequence` whenever one of the fields that a calendar shows changes; it never goes
    back, whoever saves a row as it was when a form was opened."""
    return [
        pgtrigger.Trigger(
            name="keep_sequence",  # before the other one: triggers run in the order of their names
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(new__sequence__lt=pgtrigger.F("old__sequence")),
            func="NEW.sequence = OLD.sequence; NEW.modified_at = OLD.modified_at; RETURN NEW;",
        ),
        pgtrigger.Trigger(
            name="raise_sequence",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(*fields),
            func="NEW.sequence = OLD.sequence + 1; NEW.modified_at = now(); RETURN NEW;",
        ),
    ]


def raises_sequence_of_sessions(*fields: str) -> pgtrigger.Trigger:
    """Raise `sequence` of the released sessions at a venue whenever a row of that venue comes,
    goes, or changes in one of the fields."""
    where = "venue_id = CASE TG_OP WHEN 'DELETE' THEN OLD.venue_id ELSE NEW.venue_id END"
    return _raises_sequence("raise_sequence_of_sessions", "events_releaseditem", where, fields)
