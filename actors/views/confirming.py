"""An organisation's word for what others have entered about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
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
