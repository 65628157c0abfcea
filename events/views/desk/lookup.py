"""What several pages of the desk look up."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from events.models import Event
from ssoe_portal.common.users import User


def event_or_404(slug: str) -> Event:
    return get_object_or_404(
        Event.objects.with_translation().select_related("organisation"), slug=slug
    )


def administrators() -> QuerySet[User]:
    """Whom event managers ask for what they may not change; looked up where it is shown."""
    return User.objects.filter(is_active=True, is_superuser=True).order_by("pk")[:3]
