"""Entering paper forms and interviews: begun here, then answered page by page like any response.

Who enters has the draft in a list of their own until it is handed in. An anonymous one then forgets
who entered it, and is written in no order (`surveys/mixing.py`): it cannot be found again. What was
entered under a name can be corrected until entering ends.
"""

import uuid
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from actors.models import Organisation
from ssoe_portal.common.signed_links import LinkProblem, SignedLink
from surveys import emails
from surveys.models import AnswerLink, Response, Wave
from surveys.models.questionnaire import structure
from surveys.models.response import CONFIRMING, attributed_token, token_hash
from surveys.plan import Flow
from surveys.privacy import erase_drafts
from surveys.services import AlreadySubmitted, Begun, WaveIsClosed, finish_correction

#: The respondent's link to the protocol of an interview.
LINK = SignedLink("survey-protocol", CONFIRMING)


class IsAnsweringOnline(Exception):
    """Somebody of the organisation has begun online: one of the two has to give way."""


def begin(
    *,
    wave: Wave,
    mode: str,
    by,
    organisation: Organisation | None = None,
    interviewer: str = "",
    held_on: date | None = None,
) -> Begun:
    """Begin to enter a form or an interview whose respondent has agreed.

    Without organisation neither the day nor who asked is kept. A draft that was begun online and
    can no longer be handed in gives way. Raises WaveIsClosed, AlreadySubmitted, IsAnsweringOnline.
    """
    if not wave.takes_entries:
        raise WaveIsClosed
    key = uuid.uuid4()
    token = attributed_token(key)
    named = {"interviewer": interviewer, "held_on": held_on} if organisation else {}
    try:
        with transaction.atomic():
            if organisation is not None and wave.is_closed:
                left = wave.responses.drafts().filter(organisation=organisation)
                erase_drafts(left.filter(mode=Response.Mode.ONLINE))
            response = Response.objects.create(
                id=key,
                wave=wave,
                mode=mode,
                organisation=organisation,
                consented=True,
                entered_by=by,
                token_hash=token_hash(token),
                touched_on=timezone.localdate(),
                **named,
            )
            AnswerLink.objects.create(token_hash=token_hash(token), wave=wave)
    except IntegrityError:
        there = Response.objects.get(wave=wave, organisation=organisation)
        if there.is_draft and not there.is_entered:
            raise IsAnsweringOnline from None
        raise AlreadySubmitted from None
    return Begun(response, token)


def discard(response: Response) -> None:
    """Erase a draft that was begun by mistake."""
    erase_drafts(Response.objects.drafts().entered().filter(pk=response.pk))


# --- Correcting -----------------------------------------------------------------------------------


def reopen(response: Response) -> str:
    """Open what was entered under a name once more; return the secret of its link. It stays handed
    in, and each page that is saved counts at once. Raises WaveIsClosed."""
    with transaction.atomic():
        entered = Response.objects.submitted().attributed().entered()
        row = entered.select_related("wave").select_for_update(of=("self",)).get(pk=response.pk)
        if not row.may_be_corrected:
            raise WaveIsClosed
        row.token_hash = token_hash(row.team_token)
        row.touched_on = timezone.localdate()
        row.save(update_fields=["token_hash", "touched_on"])
    return row.team_token


def finish_corrections(wave: Wave) -> None:
    """Before anything is counted: what is still open counts as it stands. Call it in a
    transaction."""
    for response in wave.responses.being_corrected().order_by("pk").select_for_update():
        plan = structure(wave.questionnaire_id).plan
        finish_correction(response, Flow(plan, response.answers, is_entered=True))


# --- The respondent's word ------------------------------------------------------------------------


def give_out(response: Response) -> str:
    """Note that the respondent of an interview gets the protocol; return the secret of its link."""
    with transaction.atomic():
        row = _interviews().select_for_update(of=("self",)).get(pk=response.pk)
        if row.asked_on is None:
            row.asked_on = timezone.localdate()
            row.save(update_fields=["asked_on"])
    response.asked_on = row.asked_on
    return LINK.token(str(response.pk))


def send_protocol(response: Response, *, to: str, language: str) -> None:
    """Mail the respondent a link to the protocol. The address is not kept."""
    with transaction.atomic():
        emails.protocol(to=to, language=language, token=give_out(response), response=response)


def find(token: str) -> Response:
    """Return the interview behind a link. Raises LinkProblem."""
    found = _interviews().filter(pk=LINK.read(token)).first()
    if found is None:
        raise LinkProblem("expired")
    return found


def say(response: Response, *, objection: str = "") -> bool:
    """The respondent confirms the protocol, or says what is wrong; the first word counts. Return
    whether this was it."""
    open_ones = _interviews().filter(pk=response.pk, confirmed_on=None, objection="")
    change = {"objection": objection} if objection else {"confirmed_on": timezone.localdate()}
    return bool(open_ones.filter(asked_on__isnull=False).update(**change))


def _interviews():
    rows = Response.objects.submitted().attributed().filter(mode=Response.Mode.INTERVIEW)
    rows = rows.filter(token_hash=None)  # what is being corrected is nothing to confirm yet
    return rows.select_related("wave__survey", "organisation").with_texts()
