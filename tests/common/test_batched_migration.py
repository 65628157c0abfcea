"""An app's first migration makes its models together and leaves out none of what they have."""

from collections import Counter

import pytest
from django.db import connection, migrations, models
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

from ssoe_portal.common.batched_migration import TOGETHER, BatchedMigration, Together

APPS = ["common", "actors", "surveys", "events"]


def kinds(operations) -> Counter:
    return Counter(type(operation).__name__ for operation in operations)


@pytest.fixture(params=APPS)
def migration(request):
    return MigrationLoader(None).get_migration(request.param, "0001_initial")


def models_after(migration) -> list[type[models.Model]]:
    state = MigrationLoader(None).project_state((migration.app_label, migration.name))
    return list(state.apps.get_app_config(migration.app_label).get_models())


class TestFirstMigration:
    def test_keeps_every_operation(self, migration):
        *others, last = migration.operations
        assert isinstance(last, Together)
        assert not any(isinstance(operation, TOGETHER) for operation in others)
        assert kinds(others) + kinds(last.operations) == kinds(type(migration).operations)

    @pytest.mark.django_db
    def test_leaves_everything_in_the_database(self, migration):
        wanted = {"constraints": set(), "indexes": set(), "triggers": set()}
        for model in models_after(migration):
            table, meta = model._meta.db_table, model._meta
            wanted["constraints"] |= {(table, constraint.name) for constraint in meta.constraints}
            wanted["indexes"] |= {(table, index.name) for index in meta.indexes}
            wanted["triggers"] |= {
                (table, trigger.sql.pgid) for trigger in getattr(meta, "triggers", ())
            }
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE conrelid != 0"
                " UNION SELECT tablename, indexname FROM pg_indexes"
            )
            found = set(cursor.fetchall())
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
            )
            triggers = set(cursor.fetchall())
        assert wanted["constraints"] and wanted["constraints"] <= found
        assert wanted["indexes"] <= found
        assert wanted["triggers"] <= triggers
        if migration.app_label != "common":
            assert wanted["indexes"] and wanted["triggers"]

    @pytest.mark.django_db
    def test_has_every_column_and_key_of_its_models(self, migration):
        with connection.cursor() as cursor:
            for model in models_after(migration):
                if model._meta.proxy:
                    continue
                table = model._meta.db_table
                described = connection.introspection.get_table_description(cursor, table)
                assert {field.column for field in model._meta.concrete_fields} <= {
                    column.name for column in described
                }
                keys = connection.introspection.get_relations(cursor, table)
                assert {
                    field.column
                    for field in model._meta.concrete_fields
                    if field.remote_field and field.db_constraint
                } <= set(keys)


class TestAnother:
    def test_operation_needs_a_migration_of_its_own(self):
        class Mixed(BatchedMigration):
            operations = [
                RunSQL("SELECT 1"),
                migrations.CreateModel("Thing", [("id", models.AutoField(primary_key=True))]),
                RunSQL("SELECT 2"),
            ]

        with pytest.raises(TypeError, match="of its own"):
            Mixed("0001_initial", "things")
