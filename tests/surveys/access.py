"""Who may open what; see tests/access.py."""

from surveys.models import Question, Section
from tests.access import LOGIN, MISSING, OK, PUBLIC, Access, reviewers
from tests.surveys.world import (
    freeze,
    load_file,
    make_interview,
    make_response,
    make_wave,
    small_questionnaire,
)


def open_survey(world) -> dict:
    return {"slug": make_wave().survey.slug}


def a_draft(world, **more) -> dict:
    from surveys.services import begin_anonymous

    return {"token": begin_anonymous(wave=make_wave()).token, **more}


def an_invitation(world) -> dict:
    from surveys.inviting import LINK

    invitation = make_wave().invitations.create(email="ada@example.org")
    return {"token": LINK.token(invitation.pk)}


def closed_wave(world) -> dict:
    return {"pk": make_wave(state="closed").pk}


def open_wave(world) -> dict:
    return {"pk": make_wave().pk}


def a_version(world, **more) -> dict:
    return {"pk": load_file(small_questionnaire()).questionnaire.pk, **more}


def a_page(world) -> dict:
    found = a_version(world)
    return {**found, "section": Section.objects.get(questionnaire=found["pk"], key="about").pk}


def a_question(world) -> dict:
    found = a_version(world)
    asked = Question.objects.get(section__questionnaire=found["pk"], key="wish")
    return {**found, "question": asked.pk}


def a_survey(world) -> dict:
    return {"pk": make_wave().survey.pk}


def published(world) -> dict:
    wave = make_wave(state="closed")
    for _ in range(wave.threshold):
        make_response(wave)
    freeze(wave).publish_results()
    return {"slug": wave.survey.slug, "pk": wave.pk}


def attributed(world) -> dict:
    wave = make_wave(state="closed")
    return {"pk": make_response(wave, organisation=world.organisation).pk}


def an_interview(world) -> dict:
    from surveys.entering import give_out

    response = make_interview(make_wave(), organisation=world.organisation)
    return {"token": give_out(response)}


ACCESS = {
    "surveys:survey-list": PUBLIC,
    "surveys:survey-detail": Access(OK, arguments=open_survey),
    # Whoever belongs to no organisation begins from the survey's own page.
    "surveys:start": Access(
        302, {"stranger": OK, "editor": OK, "owner": OK}, arguments=open_survey
    ),
    # A draft's link is all one needs; whoever guesses learns nothing.
    "surveys:resume": Access(302, arguments=a_draft),
    "surveys:invited": Access(OK, arguments=an_invitation),
    "surveys:answer-entry": Access(
        302, arguments=lambda world: a_draft(world, section="about", number=1)
    ),
    "surveys:remove-entry": Access(
        405,
        arguments=lambda world: a_draft(world, section="about", number=1),
        post=Access(302),
    ),
    "surveys:desk-invitations": reviewers(arguments=open_wave),
    "surveys:desk-send": reviewers(405, arguments=open_wave),
    "surveys:desk-withdraw-invitation": reviewers(
        405, arguments=lambda world: {**open_wave(world), "invitation": 1}
    ),
    "surveys:answer": Access(OK, arguments=lambda world: a_draft(world, section="about")),
    "surveys:review": Access(OK, arguments=a_draft),
    "surveys:submit": Access(302, arguments=a_draft),
    "surveys:save-for-later": Access(OK, arguments=a_draft),
    "surveys:go-on-anonymously": Access(405, arguments=a_draft, post=Access(302)),
    "surveys:unknown-link": Access(MISSING),
    "surveys:own-response": Access(
        MISSING, {"visitor": LOGIN, "editor": OK, "owner": OK}, arguments=attributed
    ),
    "surveys:desk-entries": reviewers(arguments=open_wave),
    # What somebody has entered is open to them alone: tests/surveys/test_entering.py.
    "surveys:desk-entry": reviewers(MISSING, arguments=attributed),
    "surveys:desk-correct-entry": reviewers(405, arguments=attributed, post=reviewers(MISSING)),
    "surveys:desk-protocol": reviewers(MISSING, arguments=attributed),
    "surveys:desk-discard-entry": reviewers(405, arguments=attributed, post=reviewers(MISSING)),
    "surveys:protocol": Access(OK, arguments=an_interview),
    "surveys:results": Access(OK, arguments=published),
    "surveys:paper-form": Access(
        OK, arguments=lambda world: {**open_survey(world), "language": "de"}
    ),
    "surveys:desk-paper-form": reviewers(
        arguments=lambda world: {**open_wave(world), "language": "de"}
    ),
    "surveys:desk-list": reviewers(),
    "surveys:desk-questionnaires": reviewers(),
    "surveys:desk-form-new": reviewers(post=reviewers(422)),
    # A file that is no longer kept has to be uploaded once more.
    "surveys:desk-form": reviewers(302, arguments=lambda world: {"key": "gone"}),
    "surveys:desk-xlsform": reviewers(arguments=lambda world: {"pk": make_wave().questionnaire_id}),
    "surveys:desk-wave": reviewers(arguments=open_wave),
    "surveys:desk-wave-create": reviewers(),
    "surveys:desk-wave-change": reviewers(arguments=open_wave),
    "surveys:desk-wave-delete": reviewers(
        arguments=lambda world: {"pk": make_wave(state="planned").pk}
    ),
    "surveys:desk-responses": reviewers(arguments=closed_wave),
    "surveys:desk-response": reviewers(arguments=attributed),
    "surveys:desk-export": reviewers(
        arguments=lambda world: {**closed_wave(world), "part": "values", "ending": "csv"}
    ),
    "surveys:desk-results": reviewers(arguments=closed_wave),
    "surveys:desk-count": reviewers(405, arguments=closed_wave),
    "surveys:desk-publish": reviewers(405, arguments=closed_wave),
    "surveys:editor-list": reviewers(),
    "surveys:editor-survey-create": reviewers(),
    "surveys:editor-survey": reviewers(arguments=a_survey),
    "surveys:editor": reviewers(arguments=a_version),
    "surveys:editor-copy": reviewers(405, arguments=a_version),
    "surveys:editor-remove": reviewers(arguments=a_version),
    "surveys:editor-order": reviewers(405, arguments=a_version),
    # Without an item there is nothing to move or delete: back to the outline.
    "surveys:editor-move": reviewers(302, arguments=a_version),
    "surveys:editor-delete": reviewers(302, arguments=a_version),
    "surveys:editor-section-create": reviewers(arguments=a_version),
    "surveys:editor-section": reviewers(arguments=a_page),
    "surveys:editor-question-create": reviewers(arguments=a_page),
    "surveys:editor-question": reviewers(arguments=a_question),
    "surveys:editor-preview": reviewers(arguments=a_version),
    "surveys:editor-try": reviewers(arguments=a_version),
    "surveys:editor-check": reviewers(arguments=a_version),
}
