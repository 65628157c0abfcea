"""The signed links in this app's mails."""

from datetime import timedelta

from django.utils.crypto import salted_hmac

from ssoe_portal.common.signed_links import SignedLink

INVITATION = SignedLink("team-invitation", timedelta(days=14), too_old="uninvited")
SUPPORTER = SignedLink("initiative-supporter", timedelta(days=7))
#: As long as a supporter is kept.
SUPPORTER_WITHDRAW = SignedLink("initiative-supporter-withdraw", timedelta(days=372))
#: As long as an unconfirmed request is kept (`privacy.py`).
JOIN_CONFIRM = SignedLink("offer-join-confirm", timedelta(days=7))
#: As long as a request is kept.
JOIN_WITHDRAW = SignedLink("offer-join-withdraw", timedelta(days=180))
#: Its value is "<organisation>-<seal of the address it was sent to>".
#: From the question to archiving and a month to bring it back: four months and some days.
STILL_RIGHT = SignedLink("still-right", timedelta(days=130))


def seal(address: str) -> str:
    """Return what an address leaves in a link: only whoever has it could have made that."""
    return salted_hmac("still-right", address.lower(), algorithm="sha256").hexdigest()[:16]


def still_right_value(organisation: int, address: str) -> str:
    """Return what the link to an organisation's confirming page holds."""
    return f"{organisation}-{seal(address)}"
