"""My programme: what a visitor picks, as a page, on paper and in a calendar."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import ics, picking
from events.models import Event, MyProgramme, ReleasedItem
from events.programme import by_day, overlapping, sessions
from events.views.files import calendar_file
from events.views.lookup import says_when_called_off, venues_of, visible_event
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.ratelimit import rate_limited


@require_POST
@says_when_called_off
@rate_limited("answer-page")
def mark(request: HttpRequest, slug: str) -> HttpResponse:
    """Pick a session (`pick`), or drop it (`drop`), and go back to where it was."""
    event = visible_event(request, slug)
    is_pick = "pick" in request.POST
    number = request.POST.get("pick" if is_pick else "drop", "")
    if not number.isdecimal() or len(number) > 9:
        return redirect("events:programme", slug=slug)
    item = get_object_or_404(event.released_items, pk=number)
    (picking.pick if is_pick else picking.drop)(request, event, item)
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, None) or not back.startswith("/"):
        back = reverse("events:programme", args=[slug])
    return redirect(f"{back}#item-{item.pk}")


def _items(event: Event, mine: MyProgramme) -> list[ReleasedItem]:
    rows = ReleasedItem.objects.filter(event=event, item__in=mine.items.values("pk"))
    return sessions(event, venues_of(event), rows=rows)


@never_cache
@says_when_called_off
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """What this browser picked, by day; what overlaps is said."""
    event = visible_event(request, slug)
    mine = picking.picked(request, event)
    items = _items(event, mine) if mine else []
    return render(
        request,
        "events/event/mine.html",
        {
            "event": event,
            "mine": mine,
            "days": by_day(items),
            "picked": {item.pk for item in items},
            "at_once": overlapping(items),
            "address": absolute(reverse("events:my-calendar", args=[mine.key])) if mine else "",
        },
    )


@require_POST
@rate_limited("answer-page")
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """End the address for calendars; whoever has the old one gets nothing any more."""
    event = visible_event(request, slug)
    mine = picking.picked(request, event)
    if mine is not None:
        mine.change_key()
        messages.success(request, _("The old address has ended. Please subscribe to the new one."))
    return redirect("events:my-programme", slug=slug)


@never_cache
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """The calendar that an address stands for, as the programme is now, with what was cancelled."""
    mine = get_object_or_404(
        MyProgramme.objects.filter(event__in=Event.objects.once_public()).select_related("event"),
        key=key,
    )
    event = mine.event
    return calendar_file(ics.for_programme(event, _items(event, mine)), f"{event.slug}-meins.ics")
