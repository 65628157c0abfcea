"""A party registers, sees its place, changes its registration, accepts an offer, cancels."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from actors.forms.limits import refuse
from events import ics, links, qr, registering, signing_up
from events.forms.registration import AddressForm, ChangeForm, RegistrationForm
from events.models import Event, Registration
from events.programme import open_to, overlapping
from events.views.files import calendar_file
from events.views.lookup import says_when_called_off, visible_event
from ssoe_portal.common import just_sent
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import allowed, rate_limited
from ssoe_portal.common.signed_links import LinkProblem

#: The cookie (`just_sent`) with the address of a registration and what proves it was made here.
SENT = "register-sent"
#: Of how many registrations with one address: of a form sent twice the first one counts.
MOST_PROOFS = 5


@says_when_called_off
@rate_limited("register")
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and what became of it: always the same page, whoever is registered already."""
    event = visible_event(request, slug)
    form = RegistrationForm(request.POST if request.method == "POST" else None, event=event)
    if not event.registration_is_open:
        return render(request, "events/registration/closed.html", {"event": event}, status=200)
    if request.method == "POST" and form.is_valid():
        email, registration = form.cleaned_data["email"], form.save(commit=False)
        sent = _sent(request, event)
        proofs = [*sent.get("proofs", ()), registering.proof(registration)]
        proofs = proofs[-MOST_PROOFS:] if sent.get("email") == email else proofs[-1:]
        # Too many tries with one address send no more mails to it; the page does not say so,
        # since it would tell that the address has been used.
        if allowed(request, "register", key=email):
            try:
                registering.register(event=event, registration=registration, answers=form.answered)
            except registering.RegistrationClosed:
                event = visible_event(request, slug)  # as it is now: maybe called off
                return render(request, "events/registration/closed.html", {"event": event})
        return _registered(event, email, proofs)
    return render(
        request,
        "events/registration/form.html",
        {"event": event, "form": form, "places": registering.places(event)},
        status=422 if form.errors else 200,
    )


def _sent(request: HttpRequest, event: Event) -> dict[str, Any]:
    """What was just sent from this browser for an event."""
    sent = just_sent.read(request, SENT)
    return sent if sent.get("event") == event.pk else {}


def _registered(event: Event, email: str, proofs: list[str]) -> HttpResponse:
    """On to the next page, in whatever language, which shows the address and lets it be put
    right."""
    response = redirect("events:registered", slug=event.slug)
    sent = {"event": event.pk, "email": email, "proofs": proofs}
    just_sent.keep(response, SENT, sent, path="/")
    return response


