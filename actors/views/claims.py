"""“That is us”: people ask for an entry that nobody looks after, the task force decides."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from actors import services
from actors.forms.claims import ClaimDecisionForm, ClaimForm
from actors.forms.limits import refuse
from actors.models import Claim, Organisation
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed
from ssoe_portal.common.roles import reviewer_required

PER_PAGE = 30


def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for an entry. Without an account the page says that one is needed, and why."""
    organisation = get_object_or_404(Organisation.objects.published(), slug=slug)
    context = {"organisation": organisation}
    if request.user.is_authenticated:
        return _ask(request, organisation, context)
    return render(request, "actors/claim/page.html", context)


def _ask(request: HttpRequest, organisation: Organisation, context: dict) -> HttpResponse:
    sent = organisation.claims.filter(user=request.user).first()
    form, status = None, 200
    if organisation.may_be_claimed and not sent:
        form = ClaimForm(request.POST or None, initial={"name": request.user.name})
        if request.method == "POST" and form.is_valid():
            if allowed(request, "contact"):
                services.send_claim(
                    claim=form.save(commit=False), organisation=organisation, by=request.user
                )
                messages.success(request, _("Sent. The task force answers you by e-mail."))
                return redirect("actors:organisation-claim", slug=organisation.slug)
            refuse(form)
            status = 429
    return render(
        request, "actors/claim/page.html", context | {"form": form, "sent": sent}, status=status
    )


@reviewer_required
def claims(request: HttpRequest) -> HttpResponse:
    """Who asks for an entry, the longest waiting first."""
    rows = Claim.objects.select_related("organisation", "user").order_by("created_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "actors/claim/list.html", {"page_obj": page})


@reviewer_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: read it, then hand the entry over, or decline with a sentence."""
    claim = Claim.objects.select_related("organisation", "user").filter(pk=pk).first()
    if claim is None:  # erased by the decision: pressed twice, or a colleague was faster
        messages.info(request, _("This request has been decided already."))
        return redirect("actors:claims")
    form = ClaimDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accepts = form.cleaned_data["action"] == ClaimDecisionForm.ACCEPT
        try:
            if accepts:
                services.accept_claim(claim=claim)
            else:
                services.decline_claim(claim=claim, reason=form.cleaned_data["reason"])
        except TransitionNotAllowed:
            messages.warning(
                request, _("Meanwhile somebody else looks after this entry, or has decided.")
            )
        else:
            said = _("%(person)s now looks after this entry.") if accepts else _("Declined.")
            messages.success(request, said % {"person": claim.name} if accepts else said)
        return redirect("actors:claims")
    return render(
        request,
        "actors/claim/decide.html",
        {"claim": claim, "form": form},
    )
