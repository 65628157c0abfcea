"""What several pages of the desk look up."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from events.models import Event, Registration
from ssoe_portal.common.translation import texts_along
from ssoe_portal.common.users import User


def event_or_404(slug: str) -> Event:
    return get_object_or_404(
        Event.objects.with_translation().select_related("organisation"), slug=slug
    )


def registration_or_404(code: str) -> Registration:
    return get_object_or_404(
        Registration.objects.select_related(
            "event", "group__organisation", "group__contact", "noted_by", "corrected_by"
        ).prefetch_related(*texts_along("event", Event)),
        code=code,
    )


def administrators() -> QuerySet[User]:
    """Whom event managers ask for what they may not change; looked up where it is shown."""
    return User.objects.filter(is_active=True, is_superuser=True).order_by("pk")[:3]
