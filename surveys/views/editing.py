"""The editor of questionnaires, for the task force: versions, pages, questions, their order."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Max, Min, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ssoe_portal.common.roles import reviewer_required
from ssoe_portal.common.translation import IN_LANGUAGE
from surveys import checking, conditions, editing
from surveys.comparing import Mark, compare
from surveys.editing_forms import (
    ConditionHelper,
    KindForm,
    MoveForm,
    OfVersion,
    SectionForm,
    SurveyForm,
)
from surveys.editing_question import QuestionForm
from surveys.models import Question, Questionnaire, Section, Survey
from surveys.models.questionnaire import Kind
from surveys.plan import Plan

PER_PAGE = 25


def editor(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the editor: for reviewers, never cached, with a clear word where the version is
    frozen or something in it is gone."""

    @wraps(view)
    @never_cache
    @reviewer_required
    def guarded(request: HttpRequest, pk: int, **kwargs) -> HttpResponse:
        try:
            return view(request, pk, **kwargs)
        except editing.Frozen:
            messages.error(
                request,
                _("This version is being answered or has been: nothing in it changes any more."),
            )
            return redirect("surveys:editor", pk)
        except Questionnaire.DoesNotExist as problem:
            raise Http404 from problem
        except (Section.DoesNotExist, Question.DoesNotExist):
            messages.error(request, _("Somebody has deleted this meanwhile."))
            return redirect("surveys:editor", pk)

    return guarded


def at_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is sent is stored in one transaction; who only reads needs none."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        with transaction.atomic() if request.method == "POST" else nullcontext():
            return view(request, *args, **kwargs)

    return wrapped


# --- Surveys and versions -------------------------------------------------------------------------


@never_cache
@reviewer_required
def survey_list(request: HttpRequest) -> HttpResponse:
    """All surveys with the versions of their questionnaires."""
    versions = Questionnaire.objects.annotate(
        question_count=Count("sections__questions", distinct=True),
        first_opening=Min("waves__opens_at"),
    ).order_by("-version")
    surveys = (
        Survey.objects.with_translation()
        .annotate(latest=Max("questionnaires__pk"))
        .order_by("-latest", "pk")
        .prefetch_related(Prefetch("questionnaires", versions, to_attr="versions"))
    )
    page = Paginator(surveys, PER_PAGE).get_page(request.GET.get("page"))
    shown = [version for survey in page for version in survey.versions]
    complete = editing.completeness(version.pk for version in shown)
    now = timezone.now()
    for version in shown:
        version.has_opened = version.first_opening is not None and version.first_opening <= now
        version.languages = languages(complete[version.pk])
    return render(request, "surveys/editor/list.html", {"page_obj": page})


def languages(complete: dict[str, int]) -> list[tuple[str, int]]:
    """What is written in which language, and how complete it is; English always."""
    with_english = {"en": 0, **complete}
    return [
        (said, with_english[code]) for code, said in IN_LANGUAGE.items() if code in with_english
    ]


