"""Berlin's postcodes for a device that looks for the one it is in: it finds that out by itself, so
nobody is told where it is (`static/common/js/position.js`)."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ssoe_portal.common.geography import postcodes_of_berlin


@require_safe
@cache_control(public=True, max_age=24 * 60 * 60)
def postcodes(request: HttpRequest) -> JsonResponse:
    """{postcode: [latitude, longitude] of its middle}, the same for everyone."""
    return JsonResponse(
        {
            postcode: [middle.latitude, middle.longitude]
            for postcode, middle in postcodes_of_berlin().items()
        },
        json_dumps_params={"separators": (",", ":")},
    )
