"""What a person's words mean: read once, then asked of every kind of entry.

Each word may be found as it stands, in another form (the stemmer's), as the beginning of a word or
inside one ("kurs" in "Deutschkurs"), by its nearest known words where nothing has it ("deutch"),
or as a term of a vocabulary in any language ("курс немецкого" is a category). All of that becomes
one `tsquery` a word.
"""

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_, or_

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import (
    SearchQuery,
    SearchQueryCombinable,
)
from django.db import connection, models
from django.db.models.expressions import Combinable, Func
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
#: Letters up to which a word is taken apart.
LONGEST_COMPOUND = 40
#: How many letters of a word may be wrong, and of one shorter than six.
MOST_WRONG, MOST_WRONG_SHORT = 2, 1
#: Words between the words: they say nothing about what somebody looks for. In each language that
#: vocabularies have; only such as are no word of another language that does say something.
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """am an auf aus bei bin brauche das dem den der des die ein eine einen einer es etwas für
        gesucht gibt ich im in kann man mein meine meinen mich mir mit möchte nach nahe nicht oder
        ohne suche suchen und vom von wie will wir wo zu zum zur
        and are at by can do for from get how is looking me my near need of on or someone the there
        to want where with without
        je un une le la les du mon ma mes pour avec sans dans en et ou où comment cherche besoin au
        aux
        без в для до з за и или как ко ли мене меня мені мне мой мое моей мою моя мой моє мій на
        нужен нужна нужно о об от по потрібен потрібна потрібно про с со та у хочу шукаю де где из
        із від ищу або чи як що что мы ми есть є
        ve ile için bir bu ben benim nerede nasıl istiyorum arıyorum lazım var
        tôi và cho ở của cần muốn tìm có không là với
        في من على إلى الى عن مع أريد اريد أبحث ابحث بدي أنا انا هل أين اين كيف أو او بدون
        در از به با برای من می یک یا کجا دنبال می‌خواهم میخواهم گردم هستم را""",
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
        indexes = [
            # Words are asked for with every search and learnt in the background: what is new goes
            # into the index at once, not onto a list that each search reads to its end.
            GinIndex(
                fields=["folded"],
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
                name="knownword_folded",
            ),
            # Of a compound every beginning and end is looked up as a whole.
            models.Index(fields=["folded"], name="knownword_whole"),
        ]

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
    #: Those of them that have it as a whole word: it may be what somebody looks for. "Wohnung" is
    #: another name of the category "Wohnen", while "Wohnungslose" only begins with it.
    topics: dict[str, set[str]] = field(default_factory=dict)
    #: What it stands in, word by word in small letters: "sign", "sign language".
    phrases: set[str] = field(default_factory=set)
    #: What it is made of, where nothing has it: "kitaplatz" is "kita" and "platz".
    parts: list["Word"] = field(default_factory=list)

    @cached_property
    def query(self) -> TsQuery:
        """What finds this word in texts in German and the reader's language, and by its terms."""
        queries = [self._written]
        if (named := _having(self.terms)) is not None:
            queries.append(named)
        if self.parts:
            queries.append(reduce(and_, [part.query for part in self.parts]))
        return reduce(or_, queries)

    @cached_property
    def written(self) -> TsQuery:
        """What finds it in such texts alone."""
        if not self.parts:
            return self._written
        return self._written | reduce(and_, [part.written for part in self.parts])

    def query_in(self, language: str) -> TsQuery:
        """What finds it in texts of one language."""
        query = self._in(configuration(language))
        if self.parts:
            query = query | reduce(and_, [part.query_in(language) for part in self.parts])
        return query

    def name(self, kind: str, key: str, *, is_whole: bool) -> None:
        """Note that it names a term, and whether the term has it as a whole word."""
        self.terms.setdefault(kind, set()).add(key)
        if is_whole:
            self.topics.setdefault(kind, set()).add(key)

    @property
    def is_known(self) -> bool:
        return bool(self.known or self.terms)

    @cached_property
    def _written(self) -> TsQuery:
        languages = {configuration(BASE_LANGUAGE), configuration(self.language)}
        return reduce(or_, [self._in(config) for config in sorted(languages)])

    def _in(self, config: str) -> TsQuery:
        if not self.text.isalnum():
            return SearchQuery(self.text, config=config, search_type="websearch")
        # What begins with it is what has it as well: the index need not be read for both.
        others = [word for word in self.known if word != self.text.lower()]
        query = " | ".join([f"{self.text}:*", *others])
        return SearchQuery(query, config=config, search_type="raw")


