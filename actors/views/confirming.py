"""An organisation's word for what stands there: it is right, the English text still fits."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actors import moderation, services
from ssoe_portal.common.moderation import TransitionNotAllowed


@login_required
@require_POST
def confirm(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Say on behalf of an entry's organisation that what readers see is right."""
    own = moderation.entries(kind, to=request.user).editable_by(request.user)
    item = get_object_or_404(own, slug=slug)
    try:
        services.confirm(item=item, by=request.user)
    except TransitionNotAllowed:
        messages.info(request, _("This entry is not public at the moment."))
    else:
        messages.success(request, _("Thank you. Readers now see that you have confirmed it."))
    return redirect(item)


@login_required
@require_POST
def english_fits(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Say that the English text of an entry still fits the German one that was on the page."""
    own = moderation.entries(kind, to=request.user).editable_by(request.user)
    item = get_object_or_404(own, slug=slug)
    # No revision has more digits; Python refuses to read some thousands of them.
    revision = request.POST.get("revision", "")[:20]
    if revision.isdecimal() and item.note_that_it_fits("en", revision=int(revision)):
        messages.success(request, _("Thank you. The English text counts as up to date again."))
    else:
        messages.info(request, _("The German text was changed again meanwhile. Please look anew."))
    back = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_here else item)
