"""Pages about the portal itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ssoe_portal.common.map_panel import tiles
from ssoe_portal.common.privacy import registered


def privacy(request: HttpRequest) -> HttpResponse:
    """What is held about people, why and how long: read from the registry that erases it."""
    return render(request, "pages/privacy.html", {"kinds": registered(), "tiles": tiles()})


def imprint(request: HttpRequest) -> HttpResponse:
    """Who answers for the portal: the operator names itself in the environment."""
    return render(
        request,
        "pages/imprint.html",
        {"operator": settings.OPERATOR, "contact": settings.CONTACT_EMAIL},
    )


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html", {"contact": settings.CONTACT_EMAIL})
