"""Before a version is asked: how it looks, how it goes, what is wrong with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from ssoe_portal.common.translation import (
    CONTENT_LANGUAGES,
    IN_LANGUAGE,
    current_language,
    direction,
)
from surveys import checking, editing, reading, trying
from surveys.forms import PageForm
from surveys.models import Questionnaire
from surveys.plan import Flow, Page
from surveys.views.editing import editor, frame

QUESTIONS = "surveys/answers/page.html#questions"


def unreadable(request: HttpRequest, questionnaire: Questionnaire, tab: str) -> HttpResponse:
    """Formulas are wrong: there is no way through it yet."""
    return render(request, "surveys/editor/unreadable.html", frame(questionnaire, tab), status=409)


@editor
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """All pages of one way, in one language, as respondents see them."""
    wanted = request.GET.get("language", "")
    language = wanted if wanted in dict(CONTENT_LANGUAGES) else current_language()
    with override(language):
        questionnaire = editing.read(pk)
        if trying.is_readable(questionnaire):
            plan = questionnaire.plan
            asked = trying.WayForm(request.GET, plan=plan)
            flow = Flow(plan, asked.answers)
            pages = [drawn(request, flow, page) for page in trying.shown_pages(flow)]
            missing = [section.text.title for section in trying.left_out(flow)]
        else:
            pages = None
    if pages is None:
        return unreadable(request, questionnaire, "preview")
    if language != current_language():
        # Its own choices are for staff, in their language.
        asked = trying.WayForm(request.GET, plan=editing.read(pk).plan)
    used = [("de", "Deutsch"), *checking.languages_of(questionnaire)]
    return render(
        request,
        "surveys/editor/preview.html",
        {
            **frame(questionnaire, "preview"),
            "form": asked,
            "pages": pages,
            "left_out": missing,
            "languages": used,
            "language": language,
            "dir": direction(language),
        },
    )


def drawn(request: HttpRequest, flow: Flow, page: Page) -> dict[str, Any]:
    """A page as it stands before its respondent, in the language that is active."""
    form = PageForm(flow=flow, page=page)
    return {
        "title": reading.title_of(flow, page),
        "introduction": flow.text(page.section.text.introduction, page.instance),
        "repeats": page.section.repeats,
        "questions": render_to_string(QUESTIONS, {"form": form}, request),
    }


@editor
@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer all of it, page by page, down to what would be handed in."""
    questionnaire = editing.read(pk)
    if not trying.is_readable(questionnaire):
        return unreadable(request, questionnaire, "try")
    plan = questionnaire.plan
    run = trying.Run.read(pk, request.POST.get("state", ""))
    if run is None:
        run = trying.Run(pk)
        pages = Flow(plan, run.answers).pages()
        run.at = trying.place(pages[0]) if pages else None
        return stand(request, questionnaire, run)
    action, _colon, number = request.POST.get("action", "next").partition(":")
    flow = Flow(plan, run.answers)
    page = run.page(flow)
    if page is None or action in ("add", "open", "remove") or page.is_list:
        turn(run, flow, page, action, number)
        return stand(request, questionnaire, run)
    form = PageForm(request.POST, flow=flow, page=page, complete=action != "back")
    if form.is_valid():
        run.answers = dict(form.flow.answers)
        if not (form.new_questions and action == "next"):
            run.go(Flow(plan, run.answers), -1 if action == "back" else 1)
            return stand(request, questionnaire, run)
        messages.info(request, _("Because of your answers there is more to ask on this page."))
    return stand(request, questionnaire, run, form)


def turn(run: trying.Run, flow: Flow, page: Page | None, action: str, number: str) -> None:
    """What the buttons of a list and of the last look do."""
    place = int(number) - 1 if number.isdecimal() else 0
    if page is not None and page.is_list and action == "add":
        run.add(page.section)
    elif page is not None and page.is_list and action == "remove":
        run.remove(page.section, place)
    elif page is not None and page.is_list and action == "open":
        run.at = (page.section.key, place)
    else:
        run.go(flow, -1 if action == "back" else 1)


def stand(
    request: HttpRequest,
    questionnaire: Questionnaire,
    run: trying.Run,
    form: PageForm | None = None,
) -> HttpResponse:
    """Show the page that a test run stands on."""
    flow = form.flow if form else Flow(questionnaire.plan, run.answers)
    page = run.page(flow)
    pages = flow.pages()
    context: dict[str, Any] = {
        **frame(questionnaire, "try"),
        "state": run.write(),
        "total": len(pages) + 1,
    }
    if page is None:
        chapters = [reading.chapter(flow, step) for step in flow.all_pages()]
        more = {
            "chapters": chapters,
            "open_chapters": [chapter for chapter in chapters if chapter.is_open],
            "dropped": flow.dropped(),
            "handed_in": trying.handed_in(flow),
            "number": len(pages) + 1,
        }
        return render(request, "surveys/editor/try_end.html", {**context, **more})
    here = pages.index(page) if page in pages else pages.index(Page(page.section))
    context |= {
        "page": page,
        "title": reading.title_of(flow, page),
        "introduction": flow.text(page.section.text.introduction, page.instance),
        "number": here + 1,
        "total": max(len(pages) + 1, here + 2),
        "has_previous": here > 0 or page not in pages,
    }
    if page.is_list:
        context["entries"] = [reading.chapter(flow, entry) for entry in flow.within(page.section)]
    else:
        context["form"] = form or PageForm(flow=flow, page=page)
    return render(
        request,
        "surveys/editor/try.html",
        context,
        status=422 if form is not None and form.errors else 200,
    )


@editor
@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What should be looked at before a wave opens."""
    questionnaire = editing.read(pk)
    problems = checking.problems(questionnaire, editing.definition(questionnaire))
    never, unknown = [], []
    compared, early = [], []
    readable = trying.is_readable(questionnaire)
    if readable:
        never, unknown = checking.unreachable(questionnaire)
        compared = checking.strange_comparisons(questionnaire)
        early = checking.too_early(questionnaire)
    missing = [
        {
            "code": code,
            "name": capfirst(IN_LANGUAGE[code]),
            "items": checking.missing(questionnaire, code),
            "survey": checking.survey_missing(questionnaire.survey, code),
        }
        for code, _name in checking.languages_of(questionnaire)
    ]
    return render(
        request,
        "surveys/editor/check.html",
        {
            **frame(questionnaire, "check"),
            "problems": [*problems, *checking.same_choices(questionnaire), *compared, *early],
            "readable": readable,
            "never": never,
            "unknown": unknown,
            "missing": missing,
            "too_long": checking.too_long(questionnaire),
            "not_in_results": checking.not_in_results(questionnaire),
            "languages": editing.completeness_of(questionnaire),
        },
    )
