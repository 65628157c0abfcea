"""An offer's row in the search goes with the offer, whoever deletes it in whichever order: what is
taken out of its lists first writes the row once more."""

from django.db import migrations

FORWARDS = """
-- An uploaded file is read in parts, which PostgreSQL finds without unpacking the whole.
ALTER TABLE actors_listimport ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE FUNCTION actors_offer_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM actors_offersearch USING removed WHERE offer_id = removed.id;
    RETURN NULL;
END $$;
CREATE TRIGGER offersearch_delete AFTER DELETE ON actors_offer
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT
    EXECUTE FUNCTION actors_offer_deleted();
"""
BACKWARDS = """
DROP TRIGGER offersearch_delete ON actors_offer;
DROP FUNCTION actors_offer_deleted();
"""


class Migration(migrations.Migration):
    dependencies = [("actors", "0100_in_and_out")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
