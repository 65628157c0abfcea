from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.moderation import Status


class Sameness(models.TextChoices):
    """Why two entries may be about the same organisation."""

    NAME = "name", _("similar name in the same place")
    WEBSITE = "website", _("same website")
    EMAIL = "email", _("same e-mail address")
    PHONE = "phone", _("same telephone number")


class DuplicatePairQuerySet(models.QuerySet):
    def open(self) -> "DuplicatePairQuerySet":
        """Pairs nobody has decided about, of entries that staff can see and that are not in the
        archive; the most alike first."""
        gone = [Status.ARCHIVED, Status.DRAFT]
        return (
            self.filter(differ_since__isnull=True)
            .exclude(first__status__in=gone)
            .exclude(second__status__in=gone)
            .order_by("-likeness", "pk")
        )

    def twin_of(self, reference: OuterRef) -> models.Subquery:
        """The slug of the organisation that is most like another (its key), as an expression."""
        of_it = self.open().filter(Q(first=reference) | Q(second=reference))
        twin = Case(When(first=reference, then=F("second__slug")), default=F("first__slug"))
        return models.Subquery(of_it.values_list(twin)[:1])


class DuplicatePair(models.Model):
    """Two organisations that may be one (`actors/duplicates.py` finds them). What staff said of a
    pair stays: "these two are different" is not asked again."""

    first = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("one entry"),
        related_name="pairs_as_first",
        on_delete=models.CASCADE,
    )
    second = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("the other entry"),
        related_name="pairs_as_second",
        on_delete=models.CASCADE,
    )
    likeness = models.FloatField(
        _("likeness of the names"), help_text=_("From 0 to 1, as pg_trgm measures it.")
    )
    reasons = ArrayField(models.CharField(max_length=7, choices=Sameness), verbose_name=_("why"))
    found_at = models.DateTimeField(_("found"), default=timezone.now, editable=False)
    differ_since = models.DateTimeField(
        _("said to be different"), null=True, blank=True, editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        on_delete=models.SET_NULL,
    )

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-likeness", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="actors_duplicatepair_unique",
                violation_error_message=_("This pair is there already."),
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="actors_duplicatepair_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-likeness", "id"],
                condition=Q(differ_since__isnull=True),
                name="duplicatepair_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"

    @property
    def reason_labels(self) -> list[str]:
        return [str(Sameness(reason).label) for reason in self.reasons]

    @property
    def sides(self) -> list:
        return [self.first, self.second]

    def say_different(self, by) -> None:
        """Remember that these are two."""
        self.differ_since, self.decided_by = timezone.now(), by
        self.save(update_fields=["differ_since", "decided_by"])
