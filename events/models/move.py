"""A published event moves while people are registered: what they were told, until they hear of it.

Triggers note it, so that whoever moves an event or its first venue (form, admin, import), those who
registered are written to (`events/moving.py`).
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

#: The venue that mails name, as `Venue.in_one_line` writes it.
FIRST_PLACE = """
    SELECT concat_ws(', ', nullif(v.name, ''), nullif(v.street, ''), CASE
        WHEN v.postcode <> '' THEN v.postcode || ' Berlin' WHEN v.street <> '' THEN 'Berlin' END)
    FROM events_venue v WHERE v.event_id = e.id ORDER BY v.position, v.id LIMIT 1
"""
#: Of several changes before anybody was told, the first one holds what people know. The time is the
#: clock's, not the transaction's: who registered while that waited for the row knew the old one.
NOTE = """
    INSERT INTO events_eventmove
        (event_id, was_starts_at, was_ends_at, was_place, began_at, changed_at)
    SELECT e.id, %s, %s, coalesce((<place>), ''), clock_timestamp(), clock_timestamp()
    FROM events_event e
    WHERE e.id = %s AND e.status = 'published' AND EXISTS (
        SELECT 1 FROM events_registration r WHERE r.event_id = e.id AND r.state <> 'cancelled')
    ON CONFLICT (event_id) WHERE told_at IS NULL DO UPDATE SET changed_at = clock_timestamp();
""".replace("<place>", FIRST_PLACE)


def notes_move_of_event() -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name="note_move",
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange("starts_at", "ends_at"),
            func=NOTE % ("OLD.starts_at", "OLD.ends_at", "OLD.id") + "RETURN NULL;",
        ),
        # Where an event is deleted its venues go first, and a move may be noted by that.
        pgtrigger.Trigger(
            name="forget_moves",
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            func="DELETE FROM events_eventmove WHERE event_id = OLD.id; RETURN NULL;",
        ),
    ]


def notes_move_of_venue() -> list[pgtrigger.Trigger]:
    """Before the row changes, so that the place is still the one that people know."""

    def trigger(name: str, row: str, **kwargs) -> pgtrigger.Trigger:
        note = NOTE % ("e.starts_at", "e.ends_at", f"{row}.event_id")
        returned = "OLD" if row == "OLD" and name.endswith("gone") else "NEW"
        return pgtrigger.Trigger(
            name=name, when=pgtrigger.Before, func=f"{note} RETURN {returned};", **kwargs
        )

    changed = pgtrigger.AnyChange("name", "street", "postcode", "position")
    return [
        trigger("note_move", "OLD", operation=pgtrigger.Update, condition=changed),
        trigger("note_move_new", "NEW", operation=pgtrigger.Insert),
        trigger("note_move_gone", "OLD", operation=pgtrigger.Delete),
    ]


class EventMove(models.Model):
    """When and where people think an event is, until `told_at`. Nothing of them is in it."""

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), related_name="moves", on_delete=models.CASCADE
    )
    was_starts_at = models.DateTimeField(_("started"))
    was_ends_at = models.DateTimeField(_("ended"))
    was_place = models.TextField(_("was at"), blank=True)
    began_at = models.DateTimeField(_("first change"), default=timezone.now)
    changed_at = models.DateTimeField(_("last change"), default=timezone.now)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        verbose_name = _("move of an event")
        verbose_name_plural = _("moves of events")
        ordering = ["began_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(told_at__isnull=True),
                name="events_eventmove_one_untold",
            )
        ]

    def __str__(self) -> str:
        day = date_format(timezone.localtime(self.was_starts_at), "SHORT_DATE_FORMAT")
        return f"{self.event}: {day}"
