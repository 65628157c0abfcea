"""What happens to a response: begun, saved page by page, handed in. One lock, on the response."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from actors.models import Organisation
from surveys.models import Answer, AnswerLink, Question, Questionnaire, Response, Wave
from surveys.models.response import attributed_token, new_token, token_hash


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
    """Required questions are open; `section` is the key of the first page that has one."""

    def __init__(self, section: str) -> None:
        super().__init__(section)
        self.section = section


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

    Raises AlreadySubmitted when the organisation has answered this wave.
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
        if not response.is_draft:
            raise AlreadySubmitted from None
        return Begun(response, response.team_token, is_new=False)
    return Begun(response, token)


def profile_values(organisation: Organisation) -> dict[str, list[str]]:
    """What a profile already answers, as choices by `ProfileField`."""
    legal_form = organisation.legal_form
    values = {
        Question.ProfileField.STAGE: [organisation.stage] if organisation.stage else [],
        Question.ProfileField.LEGAL_FORM: [legal_form.key] if legal_form else [],
        Question.ProfileField.TARGET_GROUPS: [g.key for g in organisation.target_groups.all()],
    }
    return {field: keys for field, keys in values.items() if keys}


def _fill_in(response: Response, organisation: Organisation) -> None:
    values = profile_values(organisation)
    questions = Question.objects.filter(
        section__questionnaire=response.wave.questionnaire_id, profile_field__in=values
    )
    Answer.objects.bulk_create(
        Answer(
            response=response,
            question=question,
            value={"choices": values[question.profile_field]},
            from_profile=True,
        )
        for question in questions
    )
    if organisation.stage:
        response.stage = organisation.stage
        response.save(update_fields=["stage"])


def find_draft(token: str, *, lock: bool = False) -> Response:
    """Return the draft behind a link, with wave and survey.

    Raises AlreadySubmitted, LinkReplaced or NoSuchDraft. With `lock`, whoever else writes to this
    response waits until the transaction ends, and then sees what became of it.
    """
    drafts = (
        Response.objects.with_token(token)
        .select_related("wave__survey", "organisation")
        .with_texts()
    )
    # Under the lock the answers are read afterwards: they may change while one waits for it.
    drafts = drafts.select_for_update(of=("self",)) if lock else drafts.prefetch_related("answers")
    response = drafts.first()
    if response is not None:
        return response
    links = AnswerLink.objects.filter(token_hash=token_hash(token))
    link = links.select_related("wave__survey").first()
    if link is None:
        raise NoSuchDraft
    if link.is_replaced:
        raise LinkReplaced(link.wave)
    raise AlreadySubmitted


def save_page(*, token: str, values: dict[Question, dict[str, Any] | None]) -> Response:
    """Store the answers of one page; None forgets an answer. Answers to questions that are no
    longer relevant stay until the response is handed in."""
    with transaction.atomic():
        response = find_draft(token, lock=True)
        emptied = [question for question, value in values.items() if value is None]
        if emptied:
            response.answers.filter(question__in=emptied).delete()
        Answer.objects.bulk_create(
            [
                Answer(response=response, question=question, value=value)
                for question, value in values.items()
                if value is not None
            ],
            update_conflicts=True,
            unique_fields=["response", "question"],
            update_fields=["value", "from_profile"],
        )
        for question, value in values.items():
            if question.decides_branch:
                response.stage = value["choices"][0] if value else ""
        response.touched_on = timezone.localdate()
        response.save(update_fields=["stage", "touched_on"])
    return response


def submit(*, token: str, questionnaire: Questionnaire) -> Response:
    """Hand in: for good, once, complete, and only while the wave is open.

    Raises WaveIsClosed, OrganisationNotPublic, Incomplete, and what `find_draft` raises.
    What does not belong to the respondent's branch is dropped; the secret of the link is
    forgotten; an anonymous response loses its date. `questionnaire` comes with its structure.
    """
    with transaction.atomic():
        response = find_draft(token, lock=True)
        if not response.wave.is_open:
            raise WaveIsClosed
        if not response.may_be_handed_in:
            raise OrganisationNotPublic
        answers = response.values()
        missing = first_open_section(questionnaire, response.stage, answers)
        if missing:
            raise Incomplete(missing)
        relevant = [question.pk for question in questionnaire.relevant_questions(response.stage)]
        response.answers.exclude(question__in=relevant).delete()
        response.answers.filter(from_profile=True).update(from_profile=False)
        response.state = Response.State.SUBMITTED
        response.token_hash = None
        response.touched_on = None
        response.submitted_on = None if response.is_anonymous else timezone.localdate()
        response.save(update_fields=["state", "token_hash", "touched_on", "submitted_on"])
    return response


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
        begun.response.stage = old.stage
        begun.response.save(update_fields=["stage"])
        # Copied in the order of the questionnaire and with new ids: nothing leads back.
        Answer.objects.bulk_create(
            Answer(response=begun.response, question_id=question, value=value)
            for question, value in sorted(old.values().items())
        )
        AnswerLink.objects.filter(token_hash=old.token_hash).delete()
        old.delete()
    return begun


def first_open_section(
    questionnaire: Questionnaire, stage: str, answers: dict[int, dict]
) -> str | None:
    """Return the key of the first page on which a required question is open, if there is one."""
    for section in questionnaire.relevant_sections(stage):
        for question in section.relevant_questions(stage):
            if question.required and question.pk not in answers:
                return section.key
    return None
