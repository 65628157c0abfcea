"""Personal data of events: what, why, how long."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from events import anonymising
from events.models import ExportLog, Message, Registration, Speaker
from events.models.afterwards import KEPT
from ssoe_portal.common.privacy import PersonalData, register

register(
    PersonalData(
        name="event-registrations",
        what=_(
            "Name, e-mail address, number of people and needs of those who register for an event"
        ),
        purpose=_("So that there is a place for everyone who comes, and what they need is there."),
        keep=KEPT,
        until=_(
            "Until the day that the event names, 60 days after it unless it says otherwise; then "
            "only numbers stay"
        ),
        due=anonymising.due,
        erase=anonymising.anonymise,
    )
)
register(
    PersonalData(
        name="event-arrivals",
        what=_("Who of the staff noted at the door of an event that people came in"),
        purpose=_("So that it can be asked what was meant when numbers do not fit."),
        keep=KEPT,
        until=_("Until the event's registrations are made anonymous"),
        due=anonymising.arrivals_due,
        erase=anonymising.forget_who_noted,
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
        name="event-speakers",
        what=_("Names of those who take part in an event's programme, and what is said of them"),
        purpose=_("So that visitors know who speaks; also for some time after the event."),
        keep=timedelta(days=730),
        due=lambda before: Speaker.objects.filter(event__ends_at__lte=before),
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
