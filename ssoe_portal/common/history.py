"""What is recorded: django-pghistory keeps a row per change, written by database triggers.

`ssoe_portal.common.changes` tells it.
"""

import functools
import operator
import sys
from collections.abc import Callable
from typing import Any

import pghistory
from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware as BaseHistoryMiddleware

from ssoe_portal.common.translation import Translatable


class HistoryMiddleware(BaseHistoryMiddleware):
    """Note the person with each change, but not the address: it may hold a signed link."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().get_context(request)
        return {"user": context["user"]}


def tracked(
    *,
    exclude: tuple[str, ...] = (),
    relations: tuple[str, ...] = (),
    rows: tuple[str, ...] = (),
) -> Callable:
    """Class decorator: keep every state of a model's rows, for staff to read.

    Generated columns cannot be copied and have to be excluded, `search` first of all. `relations`
    names many-to-many fields to vocabularies: what is added to them and taken out is kept as well.
    `rows` names what leads back from models that belong to an object and are tracked themselves:
    their history is told with the object's.
    """
    track = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
    )

    def decorate(model: type[models.Model]) -> type[models.Model]:
        model = track(model)
        model.tracked_relations = {name: _track_relation(model, name) for name in relations}
        model.tracked_rows = rows
        return model

    return decorate


def _track_relation(model: type[models.Model], name: str) -> type[models.Model]:
    """Return the model of what happened to a many-to-many field.

    Its rows have no model that a migration could hang triggers on; a proxy stands for it.
    """
    through = model._meta.get_field(name).remote_field.through
    proxy = type(
        model.__name__ + name.title().replace("_", ""),
        (through,),
        {
            "__module__": model.__module__,
            "Meta": type("Meta", (), {"proxy": True, "app_label": model._meta.app_label}),
        },
    )
    setattr(sys.modules[model.__module__], proxy.__name__, proxy)  # where Django looks for models
    pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)(proxy)
    return proxy.pgh_event_model


def translation_events(model: type[models.Model], key: Any) -> models.QuerySet:
    """Return the history of all translations an object has or had, its model's being tracked."""
    row_model = model._meta.get_field("translations").related_model
    return row_model.pgh_event_model.objects.filter(original=key)


def relation_events(model: type[models.Model], key: Any) -> dict[str, models.QuerySet]:
    """Return what was added to and taken out of an object's tracked many-to-many fields."""
    return {
        name: events.objects.filter(**{model._meta.get_field(name).m2m_field_name(): key})
        for name, events in getattr(model, "tracked_relations", {}).items()
    }


def row_events(model: type[models.Model], key: Any) -> dict[str, models.QuerySet]:
    """Return the history of the tracked rows that belong, or belonged, to an object."""
    found = {}
    for name in getattr(model, "tracked_rows", ()):
        relation = model._meta.get_field(name)
        events = relation.related_model.pgh_event_model
        found[name] = events.objects.filter(**{relation.field.name: key})
    return found


def has_tracked_translations(model: type[models.Model]) -> bool:
    return issubclass(model, Translatable) and hasattr(
        model._meta.get_field("translations").related_model, "pgh_event_models"
    )


def latest_state_of(model: type[models.Model]) -> models.Expression:
    """A number that grows with every change to an object, to one of its translations, to its
    tracked relations or to its tracked rows, as an expression: read along with the object, it is
    of the same moment.

    Each history counts its own rows upwards; of two sums the later one is the larger.
    """
    this = models.OuterRef("pk")
    histories = [
        model.pgh_event_model.objects.filter(pgh_obj=this),
        *relation_events(model, this).values(),
        *row_events(model, this).values(),
    ]
    if has_tracked_translations(model):
        histories.append(translation_events(model, this))
    # In words that no index knows: while a list is read in, PostgreSQL has not counted the new rows
    # and would look for an object's latest one among those of all others, from the end.
    latest_first = (models.F("pgh_id") + 0).desc()
    newest = [
        Coalesce(models.Subquery(events.order_by(latest_first).values("pgh_id")[:1]), 0)
        for events in histories
    ]
    return functools.reduce(operator.add, newest)


def latest_state(item: models.Model) -> int:
    """Return `latest_state_of` one object as it is now."""
    model = type(item)
    states = model._base_manager.filter(pk=item.pk).values_list(latest_state_of(model))
    return states.get()[0]
