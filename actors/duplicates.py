"""Finding organisations that may be listed twice.

The whole directory is never compared with itself on a page: names are long and alike, and thirty
thousand of them take minutes. Instead the pairs are kept (`DuplicatePair`); at night, and when an
entry is handed in or published, those are compared anew of which name, place or contacts are not
what they were (`Organisation.compared`), by one statement over the trigram index on their names.
"""

from django.db import connection, transaction

from actors.legal_forms import IN_SQL
from actors.models import DuplicatePair, Organisation

#: How alike two names must be, from 0 to 1 (pg_trgm's `similarity` of what counts of a name).
LIKENESS = 0.6
#: How many entries are compared with all others in one transaction.
BATCH = 500

#: What an organisation is compared by, as it is now; "030 123" and "+49 (0)30/123" are one number,
#: "https://www.example.org/" and "http://example.org" one website.
_KEYS = r"""
    SELECT id,
        regexp_replace(
            lower(website), '^https?://(www\.)?|/+$', '', 'g'
        ) AS website,
        lower(email) AS email,
        regexp_replace(
            regexp_replace(
                regexp_replace(phone, '\(0\)|[^0-9+]', '', 'g'), '^00', '+'
            ),
            '^\+49', '0'
        ) AS phone
    FROM actors_organisation
    WHERE status <> 'archived'
"""
_STATE = """md5(concat_ws(
    '|', name, coalesce(area_id, 0), lower(website), lower(email), phone
))"""
_CHANGED = f"""
    SELECT id FROM actors_organisation
    WHERE status <> 'archived' AND compared <> {_STATE}
    ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - made of constants only
#: What is compared while one of two lies in the archive never meets the other: so whatever comes
#: back from there is compared anew.
_ARCHIVED = """
    UPDATE actors_organisation SET compared = '' WHERE id IN (
        SELECT id FROM actors_organisation
        WHERE status = 'archived' AND compared <> ''
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
"""
_FORGET = """
    DELETE FROM actors_duplicatepair
    WHERE differ_since IS NULL AND (first_id = ANY(%(ids)s) OR second_id = ANY(%(ids)s))
"""
_BARE = f"regexp_replace(common_folded({{}}), '{IN_SQL}', '')"
# Each way to be the same is a join of its own, so that each takes its own index or hash.
_FIND = f"""
    WITH keys AS MATERIALIZED ({_KEYS}),
    mine AS MATERIALIZED (
        SELECT keys.*, area_id, common_folded(name) AS name, {_BARE.format("name")} AS bare
        FROM keys JOIN actors_organisation USING (id) WHERE id = ANY(%(ids)s)
    ),
    found (one, other, reason) AS (
        SELECT mine.id, other.id, 'name'
        FROM mine JOIN actors_organisation AS other
            ON common_folded(other.name) %% mine.name
            AND other.id <> mine.id AND other.status <> 'archived'
            AND (other.area_id = mine.area_id OR other.area_id IS NULL OR mine.area_id IS NULL)
        UNION ALL
        -- Short names are not alike where they end in different legal forms. LIKE takes the index.
        SELECT mine.id, other.id, 'name'
        FROM mine JOIN actors_organisation AS other
            ON common_folded(other.name) LIKE mine.bare || '%%'
            AND {_BARE.format("other.name")} = mine.bare AND mine.bare <> ''
            AND other.id <> mine.id AND other.status <> 'archived'
            AND (other.area_id = mine.area_id OR other.area_id IS NULL OR mine.area_id IS NULL)
        UNION ALL
        SELECT mine.id, keys.id, 'website' FROM mine JOIN keys
            ON keys.website = mine.website AND mine.website <> '' AND keys.id <> mine.id
        UNION ALL
        SELECT mine.id, keys.id, 'email' FROM mine JOIN keys
            ON keys.email = mine.email AND mine.email <> '' AND keys.id <> mine.id
        UNION ALL
        SELECT mine.id, keys.id, 'phone' FROM mine JOIN keys
            ON keys.phone = mine.phone AND mine.phone <> '' AND keys.id <> mine.id
    ),
    pairs AS (
        SELECT least(one, other) AS first, greatest(one, other) AS second,
            array_agg(DISTINCT reason) AS reasons
        FROM found GROUP BY 1, 2
    )
    INSERT INTO actors_duplicatepair (first_id, second_id, likeness, reasons, found_at)
    SELECT pairs.first, pairs.second,
        similarity({_BARE.format("one.name")}, {_BARE.format("other.name")}), pairs.reasons, now()
    FROM pairs JOIN actors_organisation AS one ON one.id = pairs.first
        JOIN actors_organisation AS other ON other.id = pairs.second
    ON CONFLICT (first_id, second_id) DO NOTHING
"""  # noqa: S608
_REMEMBER = f"UPDATE actors_organisation SET compared = {_STATE} WHERE id = ANY(%(ids)s)"  # noqa: S608


def find(*, only: int | None = None) -> int:
    """Compare what has changed since it was last compared, or only one entry, with all others;
    return how many entries were compared. Each batch counts by itself: a crash loses one."""
    with connection.cursor() as cursor:
        cursor.execute(_ARCHIVED)
    if only is not None:
        with transaction.atomic():
            _compare([only])
        return 1
    compared = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CHANGED, {"limit": BATCH})
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return compared
            _compare(ids)
            compared += len(ids)


def find_soon(organisation: Organisation) -> None:
    """Compare an entry with all others in the background, once what is written now is stored."""
    from actors.tasks import compare

    compare.defer(organisation_id=organisation.pk)


def find_all_soon() -> None:
    """Compare all that has changed in the background, once what is written now is stored."""
    from actors.tasks import compare_changed

    compare_changed.defer()


def _compare(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        # What `%` takes for similar, until the transaction ends.
        cursor.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %(likeness)s, true)",
            {"likeness": str(LIKENESS)},
        )
        for statement in (_FORGET, _FIND, _REMEMBER):
            cursor.execute(statement, {"ids": ids})
        # Whatever comes later in the same transaction finds names as it did before.
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', '0.3', true)")


def published_twins(organisation: Organisation) -> list[Organisation]:
    """Return the public entries that may be about the same organisation as a draft: its owner is
    asked before it is handed in."""
    pairs = DuplicatePair.objects.filter(differ_since__isnull=True)
    twins = Organisation.objects.published().select_related("area").prefetch_related("memberships")
    return list(
        twins.filter(pk__in=pairs.filter(second=organisation).values("first"))
        | twins.filter(pk__in=pairs.filter(first=organisation).values("second"))
    )
