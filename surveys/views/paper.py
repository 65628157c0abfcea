"""Surveys on paper: the form to print."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from ssoe_portal.common.mail import absolute
from ssoe_portal.common.qr import qr_code
from ssoe_portal.common.roles import reviewer_required
from ssoe_portal.common.translation import BASE_LANGUAGE, CONTENT_LANGUAGES
from surveys import paper
from surveys.models import Questionnaire, Survey, Wave
from surveys.models.questionnaire import structure


@require_safe
def public_form(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The form of the open wave, for everybody. One by invitation is for the task force only."""
    survey = get_object_or_404(Survey.objects.asked().with_waves(), slug=slug)
    wave = survey.open_wave
    if wave is None or wave.is_by_invitation:
        raise Http404
    return _form(request, wave, language, survey.get_absolute_url())


@require_safe
@reviewer_required
def desk_form(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The form of any wave, also before it opens."""
    wave = get_object_or_404(Wave, pk=pk)
    return _form(request, wave, language, wave.get_absolute_url())


def _form(request: HttpRequest, wave: Wave, language: str, back: str) -> HttpResponse:
    """Everything on the form is in its own language, which need not be one of the interface; its
    links are in the reader's."""
    languages = paper.languages(wave.questionnaire_id)
    name = request.resolver_match.view_name
    arguments = request.resolver_match.kwargs
    if language not in dict(languages):
        if language not in dict(CONTENT_LANGUAGES):
            raise Http404
        return redirect(name, **{**arguments, "language": BASE_LANGUAGE})
    links = [
        (code, label, reverse(name, kwargs={**arguments, "language": code}))
        for code, label in languages
    ]
    with override(language):
        here = Wave.objects.select_related("survey").with_texts().get(pk=wave.pk)
        if here.has_opened:
            questionnaire = structure(here.questionnaire_id)
        else:  # it may still change, so it is not remembered
            questionnaire = Questionnaire.objects.with_structure().get(pk=here.questionnaire_id)
        address = _online(here.survey, language)
        return render(
            request,
            "surveys/paper/form.html",
            {
                "survey": here.survey,
                "wave": here,
                "parts": paper.parts(questionnaire.plan),
                "languages": links,
                "language": language,
                "back": back,
                "qr": qr_code(address),
                "address": address.partition("://")[2].rstrip("/"),
                "operator": settings.OPERATOR,
                "contact": settings.CONTACT_EMAIL,
            },
        )


def _online(survey: Survey, language: str) -> str:
    """Where the survey is answered, in the form's language where the pages know it."""
    with override(language if language in dict(settings.LANGUAGES) else BASE_LANGUAGE):
        return absolute(survey.get_absolute_url())
