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


def in_order(starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Refuse an end that is not after the start, at its field. What the database only asks of whole
    spans of time, such as whether a room is taken, it is not asked of such a one: that fails."""
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end must be after the start.")})


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
