"""Telephone numbers as people write and telephones dial them."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHORTEST = 5  # digits
_WRITTEN = re.compile(r"\+?[\d \-/()]+")


def dial(phone: str) -> str:
    """Return a number as a link dials it (RFC 3966): digits, and a plus at its start. The zero of
    "+49 (0)30" is only for those who dial within the country."""
    phone = phone.strip()
    if phone.startswith("+"):
        phone = phone.replace("(0)", "")
    return "tel:" + re.sub(r"(?!^\+)\D", "", phone)


def validate_phone(phone: str) -> None:
    """Refuse what nobody can dial: it becomes a public link."""
    if (
        not phone.isascii()
        or not _WRITTEN.fullmatch(phone.strip())
        or sum(char.isdigit() for char in phone) < SHORTEST
    ):
        raise ValidationError(
            _("Please write a telephone number with digits only, for example 030 123456."),
            code="phone",
        )
