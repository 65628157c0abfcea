"""What personal data is held, why, and until when: one registry, which erases by itself daily.

Each app registers its kinds in `privacy.py`. The public privacy page is made from this registry,
so it cannot promise anything else than what runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise

Due = Callable[[datetime], models.QuerySet]


@dataclass(frozen=True)
class PersonalData:
    """One kind of personal data.

    `due(before)` returns the rows whose period ended at or before that moment; `erase(rows)`
    removes them, or what is personal about them, and returns how many; by default they are deleted.
    """

    name: str
    what: str | Promise
    purpose: str | Promise
    keep: timedelta
    due: Due
    erase: Callable[[models.QuerySet], int] = lambda rows: rows.delete()[0]
    #: In words, where each entry has a day of its own.
    until: str | Promise = ""

    @property
    def keep_days(self) -> int:
        return self.keep.days

    @property
    def keep_years(self) -> int:
        """Whole years of 365 days, which say a long time more clearly; 0 where they do not."""
        years, rest = divmod(self.keep.days, 365)
        return 0 if rest else years

    def due_now(self, now: datetime | None = None) -> models.QuerySet:
        return self.due((now or timezone.now()) - self.keep)


_registry: dict[str, PersonalData] = {}


def register(kind: PersonalData) -> PersonalData:
    _registry[kind.name] = kind
    return kind


def registered() -> list[PersonalData]:
    """Return every kind, in alphabetical order of its name."""
    return [_registry[name] for name in sorted(_registry)]


def erase_expired(now: datetime | None = None) -> dict[str, int]:
    """Erase what is due; return the number of rows by kind.

    Where one kind cannot be erased the others are all the same; then raises ExceptionGroup.
    """
    erased: dict[str, int] = {}
    failed: list[Exception] = []
    for kind in registered():
        try:
            with transaction.atomic():
                erased[kind.name] = kind.erase(kind.due_now(now))
        except Exception as error:
            error.add_note(kind.name)
            failed.append(error)
    if failed:
        raise ExceptionGroup("personal data whose time is over is still there", failed)
    return erased


def register_own() -> None:
    """Register what the foundations themselves hold."""
    from django.utils.translation import gettext_lazy as _

    from ssoe_portal.common.mail import OutgoingMail
    from ssoe_portal.common.unmet import KEPT, UnmetSearch

    register(
        PersonalData(
            name="unmet-searches",
            what=_(
                "Words that somebody searched for and did not find, without anything about them"
            ),
            purpose=_("So that the task force sees what is missing in Pankow."),
            keep=KEPT,
            due=lambda before: UnmetSearch.objects.outdated(before.date()),
        )
    )
    register(
        PersonalData(
            name="sent-mail",
            what=_("Copies of mails that the portal sent or could not deliver"),
            purpose=_("So that we can help when a mail did not arrive."),
            keep=timedelta(days=14),
            due=lambda before: OutgoingMail.objects.filter(
                models.Q(sent_at__lte=before)
                | models.Q(sent_at__isnull=True, created_at__lte=before)
            ),
        )
    )
    register(
        PersonalData(
            name="undelivered-mail",
            what=_("Confidential mails that could not be delivered, such as links to your answers"),
            purpose=_("So that they still arrive when a mail server is away for a day."),
            # Longer than every retry takes (`PATIENT` in `common/tasks.py`: a day).
            keep=timedelta(days=2),
            due=lambda before: OutgoingMail.objects.unsent().filter(
                keeps_copy=False, created_at__lte=before
            ),
        )
    )