@says_when_called_off
@never_cache
@rate_limited("register")
def registered(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Please look into your mail": the same for everybody. A POST puts a wrong address right."""
    event = visible_event(request, slug)
    sent = _sent(request, event)
    if request.method == "POST" and not sent:
        messages.info(
            request,
            _("That was a while ago. If no mail has come, please register with the right address."),
        )
        return redirect("events:register", slug=event.slug)
    form = AddressForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        email, proofs = form.cleaned_data["email"], sent["proofs"]
        if allowed(request, "register", key=email):
            registering.correct_address(
                event=event, wrong=sent["email"], right=email, proofs=proofs
            )
            messages.success(request, _("The mail goes to %(email)s.") % {"email": email})
            return _registered(event, email, proofs)
        refuse(form)
        status = 429
    return render(
        request,
        "events/registration/registered.html",
        {"event": event, "email": sent.get("email", ""), "form": form},
        status=status,
    )


@never_cache
@rate_limited("link", gets=True)
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange the link in a mail for a page without a secret in its address."""
    return redirect(links.exchange(request, token))


def opened_registration(request: HttpRequest, code: str) -> Registration:
    """The registration, if this browser has opened its link; else say that the mail is needed."""
    found = links.opened(request).filter(code=code).first()
    if found is None:
        raise LinkProblem("unopened", reverse("events:event-list"))
    return found


@never_cache
def show(request: HttpRequest, code: str) -> HttpResponse:
    registration = opened_registration(request, code)
    venues = list(registration.event.venues.select_related("area").with_stops().with_translation())
    items = open_to(registration, venues)
    chosen = [item for item in items if item.mine]
    return render(
        request,
        "events/registration/detail.html",
        {
            "registration": registration,
            "event": registration.event,
            "venues": venues,
            "answers": registration.answers.with_questions(),
            "chosen": chosen,
            "at_once": overlapping(chosen),
            "can_choose": signing_up.is_possible(registration) and items,
        },
    )


@never_cache
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code of a party, as a picture."""
    registration = opened_registration(request, code)
    return HttpResponse(qr.svg(registration), content_type="image/svg+xml")


@never_cache
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """The event for the party's own calendar, with what only those who are registered may know."""
    registration = opened_registration(request, code)
    venues = list(registration.event.venues.select_related("area").with_stops().with_translation())
    chosen = [item for item in open_to(registration, venues) if item.mine]
    content = ics.for_event(
        registration.event, venues, online_url=registration.online_url, chosen=chosen
    )
    return calendar_file(content, f"{registration.event.slug}.ics")


@require_POST
@rate_limited("answer")
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Take up the place that was offered."""
    registration = opened_registration(request, code)
    try:
        registering.accept(registration)
    except TransitionNotAllowed:
        registration.refresh_from_db()
        # Where the organisers have cancelled it, the page says why.
        if not (registration.is_confirmed or registration.was_cancelled_by_staff):
            messages.error(
                request,
                _("This offer is no longer open, so the place has gone on to someone else."),
            )
    else:
        messages.success(request, _("You are coming. The mail with everything is on its way."))
    return redirect(registration)


@never_cache
@rate_limited("answer")
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change anything: the form, then what that changes, then it is done (`confirm`)."""
    registration = opened_registration(request, code)
    if not registration.is_active or registration.event.is_over:
        return redirect(registration)
    with transaction.atomic():
        if request.method == "POST":
            # Held, so that what somebody else changes meanwhile is noticed.
            registration = registering.hold(registration)
        form = ChangeForm(request.POST or None, instance=registration, event=registration.event)
        if request.method == "POST" and form.is_valid():
            if not form.changes:
                messages.info(request, _("Nothing has changed."))
                return redirect(registration)
            if "confirm" in request.POST:
                done = _change(request, form)
                if done is not None:
                    return done
            else:
                return render(
                    request,
                    "events/registration/change_confirm.html",
                    {
                        "registration": registration,
                        "event": registration.event,
                        "form": form,
                        "fewer": registration.sign_ups.beyond(registration.size).with_items(),
                    },
                )
    return render(
        request,
        "events/registration/change.html",
        {
            "registration": registration,
            "event": registration.event,
            "form": form,
            "places": registering.free_places(registration.event),
        },
        status=422 if form.errors else 200,
    )


def _change(request: HttpRequest, form: ChangeForm) -> HttpResponse | None:
    """Store a change and lead on, or say at the form why it is not possible."""
    registration = form.save(commit=False)
    try:
        changed = registering.change(registration, form.answered)
    except registering.NotEnoughPlaces as error:
        form.add_error("size", no_room(error.free))
        return None
    except registering.RegistrationClosed:
        form.add_error("size", _("Registration is closed: you can only come with fewer people."))
        return None
    except TransitionNotAllowed:
        messages.error(request, _("This registration has changed meanwhile."))
        return redirect(registration)
    messages.success(request, _("Thank you. Your registration is changed."))
    return redirect(changed)


def no_room(free: int) -> str:
    """Why a party cannot grow."""
    if not free:
        return _("No further place is free. Your registration stays as it is.")
    return ngettext(
        "Only one more place is free. Your registration stays as it is.",
        "Only %(free)s more places are free. Your registration stays as it is.",
        free,
    ) % {"free": free}


@never_cache
@rate_limited("answer")
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether it is meant, then cancel."""
    registration = opened_registration(request, code)
    if registration.event.is_over:
        return redirect(registration)
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
