"""Joining an offer without an account, and the organisation's side of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from actors import joining
from actors.forms.joining import AnswerForm, AnswerSeveralForm, CancelForm, JoinForm
from actors.forms.limits import refuse
from actors.links import JOIN_CONFIRM, JOIN_WITHDRAW
from actors.models import JoinRequest, Offer
from actors.privacy import JOIN_REQUESTS
from ssoe_portal.common import just_sent
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed, rate_limited
from ssoe_portal.common.signed_links import LinkProblem, SignedLink

NO_MAIL = gettext_lazy("Whoever has an answer already, or has cancelled meanwhile, gets no mail.")
TOO_FEW_PLACES = gettext_lazy(
    "There are fewer places left than people ticked. Nobody was answered: tick as many as there "
    "are places, or give the offer more places first. Whoever is left can wait then."
)
ALL_TAKEN = gettext_lazy(
    "All places are taken, and nobody was answered. You can put them on the waiting list, or give "
    "the offer more places first."
)
PLACES_FREE = gettext_lazy(
    "A place is free, and whoever is on the waiting list is offered it at once. "
    "Please say yes or no, or give the offer fewer places first."
)
#: The cookie with what has just been sent (`just_sent`); the same whether the address is known.
SENT = "join-sent"
#: How many sign-ups stand on a page.
PER_PAGE = 50


@rate_limited("join")
def offer_join(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to come. Known and unknown addresses see the same next page. `?again` begins with what
    was just sent, to be mended."""
    offer = get_object_or_404(
        Offer.objects.published().select_related("organisation").with_hours().with_translation(),
        slug=slug,
    )
    if not offer.can_be_joined:
        messages.info(
            request, _("You cannot sign up for this offer here. Please ask by telephone.")
        )
        return redirect(offer)
    again = just_sent.read(request, SENT) if "again" in request.GET else None
    form = JoinForm(request.POST or None, offer=offer, initial=again)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if allowed(request, "join", key=email.lower()):
            joining.ask(offer=offer, request=form.save(commit=False))
            response = redirect("actors:offer-join-sent", slug=offer.slug)
            sent = {name: form[name].value() for name in form.fields}
            path = reverse("actors:offer-join", args=[offer.slug])
            just_sent.keep(response, SENT, sent, path=path, spare="message")
            return response
        refuse(form)
        status = 429
    response = render(
        request,
        "actors/joining/join.html",
        {
            "offer": offer,
            "form": form,
            "places": joining.free_places(offer),
            "keep_days": JOIN_REQUESTS.keep_days,
        },
        status=status,
    )
    if again:  # a page with somebody's name and message is for this moment only
        add_never_cache_headers(response)
    return response


