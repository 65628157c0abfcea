"""Fixed vocabularies: terms with a label in every interface language and synonyms for search.

Their files are in each app's `vocabularies/`; `manage.py load_vocabularies` brings the database
up to date with them, as often as wanted.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

from django.apps import apps
from django.db import models
from django.db.models import Expression, F, Func, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.ready_queries import ReadyQuery
from ssoe_portal.common.translation import BASE_LANGUAGE, current_language

#: Shorter texts would be found inside anything, the language codes among the labels too.
SHORTEST_NAME = 3


def label_in(language: str | None = None, *, path: str = "labels") -> Expression:
    """A term's label in the reader's language, else in German, as an expression; `path` leads to
    the labels from another model's rows: "format__labels"."""
    language = language or current_language()
    german = KeyTextTransform(BASE_LANGUAGE, path)
    if language == BASE_LANGUAGE:
        return german
    return Coalesce(KeyTextTransform(language, path), german)


class TermQuerySet(models.QuerySet):
    def load(self) -> int:
        """Create or update the terms of the vocabulary's file; return how many there are.

        Terms no longer in the file stay, since entries may use them; they move to the end.
        """
        terms = self.model.in_file()
        self.exclude(key__in=[term.key for term in terms]).update(position=10_000)
        update = [
            field.name
            for field in self.model._meta.concrete_fields
            if not field.primary_key and field.name != "key"
        ]
        self.bulk_create(terms, update_conflicts=True, unique_fields=["key"], update_fields=update)
        return len(terms)

    def labelled(self) -> models.QuerySet:
        """Rows of (key, label in the reader's language) instead of terms."""
        return self.values_list("key", label_in())

    def as_choices(self, kind: str, extra: str = "") -> models.QuerySet:
        """Rows for `read_choices`, in the order of the vocabulary; `extra` is a further column."""
        more = F(extra) if extra else Value("")
        return self.order_by().values_list(Value(kind), "position", "key", label_in(), "pk", more)

    def named(self, text: str) -> Self:
        """Terms with a label or synonym that holds this text, in whatever language; as whole words
        only where the vocabulary wants that."""
        words = text.strip()
        if len(words) < SHORTEST_NAME:
            return self.none()
        texts = {
            "labels_text": Cast("labels", TextField()),
            "synonyms_text": Cast("synonyms", TextField()),
        }
        if self.model.NAMED_IN_FULL:
            lookup, words = "iregex", rf"\m{re.escape(words)}\M"
        else:
            lookup = "icontains"
        return self.alias(**texts).filter(
            Q(**{f"labels_text__{lookup}": words}) | Q(**{f"synonyms_text__{lookup}": words})
        )

    def by_label(self, language: str | None = None) -> Self:
        """In alphabetical order of the reader's labels, umlauts beside their vowels."""
        return self.order_by(Lower(Func(label_in(language), function="unaccent")), "pk")


class ChoiceRow(NamedTuple):
    """A term as one choice of a filter, with one more column of its own."""

    key: str
    label: str
    pk: int
    extra: str


def choices_query(rows: Sequence[models.QuerySet]) -> ReadyQuery:
    """Return what reads several vocabularies (`as_choices`) at once."""
    return ReadyQuery(rows[0].union(*rows[1:], all=True) if rows[1:] else rows[0])


def read_choices(query: ReadyQuery, by_label: Collection[str] = ()) -> dict[str, list[ChoiceRow]]:
    """Read several vocabularies in one query: {kind: [row]}, each in its own order, or by label,
    umlauts beside their vowels."""
    found: dict[str, list[tuple[str, int, ChoiceRow]]] = {}
    for kind, position, *columns in query.read({}):
        row = ChoiceRow(*columns)
        first = unaccented(row.label) if kind in by_label else ""
        found.setdefault(kind, []).append((first, position, row))
    return {
        kind: [row for *_order, row in sorted(some, key=lambda each: (*each[:2], each[2].pk))]
        for kind, some in found.items()
    }


def unaccented(label: str) -> str:
    """What names are compared and sorted by: neither capitals nor accents."""
    letters = unicodedata.normalize("NFKD", label.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class Term(models.Model):
    """One entry of a vocabulary: `labels` is {language: label}, `synonyms` {language: [word]}."""

    VOCABULARY: ClassVar[str]  # file name in the app's vocabularies/
    EXTRA: ClassVar[tuple[str, ...]] = ()
    #: Whether part of a word names a term: "kurs" every kind of course, but "Buch" not Buchholz.
    NAMED_IN_FULL: ClassVar[bool] = False

    key = models.SlugField(_("key"), max_length=60, unique=True)
    labels = models.JSONField(_("labels"), default=dict)
    synonyms = models.JSONField(_("synonyms"), default=dict, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = TermQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the reader's language, else in German."""
        return self.labels.get(current_language()) or self.labels.get(BASE_LANGUAGE, self.key)

    @classmethod
    def in_file(cls) -> list[Self]:
        """Return the terms as the vocabulary's file has them, in its order, not saved."""
        folder = Path(apps.get_app_config(cls._meta.app_label).path) / "vocabularies"
        rows = json.loads((folder / cls.VOCABULARY).read_text(encoding="utf-8"))
        return [cls.from_data(row, position) for position, row in enumerate(rows)]

    @classmethod
    def from_data(cls, row: dict, position: int) -> Self:
        extra = {name: row[name] for name in cls.EXTRA if name in row}
        return cls(
            key=row["key"],
            labels=row["labels"],
            synonyms=row.get("synonyms", {}),
            position=position,
            **extra,
        )


def fetch_terms(item: models.Model, *names: str) -> None:
    """Fetch what an object has of several vocabularies in one query: `item.languages.all()` and
    the others then need none. `names` are its many-to-many fields."""
    columns = ("id", "key", "labels", "position")
    parts = [
        getattr(item, name)
        .order_by()
        .annotate(relation=models.Value(name))
        .values_list("relation", *columns)
        for name in names
    ]
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    fetched: dict[str, list[models.Model]] = {name: [] for name in names}
    for name, *values in rows:
        model = item._meta.get_field(name).related_model
        fetched[name].append(model.from_db(item._state.db, columns, values))
    for name, terms in fetched.items():
        found = getattr(item, name).all()
        found._result_cache = sorted(terms, key=lambda term: (term.position, term.pk))
        found._prefetch_done = True
        # Where `prefetch_related` puts what it has read.
        item.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found
