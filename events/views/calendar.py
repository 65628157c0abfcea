"""The calendar as everyone reads it: a list, a month, a file, a feed, on other people's pages."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from actors.views.finding import show_list, without_blanks
from events.atom import atom
from events.calendar_feed import CalendarFeed
from events.filters import EventFilter
from events.months import MonthCalendar
from events.views.files import calendar_file
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.structured_data import PORTAL

PER_PAGE = 12
#: More than a month can hold: it is shown whole.
WHOLE_MONTH = 100_000
#: How many a page on another site shows, and an Atom feed has.
EMBEDDED, IN_FEED = 12, 50
#: Only where the calendar is made for other people's pages may they show it in a frame.
ANYWHERE = settings.SECURE_CSP | {"frame-ancestors": ["*"]}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is to come, what was (`when=past`), what words find (`q`), or a month with `view=month`:
    all narrowed by the same filters."""
    if request.GET.get("view") == "month":
        return show_list(request, MonthCalendar, "events/event/month.html", per_page=WHOLE_MONTH)
    return show_list(request, EventFilter, "events/event/list.html", per_page=PER_PAGE)


def _filters(request: HttpRequest) -> QueryDict:
    """What narrows the list, of a query string that may come from any of its pages."""
    data = without_blanks(request.GET)
    for name in set(data) - set(EventFilter.base_filters):
        del data[name]
    return data


def _name(found: EventFilter) -> str:
    """What a calendar is called: "Veranstaltungen: Buch, Stufenlos · SSÖ-Portal Berlin-Pankow"."""
    narrowed = ", ".join(str(active.label) for active in found.active)
    events = gettext("Events: %(filters)s") % {"filters": narrowed} if narrowed else _events()
    return f"{events} · {PORTAL}"


def _events() -> str:
    return gettext("Events")


@require_safe
def ics(request: HttpRequest) -> HttpResponse:
    """Everything that the list's query string asks for, to subscribe to with a calendar."""
    found = CalendarFeed(_filters(request))
    versions, name = found.versions, _name(found)
    etag = versions.etag(name)
    changed = versions.changed_at
    answer = get_conditional_response(
        request, etag=etag, last_modified=int(changed.timestamp()) if changed else None
    )
    if answer is None:
        answer = calendar_file(versions.file(name), "veranstaltungen.ics")
    answer["ETag"] = etag
    if changed:
        answer["Last-Modified"] = http_date(changed.timestamp())
    return answer


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What is new or has changed, of all that the list's query string asks for, as Atom."""
    data = _filters(request)
    found = EventFilter(data)
    listing = f"{reverse('events:event-list')}?{data.urlencode()}".rstrip("?")
    return HttpResponse(
        atom(
            found.latest(IN_FEED),
            title=_name(found),
            page=absolute(listing),
            address=absolute(request.get_full_path()),
        ),
        content_type="application/atom+xml; charset=utf-8",
    )


@require_safe
@xframe_options_exempt
@csp_override(ANYWHERE)
def embed(request: HttpRequest) -> HttpResponse:
    """The next events for a frame on another site; every link opens a page of its own."""
    data = _filters(request)
    found = EventFilter(data)
    return render(
        request,
        "events/event/embed.html",
        {"events": found.hits[:EMBEDDED], "query": data.urlencode(), "total": found.tally.total},
    )


@require_safe
def subscribe(request: HttpRequest) -> HttpResponse:
    """How to have the calendar elsewhere: addresses to subscribe to, and what a site copies."""
    data = _filters(request)
    found = EventFilter(data)
    query = f"?{data.urlencode()}" if data else ""
    addresses = {
        name: absolute(reverse(f"events:{name}")) + query
        for name in ("calendar-ics", "calendar-atom", "calendar-embed")
    }
    calendar = addresses["calendar-ics"]
    return render(
        request,
        "events/event/subscribe.html",
        {
            "filter": found,
            "query": data.urlencode(),
            "calendar": calendar,
            # The scheme by which phones and calendars know that it is not a file to read once.
            "webcal": calendar.replace(urlsplit(calendar).scheme, "webcal", 1),
            "atom": addresses["calendar-atom"],
            "embed": addresses["calendar-embed"],
        },
    )
