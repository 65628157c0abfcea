"""Each public offer in one narrow row for the search, kept true by the database."""

from django.db import migrations

# PostgreSQL stores long values apart only in rows of more than 2,000 bytes. Counting choices reads
# thousands of rows and none of their words, so they must lie apart in every row: blanks, which take
# 40 bytes once compressed, make each row long enough. It is a seventh of the pages to read, and a
# third of the time for a word that a quarter of all offers have.
APART = """
ALTER TABLE actors_offersearch
    SET (toast_tuple_target = 128),
    ALTER COLUMN vector SET STORAGE EXTERNAL,
    ALTER COLUMN title SET STORAGE EXTERNAL,
    ALTER COLUMN facets SET STORAGE PLAIN,
    ALTER COLUMN languages SET STORAGE MAIN,
    ALTER COLUMN target_groups SET STORAGE MAIN,
    ADD COLUMN blanks text GENERATED ALWAYS AS (repeat(' ', 2000)) STORED;
"""
TOGETHER = "ALTER TABLE actors_offersearch DROP COLUMN blanks;"

FUNCTIONS = """
CREATE FUNCTION actors_week_of(of_offer bigint, day date) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT bit_or(
            1 << weekday
            | CASE WHEN closes > '18:00' OR closes = '0:00' THEN 128 ELSE 0 END
        )
        FROM actors_offertime WHERE offer_id = of_offer AND (valid_until IS NULL OR valid_until >= day)
    ), 0)
$$;

CREATE FUNCTION actors_refresh_offersearch(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM actors_offersearch WHERE offer_id = ANY (ids) AND NOT EXISTS (
        SELECT FROM actors_offer AS offer
        JOIN actors_organisation AS organisation ON organisation.id = offer.organisation_id
        WHERE offer.id = offer_id
            AND offer.status = 'published' AND organisation.status = 'published'
    );
    INSERT INTO actors_offersearch (
        offer_id, title, vector, category_id, area_id, facets, languages, target_groups,
        traits, week, week_until, latitude, longitude, fresh
    )
    SELECT
        offer.id,
        strip(
            ts_filter(words.all_words, '{a}')
            || array_to_tsvector(ARRAY['=category=' || category.key])
        ),
        strip(words.all_words || array_to_tsvector(terms.tokens)),
        offer.category_id,
        offer.area_id,
        substr(int4send(traits.bits), 2) || facets.bits,
        languages.found,
        target_groups.found,
        traits.bits,
        week.bits,
        week.until,
        offer.latitude,
        offer.longitude,
        greatest(offer.confirmed_at, offer.checked_at, offer.published_at)
    FROM actors_offer AS offer
    JOIN actors_organisation AS organisation ON organisation.id = offer.organisation_id
    JOIN actors_category AS category ON category.id = offer.category_id
    LEFT JOIN common_area AS area ON area.id = offer.area_id
    LEFT JOIN common_area AS district ON district.key = area.parent AND area.parent <> ''
    -- As `Offer.is_at_organisation` says it.
    CROSS JOIN LATERAL (
        SELECT offer.street = '' AND offer.postcode = '' AND offer.area_id = organisation.area_id
            AS is_there
    ) AS house
    CROSS JOIN LATERAL (
        SELECT
            actors_week_of(offer.id, today.day) AS bits,
            (
                SELECT min(valid_until) FROM actors_offertime
                WHERE offer_id = offer.id AND valid_until >= today.day
            ) AS until
        FROM (SELECT (now() AT TIME ZONE 'Europe/Berlin')::date AS day) AS today
    ) AS week
    CROSS JOIN LATERAL (
        SELECT
            setweight(to_tsvector('german', offer.title), 'A')
            || to_tsvector('german', offer.summary || ' ' || offer.description)
            || to_tsvector('german', organisation.name || ' ' || organisation.short_name)
            || coalesce((
                SELECT common_all_words(
                    setweight(to_tsvector(common_configuration(language), title), 'A')
                    || to_tsvector(
                        common_configuration(language), summary || ' ' || description
                    )
                )
                FROM actors_offertranslation WHERE original_id = offer.id
            ), '') AS all_words
    ) AS words
    CROSS JOIN LATERAL (
        SELECT coalesce(',' || string_agg(spoken.id::text, ',' ORDER BY spoken.id) || ',', '')
                AS found,
            coalesce(array_agg(spoken.id), '{0}') AS keys,
            coalesce(array_agg('=language=' || spoken.key) FILTER (WHERE spoken.key <> 'de'), '{}')
                AS tokens
        FROM actors_offer_languages AS link
        JOIN actors_spokenlanguage AS spoken ON spoken.id = link.spokenlanguage_id
        WHERE link.offer_id = offer.id
    ) AS languages
    CROSS JOIN LATERAL (
        SELECT coalesce(',' || string_agg(audience.id::text, ',' ORDER BY audience.id) || ',', '')
                AS found,
            coalesce(array_agg(audience.id), '{0}') AS keys,
            coalesce(array_agg('=group=' || audience.key), '{}') AS tokens
        FROM actors_offer_target_groups AS link
        JOIN actors_targetgroup AS audience ON audience.id = link.targetgroup_id
        WHERE link.offer_id = offer.id
    ) AS target_groups
    CROSS JOIN LATERAL (
        SELECT
            CASE offer.cost WHEN 'free' THEN 1 WHEN 'donation' THEN 2 ELSE 4 END
                | CASE offer.appointment WHEN 'none' THEN 8 WHEN 'registration' THEN 16 ELSE 32 END
                | CASE WHEN offer.is_women_only THEN 64 ELSE 0 END
                | CASE WHEN offer.has_childcare THEN 128 ELSE 0 END
                | CASE WHEN offer.is_step_free THEN 256 ELSE 0 END
                | CASE WHEN offer.is_online THEN 512 ELSE 0 END
                | CASE WHEN house.is_there AND organisation.has_lift THEN 1024 ELSE 0 END
                | CASE WHEN house.is_there AND organisation.has_accessible_toilet THEN 2048 ELSE 0 END
                | CASE WHEN house.is_there AND organisation.has_induction_loop THEN 4096 ELSE 0 END
                | CASE WHEN house.is_there AND organisation.has_quiet_room THEN 8192 ELSE 0 END
                | CASE WHEN offer.residence_status = 'not-asked' THEN 16384 ELSE 0 END
            AS bits
    ) AS traits
    -- As `facets.Packed` reads it: one bit of 136 for each term.
    CROSS JOIN LATERAL (
        SELECT
            substr(
                bit_send(coalesce(bit_or(set_bit(0::bit(136), number, 1)), 0::bit(136))), 5
            ) AS bits
        FROM (
            SELECT 'actors_category' AS vocabulary, offer.category_id AS term
            UNION ALL SELECT 'common_area', coalesce(offer.area_id, 0)
            UNION ALL SELECT 'actors_spokenlanguage', unnest(languages.keys)
            UNION ALL SELECT 'actors_targetgroup', unnest(target_groups.keys)
        ) AS said
        JOIN common_facetnumber AS own ON own.rows = 'actors_offersearch'
            AND own.vocabulary = said.vocabulary AND own.term = said.term
    ) AS facets
    CROSS JOIN LATERAL (
        SELECT languages.tokens || target_groups.tokens || array_remove(ARRAY[
            '=category=' || category.key,
            '=area=' || area.key,
            '=area=' || district.key,
            '=trait=' || offer.cost,
            CASE WHEN offer.appointment = 'none' THEN '=trait=no-appointment' END,
            CASE WHEN offer.is_women_only THEN '=trait=women-only' END,
            CASE WHEN offer.has_childcare THEN '=trait=childcare' END,
            CASE WHEN offer.is_step_free THEN '=trait=step-free' END,
            CASE WHEN offer.is_online THEN '=trait=online' END,
            CASE WHEN week.bits & 1 > 0 THEN '=trait=monday' END,
            CASE WHEN week.bits & 2 > 0 THEN '=trait=tuesday' END,
            CASE WHEN week.bits & 4 > 0 THEN '=trait=wednesday' END,
            CASE WHEN week.bits & 8 > 0 THEN '=trait=thursday' END,
            CASE WHEN week.bits & 16 > 0 THEN '=trait=friday' END,
            CASE WHEN week.bits & 32 > 0 THEN '=trait=saturday' END,
            CASE WHEN week.bits & 64 > 0 THEN '=trait=sunday' END,
            CASE WHEN week.bits & 96 > 0 THEN '=trait=weekend' END,
            CASE WHEN week.bits & 128 > 0 THEN '=trait=evening' END
        ], NULL) AS tokens
    ) AS terms
    WHERE offer.id = ANY (ids)
        AND offer.status = 'published' AND organisation.status = 'published'
    ON CONFLICT (offer_id) DO UPDATE SET
        title = excluded.title, vector = excluded.vector, category_id = excluded.category_id,
        area_id = excluded.area_id, facets = excluded.facets,
        languages = excluded.languages, target_groups = excluded.target_groups,
        traits = excluded.traits, week = excluded.week, week_until = excluded.week_until,
        latitude = excluded.latitude, longitude = excluded.longitude,
        fresh = excluded.fresh;
$$;

-- One call for all rows that a statement has changed; the argument names what leads to the offer.
CREATE FUNCTION actors_offer_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[];
BEGIN
    EXECUTE format('SELECT array_agg(DISTINCT %I) FROM changed', TG_ARGV[0]) INTO ids;
    IF ids IS NOT NULL THEN
        PERFORM actors_refresh_offersearch(ids);
    END IF;
    RETURN NULL;
END $$;

-- Of an organisation only what the search reads: whether it is public, its names, its place, and
-- what its house has.
CREATE FUNCTION actors_offers_organisation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, OLD.name, OLD.short_name, OLD.area_id, OLD.has_lift, OLD.has_accessible_toilet, OLD.has_induction_loop, OLD.has_quiet_room) IS DISTINCT FROM (NEW.status, NEW.name, NEW.short_name, NEW.area_id, NEW.has_lift, NEW.has_accessible_toilet, NEW.has_induction_loop, NEW.has_quiet_room)
    THEN
        PERFORM actors_refresh_offersearch(
            ARRAY(SELECT id FROM actors_offer WHERE organisation_id = NEW.id)
        );
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER offersearch_organisation AFTER UPDATE ON actors_organisation
    FOR EACH ROW EXECUTE FUNCTION actors_offers_organisation_changed();

-- A row goes with its offer, whoever deletes it in whichever order: what is taken out of its lists
-- first writes the row once more.
CREATE FUNCTION actors_offer_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM actors_offersearch USING removed WHERE offer_id = removed.id;
    RETURN NULL;
END $$;

CREATE TRIGGER offersearch_delete AFTER DELETE ON actors_offer
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT
    EXECUTE FUNCTION actors_offer_deleted();
"""

