"""The desk's front page: what waits for staff, across all apps."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from ssoe_portal.common.roles import desk_required
from ssoe_portal.common.views import styleguide
from ssoe_portal.desk import waiting_for
from ssoe_portal.views import search


@desk_required
def front(request: HttpRequest) -> HttpResponse:
    """Everything that waits for this person, most urgent first."""
    return render(request, "desk/front.html", {"queues": waiting_for(request.user)})


urlpatterns = [
    path("", front, name="front"),
    path("unmet/", search.unmet, name="unmet"),
    path("unmet/<int:pk>/settle/", search.unmet_settle, name="unmet-settle"),
    path("styleguide/", desk_required(styleguide), name="styleguide"),
]
