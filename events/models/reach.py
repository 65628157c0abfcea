"""Which moments something may be at. A year like 0026 or 9999 is a slip of the finger, and some of
them are more than the database hands out or Python can count on from."""

from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

FIRST, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
OUT_OF_REACH = _("Please give a day between 2000 and 2099.")


def within_reach(moment: datetime) -> None:
    """Refuse a moment before the year 2000 or after 2099."""
    if not FIRST <= moment < END:
        raise ValidationError(OUT_OF_REACH, code="out_of_reach")


def keeps_within_reach(*fields: str) -> CheckConstraint:
    """The same for whoever writes without a form."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__gte": FIRST, f"{field}__lt": END})
    return CheckConstraint(
        condition=condition,
        name=f"events_%(class)s_{fields[0]}_in_reach",
        violation_error_message=OUT_OF_REACH,
    )
