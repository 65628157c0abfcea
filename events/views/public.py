"""What everyone reads of an event: its page, its programme, calendar files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from actors.models import SpokenLanguage
from events import ics, ready, registering, structured_data
from events.models import Event, Venue
from events.programme import by_day, dated, sessions
from events.views.files import calendar_file
from ssoe_portal.common.mini_map import mini_map

PREVIEW = 3


def _visible(request: HttpRequest, slug: str) -> Event:
    if not request.user.is_authenticated:
        found = ready.public_event(slug)
        if found is None:
            raise Http404(slug)
        return found
    return get_object_or_404(Event.objects.visible_to(request.user).for_page(), slug=slug)


def _venues(event: Event) -> list[Venue]:
    venues = ready.venues(event)
    for venue in venues:
        venue.event = event
    return venues


def event(request: HttpRequest, slug: str) -> HttpResponse:
    """What, when, where, for whom; who has a stall; what is on."""
    event = _visible(request, slug)
    venues = _venues(event)
    items = sessions(venues, limit=PREVIEW)
    stalls = ready.stalls(event)
    places = registering.free_places(event) if event.registration_is_open else None
    here = next((venue for venue in venues if venue.point), None)

    return render(
        request,
        "events/event/detail.html",
        {
            "event": event,
            "venues": venues,
            "here": here,
            "map": mini_map(here.point, area=here.area) if here else None,
            "days": dated(items),
            "stalls": stalls,
            "structured_data": structured_data.event(event, venues, places),
            "places": places,
        },
    )


def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole programme, or what is at one venue (`venue`) or in one language (`language`)."""
    event = _visible(request, slug)
    venues = _venues(event)
    venue = next((v for v in venues if str(v.pk) == request.GET.get("venue", "")), None)
    languages = SpokenLanguage.objects.filter(programmeitem__venue__event=event).distinct()
    languages = list(languages.order_by("position", "pk"))
    language = next((x for x in languages if x.key == request.GET.get("language", "")), None)
    items = sessions([venue] if venue else venues, **({"languages": language} if language else {}))
    return render(
        request,
        "events/event/programme.html",
        {
            "event": event,
            "venues": venues,
            "languages": languages,
            "venue": venue,
            "language": language,
            "count": len(items),
            "days": by_day(items),
            "now": timezone.now(),
        },
    )


def event_ics(request: HttpRequest, slug: str) -> HttpResponse:
    event = _visible(request, slug)
    return calendar_file(ics.for_event(event, _venues(event)), f"{event.slug}.ics")


def programme_ics(request: HttpRequest, slug: str) -> HttpResponse:
    event = _visible(request, slug)
    return calendar_file(
        ics.for_programme(event, sessions(_venues(event))), f"{event.slug}-programm.ics"
    )
