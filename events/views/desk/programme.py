"""The programme at the desk: what would become public, and the releases so far."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from events import releasing
from events.forms.programme import ReleaseForm
from events.models import Event
from events.programme import shown
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required

#: Releases that the page lists.
LATEST = 10


@event_manager_required
def release(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what would change for the public, then do it. Where the list that was read is no longer
    true, nothing is released: it comes anew, with what was written."""
    event = event_or_404(slug)
    form = ReleaseForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _release_page(request, event, form, status=422 if form.is_bound else 200)
    try:
        releasing.release(event, by=request.user, **form.cleaned_data)
    except releasing.ChangedMeanwhile:
        messages.warning(
            request, _("The programme has changed meanwhile. Please read the list once more.")
        )
        anew = ReleaseForm(initial={"note": form.cleaned_data["note"]})
        return _release_page(request, event, anew, status=409)
    except releasing.NothingToRelease:
        messages.info(request, _("There was nothing left to release."))
    else:
        messages.success(request, _("Released. The public page shows it now."))
    return redirect("events:desk-release", slug=event.slug)


def _release_page(
    request: HttpRequest, event: Event, form: ReleaseForm, status: int
) -> HttpResponse:
    venues = event.venues.with_translation()
    steps = releasing.pending(event)
    form.initial["seen"] = releasing.digest(steps)
    return render(
        request,
        "events/desk/release.html",
        {
            "event": event,
            "form": form,
            "changes": shown((releasing.change(step) for step in steps), venues),
            "releases": event.releases.select_related("released_by").annotate(
                changed=Count("changes")
            )[:LATEST],
        },
        status=status,
    )
