"""Personal data of events: what, why, how long."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from events.models import ExportLog, Message, Registration
from ssoe_portal.common.privacy import PersonalData, register

register(
    PersonalData(
        name="event-registrations",
        what=_(
            "Name, e-mail address, number of people and needs of those who register for an event"
        ),
        purpose=_("So that there is a place for everyone who comes, and what they need is there."),
        keep=timedelta(days=60),
        due=lambda before: Registration.objects.filter(event__ends_at__lte=before),
    )
)
register(
    PersonalData(
        name="event-registrations-cancelled",
        what=_("Registrations for an event that were cancelled"),
        purpose=_("So that we can help when somebody cancelled by mistake."),
        keep=timedelta(days=30),
        due=lambda before: Registration.objects.filter(cancelled_at__lte=before),
    )
)
register(
    PersonalData(
        name="event-messages",
        what=_("Who wrote which message to those who are registered for an event"),
        purpose=_("So that event managers know what people were told, and ask whoever wrote it."),
        keep=timedelta(days=365),
        due=lambda before: Message.objects.filter(sent_at__lte=before),
    )
)
register(
    ExportLog.personal_data(
        name="event-exports",
        what=_("Who exported the list of registrations of which event, and when"),
    )
)
