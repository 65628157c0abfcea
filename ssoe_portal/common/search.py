"""Full-text search: a generated vector on every text, in its language's configuration."""

import re
from typing import Self

from django.contrib.postgres.search import (
    CombinedSearchQuery,
    SearchQuery,
    SearchRank,
    SearchVector,
    SearchVectorField,
)
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import Func
from django.db.models.fields.generated import GeneratedField

from ssoe_portal.common.translation import BASE_LANGUAGE, current_language

#: PostgreSQL's text search configuration per content language; "simple" where it has none.
CONFIGURATIONS = {
    "de": "german",
    "en": "english",
    "ar": "arabic",
    "ru": "russian",
    "tr": "turkish",
    "fr": "french",
}
DEFAULT_CONFIGURATION = "simple"
#: What is read of a search: characters, and words taken as beginnings.
LONGEST, MOST_WORDS = 200, 8


def configuration(language: str) -> str:
    return CONFIGURATIONS.get(language.split("-")[0], DEFAULT_CONFIGURATION)


def search_vector(weights: dict[str, str], language: str = BASE_LANGUAGE) -> GeneratedField:
    """Return a stored search vector over German fields: {field: weight "A" to "D"}."""
    config = configuration(language)
    vectors = [SearchVector(field, weight=w, config=config) for field, w in weights.items()]
    vector = vectors[0]
    for more in vectors[1:]:
        vector = vector + more
    return GeneratedField(expression=vector, output_field=SearchVectorField(), db_persist=True)


class _VectorByLanguage(Func):
    """to_tsvector with the configuration that belongs to the row's language."""

    function = "setweight"
    output_field = SearchVectorField()

    def __init__(self, field: str, weight: str, **extra) -> None:
        super().__init__(F("language"), F(field), Value(weight), **extra)

    def as_sql(self, compiler, connection, **extra):
        language, language_params = compiler.compile(self.source_expressions[0])
        text, text_params = compiler.compile(self.source_expressions[1])
        weight = self.source_expressions[2].value
        branches = " ".join(
            f"WHEN '{code}' THEN '{config}'::regconfig"
            for code, config in [*CONFIGURATIONS.items(), ("de-x-leicht", "german")]
        )
        sql = (
            f"setweight(to_tsvector(CASE {language} {branches} "
            f"ELSE '{DEFAULT_CONFIGURATION}'::regconfig END, {text}), '{weight}')"
        )
        return sql, (*language_params, *text_params)


class _Joined(Func):
    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = SearchVectorField()


def translated_search_vector(weights: dict[str, str]) -> GeneratedField:
    """Return a stored search vector over a translation row's fields, by its own language."""
    vectors = [_VectorByLanguage(field, weight) for field, weight in weights.items()]
    expression = vectors[0] if len(vectors) == 1 else _Joined(*vectors)
    return GeneratedField(expression=expression, output_field=SearchVectorField(), db_persist=True)


def _query(text: str, language: str) -> CombinedSearchQuery:
    """Return the query for what a person typed: websearch syntax, or all words as beginnings.

    Beginnings find compounds ("Deutsch" finds "Deutschkurs") and words still being typed.
    """
    config = configuration(language)
    words = re.findall(r"[^\W_]{2,}", text)[:MOST_WORDS]
    typed = SearchQuery(text, config=config, search_type="websearch")
    if not words or '"' in text or "-" in text:
        return typed
    beginnings = " & ".join(f"{word}:*" for word in words)
    return typed | SearchQuery(beginnings, config=config, search_type="raw")


class SearchableQuerySet(models.QuerySet):
    """For models with a `search` vector, and `translations` with their own where there are any.

    `SEARCHED_TERM` names a foreign key to a vocabulary: rows are then also found by the labels and
    synonyms of their term, in every language.
    """

    SEARCHED_TERM = ""

    def matching(self, text: str, language: str | None = None) -> Self:
        """Rows whose German text, text in the reader's language or term matches; best first.

        `text` is what a person types: words, "a phrase", -without.
        """
        language = language or current_language()
        text = text.replace("\0", "")[:LONGEST]
        if not re.search(r"\w", text):
            return self.none()
        german = _query(text, BASE_LANGUAGE)
        rank = SearchRank(F("search"), german)
        condition = Q(search=german)
        if language != BASE_LANGUAGE and hasattr(self.model, "translations"):
            rows = self.model._meta.get_field("translations").related_model.objects.filter(
                original=OuterRef("pk"), language=language, search=_query(text, language)
            )
            translated = Exists(rows)
            condition |= Q(translated)
            # A hit in the reader's own language counts like one in a German title.
            rank = rank + Case(When(translated, then=Value(0.6)), default=Value(0.0))
        if self.SEARCHED_TERM:
            terms = self.model._meta.get_field(self.SEARCHED_TERM).related_model.objects
            by_term = Q(**{f"{self.SEARCHED_TERM}__in": terms.named(text)})
            condition |= by_term
            # Less than any word of the text itself.
            rank = rank + Case(When(by_term, then=Value(0.01)), default=Value(0.0))
        return self.filter(condition).annotate(rank=rank).order_by("-rank", "pk")
