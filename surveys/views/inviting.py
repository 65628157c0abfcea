"""Inviting: the page behind a personal link, and the task force's list."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ssoe_portal.common.ratelimit import rate_limited
from ssoe_portal.common.roles import reviewer_required
from surveys import inviting, services, tasks
from surveys.invite_forms import InviteForm, RemindOnForm
from surveys.models import Invitation
from surveys.start_forms import InvitedForm
from surveys.views.answering import invitation_cookie, posted
from surveys.views.desk import waves

PER_PAGE = 50
COOKIE_DAYS = 90


@never_cache
@rate_limited("link")
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Begin by a personal link; or say that one has answered, or wants no more mails."""
    invitation = inviting.find(token)
    action = request.POST.get("action", "")
    if action == "done":
        inviting.note_answer(token)
        messages.success(request, _("Thank you. We do not ask you again in this survey."))
        return redirect("surveys:invited", token)
    if action == "stop":
        inviting.opt_out(token)
        messages.success(request, _("Done. This address gets no more mails about surveys from us."))
        return redirect("surveys:invited", token)
    wave = invitation.wave
    organisation = invitation.organisation
    may_speak = organisation is not None and organisation.is_published
    if may_speak:
        answered = wave.responses.submitted().filter(organisation=organisation)
        may_speak = not answered.exists()
    form = InvitedForm(posted(request), organisation=organisation if may_speak else None)
    if wave.is_open and form.is_valid():
        return _begin(request, token, invitation, form)
    return render(
        request,
        "surveys/answers/invited.html",
        {
            "invitation": invitation,
            "wants_no_mails": inviting.wants_no_mails(invitation.email),
            "wave": wave,
            "survey": wave.survey,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _begin(
    request: HttpRequest, token: str, invitation: Invitation, form: InvitedForm
) -> HttpResponse:
    organisation = invitation.organisation
    fill_in = form.cleaned_data.get("fill_in", False)
    if form.is_anonymous:
        profile = organisation if fill_in else None
        begun = services.begin_anonymous(wave=invitation.wave, profile=profile)
    else:
        try:
            begun = services.begin_attributed(
                wave=invitation.wave, organisation=organisation, fill_in=fill_in
            )
        except services.AlreadySubmitted:
            messages.info(request, _("Somebody of your organisation has just answered. Thank you."))
            return redirect("surveys:invited", token)
    response = redirect("surveys:resume", begun.token)
    response.set_cookie(
        invitation_cookie(invitation.wave_id),
        token,
        max_age=COOKIE_DAYS * 24 * 3600,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )
    return response


@reviewer_required
@require_http_methods(["GET", "POST"])
def invitations(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is invited, and the form that invites more. Who has answered is not said of anybody."""
    wave = get_object_or_404(waves(), pk=pk)
    sets_day = request.POST.get("action") == "remind-on"
    day_form = RemindOnForm(request.POST if sets_day else None, instance=wave)
    if not wave.is_closed and day_form.is_valid():
        day_form.save()
        messages.success(request, _("Saved."))
        return redirect("surveys:desk-invitations", pk)
    form = InviteForm(None if sets_day else posted(request))
    found = None
    if form.is_valid():
        found = form.organisations()
        if request.POST.get("action") == "invite" and not wave.is_closed:
            outcome = inviting.invite(
                wave=wave, organisations=found, emails=form.cleaned_data["emails"]
            )
            _say(request, outcome)
            if wave.is_open and outcome.invited:
                tasks.send_invitations.defer(wave_id=wave.pk)
            return redirect("surveys:desk-invitations", pk)
    rows = wave.invitations.select_related("organisation").order_by("email", "pk")
    numbers = wave.invitations.aggregate(
        waiting=Count("pk", filter=Q(sent_on__isnull=True)),
        reminders=Sum("reminders", default=0),
    )
    return render(
        request,
        "surveys/desk/invitations.html",
        {
            "wave": wave,
            "form": form,
            "day_form": day_form,
            "found": None if found is None else _counts(wave, found, form.cleaned_data["emails"]),
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            **numbers,
            "is_sending": numbers["waiting"] and tasks.is_sending(wave.pk),
            "to_remind": inviting.number_to_remind(wave) if wave.is_open else 0,
        },
        status=422 if form.errors or day_form.errors else 200,
    )


def _counts(wave, found, emails: list[str]) -> dict[str, int]:
    """How many organisations fit, how many of them have an address, and are invited already; how
    many further addresses were written, and how many of these are new."""
    reachable = found.exclude(email="").annotate(address=Lower("email"))
    return {
        "all": found.count(),
        "reachable": reachable.count(),
        "invited": reachable.filter(
            Q(address__in=wave.invitations.values("email"))
            | Q(pk__in=wave.invitations.filter(organisation__isnull=False).values("organisation"))
        ).count(),
        "further": len(emails),
        "new": inviting.number_new(wave, emails),
    }


def _say(request: HttpRequest, outcome: inviting.Outcome) -> None:
    messages.success(
        request,
        ngettext(
            "One invitation is on its way.",
            "%(number)d invitations are on their way.",
            outcome.invited,
        )
        % {"number": outcome.invited}
        if outcome.invited
        else _("Nobody new was invited."),
    )
    if outcome.known:
        messages.info(
            request,
            ngettext(
                "One address was invited before.",
                "%(number)d addresses were invited before.",
                outcome.known,
            )
            % {"number": outcome.known},
        )
    if outcome.opted_out:
        messages.info(
            request,
            ngettext(
                "One address wants no mails about surveys.",
                "%(number)d addresses want no mails about surveys.",
                outcome.opted_out,
            )
            % {"number": outcome.opted_out},
        )


@reviewer_required
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send what waits, or remind those who have not answered."""
    wave = get_object_or_404(waves(), pk=pk)
    if not wave.is_open:
        messages.error(request, _("Mails go out while the wave is open."))
    elif request.POST.get("action") == "remind":
        tasks.send_reminders.defer(wave_id=wave.pk)
        messages.success(request, _("The reminders are on their way."))
    else:
        tasks.send_invitations.defer(wave_id=wave.pk)
        messages.success(request, _("The invitations are on their way."))
    return redirect("surveys:desk-invitations", pk)


@reviewer_required
@require_POST
def withdraw(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    """Take an invitation back that has not gone out yet."""
    rows = Invitation.objects.filter(wave=pk, pk=invitation, sent_on__isnull=True)
    if rows.delete()[0]:
        messages.success(request, _("The invitation is taken back."))
    else:
        messages.info(request, _("This invitation has gone out already, or is not there."))
    return redirect("surveys:desk-invitations", pk)
