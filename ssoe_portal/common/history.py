"""Who changed what: django-pghistory keeps a row per change, written by database triggers."""

from collections.abc import Callable
from typing import Any

import pghistory
from django.db import models
from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware as BaseHistoryMiddleware


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
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=exclude
    )


def changed_fields(event: models.Model) -> list[str]:
    """Return the labels of the fields in which a history row differs from the one before it.

    One query. The first row of an object has no earlier one: the list is empty.
    """
    earlier = (
        type(event)
        .objects.filter(pgh_obj_id=event.pgh_obj_id, pgh_id__lt=event.pgh_id)
        .order_by("-pgh_id")
        .first()
    )
    if earlier is None:
        return []
    return [
        str(field.verbose_name)
        for field in type(event)._meta.concrete_fields
        if not field.name.startswith("pgh_")
        and getattr(event, field.attname) != getattr(earlier, field.attname)
    ]


def person_of(event: models.Model) -> str:
    """Return who made a change, or a dash where no person did (a job, a command)."""
    from ssoe_portal.common.users import User

    context = event.pgh_context
    pk = context.metadata.get("user") if context else None
    user = User.objects.filter(pk=pk).first() if pk else None
    return user.get_full_name() if user else "–"
