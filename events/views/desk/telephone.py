"""Whoever calls: registered, changed, told, and given a confirmation on paper."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import qr, registering, telephone
from events.forms.telephone import CorrectionForm, TelephoneForm
from events.models import Event, Registration
from events.programme import open_to
from events.views.changing import store_change, why_no_place
from events.views.desk.lookup import event_or_404, registration_or_404
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.roles import event_manager_required


@event_manager_required
def register(request: HttpRequest, slug: str) -> HttpResponse:
    event = event_or_404(slug)
    form = TelephoneForm(request.POST if request.method == "POST" else None, event=event)
    if not event.registration_is_open:
        return _closed(request, event)
    if request.method == "POST" and form.is_valid():
        done = _register(request, event, form)
        if done is not None:
            return done
    return render(
        request,
        "events/desk/registration_new.html",
        {"event": event, "form": form, "places": registering.places(event)},
        status=422 if form.errors else 200,
    )


def _closed(request: HttpRequest, event: Event) -> HttpResponse:
    messages.error(request, _("This event takes no registrations now."))
    return redirect("events:desk-registrations", slug=event.slug)


def _register(request: HttpRequest, event: Event, form: TelephoneForm) -> HttpResponse | None:
    """Register and lead on, or say at the form why it is not possible."""
    try:
        party = telephone.register(
            event=event,
            registration=form.save(commit=False),
            by=request.user,
            answers=form.answered,
        )
    except registering.RegistrationClosed:
        return _closed(request, event)
    except telephone.SentBefore as before:
        party = before.registration
        messages.info(
            request, _("This page was sent before: this is what it registered. Nothing is changed.")
        )
    except telephone.AlreadyRegistered as known:
        form.add_error("email", _already(known.registration))
        return None
    else:
        messages.success(request, _("Registered. This is how it stands."))
    return redirect(party.get_desk_url())


def _already(known: Registration) -> SafeString:
    return format_html(
        '{} <a href="{}">{}</a>',
        _("This address is registered already:"),
        known.get_desk_url(),
        known.name,
    )


@event_manager_required
@never_cache
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change what a party says anew of itself, and how to reach it, at once: there is nobody to
    mislead."""
    party = registration_or_404(code)
    if not party.is_active or party.is_anonymous or party.event.is_over:
        return redirect(party.get_desk_url())
    with transaction.atomic():
        if request.method == "POST":
            # Held, so that what the party changes meanwhile is noticed.
            party = registering.hold(party)
        form = CorrectionForm(request.POST or None, instance=party, event=party.event)
        if request.method == "POST" and form.is_valid() and _change(request, form):
            return redirect(party.get_desk_url())
    return render(
        request,
        "events/desk/registration_change.html",
        {
            "event": party.event,
            "registration": party,
            "form": form,
            "places": registering.places(party.event),
        },
        status=422 if form.errors else 200,
    )


def _change(request: HttpRequest, form: CorrectionForm) -> bool:
    """Store a change and say what follows, or say at the form why it is not possible."""
    before = form.instance.link_number
    store = partial(telephone.change, by=request.user, answers=form.answered)
    try:
        done = store_change(request, form, store)
    except telephone.AlreadyRegistered as known:
        form.add_error("email", _already(known.registration))
        return False
    if done and form.instance.link_number != before:
        messages.info(request, _what_follows(form.instance))
    return done


def _what_follows(party: Registration) -> str:
    """What another address, or none any more, means for a party."""
    if party.email:
        return _(
            "The confirmation with its link is on its way to %(address)s. Links in earlier mails "
            "no longer work."
        ) % {"address": party.email}
    return _("Links in earlier mails no longer work. Print the confirmation, or read out the code.")


@event_manager_required
@require_POST
def told(request: HttpRequest, code: str) -> HttpResponse:
    """They have been called; with `accept`, they said yes to the place offered to them."""
    party = registration_or_404(code)
    if "accept" in request.POST:
        try:
            registering.accept(party)
        except TransitionNotAllowed:
            messages.error(request, why_no_place(party))
            return redirect(party.get_desk_url())
    telephone.told(party, request.POST.getlist("told"))
    messages.success(request, _("Saved."))
    return redirect(party.get_desk_url())


@event_manager_required
@never_cache
def confirmation(request: HttpRequest, code: str) -> HttpResponse:
    """What the mail would say, on paper, in the party's language."""
    party = registration_or_404(code)
    if not party.is_active or party.is_anonymous:
        return redirect(party.get_desk_url())
    with translation.override(party.language):
        party = registration_or_404(code)
        venues = list(party.event.venues.select_related("area").with_stops().with_translation())
        has_door = party.is_confirmed and party.event.is_on_site
        return render(
            request,
            "events/desk/confirmation.html",
            {
                "registration": party,
                "event": party.event,
                "venues": venues,
                "chosen": [item for item in open_to(party, venues) if item.mine],
                "image": qr.data_url(party) if has_door else "",
            },
        )
