"""A party registers, sees its place, comes with fewer people, accepts an offer, cancels."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import ics, links, qr, ready, registering
from events.forms.registration import RegistrationForm, SizeForm
from events.models import Event, Registration
from events.views.files import calendar_file
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed, rate_limited
from ssoe_portal.common.signed_links import LinkProblem


def _event(request: HttpRequest, slug: str) -> Event:
    if not request.user.is_authenticated:
        found = ready.public_event(slug)
        if found is None:
            raise Http404(slug)
        return found
    return get_object_or_404(Event.objects.visible_to(request.user).for_page(), slug=slug)


@rate_limited("register")
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and what became of it: always the same page, whoever is registered already."""
    event = _event(request, slug)
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if not event.registration_is_open:
        return render(request, "events/registration/closed.html", {"event": event}, status=200)
    if request.method == "POST" and form.is_valid():
        # Too many tries with one address send no more mails to it; the page does not say so,
        # since it would tell that the address has been used.
        if allowed(request, "register", key=form.cleaned_data["email"]):
            try:
                registering.register(event=event, registration=form.save(commit=False))
            except registering.RegistrationClosed:
                return render(request, "events/registration/closed.html", {"event": event})
        return redirect("events:registered", slug=event.slug)
    return render(
        request,
        "events/registration/form.html",
        {"event": event, "form": form, "places": registering.places(event)},
        status=422 if form.errors else 200,
    )


def registered(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "events/registration/registered.html", {"event": _event(request, slug)})


@never_cache
@rate_limited("link", gets=True)
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange the link in a mail for a page without a secret in its address."""
    return redirect(links.exchange(request, token))


def _opened(request: HttpRequest, code: str) -> Registration:
    """The registration, if this browser has opened its link; else say that the mail is needed."""
    found = links.opened(request).filter(code=code).first()
    if found is None:
        raise LinkProblem("expired", reverse("events:event-list"))
    return found


@never_cache
def show(request: HttpRequest, code: str) -> HttpResponse:
    registration = _opened(request, code)
    could_be_fewer = registration.size > 1 or registration.children
    smaller = registration.is_active and could_be_fewer and not registration.event.is_over
    return render(
        request,
        "events/registration/detail.html",
        {
            "registration": registration,
            "event": registration.event,
            "venues": registration.event.venues.select_related("area").with_translation(),
            "size_form": SizeForm(registration=registration) if smaller else None,
            "places": registering.places(registration.event),
        },
    )


@never_cache
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code of a confirmed party, as a picture."""
    registration = _opened(request, code)
    return HttpResponse(qr.svg(registration), content_type="image/svg+xml")


@never_cache
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """The event for the party's own calendar, with what only those who are registered may know."""
    registration = _opened(request, code)
    venues = registration.event.venues.select_related("area").with_translation()
    content = ics.for_event(registration.event, venues, online_url=registration.online_url)
    return calendar_file(content, f"{registration.event.slug}.ics")


@require_POST
@rate_limited("answer")
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Take up the place that was offered."""
    registration = _opened(request, code)
    try:
        registering.accept(registration)
    except TransitionNotAllowed:
        registration.refresh_from_db()
        if not registration.is_confirmed:
            messages.error(
                request,
                _("This offer is no longer open, so the place has gone on to someone else."),
            )
    else:
        messages.success(request, _("You are coming. The mail with everything is on its way."))
    return redirect(registration)


@never_cache
@rate_limited("answer")
def reduce(request: HttpRequest, code: str) -> HttpResponse:
    """Come with fewer people; the form is on the registration's own page."""
    registration = _opened(request, code)
    if request.method == "POST" and not registration.event.is_over:
        form = SizeForm(request.POST, registration=registration)
        if form.is_valid():
            try:
                registering.reduce(registration, **form.cleaned_data)
            except TransitionNotAllowed:
                messages.error(request, _("This registration has changed meanwhile."))
            else:
                messages.success(request, _("Thank you. Your registration is changed."))
        else:
            messages.error(request, _("Please choose a smaller number than before."))
    return redirect(registration)


@never_cache
@rate_limited("answer")
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether it is meant, then cancel."""
    registration = _opened(request, code)
    if request.method != "POST":
        if not registration.is_active:
            return redirect(registration)
        return render(
            request,
            "events/registration/cancel.html",
            {"registration": registration, "event": registration.event},
        )
    try:
        cancelled = registering.cancel(registration)
    except TransitionNotAllowed:
        messages.info(request, _("This registration was already cancelled."))
    else:
        # Of the waiting list the heading of the page says it.
        if not cancelled.has_left_waiting_list:
            messages.success(request, _("Your registration is cancelled."))
    return redirect(registration)
