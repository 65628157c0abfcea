"""What the maps beside the lists ask for: the same filters, inside a box."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from actors.filters import OfferFilter, OrganisationFilter
from actors.models import Offer, Organisation
from ssoe_portal.common.facet_filters import FacetFilter
from ssoe_portal.common.map_box import Box, Tell, in_box

#: Seconds for which a browser may show the same section again without asking.
MAX_AGE = 60


@require_safe
def offer_map(request: HttpRequest) -> HttpResponse:
    """The offers inside `bbox`, narrowed by the filters of the list."""
    return _answer(request, OfferFilter, _offers)


@require_safe
def organisation_map(request: HttpRequest) -> HttpResponse:
    """The organisations inside `bbox`, narrowed by the filters of the list."""
    return _answer(request, OrganisationFilter, _organisations)


def _answer(request: HttpRequest, filters: type[FacetFilter], tell: Tell) -> HttpResponse:
    try:
        box = Box.parse(request.GET.get("bbox", ""))
    except ValidationError as error:
        return JsonResponse({"error": error.messages[0]}, status=400)
    rows = filters(filters.understood(request.GET)).on_map()
    response = JsonResponse(
        in_box(rows, box, tell),
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )
    patch_cache_control(response, public=True, max_age=MAX_AGE)
    return response


def _offers(keys: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    rows = Offer.objects.filter(pk__in=keys).only("title", "slug").with_translation()
    return {
        offer.pk: (
            offer.text.title,
            offer.get_absolute_url(),
            offer.text.lang if offer.text.is_foreign else "",
        )
        for offer in rows.order_by()
    }


def _organisations(keys: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    rows = Organisation.objects.filter(pk__in=keys).only("name", "slug").order_by()
    return {row.pk: (row.name, row.get_absolute_url(), "") for row in rows}
