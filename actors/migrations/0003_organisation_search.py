"""Each public organisation in one narrow row for the search, kept true by the database."""

from django.db import migrations

# As in 0002: words lie apart from what is counted, in every row.
APART = """
ALTER TABLE actors_organisationsearch
    SET (toast_tuple_target = 128),
    ALTER COLUMN vector SET STORAGE EXTERNAL,
    ALTER COLUMN title SET STORAGE EXTERNAL,
    ALTER COLUMN facets SET STORAGE PLAIN,
    ALTER COLUMN names SET STORAGE MAIN,
    ALTER COLUMN sorted_by SET STORAGE MAIN,
    ALTER COLUMN areas SET STORAGE MAIN,
    ALTER COLUMN fields SET STORAGE MAIN,
    ALTER COLUMN languages SET STORAGE MAIN,
    ALTER COLUMN target_groups SET STORAGE MAIN,
    ALTER COLUMN sdgs SET STORAGE MAIN,
    ALTER COLUMN networks SET STORAGE MAIN,
    ADD COLUMN blanks text GENERATED ALWAYS AS (repeat(' ', 2000)) STORED;
"""
TOGETHER = "ALTER TABLE actors_organisationsearch DROP COLUMN blanks;"


def terms(kind: str, relation: str, table: str, column: str) -> str:
    """Return what reads the terms that an organisation has of one vocabulary."""
    return f"""
    CROSS JOIN LATERAL (
        SELECT coalesce(',' || string_agg(term.id::text, ',' ORDER BY term.id) || ',', '') AS found,
            coalesce(array_agg(term.id), '{{0}}') AS keys,
            coalesce(array_agg('={kind}=' || term.key) FILTER (WHERE term.key <> 'de'), '{{}}')
                AS tokens
        FROM actors_organisation_{relation} AS link JOIN actors_{table} AS term
            ON term.id = link.{column}_id
        WHERE link.organisation_id = organisation.id
    ) AS {relation}"""  # noqa: S608


TERMS = (
    ("field", "fields", "field", "field"),
    ("language", "languages", "spokenlanguage", "spokenlanguage"),
    ("group", "target_groups", "targetgroup", "targetgroup"),
    ("sdg", "sdgs", "sdg", "sdg"),
    ("self-description", "self_descriptions", "selfdescription", "selfdescription"),
)

