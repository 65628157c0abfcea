"""What an organisation's profile and a survey know of each other: answers filled in from the
profile, and answers written back to it, each only where its respondent wants it."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from actors import services as actors_services
from actors.models import LegalForm, Organisation, TargetGroup
from surveys.models import Question, Response
from surveys.models.questionnaire import ProfileField
from surveys.plan import Flow
from surveys.reading import describe

type Value = str | list[str]


def profile_values(organisation: Organisation) -> dict[str, Value]:
    """What a profile already answers, by `ProfileField`."""
    values: dict[str, Value] = {
        ProfileField.STAGE: organisation.stage,
        ProfileField.LEGAL_FORM: getattr(organisation.legal_form, "key", ""),
        ProfileField.TARGET_GROUPS: sorted(g.key for g in organisation.target_groups.all()),
    }
    return {field: value for field, value in values.items() if value}


@dataclass(frozen=True)
class Difference:
    """An answer that says something else than the profile."""

    question: Question
    answer: Value

    before: list[str]
    after: list[str]

    @property
    def key(self) -> str:
        return self.question.key


def differences(flow: Flow, organisation: Organisation) -> list[Difference]:
    """Where the answers say something else than the profile; what was passed over says nothing."""
    known = profile_values(organisation)
    found = []
    for question in flow.plan.questions.values():
        if not question.profile_field or not flow.asks(question):
            continue
        answer = _for_profile(question, flow.answer(question))
        before = known.get(question.profile_field, "")
        if answer and answer != before:
            found.append(
                Difference(question, answer, describe(question, before), describe(question, answer))
            )
    return found


def _for_profile(question: Question, answer: Value | None) -> Value:
    """What of an answer a profile can say: terms of the vocabulary, none of the question's own
    choices ("nothing of this", "something else")."""
    terms = {term.key for term in question.terms} if question.vocabulary else set()
    if isinstance(answer, list):
        return sorted(terms.intersection(answer))
    return answer if answer in terms else ""


@transaction.atomic
def write_back(*, response: Response, flow: Flow, keys: Collection[str]) -> int:
    """Write the chosen answers to the organisation's profile, as a change of its own team that
    staff see. Return how many were written."""
    organisation = Organisation.objects.locked().get(pk=response.organisation_id)
    chosen = [found for found in differences(flow, organisation) if found.key in keys]

    def save() -> None:
        for difference in chosen:
            _write(organisation, difference.question.profile_field, difference.answer)
        organisation.save()

    if chosen:
        actors_services.change_organisation(organisation=organisation, save=save)
    return len(chosen)


def _write(organisation: Organisation, field: str, answer: Value) -> None:
    match field:
        case ProfileField.STAGE:
            organisation.stage = answer
        case ProfileField.LEGAL_FORM:
            organisation.legal_form = LegalForm.objects.filter(key=answer).first()
        case ProfileField.TARGET_GROUPS:
            organisation.target_groups.set(TargetGroup.objects.filter(key__in=answer))
