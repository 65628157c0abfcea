"""Mails of the surveys."""

from django.urls import reverse
from django.utils import translation

from ssoe_portal.common.mail import absolute, send
from surveys.models import Wave


def send_link(*, to: str, language: str, token: str, wave: Wave) -> None:
    """Send the link back to a draft, and nothing else: no organisation, no answers.

    The copy of this mail is kept for 14 days like every other (`common/privacy.py`): whoever can
    read it can open the draft until it is handed in. The page with the form says so.
    """
    with translation.override(language):
        link = absolute(reverse("surveys:resume", args=[token]))
    send(
        "surveys/mails/link.html",
        to=to,
        language=language,
        context={"link": link, "wave": wave, "survey": wave.survey},
    )
