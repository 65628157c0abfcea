"""An organisation's logo and pictures. Their files are made by `ssoe_portal.common.pictures`."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common import pictures
from ssoe_portal.common.history import tracked
from ssoe_portal.common.pictures import Prepared, Purpose


class StoredPictureQuerySet(models.QuerySet):
    #: Which of a public organisation's pictures everyone may see.
    SHOWN = Q()

    def shown(self) -> Self:
        """Those that are fit for readers."""
        return self.filter(self.SHOWN)

    def published(self) -> Self:
        """Those that everyone may see: what a hidden organisation has uploaded is hidden too."""
        return self.shown().filter(organisation__status="published")

    def visible_to(self, user) -> Self:
        """Those that are fit for readers, of the organisations that this person may see; and all of
        those that this person may change."""
        from actors.models.organisation import Organisation

        seen = Organisation.objects.visible_to(user).order_by()
        own = Organisation.objects.editable_by(user).order_by()
        return self.filter(Q(organisation__in=own) | self.SHOWN & Q(organisation__in=seen))


class StoredPicture(models.Model):
    """A picture whose files lie below `MEDIA_ROOT` under the digest of its content, in a folder for
    each organisation."""

    FOLDER: ClassVar[str]
    PURPOSE: ClassVar[Purpose]

    digest = models.CharField(_("digest of its content"), max_length=64, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def folder(self) -> str:
        return f"{self.FOLDER}/{self.organisation_id}"

    @property
    def boxes(self) -> list[int]:
        return self.PURPOSE.boxes_for(max(self.width, self.height))

    def url_for(self, box: int) -> str:
        return reverse("picture", args=[self.FOLDER, self.digest, box])

    @property
    def url(self) -> str:
        """The smallest one: for browsers that do not know `srcset`, and for tables."""
        return self.url_for(self.boxes[0])

    @property
    def largest_url(self) -> str:
        return self.url_for(self.boxes[-1])

    @property
    def srcset(self) -> str:
        """Each file with its real width, for the browser to choose from."""
        return ", ".join(
            f"{self.url_for(box)} {pictures.fit(self.width, self.height, box)[0]}w"
            for box in self.boxes
        )

    def take_on(self, prepared: Prepared) -> None:
        self.digest, self.width, self.height = prepared.digest, prepared.width, prepared.height

    def write(self, prepared: Prepared) -> None:
        """Write the files; call it in the transaction that saves the row, under the organisation's
        lock (`discard`)."""
        pictures.write(self.folder, prepared)

    @classmethod
    def hand_over(cls, rows: Iterable[Self], organisation_id: int) -> None:
        """Give pictures to another organisation, with their files: a copy lies in its folder before
        a row says so, and the old files go when that is sure. Call it in a transaction that holds
        both organisations."""
        for row in rows:
            pictures.copy(row.folder, row.digest, to=f"{cls.FOLDER}/{organisation_id}")
            old = partial(cls.discard, row.organisation_id, row.digest)
            cls._base_manager.filter(pk=row.pk).update(organisation=organisation_id)
            transaction.on_commit(old, robust=True)

    @classmethod
    def discard(cls, organisation_id: int, digest: str) -> int:
        """Remove the files of a content that an organisation has no row for any more; return how
        many there were.

        Whoever uploads the same picture again at this moment holds the organisation's lock until
        the row is there: so its files are not taken away under it.
        """
        from actors.models.organisation import Organisation

        with transaction.atomic():
            list(Organisation.objects.locked().filter(pk=organisation_id).values_list("pk"))
            if cls._base_manager.filter(organisation=organisation_id, digest=digest).exists():
                return 0
            return pictures.erase(f"{cls.FOLDER}/{organisation_id}", digest)

    @classmethod
    def sweep(cls) -> int:
        """Remove files that no row names: of an upload that was cut off, or of an organisation
        that was deleted while the disk was away. Returns how many there were."""
        removed = 0
        for digest, path in pictures.old_files(cls.FOLDER):
            if digest and path.parent.name.isdecimal():
                removed += cls.discard(int(path.parent.name), digest)
            else:
                path.unlink(missing_ok=True)
                removed += 1
        return removed


@tracked()
class Logo(StoredPicture):
    """An organisation's sign, beside its name; so it needs no words of its own."""

    FOLDER = "logos"
    PURPOSE = Purpose(boxes=(96, 192, 384), smallest=48, ratio=8)

    organisation = models.OneToOneField(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="logo",
        on_delete=models.CASCADE,
    )

    objects = StoredPictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        ordering = ["organisation", "pk"]

    def __str__(self) -> str:
        return str(self.organisation)


class PictureQuerySet(StoredPictureQuerySet):
    SHOWN = Q(is_decoration=True) | ~Q(alt="")


@tracked()
class Picture(StoredPicture):
    """A picture on an organisation's page. It is shown as soon as it is said what can be seen on it
    (`alt`), or that nothing would be missed without it."""

    FOLDER = "pictures"
    PURPOSE = Purpose(boxes=(480, 960, 1600), smallest=400, ratio=4)
    #: Of one organisation. Held by `services.keep_row`, under a lock.
    MOST = 6

    organisation = models.ForeignKey(
        "actors.Organisation",
        verbose_name=_("organisation"),
        related_name="pictures",
        on_delete=models.CASCADE,
    )
    alt = models.CharField(_("what can be seen"), max_length=200, blank=True)
    is_decoration = models.BooleanField(_("only decoration"), default=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["organisation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_decoration=False) | Q(alt=""),
                name="actors_picture_words_or_decoration",
                violation_error_message=_(
                    "Please either say what can be seen, or that the picture is only decoration."
                ),
            ),
            models.UniqueConstraint(
                fields=["organisation", "digest"],
                name="actors_picture_unique",
                violation_error_message=_("This picture is already there."),
            ),
        ]

    def __str__(self) -> str:
        return self.alt or str(_("picture without a description"))

    @property
    def is_shown(self) -> bool:
        return self.is_decoration or bool(self.alt)


@receiver(post_delete, sender=Logo)
@receiver(post_delete, sender=Picture)
def _discard_files(sender, instance: StoredPicture, **kwargs) -> None:
    """However a picture goes (its page, Django admin, with its organisation): its files follow when
    that is sure."""
    organisation_id, digest = instance.organisation_id, instance.digest
    transaction.on_commit(lambda: sender.discard(organisation_id, digest), robust=True)
