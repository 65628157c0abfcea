"""Mails of the surveys."""

from typing import Any

from django.urls import reverse
from django.utils import translation

from ssoe_portal.common.mail import absolute, send
from surveys.models import Invitation, Response


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


def protocol(*, to: str, language: str, token: str, response: Response) -> None:
    """Ask the respondent of an interview whether it was written down rightly; the link, and none of
    the answers. No copy is kept: the address is nobody's to keep."""
    with translation.override(language):
        link = absolute(reverse("surveys:protocol", args=[token]))
    send(
        "surveys/mails/protocol.html",
        to=to,
        language=language,
        context={"link": link, "response": response, "survey": response.wave.survey},
        keep_copy=False,
    )


def invitation(invited: Invitation, *, token: str) -> None:
    """Ask somebody to answer, with a link of their own."""
    _ask("surveys/mails/invitation.html", invited, token)


def reminder(invited: Invitation, *, token: str) -> None:
    """Ask once more who has not answered."""
    _ask("surveys/mails/reminder.html", invited, token)


def _ask(template: str, invited: Invitation, token: str) -> None:
    with translation.override(invited.language):
        link = absolute(reverse("surveys:invited", args=[token]))
    send(
        template,
        to=invited.email,
        language=invited.language,
        context={
            "link": link,
            "invitation": invited,
            "wave": invited.wave,
            "survey": invited.wave.survey,
        },
    )


def thanks(*, to: str, language: str, response: Response, chapters: list[Any]) -> None:
    """Thank for answers given in the name of an organisation, with a copy of them. Anonymous ones
    get none: a copy would join an address to them."""
    send(
        "surveys/mails/thanks.html",
        to=to,
        language=language,
        context={"response": response, "survey": response.wave.survey, "chapters": chapters},
        keep_copy=False,
    )
