"""Entering paper forms and interviews at the desk, and the respondent's word about them."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ssoe_portal.common.mail import absolute
from ssoe_portal.common.qr import qr_code
from ssoe_portal.common.ratelimit import rate_limited
from ssoe_portal.common.roles import reviewer_required
from surveys import entering, paper
from surveys.entry_forms import EntryForm, ObjectionForm, ProtocolMailForm
from surveys.models import Response, Wave
from surveys.models.questionnaire import structure
from surveys.reading import Chapter, chapters
from surveys.services import AlreadySubmitted, WaveIsClosed
from surveys.views.answering import posted
from surveys.views.desk import waves

#: What stays the same from one form to the next.
KEPT = ("mode", "attribution")


@never_cache
@reviewer_required
@require_http_methods(["GET", "POST"])
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to enter a form; what one has begun, and what one has entered under a name."""
    wave = get_object_or_404(waves(), pk=pk)
    kept = {name: request.GET[name] for name in KEPT if name in request.GET}
    form = EntryForm(posted(request), wave=wave, by=request.user, initial=kept)
    if wave.takes_entries and form.is_valid() and (begun := _begin(request, wave, form)):
        with override(form.cleaned_data["language"]):
            return redirect("surveys:resume", begun.token)
    own = (
        Response.objects.entered_by(request.user)
        .filter(wave=wave)
        .select_related("organisation")
        .order_by("organisation__name", "pk")
    )
    return render(
        request,
        "surveys/desk/entries.html",
        {
            "wave": wave,
            "form": form,
            "drafts": own.drafts(),
            "entered": own.submitted(),
            "languages": paper.languages(wave.questionnaire_id),
        },
        status=422 if form.errors else 200,
    )


def _begin(request: HttpRequest, wave: Wave, form: EntryForm):
    """Begin, or say at the form why not."""
    data = form.cleaned_data
    try:
        return entering.begin(
            wave=wave,
            mode=data["mode"],
            by=request.user,
            organisation=data["organisation"],
            interviewer=data["interviewer"],
            held_on=data["held_on"],
        )
    except AlreadySubmitted:
        form.add_error("organisation", _("This organisation has answered, or is being entered."))
    except entering.IsAnsweringOnline:
        form.add_error(
            "organisation",
            _("Somebody of this organisation is answering online just now. Please ask them first."),
        )
    except WaveIsClosed:
        form.add_error(None, _("Forms of this wave can no longer be entered."))
    return None


@reviewer_required
@require_POST
def discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw away what was begun by mistake."""
    draft = get_object_or_404(Response.objects.entered_by(request.user).drafts(), pk=pk)
    entering.discard(draft)
    messages.success(request, _("The entry is thrown away."))
    return redirect("surveys:desk-entries", draft.wave_id)


def _own(request: HttpRequest, pk: uuid.UUID) -> Response:
    """What this person has entered under a name. Whoever wrote it down may look at it again, also
    while nobody else may read any answers."""
    rows = Response.objects.entered_by(request.user).submitted().attributed()
    return get_object_or_404(
        rows.select_related("wave__survey", "organisation").with_texts(), pk=pk
    )


@reviewer_required
@require_POST
def correct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open again what one has entered under a name, to correct it."""
    response = _own(request, pk)
    try:
        token = entering.reopen(response)
    except WaveIsClosed:
        messages.error(request, _("Forms of this wave can no longer be entered."))
        return redirect("surveys:desk-entry", pk)
    return redirect("surveys:review", token)


def _protocol(response: Response) -> list[Chapter]:
    return chapters(structure(response.wave.questionnaire_id), response)


@never_cache
@reviewer_required
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What one has entered, and the way to its confirmation."""
    response = _own(request, pk)
    may_ask = not response.is_being_corrected and response.confirmation in (
        Response.Confirmation.NOT_ASKED,
        Response.Confirmation.WAITING,
        Response.Confirmation.SILENT,
    )
    if may_ask and request.POST.get("action") == "print":
        entering.give_out(response)
        return redirect("surveys:desk-protocol", pk)
    form = ProtocolMailForm(posted(request), initial={"email": response.organisation.email})
    if may_ask and form.is_valid():
        entering.send_protocol(
            response, to=form.cleaned_data["email"], language=get_language() or ""
        )
        messages.success(request, _("The link to the protocol is on its way."))
        return redirect("surveys:desk-entry", pk)
    return render(
        request,
        "surveys/desk/entry.html",
        {
            "response": response,
            "wave": response.wave,
            "form": form if may_ask else None,
            "chapters": _protocol(response),
        },
        status=422 if form.errors else 200,
    )


@never_cache
@require_safe
@reviewer_required
def protocol_sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The protocol on paper, with a code that leads to the page where it is confirmed."""
    response = _own(request, pk)
    if response.asked_on is None:
        return redirect("surveys:desk-entry", pk)
    token = entering.LINK.token(str(response.pk))
    address = absolute(reverse("surveys:protocol", args=[token]))
    return render(
        request,
        "surveys/paper/protocol.html",
        {"response": response, "chapters": _protocol(response), "qr": qr_code(address)},
    )


@never_cache
@rate_limited("link")
@require_http_methods(["GET", "POST"])
def protocol(request: HttpRequest, token: str) -> HttpResponse:
    """The respondent reads what was written down, and confirms it or says what is wrong."""
    response = entering.find(token)
    form = ObjectionForm(posted(request) if request.POST.get("action") == "object" else None)
    said: dict[str, Any] | None = None
    if request.POST.get("action") == "confirm":
        said = {}
    elif form.is_valid():
        said = {"objection": form.cleaned_data["objection"]}
    if said is not None:
        if entering.say(response, **said):
            messages.success(request, _("Thank you. It is noted."))
        return redirect("surveys:protocol", token)
    page = render(
        request,
        "surveys/answers/protocol.html",
        {
            "response": response,
            "survey": response.wave.survey,
            "chapters": _protocol(response),
            "form": form,
        },
        status=422 if form.errors else 200,
    )
    page["X-Robots-Tag"] = "noindex"
    return page
