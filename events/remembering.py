"""What came of an event, and pictures of it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event, EventPicture
from ssoe_portal.common.pictures import Prepared


@transaction.atomic
def add_picture(*, event: Event, alt: str, prepared: Prepared) -> EventPicture:
    """Keep a picture and its files. Raises ValidationError where there are as many as there may be
    or it is there already: counted under the event's lock, so that of two uploads at once the
    second one sees what the first one has done."""
    event = Event.objects.locked().get(pk=event.pk)
    if event.pictures.count() >= EventPicture.MOST:
        raise ValidationError(
            _("There is room for %(number)s. Please remove one first."),
            code="too_many",
            params={"number": EventPicture.MOST},
        )
    row = EventPicture(event=event, alt=alt)
    row.take_on(prepared)
    row.validate_constraints()
    row.write(prepared)
    row.save()
    return row
