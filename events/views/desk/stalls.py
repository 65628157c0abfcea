"""Stalls that were applied for: the list, the decision, the pitch."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from events import placing
from events.forms.stalls import DecisionForm, PlacementForm
from events.models import Pitch, StallApplication, StallFormat
from events.plan import free_pitch, plans
from events.tables import ColumnSpec, table
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import event_manager_required

COLUMNS = [
    ColumnSpec("title", gettext_lazy("Stall"), ("title",)),
    ColumnSpec("organisation", gettext_lazy("Organisation"), ("organisation__name",)),
    ColumnSpec("format", gettext_lazy("Format"), ("format__position",)),
    ColumnSpec("needs", gettext_lazy("Needs")),
    ColumnSpec("received", gettext_lazy("Received"), ("created_at",)),
    ColumnSpec("state", gettext_lazy("Decision"), ("state",)),
    ColumnSpec("pitch", gettext_lazy("Pitch"), ("assignment__pitch__label",)),
]


@event_manager_required
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Applications, filtered by `state` and `format`, sorted by `sort`."""
    event = event_or_404(slug)
    rows = event.stall_applications.for_tables()
    state = request.GET.get("state", "")
    if state == "without-pitch":
        rows = rows.without_pitch()
    elif state in StallApplication.State.values:
        rows = rows.filter(state=state)
    formats = list(StallFormat.objects.all())
    chosen = request.GET.get("format", "")
    if chosen in {term.key for term in formats}:
        rows = rows.filter(format__key=chosen)
    return render(
        request,
        "events/desk/stalls.html",
        {
            "event": event,
            **table(request, rows, COLUMNS, "received"),
            "formats": [(term.key, term.label) for term in formats],
            "chosen_format": chosen,
            "states": [
                *StallApplication.State.choices,
                ("without-pitch", _("accepted, without a pitch")),
            ],
            "chosen_state": state,
        },
    )


def _stall(pk: int) -> StallApplication:
    return get_object_or_404(StallApplication.objects.for_tables().with_texts(), pk=pk)


def _stall_page(
    request: HttpRequest,
    application: StallApplication,
    *,
    decision: DecisionForm | None = None,
    placement: PlacementForm | None = None,
    status: int = 200,
) -> HttpResponse:
    bound = decision or placement
    pitches = list(Pitch.objects.filter(venue__event=application.event).for_plans())
    chosen = free_pitch(pitches, request.GET.get("pitch", "")) if application.is_accepted else None
    here = reverse("events:desk-stall", args=[application.pk])

    def link(pitch: Pitch, stall: StallApplication | None) -> str:
        if stall is not None:
            return "" if stall == application else reverse("events:desk-stall", args=[stall.pk])
        return f"{here}?pitch={pitch.pk}#placing" if application.is_accepted else ""

    return render(
        request,
        "events/desk/stall.html",
        {
            "application": application,
            "event": application.event,
            "decision": decision or DecisionForm(application=application),
            "placement": placement or PlacementForm(application=application, chosen=chosen),
            "chosen": chosen,
            "lacks": application.lacks_at(chosen) if chosen else [],
            "plans": plans(pitches, mine=application, chosen=chosen, link=link),
        },
        status=422 if bound is not None and bound.errors else status,
    )


@event_manager_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return _stall_page(request, _stall(pk))


@event_manager_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one step. A page that shows what is no longer so decides nothing: it comes anew, with
    what stands now and what was written."""
    application = _stall(pk)
    form = DecisionForm(request.POST, application=application)
    if form.is_stale:
        return _decided_meanwhile(request, application)
    if not form.is_valid():
        return _stall_page(request, application, decision=form)
    reason = form.cleaned_data["reason"]
    try:
        match form.cleaned_data["decision"]:
            case "accept":
                placing.accept(application=application, reason=reason)
                said = _("Accepted. The organisation gets a mail. Now a pitch?")
            case "decline":
                placing.decline(application=application, reason=reason)
                said = _("Declined. The organisation gets a mail with your reason.")
            case "take-back":
                placing.take_back(application=application, reason=reason)
                said = _("Taken back. The organisation gets a mail with your reason.")
            case _:
                placing.reopen(application=application)
                said = _("Open again. The organisation gets a mail when you decide.")
    except placing.AppliedAgain:
        messages.error(
            request,
            _("The organisation has applied for this event anew. Please decide on that one."),
        )
    except TransitionNotAllowed:
        return _decided_meanwhile(request, _stall(pk))
    else:
        messages.success(request, said)
    return redirect("events:desk-stall", pk=pk)


#: Whoever reads it may be the one who decided, in another tab: it says what is so, not who did it.
STANDS_NOW = {
    StallApplication.State.SUBMITTED: gettext_lazy(
        "Meanwhile this application is open again. Nothing was changed now."
    ),
    StallApplication.State.ACCEPTED: gettext_lazy(
        "Decided meanwhile: the stall is accepted. Nothing was changed now."
    ),
    StallApplication.State.DECLINED: gettext_lazy(
        "Decided meanwhile: the stall is declined. Nothing was changed now."
    ),
    StallApplication.State.WITHDRAWN: gettext_lazy(
        "Meanwhile the organisation has withdrawn its application. Nothing was changed now."
    ),
}


def _decided_meanwhile(request: HttpRequest, application: StallApplication) -> HttpResponse:
    messages.warning(request, STANDS_NOW[StallApplication.State(application.state)])
    written = request.POST.get("reason", "")
    anew = DecisionForm(initial={"reason": written}, application=application)
    return _stall_page(request, application, decision=anew, status=409)


@event_manager_required
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    application = _stall(pk)
    form = PlacementForm(request.POST, application=application)
    if not form.is_valid():
        return _stall_page(request, application, placement=form)
    try:
        placing.place(application=application, pitch=form.cleaned_data["pitch"])
    except placing.PitchTaken:
        form.add_error("pitch", _("This pitch was given away a moment ago. Please choose another."))
        return _stall_page(request, _stall(pk), placement=form)
    except TransitionNotAllowed:
        messages.error(request, _("Only an accepted stall gets a pitch."))
    else:
        messages.success(request, _("Saved. The organisation gets a mail when it has a new pitch."))
        _warn_of_lacks(request, application, form.cleaned_data["pitch"])
    if request.POST.get("back") == "plan":
        return redirect("events:desk-plan", slug=application.event.slug)
    return redirect("events:desk-stall", pk=pk)


def _warn_of_lacks(
    request: HttpRequest, application: StallApplication, pitch: Pitch | None
) -> None:
    """A pitch that lacks something is possible (a cable can be laid), but nobody overlooks it."""
    lacks = application.lacks_at(pitch) if pitch is not None else []
    if lacks:
        messages.warning(
            request,
            _("Please check: %(pitch)s is %(lacks)s, and “%(stall)s” asked for it.")
            % {"pitch": pitch.label, "lacks": ", ".join(lacks), "stall": application.title},
        )
