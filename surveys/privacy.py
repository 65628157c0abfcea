"""Personal data of the surveys: what, why, how long."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.privacy import PersonalData, register
from surveys.models import AccessLog, AnswerLink, Invitation, OptOut, Response
from surveys.models.response import DRAFT_KEPT


def erase_drafts(drafts: models.QuerySet) -> int:
    """Erase drafts with their answers and links; return how many drafts there were."""
    hashes = list(drafts.values_list("token_hash", flat=True))
    AnswerLink.objects.filter(token_hash__in=hashes).delete()
    drafts.delete()
    return len(hashes)


register(
    PersonalData(
        name="survey-drafts",
        what=_("Survey answers that were begun and not handed in"),
        purpose=_("So that you can stop and go on later."),
        keep=DRAFT_KEPT,
        due=lambda before: Response.objects.drafts().filter(
            touched_on__lte=timezone.localtime(before).date()
        ),
        erase=erase_drafts,
    )
)
register(
    PersonalData(
        name="survey-links",
        what=_("That a link to a draft existed, without the answers"),
        purpose=_("So that an old link gets a clear answer after a survey has closed."),
        keep=timedelta(days=90),
        due=lambda before: AnswerLink.objects.filter(wave__closes_at__lte=before),
    )
)
register(
    PersonalData(
        name="survey-invitations",
        what=_("Addresses that were invited to a survey, and that somebody there has answered"),
        purpose=_("So that a personal link works and only those are reminded who need it."),
        keep=timedelta(days=30),
        due=lambda before: Invitation.objects.filter(wave__closes_at__lte=before),
    )
)
register(
    PersonalData(
        name="survey-silence",
        what=_("Addresses that want no mails about surveys, as a hash that cannot be read back"),
        purpose=_("So that nobody is invited who has said no."),
        keep=timedelta(days=3650),
        due=lambda before: OptOut.objects.filter(noted_on__lte=timezone.localtime(before).date()),
    )
)
register(
    PersonalData(
        name="survey-interviews",
        what=_(
            "Who entered a paper form or an interview given under an organisation’s name, who "
            "asked, and what the respondent says is wrong in the protocol"
        ),
        purpose=_("So that questions about an interview can be cleared up."),
        keep=timedelta(days=365),
        due=lambda before: (
            Response.objects.submitted()
            .entered()
            .filter(wave__closes_at__lte=before)
            .exclude(entered_by=None, interviewer="", objection="")
        ),
        erase=lambda rows: rows.update(entered_by=None, interviewer="", objection=""),
    )
)
register(
    AccessLog.personal_data(
        name="survey-access-log",
        what=_("Which member of staff looked at which organisation’s answers, and when"),
    )
)
