"""People to sign in as. The password is public: never load this into a portal that is in use."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password

from demonstration import Account
from ssoe_portal.common.users import User

PASSWORD = "pankow-probieren"
CODES_PRINTED = 3

PEOPLE = [
    (
        "organisation@beispiel.example",
        "Samira Beispiel",
        "Organisation (Beispiel Nähcafé Buch)",
        {},
    ),
    ("kollegin@beispiel.example", "Oksana Beispiel", "Editor of the same organisation", {}),
    ("neu@beispiel.example", "Minh Beispiel", "Account without an organisation", {}),
    ("taskforce@beispiel.example", "Taskforce Beispiel", "Task force", {"is_reviewer": True}),
    (
        "veranstaltung@beispiel.example",
        "Veranstaltung Beispiel",
        "Event manager",
        {"is_event_manager": True},
    ),
    ("admin@beispiel.example", "Admin Beispiel", "Administrator", {"is_superuser": True}),
]


def load() -> None:
    known = set(User.objects.values_list("email", flat=True))
    missing = [row for row in PEOPLE if row[0] not in known]
    # All have the same password, and hashing it takes half a second.
    password = make_password(PASSWORD) if missing else ""
    for email, name, _who, roles in missing:
        user = User.objects.create(email=email, password=password, name=name, **roles)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if roles:
            TOTP.activate(user, generate_totp_secret())


def person(email: str) -> User:
    return User.objects.get(email=email)


def printable() -> list[Account]:
    """Return all accounts; staff with codes that work once each. Used-up codes are made anew."""
    accounts = []
    for email, _name, who, roles in PEOPLE:
        user = User.objects.filter(email=email).first()
        if user is None or not user.is_active:
            continue
        codes = tuple(_unused_codes(user)[:CODES_PRINTED]) if roles else ()
        accounts.append(Account(who, email, PASSWORD, codes))
    return accounts


def _unused_codes(user: User) -> list[str]:
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    stored = rows.first()
    unused = RecoveryCodes(stored).get_unused_codes() if stored else []
    if len(unused) < CODES_PRINTED:
        rows.delete()
        unused = RecoveryCodes.activate(user).get_unused_codes()
    return unused
