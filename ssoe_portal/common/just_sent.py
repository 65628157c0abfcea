"""What a form was just sent with, kept on the device of whoever sent it: for seeing, and mending, a
wrong address on the next page.

It is signed, for the pages of that form only, and not for long. Neither the address line nor a
session keeps it, and it says nothing that its sender did not type.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

KEPT_FOR = timedelta(minutes=30)
#: Browsers keep 4096 bytes of a cookie, its name and the rest of its line included.
LONGEST = 3800


def read(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return what was just sent from this browser under a cookie's name, empty if nothing was."""
    try:
        return signing.loads(request.COOKIES.get(name, ""), salt=name, max_age=KEPT_FOR)
    except signing.BadSignature:
        return {}


def keep(
    response: HttpResponse, name: str, sent: dict[str, Any], *, path: str, spare: str = ""
) -> None:
    """Let the browser keep what was sent, for the pages under `path`. Where it is too long for a
    cookie the text called `spare` is left out."""
    value = signing.dumps(sent, salt=name, compress=True)
    if len(value) > LONGEST and spare:
        value = signing.dumps({**sent, spare: ""}, salt=name, compress=True)
    response.set_cookie(
        name,
        value,
        max_age=KEPT_FOR,
        path=path,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