FUNCTIONS = f"""
CREATE FUNCTION actors_refresh_organisationsearch(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM actors_organisationsearch WHERE organisation_id = ANY (ids) AND NOT EXISTS (
        SELECT FROM actors_organisation AS organisation
        WHERE organisation.id = organisation_id AND organisation.status = 'published'
    );
    INSERT INTO actors_organisationsearch (
        organisation_id, title, vector, names, sorted_by, traits, facets, areas, fields, languages,
        target_groups, sdgs, networks, latitude, longitude, is_faded
    )
    SELECT
        organisation.id,
        strip(to_tsvector('german', names.every) || array_to_tsvector(fields.tokens)),
        strip(
            to_tsvector('german', names.every)
            || to_tsvector('german', organisation.summary || ' ' || organisation.description)
            || to_tsvector('german', organisation.access_note || ' ' || branches.names)
            || networks.words
            || translated.words
            || array_to_tsvector(
                fields.tokens || languages.tokens || target_groups.tokens || sdgs.tokens
                || self_descriptions.tokens || places.tokens
                || array_remove(ARRAY['=legal-form=' || legal_form.key], NULL)
            )
        ),
        common_folded(names.every),
        lower(unaccent(organisation.name)),
        traits.bits,
        substr(int4send(traits.bits), 2) || facets.bits,
        areas.found,
        fields.found,
        languages.found,
        target_groups.found,
        sdgs.found,
        networks.found,
        organisation.latitude,
        organisation.longitude,
        organisation.is_faded
    FROM actors_organisation AS organisation
    LEFT JOIN actors_legalform AS legal_form ON legal_form.id = organisation.legal_form_id
    CROSS JOIN LATERAL (
        SELECT concat_ws(
            E'\\n', organisation.name, organisation.short_name,
            regexp_replace(organisation.other_names, '[ \\t\\r]*\\n\\s*', E'\\n', 'g')
        ) AS every
    ) AS names
    {"".join(terms(*each) for each in TERMS)}
    CROSS JOIN LATERAL (
        SELECT coalesce(string_agg(name, ' '), '') AS names
        FROM actors_branch WHERE organisation_id = organisation.id
    ) AS branches
    CROSS JOIN LATERAL (
        SELECT
            coalesce(',' || string_agg(network.id::text, ',' ORDER BY network.id) || ',', '')
                AS found,
            coalesce(common_all_words(to_tsvector('german', network.name)), '')
            || coalesce(common_all_words((
                SELECT common_all_words(to_tsvector(common_configuration(language), name))
                FROM actors_networktranslation WHERE original_id = network.id
            )), '') AS words
        FROM actors_networkmembership AS membership
        JOIN actors_network AS network ON network.id = membership.network_id
        WHERE membership.organisation_id = organisation.id
    ) AS networks
    CROSS JOIN LATERAL (
        SELECT coalesce(common_all_words(
            to_tsvector(
                common_configuration(language), summary || ' ' || description || ' ' || access_note
            )
        ), '') AS words
        FROM actors_organisationtranslation WHERE original_id = organisation.id
    ) AS translated
    CROSS JOIN LATERAL (
        SELECT coalesce(',' || string_agg(area.id::text, ',' ORDER BY area.id) || ',', '') AS found,
            array_agg(area.id) AS keys,
            coalesce(array_agg('=area=' || area.key) FILTER (WHERE area.is_named), '{{}}') AS tokens
        FROM (
            SELECT area.id, area.key,
                bool_or(area.key IN (place.key, place.parent)) AS is_named
            FROM (
                SELECT organisation.area_id AS id
                UNION SELECT area_id FROM actors_branch WHERE organisation_id = organisation.id
            ) AS stated
            JOIN common_area AS place ON place.id = stated.id
            JOIN common_area AS area
                ON area.key IN (place.key, place.parent) OR area.parent = place.key
            GROUP BY area.id, area.key
        ) AS area
    ) AS places
    CROSS JOIN LATERAL (
        SELECT
            CASE organisation.kind
                WHEN 'social-enterprise' THEN 1 WHEN 'agency' THEN 2 WHEN 'public' THEN 4
                WHEN 'association' THEN 8 WHEN 'company' THEN 16 WHEN 'foundation' THEN 32
                WHEN 'accommodation' THEN 64 WHEN 'education' THEN 128 WHEN 'initiative' THEN 256
                ELSE 0 END
                | CASE organisation.stage
                WHEN 'established' THEN 512 WHEN 'new' THEN 1024 WHEN 'transition' THEN 2048
                ELSE 0 END
                | CASE WHEN organisation.is_nonprofit THEN 4096 ELSE 0 END
                | CASE WHEN organisation.is_step_free THEN 8192 ELSE 0 END
                | CASE WHEN organisation.has_lift THEN 16384 ELSE 0 END
                | CASE WHEN organisation.has_accessible_toilet THEN 32768 ELSE 0 END
                | CASE WHEN organisation.has_induction_loop THEN 65536 ELSE 0 END
                | CASE WHEN organisation.has_quiet_room THEN 131072 ELSE 0 END
            AS bits
    ) AS traits
    -- Who is there for the whole city is found everywhere, whatever places it has besides.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN organisation.area_id IS NULL THEN '' ELSE places.found END AS found,
            CASE WHEN organisation.area_id IS NULL THEN '{{0}}' ELSE places.keys END AS keys
    ) AS areas
    -- As `facets.Packed` reads it: one bit of 136 for each term.
    CROSS JOIN LATERAL (
        SELECT
            substr(
                bit_send(coalesce(bit_or(set_bit(0::bit(136), number, 1)), 0::bit(136))), 5
            ) AS bits
        FROM (
            SELECT 'common_area' AS vocabulary, unnest(areas.keys) AS term
            UNION ALL SELECT 'actors_field', unnest(fields.keys)
            UNION ALL SELECT 'actors_spokenlanguage', unnest(languages.keys)
            UNION ALL SELECT 'actors_targetgroup', unnest(target_groups.keys)
            UNION ALL SELECT 'actors_sdg', unnest(sdgs.keys)
        ) AS said
        JOIN common_facetnumber AS own ON own.rows = 'actors_organisationsearch'
            AND own.vocabulary = said.vocabulary AND own.term = said.term
    ) AS facets
    WHERE organisation.id = ANY (ids) AND organisation.status = 'published'
    ON CONFLICT (organisation_id) DO UPDATE SET
        title = excluded.title, vector = excluded.vector, names = excluded.names,
        sorted_by = excluded.sorted_by, traits = excluded.traits, facets = excluded.facets,
        areas = excluded.areas, fields = excluded.fields, languages = excluded.languages,
        target_groups = excluded.target_groups, sdgs = excluded.sdgs,
        networks = excluded.networks, latitude = excluded.latitude,
        longitude = excluded.longitude, is_faded = excluded.is_faded;
$$;

-- One call for all rows that a statement has changed; the argument names what leads to them. What
-- moves to another organisation (a merge) changes both.
CREATE FUNCTION actors_organisation_belongings_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[]; before text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := format(' UNION SELECT %I FROM before', TG_ARGV[0]);
    END IF;
    EXECUTE format(
        'SELECT array_agg(DISTINCT id) FROM (SELECT %I AS id FROM changed' || before || ') AS rows',
        TG_ARGV[0]
    ) INTO ids;
    IF ids IS NOT NULL THEN
        PERFORM actors_refresh_organisationsearch(ids);
    END IF;
    RETURN NULL;
END $$;

-- Most changes of an organisation (asked, confirmed, compared) are nothing to the search.
CREATE FUNCTION actors_organisations_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[];
BEGIN
    SELECT array_agg(now.id) INTO ids
    FROM changed AS now JOIN before USING (id)
    WHERE (
        now.status, now.name, now.short_name, now.other_names, now.summary, now.description,
        now.access_note, now.kind, now.stage, now.is_nonprofit, now.legal_form_id, now.area_id,
        now.latitude, now.longitude, now.is_faded, now.is_step_free, now.has_lift,
        now.has_accessible_toilet, now.has_induction_loop, now.has_quiet_room
    ) IS DISTINCT FROM (
        before.status, before.name, before.short_name, before.other_names, before.summary,
        before.description, before.access_note, before.kind, before.stage, before.is_nonprofit,
        before.legal_form_id, before.area_id, before.latitude, before.longitude, before.is_faded,
        before.is_step_free, before.has_lift, before.has_accessible_toilet,
        before.has_induction_loop, before.has_quiet_room
    );
    IF ids IS NOT NULL THEN
        PERFORM actors_refresh_organisationsearch(ids);
    END IF;
    RETURN NULL;
END $$;

-- Whatever belonged to it may have gone before it, and have written its row once more.
CREATE FUNCTION actors_organisations_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM actors_organisationsearch USING gone WHERE organisation_id = gone.id;
    RETURN NULL;
END $$;

CREATE FUNCTION actors_networks_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[];
BEGIN
    EXECUTE format(
        'SELECT array_agg(DISTINCT membership.organisation_id) FROM changed '
        'JOIN actors_networkmembership AS membership ON membership.network_id = changed.%I',
        TG_ARGV[0]
    ) INTO ids;
    IF ids IS NOT NULL THEN
        PERFORM actors_refresh_organisationsearch(ids);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER organisationsearch_insert AFTER INSERT ON actors_organisation
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION actors_organisation_belongings_changed('id');
CREATE TRIGGER organisationsearch_update AFTER UPDATE ON actors_organisation
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION actors_organisations_changed();
CREATE TRIGGER organisationsearch_delete AFTER DELETE ON actors_organisation
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
    EXECUTE FUNCTION actors_organisations_deleted();
"""  # noqa: S608 (the model's own names)