class _Lexemes(SearchQuery):
    """A query of lexemes as they are in the index: nothing is stemmed."""

    def as_sql(self, compiler, connection, function=None, template=None):
        return super().as_sql(compiler, connection, function, "%(expressions)s::tsquery")


def token(kind: str, key: str) -> str:
    """Return how a term is written into search vectors: no word of a text looks like this, and none
    begins so ("area" is looked for as the beginning of words as well)."""
    return f"={kind}={key}"


def _having(terms: Mapping[str, set[str]]) -> TsQuery | None:
    """Return what finds rows with any of these terms; nothing where there are none."""
    tokens = sorted(token(kind, key) for kind, keys in terms.items() for key in keys)
    return _Lexemes(" | ".join(f"'{token}'" for token in tokens)) if tokens else None


class Asked:
    """The words of one search, widened by what the portal knows: one query to the database.

    `vocabularies` are the kinds of terms that count: {"category": Category}.
    """

    def __init__(
        self, text: str, vocabularies: dict[str, type[Term]], language: str | None = None
    ) -> None:
        self.language = language or current_language()
        self.text = " ".join(text.replace("\0", "").split())[:LONGEST]
        parts = _parts(self.text)
        said = [part for part in parts if part.lower() not in FILLERS] or parts
        self.words = [Word(part, self.language) for part in said[:MOST_WORDS]]
        #: A hit has all words of one of these.
        self.choices = [tuple(self.words)]
        if self.words:
            self._widen(vocabularies, parts)

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def matched(self) -> int:
        """How many of the words a hit has."""
        return len(self.words)

    @property
    def excludes(self) -> bool:
        """Whether something must not be there: what fits a part of a text may not fit the whole."""
        return not all(word.text.isalnum() for word in self.words)

    @cached_property
    def every(self) -> TsQuery:
        """What has all words."""
        return _one_of([[word.query for word in words] for words in self.choices])

    @cached_property
    def every_written(self) -> TsQuery:
        """What has all of them in its text: no term stands for one."""
        return _one_of([[word.written for word in words] for words in self.choices])

    @cached_property
    def any_written(self) -> TsQuery:
        """What has one of them at least in its text."""
        return reduce(or_, [word.written for word in self.words])

    def about(self, kinds: Collection[str]) -> TsQuery | None:
        """What has a term of these kinds that one of the words names as a whole word."""
        named: dict[str, set[str]] = {}
        for word in self.words:
            for kind in word.topics.keys() & set(kinds):
                named.setdefault(kind, set()).update(word.topics[kind])
        return _having(named)

    def any_in(self, language: str) -> TsQuery:
        """What has one of the words at least, in texts of one language."""
        return reduce(or_, [word.query_in(language) for word in self.words])

    def narrowed_to(self, rows: models.QuerySet, column: str = "vector") -> "Asked":
        """Return the same search for as many of its words as any of these rows has together: a
        word that nothing has takes nothing away. Of several choices all count alike."""
        if len(self.words) < 2 and not any(word.parts for word in self.words):
            return self
        if rows.filter(**{column: self.every}).exists():
            return self

        def has(word: Word) -> bool:
            return rows.filter(**{column: word.query}).exists()

        words = []
        for word in self.words:
            # Of a compound whose parts nothing has together, the longest part that something has.
            alone = sorted(word.parts, key=lambda part: -len(part.text))
            words += next(([one] for one in [word, *alone] if has(one)), [])
        if len(words) == len(self.words) == 1:
            return Narrowed(self, words, [(words[0],)], 1)
        for number in range(min(len(words), len(self.words) - 1), 0, -1):
            fewer = Narrowed(self, words, list(itertools.combinations(words, number)), number)
            if len(words) == 1 or rows.filter(**{column: fewer.every}).exists():
                return fewer
        return Narrowed(self, words or self.words, self.choices, 0)

    def _widen(self, vocabularies: dict[str, type[Term]], parts: list[str]) -> None:
        plain = [word for word in self.words if word.text.isalnum()]
        if not plain:
            return
        phrases = _phrases(parts, plain)
        for text, meant in phrases:
            for word in meant:
                word.phrases.add(text)
        _widen(plain, phrases, vocabularies)
        unknown = [
            word
            for word in plain
            if SHORTEST_KNOWN < len(word.text) <= LONGEST_COMPOUND and not word.is_known
        ]
        for word, found in _made_of(unknown):
            word.parts = [Word(part, self.language) for part in found]
        made_of = [part for word in unknown for part in word.parts]
        if made_of:
            _widen(made_of, [(part.text, [part]) for part in made_of], vocabularies)


