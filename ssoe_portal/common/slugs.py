"""Readable addresses that are never reused, so that an old link never shows something else."""

from django.db import connection, models
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
        "erasing",
        "embed",
        "invited",
        "join",
        "map",
        "new",
        "own",
        "proposals",
        "protocol",
        "register",
        "registrations",
        "stalls",
        "subscribe",
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


def _stem(namespace: str, text: str) -> str:
    stem = slugify(text.translate(GERMAN))[:60].strip("-") or namespace
    return f"{namespace}-{stem}" if stem in ADDRESS_WORDS else stem


def reserve_slug(namespace: str, text: str) -> str:
    """Return a new slug made from a text, never given out before in this namespace.

    A word of the portal's own addresses gets its kind before it: "new" becomes "event-new".
    Of two who ask at the same moment each gets their own: the unique constraint decides.
    """
    stem = _stem(namespace, text)
    candidate, number = stem, 1
    while not ReservedSlug.objects.get_or_create(namespace=namespace, slug=candidate)[1]:
        number += 1
        candidate = f"{stem}-{number}"
    return candidate


def reserve_slugs(namespace: str, texts: list[str]) -> list[str]:
    """`reserve_slug` for many texts, in a few queries however many there are."""
    stems = [_stem(namespace, text) for text in texts]
    found: list[str] = [""] * len(texts)
    numbers = _highest_numbers(namespace, set(stems))
    while waiting := [place for place, slug in enumerate(found) if not slug]:
        wanted: dict[str, int] = {}
        for place in waiting:
            stem = stems[place]
            numbers[stem] = numbers.get(stem, 0) + 1
            number = numbers[stem]
            wanted[f"{stem}-{number}" if number > 1 else stem] = place
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO common_reservedslug (namespace, slug) "
                "SELECT %s, unnest(%s::text[]) ORDER BY 2 ON CONFLICT DO NOTHING RETURNING slug",
                [namespace, sorted(wanted)],
            )
            for (slug,) in cursor.fetchall():
                found[wanted[slug]] = slug
    return found


def _highest_numbers(namespace: str, stems: set[str]) -> dict[str, int]:
    """The highest number that was given out to each of these stems; 1 is the stem itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            r"""
            SELECT stem, max(number) FROM (
                SELECT slug AS stem, 1 AS number FROM common_reservedslug
                WHERE namespace = %(namespace)s AND slug = ANY(%(stems)s)
                UNION ALL
                SELECT regexp_replace(slug, '-\d{1,9}$', ''), substring(slug, '-(\d{1,9})$')::int
                FROM common_reservedslug
                WHERE namespace = %(namespace)s AND slug ~ '-\d{1,9}$'
                    AND regexp_replace(slug, '-\d{1,9}$', '') = ANY(%(stems)s)
            ) AS given GROUP BY 1
            """,
            {"namespace": namespace, "stems": sorted(stems)},
        )
        return dict(cursor.fetchall())
