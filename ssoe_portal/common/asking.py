"""What a person's words mean: read once, then asked of every kind of entry.

Each word may be found as it stands, in another form (the stemmer's), as the beginning of a word or
inside one ("kurs" in "Deutschkurs"), by its nearest known words where nothing has it ("deutch"),
or as a term of a vocabulary in any language ("курс немецкого" is a category). All of that becomes
one `tsquery` a word.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_, or_

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import (
    SearchQuery,
    SearchQueryCombinable,
    SearchQueryField,
)
from django.db import connection, models
from django.db.models import Value
from django.db.models.expressions import Combinable, Func
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.translation import BASE_LANGUAGE, current_language
from ssoe_portal.common.vocabulary import SHORTEST_NAME, Term

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
#: What is read of a search: characters, and words.
LONGEST, MOST_WORDS = 200, 8
#: Words of a term that is looked for as a whole: "without appointment".
LONGEST_PHRASE = 3
#: Letters from which on a word is looked for inside others and may be misspelt.
SHORTEST_KNOWN = 4
#: How many letters of a word may be wrong, and of one shorter than six.
MOST_WRONG, MOST_WRONG_SHORT = 2, 1
#: Words between the words: they say nothing about what somebody looks for.
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """am an auf aus bei das dem den der des die ein eine einen einer für ich im in mit nach
        nahe oder ohne suche und vom von wo zu zum zur
        and at by for from in looking me my near of on or the to where with without""",
    )
)

TsQuery = SearchQueryCombinable


def configuration(language: str) -> str:
    return CONFIGURATIONS.get(language.split("-")[0], DEFAULT_CONFIGURATION)


def folded(text: Combinable | str) -> Func:
    """Return what counts of a name: neither capitals nor accents, and "ae", "oe", "ue" and "ss"
    stand for "ä", "ö", "ü" and "ß". "Naehcafe" and "Nähcafé" both become "nahcafe".

    The full-text search reads German so by itself: its stemmer (Snowball) knows the same rule, and
    leaves "que" alone.
    """
    return Func(text, function="common_folded", output_field=models.TextField())


class KnownWord(models.Model):
    """A word that some public entry has, as it is written there in small letters; `folded` is
    what counts of it (`folded()`). What people type is widened by these and never shown from here.
    """

    word = models.CharField(_("word"), max_length=40, primary_key=True)
    folded = models.CharField(_("folded"), max_length=40)

    class Meta:
        verbose_name = _("known word")
        verbose_name_plural = _("known words")
        ordering = ["word"]
        indexes = [GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="knownword_folded")]

    def __str__(self) -> str:
        return self.word


@dataclass
class Word:
    """One word somebody typed, or a text with websearch syntax ("a phrase", -without)."""

    text: str
    language: str
    #: Known words that hold it, or where none does are like it.
    known: list[str] = field(default_factory=list)
    #: Terms of vocabularies it names: the keys of each kind.
    terms: dict[str, set[str]] = field(default_factory=dict)

    @cached_property
    def query(self) -> TsQuery:
        """What finds this word in texts in German and the reader's language, and by its terms."""
        languages = {configuration(BASE_LANGUAGE), configuration(self.language)}
        queries = [self._in(config) for config in sorted(languages)]
        tokens = sorted(token(kind, key) for kind, keys in self.terms.items() for key in keys)
        if tokens:
            queries.append(_Lexemes(" | ".join(f"'{token}'" for token in tokens)))
        return reduce(or_, queries)

    def query_in(self, language: str) -> TsQuery:
        """What finds it in texts of one language."""
        return self._in(configuration(language))

    def _in(self, config: str) -> TsQuery:
        query: TsQuery = SearchQuery(self.text, config=config, search_type="websearch")
        if self.text.isalnum():
            beginnings = [f"{self.text}:*", *self.known]
            query = query | SearchQuery(" | ".join(beginnings), config=config, search_type="raw")
        return query


class _Lexemes(SearchQueryCombinable, Cast):
    """A query of lexemes as they are in the index: nothing is stemmed."""

    def __init__(self, query: str) -> None:
        super().__init__(Value(query), SearchQueryField())


def token(kind: str, key: str) -> str:
    """Return how a term is written into search vectors: no word of a text looks like this."""
    return f"{kind}={key}"


