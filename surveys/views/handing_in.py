"""Handing in: the last look, and the copy, which for anonymous respondents is the only one."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from actors.models import Organisation
from ssoe_portal.common.ratelimit import rate_limited
from ssoe_portal.common.signed_links import LinkProblem
from surveys import emails, inviting, profile, services
from surveys.entry_forms import EntryForm
from surveys.models import Response
from surveys.models.questionnaire import structure
from surveys.plan import Flow
from surveys.profile import Difference
from surveys.reading import chapters, top_need
from surveys.services import Incomplete
from surveys.views.answering import (
    address,
    copy_of,
    draft_behind,
    draft_link,
    flow_of,
    invitation_cookie,
    require_open,
    survey_of,
)


@draft_link
def review(request: HttpRequest, token: str) -> HttpResponse:
    """The last look before handing in."""
    draft = draft_behind(request, token)
    require_open(draft)
    flow = flow_of(draft)
    read = chapters(structure(draft.wave.questionnaire_id), draft)
    return render(
        request,
        "surveys/answers/review.html",
        {
            "draft": draft,
            "survey": survey_of(draft),
            "token": token,
            "chapters": read,
            "open_chapters": [chapter for chapter in read if chapter.is_open],
            "dropped": flow.dropped(),
            "differences": differences_of(request, draft, flow),
            "number": len(flow.pages()) + 1,
            "total": len(flow.pages()) + 1,
        },
    )


def differences_of(request: HttpRequest, draft: Response, flow: Flow) -> list[Difference]:
    """What a member who hands in may write to the profile."""
    mine = Organisation.objects.editable_by(request.user)
    if (
        draft.organisation is None
        or draft.is_entered
        or not mine.filter(pk=draft.organisation_id).exists()
    ):
        return []
    return profile.differences(flow, draft.organisation)


@draft_link
@rate_limited("answer-page")
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, token: str) -> HttpResponse:
    """Hand in. The page that answers is the respondent's only copy: nothing of it is kept in the
    session, which would tie an anonymous response to whoever is signed in."""
    if request.method != "POST":
        return redirect("surveys:review", token)
    draft = draft_behind(request, token)
    questionnaire = structure(draft.wave.questionnaire_id)
    offered = {found.key for found in differences_of(request, draft, flow_of(draft))}
    try:
        response = services.submit(token=token, questionnaire=questionnaire)
    except Incomplete as problem:
        messages.warning(request, _("There is still a question open on this page."))
        return redirect(address(token, problem.page))
    if draft.is_being_corrected:
        messages.success(request, _("The correction is finished."))
        return redirect("surveys:desk-entry", response.pk)
    if response.is_entered:
        return entered(request, response)
    if wanted := offered & set(request.POST.getlist("profile")):
        flow = Flow(questionnaire.plan, response.answers)
        written = profile.write_back(response=response, flow=flow, keys=wanted)
        messages.success(
            request,
            ngettext(
                "One answer now stands in your profile.",
                "%(number)d answers now stand in your profile.",
                written,
            )
            % {"number": written},
        )
    # Only after the answers are stored, in a transaction that knows nothing of them.
    cookie = invitation_cookie(response.wave_id)
    invitation = request.COOKIES.get(cookie, "")
    if invitation:
        inviting.note_answer(invitation)
    copy = chapters(questionnaire, response)
    to = "" if response.is_anonymous else thanks_address(request, invitation)
    if to:
        emails.thanks(to=to, language=get_language(), response=response, chapters=copy)
    page = render(
        request,
        "surveys/answers/thanks.html",
        {
            "response": response,
            "survey": survey_of(response),
            "chapters": copy,
            "need": top_need(questionnaire, response),
            "is_member": request.user.is_authenticated and request.user.memberships.exists(),
            "copy_to": to,
        },
    )
    page.delete_cookie(cookie)
    return page


def entered(request: HttpRequest, response: Response) -> HttpResponse:
    """What staff have entered is in: on with the next form, or with the protocol."""
    if response.has_protocol:
        messages.success(request, _("The interview is entered. Now its protocol can be confirmed."))
        return redirect("surveys:desk-entry", response.pk)
    messages.success(request, _("The form is entered. You can go on with the next one."))
    query = {
        "mode": response.mode,
        "attribution": EntryForm.ANONYMOUS if response.is_anonymous else EntryForm.ATTRIBUTED,
    }
    return redirect(reverse("surveys:desk-entries", args=[response.wave_id], query=query))


def thanks_address(request: HttpRequest, invitation: str) -> str:
    """Where a copy of what an organisation answered goes: to whoever handed it in."""
    if request.user.is_authenticated:
        return request.user.email
    try:
        return inviting.find(invitation).email if invitation else ""
    except LinkProblem:
        return ""


@draft_link
@rate_limited("answer")
@require_POST
def go_on_anonymously(request: HttpRequest, token: str) -> HttpResponse:
    """The way on for a draft whose organisation is no longer public."""
    draft_behind(request, token)
    begun = services.make_anonymous(token=token)
    if begun.is_new:
        messages.success(
            request,
            _(
                "You answer anonymously from here on. "
                "Please check that nothing in your answers gives you away."
            ),
        )
    return redirect("surveys:review", begun.token)


@never_cache
@login_required
def own_response(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A member reads what the own organisation handed in, or goes on with its draft."""
    response = get_object_or_404(
        Response.objects.of_members(request.user)
        .select_related("wave__survey", "organisation")
        .with_texts(),
        pk=pk,
    )
    if response.is_draft:
        return redirect(response.resume_url())
    return render(
        request,
        "surveys/answers/own.html",
        {"response": response, "survey": survey_of(response), "chapters": copy_of(response)},
    )
