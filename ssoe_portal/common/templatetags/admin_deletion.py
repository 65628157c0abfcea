"""For Django admin's pages that say what cannot be deleted."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib import admin
from django.db import models

from ssoe_portal.common import admin_deletion

register = template.Library()
register.simple_tag(admin_deletion.in_the_way)


@register.simple_tag
def instead_of_deleting(items: models.Model | Iterable[models.Model], opts: Any) -> list:
    """What the admin of a model proposes for an entry, or for several."""
    listed = [items] if isinstance(items, models.Model) else list(items)
    proposes = getattr(admin.site.get_model_admin(opts.model), "instead_of_deleting", None)
    return proposes(listed) if proposes else []
