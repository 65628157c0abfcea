"""What organisations propose, and what they changed in published events."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from events import proposing
from events.forms.proposal import DecisionForm
from events.models import Event
from events.views.desk.events import page
from events.views.desk.lookup import event_or_404
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


@event_manager_required
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish a proposal, return it, or note that a change was seen.

    Of two people who decide at once the second is told; whoever looked at an older text than what
    is stored now looks again first. Until it is decided, what was typed stays.
    """
    if request.method != "POST":  # from the answer to what was sent, to another language
        return redirect("events:desk-event", slug)
    form = DecisionForm(request.POST)
    with transaction.atomic():
        event = get_object_or_404(Event.objects.locked(), slug=slug)
        is_valid = form.is_valid()
        if not {"was", "seen", "action"} <= form.cleaned_data.keys():
            messages.error(request, _("This step is not possible."))
        elif event.status != form.cleaned_data["was"]:
            messages.error(request, _("Somebody else has decided meanwhile."))
        elif form.cleaned_data["seen"] != latest_state(event):
            messages.warning(
                request, _("This event has just been changed. Please look at it once more.")
            )
            return _again(request, slug, form)
        elif not is_valid:
            return _again(request, slug, form)
        else:
            _take(request, event, form.cleaned_data)
    return redirect("events:desk-event", slug)


def _again(request: HttpRequest, slug: str, form: DecisionForm) -> HttpResponse:
    """The event's page as it is now, with what was typed, if there still is something to decide."""
    event = event_or_404(slug)
    fresh = DecisionForm.of(event)
    if fresh is None:
        return redirect("events:desk-event", slug)
    form.data = request.POST.copy()
    form.data["seen"] = fresh.initial["seen"]
    return page(request, event, form)


def _take(request: HttpRequest, event: Event, decision: dict) -> None:
    try:
        _decide(request, event, decision)
    except proposing.NowhereToGo as error:
        messages.error(request, str(error))
    except TransitionNotAllowed:
        messages.error(request, _("This step is not possible."))


def _decide(request: HttpRequest, event: Event, decision: dict) -> None:
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
