"""Full-text search: a generated vector on every text, in its language's configuration."""

from functools import reduce
from operator import and_
from typing import Self

from django.contrib.postgres.search import SearchRank, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, Exists, F, Max, OuterRef, Q, Value, When, Window
from django.db.models.expressions import Func
from django.db.models.fields.generated import GeneratedField

from ssoe_portal.common.asking import (
    CONFIGURATIONS,
    DEFAULT_CONFIGURATION,
    Asked,
    TsQuery,
    Word,
    as_asked,
    configuration,
)
from ssoe_portal.common.translation import BASE_LANGUAGE
from ssoe_portal.common.vocabulary import Term


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


#: What a word in the title adds to a rank, nearly.
AS_A_TITLE = Value(0.6)
#: More than anything else can add.
JUST_SO = Value(10.0)


class SearchableQuerySet(models.QuerySet):
    """For models with a `search` vector, and `translations` with their own where there are any.

    `SEARCHED_TERMS` names foreign keys to vocabularies: rows are then also found by the labels and
    synonyms of their terms, in every language.
    """

    SEARCHED_TERMS: tuple[str, ...] = ()
    #: The field that people know a row by.
    TITLE = "title"

    @classmethod
    def vocabularies(cls, model: type[models.Model]) -> dict[str, type[Term]]:
        """Return the vocabularies whose terms find rows of a model."""
        return {name: model._meta.get_field(name).related_model for name in cls.SEARCHED_TERMS}

    def matching(self, text: str | Asked, language: str | None = None) -> Self:
        """Rows that as many of the words as possible are found in, best first: in the German text,
        the text in the reader's language, or a term.

        `text` is what a person types: words, "a phrase", -without; or what was made of it for
        several kinds of entries at once. All rows have the same number of words, so a word that
        nothing has takes nothing away.
        """
        asked = as_asked(text, self.vocabularies(self.model), language)
        return self.having(asked).best_first(asked)

    def having(self, asked: Asked) -> Self:
        """Rows with as many of the words as any row has, at least one; `matched` says how many.
        What they are filtered by afterwards does not change how many that are."""
        if not asked:
            return self.none()
        found = [self._found(word, asked.language) for word in asked.words]
        if len(found) == 1:
            return self.filter(found[0])
        counted = [Case(When(one, then=1), default=0) for one in found]
        rows = self.annotate(matched=sum(counted[1:], start=counted[0]))
        most = rows.annotate(most=Window(Max("matched"))).filter(matched__gt=0, matched=F("most"))
        return rows.filter(pk__in=most.order_by().values("pk"))

    def best_first(self, asked: Asked) -> Self:
        """In the order of how well the words fit."""
        if not asked:
            return self.order_by("pk")
        rank = SearchRank(F("search"), asked.any_in(BASE_LANGUAGE))
        if self._has_own(asked.language):
            # A hit in the reader's own language counts like one in a German title.
            own = Q(self._translated(asked.any_in(asked.language), asked.language))
            rank = rank + Case(When(own, then=AS_A_TITLE), default=Value(0.0))
        for name in self.SEARCHED_TERMS:
            keys = {key for word in asked.words for key in word.topics.get(name, ())}
            if keys:
                about = Q(**{f"{name}__key__in": keys})
                rank = rank + Case(When(about, then=AS_A_TITLE), default=Value(0.0))
        rank = rank + Case(When(self._is_titled(asked), then=JUST_SO), default=Value(0.0))
        return self.annotate(rank=rank).order_by("-rank", "pk")

    def _is_titled(self, asked: Asked) -> Q:
        """Where the title is just what was typed, in German or in the reader's language: nothing
        that is like it comes before it, whichever of them is translated."""
        titled = {f"{self.TITLE}__iexact": asked.text}
        found = Q(**titled)
        if self._has_own(asked.language):
            texts = self.model._meta.get_field("translations").related_model.objects
            own = texts.filter(original=OuterRef("pk"), language=asked.language)
            found |= Q(Exists(own.filter(**titled)))
        return found

    def _found(self, word: Word, language: str) -> Q:
        """Where one word, or a text with websearch syntax, is found."""
        where = Q(search=word.query_in(BASE_LANGUAGE))
        if self._has_own(language):
            where |= Q(self._translated(word.query_in(language), language))
        for name in self.SEARCHED_TERMS:
            if keys := word.terms.get(name):
                where |= Q(**{f"{name}__key__in": keys})
        if word.parts:
            where |= reduce(and_, [self._found(part, language) for part in word.parts])
        return where

    def _has_own(self, language: str) -> bool:
        return language != BASE_LANGUAGE and hasattr(self.model, "translations")

    def _translated(self, query: TsQuery, language: str) -> Exists:
        rows = self.model._meta.get_field("translations").related_model.objects
        return Exists(rows.filter(original=OuterRef("pk"), language=language, search=query))
