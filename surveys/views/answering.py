"""Answering: begin, page by page, stop and go on. No account, no session: the link is all there
is."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from actors.models import Organisation
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.ratelimit import rate_limited
from surveys import emails, reading, services
from surveys.forms import PageForm
from surveys.models import Response, Survey, Wave
from surveys.models.choice import Stage
from surveys.models.questionnaire import structure
from surveys.plan import MOST_REPEATS, Flow, Page
from surveys.reading import Chapter, chapters
from surveys.seen import digest
from surveys.services import (
    AlreadySubmitted,
    EntryChanged,
    LinkReplaced,
    NoSuchDraft,
    OrganisationNotPublic,
    TooMany,
    WaveIsClosed,
)
from surveys.start_forms import MailLinkForm, StartForm


def invitation_cookie(wave: int) -> str:
    """Where the personal link of whoever began by one stands, in their browser alone: so that it
    can be noted after handing in that this person has answered, without the draft knowing of the
    link. Each wave has its own: who answers one survey has not answered another."""
    return f"survey_invitation_{wave}"


def draft_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page behind a draft's secret link: never cached, and with a clear word when the link
    leads nowhere any more."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, token: str, **kwargs) -> HttpResponse:
        try:
            response = view(request, token, **kwargs)
        except AlreadySubmitted:
            # Who reloads the page that said thank you comes here, too.
            own = Response.objects.of_members(request.user).submitted().behind(token)
            # A page of answers, not the button that hands them in, pressed twice.
            too_late = request.method == "POST" and bool(kwargs)
            context = {"own": own, "too_late": too_late}
            response = render(request, "surveys/answers/handed_in.html", context, status=410)
        except NoSuchDraft:
            response = unknown_link(request)
        except LinkReplaced as problem:
            response = replaced(request, problem.wave)
        except WaveIsClosed:
            response = stopped(request, token, "surveys/answers/closed.html")
        except OrganisationNotPublic:
            response = stopped(request, token, "surveys/answers/not_public.html")
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def stopped(request: HttpRequest, token: str, template: str) -> HttpResponse:
    """This draft cannot be handed in: say why, and give the answers back."""
    draft = draft_behind(request, token)
    if draft.is_being_corrected:
        messages.info(request, _("Forms of this wave can no longer be entered."))
        return redirect("surveys:desk-entry", draft.pk)
    return render(
        request,
        template,
        {"draft": draft, "survey": survey_of(draft), "token": token, "chapters": copy_of(draft)},
        status=410,
    )


def replaced(request: HttpRequest, wave: Wave) -> HttpResponse:
    """The link is an old one; who still belongs to the organisation finds the new one signed in."""
    return render(request, "surveys/answers/replaced.html", {"survey": wave.survey}, status=410)


def draft_behind(request: HttpRequest, token: str) -> Response:
    """The draft behind a link; one that staff enter only for whoever enters it. Raises
    AlreadySubmitted, LinkReplaced or NoSuchDraft."""
    draft = services.find_draft(token)
    user = request.user
    if draft.is_entered and not (user.is_authenticated and user.may_review):
        raise NoSuchDraft
    if draft.is_entered and draft.entered_by_id != user.pk:
        raise NoSuchDraft
    return draft


def require_open(draft: Response) -> None:
    """Raise WaveIsClosed or OrganisationNotPublic when the draft can no longer be handed in."""
    if not draft.is_in_time:
        raise WaveIsClosed
    if not draft.may_be_handed_in:
        raise OrganisationNotPublic


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if nothing was filled in."""
    return request.POST if request.method == "POST" else None


def survey_of(draft: Response) -> Survey:
    return draft.wave.survey


def copy_of(response: Response) -> list[Chapter]:
    return chapters(structure(response.wave.questionnaire_id), response)


