"""What organisations propose, and what they changed in published events."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import proposing
from events.forms.proposal import DecisionForm
from events.models import Event
from ssoe_portal.common.history import latest_state
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import event_manager_required

PER_PAGE = 30


@event_manager_required
def index(request: HttpRequest) -> HttpResponse:
    """Proposals, the longest waiting first; below what changed since somebody last looked."""
    along = (
        Event.objects.select_related("organisation")
        .defer("search", "description")
        .with_translation()
    )
    waiting = Paginator(along.awaiting_review(), PER_PAGE)
    changed = Paginator(along.recently_changed().order_by("-changed_at", "-pk"), PER_PAGE)
    return render(
        request,
        "events/desk/proposals.html",
        {
            "page_obj": waiting.get_page(request.GET.get("page")),
            "changed": changed.get_page(request.GET.get("changed")),
        },
    )


def decision_form(event: Event) -> DecisionForm | None:
    """The form for what waits to be decided about an event, if anything does."""
    if event.status != Event.Status.SUBMITTED and not event.is_changed_by_owner:
        return None
    return DecisionForm(initial={"was": event.status, "seen": latest_state(event)})


@event_manager_required
@require_POST
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish a proposal, return it, or note that a change was seen.

    Of two people who decide at once the second is told; whoever looked at an older text than what
    is stored now looks again first.
    """
    page = redirect("events:desk-event", slug)
    form = DecisionForm(request.POST)
    with transaction.atomic():
        event = get_object_or_404(Event.objects.locked(), slug=slug)
        if not form.is_valid():
            for error in form.errors.get("reason", [_("This step is not possible.")]):
                messages.error(request, error)
            return page
        decision = form.cleaned_data
        if event.status != decision["was"]:
            messages.error(request, _("Somebody else has decided meanwhile."))
            return page
        if decision["seen"] != latest_state(event):
            messages.warning(
                request, _("This event has just been changed. Please look at it once more.")
            )
            return page
        try:
            _take(request, event, decision)
        except TransitionNotAllowed:
            messages.error(request, _("This step is not possible."))
    return page


def _take(request: HttpRequest, event: Event, decision: dict) -> None:
    match decision["action"]:
        case DecisionForm.PUBLISH:
            proposing.publish(event, only_from=Event.Status.SUBMITTED)
            messages.success(request, _("The event is public."))
        case DecisionForm.RETURN:
            proposing.give_back(event, decision["reason"], only_from=Event.Status.SUBMITTED)
            messages.success(request, _("Returned. The organisation reads your words in a mail."))
        case _:
            event.mark_reviewed()
            messages.success(request, _("Noted that you have looked at it."))
