"""Questionnaires at the desk: which versions there are, out as XLSForm, in from XLSForm."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ssoe_portal.common import table_files
from ssoe_portal.common.ratelimit import rate_limited
from ssoe_portal.common.roles import reviewer_required
from surveys import xlsform
from surveys.desk_forms import TargetForm, XLSFormForm
from surveys.models import Questionnaire, Survey
from surveys.xlsform import keeping

PER_PAGE = 25


@reviewer_required
@require_safe
def questionnaire_list(request: HttpRequest) -> HttpResponse:
    """All surveys with the versions of their questionnaires."""
    versions = Prefetch("questionnaires", Questionnaire.objects.with_use())
    surveys = Survey.objects.with_translation().prefetch_related(versions)
    page = Paginator(surveys.order_by("title", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "surveys/questionnaires/list.html", {"page_obj": page})


@reviewer_required
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """A version as XLSForm."""
    rows = Questionnaire.objects.select_related("survey")
    questionnaire = get_object_or_404(rows, pk=pk)
    response = HttpResponse(xlsform.workbook_of(questionnaire), content_type=table_files.XLSX)
    name = f"{questionnaire.survey.slug}-{questionnaire.version}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@never_cache
@reviewer_required
@rate_limited("import")
def upload(request: HttpRequest) -> HttpResponse:
    """Upload a form; what is wrong with it is told here, place by place."""
    form = XLSFormForm(request.POST, request.FILES) if request.method == "POST" else XLSFormForm()
    read = None
    if form.is_valid():
        name = form.cleaned_data["file"].name or ""
        read = xlsform.read_xlsform(form.content, name)
        if read.definition is not None:
            key = keeping.keep(form.content, name, request.user.pk)
            return redirect("surveys:desk-form", key)
    return render(
        request,
        "surveys/questionnaires/new.html",
        {"form": form, "read": read},
        status=422 if form.is_bound else 200,
    )


@never_cache
@reviewer_required
@rate_limited("import")
def look(request: HttpRequest, key: str) -> HttpResponse:
    """What a form would become; its button stores it."""
    file = keeping.kept(key, request.user.pk)
    read = xlsform.read_xlsform(file.content, file.name) if file else None
    if file is None or read is None or read.definition is None:
        messages.info(request, _("This form is no longer here. Please upload it once more."))
        return redirect("surveys:desk-form-new")
    target = TargetForm(request.POST or None, slug=read.definition["survey"]["slug"])
    if request.method == "POST" and target.is_valid():
        loaded = xlsform.store(read, target.cleaned_data["survey"])
        keeping.forget(key, request.user.pk)
        messages.success(
            request,
            {
                "new": _("Stored as version %(version)s. No wave uses it yet."),
                "changed": _("Stored as version %(version)s, which nobody was asked yet."),
                "unchanged": _("Version %(version)s is the same already. Nothing has changed."),
            }[loaded.outcome]
            % {"version": loaded.questionnaire.version},
        )
        return redirect("surveys:desk-questionnaires")
    return render(
        request,
        "surveys/questionnaires/look.html",
        {"file": file, "read": read, "form": target, **xlsform.preview(read)},
        status=422 if target.errors else 200,
    )