#: What belongs to an organisation, and what leads from there to those that change.
BELONGINGS = {
    "actors_organisationtranslation": "original_id",
    **{f"actors_organisation_{relation}": "organisation_id" for _kind, relation, *_to in TERMS},
    "actors_branch": "organisation_id",
    "actors_networkmembership": "organisation_id",
}
RENAMED = {"actors_network": "id", "actors_networktranslation": "original_id"}


SEEN = {
    "INSERT": "NEW TABLE AS changed",
    "UPDATE": "OLD TABLE AS before NEW TABLE AS changed",
    "DELETE": "OLD TABLE AS changed",
}


def triggers(table: str, column: str, function: str) -> str:
    return "".join(
        f"""
    CREATE TRIGGER organisationsearch_{event.lower()} AFTER {event} ON {table}
        REFERENCING {seen} FOR EACH STATEMENT
        EXECUTE FUNCTION {function}('{column}');"""
        for event, seen in SEEN.items()
    )


#: What facets count lies in bits, one for each term of these.
VOCABULARIES = (
    "common_area",
    "actors_field",
    "actors_spokenlanguage",
    "actors_targetgroup",
    "actors_sdg",
)

NUMBERED = "\n".join(
    f"""
    CREATE TRIGGER organisationsearch_numbered AFTER INSERT OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION common_numbered('actors_organisationsearch');"""
    for table in VOCABULARIES
)

TRIGGERS = "".join(
    [
        *(triggers(*each, "actors_organisation_belongings_changed") for each in BELONGINGS.items()),
        *(triggers(*each, "actors_networks_renamed") for each in RENAMED.items()),
    ]
)

UNDO = (
    "\n".join(f"DROP TRIGGER organisationsearch_numbered ON {table};" for table in VOCABULARIES)
    + "\n".join(
        f"DROP TRIGGER organisationsearch_{event} ON {table};"
        for table in ("actors_organisation", *BELONGINGS, *RENAMED)
        for event in ("insert", "update", "delete")
    )
    + """
DROP FUNCTION actors_networks_renamed();
DROP FUNCTION actors_organisations_deleted();
DROP FUNCTION actors_organisations_changed();
DROP FUNCTION actors_organisation_belongings_changed();
DROP FUNCTION actors_refresh_organisationsearch(bigint[]);
"""
)

ALL = "SELECT actors_refresh_organisationsearch(ARRAY(SELECT id FROM actors_organisation))"


class Migration(migrations.Migration):
    dependencies = [("actors", "0002_offer_search")]

    operations = [
        migrations.RunSQL(APART, TOGETHER),
        migrations.RunSQL(FUNCTIONS + NUMBERED + TRIGGERS, UNDO),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
