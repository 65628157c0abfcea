"""What everybody may read: which surveys there are, what they are about, what came out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from actors.models import Organisation
from ssoe_portal.common.structured_data import entry, listed
from ssoe_portal.common.users import User
from surveys import results as outcome
from surveys.models import Response, Survey, Wave


def survey_list(request: HttpRequest) -> HttpResponse:
    """Surveys that can be answered now, and those that are over."""
    surveys = list(Survey.objects.asked().with_translation().with_waves())
    return render(
        request,
        "surveys/surveys/list.html",
        {
            "open_surveys": [survey for survey in surveys if survey.open_wave],
            "past_surveys": [survey for survey in surveys if not survey.open_wave],
            "structured_data": listed(surveys, len(surveys)),
        },
    )


def _of_members(user: User, survey: Survey) -> tuple[list[Response], list[Response]]:
    """What somebody's organisations answer now, drafts too, and what they answered in waves that
    have closed: that can be read at any time."""
    waves = {wave.pk: wave for wave in survey.opened_waves}
    found = Response.objects.of_members(user).filter(wave__in=waves).select_related("organisation")
    own, earlier = [], []
    for response in found.order_by("-wave__closes_at", "organisation__name", "pk"):
        response.wave = waves[response.wave_id]
        if response.wave.is_open:
            own.append(response)
        elif not response.is_draft:
            earlier.append(response)
    return own, earlier


def survey_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What is asked, by whom, why and how long it takes; and the way in."""
    survey = get_object_or_404(Survey.objects.asked().with_translation().with_waves(), slug=slug)
    wave = survey.open_wave
    own, earlier = [], []
    is_member = may_answer_for_one = False
    if request.user.is_authenticated:
        may_answer_for_one = Organisation.objects.may_act_for(request.user).exists()
        is_member = may_answer_for_one or request.user.memberships.exists()
        if is_member:
            own, earlier = _of_members(request.user, survey)
    return render(
        request,
        "surveys/surveys/detail.html",
        {
            "survey": survey,
            "wave": wave,
            "own": own,
            "earlier": earlier,
            "structured_data": entry("WebPage", survey, survey.text, name=survey.text.title),
            "is_member": is_member,
            "may_answer_for_one": may_answer_for_one,
        },
    )


def results(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The results that the task force has published."""
    waves = Wave.objects.evaluable().filter(
        results_published_at__isnull=False, snapshot__made_at__isnull=False
    )
    wave = get_object_or_404(
        waves.select_related("survey", "snapshot").with_texts(),
        pk=pk,
        survey__slug=slug,
    )
    return render(
        request,
        "surveys/results/public.html",
        {
            "wave": wave,
            "survey": wave.survey,
            **outcome.page(wave.snapshot, group=request.GET.get("group", "")),
        },
    )
