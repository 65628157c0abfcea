"""The signed links in this app's mails."""

from datetime import timedelta

from ssoe_portal.common.signed_links import SignedLink

INVITATION = SignedLink("team-invitation", timedelta(days=14))
SUPPORTER = SignedLink("initiative-supporter", timedelta(days=7))
#: As long as a supporter is kept.
SUPPORTER_WITHDRAW = SignedLink("initiative-supporter-withdraw", timedelta(days=372))
#: As long as an unconfirmed request is kept (`privacy.py`).
JOIN_CONFIRM = SignedLink("offer-join-confirm", timedelta(days=7))
#: As long as a request is kept.
JOIN_WITHDRAW = SignedLink("offer-join-withdraw", timedelta(days=180))
