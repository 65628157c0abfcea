"""Somebody asks for mails about changes of a programme, confirms, and ends it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events import following, links
from events.forms.programme import FollowForm
from events.models import ProgrammeSubscription
from events.views.lookup import says_when_called_off, visible_event
from ssoe_portal.common.ratelimit import allowed, rate_limited
from ssoe_portal.common.signed_links import LinkProblem


@says_when_called_off
@rate_limited("register")
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and the same answer whoever follows already."""
    event = visible_event(request, slug)
    form = FollowForm(request.POST or None)
    if event.is_over:
        return redirect("events:programme", slug=slug)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if allowed(request, "register", key=email):
            following.ask(event, email)
        messages.success(request, _("Please look into your mail and confirm with the link there."))
        return redirect("events:programme", slug=slug)
    return render(
        request,
        "events/following/form.html",
        {"event": event, "form": form},
        status=422 if form.errors else 200,
    )


def _of(token: str, link) -> ProgrammeSubscription:
    pk = link.read(token)
    found = ProgrammeSubscription.objects.select_related("event").filter(pk=pk).first()
    if found is None:
        raise LinkProblem("used", reverse("events:event-list"))
    return found


@never_cache
@rate_limited("link")
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the first mail: a page with a button, and the button confirms."""
    found = _of(token, links.FOLLOW)
    if request.method == "POST":
        following.confirm(found.pk)
        messages.success(request, _("You get a mail when the programme changes."))
        return redirect("events:programme", slug=found.event.slug)
    context = {"event": found.event, "found": found, "ends": False}
    return render(request, "events/following/confirm.html", context)


@never_cache
@rate_limited("link")
def end(request: HttpRequest, token: str) -> HttpResponse:
    """The link in each mail: a page with a button, and the button ends it."""
    found = _of(token, links.UNFOLLOW)
    if request.method == "POST":
        found.delete()
        messages.success(request, _("You get no more mails about this programme."))
        return redirect("events:programme", slug=found.event.slug)
    context = {"event": found.event, "found": found, "ends": True}
    return render(request, "events/following/confirm.html", context)