class Asked:
    """The words of one search, widened by what the portal knows: one query to the database.

    `vocabularies` are the kinds of terms that count: {"category": Category}.
    """

    def __init__(
        self, text: str, vocabularies: dict[str, type[Term]], language: str | None = None
    ) -> None:
        self.language = language or current_language()
        self.text = text.replace("\0", "")[:LONGEST]
        self.words = [Word(part, self.language) for part in _parts(self.text)]
        if self.words:
            self._widen(vocabularies)

    def __bool__(self) -> bool:
        return bool(self.words)

    @cached_property
    def every(self) -> TsQuery:
        """What has all words."""
        return reduce(and_, [word.query for word in self.words])

    @cached_property
    def any(self) -> TsQuery:
        """What has one of the words at least."""
        return reduce(or_, [word.query for word in self.words])

    def any_in(self, language: str) -> TsQuery:
        """What has one of the words at least, in texts of one language."""
        return reduce(or_, [word.query_in(language) for word in self.words])

    def narrowed_to(self, rows: models.QuerySet, column: str = "vector") -> "Asked":
        """Return the same search for as many of its words as any of these rows has together: a
        word that nothing has takes nothing away. Of several choices all count alike."""
        if len(self.words) < 2 or rows.filter(**{column: self.every}).exists():
            return self
        words = [word for word in self.words if rows.filter(**{column: word.query}).exists()]
        for number in range(min(len(words), len(self.words) - 1), 0, -1):
            choices = [
                reduce(and_, [word.query for word in some])
                for some in itertools.combinations(words, number)
            ]
            query = reduce(or_, choices)
            if (len(choices) == 1 and number == 1) or rows.filter(**{column: query}).exists():
                return _Narrowed(self, words, query)
        return _Narrowed(self, words or self.words, self.every)

    def _widen(self, vocabularies: dict[str, type[Term]]) -> None:
        plain = [word for word in self.words if word.text.isalnum()]
        phrases = _phrases(plain)
        if not phrases:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                _widening(vocabularies),
                {
                    "words": [word.text for word in plain],
                    "phrases": [" ".join(w.text for w in some).lower() for some in phrases],
                    "shortest": SHORTEST_KNOWN,
                    "shortest_name": SHORTEST_NAME,
                    "most_wrong": MOST_WRONG,
                    "most_wrong_short": MOST_WRONG_SHORT,
                },
            )
            found = cursor.fetchall()
        alike: dict[int, list[str]] = {}
        for how, number, known in found:
            match how:
                case "inside":
                    plain[number].known.append(known)
                case "like":
                    alike.setdefault(number, []).append(known)
                case kind:
                    for word in phrases[number]:
                        word.terms.setdefault(kind, set()).add(known)
        for number, words in alike.items():
            if not plain[number].known and not plain[number].terms:
                plain[number].known = words


def as_asked(
    text: str | Asked, vocabularies: dict[str, type[Term]], language: str | None = None
) -> Asked:
    """Return what words mean, if nobody has found that out yet."""
    return text if isinstance(text, Asked) else Asked(text, vocabularies, language)


class _Narrowed(Asked):
    """A search of which some words are found nowhere, or not together."""

    def __init__(self, asked: Asked, words: list[Word], every: TsQuery) -> None:
        self.language, self.text, self.words = asked.language, asked.text, words
        self.every = every


def _parts(text: str) -> list[str]:
    """Return what a row may match on its own: the words that say something, or the whole text if
    it uses websearch syntax ("a phrase", -without)."""
    if not re.search(r"\w", text):
        return []
    words = re.findall(r"[^\W_]{2,}", text)[:MOST_WORDS]
    if '"' in text or re.search(r"(^|\s)-\w", text) or not words:
        return [text]
    return [word for word in words if word.lower() not in FILLERS] or words


def _phrases(words: Sequence[Word]) -> list[Sequence[Word]]:
    """Return the words next to each other that may name a term: each alone, two, three."""
    return [
        words[start : start + length]
        for length in range(1, LONGEST_PHRASE + 1)
        for start in range(len(words) - length + 1)
    ]


def _widening(vocabularies: dict[str, type[Term]]) -> str:
    """Return the SQL that finds known words and terms: rows of (how, number, word or key)."""
    known = """
        SELECT 'inside' AS how, asked.number, found.word
        FROM asked CROSS JOIN LATERAL (
            SELECT word FROM common_knownword
            WHERE length(asked.folded) >= %(shortest)s AND folded LIKE '%%' || asked.folded || '%%'
            ORDER BY length(folded), word LIMIT 40
        ) AS found
        UNION ALL
        SELECT 'like', asked.number, found.word
        FROM asked CROSS JOIN LATERAL (
            SELECT word FROM common_knownword
            WHERE length(asked.folded) >= %(shortest)s AND folded %% asked.folded
                AND levenshtein_less_equal(folded, asked.folded, %(most_wrong)s) <=
                    CASE WHEN length(asked.folded) < 6 THEN %(most_wrong_short)s
                    ELSE %(most_wrong)s END
            ORDER BY levenshtein(folded, asked.folded), word LIMIT 6
        ) AS found"""
    # The names of kinds and tables are the code's own; everything typed is a parameter.
    terms = [
        f"""
        SELECT '{kind}', phrase.number - 1, term.key
        FROM (
            SELECT key, lower(labels::text || synonyms::text) AS names
            FROM {model._meta.db_table}
        ) AS term
        JOIN unnest(%(phrases)s::text[]) WITH ORDINALITY AS phrase (words, number)
            ON length(phrase.words) >= %(shortest_name)s
            AND {
            "term.names ~ ('\\m' || phrase.words || '\\M')"
            if model.NAMED_IN_FULL
            else "strpos(term.names, phrase.words) > 0"
        }"""  # noqa: S608
        for kind, model in vocabularies.items()
    ]
    return f"""
        SELECT how, number, word FROM (
            WITH asked AS (
                SELECT common_folded(words.word) AS folded, words.number - 1 AS number
                FROM unnest(%(words)s::text[]) WITH ORDINALITY AS words (word, number)
            )
            {" UNION ALL ".join([known, *terms])}
        ) AS widened"""  # noqa: S608
