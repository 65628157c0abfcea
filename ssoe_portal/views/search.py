from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from ssoe_portal.common.roles import reviewer_required
from ssoe_portal.common.translation import current_language
from ssoe_portal.common.unmet import UnmetSearch
from ssoe_portal.search import place_meant, sections
from ssoe_portal.suggestions import suggestions

PER_PAGE = 50


def search(request: HttpRequest) -> HttpResponse:
    """Search everything that is public: `q` is what a person types."""
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:200]
    place = place_meant(text)
    found = sections(text) if text else []
    wanted = place.words if place else text  # of a place there is always a list
    if wanted and not found:
        UnmetSearch.objects.note(wanted, current_language())
    return render(
        request,
        "search.html",
        {
            "text": text,
            "place": place,
            "sections": found,
            "total": sum(section.count for section in found),
        },
    )


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for a search field, as somebody types; nothing of it is kept."""
    found = suggestions(request.GET.get("q", ""))
    # Without the request: what every page shows is of no use here, and somebody waits while typing.
    return HttpResponse(render_to_string("common/_suggestions.html", {"suggestions": found}))


@reviewer_required
@require_safe
def unmet(request: HttpRequest) -> HttpResponse:
    """What people searched for and did not find, the most wanted first."""
    page = Paginator(UnmetSearch.objects.listed(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/unmet.html", {"page_obj": page})


@reviewer_required
@require_POST
def unmet_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take words off the list: there is something now, or it was nothing."""
    get_object_or_404(UnmetSearch, pk=pk).delete()
    return redirect("desk:unmet")
