"""Public pages of organisations."""

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from actors import structured_data
from actors.filters import OrganisationFilter
from actors.models import (
    Initiative,
    Listing,
    Network,
    NetworkMembership,
    Offer,
    Organisation,
    rows,
)
from actors.models.organisation import OrganisationQuerySet
from actors.views.finding import show_list
from ssoe_portal.common.mini_map import mini_map
from ssoe_portal.common.vocabulary import fetch_terms

PER_PAGE = 12


@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """All published organisations."""
    return show_list(
        request,
        OrganisationFilter,
        "actors/organisation/list.html",
        per_page=PER_PAGE,
        map_url=reverse("actors:organisation-map"),
    )


def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = (
        Organisation.objects.visible_to(request.user)
        .select_related(*OrganisationQuerySet.ALONG)
        .annotate(
            may_edit=Exists(
                Organisation.objects.editable_by(request.user).filter(pk=OuterRef("pk"))
            ),
        )
        .with_claimable()
        .with_rows()
        .with_hours()
        .with_translation()
        .with_outdated("en")
        .filter(slug=slug)
        .first()
    )
    if organisation is None or organisation.merged_into_id:
        return _lead_on(slug)
    fetch_terms(organisation, *OrganisationQuerySet.TERMS)
    return render(
        request,
        "actors/organisation/detail.html",
        profile(organisation)
        | {
            "may_edit": organisation.may_edit,
            "may_be_claimed": organisation.is_published and organisation.may_be_claimed,
            "structured_data": structured_data.organisation(organisation),
        },
    )


def _lead_on(slug: str) -> HttpResponse:
    """The address of an entry that was merged leads to the one that stays, for good."""
    merged = get_object_or_404(
        Organisation.objects.select_related("merged_into"), slug=slug, merged_into__isnull=False
    )
    return redirect(merged.merged_into, permanent=True)


def own_rows(organisation: Organisation) -> dict:
    """What an organisation itself says in rows, as far as readers see it."""
    return {
        "organisation": organisation,
        "map": mini_map(organisation.point, area=organisation.area),
        **rows.read(organisation),
    }


def profile(organisation: Organisation) -> dict:
    """Everything a reader sees of an organisation besides its own texts."""
    return {
        **own_rows(organisation),
        "offers": Offer.objects.published().for_cards().filter(organisation=organisation),
        "listings": Listing.objects.published().for_cards().filter(organisation=organisation),
        "initiatives": Initiative.objects.published().for_cards().filter(organisation=organisation),
        "network_memberships": NetworkMembership.objects.filter(organisation=organisation)
        .prefetch_related(Prefetch("network", queryset=Network.objects.with_translation()))
        .order_by("network__name", "pk"),
    }