@never_cache
@reviewer_required
@require_http_methods(["GET", "POST"])
def survey_create(request: HttpRequest) -> HttpResponse:
    """A new survey, with an empty first version."""
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            made = form.save().questionnaires.create(version=1)
        messages.success(request, _("The survey is there. Now it needs a first page."))
        return redirect("surveys:editor", made.pk)
    return render(
        request,
        "surveys/editor/survey.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@reviewer_required
@require_http_methods(["GET", "POST"])
@transaction.atomic
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """What people read about a survey before they begin."""
    rows = Survey.objects.all()
    if request.method == "POST":
        rows = rows.select_for_update(no_key=True)
    found = get_object_or_404(rows, pk=pk)
    form = SurveyForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("surveys:editor-list")
    return render(
        request,
        "surveys/editor/survey.html",
        {"form": form, "survey": found},
        status=422 if form.errors else 200,
    )


@dataclass
class Entry:
    """A section or question in the outline."""

    item: Any
    mark: Mark | None
    problems: list[str]
    condition: str
    inside: "list[Entry]" = field(default_factory=list)

    @property
    def address(self) -> str:
        return editing.address(self.item)


@editor
def outline(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its pages and questions in order."""
    questionnaire, earlier = editing.read_with_earlier(pk)
    sections = editing.definition(questionnaire)
    comparison = compare(editing.definition(earlier), sections) if earlier else None
    found = checking.problems(questionnaire, sections)
    return render(
        request,
        "surveys/editor/outline.html",
        {
            **frame(questionnaire, "outline"),
            "earlier": earlier,
            "gone": comparison.gone if comparison else [],
            "entries": entries(questionnaire, comparison, found),
            "problems": found,
            "general": [problem.words for problem in found if problem.item is None],
            "languages": languages(editing.completeness_of(questionnaire)),
        },
    )


def entries(questionnaire: Questionnaire, comparison: Any, found: list) -> list[Entry]:
    plan = Plan(questionnaire)

    def entry(item: Any, marks: dict[str, Mark] | None) -> Entry:
        return Entry(
            item,
            marks[item.key] if marks else None,
            [problem.words for problem in found if problem.item is item],
            conditions.in_words(item.relevant, plan),
        )

    made = []
    for section in questionnaire.sections.all():
        page = entry(section, comparison and comparison.sections)
        page.inside = [
            entry(question, comparison and comparison.questions)
            for question in section.questions.all()
        ]
        made.append(page)
    return made


def frame(questionnaire: Questionnaire, tab: str = "") -> dict[str, Any]:
    """What every page about a version shows around it."""
    return {"questionnaire": questionnaire, "survey": questionnaire.survey, "tab": tab}


@editor
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version that begins as a copy of this one."""
    made = editing.new_version(of=Questionnaire.objects.get(pk=pk))
    messages.success(
        request,
        _("Version %(number)s is there, as a copy. What you change now is asked in the next wave.")
        % {"number": made.version},
    )
    return redirect("surveys:editor", made.pk)


@editor
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then delete a draft."""
    questionnaire = get_object_or_404(Questionnaire.objects.select_related("survey"), pk=pk)
    if questionnaire.is_frozen:
        raise editing.Frozen
    if request.method == "POST":
        try:
            editing.remove_version(pk)
        except editing.StillAsked:
            return redirect("surveys:editor-remove", pk)  # which says by which wave
        messages.success(request, _("The version is deleted."))
        return redirect("surveys:editor-list")
    return render(
        request,
        "surveys/editor/remove.html",
        {
            **frame(questionnaire),
            "waves": questionnaire.waves.with_translation(),
            "question_count": Question.objects.filter(section__questionnaire=pk).count(),
            "is_only_one": questionnaire.survey.questionnaires.count() == 1,
        },
    )


# --- Order ----------------------------------------------------------------------------------------


@editor
@require_POST
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Move something up or down by one, or put a copy behind it."""
    item = request.POST.get("item", "")
    match request.POST.get("action"):
        case "up":
            found = editing.step(questionnaire=pk, item=item, by=-1)
        case "down":
            found = editing.step(questionnaire=pk, item=item, by=1)
        case "duplicate":
            found = editing.duplicate(questionnaire=pk, item=item)
            messages.success(request, _("The copy stands right behind. It has a key of its own."))
        case _:
            return redirect("surveys:editor", pk)
    return back_to(pk, found)


def back_to(pk: int, item: editing.Item) -> HttpResponse:
    """The outline, at the place of an item."""
    return redirect(f"{reverse('surveys:editor', args=[pk])}#{editing.address(item)}")


@editor
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose another place for a page or question."""
    questionnaire = editing.read(pk)
    if questionnaire.is_frozen:
        raise editing.Frozen
    name = (request.POST if request.method == "POST" else request.GET).get("item", "")
    item = editing.find_in(questionnaire, name)
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        questionnaire=questionnaire,
        item=item,
    )
    if form.is_valid():
        moved = editing.move(questionnaire=pk, item=name, behind=form.cleaned_data["behind"])
        messages.success(request, _("Moved."))
        return back_to(pk, moved)
    return render(
        request,
        "surveys/editor/move.html",
        {**frame(questionnaire), "form": form, "item": item, "address": name},
        status=422 if form.errors else 200,
    )


@editor
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then take a page or question away."""
    questionnaire = editing.read(pk)
    if questionnaire.is_frozen:
        raise editing.Frozen
    name = (request.POST if request.method == "POST" else request.GET).get("item", "")
    item = editing.find_in(questionnaire, name)
    by = editing.naming(questionnaire, item)
    if request.method == "POST":
        try:
            editing.remove(questionnaire=pk, item=name)
        except editing.StillNamed as problem:
            by = problem.by
        else:
            messages.success(request, _("Deleted."))
            return redirect("surveys:editor", pk)
    return render(
        request,
        "surveys/editor/delete.html",
        {**frame(questionnaire), "item": item, "address": name, "by": by},
        status=409 if request.method == "POST" else 200,
    )


# --- Pages and questions --------------------------------------------------------------------------


@editor
@require_http_methods(["GET", "POST"])
@at_once
def section(request: HttpRequest, pk: int, section: int | None = None) -> HttpResponse:
    """Write a page's title, introduction and condition."""
    questionnaire = held(request, pk)
    found = find_in(questionnaire.sections.all(), section, Section)
    form, helper = filled(
        request,
        questionnaire,
        lambda data: SectionForm(data, instance=found, questionnaire=questionnaire),
    )
    if is_to_save(request) and form.is_valid():
        if found is None:
            form.instance.questionnaire = questionnaire
            form.instance.position = editing.last_position(questionnaire.sections)
        keep(form)
        messages.success(request, _("Saved."))
        return back_to(pk, form.instance)
    return shown(request, "surveys/editor/section.html", questionnaire, form, helper, item=found)


@editor
@require_http_methods(["GET", "POST"])
@at_once
def question(
    request: HttpRequest, pk: int, section: int | None = None, question: int | None = None
) -> HttpResponse:
    """Write a question. A new one says first of what kind it is."""
    questionnaire = held(request, pk)
    found = find_in(list(questionnaire.questions()), question, Question)
    page = found.section if found else find_in(questionnaire.sections.all(), section, Section)
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    kind = asked if asked in Kind.values else (found.kind if found else "")
    if not kind or "change" in request.GET:
        return render(
            request,
            "surveys/editor/kind.html",
            {
                **frame(questionnaire),
                "form": KindForm(initial={"kind": kind}),
                "page": page,
                "item": found,
            },
        )
    more = 5 if request.POST.get("action") == "rows" else 0
    form, helper = filled(
        request,
        questionnaire,
        lambda data: QuestionForm(
            data, instance=found, questionnaire=questionnaire, kind=kind, more_rows=more
        ),
    )
    if is_to_save(request) and form.is_valid():
        if found is None:
            form.instance.section = page
            form.instance.position = editing.last_position(page.questions)
        keep(form)
        messages.success(request, _("Saved."))
        return back_to(pk, form.instance)
    return shown(
        request,
        "surveys/editor/question.html",
        questionnaire,
        form,
        helper,
        item=found,
        page=page,
        kind=Kind(kind),
    )


def held(request: HttpRequest, pk: int) -> Questionnaire:
    """A version to read, and to write where something was sent: then nobody else does so."""
    if request.method == "POST":
        editing.hold(pk)
    return editing.read(pk)


def find_in(items: Any, pk: int | None, model: type[Any]) -> Any:
    """The item with this key; None for a new one. Raises DoesNotExist."""
    if pk is None:
        return None
    found = next((item for item in items if item.pk == pk), None)
    if found is None:
        raise model.DoesNotExist
    return found


def is_to_save(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("action", "save") == "save"


def filled(
    request: HttpRequest,
    questionnaire: Questionnaire,
    make: Callable[[Any], OfVersion],
) -> tuple[OfVersion, ConditionHelper]:
    """Return the form with what was sent, and the helper for conditions; where the helper was
    asked, its formula stands in the form."""
    plan = Plan(questionnaire)
    data = request.POST.copy() if request.method == "POST" else None
    wants_help = data is not None and data.get("action") == "helper"
    own = str(data.get("key", "")) if data is not None else ""
    helper = ConditionHelper(data if wants_help else None, plan=plan, without=own)
    if data is not None and wants_help and helper.is_valid():
        formula = helper.cleaned_data["formula"]
        data["relevant"] = conditions.both(data.get("relevant", ""), formula)
        helper = ConditionHelper(plan=plan, without=own)
    return make(data), helper


def keep(form: Any) -> None:
    """Store a page or question with its texts and choices; a new name goes everywhere."""
    old, new = form.initial.get("key"), form.cleaned_data["key"]
    form.save()
    form.save_texts()
    if isinstance(form, QuestionForm):
        form.save_choices()
    if old and old != new:
        editing.rename_everywhere(form.questionnaire, old, new)


def shown(
    request: HttpRequest,
    template: str,
    questionnaire: Questionnaire,
    form: OfVersion,
    helper: ConditionHelper,
    **context,
) -> HttpResponse:
    return render(
        request,
        template,
        {**frame(questionnaire), "form": form, "helper": helper, **context},
        status=422 if is_to_save(request) and form.errors else 200,
    )
