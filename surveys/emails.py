"""Mails of the surveys."""

from django.urls import reverse
from django.utils import translation

from ssoe_portal.common.mail import absolute, send
from surveys.models import Response


def send_link(*, to: str, language: str, token: str, draft: Response) -> None:
    """Send the link back to a draft, and nothing else: no organisation, no answers.

    No copy is kept once it is sent: a copy would join an address to an anonymous draft.
    """
    with translation.override(language):
        link = absolute(reverse("surveys:resume", args=[token]))
    send(
        "surveys/mails/link.html",
        to=to,
        language=language,
        context={"link": link, "draft": draft, "survey": draft.wave.survey},
        keep_copy=False,
    )
