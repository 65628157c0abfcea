"""A party chooses programme items that have a number of places: by its link, as a family of a
group, or through staff."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events import registering, signing_up
from events.forms.item_sign_up import ItemsForm
from events.models import Registration
from events.programme import open_to, overlapping
from events.views.groups import page_of_group, party_of_group
from events.views.registration import opened_registration
from ssoe_portal.common.moderation import TransitionNotAllowed
from ssoe_portal.common.ratelimit import rate_limited


@never_cache
@rate_limited("answer")
def of_party(request: HttpRequest, code: str) -> HttpResponse:
    """By the link in the mail."""
    party = opened_registration(request, code)
    return choose(request, party, back=party.get_absolute_url())


@login_required
@never_cache
def of_family(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """For one family, by whoever looks after its group."""
    party = party_of_group(request, pk, code)
    return choose(request, party, back=page_of_group(request, party.group))


def choose(
    request: HttpRequest,
    party: Registration,
    *,
    back: str,
    at_desk: bool = False,
) -> HttpResponse:
    """Show what can be chosen, and take what was; `back` is where one came from."""
    if request.method != "POST" and not signing_up.is_possible(party):
        return redirect(back)
    with transaction.atomic():
        if request.method == "POST":
            # Held, so that the page counts the places that are really free.
            party = registering.hold(party)
            if not signing_up.is_possible(party):
                messages.error(request, _why_not(party))
                return redirect(back)
        venues = list(party.event.venues.with_stops().with_translation())
        form = ItemsForm(
            request.POST if request.method == "POST" else None,
            party=party,
            items=open_to(party, venues),
        )
        if request.method == "POST" and form.is_valid():
            done = _choose(request, form, at_desk)
            if done:
                return redirect(back)
    return render(
        request,
        "events/registration/items.html",
        {
            "registration": party,
            "event": party.event,
            "form": form,
            "choices": list(form.choices),
            "at_once": overlapping(item for item in form.items if item.mine),
            "back": back,
            "at_desk": at_desk,
            "for_others": at_desk or bool(party.group_id),
        },
        status=422 if form.errors else 200,
    )


def _why_not(party: Registration) -> str:
    """Why a party that could choose cannot any more, and what to do."""
    if party.is_called_off:
        return _("This event was called off: nothing was saved, and nobody needs to come.")
    if not party.is_active:
        return _(
            "This registration was cancelled meanwhile, with all its programme items: nothing was "
            "saved. As long as registration is open, you can register again."
        )
    return _("Programme items cannot be chosen any more. Nothing was saved.")


def _choose(request: HttpRequest, form: ItemsForm, at_desk: bool) -> bool:
    """Store what was chosen, or say at the form why it is not possible."""
    try:
        changed = signing_up.choose(form.party, form.wanted, by_staff=at_desk)
    except signing_up.NoRoom as error:
        form.say_no_room(error.free)
        return False
    except signing_up.InTwoPlaces as error:
        form.say_in_two_places(error.others)
        return False
    except TransitionNotAllowed:
        form.add_error(None, _("This registration has changed meanwhile."))
        return False
    if changed and (form.party.email or form.party.group_id):
        messages.success(request, _("Saved. A mail says what is chosen now."))
    elif changed:
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("Nothing has changed."))
    return True
