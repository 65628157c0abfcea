"""Who changed what: django-pghistory keeps a row per change, written by database triggers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

import pghistory
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from pghistory.middleware import HistoryMiddleware as BaseHistoryMiddleware

from ssoe_portal.common.translation import BASE_LANGUAGE, CONTENT_LANGUAGES, Translatable


class HistoryMiddleware(BaseHistoryMiddleware):
    """Note the person with each change, but not the address: it may hold a signed link."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().get_context(request)
        return {"user": context["user"]}


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable:
    """Class decorator: keep every state of a model's rows, for staff to read.

    Generated columns cannot be copied and have to be excluded, `search` first of all.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
    )


@dataclass(frozen=True)
class Change:
    """One step in an object's history: when, by whom (None: the portal itself), what changed.

    `fields` holds (label, before, after) as people read them; it is empty for the first state.
    `language` is that of the texts: a translation's changes are steps of their own.
    """

    at: datetime
    by: models.Model | None
    kind: str
    fields: list[tuple[str, str, str]]
    language: str = "de"


#: Columns that say nothing to a reader of the history.
_SILENT = {"id", "slug", "revision", "latitude", "longitude", "created_at", "changed_at"}
#: In a translation these say where its texts belong; `language` is told with each label.
_SILENT_IN_TRANSLATIONS = {"original", "language", "base_revision", "origin"}


def translation_events(item: models.Model) -> models.QuerySet:
    """Return the history of all translations an object has or had, its model's being tracked."""
    row_model = item._meta.get_field("translations").related_model
    return row_model.pgh_event_model.objects.filter(original_id=item.pk)


def changes(item: models.Model, *, limit: int = 100) -> list[Change]:
    """Return the history of a tracked object and of its tracked translations, newest first."""
    steps = _steps(item, item.events.all(), limit)
    if isinstance(item, Translatable) and hasattr(
        item._meta.get_field("translations").related_model, "pgh_event_models"
    ):
        steps += _translation_steps(item, limit)
    authors = get_user_model().objects.in_bulk({_author(event) for event, *_rest in steps} - {None})
    found = [
        Change(
            at=event.pgh_created_at,
            by=authors.get(_author(event)),
            kind=event.pgh_label,
            fields=fields,
            language=language,
        )
        for event, fields, language in steps
    ]
    return sorted(found, key=lambda change: change.at, reverse=True)[:limit]


def _author(event: models.Model) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def _steps(item: models.Model, history: models.QuerySet, limit: int) -> list[tuple]:
    events = list(history.select_related("pgh_context").order_by("-pgh_id")[: limit + 1])
    related = [field.name for field in item._meta.concrete_fields if field.is_relation]
    kept = {field.name for field in item.pgh_event_model._meta.fields}
    models.prefetch_related_objects(events, *(name for name in related if name in kept))
    found = []
    for event, before in zip_longest(events[:limit], events[1 : limit + 1]):
        if event is None:
            break
        fields = _difference(item, before, event) if before is not None else []
        if before is None or fields:
            found.append((event, fields, BASE_LANGUAGE))
    return found


def _translation_steps(item: models.Model, limit: int) -> list[tuple]:
    """A translation is compared with nothing when it is new, and with nothing when it goes."""
    row_model = item._meta.get_field("translations").related_model
    history = translation_events(item).select_related("pgh_context").order_by("-pgh_id")
    found, states = [], {}
    for event in reversed(history[: 2 * limit]):
        before = states.get(event.pgh_obj_id) or row_model()
        after = row_model() if event.pgh_label == "delete" else event
        states[event.pgh_obj_id] = event
        name = dict(CONTENT_LANGUAGES).get(event.language, event.language)
        fields = [
            (f"{label} ({name})", old, new)
            for label, old, new in _difference(
                row_model(), before, after, silent=_SILENT | _SILENT_IN_TRANSLATIONS
            )
        ]
        if fields:
            found.append((event, fields, event.language))
    return found[::-1]


def _difference(
    item: models.Model, before: models.Model, after: models.Model, *, silent: set[str] = _SILENT
) -> list:
    difference = []
    for field in item._meta.concrete_fields:
        if field.name in silent or field.generated or not hasattr(after, field.attname):
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            difference.append(
                (
                    str(capfirst(field.verbose_name)),
                    _readable(before, field),
                    _readable(after, field),
                )
            )
    return difference


def _readable(event: models.Model, field: models.Field) -> str:
    """Return a value as people read it: a choice's label, a related object's name, a local time."""
    value = getattr(event, field.attname)
    if value in (None, ""):
        return ""
    if isinstance(field, models.ForeignKey):
        return str(_related(event, field) or value)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(dict(field.flatchoices).get(value, value))


def _related(event: models.Model, field: models.ForeignKey) -> models.Model | None:
    """Return what a foreign key pointed to, if it still exists; loaded with all states at once."""
    if field.is_cached(event):
        return field.get_cached_value(event)
    return field.related_model._base_manager.filter(pk=getattr(event, field.attname)).first()
