"""Offers: found, read, written."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from actors import archiving, joining, services, structured_data
from actors.copying import copy_offer
from actors.filters import OfferFilter, PostcodeForm
from actors.forms.english import OfferEnglishForm
from actors.forms.joining import TellForm
from actors.forms.offers import OfferForm
from actors.models import Offer, Organisation
from actors.views import keeping
from actors.views.finding import show_list
from ssoe_portal.common.mini_map import mini_map
from ssoe_portal.common.moderation import TransitionNotAllowed

PER_PAGE = 12


@require_safe
def offer_list(request: HttpRequest) -> HttpResponse:
    """All published offers."""
    return show_list(
        request,
        OfferFilter,
        "actors/offer/list.html",
        per_page=PER_PAGE,
        map_url=reverse("actors:offer-map"),
    )


@require_safe
def offer_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One offer: everything that decides whether someone can come, and the way there."""
    offer = get_object_or_404(
        Offer.objects.visible_to(request.user)
        .select_related("organisation__area", "category", "area")
        .prefetch_related("languages", "target_groups")
        .with_hours()
        .with_translation()
        .with_outdated("en"),
        slug=slug,
    )
    form = PostcodeForm(request.GET)
    may_edit = Offer.objects.editable_by(request.user).filter(pk=offer.pk).exists()
    return render(
        request,
        "actors/offer/detail.html",
        {
            "offer": offer,
            "distance_form": form,
            "map": mini_map(
                offer.point,
                origin=form.origin,
                postcode=request.GET.get("near", "").strip(),
                area=offer.place.area,
            ),
            "places": joining.free_places(offer),
            "may_edit": may_edit,
            "own_places": joining.places(offer) if may_edit else None,
            "without_their_day": joining.without_their_day(offer) if may_edit else 0,
            "should_confirm": may_edit and services.should_confirm(offer, request.user),
            "structured_data": structured_data.offer(offer),
        },
    )


@login_required
def offer_create(request: HttpRequest) -> HttpResponse:
    """Write a new offer; `?organisation=` names whose it is, where a person belongs to several."""
    writable = Organisation.objects.to_write_for(request.user)
    slug = request.GET.get("organisation", "")[:80]
    if slug:
        organisation = get_object_or_404(writable.called(slug))
    else:
        own = list(writable.filter(memberships__user=request.user))
        if not own:
            messages.info(
                request, _("An offer belongs to an organisation. Please enter yours first.")
            )
            return redirect("actors:organisation-register")
        if len(own) > 1:
            return render(request, "actors/offer/whose.html", {"organisations": own})
        organisation = own[0]
    return _edit(request, Offer(organisation=organisation))


@login_required
def offer_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an offer. Changes to a published one are public at once, and staff look at them."""
    offers = Offer.objects.editable_by(request.user)
    with keeping.held(request, offers, slug):
        rows = offers.select_related("organisation").with_hours().with_people()
        offer = get_object_or_404(rows, slug=slug)
        return _edit(request, offer, people=offer.people)


def _edit(request: HttpRequest, offer: Offer, *, people: int = 0) -> HttpResponse:
    form = OfferForm(request.POST or None, instance=offer)
    tell_form = TellForm(request.POST or None, people=people)
    told = 0

    def keep(write: Callable[[], object]) -> None:
        nonlocal told
        told = services.keep_offer(
            offer=offer,
            save=write,
            home_area=form.home_area,
            has_other_places="places" in form.changed_data,
            tells_people=tell_form.is_yes,
        )

    answer = keeping.edit(
        request,
        "actors/offer/edit.html",
        title=offer.title,  # the form writes what was typed onto the object, also when it is wrong
        form=form,
        english_form=OfferEnglishForm.of(offer, request.POST or None),
        keep=keep,
        tell_form=tell_form,
        offer=offer,
    )
    keeping.say_who_was_told(request, told)
    return answer


@login_required
@require_POST
def offer_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a draft from an offer, and go on writing there."""
    offer = get_object_or_404(
        Offer.objects.editable_by(request.user)
        .filter(organisation__in=Organisation.objects.to_write_for(request.user).order_by())
        .select_related("organisation"),
        slug=slug,
    )
    draft, is_new = copy_offer(offer=offer)
    if is_new:
        messages.success(
            request, _("This is the copy: a draft that only your team sees. What is different?")
        )
    else:
        messages.info(request, _("There is a copy already, and nobody has changed it yet."))
    return redirect(draft.get_edit_url())


@login_required
@require_POST
def offer_submit(request: HttpRequest, slug: str) -> HttpResponse:
    offer = get_object_or_404(
        Offer.objects.editable_by(request.user).select_related("organisation"), slug=slug
    )
    keeping.hand_in(request, offer)
    return redirect(offer)


@login_required
def offer_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an offer out, after asking once."""
    offer = get_object_or_404(
        Offer.objects.editable_by(request.user).select_related("organisation"), slug=slug
    )
    if request.method == "POST":
        try:
            told = archiving.archive(offer)
        except TransitionNotAllowed:
            messages.info(request, _("This entry is archived already."))
        else:
            messages.success(request, _("Archived. You can hand it in again at any time."))
            keeping.say_who_was_told(request, told)
        return redirect(offer)
    return render(
        request,
        "actors/offer/archive.html",
        {"offer": offer, "concerned": archiving.concerned(offer)},
    )
