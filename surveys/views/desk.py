"""The task force's desk: how a wave is doing, what came back, what came out."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ssoe_portal.common.roles import reviewer_required
from surveys import results as outcome
from surveys import snapshots, tasks
from surveys.models import AccessLog, Response, Snapshot, Wave
from surveys.models.questionnaire import structure
from surveys.rates import rates
from surveys.reading import chapters

PER_PAGE = 25


def waves():
    """Waves with what a page says of them, in the reader's language."""
    return Wave.objects.select_related("survey", "questionnaire").with_texts().with_counts()


@reviewer_required
def wave_list(request: HttpRequest) -> HttpResponse:
    """All waves, the latest first."""
    found = Paginator(waves().order_by("-opens_at", "-pk"), PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    return render(request, "surveys/desk/list.html", {"page_obj": page})


@reviewer_required
def wave(request: HttpRequest, pk: int) -> HttpResponse:
    """One wave: its dates, its promise, and how many have answered."""
    here = get_object_or_404(waves(), pk=pk)
    return render(request, "surveys/desk/wave.html", {"wave": here, "rates": rates(here)})


@never_cache
@reviewer_required
def responses(request: HttpRequest, pk: int) -> HttpResponse:
    """Who answered by name. Anonymous responses are a number, nothing else."""
    here = get_object_or_404(waves(), pk=pk)
    rows = (
        Response.objects.readable_by(request.user)
        .filter(wave=here)
        .select_related("organisation__merged_into")
        .order_by("organisation__name", "pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "surveys/desk/responses.html", {"wave": here, "page_obj": page})


@never_cache
@reviewer_required
def response(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The raw answers of one organisation; every look is written down before it is granted."""
    readable = Response.objects.readable_by(request.user).with_texts()
    with transaction.atomic():
        found = get_object_or_404(readable.select_related("wave__survey", "organisation"), pk=pk)
        AccessLog.objects.create(
            by=request.user, wave=found.wave, organisation=found.organisation, rows=1
        )
    questionnaire = structure(found.wave.questionnaire_id)
    return render(
        request,
        "surveys/desk/response.html",
        {"response": found, "wave": found.wave, "chapters": chapters(questionnaire, found)},
    )


@reviewer_required
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """What came out; refused while people are still answering. While forms may still be entered,
    the page says so beside the button that ends it."""
    here = get_object_or_404(waves(), pk=pk)
    if not here.is_closed:
        return render(request, "surveys/desk/not_yet.html", {"wave": here}, status=403)
    snapshot = Snapshot.objects.filter(wave=here).first()
    if snapshot is None or not snapshot.is_made:
        return render(
            request,
            "surveys/desk/counting.html",
            {"wave": here, "survey": here.survey, "snapshot": snapshot},
        )
    snapshot.wave = here
    return render(
        request,
        "surveys/desk/results.html",
        {
            "wave": here,
            "survey": here.survey,
            **outcome.page(snapshot, group=request.GET.get("group", "")),
        },
    )


@reviewer_required
@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Count a closed wave and freeze its results; large ones by the worker."""
    here = get_object_or_404(waves(), pk=pk)
    try:
        snapshot, is_new = snapshots.begin(here)
    except snapshots.NotOver:
        messages.error(request, _("This wave is not over yet."))
        return redirect("surveys:desk-wave", pk)
    if is_new and here.submitted_count <= snapshots.AT_ONCE:
        snapshots.make(snapshot)
    elif not snapshot.is_made:
        # Also where a job was lost: a second one does nothing.
        tasks.make_snapshot.defer(wave_id=here.pk)
    return redirect("surveys:desk-results", pk)


@reviewer_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Let everybody read the results, or take them back."""
    here = get_object_or_404(Wave, pk=pk)
    if request.POST.get("action") == "withdraw":
        here.withdraw_results()
        messages.success(request, _("The results are no longer public."))
    elif here.publish_results() or here.results_are_public:
        messages.success(request, _("Everybody can read the results now."))
    else:
        messages.error(request, _("There are no results yet that could be published."))
        return redirect("surveys:desk-wave", pk)
    return redirect("surveys:desk-results", pk)
