"""What is erased when, for event managers."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from events import anonymising
from events.tables import PER_PAGE
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def index(request: HttpRequest) -> HttpResponse:
    """Events that hold names, the one whose day comes next first."""
    page = Paginator(anonymising.calendar(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "events/desk/erasing.html", {"page_obj": page, "today": timezone.localdate()}
    )
