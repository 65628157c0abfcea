"""Small objects for tests: people in every role, organisations, offers. Nothing is mocked."""

import io
import itertools
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone
from PIL import Image

from actors import services
from actors.models import (
    Branch,
    Category,
    Contact,
    Initiative,
    JoinRequest,
    Listing,
    Logo,
    Membership,
    Network,
    Offer,
    Organisation,
    Picture,
    SpokenLanguage,
)
from ssoe_portal.common import pictures
from ssoe_portal.common.geography import Area
from ssoe_portal.common.hours import BERLIN
from ssoe_portal.common.users import User

PASSWORD = "ein-gutes-langes-Passwort"
_numbers = itertools.count(1)


def there_once(moment: datetime) -> datetime:
    """Return a moment that forms have a word for: in the night in which the clocks go back the hour
    from two o'clock on is there twice. Then it is two hours later."""
    local = moment.astimezone(BERLIN)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return moment + timedelta(hours=2) if is_twice else moment


ROLE_FIELDS = {
    "reviewer": {"is_reviewer": True},
    "event_manager": {"is_event_manager": True},
    "admin": {"is_superuser": True},
}


def make_user(role: str = "", *, email: str = "", second_factor: bool | None = None) -> User:
    """Return an account with a confirmed address; staff roles get a second factor unless told."""
    email = email or f"{role or 'person'}-{next(_numbers)}@example.org"
    user = User.objects.create_user(email, PASSWORD, name=email, **ROLE_FIELDS.get(role, {}))
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if second_factor if second_factor is not None else role in ROLE_FIELDS:
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return user


def make_organisation(name: str = "", *, status: str = "published", **fields) -> Organisation:
    number = next(_numbers)
    values = {
        "name": name or f"Beispiel Organisation {number}",
        "kind": Organisation.Kind.SOCIAL_ENTERPRISE,
        "stage": Organisation.Stage.NEW,
        "summary": "Wir reparieren Fahrräder mit Nachbarinnen und Nachbarn.",
        "description": "Eine Werkstatt für alle.",
        "email": "kontakt@example.org",
        **fields,
    }
    organisation = Organisation.objects.create(**values)
    return _with_status(organisation, status)


def make_member(organisation: Organisation, role: str = "owner", **fields) -> User:
    user = make_user(**fields)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def make_contact(organisation: Organisation | None = None, **fields) -> Contact:
    values = {"name": f"Samira {next(_numbers)}", "phone": "030 123456", **fields}
    return Contact.objects.create(organisation=organisation or make_organisation(), **values)


def make_branch(organisation: Organisation | None = None, **fields) -> Branch:
    values = {"name": f"Werkstatt {next(_numbers)}", **fields}
    values.setdefault("area", None)
    values["area"] = values["area"] or make_area("karow")
    return Branch.objects.create(organisation=organisation or make_organisation(), **values)


def make_image(size: tuple[int, int] = (800, 600), kind: str = "PNG", **options) -> io.BytesIO:
    """Return a picture's file; each has a colour of its own."""
    number = next(_numbers)
    colour = (number * 37 % 256, number * 91 % 256, number * 53 % 256)
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    file.seek(0)
    return file


def make_picture(
    organisation: Organisation | None = None, *, alt: str = "Ein Raum.", **fields
) -> Picture:
    row = Picture(organisation=organisation or make_organisation(), alt=alt, **fields)
    services.keep_row(row=row, prepared=pictures.prepare(make_image(), Picture.PURPOSE))
    return row


def make_logo(organisation: Organisation) -> Logo:
    row = Logo(organisation=organisation)
    services.keep_row(row=row, prepared=pictures.prepare(make_image(), Logo.PURPOSE))
    return row


def make_offer(
    organisation: Organisation | None = None, *, status: str = "published", **fields
) -> Offer:
    values = {
        "organisation": organisation or make_organisation(),
        "title": f"Deutsch im Café {next(_numbers)}",
        "summary": "Gemeinsam sprechen, ohne Anmeldung.",
        "schedule": "Dienstags, 16 bis 18 Uhr",
        "category": fields.pop("category", None) or make_category(),
        **fields,
    }
    return _with_status(Offer.objects.create(**values), status)


def make_join_request(offer: Offer | None = None, *, state: str = "open", **fields) -> JoinRequest:
    """Return a request in a state, with the times and words that belong to it."""
    values = {
        "offer": offer or make_offer(),
        "name": "Amira",
        "email": f"amira-{next(_numbers)}@example.org",
        "state": state,
        "confirmed_at": None if state == "unconfirmed" else timezone.now(),
        "closed_at": None
        if state in {"unconfirmed", "open", "waiting", "offered"}
        else timezone.now(),
        "offered_until": timezone.now() + timedelta(days=2) if state == "offered" else None,
        "answer": "Leider ist alles voll." if state == "declined" else "",
        **fields,
    }
    return JoinRequest.objects.create(**values)


def make_language(key: str = "ar", **fields) -> SpokenLanguage:
    values = {"labels": {"de": key, "en": key}, "native": key, **fields}
    return SpokenLanguage.objects.get_or_create(key=key, defaults=values)[0]


def make_category(key: str = "language-learning") -> Category:
    return Category.objects.get_or_create(
        key=key, defaults={"labels": {"de": key, "en": key}, "icon": "speech"}
    )[0]


def make_area(key: str = "buch", **fields) -> Area:
    values = {
        "labels": {"de": key.title(), "en": key.title()},
        "kind": Area.Kind.LOCALITY,
        "parent": "pankow-district",
        "latitude": 52.6362,
        "longitude": 13.4996,
        **fields,
    }
    return Area.objects.get_or_create(key=key, defaults=values)[0]


def make_listing(
    organisation: Organisation | None = None,
    *,
    direction: str = "gives",
    status: str = "published",
    **fields,
) -> Listing:
    values = {
        "organisation": organisation or make_organisation(),
        "direction": direction,
        "title": f"Raum für Treffen {next(_numbers)}",
        "resource": Listing.Resource.ROOM,
        "description": "Ein heller Raum für zwanzig Menschen.",
        **fields,
    }
    return _with_status(Listing.objects.create(**values), status)


def make_initiative(*, status: str = "published", **fields) -> Initiative:
    values = {
        "name": f"Beispiel-Initiative {next(_numbers)}",
        "summary": "Aus alten Stoffen werden Taschen.",
        **fields,
    }
    return _with_status(Initiative.objects.create(**values), status)


def make_network(**fields) -> Network:
    return Network.objects.create(**{"name": f"Beispiel-Netzwerk {next(_numbers)}", **fields})


def _with_status(item, status: str):
    if status == "published":
        item.publish()
    elif status == "submitted":
        item.submit()
    elif status == "archived":
        item.archive()
    elif status == "returned":
        item.submit()
        item.return_to_owner("Bitte schreiben Sie, für wen das ist.")
    return item
