"""Lists of registrations as CSV, for a spreadsheet on an office PC."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Registration
from ssoe_portal.common.tables import harmless


def rows(registrations: Iterable[Registration]) -> Iterator[list[str | int]]:
    yield [
        _("Code"),
        _("Status"),
        _("Name"),
        _("E-mail"),
        _("People"),
        _("Language of mails"),
        _("Access"),
        _("Interpreting into"),
        _("Children to be looked after"),
        _("Registered"),
    ]
    for registration in registrations:
        yield [
            registration.code,
            registration.get_state_display(),
            harmless(registration.name),
            harmless(registration.email),
            registration.size,
            registration.language,
            harmless(registration.access_needs),
            harmless(registration.interpreting),
            registration.children,
            timezone.localtime(registration.created_at).strftime("%Y-%m-%d %H:%M"),
        ]


def as_csv(registrations: Iterable[Registration]) -> bytes:
    """Return a file that German Excel opens as it is: semicolons, UTF-8 with its mark."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows(registrations))
    return out.getvalue().encode("utf-8-sig")
