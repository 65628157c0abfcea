"""A member's own area: what is mine, what waits for me, what comes next."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.models import (
    Cooperation,
    Initiative,
    JoinRequest,
    Listing,
    Membership,
    Offer,
    OrganisationTranslation,
)
from ssoe_portal.common import own_area
from ssoe_portal.common.moderation import Status


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show one's organisations and what belongs to them; archived entries last."""
    memberships = list(
        Membership.objects.filter(user=request.user)
        .select_related("organisation__area")
        .annotate(
            team_size=Count("organisation__memberships", distinct=True),
            has_outdated=Exists(
                OrganisationTranslation.objects.outdated().filter(
                    language="en", original=OuterRef("organisation")
                )
            ),
        )
        .order_by("organisation__name", "pk")
    )
    organisations = [membership.organisation_id for membership in memberships]
    own = Q(organisation__in=organisations)
    latest = ("organisation__name", "-created_at", "-pk")
    waiting = Count("join_requests", filter=Q(join_requests__state=JoinRequest.State.OPEN))
    offers = list(
        Offer.objects.filter(own)
        .select_related("organisation")
        .annotate(waiting=waiting)
        .with_outdated("en")
        .order_by(*latest)
    )
    listings, initiatives = (
        list(
            model.objects.filter(own)
            .select_related("organisation")
            .with_outdated("en")
            .order_by(*latest)
        )
        for model in (Listing, Initiative)
    )
    cooperations = list(
        Cooperation.objects.filter(
            Q(giving__organisation__in=organisations) | Q(seeking__organisation__in=organisations)
        ).with_sides()
    )
    for cooperation in cooperations:
        gives = cooperation.giving.organisation_id in organisations
        asked = cooperation.seeking if cooperation.proposed_by == "gives" else cooperation.giving
        cooperation.mine = cooperation.giving if gives else cooperation.seeking
        cooperation.theirs = cooperation.seeking if gives else cooperation.giving
        cooperation.waits_for_me = (
            cooperation.status == Cooperation.Status.PROPOSED
            and asked.organisation_id in organisations
        )
    return render(
        request,
        "actors/dashboard/page.html",
        {
            "memberships": memberships,
            "offers": offers,
            "listings": listings,
            "initiatives": initiatives,
            "cooperations": cooperations,
            "doors": own_area.doors(
                [m.organisation for m in memberships if m.organisation.is_published]
            ),
            "standing_doors": own_area.standing(),
            "returned": [
                item
                for item in [m.organisation for m in memberships] + offers + listings + initiatives
                if item.status == Status.RETURNED
            ],
        },
    )
