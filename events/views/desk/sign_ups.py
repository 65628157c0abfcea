"""Who is signed up for a programme item, as a list and on paper; and signing a party up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from events.models import Event, ExportLog, ProgrammeItem
from events.tables import ColumnSpec, table
from events.views.desk.lookup import event_or_404, registration_or_404
from events.views.item_sign_up import choose
from ssoe_portal.common.roles import event_manager_required

COLUMNS = [
    ColumnSpec("name", gettext_lazy("Name"), ("registration__name",)),
    ColumnSpec("people", gettext_lazy("People"), ("people",), is_number=True),
    ColumnSpec("code", gettext_lazy("Code"), ("registration__code",)),
    ColumnSpec("email", gettext_lazy("E-mail"), ("registration__email",)),
]


def _item(event: Event, pk: int) -> ProgrammeItem:
    items = event.programme_items.for_planning().select_related("venue", "released__venue")
    return get_object_or_404(items, pk=pk)


@event_manager_required
@never_cache
def of_registration(request: HttpRequest, code: str) -> HttpResponse:
    """Choose for a party what it takes part in."""
    party = registration_or_404(code)
    return choose(request, party, back=party.get_desk_url(), at_desk=True)


@event_manager_required
def index(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    event = event_or_404(slug)
    item = _item(event, pk)
    rows = item.sign_ups.select_related("registration__group__organisation")
    listed = table(request, rows, COLUMNS, "name")
    context = {"event": event, "item": item, **listed}
    return render(request, "events/desk/sign_ups.html", context)


@event_manager_required
def sheet(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """All of them on paper. Names leave the portal: who took them is written down.

    Its address alone, as another language or a bookmark has it, leads to the list.
    """
    event = event_or_404(slug)
    if request.method != "POST":
        return redirect("events:desk-sign-ups", event.slug, pk)
    item = _item(event, pk)
    rows = list(item.sign_ups.select_related("registration").in_order())
    ExportLog.objects.create(by=request.user, event=event, rows=len(rows))
    with_boxes = [(row, range(row.people)) for row in rows]
    context = {"event": event, "item": item, "rows": with_boxes, "now": timezone.now()}
    return render(request, "events/desk/sign_ups_sheet.html", context)
