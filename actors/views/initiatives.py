"""Initiatives on their way from an idea to a social enterprise, and people who want in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from actors import emails, services, structured_data
from actors.filters import InitiativeFilter
from actors.forms.english import InitiativeEnglishForm
from actors.forms.initiatives import InitiativeForm, SupporterForm
from actors.forms.limits import refuse
from actors.links import SUPPORTER, SUPPORTER_WITHDRAW
from actors.models import Initiative, Organisation, Supporter
from actors.privacy import SUPPORTERS
from actors.views import keeping
from actors.views.finding import show_list
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed, rate_limited
from ssoe_portal.common.signed_links import LinkProblem

PER_PAGE = 24


@require_safe
def initiative_list(request: HttpRequest) -> HttpResponse:
    """All published initiatives."""
    return show_list(request, InitiativeFilter, "actors/initiative/list.html", per_page=PER_PAGE)


@rate_limited("join")
def initiative_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an initiative; a POST is someone who wants in."""
    initiative = get_object_or_404(
        Initiative.objects.visible_to(request.user)
        .select_related("organisation", "area")
        .prefetch_related("fields")
        .with_translation()
        .with_outdated("en"),
        slug=slug,
    )
    may_edit = Initiative.objects.editable_by(request.user).filter(pk=initiative.pk).exists()
    form, status = None, 200
    if initiative.is_open_to_supporters:
        form = SupporterForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if allowed(request, "join", key=form.cleaned_data["email"]):
                _ask_to_confirm(form.save(commit=False), initiative)
                return redirect("actors:supporter-sent")
            refuse(form)
            status = 429
    elif request.method == "POST":
        raise Http404
    return render(
        request,
        "actors/initiative/detail.html",
        {
            "initiative": initiative,
            "form": form,
            "may_edit": may_edit,
            "should_confirm": may_edit and services.should_confirm(initiative, request.user),
            "structured_data": structured_data.initiative(initiative),
        },
        status=status,
    )


@transaction.atomic
def _ask_to_confirm(supporter: Supporter, initiative: Initiative) -> None:
    supporter.initiative = initiative
    supporter.language = get_language() or "de"
    supporter.save()
    emails.supporter_confirm(supporter)


def join_sent(request: HttpRequest) -> HttpResponse:
    """The same page for everyone: it does not tell whether an address is on the list."""
    return render(request, "actors/initiative/sent.html")


@never_cache
@rate_limited("link")
def join_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; its POST confirms the address and tells the organisation."""
    supporter = (
        Supporter.objects.select_related("initiative__organisation")
        .filter(pk=SUPPORTER.read(token))
        .first()
    )
    if supporter is None:
        raise LinkProblem("expired", next_url=reverse("actors:initiative-list"))
    done = supporter.confirmed_at is not None
    if not done and not supporter.initiative.is_open_to_supporters:
        context = {"initiative": supporter.initiative}
        return render(request, "actors/initiative/closed.html", context, status=410)
    if request.method == "POST" and not done:
        try:
            with transaction.atomic():
                supporter.confirm()
                emails.supporter_new(supporter)
        except TransitionNotAllowed:
            # Confirmed in another tab, or by an earlier request from the same address.
            pass
        done = True
    return render(request, "actors/initiative/confirm.html", {"supporter": supporter, "done": done})


@never_cache
@rate_limited("link")
def supporter_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; its POST erases what somebody sent, confirmed or not. Whoever presses it
    twice, or comes back later, reads that it is done."""
    supporter = (
        Supporter.objects.select_related("initiative__organisation")
        .filter(pk=SUPPORTER_WITHDRAW.read(token))
        .first()
    )
    if supporter is None:
        return render(request, "actors/initiative/withdraw.html", {"is_erased": True})
    done = request.method == "POST"
    if done:
        with transaction.atomic():
            if supporter.withdraw() and supporter.confirmed_at:
                emails.supporter_withdrawn(supporter)
    return render(
        request,
        "actors/initiative/withdraw.html",
        {"initiative": supporter.initiative, "done": done},
    )


@login_required
@require_safe
def supporters(request: HttpRequest, slug: str) -> HttpResponse:
    """Who wants in, for the members of the organisation that carries the initiative."""
    initiative = get_object_or_404(Initiative.objects.editable_by(request.user), slug=slug)
    page = Paginator(initiative.supporters.confirmed(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "actors/initiative/supporters.html",
        {"initiative": initiative, "page_obj": page, "keep_days": SUPPORTERS.keep_days},
    )


@login_required
def initiative_create(request: HttpRequest) -> HttpResponse:
    """Write a new initiative; `?organisation=` chooses who carries it."""
    organisations = Organisation.objects.to_write_for(request.user)
    if not organisations:
        messages.info(
            request,
            _("An initiative needs an organisation that carries it. Please enter it first."),
        )
        return redirect("actors:organisation-register")
    chosen = organisations.called(request.GET.get("organisation", "")[:80]).first()
    return keeping.edit(
        request,
        "actors/initiative/form.html",
        form=InitiativeForm(
            request.POST or None, organisations=organisations, initial={"organisation": chosen}
        ),
        english_form=InitiativeEnglishForm(request.POST or None),
    )


@login_required
def initiative_edit(request: HttpRequest, slug: str) -> HttpResponse:
    return keeping.edit_anywhere(
        request,
        "actors/initiative/form.html",
        entries=Initiative.objects.editable_by(request.user),
        slug=slug,
        form=InitiativeForm,
        english_form=InitiativeEnglishForm,
    )


@login_required
def initiative_archive(request: HttpRequest, slug: str) -> HttpResponse:
    initiative = get_object_or_404(Initiative.objects.editable_by(request.user), slug=slug)
    if request.method == "POST":
        try:
            initiative.archive()
        except TransitionNotAllowed:
            messages.info(request, _("This entry is archived already."))
        else:
            messages.success(request, _("Archived. You can hand it in again at any time."))
        return redirect("actors:dashboard")
    return render(request, "actors/initiative/archive.html", {"initiative": initiative})
