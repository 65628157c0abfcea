"""Content in several languages: German on the object itself, every other language in a row.

`Translatable` is the object, `Translation` its row. A row knows the revision of the German text it
was made from; it is outdated when the object has moved on, a comparison of two integers.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from ssoe_portal.common.asking import Asked

BASE_LANGUAGE = "de"
RIGHT_TO_LEFT = {"ar", "fa"}

#: Languages that content may be written in. "de-x-leicht" is German Leichte Sprache
#: (BCP 47 private use; DIN SPEC 33429).
CONTENT_LANGUAGES = [
    ("de", "Deutsch"),
    ("en", "English"),
    ("ar", "العربية"),
    ("fa", "فارسی"),
    ("uk", "Українська"),
    ("ru", "Русский"),
    ("tr", "Türkçe"),
    ("fr", "Français"),
    ("vi", "Tiếng Việt"),
    ("de-x-leicht", "Leichte Sprache"),
]
TRANSLATION_LANGUAGES = [pair for pair in CONTENT_LANGUAGES if pair[0] != BASE_LANGUAGE]

#: For whoever writes or reads them side by side, in words of the page: "Title in English".
IN_LANGUAGE = {
    "de": _("in German"),
    "en": _("in English"),
    "ar": _("in Arabic"),
    "fa": _("in Persian"),
    "uk": _("in Ukrainian"),
    "ru": _("in Russian"),
    "tr": _("in Turkish"),
    "fr": _("in French"),
    "vi": _("in Vietnamese"),
    "de-x-leicht": _("in Leichte Sprache"),
}


def direction(language: str) -> str:
    """Return "rtl" or "ltr", for the `dir` attribute."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def current_language() -> str:
    return get_language() or settings.LANGUAGE_CODE


class Text:
    """The texts of one object in one language, for templates: `{{ offer.text.title }}`.

    `lang` and `dir` mark the text where its language is not the page's.
    """

    def __init__(self, source: models.Model, language: str) -> None:
        self._source = source
        self.lang = language
        self.dir = direction(language)
        self.is_foreign = language.split("-")[0] != current_language().split("-")[0]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._source, name)


class Parts:
    """An object's short texts one by one, for templates: `{% with price=offer.parts.price %}`.

    A translation need not hold all of them: what it leaves out is German, and marked so. Empty is
    only what is empty in German as well.
    """

    def __init__(self, item: "Translatable") -> None:
        self._item = item

    def __getattr__(self, name: str) -> "Part":
        if name not in self._item.TRANSLATED_FIELDS:
            raise AttributeError(name)
        text = self._item.text
        if text.lang != BASE_LANGUAGE and not getattr(text, name):
            text = Text(self._item, BASE_LANGUAGE)
        return Part(getattr(text, name), text)


class Part:
    """One short text of an object; `lang`, `dir` and `is_foreign` as in `Text`."""

    def __init__(self, words: str, text: Text) -> None:
        self._words = words
        self.lang, self.dir, self.is_foreign = text.lang, text.dir, text.is_foreign

    def __str__(self) -> str:
        return self._words

    def __bool__(self) -> bool:
        return bool(self._words)


class TranslatableQuerySet(models.QuerySet):
    def with_translation(self, language: str | None = None) -> Self:
        """Fetch the texts in the reader's language along, one query for all rows."""
        language = language or current_language()
        if language == BASE_LANGUAGE:
            return self
        rows = self.model._meta.get_field("translations").related_model.objects
        return self.prefetch_related(
            Prefetch("translations", rows.filter(language=language), to_attr="fetched_translations")
        )

    def with_texts(self, *fields: str) -> Self:
        """Annotate texts in the reader's language, else in German, as `text_title` and so on: for
        thousands of rows, of which models would take too long."""
        language = current_language()
        if language == BASE_LANGUAGE:
            return self.annotate(**{f"text_{name}": F(name) for name in fields})
        own = FilteredRelation("translations", condition=Q(translations__language=language))
        return self.annotate(own_texts=own).annotate(
            **{f"text_{name}": Coalesce(f"own_texts__{name}", name) for name in fields}
        )

    def with_outdated(self, language: str) -> Self:
        """Annotate `has_outdated`: whether the translation into this language was made from an
        earlier German text than today's."""
        rows = self.model._meta.get_field("translations").related_model.objects
        return self.annotate(
            has_outdated=Exists(rows.outdated().filter(language=language, original=OuterRef("pk")))
        )

    def mentioning(self, asked: "Asked") -> Self:
        """Rows in whose texts, German or translated, every word stands, or a known word that was
        meant by it: for the few rows of models that have no search vector."""
        translations = self.model._meta.get_field("translations").related_model.objects
        found = self.order_by("pk") if asked else self.none()
        for word in asked.words:
            spellings = "|".join(map(re.escape, (word.text, *word.known)))
            mentioned = Q()
            for field in self.model.TRANSLATED_FIELDS:
                mentioned |= Q(**{f"{field}__iregex": spellings})
            translated = Exists(translations.filter(mentioned, original=OuterRef("pk")))
            found = found.filter(mentioned | Q(translated))
        return found


