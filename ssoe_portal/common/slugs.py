"""Readable addresses that are never reused, so that an old link never shows something else."""

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
#: Words that stand in the place of a slug in some address (/organisations/register/); a test
#: compares them with the addresses there are.
ADDRESS_WORDS = frozenset(
    {
        "answers",
        "desk",
        "join",
        "map",
        "new",
        "own",
        "register",
        "registrations",
        "stalls",
    }
)


class ReservedSlug(models.Model):
    """A slug that was given out once, per kind of object; it stays when the object goes."""

    namespace = models.CharField(_("kind"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=80)

    class Meta:
        verbose_name = _("reserved address")
        verbose_name_plural = _("reserved addresses")
        ordering = ["namespace", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["namespace", "slug"], name="common_reservedslug_unique")
        ]

    def __str__(self) -> str:
        return f"{self.namespace}/{self.slug}"


def reserve_slug(namespace: str, text: str) -> str:
    """Return a new slug made from a text, never given out before in this namespace.

    A word of the portal's own addresses gets its kind before it: "new" becomes "event-new".
    Of two who ask at the same moment each gets their own: the unique constraint decides.
    """
    stem = slugify(text.translate(GERMAN))[:60].strip("-") or namespace
    if stem in ADDRESS_WORDS:
        stem = f"{namespace}-{stem}"
    candidate, number = stem, 1
    while not ReservedSlug.objects.get_or_create(namespace=namespace, slug=candidate)[1]:
        number += 1
        candidate = f"{stem}-{number}"
    return candidate
