"""What one takes along of an offer: its times for a calendar, a sheet for the notice board."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from actors import ics
from actors.models import Offer
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.qr import qr_code

#: What the sheet says in full: what it costs, which languages are spoken.
SAID_BELOW = {"free", "euro", "languages"}


def _offer(request: HttpRequest, slug: str) -> Offer:
    return get_object_or_404(
        Offer.objects.visible_to(request.user)
        .select_related("organisation__area", "category", "area")
        .prefetch_related("languages", "target_groups")
        .with_hours()
        .with_translation(),
        slug=slug,
    )


@require_safe
def offer_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """A calendar file with the weekly times of an offer and what is different."""
    offer = _offer(request, slug)
    response = HttpResponse(ics.for_offer(offer), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{offer.slug}.ics"
    )
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def offer_handout(request: HttpRequest, slug: str) -> HttpResponse:
    """One sheet of A4 in the language of the page, with a QR code that leads to it."""
    offer = _offer(request, slug)
    return render(
        request,
        "actors/offer/handout.html",
        {
            "offer": offer,
            "qr": qr_code(absolute(offer.get_absolute_url())),
            "address": absolute(offer.get_absolute_url()),
            "chips": [chip for chip in offer.chips if chip.icon not in SAID_BELOW],
        },
    )
