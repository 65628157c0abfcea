"""The calendar as everyone reads it: a list, a month."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from actors.views.finding import show_list
from events.filters import EventFilter
from events.months import MonthCalendar

PER_PAGE = 12
#: More than a month can hold: it is shown whole.
WHOLE_MONTH = 100_000


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is to come, what was (`when=past`), what words find (`q`), or a month with `view=month`:
    all narrowed by the same filters."""
    if request.GET.get("view") == "month":
        return show_list(request, MonthCalendar, "events/event/month.html", per_page=WHOLE_MONTH)
    return show_list(request, EventFilter, "events/event/list.html", per_page=PER_PAGE)
