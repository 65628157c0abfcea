"""Who may edit an organisation's entries. Owners manage the team; one owner always remains."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actors import services
from actors.forms.limits import refuse
from actors.forms.team import HandoverForm, InvitationForm, RoleForm
from actors.links import INVITATION
from actors.models import Invitation, Membership, Organisation
from actors.models.membership import LastOwner
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed, rate_limited
from ssoe_portal.common.signed_links import LinkProblem

SESSION_INVITATION = "invitation"


def _managed(request: HttpRequest, slug: str) -> Organisation:
    """Return an organisation whose team this person manages: 404 for strangers, 403 for editors."""
    organisation = get_object_or_404(Organisation.objects.editable_by(request.user), slug=slug)
    organisation.ensure_managed_by(request.user)
    return organisation


@login_required
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the team; a POST invites someone."""
    organisation = _managed(request, slug)
    form = InvitationForm(
        request.POST or None, organisation=organisation, initial={"role": "editor"}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        if allowed(request, "contact"):
            invitation = services.invite(invitation=form.save(commit=False), by=request.user)
            messages.success(
                request,
                _("Invited. %(email)s gets a mail with a link.") % {"email": invitation.email},
            )
            return redirect("actors:team", slug=slug)
        refuse(form)
        status = 429
    memberships = list(organisation.memberships.select_related("user").order_by("pk"))
    return render(
        request,
        "actors/team/page.html",
        {
            "organisation": organisation,
            "memberships": memberships,
            # The last owner stays one: a button that refuses is none.
            "has_other_owner": sum(member.is_owner for member in memberships) > 1,
            "invitations": organisation.invitations.open(),
            "form": form,
        },
        status=status,
    )


def _explain_last_owner(request: HttpRequest) -> None:
    messages.error(
        request,
        _("Someone has to be able to manage the team. Please make somebody else owner first."),
    )


@login_required
@require_POST
def member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a role."""
    organisation = _managed(request, slug)
    membership = get_object_or_404(organisation.memberships.select_related("user"), pk=pk)
    form = RoleForm(request.POST)
    try:
        if form.is_valid():
            membership.change_role(form.cleaned_data["role"])
            messages.success(request, _("Saved."))
    except LastOwner:
        _explain_last_owner(request)
    if not organisation.memberships.owners().filter(user=request.user).exists():
        return redirect("actors:dashboard")
    return redirect("actors:team", slug=slug)


@login_required
def remove_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody else out of the team, after being asked once."""
    organisation = _managed(request, slug)
    membership = get_object_or_404(organisation.memberships.select_related("user"), pk=pk)
    if membership.user == request.user:
        return redirect("actors:team-leave", slug=slug)
    if request.method == "POST":
        try:
            services.remove_member(membership=membership)
        except LastOwner:
            _explain_last_owner(request)
        else:
            messages.success(
                request,
                _("%(person)s is no longer in the team.")
                % {"person": membership.user.get_full_name()},
            )
        return redirect("actors:team", slug=slug)
    return render(
        request,
        "actors/team/remove.html",
        {"organisation": organisation, "person": membership.user},
    )


@login_required
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a team, after being asked once. The last owner hands the entry over with it; whoever is
    alone is told what there is to do instead."""
    membership = get_object_or_404(
        request.user.memberships.select_related("organisation", "user"), organisation__slug=slug
    )
    organisation = membership.organisation
    form = None
    if membership.is_last_owner:
        others = organisation.memberships.exclude(pk=membership.pk).select_related("user")
        form = HandoverForm(
            request.POST if request.method == "POST" else None, others=others.order_by("pk")
        )
    if request.method == "POST" and (form is None or form.is_valid()):
        if _leave(request, membership, form):
            messages.success(
                request,
                _("The team of %(organisation)s no longer includes you.")
                % {"organisation": organisation},
            )
            return redirect("actors:dashboard")
        return redirect("actors:team-leave", slug=slug)
    return render(
        request,
        "actors/team/leave.html",
        {
            "organisation": organisation,
            "form": form,
            "is_alone": form is not None and not form.has_anybody,
        },
        status=422 if form and form.is_bound else 200,
    )


def _leave(request: HttpRequest, membership: Membership, form: HandoverForm | None) -> bool:
    try:
        if form is None:
            membership.end()
        else:
            services.hand_over(membership=membership, to=form.cleaned_data["to"])
    except (LastOwner, Membership.DoesNotExist):
        messages.warning(request, _("The team has changed meanwhile. Please look once more."))
        return False
    return True


@login_required
@require_POST
def withdraw_invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = _managed(request, slug)
    get_object_or_404(organisation.invitations.open(), pk=pk).delete()
    messages.success(request, _("Withdrawn. The link in the mail no longer works."))
    return redirect("actors:team", slug=slug)


@login_required
def pending_invitation(request: HttpRequest) -> HttpResponse:
    """Back from signing in: on to the invitation that was opened before."""
    token = request.session.pop(SESSION_INVITATION, "")
    if not token:
        messages.info(request, _("Please open the link in the invitation mail once more."))
        return redirect("actors:dashboard")
    return redirect("actors:invitation-accept", token=token)


def _invitation(token: str) -> Invitation:
    """Return the invitation behind a link, whoever opens it. Raises LinkProblem."""
    rows = Invitation.objects.select_related("organisation", "invited_by")
    invitation = rows.filter(pk=INVITATION.read(token)).first()
    if invitation is None:
        raise LinkProblem("uninvited")
    return invitation


@rate_limited("link")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """GET explains; the signed-in person's POST accepts. Without an account one makes one first."""
    invitation = _invitation(token)
    if invitation.accepted_at is not None:
        raise LinkProblem("used", next_url=reverse("actors:dashboard"))
    is_for_user = request.user.is_authenticated and invitation.is_for(request.user)
    if not request.user.is_authenticated:
        # The link stays out of the sign-in page's address; it waits in the session.
        request.session[SESSION_INVITATION] = token
    elif request.method == "POST" and is_for_user:
        try:
            invitation.accept(request.user)
        except TransitionNotAllowed as error:
            raise LinkProblem("used", next_url=reverse("actors:dashboard")) from error
        messages.success(
            request,
            _("Welcome to %(organisation)s: you can now change its entries.")
            % {"organisation": invitation.organisation},
        )
        return redirect("actors:dashboard")
    return render(
        request,
        "actors/team/accept.html",
        {"invitation": invitation, "is_for_user": is_for_user},
        status=403 if request.method == "POST" and request.user.is_authenticated else 200,
    )
