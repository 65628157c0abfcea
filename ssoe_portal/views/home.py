from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.vary import vary_on_headers

from actors.models import Category, Listing, Offer, Organisation
from events.models import Event
from ssoe_portal.common.structured_data import website


@vary_on_headers("Accept-Language", "Cookie")
def choose_language(request: HttpRequest) -> HttpResponse:
    """Send a reader to the front page in the language the browser asks for."""
    with translation.override(translation.get_language_from_request(request)):
        return redirect(reverse("home"))


def home(request: HttpRequest) -> HttpResponse:
    """Say what this is and lead each kind of reader on."""
    return render(
        request,
        "home.html",
        {
            "categories": Category.objects.all(),
            "offers": Offer.objects.published().for_cards().order_by("-published_at", "-pk")[:4],
            "events": Event.objects.published().upcoming().for_cards()[:2],
            "structured_data": website(reverse("home"), reverse("search")),
            "counts": {
                "organisations": Organisation.objects.published().count(),
                "offers": Offer.objects.published().count(),
                "listings": Listing.objects.published().count(),
            },
        },
    )
