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
from django.db.models import Case, Exists, F, Max, OuterRef, Q, Value, When, Window
from django.db.models.expressions import Combinable, Func
from django.db.models.fields.generated import GeneratedField
from django.db.models.functions import Lower

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
#: Words between the words: they say nothing about what somebody looks for.
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """am an auf aus bei das dem den der des die ein eine einen einer für ich im in mit nach
        nahe oder ohne suche und vom von wo zu zum zur
        and at by for from in looking me my near of on or the to where with without""",
    )
)


def configuration(language: str) -> str:
    return CONFIGURATIONS.get(language.split("-")[0], DEFAULT_CONFIGURATION)


def folded(text: Combinable) -> Func:
    """Return what counts of a name: neither capitals nor accents, and "ae", "oe", "ue" and "ss"
    stand for "ä", "ö", "ü" and "ß". "Naehcafe" and "Nähcafé" both become "nahcafe".

    The full-text search reads German so by itself: its stemmer (Snowball) knows the same rule, and
    leaves "que" alone.
    """
    plain = Func(Lower(text), function="unaccent")
    return Func(
        plain,
        Value("([ao]|(?<!q)u)e"),
        Value(r"\1"),
        Value("g"),
        function="regexp_replace",
        output_field=models.TextField(),
    )


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


def _parts(text: str) -> list[str]:
    """Return what a row may match on its own: the words that say something, or the whole text if
    it uses websearch syntax ("a phrase", -without)."""
    words = re.findall(r"[^\W_]{2,}", text)[:MOST_WORDS]
    if '"' in text or "-" in text or not words:
        return [text]
    return [word for word in words if word.lower() not in FILLERS] or words


def _query(parts: list[str], language: str) -> SearchQuery | CombinedSearchQuery:
    """Return the query for any of these parts, single words as beginnings too: they find compounds
    ("Deutsch" finds "Deutschkurs") and words still being typed."""
    config = configuration(language)
    query = None
    for part in parts:
        one = SearchQuery(part, config=config, search_type="websearch")
        if part.isalnum():
            one = one | SearchQuery(f"{part}:*", config=config, search_type="raw")
        query = one if query is None else query | one
    return query


class SearchableQuerySet(models.QuerySet):
    """For models with a `search` vector, and `translations` with their own where there are any.

    `SEARCHED_TERMS` names foreign keys to vocabularies: rows are then also found by the labels and
    synonyms of their terms, in every language.
    """

    SEARCHED_TERMS: tuple[str, ...] = ()

    def matching(self, text: str, language: str | None = None) -> Self:
        """Rows that as many of the words as possible are found in, best first: in the German text,
        the text in the reader's language, or a term.

        `text` is what a person types: words, "a phrase", -without. All rows have the same number
        of words, so a word that nothing has takes nothing away.
        """
        language = language or current_language()
        text = text.replace("\0", "")[:LONGEST]
        if not re.search(r"\w", text):
            return self.none()
        parts = _parts(text)
        rank = SearchRank(F("search"), _query(parts, BASE_LANGUAGE))
        if language != BASE_LANGUAGE and hasattr(self.model, "translations"):
            # A hit in the reader's own language counts like one in a German title.
            own = Q(self._translated(_query(parts, language), language))
            rank = rank + Case(When(own, then=Value(0.6)), default=Value(0.0))
        return self._with_most(parts, language).annotate(rank=rank).order_by("-rank", "pk")

    def _with_most(self, parts: list[str], language: str) -> Self:
        """Rows with as many of these as any row has, at least one."""
        found = [self._found(part, language) for part in parts]
        if len(found) == 1:
            return self.filter(found[0])
        counted = [Case(When(one, then=1), default=0) for one in found]
        matched = sum(counted[1:], start=counted[0])
        return self.annotate(matched=matched, most=Window(Max("matched"))).filter(
            matched__gt=0, matched=F("most")
        )

    def _found(self, part: str, language: str) -> Q:
        """Where one word, or a text with websearch syntax, is found."""
        where = Q(search=_query([part], BASE_LANGUAGE))
        if language != BASE_LANGUAGE and hasattr(self.model, "translations"):
            where |= Q(self._translated(_query([part], language), language))
        for name in self.SEARCHED_TERMS:
            terms = self.model._meta.get_field(name).related_model.objects
            where |= Q(**{f"{name}__in": terms.named(part)})
        return where

    def _translated(self, query: SearchQuery | CombinedSearchQuery, language: str) -> Exists:
        rows = self.model._meta.get_field("translations").related_model.objects
        return Exists(rows.filter(original=OuterRef("pk"), language=language, search=query))
