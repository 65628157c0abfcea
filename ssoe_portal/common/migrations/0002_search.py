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

CREATE AGGREGATE common_all_words(tsvector) (
    SFUNC = tsvector_concat, STYPE = tsvector, INITCOND = '', PARALLEL = SAFE
);
"""

UNDO = """
DROP AGGREGATE common_all_words(tsvector);
DROP FUNCTION common_configuration(text);
DROP FUNCTION common_folded(text);
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]

    operations = [
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(FUNCTIONS, UNDO),
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
