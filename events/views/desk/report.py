"""What became of an event, and the sheet for a door without electricity."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from events import arriving, reporting
from events.models import ExportLog
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def show(request: HttpRequest, slug: str) -> HttpResponse:
    event = event_or_404(slug)
    made = reporting.report(event)
    places = [(reporting.place_name(at.place), at) for at in made.places]
    context = {"event": event, "report": made, "places": places}
    return render(request, "events/desk/report.html", context)


@event_manager_required
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table; it names nobody."""
    event = event_or_404(slug)
    return HttpResponse(
        reporting.as_csv(reporting.report(event)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{event.slug}-bericht.csv"'},
    )


@event_manager_required
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """All parties with a place on paper. Names leave the portal: who took them is written down.

    Its address alone, as another language or a bookmark has it, leads to the door's page.
    """
    event = event_or_404(slug)
    if request.method != "POST":
        return redirect("events:desk-door", event.slug)
    parties = [arriving.AtDoor.of(party) for party in arriving.parties(event)]
    ExportLog.objects.create(by=request.user, event=event, rows=len(parties))
    return render(
        request,
        "events/desk/door/sheet.html",
        {"event": event, "parties": parties, "now": timezone.now(), "strokes": range(60)},
    )
