"""The yearly question "still right?": what is due for it, what fades, what is archived.

An entry is vouched for on three days: when it was published, when its owner last confirmed it, and
when staff last checked it themselves. The latest of them begins its year (`docs/architecture.md`).
"""

import calendar
from datetime import date, datetime
from functools import lru_cache
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.moderation import Moderated, ModeratedQuerySet, Status

#: Months after which an entry is asked about, fades, and is archived.
DUE, FADED, LAPSED = 12, 13, 15
#: Months from the question to its one reminder, and at least from that to archiving: nothing goes
#: unheard, also where the worker stood still for a while.
UNTIL_REMINDER, UNTIL_ARCHIVED = 1, 2


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many months earlier, or that month's last day (31 March, one month
    before: 28 February)."""
    number = moment.year * 12 + moment.month - 1 - months
    year, month = number // 12, number % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


def vouched_for() -> Combinable:
    """When an entry's year began: PostgreSQL's GREATEST passes over what is NULL."""
    return Greatest("confirmed_at", "checked_at", "published_at")


class ConfirmedQuerySet(ModeratedQuerySet):
    def due_for_confirmation(self, now: datetime) -> Self:
        """What is public and was not vouched for in the last twelve months."""
        return self._unvouched(now, DUE)

    def faded(self, now: datetime) -> Self:
        """What is public and was not vouched for in the last thirteen months."""
        return self._unvouched(now, FADED)

    def lapsed(self, now: datetime) -> Self:
        """What is public and was not vouched for in the last fifteen months."""
        return self._unvouched(now, LAPSED)

    def _unvouched(self, now: datetime, months: int) -> Self:
        return (
            self.published()
            .alias(since=vouched_for())
            .filter(since__lte=months_before(now, months))
        )

    def unasked(self) -> Self:
        """Of what is due: what nobody was asked about in this year of its life."""
        return self.alias(since=vouched_for()).filter(
            Q(asked_at__isnull=True) | Q(asked_at__lte=F("since"))
        )

    def to_remind(self, now: datetime) -> Self:
        """Of what is due: asked about a month ago or longer, and not reminded of since."""
        return self.alias(since=vouched_for()).filter(
            Q(reminded_at__isnull=True) | Q(reminded_at__lt=F("asked_at")),
            asked_at__gt=F("since"),
            asked_at__lte=months_before(now, UNTIL_REMINDER),
        )

    def unanswered(self, now: datetime) -> Self:
        """Of what lapsed: asked about and reminded of in this year of its life, the latter
        two months ago or longer."""
        return self.alias(since=vouched_for()).filter(
            asked_at__gt=F("since"),
            reminded_at__gte=F("asked_at"),
            reminded_at__lte=months_before(now, UNTIL_ARCHIVED),
        )

    def archived_unconfirmed(self) -> Self:
        """What was archived because nobody said that it is still right; its owner brings it back
        with one button."""
        return self.filter(status=Status.ARCHIVED, lapsed_at__isnull=False)

    def fresh_first(self) -> Self:
        """In the same order, but what has faded comes last."""
        order = self.query.order_by or self.model._meta.ordering
        return self.order_by("is_faded", *order)


class Confirmed(Moderated):
    """An item of the shared life that is asked about every year.

    `is_faded` is what `faded` says of the last night: lists sort by it. `asked_at` and
    `reminded_at` count only while they are later than the day it was last vouched for.
    """

    LIFE = (
        *Moderated.LIFE,
        "checked_at",
        "asked_at",
        "reminded_at",
        "lapsed_at",
        "nudged_at",
        "is_faded",
    )

    ON_PUBLISHING = {"is_faded": False, "lapsed_at": None}

    checked_at = models.DateTimeField(
        _("checked by the task force"), null=True, blank=True, editable=False
    )
    asked_at = models.DateTimeField(
        _("asked whether it is still right"), null=True, blank=True, editable=False
    )
    reminded_at = models.DateTimeField(_("asked again"), null=True, blank=True, editable=False)
    lapsed_at = models.DateTimeField(
        _("archived unconfirmed"), null=True, blank=True, editable=False
    )
    nudged_at = models.DateTimeField(
        _("asked to complete it"), null=True, blank=True, editable=False
    )
    is_faded = models.BooleanField(_("faded"), default=False, db_default=False, editable=False)

    class Meta(Moderated.Meta):
        abstract = True

    @property
    def vouched_for_at(self) -> datetime | None:
        """The day its year began (`vouched_for`); None before it was published."""
        days = [day for day in (self.confirmed_at, self.checked_at, self.published_at) if day]
        return max(days) if self.published_at else None

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether nobody has vouched for it in the last twelve months (`due_for_confirmation`)."""
        since = self.vouched_for_at
        return self.is_public and since is not None and since <= months_before(timezone.now(), DUE)

    @property
    def confirmation_note(self) -> str:
        """What a reader should know about its freshness, in a few words; nothing before it is
        public."""
        confirmed, checked = self.confirmed_at, self.checked_at
        if checked and (confirmed is None or checked > confirmed) and not self.is_faded:
            return gettext("checked by the task force in %(month)s") % {"month": _month(checked)}
        if confirmed and self.is_faded:
            day = date_format(timezone.localtime(confirmed), "DATE_FORMAT")
            return gettext("last confirmed on %(day)s") % {"day": day}
        if confirmed:
            return gettext("confirmed in %(month)s") % {"month": _month(confirmed)}
        return gettext("not yet confirmed") if self.is_published else ""

    def first_published_at(self, now: datetime) -> datetime:
        """What is published anew after its year is over begins another one; staff have just read
        it."""
        since = self.vouched_for_at
        if since is None or since <= months_before(now, DUE):
            return now
        return super().first_published_at(now)

    def confirm(self) -> None:
        self._move({Status.PUBLISHED}, confirmed_at=timezone.now(), is_faded=False)

    def check_for_owner(self) -> None:
        """Note that staff have asked or looked elsewhere: what is public is right. Readers see that
        it was staff, not its owner."""
        now = timezone.now()
        self._move({Status.PUBLISHED}, checked_at=now, reviewed_at=now, is_faded=False)

    def archive(self, reason: str = "") -> None:
        self._move(
            set(Status) - {Status.ARCHIVED},
            status=Status.ARCHIVED,
            return_reason=reason.strip(),
            lapsed_at=None,
        )

    def lapse(self, now: datetime) -> None:
        """Archive what nobody has confirmed; only this can be brought back by `bring_back`."""
        self._move({Status.PUBLISHED}, status=Status.ARCHIVED, lapsed_at=now)

    def bring_back(self) -> None:
        """Its owner says after all that it is right. It was public before, so it is again at once;
        staff find it among what was changed. Raises TransitionNotAllowed for what was archived
        otherwise."""
        now = timezone.now()
        self._move(
            {Status.ARCHIVED},
            where=Q(lapsed_at__isnull=False),
            status=Status.PUBLISHED,
            confirmed_at=now,
            changed_at=now,
            lapsed_at=None,
            is_faded=False,
        )


def _month(moment: datetime) -> str:
    day = timezone.localtime(moment)
    return _month_in_words(day.year, day.month, get_language())


@lru_cache(maxsize=256)
def _month_in_words(year: int, month: int, language: str | None) -> str:
    """A month in the active language, which is this one; a list shows a dozen of them."""
    return date_format(date(year, month, 1), "F Y")
