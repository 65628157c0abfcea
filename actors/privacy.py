"""Personal data of the directory: what, why, how long."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from actors.models import (
    Claim,
    Contact,
    ExportRecord,
    Invitation,
    JoinRequest,
    ListImport,
    Supporter,
)
from actors.models.list_import import KEPT
from ssoe_portal.common.privacy import PersonalData, register

JOIN_REQUESTS = register(
    PersonalData(
        name="join-requests",
        what=_("Name, e-mail address, message and wanted date of people who sign up for an offer"),
        purpose=_("So that the organisation can answer and knows who is coming."),
        keep=timedelta(days=180),
        due=lambda before: JoinRequest.objects.filter(created_at__lte=before),
    )
)
register(
    PersonalData(
        name="join-requests-unconfirmed",
        what=_("Sign-ups for an offer whose e-mail address was never confirmed"),
        purpose=_("So that the link in the mail works when it is opened some days later."),
        keep=timedelta(days=7),
        due=lambda before: JoinRequest.objects.filter(
            created_at__lte=before, state=JoinRequest.State.UNCONFIRMED
        ),
    )
)
SUPPORTERS = register(
    PersonalData(
        name="supporters",
        what=_("Name, e-mail address and message of people who want to join an initiative"),
        purpose=_("So that the initiative can write to them."),
        keep=timedelta(days=365),
        due=lambda before: Supporter.objects.filter(confirmed_at__lte=before),
    )
)
register(
    PersonalData(
        name="supporters-unconfirmed",
        what=_("Messages to an initiative whose e-mail address was never confirmed"),
        purpose=_("So that the link in the mail works when it is opened some days later."),
        keep=timedelta(days=7),
        due=lambda before: Supporter.objects.filter(confirmed_at=None, created_at__lte=before),
    )
)
register(
    PersonalData(
        name="invitations",
        what=_("E-mail addresses of people invited into an organisation’s team"),
        purpose=_("So that the link in the invitation works and can be withdrawn."),
        keep=timedelta(days=30),
        due=lambda before: Invitation.objects.filter(created_at__lte=before),
    )
)
register(
    PersonalData(
        name="claims",
        what=_("Name, task and message of people who ask for their organisation’s entry"),
        purpose=_(
            "So that the task force can check the request. It is deleted when it is decided."
        ),
        keep=timedelta(days=180),
        due=lambda before: Claim.objects.filter(created_at__lte=before),
    )
)
CONTACTS = register(
    PersonalData(
        name="contacts",
        what=_(
            "Name, task, telephone number and e-mail address of an organisation’s contact persons"
        ),
        purpose=_(
            "So that people know whom to ask for; or, where the organisation says so, only the "
            "task force. Kept as long as the organisation confirms or changes its entry."
        ),
        keep=timedelta(days=730),
        due=Contact.objects.untouched_since,
    )
)
register(
    PersonalData(
        name="contacts-history",
        what=_("Earlier states of an organisation’s contact persons"),
        purpose=_("So that the task force can see what was changed, and mend what was a mistake."),
        keep=timedelta(days=180),
        due=lambda before: Contact.pgh_event_model.objects.filter(pgh_created_at__lte=before),
    )
)
register(
    PersonalData(
        name="lists-read-in",
        what=_(
            "Lists of organisations and offers that the task force has read in, with the "
            "addresses, telephone numbers and e-mail addresses in them"
        ),
        purpose=_("So that a list can be checked before it is entered, and taken back after."),
        keep=KEPT,
        due=ListImport.objects.without_file().outdated,
    )
)
register(
    ExportRecord.personal_data(
        name="directory-exports",
        what=_(
            "Who of the staff has downloaded lists of the directory with contact persons, and when"
        ),
    )
)
