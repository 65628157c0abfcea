"""The plan of an event's stalls."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from events.models import Pitch, StallApplication
from events.plan import free_pitch, plans
from events.views.desk.lookup import administrators, event_or_404
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Who stands where, drawn and as a list; and who has no pitch yet. `?pitch=` is the free pitch
    to give away."""
    event = event_or_404(slug)
    pitches = list(Pitch.objects.filter(venue__event=event).for_plans())
    without_pitch = list(event.stall_applications.without_pitch().for_tables())
    chosen = free_pitch(pitches, request.GET.get("pitch", "")) if without_pitch else None
    to_place = [
        (application, application.lacks_at(chosen) if chosen else [])
        for application in without_pitch
    ]

    def link(pitch: Pitch, stall: StallApplication | None) -> str:
        if stall is not None:
            return reverse("events:desk-stall", args=[stall.pk])
        return f"{request.path}?pitch={pitch.pk}#placing" if without_pitch else ""

    return render(
        request,
        "events/desk/plan.html",
        {
            "event": event,
            "plans": plans(pitches, chosen=chosen, link=link),
            "chosen": chosen,
            "to_place": to_place,
            "administrators": administrators(),
        },
    )
