"""The door: parties are checked in, people without a registration are counted."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import arriving
from events.forms.door import ArrivalForm, UndoForm
from events.models import Arrival, Event
from events.views.desk.door_sync import KEPT, words
from events.views.desk.lookup import event_or_404
from ssoe_portal.common.roles import event_manager_required

PER_PAGE = 25
#: Letters that are looked for.
LONGEST = 80
#: How many of the latest notes can be undone from the page; all can on a party's own page.
LATEST = 5


@event_manager_required
@never_cache
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Parties with a place, by words or code (`q`), here or missing (`show`), at one place (`at`);
    how many have come; a form for people without registration.

    `shell` is the same page without anybody on it, which telephones keep for when they have no
    connection. Only here may a page use the camera.
    """
    event = event_or_404(slug)
    offline = {"event": event, "words_of_door": words(), "until": event.ends_at + KEPT}
    if "shell" in request.GET:
        answer = render(request, "events/desk/door/page.html", {**offline, "is_shell": True})
    else:
        answer = _page(request, event, offline)
    answer["Permissions-Policy"] = "camera=(self), microphone=()"
    return answer


def _page(request: HttpRequest, event: Event, context: dict[str, Any]) -> HttpResponse:
    place = arriving.place_of(event, request.GET.get("at", "")) or arriving.ENTRANCE
    asked = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    shown = request.GET.get("show", "")
    rows = arriving.found(arriving.parties(event, place), asked)
    if shown == "missing":
        rows = arriving.expected(rows, place)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    latest = event.arrivals.counting().filter(place.filters).select_related("registration")
    return render(
        request,
        "events/desk/door/page.html",
        {
            **context,
            "place": place,
            "count": arriving.count(event, place),
            "words": asked,
            "shown": shown,
            "page_obj": page,
            "parties": [(arriving.AtDoor.of(party), uuid.uuid4()) for party in page],
            "latest": latest.order_by("-arrived_at", "-pk")[:LATEST],
            "walk_ins": ArrivalForm(initial={"key": uuid.uuid4()}),
        },
    )


@event_manager_required
def places(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose where to count: at the entrance, at a venue, at a session."""
    event = event_or_404(slug)
    return render(
        request,
        "events/desk/door/places.html",
        {"event": event, "places": arriving.places(event), "chosen": request.GET.get("at", "")},
    )


@event_manager_required
@require_POST
def check_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Note people of a party, or without one; `at` says where."""
    event = event_or_404(slug)
    place = arriving.place_of(event, request.POST.get("at", ""))
    form = ArrivalForm(request.POST)
    if place is None or not form.is_valid():
        messages.error(
            request, _("This was not counted: please give a number of people from 1 to 100.")
        )
        return _back(request, event)
    try:
        noted = arriving.check_in(event=event, place=place, by=request.user, **form.cleaned_data)
    except arriving.KeyTaken:
        messages.error(request, _("This was not counted: please load the page again."))
    else:
        _say(request, noted)
    return _back(request, event)


def _say(request: HttpRequest, noted: arriving.Noted) -> None:
    arrival = noted.arrival
    words = {
        "people": arrival.people,
        "name": arrival.registration.name if arrival.registration else "",
    }
    match noted.outcome:
        case arriving.Outcome.DOUBLED:
            messages.warning(
                request,
                _(
                    "%(name)s was noted more than once: the party has fewer people than that. "
                    "%(people)s of them count here."
                )
                % words,
            )
        case arriving.Outcome.UNDONE:
            messages.info(request, _("This was undone meanwhile."))
        case arriving.Outcome.WALK_IN:
            messages.warning(
                request,
                _("No place is kept under this code; they count as without registration."),
            )
        case _ if arrival.registration:
            text = ngettext(
                "%(name)s: %(people)s person is in.",
                "%(name)s: %(people)s people are in.",
                arrival.people,
            )
            messages.success(request, text % words)
        case _:
            text = ngettext(
                "%(people)s person without registration is counted.",
                "%(people)s people without registration are counted.",
                arrival.people,
            )
            messages.success(request, text % words)


@event_manager_required
@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    event = event_or_404(slug)
    form = UndoForm(request.POST)
    try:
        if not form.is_valid():
            raise Arrival.DoesNotExist
        arriving.undo(event=event, key=form.cleaned_data["key"])
    except Arrival.DoesNotExist:
        messages.info(request, _("There was nothing to undo."))
    else:
        messages.success(request, _("Undone: these people no longer count."))
    return _back(request, event)


def _back(request: HttpRequest, event: Event) -> HttpResponse:
    """To where the form was: the page of a party, or the same list."""
    if party := arriving.as_code(request.POST.get("back", "")):
        return redirect("events:desk-registration", code=party)
    kept = {name: request.POST.get(name, "") for name in ("at", "q", "show", "page")}
    query = urlencode({name: value for name, value in kept.items() if value})
    return redirect(reverse("events:desk-door", args=[event.slug]) + (f"?{query}" if query else ""))