@never_cache
@rate_limited("answer")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin: members choose for whom they answer, everybody else answers anonymously."""
    survey = get_object_or_404(Survey.objects.asked().with_translation().with_waves(), slug=slug)
    wave = survey.open_wave
    if wave is None:
        return redirect(survey)  # whose page says that it is closed
    mine = Organisation.objects.may_act_for(request.user)
    answered = (
        wave.responses.submitted()
        .filter(organisation__in=mine)
        .select_related("organisation")
        .order_by("organisation__name", "pk")
    )
    organisations = (
        mine.exclude(pk__in=answered.order_by().values("organisation"))
        .select_related("legal_form")
        .order_by("name", "pk")
    )
    if wave.is_by_invitation and not organisations:
        return redirect(survey)  # whose page says so
    if not organisations:
        wants_a_name = request.POST.get("attribution") == StartForm.ATTRIBUTED
        if request.method == "POST" and not wants_a_name:
            begun = services.begin_anonymous(wave=wave)
            return redirect("surveys:resume", begun.token)
        if not answered:
            return redirect(survey)
        return render(
            request,
            "surveys/answers/start.html",
            {"survey": survey, "wave": wave, "answered": answered},
            status=409 if wants_a_name else 200,
        )
    form = StartForm(
        posted(request),
        organisations=organisations,
        may_be_anonymous=not wave.is_by_invitation,
    )
    if form.is_valid():
        organisation = form.cleaned_data["organisation"]
        fill_in = form.cleaned_data["fill_in"]
        try:
            if form.is_anonymous:
                profile = organisation if fill_in else None
                begun = services.begin_anonymous(wave=wave, profile=profile)
            else:
                begun = services.begin_attributed(
                    wave=wave, organisation=organisation, fill_in=fill_in
                )
        except AlreadySubmitted:
            form.add_error(
                "organisation" if len(organisations) > 1 else "attribution",
                _("%(organisation)s has already answered this time. Thank you.")
                % {"organisation": organisation},
            )
        else:
            if not begun.is_new:
                messages.info(request, _("Someone from your organisation has begun: go on here."))
            return redirect("surveys:resume", begun.token)
    return render(
        request,
        "surveys/answers/start.html",
        {"survey": survey, "wave": wave, "form": form, "answered": answered},
        status=422 if form.errors else 200,
    )


@never_cache
def unknown_link(request: HttpRequest) -> HttpResponse:
    """A link to a draft that lost a part on its way, so that it is none."""
    response = render(request, "surveys/answers/missing.html", status=404)
    response["X-Robots-Tag"] = "noindex"
    return response


@draft_link
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Go on where one stopped: the first page with an open question, else the last look."""
    draft = draft_behind(request, token)
    require_open(draft)
    if draft.is_being_corrected:
        return redirect("surveys:review", token)
    flow = flow_of(draft)
    for page in flow.pages():
        if is_untouched(flow, page, draft) or any(map(flow.is_open, [page, *entries(flow, page)])):
            return redirect(address(token, page))
    return redirect("surveys:review", token)


def flow_of(draft: Response) -> Flow:
    plan = structure(draft.wave.questionnaire_id).plan
    return Flow(plan, draft.answers, is_entered=draft.is_entered)


def entries(flow: Flow, page: Page) -> list[Page]:
    """The pages of what was added, where a page lists it."""
    return flow.within(page.section) if page.is_list else []


def is_untouched(flow: Flow, page: Page, draft: Response) -> bool:
    """Whether nobody has answered anything on a page; what the profile filled in is nobody's."""
    if page.is_list:
        return page.section.key not in draft.answers
    return not any(
        flow.answer(question, page.instance) is not None and question.key not in draft.prefilled
        for question in flow.questions(page.section, page.instance)
    )


def address(token: str, page: Page) -> str:
    if page.number is None:
        return reverse("surveys:answer", args=[token, page.section.key])
    return reverse("surveys:answer-entry", args=[token, page.section.key, page.number])


def find_page(flow: Flow, section: str, number: int | None) -> Page | None:
    """Return the page with this address, if it belongs to the respondent's way."""
    wanted = None if number is None else number - 1
    return next(
        (
            page
            for page in flow.all_pages()
            if page.section.key == section and page.instance == wanted
        ),
        None,
    )


@draft_link
@rate_limited("answer-page")
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str, section: str, number: int | None = None):
    """One page of questions, or the list of what was added to one that is asked several times."""
    draft = draft_behind(request, token)
    if request.method != "POST":
        require_open(draft)
    flow = flow_of(draft)
    page = find_page(flow, section, number)
    if page is None:
        if request.method == "POST":
            keep_typed(request.POST, token, flow, section, number)
        messages.info(request, _("That page does not belong to your questions any more."))
        return redirect("surveys:resume", token)
    return (_list if page.is_list else _page)(request, token, draft, flow, page)


def keep_typed(data: QueryDict, token: str, flow: Flow, section: str, number: int | None) -> None:
    """Keep what was typed on a page that has left the respondent's way meanwhile, by an answer on
    another device: it may come back, and is dropped at handing in otherwise. An entry that was
    removed is there again, as the last one."""
    found = next((item for item in flow.plan.sections if item.key == section), None)
    if found is None or found.repeats != (number is not None):
        return
    page = Page(found, None if number is None else number - 1)
    if found.repeats and not found.repeat_count:
        page = Page(found, flow.count(found))
        data = data.copy()
        data.pop(PageForm.SHOWN, None)  # all of it is new
    if page.instance is not None and not 0 <= page.instance < MOST_REPEATS:
        return
    form = PageForm(data, flow=flow, page=page, complete=False)
    if form.is_valid():
        services.save_page(token=token, page=page, values=form.values(), stage=form.stage)


