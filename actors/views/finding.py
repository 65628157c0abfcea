"""Lists that people narrow: the page whole, or with htmx its results alone."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control, patch_vary_headers

from ssoe_portal.common.facet_filters import FacetFilter
from ssoe_portal.common.map_panel import allow_tiles, map_panel
from ssoe_portal.common.structured_data import listed
from ssoe_portal.common.translation import current_language
from ssoe_portal.common.unmet import UnmetSearch


def show_list(
    request: HttpRequest,
    filters: type[FacetFilter],
    template: str,
    *,
    per_page: int,
    map_url: str = "",
    describes: bool = True,
) -> HttpResponse:
    """Answer with what is public, narrowed by the query string; the template has a part "results"
    that holds everything a filter changes. `map_url` answers what a map beside it shows. Machines
    read the entries as a list, unless the page is not the one that `describes` them."""
    clean = filters.understood(without_blanks(request.GET))
    address = f"{request.path}?{clean.urlencode()}" if clean else request.path
    partial = bool(request.htmx) and not request.htmx.history_restore_request
    if not partial and clean != request.GET:
        # A form sends its empty fields along; an address that is passed on should be short.
        return redirect(address)
    request.GET = clean  # what links on the page are made from
    found = filters(clean)
    page = Paginator(found.hits, per_page).get_page(clean.get("page"))
    nothing = not page.paginator.count
    # Pressing Enter sends a field twice: as changed, and as the form.
    same = partial and request.htmx.current_url_abs_path == address
    if found.asked and nothing and not found.conditions and not same:
        UnmetSearch.objects.note(found.asked.text, current_language())
    response = render(
        request,
        f"{template}#results" if partial else template,
        {
            "filter": found,
            "page_obj": page,
            "less_strict": found.less_strict() if nothing else [],
            "near_misses": found.near_misses() if nothing else [],
            "partial": partial,
            "map": map_panel(request, map_url, found.places) if map_url else None,
            "structured_data": None
            if partial or not describes
            else listed(page, page.paginator.count, page.start_index()),
        },
    )
    if map_url:
        allow_tiles(response)
    patch_vary_headers(response, ["HX-Request"])
    if partial:
        # What to push depends on where the reader is; a kept answer would push it once more.
        patch_cache_control(response, no_store=True)
        # The way back must not lead through the same list twice.
        response["HX-Push-Url"] = "false" if same else address
    return response


def without_blanks(data: QueryDict) -> QueryDict:
    """Return a query string's values without the empty fields that a form sends along."""
    clean = data.copy()
    for name, value in data.items():
        if not value.strip():
            del clean[name]
    return clean