#: What facets count lies in bits, one for each term of these.
VOCABULARIES = ("actors_category", "common_area", "actors_spokenlanguage", "actors_targetgroup")

NUMBERED = "\n".join(
    f"""
    CREATE TRIGGER offersearch_numbered AFTER INSERT OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION common_numbered('actors_offersearch');"""
    for table in VOCABULARIES
)

TABLES = {
    "actors_offer": "id",
    "actors_offertranslation": "original_id",
    "actors_offer_languages": "offer_id",
    "actors_offer_target_groups": "offer_id",
    "actors_offertime": "offer_id",
}

TRIGGERS = "\n".join(
    f"""
    CREATE TRIGGER offersearch_insert AFTER INSERT ON {table}
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
        EXECUTE FUNCTION actors_offer_changed('{column}');
    CREATE TRIGGER offersearch_update AFTER UPDATE ON {table}
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
        EXECUTE FUNCTION actors_offer_changed('{column}');"""
    + (
        ""
        if table == "actors_offer"
        else f"""
    CREATE TRIGGER offersearch_delete AFTER DELETE ON {table}
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
        EXECUTE FUNCTION actors_offer_changed('{column}');"""
    )
    for table, column in TABLES.items()
)

UNDO = (
    "\n".join(f"DROP TRIGGER offersearch_numbered ON {table};" for table in VOCABULARIES)
    + "\n".join(
        f"DROP TRIGGER IF EXISTS offersearch_{event} ON {table};"
        for table in TABLES
        for event in ("insert", "update", "delete")
    )
    + """
DROP TRIGGER offersearch_organisation ON actors_organisation;
DROP FUNCTION actors_offers_organisation_changed();
DROP FUNCTION actors_offer_changed();
DROP FUNCTION actors_offer_deleted();
DROP FUNCTION actors_refresh_offersearch(bigint[]);
DROP FUNCTION actors_week_of(bigint, date);
"""
)

ALL = "SELECT actors_refresh_offersearch(ARRAY(SELECT id FROM actors_offer))"


class Migration(migrations.Migration):
    dependencies = [("actors", "0001_initial")]

    operations = [
        migrations.RunSQL(APART, TOGETHER),
        migrations.RunSQL(FUNCTIONS + NUMBERED + TRIGGERS, UNDO),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