def _widen(
    words: list[Word],
    phrases: list[tuple[str, list[Word]]],
    vocabularies: dict[str, type[Term]],
) -> None:
    """Find what is known of words, and the terms they name: one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _widening(vocabularies),
            {
                "words": [word.text for word in words],
                "phrases": [text for text, _words in phrases],
                "shortest": SHORTEST_KNOWN,
                "shortest_name": SHORTEST_NAME,
                "most_wrong": MOST_WRONG,
                "most_wrong_short": MOST_WRONG_SHORT,
            },
        )
        found = cursor.fetchall()
    others: list[tuple[str, Word, str, str, bool]] = []
    for how, kind, number, known, is_whole in found:
        match how:
            case "inside":
                words[number].known.append(known)
            case "named":
                for word in phrases[number][1]:
                    word.name(kind, known, is_whole=is_whole)
            case _:
                others.append((how, words[number], kind, known, is_whole))
    # Other words count only where nothing has the one that was typed; another spelling of it
    # ("frauencafe") counts for terms too that do not have it.
    unnamed = [id(word) for word in words if not word.terms]
    unknown = [id(word) for word in words if not word.is_known]
    for how, word, kind, known, is_whole in others:
        if id(word) not in (unnamed if how == "spelt" else unknown):
            continue
        if kind:
            # What is a guess ("vergessen" is nearly "essen") says little of what it is about.
            word.name(kind, known, is_whole=is_whole and how == "spelt")
        else:
            word.known.append(known)


def _made_of(words: list[Word]) -> list[tuple[Word, list[str]]]:
    """Return known words at the beginning and the end of words that nobody knows, the longest that
    leave each other room; what joins them in German ("s", "n") belongs to neither."""
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            MADE_OF,
            {
                "words": [word.text for word in words],
                "shortest": SHORTEST_KNOWN,
                "endings": ENDINGS,
            },
        )
        found = cursor.fetchall()
    made_of = []
    for number, word in enumerate(words):
        length = next((row[1] for row in found if row[0] == number), 0)
        heads = ["", *(part for n, _length, side, part in found if (n, side) == (number, "head"))]
        tails = ["", *(part for n, _length, side, part in found if (n, side) == (number, "tail"))]
        pairs = [(h, t) for h in heads for t in tails if len(h) + len(t) <= length]
        best = max(pairs, key=lambda pair: (len(pair[0]) + len(pair[1]), len(pair[1])))
        parts = [part for part in best if part]
        if len(parts) == 2 or (parts and len(parts[0]) > SHORTEST_KNOWN):
            made_of.append((word, parts))
    return made_of


#: What a word may end with and still be the one inside a compound: "jacke" in "Winterjacke" is
#: known from "Jacken".
ENDINGS = ["", "e", "n", "s", "en", "er"]
MADE_OF = """
    WITH asked AS (
        SELECT common_folded(words.word) AS folded, words.number - 1 AS number
        FROM unnest(%(words)s::text[]) WITH ORDINALITY AS words (word, number)
    ), piece AS (
        SELECT number, length(folded) AS whole, side, part
        FROM asked
        CROSS JOIN generate_series(%(shortest)s, length(folded) - 1) AS letters
        CROSS JOIN LATERAL (
            VALUES ('head', left(folded, letters)), ('tail', right(folded, letters))
        ) AS pieces (side, part)
    )
    SELECT DISTINCT number, whole, side, part
    FROM piece CROSS JOIN unnest(%(endings)s::text[]) AS ending
    JOIN common_knownword AS known ON known.folded = part || ending"""


def as_asked(
    text: str | Asked, vocabularies: dict[str, type[Term]], language: str | None = None
) -> Asked:
    """Return what words mean, if nobody has found that out yet."""
    return text if isinstance(text, Asked) else Asked(text, vocabularies, language)


class Narrowed(Asked):
    """A search of which some words are found nowhere, or not together."""

    def __init__(
        self, asked: Asked, words: list[Word], choices: list[tuple[Word, ...]], matched: int
    ) -> None:
        self.language, self.text, self.words = asked.language, asked.text, words
        self.choices = choices
        self._matched = matched

    @property
    def matched(self) -> int:
        return self._matched


def _one_of(choices: Sequence[Sequence[TsQuery]]) -> TsQuery:
    """What has everything of one choice at least."""
    return reduce(or_, [reduce(and_, queries) for queries in choices])


def _parts(text: str) -> list[str]:
    """Return what a row may match on its own: the words, or the whole text if it uses websearch
    syntax ("a phrase", -without)."""
    if not re.search(r"\w", text):
        return []
    words = re.findall(r"[^\W_]{2,}", text)
    if '"' in text or re.search(r"(^|\s)-\w", text) or not words:
        return [text]
    return words


def _phrases(parts: Sequence[str], words: Sequence[Word]) -> list[tuple[str, list[Word]]]:
    """Return what may name a term: each word alone, and two and three next to each other with the
    fillers among them ("ohne Termin"). Each with the words that it speaks for."""
    waiting = list(words)
    line = [
        (part.lower(), waiting.pop(0) if waiting and waiting[0].text == part else None)
        for part in parts
    ]
    phrases = []
    for length in range(1, LONGEST_PHRASE + 1):
        for start in range(len(line) - length + 1):
            some = line[start : start + length]
            if meant := [word for _text, word in some if word]:
                phrases.append((" ".join(text for text, _word in some), meant))
    return phrases


AS_A_WHOLE = r"term.names ~ ('\m' || phrase.words || '\M')"
#: A name has it at the beginning or the end of a word: "kurs" is in "Sprachkurs", but "velo" is not
#: in "development".
AT_AN_EDGE = r"""strpos(term.names, phrase.words) > 0
                AND term.names ~ ('\m' || phrase.words || '|' || phrase.words || '\M')"""


def _widening(vocabularies: dict[str, type[Term]]) -> str:
    """Return the SQL that finds known words and terms: rows of (how, kind of term or nothing,
    number of the word or phrase, word or key, whether a term has it as a whole word)."""
    known = """
        SELECT 'inside' AS how, '' AS kind, asked.number, found.word, false AS is_whole
        FROM asked CROSS JOIN LATERAL (
            SELECT word FROM common_knownword
            WHERE length(asked.folded) >= %(shortest)s AND folded LIKE '%%' || asked.folded || '%%'
            ORDER BY length(folded), word LIMIT 40
        ) AS found
        UNION ALL
        SELECT 'like', '', number, word, false FROM alike"""
    # The names of kinds and tables are the code's own; everything typed is a parameter.
    terms = [
        f"""
        SELECT phrase.how, '{kind}', phrase.number, term.key, {AS_A_WHOLE}
        FROM (
            SELECT key, lower(labels::text || synonyms::text) AS names
            FROM {model._meta.db_table}
            OFFSET 0  -- put together once, not for each phrase
        ) AS term
        JOIN phrase ON length(phrase.words) >= %(shortest_name)s
            AND {AS_A_WHOLE if model.NAMED_IN_FULL else AT_AN_EDGE}"""  # noqa: S608
        for kind, model in vocabularies.items()
    ]
    return f"""
        SELECT how, kind, number, word, is_whole FROM (
            WITH asked AS (
                SELECT common_folded(words.word) AS folded, words.number - 1 AS number
                FROM unnest(%(words)s::text[]) WITH ORDINALITY AS words (word, number)
            ), alike AS (
                SELECT asked.number, found.word
                FROM asked CROSS JOIN LATERAL (
                    SELECT word FROM common_knownword
                    WHERE length(asked.folded) >= %(shortest)s AND folded %% asked.folded
                        AND levenshtein_less_equal(folded, asked.folded, %(most_wrong)s) <=
                            CASE WHEN length(asked.folded) < 6 THEN %(most_wrong_short)s
                            ELSE %(most_wrong)s END
                    ORDER BY levenshtein(folded, asked.folded), word LIMIT 6
                ) AS found
            ), phrase AS (
                SELECT 'named' AS how, phrases.words, phrases.number - 1 AS number
                FROM unnest(%(phrases)s::text[]) WITH ORDINALITY AS phrases (words, number)
                UNION ALL
                SELECT 'like', word, number FROM alike
                UNION ALL
                SELECT 'spelt', known.word, asked.number
                FROM asked JOIN common_knownword AS known ON known.folded = asked.folded
            )
            {" UNION ALL ".join([known, *terms])}
        ) AS widened"""  # noqa: S608
