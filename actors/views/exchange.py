"""Gives and seeks between organisations, and the cooperations that come of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from actors import services, structured_data
from actors.filters import ListingFilter
from actors.forms.english import ListingEnglishForm
from actors.forms.limits import TOO_OFTEN
from actors.forms.listings import CooperationForm, ListingForm
from actors.models import Cooperation, Listing, Organisation, Topic
from actors.views import keeping
from actors.views.finding import show_list
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed

PER_PAGE = 24


@require_safe
def listing_list(request: HttpRequest) -> HttpResponse:
    """All published gives and seeks."""
    return show_list(request, ListingFilter, "actors/listing/list.html", per_page=PER_PAGE)


def listing_detail(request: HttpRequest, slug: str) -> HttpResponse:
    listing = get_object_or_404(
        Listing.objects.visible_to(request.user)
        .select_related("organisation__area", "topic")
        .with_translation()
        .with_outdated("en"),
        slug=slug,
    )
    may_edit = Listing.objects.editable_by(request.user).filter(pk=listing.pk).exists()
    own = Listing.objects.none()
    if request.user.is_authenticated and listing.is_public:
        own = (
            Listing.objects.answering(listing)
            .editable_by(request.user)
            .filter(organisation__memberships__user=request.user)
            .with_cooperation(listing)
            .with_translation()
        )
    return render(
        request,
        "actors/listing/detail.html",
        {
            "listing": listing,
            "answering": Listing.objects.answering(listing).for_cards()[:6],
            "own_matches": [match for match in own if not match.cooperation_pk],
            "own_cooperations": [match for match in own if match.cooperation_pk],
            "may_edit": may_edit,
            "should_confirm": may_edit and services.should_confirm(listing, request.user),
            "structured_data": structured_data.listing(listing),
        },
    )


@login_required
def listing_create(request: HttpRequest) -> HttpResponse:
    """Write a gives or a seeks; `?organisation=&direction=&topic=` choose beforehand."""
    organisations = Organisation.objects.to_write_for(request.user)
    if not organisations:
        messages.info(request, _("A listing belongs to an organisation. Please enter yours first."))
        return redirect("actors:organisation-register")
    initial = {
        "organisation": organisations.called(request.GET.get("organisation", "")[:80]).first(),
        "direction": request.GET.get("direction", ""),
        "topic": Topic.objects.filter(key=request.GET.get("topic", "")[:60]).first(),
    }
    return keeping.edit(
        request,
        "actors/listing/form.html",
        form=ListingForm(request.POST or None, organisations=organisations, initial=initial),
        english_form=ListingEnglishForm(request.POST or None),
    )


@login_required
def listing_edit(request: HttpRequest, slug: str) -> HttpResponse:
    return keeping.edit_anywhere(
        request,
        "actors/listing/form.html",
        entries=Listing.objects.editable_by(request.user),
        slug=slug,
        form=ListingForm,
        english_form=ListingEnglishForm,
    )


@login_required
@require_POST
def listing_submit(request: HttpRequest, slug: str) -> HttpResponse:
    listing = get_object_or_404(Listing.objects.editable_by(request.user), slug=slug)
    keeping.hand_in(request, listing)
    return redirect("actors:dashboard")


@login_required
def listing_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a listing out, after asking once: the room is let, the help was found."""
    listing = get_object_or_404(
        Listing.objects.editable_by(request.user).select_related("organisation"), slug=slug
    )
    if request.method == "POST":
        try:
            listing.archive()
        except TransitionNotAllowed:
            messages.info(request, _("This entry is archived already."))
        else:
            messages.success(request, _("Archived. You can hand it in again at any time."))
        return redirect("actors:dashboard")
    return render(request, "actors/listing/archive.html", {"listing": listing})


@login_required
@require_POST
def cooperation_propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring one's own listing (`own`) together with this one; the other side gets a mail."""
    other = get_object_or_404(Listing.objects.published().select_related("organisation"), slug=slug)
    own = get_object_or_404(
        Listing.objects.answering(other)
        .filter(organisation__memberships__user=request.user)
        .select_related("organisation"),
        slug=request.POST.get("own", "")[:80],
    )
    if not allowed(request, "contact"):
        # Nothing was typed: back to the page with the button.
        messages.error(request, TOO_OFTEN)
        return redirect(other)
    services.propose_cooperation(own=own, other=other)
    said = (
        _("Proposed. %(organisation)s gets a mail and can answer.")
        if other.organisation.can_answer
        else _("Proposed. We have no e-mail address of %(organisation)s: please get in touch, too.")
    )
    messages.success(request, said % {"organisation": other.organisation})
    return redirect("actors:dashboard")


@login_required
def cooperation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how a cooperation stands, for either side."""
    cooperation = get_object_or_404(
        Cooperation.objects.visible_to(request.user).with_sides(), pk=pk
    )
    following = cooperation.next_for(request.user)
    side = cooperation.side_of(request.user)
    standing = {"cooperation": cooperation, "following": following, "side": side}
    form = CooperationForm(request.POST or None, **standing)
    if form.is_stale:
        messages.info(request, _("The other side was faster. Please look again."))
        # Asked anew, with what was written still there.
        form = CooperationForm(initial={"outcome": request.POST.get("outcome", "")}, **standing)
    elif request.method == "POST":
        if not following:
            raise PermissionDenied
        if form.is_valid():
            try:
                services.move_cooperation(
                    cooperation=cooperation,
                    status=form.cleaned_data["status"],
                    outcome=form.cleaned_data.get("outcome", ""),
                    by=request.user,
                )
            except TransitionNotAllowed:
                messages.info(request, _("The other side was faster. Please look again."))
                return redirect("actors:cooperation-edit", pk=pk)
            messages.success(
                request,
                _("Saved. The other side gets a mail.")
                if side
                else _("Saved. Both sides get a mail."),
            )
            return redirect("actors:dashboard")
    return render(
        request,
        "actors/listing/cooperation.html",
        {
            **standing,
            "form": form,
            "has_proposed": bool(side) and side == cooperation.proposed_by,
            "partner": cooperation.partner_of(side),
        },
    )