def _page(
    request: HttpRequest, token: str, draft: Response, flow: Flow, page: Page
) -> HttpResponse:
    action = request.POST.get("action", "next")
    form = PageForm(
        posted(request),
        flow=flow,
        page=page,
        prefilled=frozenset(draft.prefilled),
        complete=action == "next" and draft.is_in_time and draft.may_be_handed_in,
    )
    is_right = form.is_valid()
    if is_right:
        draft = services.save_page(token=token, page=page, values=form.values(), stage=form.stage)
        require_open(draft)
        if not (form.new_questions and action in ("next", "look")):
            return redirect(after(token, draft, flow_of(draft), page, action))
        if action == "next":
            messages.info(request, _("Because of your answers there is more to ask on this page."))
    return render(
        request,
        "surveys/answers/page.html",
        {**frame(token, draft, form.flow, page), "form": form},
        status=422 if form.errors else 200,
    )


def _list(
    request: HttpRequest, token: str, draft: Response, flow: Flow, page: Page
) -> HttpResponse:
    action = request.POST.get("action", "")
    if request.method == "POST":
        require_open(draft)
        if action == "add":
            try:
                place = services.add_entry(token=token, page=page)
            except TooMany:
                messages.warning(request, _("There is no room for more entries of this kind."))
                return redirect(address(token, page))
            return redirect(address(token, Page(page.section, place)))
        return redirect(after(token, draft, flow, page, action))
    found = [
        (reading.chapter(flow, entry), digest(draft.answers[page.section.key][entry.instance]))
        for entry in flow.within(page.section)
    ]
    return render(
        request,
        "surveys/answers/entries.html",
        {
            **frame(token, draft, flow, page),
            "entries": found,
            "has_room": len(found) < MOST_REPEATS,
        },
    )


def frame(token: str, draft: Response, flow: Flow, page: Page) -> dict:
    """What every page on the way shows around its questions."""
    pages = flow.pages()
    here = pages.index(page) if page in pages else pages.index(Page(page.section))
    return {
        "draft": draft,
        "survey": survey_of(draft),
        "token": token,
        "page": page,
        "title": reading.title_of(flow, page),
        "introduction": flow.text(page.section.text.introduction, page.instance),
        "number": here + 1,
        "total": max(steps(flow), here + 2),
        "has_previous": here > 0 or page not in pages,
    }


def steps(flow: Flow) -> int:
    """How many pages there are to the last look; while the group is not known, of the longest
    way."""
    decides = flow.plan.stage_question
    if decides is None or flow.answer(decides):
        return len(flow.pages()) + 1
    ways = (Flow(flow.plan, {**flow.answers, decides.key: stage}) for stage in Stage.values)
    return max(len(way.pages()) for way in ways) + 1


def after(token: str, draft: Response, flow: Flow, here: Page, action: str) -> str:
    """Where a saved page leads: who corrects sees all answers again."""
    if draft.is_being_corrected and action == "next" and here.instance is None:
        return reverse("surveys:review", args=[token])
    return next_page(token, flow, here, action)


def next_page(token: str, flow: Flow, here: Page, action: str) -> str:
    """Where a saved page leads, as the answers are now."""
    if action == "later":
        return reverse("surveys:save-for-later", args=[token])
    pages = flow.pages()
    of_list = Page(here.section)
    if here not in pages and of_list in pages:
        return address(token, of_list)
    sections = [page.section.key for page in pages]
    if here in pages:
        index = pages.index(here)
    else:
        index = sections.index(here.section.key) if here.section.key in sections else 0
    index += -1 if action == "back" else 1
    if index >= len(pages):
        return reverse("surveys:review", args=[token])
    return address(token, pages[max(index, 0)])


@draft_link
@rate_limited("answer-page")
@require_POST
def remove_entry(request: HttpRequest, token: str, section: str, number: int) -> HttpResponse:
    """Take away what was added."""
    draft = draft_behind(request, token)
    require_open(draft)
    page = find_page(flow_of(draft), section, number)
    if page is not None and not page.section.repeat_count:
        try:
            services.remove_entry(token=token, page=page, seen=request.POST.get("seen", ""))
        except EntryChanged:
            messages.warning(
                request, _("The entries have changed meanwhile. Nothing more was removed.")
            )
        else:
            messages.success(request, _("The entry is removed."))
    return redirect("surveys:answer", token, section)


@draft_link
@rate_limited("contact")
@require_http_methods(["GET", "POST"])
def save_for_later(request: HttpRequest, token: str) -> HttpResponse:
    """Show the link back, and send it on wish; staff find what they enter at their desk."""
    draft = draft_behind(request, token)
    if draft.is_entered:
        return redirect("surveys:desk-entries", draft.wave_id)
    require_open(draft)
    form = MailLinkForm(posted(request))
    if form.is_valid():
        emails.send_link(
            to=form.cleaned_data["email"],
            language=get_language(),
            token=token,
            draft=draft,
        )
        messages.success(request, _("The link is on its way."))
        return redirect("surveys:save-for-later", token)
    return render(
        request,
        "surveys/answers/later.html",
        {
            "draft": draft,
            "survey": survey_of(draft),
            "token": token,
            "form": form,
            "link": absolute(request.path.removesuffix("later/")),
        },
        status=422 if form.errors else 200,
    )
