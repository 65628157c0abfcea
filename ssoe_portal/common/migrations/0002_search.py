"""What search stands on: the words that entries have, and what counts of a word."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models

FUNCTIONS = r"""
-- What counts of a name: neither capitals nor accents, and "ae", "oe", "ue", "ss" stand for "ä",
-- "ö", "ü", "ß". `unaccent` by itself is only STABLE, since its rules could be another's: they are
-- named here.
CREATE FUNCTION common_folded(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(
        public.unaccent('public.unaccent'::regdictionary, lower(words)),
        '([ao]|(?<!q)u)e', '\1', 'g'
    )
$$;

-- The text search configuration of a content language.
CREATE FUNCTION common_configuration(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE split_part(language, '-', 1)
        WHEN 'de' THEN 'german'::regconfig
        WHEN 'en' THEN 'english'::regconfig
        WHEN 'ar' THEN 'arabic'::regconfig
        WHEN 'ru' THEN 'russian'::regconfig
        WHEN 'tr' THEN 'turkish'::regconfig
        WHEN 'fr' THEN 'french'::regconfig
        ELSE 'simple'::regconfig
    END
$$;

-- Give a term that came its bit in the rows of a table, which the argument names, the first one that
-- is free; with a vocabulary's first term also the bit of rows that have none (term 0).
CREATE FUNCTION common_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM common_facetnumber
        WHERE rows = TG_ARGV[0] AND vocabulary = TG_TABLE_NAME AND common_facetnumber.term = OLD.id;
        RETURN NULL;
    END IF;
    LOCK TABLE common_facetnumber IN SHARE ROW EXCLUSIVE MODE;
    FOR each IN 0..1 LOOP
        INSERT INTO common_facetnumber (rows, vocabulary, term, number)
        SELECT TG_ARGV[0], TG_TABLE_NAME, NEW.id * each, min(free.number)
        FROM generate_series(0, 136) AS free (number)
        WHERE NOT EXISTS (
            SELECT FROM common_facetnumber AS taken
            WHERE taken.rows = TG_ARGV[0] AND taken.number = free.number
        )
        ON CONFLICT (rows, vocabulary, term) DO NOTHING;
    END LOOP;
    RETURN NULL;
END $$;

CREATE AGGREGATE common_all_words(tsvector) (
    SFUNC = tsvector_concat, STYPE = tsvector, INITCOND = '', PARALLEL = SAFE
);
"""

UNDO = """
DROP AGGREGATE common_all_words(tsvector);
DROP FUNCTION common_numbered();
DROP FUNCTION common_configuration(text);
DROP FUNCTION common_folded(text);
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]

    operations = [
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(FUNCTIONS, UNDO),
        migrations.CreateModel(
            name="FacetNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rows", models.CharField(max_length=60, verbose_name="rows")),
                ("vocabulary", models.CharField(max_length=60, verbose_name="vocabulary")),
                ("term", models.BigIntegerField(verbose_name="term")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
            ],
            options={
                "verbose_name": "number of a term",
                "verbose_name_plural": "numbers of terms",
                "ordering": ["rows", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rows", "vocabulary", "term"), name="common_facetnumber_term"
                    ),
                    models.UniqueConstraint(
                        fields=("rows", "number"), name="common_facetnumber_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__lt", 136)),
                        name="common_facetnumber_room",
                        violation_error_message="The vocabularies have no room for another term.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                (
                    "word",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="word"
                    ),
                ),
                ("folded", models.CharField(max_length=40, verbose_name="folded")),
            ],
            options={
                "verbose_name": "known word",
                "verbose_name_plural": "known words",
                "ordering": ["word"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False,
                        fields=["folded"],
                        name="knownword_folded",
                        opclasses=["gin_trgm_ops"],
                    ),
                    models.Index(fields=["folded"], name="knownword_whole"),
                ],
            },
        ),
    ]
