"""The dates of an event that repeats."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events import proposing, repeating, times
from events.forms.repeating import DaysForm, RhythmForm, too_many
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """All dates of a series with their numbers, and further ones: first how often and until when
    (in the query), then which of those days."""
    event = event_or_404(slug)
    asked = "rhythm" in request.GET or "until" in request.GET
    rhythm_form = RhythmForm(request.GET if asked else None, event=event)
    days_form = None
    if asked and rhythm_form.is_valid():
        days_form = DaysForm(
            # No day at all is an answer too, and a wrong one.
            request.POST if request.method == "POST" else None,
            offered=rhythm_form.offered,
            has_programme=event.programme_items.exists(),
        )
        if request.method == "POST" and days_form.is_valid():
            try:
                made = repeating.repeat(
                    event,
                    days_form.cleaned_data["days"],
                    rhythm=rhythm_form.cleaned_data["rhythm"],
                    until=rhythm_form.cleaned_data["until"],
                    with_programme=days_form.cleaned_data.get("with_programme", False),
                )
            except repeating.TooManyDates:
                days_form.add_error("days", too_many())
            else:
                _say_made(request, len(made))
                return redirect("events:desk-dates", slug=slug)
    dates = repeating.dates_of(event).defer("search", "description").with_numbers()
    return render(
        request,
        "events/desk/dates.html",
        {
            "event": event,
            "dates": dates if event.series_id else [],
            "drafts": repeating.drafts(event).count() if event.series_id else 0,
            "rhythm_form": rhythm_form,
            "days_form": days_form,
        },
        status=422 if days_form is not None and days_form.is_bound else 200,
    )


def _say_made(request: HttpRequest, number: int) -> None:
    messages.success(
        request,
        ngettext("One further date.", "%(number)s further dates.", number) % {"number": number},
    )


@event_manager_required
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish every date of a series that is still a draft."""
    event = event_or_404(slug)
    try:
        with transaction.atomic():
            drafts = repeating.drafts(event).locked() if event.series_id else ()
            for each in drafts:
                proposing.publish(each)
    except proposing.NowhereToGo as error:
        day = times.day(error.event.starts_at)
        messages.error(request, f"{day}, {error.event.text.title}: {error}")
    else:
        messages.success(request, _("All dates are public."))
    return redirect("events:desk-dates", slug=slug)
