"""With whom an organisation works together: it names them; who is in the portal says so, too."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actors import services
from actors.forms.limits import refuse
from actors.forms.profile import PartnerForm, add_errors
from actors.models import Organisation, Partnership
from actors.views.profile import editable
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed


@login_required
def partners(request: HttpRequest, slug: str) -> HttpResponse:
    """List the partners and what waits for an answer; a POST names one more."""
    organisation = editable(request, slug)
    form = PartnerForm(request.POST or None, organisation=organisation)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if not allowed(request, "contact"):
                refuse(form)
                status = 429
            elif kept := _name(organisation, form):
                messages.success(request, _said(form, kept))
                return redirect("actors:partners", slug)
        elif list(form.errors) == ["which"] and "which" not in request.POST:
            # Not a mistake: the name is known here, so the next question comes.
            form.errors.clear()
            form.fields["which"].widget.attrs["autofocus"] = True
            status = 200
    found = [
        {
            "row": row,
            "other": row.other_side(organisation),
            "asks": row.asks(organisation),
        }
        for row in Partnership.objects.of(organisation).with_sides()
        if row.organisation_id == organisation.pk or row.is_shown or row.organisation.is_published
    ]
    return render(
        request,
        "actors/profile/partners.html",
        {
            "organisation": organisation,
            "asked": [entry for entry in found if entry["asks"]],
            "partners": [entry for entry in found if not entry["asks"]],
            "form": form,
        },
        status=status,
    )


def _name(organisation: Organisation, form: PartnerForm) -> Partnership | None:
    try:
        return services.name_partner(
            organisation=organisation, partner=form.partner, name=form.cleaned_data["name"]
        )
    except ValidationError as error:
        add_errors(form, error, "name")
        return None


def _said(form: PartnerForm, kept: Partnership) -> str:
    if form.partner is None:
        return _("%(name)s stands on your page now.") % {"name": form.cleaned_data["name"]}
    if kept.is_shown:
        return _both_say(form.partner)
    if kept.organisation.published_at is None:
        words = _("%(name)s is named, and is asked once your entry is public.")
        return words % {"name": form.partner.name}
    return _("%(name)s is named. As soon as they say so, too, both pages show it.") % {
        "name": form.partner.name
    }


@login_required
@require_POST
def confirm_partner(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """ "That is right": only the side that was named may say so."""
    organisation = editable(request, slug)
    waiting = Partnership.objects.waiting_for(organisation).with_sides()
    if partnership := waiting.filter(pk=pk).first():
        try:
            services.confirm_partner(partnership=partnership)
        except TransitionNotAllowed:
            pass  # a second tap
        else:
            messages.success(request, _both_say(partnership.organisation))
    return redirect("actors:partners", slug)


def _both_say(other: Organisation) -> str:
    return _("Both pages show it now: you and %(name)s work together.") % {"name": other.name}


@login_required
@require_POST
def remove_partner(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Either side ends it; what was only asked is declined by that."""
    organisation = editable(request, slug)
    if partnership := Partnership.objects.of(organisation).filter(pk=pk).first():
        services.remove_row(row=partnership)
        is_declined = partnership.asks(organisation)
        said = _("You have declined that.") if is_declined else _("That is taken back.")
        messages.success(request, said)
    return redirect("actors:partners", slug)
