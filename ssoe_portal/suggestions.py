"""What somebody who types may mean: names of things, while the word is not finished."""

import re
from dataclasses import dataclass

from django.db import connection

from actors.models import Category, OfferTrait, SpokenLanguage
from actors.models.organisation_search import LETTERS, NAME_BEGINS
from ssoe_portal.common.asking import LONGEST, configuration
from ssoe_portal.common.geography import Area
from ssoe_portal.common.translation import BASE_LANGUAGE, current_language
from ssoe_portal.common.vocabulary import unaccented

#: Shown at once, and of each kind; letters from which on it is worth asking.
MOST, OF_EACH, SHORTEST = 8, 4, 2


@dataclass(frozen=True)
class Suggestion:
    """Words to search for; `lang` where they are in German and the reader's language is not."""

    words: str
    lang: str = ""


def suggestions(typed: str) -> list[Suggestion]:
    """Return names of which a word begins with these letters: topics, places and languages first,
    then organisations, then titles of offers. One query."""
    typed = " ".join(typed.replace("\0", " ").split())[:LONGEST]
    if len(typed) < SHORTEST:
        return []
    *whole, last = typed.split()
    with connection.cursor() as cursor:
        cursor.execute(
            SQL,
            {
                "language": current_language(),
                # What would stand for any letters is only itself.
                "letters": re.sub(r"([\\%_])", r"\\\1", typed),
                "config": configuration(BASE_LANGUAGE),
                "whole": " ".join(whole),
                "last": f"{last}:*" if last.isalnum() else "",
            },
        )
        rows = sorted(cursor.fetchall())
    terms = [words for kind, _place, words, _lang in rows if kind == TERM]
    first = sorted(terms, key=lambda label: _distance(label, typed))[:OF_EACH]
    found = {words: Suggestion(words) for words in first}
    for kind, _place, words, lang in rows:
        if kind != TERM:
            found.setdefault(words, Suggestion(words, lang))
    return list(found.values())[:MOST]


def _distance(label: str, typed: str) -> tuple[bool, bool, int, str]:
    """What is called so before what begins so ("Buch", "Buchholz"), and that before what has it in
    another word ("Französisch Buchholz"); the short ones first."""
    name, start = unaccented(label), unaccented(typed)
    return (name != start, not name.startswith(start), len(name), name)


TERM, ORGANISATION, OFFER = range(3)
FOLDED = "common_folded(%(letters)s)"
BEGINS, INSIDE = f"{FOLDED} || '%%'", f"'%% ' || {FOLDED} || '%%'"
LABELS = " UNION ".join(
    f"""
        SELECT coalesce(labels ->> %(language)s, labels ->> '{BASE_LANGUAGE}') AS label
        FROM {vocabulary._meta.db_table}"""  # noqa: S608 (the models' own names)
    for vocabulary in (Category, Area, OfferTrait, SpokenLanguage)
)
#: Rows of (kind, place within it, words, language if not the reader's). Of organisations those that
#: begin so are read from an index in order; others only where these are not enough. Of offers the
#: freshest come first: the index of titles knows words by their beginnings.
SQL = f"""
    SELECT {TERM}, 0, label, ''
    FROM (SELECT label, common_folded(label) AS name FROM ({LABELS}) AS labels OFFSET 0) AS term
    WHERE name LIKE {BEGINS} OR name LIKE {INSIDE}
    UNION ALL
    SELECT {ORGANISATION}, row_number() OVER (ORDER BY part, start, organisation_id), name, ''
    FROM (
        (
            SELECT 0 AS part, {NAME_BEGINS} AS start, organisation_id
            FROM actors_organisationsearch
            WHERE {NAME_BEGINS} LIKE left({FOLDED}, {LETTERS}) || '%%' AND names LIKE {BEGINS}
            ORDER BY start, organisation_id LIMIT {OF_EACH}
        )
        UNION ALL
        (
            SELECT 1, {NAME_BEGINS} AS start, organisation_id
            FROM actors_organisationsearch
            WHERE names LIKE {INSIDE} AND names NOT LIKE {BEGINS}
            ORDER BY start, organisation_id LIMIT {OF_EACH}
        )
        LIMIT {OF_EACH}
    ) AS found JOIN actors_organisation ON id = organisation_id
    UNION ALL
    SELECT {OFFER}, row_number() OVER (ORDER BY fresh DESC, offer.id DESC),
        coalesce(own.title, offer.title),
        CASE WHEN own.title IS NULL AND %(language)s <> '{BASE_LANGUAGE}' THEN '{BASE_LANGUAGE}'
            ELSE '' END
    FROM (
        SELECT offer_id, fresh FROM actors_offersearch
        WHERE %(last)s <> '' AND title @@ (
            plainto_tsquery(%(config)s::regconfig, %(whole)s)
            && to_tsquery(%(config)s::regconfig, %(last)s)
        )
        ORDER BY fresh DESC, offer_id DESC LIMIT {OF_EACH}
    ) AS found JOIN actors_offer AS offer ON offer.id = offer_id
    LEFT JOIN actors_offertranslation AS own
        ON own.original_id = offer.id AND own.language = %(language)s"""  # noqa: S608 (only numbers and the models' own names; what is typed is a parameter)
