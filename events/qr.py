"""QR codes of registrations: what staff scan at the door."""

import io

import segno
from django.urls import reverse
from django.utils import translation

from events.models import Registration
from ssoe_portal.common.mail import absolute


def content(registration: Registration) -> str:
    """Return what is in the code: the desk's page of this party.

    Only staff can open that, so a photo of the code gives nobody anything; the address is always
    the German one, so that the code of a party never changes.
    """
    with translation.override("de"):
        return absolute(reverse("events:desk-registration", args=[registration.code]))


def svg(registration: Registration) -> bytes:
    return _image(registration, "svg")


def png(registration: Registration) -> bytes:
    return _image(registration, "png")


def data_url(registration: Registration) -> str:
    """The code inside a page, for a sheet of many tickets."""
    return _code(registration).svg_data_uri(scale=4, border=4, dark="#000000", light="#ffffff")


def _code(registration: Registration) -> segno.QRCode:
    # Error correction M survives a scratched screen; four modules of border are the standard's
    # quiet zone (ISO/IEC 18004).
    return segno.make(content(registration), error="m", micro=False)


def _image(registration: Registration, kind: str) -> bytes:
    out = io.BytesIO()
    _code(registration).save(out, kind=kind, scale=8, border=4, dark="#000000", light="#ffffff")
    return out.getvalue()
