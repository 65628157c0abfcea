"""Parties who registered: the list, its export, and one party as the QR code shows it."""

import uuid

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from events import arriving, export, registering, signing_up, telephone
from events.forms.registration import CancelForm
from events.models import ExportLog, ItemSignUp, Registration
from events.models.registration import CancelledBecause
from events.tables import ColumnSpec, table
from events.views.desk.lookup import event_or_404, registration_or_404
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import event_manager_required

COLUMNS = [
    ColumnSpec("name", gettext_lazy("Name"), ("name",)),
    ColumnSpec("size", gettext_lazy("People"), ("size",), is_number=True),
    ColumnSpec("state", gettext_lazy("Status"), ("state",)),
    ColumnSpec("needs", gettext_lazy("Needs")),
    ColumnSpec("email", gettext_lazy("How to reach them"), ("email",)),
    ColumnSpec("registered", gettext_lazy("Registered"), ("created_at",)),
]


@event_manager_required
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Parties, filtered by `state`, found by `q`, sorted by `sort`."""
    event = event_or_404(slug)
    rows = event.registrations.select_related("group__organisation")
    state = request.GET.get("state", "")
    if state == "needs":
        rows = rows.active().exclude(access_needs="", interpreting="", children=0)
    elif state == "call":
        rows = rows.to_call()
    elif state in Registration.State.values:
        rows = rows.filter(state=state)
    text = request.GET.get("q", "").replace("\0", "").strip()[:80]
    rows = rows.matching(text)
    listed = table(request, rows, COLUMNS, "registered")
    numbers = rows.numbers_of_parties()
    return render(
        request,
        "events/desk/registrations.html",
        {
            "event": event,
            "places": registering.places(event),
            **listed,
            **{key: numbers[key] for key in ("active", "cancelled", "to_call")},
            "states": [
                *Registration.State.choices,
                ("needs", _("with needs")),
                ("call", _("to be called")),
            ],
            "chosen_state": state,
            "text": text,
        },
    )


@event_manager_required
@require_POST
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """Names, addresses and needs leave the portal: who took them is written down first."""
    event = event_or_404(slug)
    registrations = list(
        event.registrations.order_by("created_at", "pk").prefetch_related(
            "answers", Prefetch("sign_ups", ItemSignUp.objects.taking_place().with_items())
        )
    )
    ExportLog.objects.create(by=request.user, event=event, rows=len(registrations))
    content = export.as_csv(registrations, list(event.questions.with_translation().in_order()))
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{event.slug}.csv"'},
    )


@event_manager_required
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One party; this is where the QR code leads."""
    return _page(request, registration_or_404(code), CancelForm())


def _page(request: HttpRequest, found: Registration, cancel_form: CancelForm) -> HttpResponse:
    return render(
        request,
        "events/desk/registration.html",
        {
            "registration": found,
            "event": found.event,
            "calls": telephone.to_tell(found),
            "answers": found.answers.with_questions(),
            "chosen": found.sign_ups.with_items(),
            "can_choose": signing_up.is_possible(found)
            and found.event.released_items.with_places().exists(),
            "at_door": arriving.at_entrance(found) if found.is_confirmed else None,
            "key": uuid.uuid4(),
            "cancel_form": cancel_form,
        },
        status=422 if cancel_form.errors else 200,
    )


@event_manager_required
@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """By the organisers, or `because` the guests have asked for it."""
    found = registration_or_404(code)
    asked_for = request.POST.get("because") == CancelledBecause.GUEST
    because = CancelledBecause.GUEST if asked_for else CancelledBecause.STAFF
    form = CancelForm({} if asked_for else request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        registering.cancel(found, because=because, **form.cleaned_data)
    except TransitionNotAllowed:
        messages.info(request, _("This registration was already cancelled."))
    else:
        messages.success(request, _("Cancelled. The places are passed on."))
    return redirect("events:desk-registration", code=code)
