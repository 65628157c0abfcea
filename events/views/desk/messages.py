"""Messages to those who are registered: what was sent, and a new one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import messaging
from events.forms.message import MessageForm
from events.tables import PER_PAGE
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """What was sent, the latest first."""
    event = event_or_404(slug)
    page = Paginator(event.messages.for_reading(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "events/desk/messages.html", {"event": event, "page_obj": page})


@event_manager_required
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Write, then look at it with the number of those it goes to, then send (`send`)."""
    event = event_or_404(slug)
    form = MessageForm(request.POST or None, event=event, for_item=request.GET.get("item", ""))
    if request.method == "POST" and form.is_valid():
        message = form.save()
        message.sent_by = request.user
        if "send" in request.POST:
            return _send(request, message)
        if "change" not in request.POST:
            return render(
                request,
                "events/desk/message_preview.html",
                {
                    "event": event,
                    "form": form,
                    "message": message,
                    "parties": message.recipients.count(),
                    "people": message.recipients.people(),
                },
            )
    return render(
        request,
        "events/desk/message.html",
        {"event": event, "form": form},
        status=422 if form.errors else 200,
    )


def _send(request: HttpRequest, message) -> HttpResponse:
    try:
        sent = messaging.send(message)
    except messaging.NobodyThere:
        messages.error(request, _("There is nobody to write to any more."))
    else:
        messages.success(
            request,
            ngettext(
                "Sent to %(number)s registration.",
                "Sent to %(number)s registrations.",
                sent.parties,
            )
            % {"number": sent.parties},
        )
    return redirect("events:desk-messages", slug=message.event.slug)
