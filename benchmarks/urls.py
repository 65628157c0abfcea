from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ssoe_portal.urls import *  # noqa: F403
from ssoe_portal.urls import urlpatterns as portal


def baseline(request: HttpRequest) -> HttpResponse:
    """The least that a page here can do: sessions, one query, a few bytes."""
    request.session.get("nothing")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("baseline", baseline), *portal]
