"""Circles of organisations that last: task force, development partnership, club."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from actors import structured_data
from actors.models import Network, NetworkMembership
from actors.models.organisation import BY_NAME, in_telephone_book
from ssoe_portal.common.structured_data import listed

PER_PAGE = 24
_PUBLIC_MEMBERS = Count("members", filter=Q(members__status="published"))


def network_list(request: HttpRequest) -> HttpResponse:
    rows = Network.objects.with_translation().annotate(size=_PUBLIC_MEMBERS)
    page = Paginator(rows.order_by(*BY_NAME), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "actors/network/list.html",
        {
            "page_obj": page,
            "structured_data": listed(page, page.paginator.count, page.start_index()),
        },
    )


def network_detail(request: HttpRequest, slug: str) -> HttpResponse:
    network = get_object_or_404(Network.objects.with_translation(), slug=slug)
    memberships = (
        NetworkMembership.objects.filter(network=network, organisation__status="published")
        .select_related("organisation")
        .order_by(in_telephone_book("organisation__name"), "pk")
    )
    return render(
        request,
        "actors/network/detail.html",
        {
            "network": network,
            "memberships": memberships,
            "structured_data": structured_data.network(network, memberships),
        },
    )
