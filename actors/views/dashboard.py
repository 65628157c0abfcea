"""A member's own area: what is mine, what waits for me, what comes next."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from actors.links import STILL_RIGHT, still_right_value
from actors.models import Cooperation, Initiative, Listing, Membership, Offer, Partnership
from ssoe_portal.common import own_area
from ssoe_portal.common.moderation import Status


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show one's organisations and what belongs to them; archived entries last."""
    memberships = list(request.user.memberships.for_own_area())
    organisations = [membership.organisation_id for membership in memberships]
    own = Q(organisation__in=organisations)
    latest = ("organisation__name", "-created_at", "-pk")
    offers = list(
        Offer.objects.filter(own)
        .select_related("organisation")
        .with_waiting()
        .with_outdated("en")
        .order_by(*latest)
    )
    listings, initiatives = (
        list(rows.filter(own).select_related("organisation").with_outdated("en").order_by(*latest))
        for rows in (Listing.objects.all(), Initiative.objects.with_wanting())
    )
    cooperations = list(
        Cooperation.objects.filter(
            Q(giving__organisation__in=organisations) | Q(seeking__organisation__in=organisations)
        ).with_sides()
    )
    for cooperation in cooperations:
        side = cooperation.side_among(organisations)
        both = [cooperation.giving, cooperation.seeking]
        cooperation.mine, cooperation.theirs = both if side == "gives" else reversed(both)
        cooperation.waits_for_me = cooperation.waits_for(side)
    return render(
        request,
        "actors/dashboard/page.html",
        {
            "memberships": memberships,
            "offers": offers,
            "listings": listings,
            "initiatives": initiatives,
            "cooperations": cooperations,
            "claims": request.user.claims.select_related("organisation"),
            "partners_asked": Partnership.objects.waiting_for(*organisations).with_sides(),
            "doors": own_area.doors(
                [m.organisation for m in memberships if m.organisation.is_published]
            ),
            "standing_doors": own_area.standing(),
            "due": _due(
                request.user.email,
                memberships,
                [membership.organisation for membership in memberships],
                offers,
                listings,
                initiatives,
            ),
            "returned": [
                item
                for item in [m.organisation for m in memberships] + offers + listings + initiatives
                if item.status == Status.RETURNED
            ],
        },
    )


def _due(address: str, memberships: list[Membership], *kinds: list) -> list[dict]:
    """What an owner is asked to confirm, by organisation, with the page that the yearly mail leads
    to."""
    found = []
    for membership in memberships:
        number = sum(
            item.waits_for_confirmation
            for items in kinds
            for item in items
            if item.organisation.pk == membership.organisation_id
        )
        if number and membership.is_owner:
            value = still_right_value(membership.organisation_id, address)
            found.append(
                {
                    "organisation": membership.organisation,
                    "number": number,
                    "url": reverse("actors:still-right", args=[STILL_RIGHT.token(value)]),
                }
            )
    return found
