"""What whoever looks after several parties does for one of them: storing what it says anew of
itself, and saying why an offered place cannot be taken up."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from events import registering
from events.models import Registration
from events.views.registration import no_room
from ssoe_portal.common.moderation import TransitionNotAllowed


def store_change(
    request: HttpRequest,
    form: forms.ModelForm,
    change: Callable[[Registration], object] = registering.change,
) -> bool:
    """Store a change, or say at the form why it is not possible."""
    try:
        change(form.save(commit=False))
    except registering.NotEnoughPlaces as error:
        form.add_error("size", no_room(error.free))
    except registering.RegistrationClosed:
        form.add_error("size", _("Registration is closed: you can only come with fewer people."))
    except TransitionNotAllowed:
        form.add_error(None, _("This registration has changed meanwhile."))
    else:
        messages.success(request, _("Saved."))
        return True
    return False


def why_no_place(registration: Registration) -> str:
    """Why a place that was offered cannot be taken up, as things stand now."""
    registration.refresh_from_db()
    if registration.is_called_off:
        return _("The event was called off: there is no place to take up any more.")
    if registration.is_confirmed:
        return _("This place is taken up already.")
    if registration.was_cancelled_by_staff:
        return _("The organisers have cancelled this registration.")
    if registration.cancelled_because == registration.Because.GUEST:
        return _("This registration was cancelled meanwhile.")
    return _("This offer is no longer open, so the place has gone on to someone else.")
