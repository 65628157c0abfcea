"""What happens to a response: begun, saved page by page, handed in. One lock, on the response."""

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from actors.models import Organisation
from surveys import mixing
from surveys.models import AnswerLink, Question, Questionnaire, Response, Wave
from surveys.models.questionnaire import structure
from surveys.models.response import attributed_token, new_token, token_hash
from surveys.plan import MOST_REPEATS, Answers, Flow, Page, is_empty
from surveys.profile import profile_values
from surveys.seen import digest


class WaveIsClosed(Exception):
    """The wave's time is over (or has not come): nothing can be handed in."""


class AlreadySubmitted(Exception):
    """The response was handed in before: by a second click, another device or a colleague."""


class NoSuchDraft(Exception):
    """No draft was ever behind this link, or it was erased."""


class LinkReplaced(Exception):
    """Somebody has left the organisation since this link was given out; the draft has a new one."""

    def __init__(self, wave: Wave) -> None:
        super().__init__(str(wave))
        self.wave = wave


class OrganisationNotPublic(Exception):
    """The organisation has no public page (any more): nobody can hand in under its name."""


class Incomplete(Exception):
    """Something is missing or wrong; `page` is the first one on which it is."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.section.key)
        self.page = page


class TooMany(Exception):
    """There are as many entries of a kind as there may be."""


class EntryChanged(Exception):
    """Another entry stands here by now than the one that was to go."""


@dataclass(frozen=True)
class Begun:
    """A draft and the secret of its link, which is known only now."""

    response: Response
    token: str
    is_new: bool = True


def begin_anonymous(*, wave: Wave, profile: Organisation | None = None) -> Begun:
    """Begin an anonymous draft. Of `profile` only the values are copied, never the link."""
    if not wave.is_open:
        raise WaveIsClosed
    token = new_token()
    with transaction.atomic():
        response = Response.objects.create(
            wave=wave, token_hash=token_hash(token), touched_on=timezone.localdate()
        )
        AnswerLink.objects.create(token_hash=token_hash(token), wave=wave)
        if profile is not None:
            _fill_in(response, profile)
    return Begun(response, token)


def begin_attributed(*, wave: Wave, organisation: Organisation, fill_in: bool = True) -> Begun:
    """Begin an organisation's draft, or go on with the one that a member has begun.

    Raises AlreadySubmitted when the organisation has answered this wave, also when staff are just
    entering its form.
    """
    if not wave.is_open:
        raise WaveIsClosed
    key = uuid.uuid4()
    token = attributed_token(key)
    try:
        with transaction.atomic():
            response = Response.objects.create(
                id=key,
                wave=wave,
                organisation=organisation,
                token_hash=token_hash(token),
                touched_on=timezone.localdate(),
            )
            AnswerLink.objects.create(token_hash=token_hash(token), wave=wave)
            if fill_in:
                _fill_in(response, organisation)
    except IntegrityError:
        response = Response.objects.get(wave=wave, organisation=organisation)
        if not response.is_draft or response.is_entered:
            raise AlreadySubmitted from None
        return Begun(response, response.team_token, is_new=False)
    return Begun(response, token)


def _fill_in(response: Response, organisation: Organisation) -> None:
    """Answer what the profile knows. Nothing stays with anonymous answers that their respondent
    does not see: the group only where the questionnaire asks for it."""
    values = profile_values(organisation)
    questions = Question.objects.filter(
        section__questionnaire=response.wave.questionnaire_id,
        section__repeats=False,
        profile_field__in=values,
    )
    response.answers = {question.key: values[question.profile_field] for question in questions}
    response.prefilled = sorted(response.answers)
    if not response.is_anonymous or any(question.decides_branch for question in questions):
        response.stage = organisation.stage
    response.save(update_fields=["answers", "prefilled", "stage"])


def find_draft(token: str, *, lock: bool = False) -> Response:
    """Return the draft, or what is being corrected, behind a link, with wave and survey.

    Raises AlreadySubmitted, LinkReplaced or NoSuchDraft. With `lock`, whoever else writes to this
    response waits until the transaction ends, and then sees what became of it; the survey is left
    to whoever asks for it.
    """
    drafts = Response.objects.with_token(token)
    if lock:
        drafts = drafts.select_related("wave").select_for_update(of=("self",))
    else:
        drafts = drafts.select_related("wave__survey").with_texts()
    response = drafts.order_by().first()
    if response is not None:
        return response
    links = AnswerLink.objects.filter(token_hash=token_hash(token))
    link = links.select_related("wave__survey").first()
    if link is None:
        raise NoSuchDraft
    if link.is_replaced:
        raise LinkReplaced(link.wave)
    raise AlreadySubmitted


def save_page(*, token: str, page: Page, values: Answers, stage: str | None = None) -> Response:
    """Store the answers of one page; an empty one forgets an answer. Answers to questions that are
    no longer asked stay until the response is handed in. `stage` is the group, where this page
    decides it."""
    with transaction.atomic():
        response = find_draft(token, lock=True)
        kept = response.answers
        if page.instance is not None:
            rows = kept.setdefault(page.section.key, [])
            # Another device may have taken one away meanwhile: nothing of this page is lost.
            rows.extend({} for _missing in range(page.instance + 1 - len(rows)))
            kept = rows[page.instance]
        for key, value in values.items():
            if is_empty(value):
                kept.pop(key, None)
            else:
                kept[key] = value
        response.prefilled = [key for key in response.prefilled if key not in values]
        if stage is not None:
            response.stage = stage
        if values or stage is not None or not response.is_being_corrected:
            _keep(response, "stage")
    return response


def add_entry(*, token: str, page: Page) -> int:
    """Add an entry to a section that is asked several times; return its place, from 0. One that is
    still empty comes first: a second click adds nothing. Raises TooMany."""
    with transaction.atomic():
        response = find_draft(token, lock=True)
        rows = response.answers.setdefault(page.section.key, [])
        if rows and not rows[-1]:
            return len(rows) - 1
        if len(rows) >= MOST_REPEATS:
            raise TooMany
        rows.append({})
        _keep(response)
    return len(rows) - 1


def remove_entry(*, token: str, page: Page, seen: str = "") -> None:
    """Take an entry away; one that is gone already is what was wanted. Entries move up when one
    goes: `seen` is the digest of the one that is meant. Raises EntryChanged."""
    with transaction.atomic():
        response = find_draft(token, lock=True)
        rows = response.answers.get(page.section.key, [])
        if page.instance is not None and page.instance < len(rows):
            if seen and seen != digest(rows[page.instance]):
                raise EntryChanged
            del rows[page.instance]
            _keep(response)


def _keep(response: Response, *fields: str) -> None:
    """Store a draft; of what is being corrected, that it was, while the wave takes entries: what
    its respondent has confirmed was something else."""
    response.touched_on = timezone.localdate()
    if response.is_being_corrected:
        if not response.is_in_time:
            raise WaveIsClosed
        response.corrected_on = response.touched_on
        response.confirmed_on = None
        fields = (*fields, "corrected_on", "confirmed_on")
    response.save(update_fields=["answers", "prefilled", "touched_on", *fields])


def submit(*, token: str, questionnaire: Questionnaire) -> Response:
    """Hand in: for good, once, complete, and only while the wave is open; what staff enter, while
    it takes entries.

    Raises WaveIsClosed, OrganisationNotPublic, Incomplete, and what `find_draft` raises.
    What was not asked in the end is dropped, what is calculated is kept; the secret of the link is
    forgotten; an anonymous response has no date and no order (`mixing`). `questionnaire` comes with
    its structure.
    """
    with transaction.atomic():
        response = find_draft(token, lock=True)
        if not response.is_in_time:
            raise WaveIsClosed
        if not response.may_be_handed_in:
            raise OrganisationNotPublic
        flow = Flow(questionnaire.plan, response.answers, is_entered=response.is_entered)
        if page := flow.open_page():
            raise Incomplete(page)
        if response.is_being_corrected:
            finish_correction(response, flow)
            return response
        _complete(response, flow)
        if response.is_anonymous:
            response.entered_by = None
            anonymous = Response.objects.submitted().filter(organisation__isnull=True)
            mixing.put(response, anonymous.filter(wave=response.wave))
        else:
            response.submitted_on = timezone.localdate()
            response.save()
    return response


def finish_correction(response: Response, flow: Flow) -> None:
    """Take the link away again. What was corrected has to be confirmed anew."""
    _complete(response, flow)
    if response.corrected_on is not None and response.confirmed_on is None:
        response.asked_on = None
        response.objection = ""
    response.save()


def _complete(response: Response, flow: Flow) -> None:
    """Drop what was not asked in the end, and forget the link."""
    response.answers = flow.final(is_anonymous=response.is_anonymous)
    response.prefilled = []
    response.state = Response.State.SUBMITTED
    response.token_hash = None
    response.touched_on = None


def replace_links(*, organisation_id: int) -> None:
    """Give the organisation's drafts new links; the old ones lead nowhere from now on."""
    with transaction.atomic():
        drafts = Response.objects.drafts().filter(organisation=organisation_id)
        for response in drafts.select_for_update().order_by("pk"):
            links = AnswerLink.objects.filter(token_hash=response.token_hash)
            links.update(is_replaced=True)
            response.link_number += 1
            response.token_hash = token_hash(response.team_token)
            response.save(update_fields=["link_number", "token_hash"])
            AnswerLink.objects.create(token_hash=response.token_hash, wave_id=response.wave_id)


def make_anonymous(*, token: str) -> Begun:
    """Go on anonymously with an organisation's draft that can no longer be handed in.

    The answers move to a new draft that knows nothing of the old one; the old one and its link
    are erased. Raises WaveIsClosed, and what `find_draft` raises."""
    with transaction.atomic():
        old = find_draft(token, lock=True)
        if not old.wave.is_open:
            raise WaveIsClosed
        if old.may_be_handed_in:
            return Begun(old, token, is_new=False)
        begun = begin_anonymous(wave=old.wave)
        plan = structure(old.wave.questionnaire_id).plan
        begun.response.stage = old.stage if plan.stage_question else ""
        begun.response.answers = old.answers
        begun.response.save(update_fields=["stage", "answers"])
        AnswerLink.objects.filter(token_hash=old.token_hash).delete()
        old.delete()
    return begun