@never_cache
@rate_limited("join")
def offer_join_sent(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Please confirm your address": the same for everybody; its button sends the mail again."""
    offer = get_object_or_404(
        Offer.objects.published().select_related("organisation").with_translation(), slug=slug
    )
    email = just_sent.read(request, SENT).get("email", "")
    if request.method == "POST":
        if not email:  # opened long ago, or in another browser
            return redirect("actors:offer-join", slug=offer.slug)
        if allowed(request, "join", key=email.lower()):
            joining.send_again(offer=offer, email=email)
            messages.success(request, _("We have sent the mail again."))
        else:
            messages.error(request, _("That was too often. Please try again in an hour."))
        return redirect("actors:offer-join-sent", slug=offer.slug)
    return render(
        request,
        "actors/joining/sent.html",
        {
            "offer": offer,
            "email": email,
            "places": joining.free_places(offer),
            "days": JOIN_CONFIRM.max_age.days,
        },
    )


def _request_of(link: SignedLink, token: str) -> JoinRequest | None:
    """Return a link's request, None where it was erased since."""
    try:
        key = link.read(token)
    except LinkProblem as problem:
        raise LinkProblem(problem.problem, reverse("actors:offer-list")) from problem
    return JoinRequest.objects.select_related("offer__organisation").filter(pk=key).first()


def _own_url(found: JoinRequest) -> str:
    return reverse("actors:join-withdraw", args=[JOIN_WITHDRAW.token(found.pk)])


def _where_it_stands(request: HttpRequest, found: JoinRequest) -> HttpResponse:
    """A link that has done its work leads to one's request, and says why."""
    if found.is_active:
        messages.info(request, _("You have already signed up. This is where your request stands."))
    return redirect(_own_url(found))


@never_cache
@rate_limited("link")
def join_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the first mail: a page with a button, and the button confirms."""
    found = _request_of(JOIN_CONFIRM, token)
    if found is None:
        raise LinkProblem("expired", reverse("actors:offer-list"))
    standing = joining.standing(found)
    if standing.state != JoinRequest.State.UNCONFIRMED:
        return _where_it_stands(request, standing)
    if not found.offer.is_public:
        raise LinkProblem("expired", reverse("actors:offer-list"))
    if request.method == "POST":
        try:
            joining.confirm(request=found)
        except TransitionNotAllowed:  # the other link, or another tap, was faster
            found.refresh_from_db(fields=["state"])
            standing = joining.standing(found)
            if standing.state == JoinRequest.State.UNCONFIRMED:  # the offer has gone
                raise LinkProblem("expired", reverse("actors:offer-list")) from None
            return _where_it_stands(request, standing)
        messages.success(
            request,
            _("Thank you. Your address is confirmed, and you are on the waiting list.")
            if found.is_waiting
            else _("Thank you. Your address is confirmed, and the organisation has your request."),
        )
        return redirect(_own_url(found))
    return render(
        request,
        "actors/joining/confirm.html",
        {"found": found, "offer": found.offer, "places": joining.free_places(found.offer)},
    )


@never_cache
@rate_limited("link")
def join_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """A person's own request: where it stands, what happens next, and the buttons to withdraw, or
    to take the place that is kept. Who would lose a place is asked first (`?cancel`).

    Whoever presses one twice, or comes back later, reads that it is done.
    """
    found = _request_of(JOIN_WITHDRAW, token)
    if found is None:
        return render(request, "actors/joining/withdrawn.html", {"is_erased": True})
    if request.method == "POST" and request.POST.get("go") == "take":
        try:
            joining.take(request=found)
        except TransitionNotAllowed:  # too late, or taken before: the page says which
            pass
        else:
            messages.success(
                request, _("The place is yours. We have sent you a mail with all of it.")
            )
        return redirect(_own_url(found))
    # A button that was shown before the organisation gave the place does not give it up unasked.
    unasked = found.has_place and request.POST.get("go") != "cancel"
    if unasked and (request.method == "POST" or "cancel" in request.GET):
        return render(
            request, "actors/joining/cancel_own.html", {"found": found, "offer": found.offer}
        )
    if request.method == "POST":
        try:
            joining.withdraw(request=found, gives_up_place=request.POST.get("go") == "cancel")
        except TransitionNotAllowed:  # withdrawn or answered before: the page says which
            return redirect(_own_url(found))
        return render(request, "actors/joining/withdrawn.html", {"offer": found.offer})
    standing = joining.standing(found)
    if standing != found:
        return _where_it_stands(request, standing)
    return render(
        request,
        "actors/joining/own.html",
        {"found": found, "offer": found.offer, "keep_days": JOIN_REQUESTS.keep_days},
    )


@login_required
def offer_requests(request: HttpRequest, slug: str) -> HttpResponse:
    """Who wants to come to an offer: for its organisation, page by page. A POST is one answer to
    several of them."""
    offer = get_object_or_404(
        Offer.objects.editable_by(request.user).select_related("organisation"), slug=slug
    )
    confirmed = offer.join_requests.confirmed()
    counted = joining.places(offer)
    page = Paginator(confirmed.waiting_first(), PER_PAGE).get_page(request.GET.get("page"))
    by_state: dict[str, list[JoinRequest]] = {}
    for row in page:
        by_state.setdefault(row.state, []).append(row)
    state = JoinRequest.State
    form = AnswerSeveralForm(
        request.POST or None,
        offer=offer,
        unanswered=by_state.get(state.OPEN),
        is_full=counted.is_full,
    )
    if request.method == "POST" and not counted.open:
        messages.warning(request, NO_MAIL)
        return redirect("actors:offer-requests", slug=offer.slug)
    if request.method == "POST" and form.is_valid():
        if _answer_several(request, offer, form):
            return redirect("actors:offer-requests", slug=offer.slug)
        counted = joining.places(offer)
        form.show_places(is_full=counted.is_full)
    return render(
        request,
        "actors/joining/requests.html",
        {
            "offer": offer,
            "page_obj": page,
            "has_dates": any(row.wanted_day for row in page),
            "places": counted,
            "open": by_state.get(state.OPEN, []),
            "form": form,
            "coming": by_state.get(state.ACCEPTED, []),
            "offered": by_state.get(state.OFFERED, []),
            "waiting": by_state.get(state.WAITING, []),
            # Who waits keeps the own number where the list goes on overleaf.
            "waiting_before": max(
                page.start_index() - 1 - counted.open - counted.accepted - counted.offered, 0
            ),
            "closed": [row for row in page if not row.is_active],
            "keep_days": JOIN_REQUESTS.keep_days,
        },
        status=422 if form.is_bound else 200,
    )


@login_required
@require_safe
def offer_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who comes to an offer, by name: one list to print and tick."""
    offer = get_object_or_404(
        Offer.objects.editable_by(request.user).select_related("organisation"), slug=slug
    )
    rows = list(offer.join_requests.confirmed().coming())
    return render(
        request,
        "actors/joining/sheet.html",
        {
            "offer": offer,
            "rows": rows,
            "has_dates": any(row.wanted_day for row in rows),
            "now": timezone.now(),
        },
    )


def _answer_several(request: HttpRequest, offer: Offer, form: AnswerSeveralForm) -> bool:
    """Answer those who are ticked; where there are too few places, the form says so."""
    said = form.cleaned_data
    keys = [ticked.pk for ticked in said["ticked"]]
    try:
        if said["decision"] == AnswerForm.WAIT:
            done = joining.put_all_on_list(offer=offer, keys=keys)
        else:
            accept = said["decision"] == AnswerForm.ACCEPT
            done = joining.answer_all(offer=offer, keys=keys, accept=accept, text=said["answer"])
    except joining.PlacesFree:
        form.add_error("decision", PLACES_FREE)
        return False
    except joining.PlacesTaken:
        is_full = joining.places(offer).is_full
        form.add_error("ticked", ALL_TAKEN if is_full else TOO_FEW_PLACES)
        return False
    if done:
        messages.success(
            request,
            ngettext(
                "Your answer is on its way to one person.",
                "Your answer is on its way to %(number)s people.",
                done,
            )
            % {"number": done},
        )
    if done < len(keys):
        messages.warning(request, NO_MAIL)
    return True


@login_required
def join_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline one request, or let it wait; the answer goes out by mail."""
    found = get_object_or_404(
        JoinRequest.objects.visible_to(request.user).select_related("offer__organisation"), pk=pk
    )
    if request.method == "POST" and not found.is_answerable:
        return _nothing_sent(request, found)
    counted = joining.free_places(found.offer)
    form = AnswerForm(
        request.POST or None,
        may_wait=found.offer.places is not None and found.state == JoinRequest.State.OPEN,
        is_full=counted.is_full,
    )
    if request.method == "POST" and form.is_valid():
        try:
            _answer(found, **form.cleaned_data)
        except joining.PlacesFree:
            form.add_error("decision", PLACES_FREE)
        except joining.PlacesTaken:
            form.add_error(
                "decision",
                _(
                    "All places are taken. You can let this person wait, or give the offer more "
                    "places first."
                ),
            )
        except TransitionNotAllowed:
            return _nothing_sent(request, found)
        else:
            messages.success(
                request, _("Your answer to %(name)s is on its way.") % {"name": found.name}
            )
            return redirect("actors:offer-requests", slug=found.offer.slug)
        counted = joining.free_places(found.offer)
        form.show_places(is_full=counted.is_full)
    return render(
        request,
        "actors/joining/answer.html",
        {
            "found": found,
            "offer": found.offer,
            "form": form,
            "places": counted,
        },
        status=422 if form.is_bound else 200,
    )


def _nothing_sent(request: HttpRequest, found: JoinRequest) -> HttpResponse:
    messages.warning(
        request, _("This request has been answered or cancelled meanwhile. Nothing was sent.")
    )
    return redirect("actors:offer-requests", slug=found.offer.slug)


def _answer(found: JoinRequest, decision: str, answer: str) -> None:
    if decision == AnswerForm.WAIT:
        joining.put_on_list(request=found)
    else:
        joining.answer(request=found, accept=decision == AnswerForm.ACCEPT, text=answer)


@login_required
def join_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a place, after asking for the reason that the person reads in a mail."""
    found = get_object_or_404(
        JoinRequest.objects.visible_to(request.user).select_related("offer__organisation"), pk=pk
    )
    form = CancelForm(request.POST or None)
    if not found.has_place:
        messages.info(request, _("This person has no place any more. Nothing was sent."))
        return redirect("actors:offer-requests", slug=found.offer.slug)
    if request.method == "POST" and form.is_valid():
        try:
            joining.cancel(request=found, reason=form.cleaned_data["reason"])
        except TransitionNotAllowed:
            messages.warning(request, _("This person has no place any more. Nothing was sent."))
        else:
            messages.success(
                request, _("%(name)s is written to with your words.") % {"name": found.name}
            )
        return redirect("actors:offer-requests", slug=found.offer.slug)
    return render(
        request,
        "actors/joining/cancel.html",
        {
            "found": found,
            "offer": found.offer,
            "form": form,
            "places": joining.free_places(found.offer),
        },
        status=422 if form.is_bound else 200,
    )
