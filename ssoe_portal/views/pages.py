"""Pages about the portal itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ssoe_portal.common.privacy import registered


def privacy(request: HttpRequest) -> HttpResponse:
    """What is held about people, why and how long: read from the registry that erases it."""
    return render(request, "pages/privacy.html", {"kinds": registered()})


def imprint(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/imprint.html")


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")
