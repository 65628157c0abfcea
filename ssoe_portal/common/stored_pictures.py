"""Pictures that belong to something: their rows. Their files are made by `pictures.py`."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Self

from django.apps import apps
from django.db import models, transaction
from django.db.models.signals import class_prepared, post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common import pictures
from ssoe_portal.common.pictures import Prepared, Purpose


class StoredPicture(models.Model):
    """A picture whose files lie below `MEDIA_ROOT` under the digest of its content, in a folder for
    each owner. A concrete model has a foreign key `OWNER`, whose model's query set can be `locked`,
    and a query set with `published` and `visible_to`."""

    FOLDER: ClassVar[str]
    PURPOSE: ClassVar[Purpose]
    OWNER: ClassVar[str] = "organisation"

    digest = models.CharField(_("digest of its content"), max_length=64, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def folder(self) -> str:
        return f"{self.FOLDER}/{self.owner_id}"

    @property
    def owner_id(self) -> int:
        return getattr(self, f"{self.OWNER}_id")

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
        """Write the files; call it in the transaction that saves the row, under the owner's lock
        (`discard`)."""
        pictures.write(self.folder, prepared)

    @classmethod
    def hand_over(cls, rows: Iterable[Self], owner_id: int) -> None:
        """Give pictures to another owner, with their files: a copy lies in its folder before a row
        says so, and the old files go when that is sure. Call it in a transaction that holds both
        owners."""
        for row in rows:
            pictures.copy(row.folder, row.digest, to=f"{cls.FOLDER}/{owner_id}")
            old = partial(cls.discard, row.owner_id, row.digest)
            cls._base_manager.filter(pk=row.pk).update(**{cls.OWNER: owner_id})
            transaction.on_commit(old, robust=True)

    @classmethod
    def discard(cls, owner_id: int, digest: str) -> int:
        """Remove the files of a content that an owner has no row for any more; return how many
        there were.

        Whoever uploads the same picture again at this moment holds the owner's lock until the row
        is there: so its files are not taken away under it.
        """
        owners = cls._meta.get_field(cls.OWNER).related_model._default_manager
        with transaction.atomic():
            list(owners.all().locked().filter(pk=owner_id).values_list("pk"))
            if cls._base_manager.filter(**{cls.OWNER: owner_id}, digest=digest).exists():
                return 0
            return pictures.erase(f"{cls.FOLDER}/{owner_id}", digest)

    @classmethod
    def sweep(cls) -> int:
        """Remove files that no row names: of an upload that was cut off, or of an owner that
        was deleted while the disk was away. Returns how many there were."""
        removed = 0
        for digest, path in pictures.old_files(cls.FOLDER):
            if digest and path.parent.name.isdecimal():
                removed += cls.discard(int(path.parent.name), digest)
            else:
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def kinds() -> dict[str, type[StoredPicture]]:
    """Return every app's kinds of pictures, by their folder."""
    models_ = (model for model in apps.get_models() if issubclass(model, StoredPicture))
    return {model.FOLDER: model for model in models_ if hasattr(model, "FOLDER")}


def _discard_files(sender, instance: StoredPicture, **kwargs) -> None:
    """However a picture goes (its page, Django admin, with its owner): its files follow when that
    is sure."""
    owner_id, digest = instance.owner_id, instance.digest
    transaction.on_commit(lambda: sender.discard(owner_id, digest), robust=True)


# Each by itself: where somebody listens to all models, Django reads every row before deleting it.
@receiver(class_prepared)
def _listen(sender, **kwargs) -> None:
    if issubclass(sender, StoredPicture):
        post_delete.connect(_discard_files, sender=sender)
