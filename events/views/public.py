"""What everyone reads: events, one event, its programme, calendar files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import ListView

from actors.models import SpokenLanguage
from events import ics, ready, registering, structured_data
from events.models import Event, Venue
from events.programme import by_day, dated, sessions
from events.views.files import calendar_file
from ssoe_portal.common.geography import Area
from ssoe_portal.common.mini_map import mini_map
from ssoe_portal.common.structured_data import listed

PREVIEW = 3


class EventList(ListView):
    """Upcoming events; with `?when=past` those that were, with `?q=` all that match, with `?area=`
    those in a neighbourhood."""

    template_name = "events/event/list.html"
    context_object_name = "events"
    paginate_by = 12

    @property
    def shows_past(self) -> bool:
        return self.request.GET.get("when") == "past"

    @property
    def text(self) -> str:
        return self.request.GET.get("q", "").strip()[:200]

    @cached_property
    def area(self) -> Area | None:
        key = self.request.GET.get("area", "").replace("\0", "")[:60]
        return Area.objects.filter(key=key).first() if key else None

    def get_queryset(self):
        events = Event.objects.published().for_cards().defer("search", "description")
        if self.area:
            events = events.in_area(self.area)
        if self.text:
            return events.matching(self.text)
        return events.past() if self.shows_past else events.upcoming()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["shows_past"] = self.shows_past
        context["text"] = self.text
        context["area"] = self.area
        page = context["page_obj"]
        context["structured_data"] = listed(page, page.paginator.count, page.start_index())
        narrowed = self.shows_past or self.text or self.area
        if not narrowed and context["page_obj"].number == 1:
            past = Event.objects.published().past().for_cards().defer("search", "description")
            context["past_events"] = past[:3]
        return context


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
