"""Error pages in the reader's language, and the page that shows the look."""

import re
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show tokens, components and icons with the names their markup uses."""
    return render(request, "common/styleguide.html", {"icon_names": icon_names()})


@cache
def icon_names() -> list[str]:
    """Return the names in the icon file, in its order; `{% icon name %}` draws each."""
    drawing = Path(finders.find("common/img/icons.svg")).read_text(encoding="utf-8")
    return re.findall(r'<symbol id="([^"]+)"', drawing)


@login_required
def account_settings(request: HttpRequest) -> HttpResponse:
    """Where a person changes address, password and second factor."""
    return render(request, "account/settings.html")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever broke may break them too."""
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("500.html"), status=500)
