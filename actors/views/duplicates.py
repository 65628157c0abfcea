"""Organisations that may be listed twice: told apart, or made one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actors import merging
from actors.forms.merging import MergeForm, label, words
from actors.forms.narrowing import NameForm
from actors.models import (
    DuplicatePair,
    Initiative,
    Listing,
    Membership,
    NetworkMembership,
    Offer,
    Organisation,
)
from actors.moderation import NAMES, called
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import reviewer_required

PER_PAGE = 20
#: What both organisations of a pair are called.
PAIR_NAMES = [f"{side}__{name}" for side in ("first", "second") for name in NAMES]


@reviewer_required
def duplicates(request: HttpRequest) -> HttpResponse:
    """The pairs nobody has decided about, the most alike first. A POST says that the ticked ones
    are different organisations; they do not come back."""
    if request.method == "POST":
        ticked = [int(value) for value in request.POST.getlist("pair")[:100] if value.isdecimal()]
        pairs = DuplicatePair.objects.open().filter(pk__in=[pk for pk in ticked if pk < 2**63])
        for pair in pairs:
            pair.say_different(request.user)
        if not ticked:
            messages.warning(request, _("Please tick at least one pair."))
        elif not pairs:
            messages.info(request, _("Somebody else was faster. Nothing was changed."))
        else:
            messages.success(
                request,
                ngettext(
                    "Remembered: one pair is two organisations.",
                    "Remembered: %(number)s pairs are two organisations each.",
                    len(pairs),
                )
                % {"number": len(pairs)},
            )
        return redirect(request.get_full_path())
    narrow = NameForm(request.GET)
    rows = DuplicatePair.objects.open().select_related("first__area", "second__area")
    page = Paginator(called(rows, narrow.words, *PAIR_NAMES), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "actors/moderation/duplicates.html",
        {"page_obj": page, "narrow": narrow, "is_narrowed": bool(narrow.words)},
    )


@reviewer_required
def merge(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """Show two entries side by side; choose which stays and whose texts; then, on a page of its own
    that says what happens, do it."""
    rows = Organisation.objects.visible_to(request.user).filter(merged_into=None)
    rows = rows.select_related("area", "legal_form").annotate(**_counts())
    sides = [get_object_or_404(rows, slug=slug) for slug in (first, second)]
    if first == second:
        raise Http404
    form = MergeForm(
        request.POST if request.method == "POST" else None,
        first=sides[0],
        second=sides[1],
        initial={"stays": _better(*sides)},
    )
    if request.method == "POST" and form.is_valid():
        gone, stays = form.gone_and_stays()
        if request.POST.get("step") == "merge":
            return _merge(request, form, gone, stays)
        return _confirm(request, form, gone, stays)
    return render(
        request,
        "actors/moderation/merge.html",
        {
            "form": form,
            "sides": [
                {"key": MergeForm.FIRST, "organisation": sides[0]},
                {"key": MergeForm.SECOND, "organisation": sides[1]},
            ],
            "rows": _rows(form),
        },
        status=422 if form.is_bound else 200,
    )


def _better(first: Organisation, second: Organisation) -> str:
    """Which one stays unless staff say otherwise: the public one, then the one that was confirmed,
    then the older one."""

    def rank(organisation: Organisation) -> tuple:
        return (
            organisation.is_published,
            not organisation.may_be_claimed,
            organisation.confirmed_at is not None,
            -organisation.pk,
        )

    return MergeForm.FIRST if rank(first) >= rank(second) else MergeForm.SECOND


def _counts() -> dict[str, Coalesce]:
    """What belongs to an entry, counted: one subquery each."""
    counted = {
        "number_offers": Offer,
        "number_listings": Listing,
        "number_initiatives": Initiative,
        "number_networks": NetworkMembership,
        "number_team": Membership,
    }
    return {
        name: Coalesce(
            Subquery(
                model._default_manager.filter(organisation=OuterRef("pk"))
                .order_by()
                .values("organisation")
                .values(number=Count("pk"))
            ),
            0,
        )
        for name, model in counted.items()
    }


def _rows(form: MergeForm) -> list[dict]:
    return [
        {
            "key": choice.key,
            "label": label(choice),
            "first": words(choice, form.first),
            "second": words(choice, form.second),
            "chosen": form[choice.key].value()
            or (
                MergeForm.SECOND
                if choice.is_empty(form.first)
                else MergeForm.FIRST
                if choice.is_empty(form.second)
                else ""
            ),
        }
        for choice in form.choices
    ]


def _confirm(
    request: HttpRequest, form: MergeForm, gone: Organisation, stays: Organisation
) -> HttpResponse:
    """The last page before: what stays, what comes over, who looks after it then."""
    from_gone = form.from_gone()
    hidden = [("stays", form.cleaned_data["stays"])]
    hidden += [(choice.key, form.cleaned_data.get(choice.key, "")) for choice in form.choices]
    obstacles = merging.obstacles(gone=gone, stays=stays)
    if gone.is_published and not stays.is_published:
        obstacles.append(str(merging.NOT_PUBLIC))
    return render(
        request,
        "actors/moderation/merge_confirm.html",
        {
            "gone": gone,
            "stays": stays,
            "hidden": hidden,
            "obstacles": obstacles,
            "left_behind": merging.left_behind(gone=gone, stays=stays),
            "results": [
                {
                    "label": label(choice),
                    "text": words(choice, gone if choice.key in from_gone else stays),
                    "from_gone": choice.key in from_gone,
                }
                for choice in form.choices
            ],
            "people": merging.joint_team(gone, stays),
        },
    )


def _merge(
    request: HttpRequest, form: MergeForm, gone: Organisation, stays: Organisation
) -> HttpResponse:
    try:
        merging.merge(gone=gone, stays=stays, from_gone=form.from_gone())
    except TransitionNotAllowed:
        messages.warning(request, _("Somebody else has merged one of them meanwhile."))
    except ValidationError as error:
        for words_ in error.messages:
            messages.error(request, words_)
        return redirect(request.path)
    else:
        messages.success(
            request,
            _("“%(gone)s” is now part of “%(stays)s”. Its address on the portal leads there.")
            % {"gone": gone.name, "stays": stays.name},
        )
    return redirect("actors:duplicates")
