"""An uploaded list is read in parts, which PostgreSQL finds without unpacking the whole."""

from django.db import migrations

FORWARDS = "ALTER TABLE actors_listimport ALTER COLUMN content SET STORAGE EXTERNAL"
BACKWARDS = "ALTER TABLE actors_listimport ALTER COLUMN content SET STORAGE EXTENDED"


class Migration(migrations.Migration):
    dependencies = [("actors", "0003_organisation_search")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
