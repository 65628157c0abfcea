from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ssoe_portal.search import sections


def search(request: HttpRequest) -> HttpResponse:
    """Search everything that is public: `q` is what a person types."""
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:200]
    found = sections(text) if text else []
    return render(
        request,
        "search.html",
        {"text": text, "sections": found, "total": sum(section.count for section in found)},
    )
