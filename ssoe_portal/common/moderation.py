"""The shared life of what organisations publish: draft, submitted, published or returned, archived.

Organisation, Offer, Listing, Initiative and Event all live it (`docs/architecture.md`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TransitionNotAllowed(Exception):
    """The item's status does not allow this step, for example because someone else was faster."""


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for review")
    RETURNED = "returned", _("Returned with a question")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class ModeratedQuerySet(models.QuerySet):
    def published(self) -> Self:
        """What everyone may read."""
        return self.filter(status=Status.PUBLISHED)

    def awaiting_review(self) -> Self:
        """What staff decide next, the longest waiting first."""
        return self.filter(status=Status.SUBMITTED).order_by("submitted_at", "pk")

    def recently_changed(self) -> Self:
        """Published items whose owner changed them since staff last looked."""
        return self.published().filter(
            Q(reviewed_at__isnull=True) | Q(changed_at__gt=F("reviewed_at")),
            changed_at__isnull=False,
        )


class Moderated(models.Model):
    """An item with the shared life. Times are aware datetimes; `confirmed_at` is when its owner
    last said that it is right, by handing it in or by `confirm`. What staff entered, handed in and
    published has none: nobody it is about has read it yet."""

    Status = Status

    #: Written only by the steps below, each for itself: never along with an owner's texts.
    LIFE = (
        "status",
        "return_reason",
        "submitted_at",
        "published_at",
        "changed_at",
        "reviewed_at",
        "confirmed_at",
    )

    #: What publishing sets besides.
    ON_PUBLISHING: ClassVar[dict[str, Any]] = {}

    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    #: Why staff gave it back or archived it.
    return_reason = models.TextField(_("the task force’s reason"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published on"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed by owner"), null=True, blank=True, editable=False)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="returned") | ~Q(return_reason=""),
                name="%(app_label)s_%(class)s_returned_with_reason",
                violation_error_message=_("Please say why, so that the owner can mend it."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="%(app_label)s_%(class)s_published_when",
            ),
        ]

    def save(
        self,
        *,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save what the owner wrote. Of a stored item the life stays as it is in the database.

        An owner's form holds the item as it was when the request began; staff may have decided
        since, and writing every column would undo that. `update_fields` may still name a column
        of the life.
        """
        if update_fields is None and not self._state.adding and not force_insert:
            kept_out = {*self.LIFE, *self.get_deferred_fields()}
            update_fields = [
                field.name
                for field in self._meta.concrete_fields
                if not (field.primary_key or field.generated)
                and kept_out.isdisjoint({field.name, field.attname})
            ]
        super().save(
            force_insert=force_insert,
            force_update=force_update,
            using=using,
            update_fields=update_fields,
        )

    def get_absolute_url(self) -> str:
        """Where everyone reads it once it is public, and its owner before."""
        raise NotImplementedError

    @property
    def is_published(self) -> bool:
        return self.status == Status.PUBLISHED

    @property
    def is_public(self) -> bool:
        """Whether everyone may read it; what belongs to something else needs that to be public."""
        return self.is_published

    @property
    def can_submit(self) -> bool:
        return self.status in {Status.DRAFT, Status.RETURNED, Status.ARCHIVED}

    @property
    def missing_for_submission(self) -> list[str]:
        """What readers need and is not there yet, in words; empty when it can be handed in."""
        return []

    def submit(self, *, by_owner: bool = False) -> None:
        """Hand in for review; raises ValidationError while something readers need is missing. An
        owner who does says that it is right; staff who do it for others cannot say that."""
        if missing := self.missing_for_submission:
            raise ValidationError(
                _("Still missing: %(fields)s") % {"fields": ", ".join(missing)}, code="incomplete"
            )
        now = timezone.now()
        word: dict[str, Any] = {"confirmed_at": now} if by_owner else {}
        self._move(
            {Status.DRAFT, Status.RETURNED, Status.ARCHIVED},
            status=Status.SUBMITTED,
            submitted_at=now,
            return_reason="",
            **word,
        )

    def publish(self, *, only_from: str = "") -> None:
        """Make public; this settles earlier changes.

        `only_from` is the status that whoever decides has seen: of two who decide at once, the
        second one's decision does not undo the first one's.
        """
        now = timezone.now()
        self._move(
            {Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.ARCHIVED}
            & ({only_from} if only_from else set(Status)),
            status=Status.PUBLISHED,
            published_at=self.first_published_at(now),
            reviewed_at=now,
            return_reason="",
            **self.ON_PUBLISHING,
        )

    def first_published_at(self, now: datetime) -> datetime:
        """Since when it counts as public if it is published now."""
        return self.published_at or now

    def confirm(self) -> None:
        """Note that its owner says: what is public is right."""
        self._move({Status.PUBLISHED}, confirmed_at=timezone.now())

    @property
    def lacks_confirmation(self) -> bool:
        """Whether it is public though nobody it is about has said that it is right."""
        return self.is_published and self.confirmed_at is None

    def return_to_owner(self, reason: str, *, only_from: str = "") -> None:
        """Give back with a reason that the owner reads; `only_from` as in `publish`."""
        self._move(
            {Status.SUBMITTED, Status.PUBLISHED} & ({only_from} if only_from else set(Status)),
            status=Status.RETURNED,
            return_reason=reason.strip(),
            reviewed_at=timezone.now(),
        )

    def archive(self, reason: str = "") -> None:
        """Take out of everything public; the history stays, and the staff's reason in it."""
        self._move(
            set(Status) - {Status.ARCHIVED}, status=Status.ARCHIVED, return_reason=reason.strip()
        )

    def record_change(self) -> None:
        """Note that the owner changed a published item, so that staff look at it again.

        Call it in the transaction that saved the change. It reads the life anew, under a lock:
        the item may have been published since the owner's form was opened, and whoever decides
        at this moment (`held`) does so before or after the whole change.
        """
        with transaction.atomic():
            now_stored = self.held()
            for name in self.LIFE:
                setattr(self, name, getattr(now_stored, name))
            if self.is_published:
                self.changed_at = timezone.now()
                self.save(update_fields=["changed_at"])

    def mark_reviewed(self) -> None:
        """Settle the owner's changes: staff have looked."""
        self._move({Status.PUBLISHED}, reviewed_at=timezone.now())

    def held(self) -> Self:
        """Return the item as it is stored now; nobody else writes it until the transaction ends."""
        return type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)

    def _move(self, allowed: Iterable[str], *, where: Q | None = None, **changes) -> None:
        """Change status in one conditional UPDATE, so that of two people only one succeeds;
        `where` is what has to hold besides."""
        updated = (
            type(self)
            ._base_manager.filter(
                where or Q(), pk=self.pk, status__in=[str(status) for status in allowed]
            )
            .update(**changes)
        )
        if not updated:
            raise TransitionNotAllowed(f"{self._meta.label} {self.pk} is {self.status}")
        for name, value in changes.items():
            setattr(self, name, value)