def texts_along(path: str, model: type["Translatable"]) -> list[Prefetch]:
    """Return what fetches the reader's texts of `model` along, from rows that lead to it by `path`:
    `applications.prefetch_related(*texts_along("event", Event))`."""
    language = current_language()
    if language == BASE_LANGUAGE:
        return []
    rows = model._meta.get_field("translations").related_model.objects.filter(language=language)
    return [Prefetch(f"{path}__translations", rows, to_attr="fetched_translations")]


def fetch_translations(items: Iterable[Any]) -> None:
    """Fetch the reader's texts of objects of several kinds along, one query for all of them."""
    language = current_language()
    by_model: dict[type[Translatable], list[Translatable]] = {}
    for item in items:
        by_model.setdefault(type(item), []).append(item)
    if language == BASE_LANGUAGE or not by_model:
        return
    parts = []
    for model, of_kind in by_model.items():
        rows = model._meta.get_field("translations").related_model
        columns = [field for field in rows._meta.concrete_fields if not field.generated]
        row = JSONObject(**{field.attname: field.attname for field in columns})
        found = rows.objects.filter(language=language, original__in=of_kind).order_by()
        parts.append(found.values_list(Value(model._meta.label), row))
    fetched: dict[tuple[str, int], list[Translation]] = {}
    for label, values in parts[0].union(*parts[1:], all=True).order_by():
        rows = apps.get_model(label)._meta.get_field("translations").related_model
        fetched.setdefault((label, values["original_id"]), []).append(rows(**values))
    for model, of_kind in by_model.items():
        for item in of_kind:
            item.fetched_translations = fetched.get((model._meta.label, item.pk), [])


class Translatable(models.Model):
    """An object whose texts (`TRANSLATED_FIELDS`) are German and may have translations.

    A concrete model adds `*revision_triggers("title", …)` to its `Meta.triggers`.
    """

    TRANSLATED_FIELDS: ClassVar[tuple[str, ...]] = ()

    revision = models.PositiveIntegerField(
        _("revision of the German text"), default=1, editable=False
    )

    class Meta:
        abstract = True

    @property
    def text(self) -> Text:
        """The texts in the reader's language, else in German."""
        language = current_language()
        row = None if language == BASE_LANGUAGE else self._translation(language)
        return Text(self, BASE_LANGUAGE) if row is None else Text(row, language)

    def _translation(self, language: str) -> "Translation | None":
        """The row of a language: the one fetched along, else looked up, once for all its texts (a
        mail is in its reader's language, not in the one of the page that sends it)."""
        fetched = getattr(self, "fetched_translations", None)
        if fetched is not None and all(row.language == language for row in fetched):
            return fetched[0] if fetched else None
        if "translations" in getattr(self, "_prefetched_objects_cache", {}):
            return next((row for row in self.translations.all() if row.language == language), None)
        found = self.__dict__.setdefault("_translations_found", {})
        if language not in found:
            found[language] = (
                self.translations.filter(language=language).first() if self.pk else None
            )
        return found[language]

    def refresh_from_db(self, *args, **kwargs) -> None:
        self.__dict__.pop("_translations_found", None)
        super().refresh_from_db(*args, **kwargs)

    @property
    def parts(self) -> Parts:
        """The short texts one by one, each in the reader's language, else in German."""
        return Parts(self)

    def is_outdated_in(self, language: str) -> bool:
        """Whether the translation into this language, if there is one, was made from an earlier
        German text than the one that is stored now."""
        return self.translations.filter(language=language).outdated().exists()

    def note_that_it_fits(self, language: str, *, revision: int) -> bool:
        """Note that the translation into a language fits the German text of a revision, the one
        that whoever says so has read; return whether that is today's."""
        rows = self.translations.filter(language=language, base_revision__lt=revision)
        rows.filter(original__revision__gte=revision).update(base_revision=revision)
        return not self.is_outdated_in(language)


class TranslationQuerySet(models.QuerySet):
    def outdated(self) -> Self:
        """Rows made from an earlier German text than today's."""
        return self.filter(base_revision__lt=F("original__revision"))


class Translation(models.Model):
    """One language of one object. A concrete row adds `original` (a foreign key with
    `related_name="translations"`) and the text fields."""

    class Origin(models.TextChoices):
        PERSON = "person", _("a person")
        MACHINE = "machine", _("a machine")

    language = models.CharField(_("language"), max_length=12, choices=TRANSLATION_LANGUAGES)
    base_revision = models.PositiveIntegerField(
        _("made from revision"),
        default=1,
        help_text=_("The revision of the German text that this translation was made from."),
    )
    origin = models.CharField(
        _("translated by"), max_length=8, choices=Origin, default=Origin.PERSON
    )

    objects = TranslationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["original", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "language"],
                name="%(app_label)s_%(class)s_unique",
                violation_error_message=_("There is already a translation into this language."),
            )
        ]

    @property
    def is_outdated(self) -> bool:
        return self.base_revision < self.original.revision


def revision_triggers(*fields: str) -> list[pgtrigger.Trigger]:
    """Triggers that raise `revision` whenever one of the German text fields changes, whoever
    writes (form, admin, import, SQL)."""
    return [
        pgtrigger.Trigger(
            name="raise_revision",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(*fields),
            func="NEW.revision = OLD.revision + 1; RETURN NEW;",
        )
    ]
