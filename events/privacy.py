"""Personal data of events: what, why, how long."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from events import anonymising
from events.models import (
    Event,
    ExportLog,
    GroupRegistration,
    Message,
    MyProgramme,
    ProgrammeSubscription,
    Registration,
    Speaker,
)
from events.models.afterwards import KEPT
from ssoe_portal.common.privacy import PersonalData, register

register(
    PersonalData(
        name="event-registrations",
        what=_(
            "Name, e-mail address or telephone number, number of people and needs of those who "
            "register for an event, which programme items they chose, and who of the staff noted "
            "or corrected it"
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
        name="event-groups",
        what=_("Who registered a group for an event"),
        purpose=_("So that we know whom to write to about the families in it."),
        keep=KEPT,
        until=_("Until the event's registrations are made anonymous"),
        due=lambda before: GroupRegistration.objects.filter(
            event__in=Event.objects.filter(anonymising.over(before)).values("pk"),
            contact__isnull=False,
        ),
        erase=lambda rows: rows.update(contact=None),
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
    PersonalData(
        name="event-programme-mails",
        what=_("E-mail addresses of those who want to hear when a programme changes"),
        purpose=_("So that they hear what is new, moved or cancelled."),
        keep=timedelta(days=30),
        due=lambda before: ProgrammeSubscription.objects.filter(event__ends_at__lte=before),
    )
)
register(
    PersonalData(
        name="event-programme-mails-unconfirmed",
        what=_("E-mail addresses entered for a programme that nobody confirmed"),
        purpose=_("So that there is time to confirm the address."),
        keep=timedelta(days=7),
        due=lambda before: ProgrammeSubscription.objects.filter(
            confirmed_at__isnull=True, created_at__lte=before
        ),
    )
)
register(
    PersonalData(
        name="event-picked",
        what=_("Which programme items somebody has picked, without anything about them"),
        purpose=_("So that they find them again, on paper and in their calendar."),
        keep=timedelta(days=30),
        due=lambda before: MyProgramme.objects.filter(event__ends_at__lte=before),
    )
)
register(
    ExportLog.personal_data(
        name="event-exports",
        what=_("Who exported the list of registrations of which event, and when"),
    )
)
