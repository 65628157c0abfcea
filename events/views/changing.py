"""Storing what a party says anew of itself, for whoever looks after several."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from events import registering
from events.views.registration import no_room
from ssoe_portal.common.moderation import TransitionNotAllowed


def store_change(
    request: HttpRequest, form: forms.ModelForm, answers: Mapping[int, str] | None = None
) -> bool:
    """Store a change, or say at the form why it is not possible."""
    try:
        registering.change(form.save(commit=False), answers)
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
