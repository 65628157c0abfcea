"""An app's first migration makes its models together and leaves out none of what they have."""

from collections import Counter

import pytest
from django.db import connection, migrations, models
from django.db.migrations import AddConstraint, AddIndex, RunSQL
from django.db.migrations.loader import MigrationLoader
from pgtrigger.migrations import AddTrigger

from ssoe_portal.common.batched_migration import TOGETHER, BatchedMigration, Together

APPS = ["common", "actors", "surveys", "events"]


def kinds(operations) -> Counter:
    return Counter(type(operation).__name__ for operation in operations)


@pytest.fixture(params=APPS)
def migration(request):
    return MigrationLoader(None).get_migration(request.param, "0001_initial")


class TestFirstMigration:
    def test_keeps_every_operation(self, migration):
        *others, last = migration.operations
        assert isinstance(last, Together)
        assert not any(isinstance(operation, TOGETHER) for operation in others)
        assert kinds(others) + kinds(last.operations) == kinds(type(migration).operations)

    @pytest.mark.django_db
    def test_leaves_everything_in_the_database(self, migration):
        wanted = {AddConstraint: set(), AddIndex: set(), AddTrigger: set()}
        for operation in migration.operations[-1].operations:
            match operation:
                case AddConstraint():
                    wanted[AddConstraint].add(operation.constraint.name)
                case AddIndex():
                    wanted[AddIndex].add(operation.index.name)
                case AddTrigger():
                    wanted[AddTrigger].add(operation.trigger.sql.pgid)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes"
            )
            found = {name for (name,) in cursor.fetchall()}
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
            triggers = {name for (name,) in cursor.fetchall()}
        assert wanted[AddConstraint] | wanted[AddIndex] <= found
        assert wanted[AddTrigger] <= triggers

    @pytest.mark.django_db
    def test_has_every_column_and_key_of_its_models(self, migration):
        state = MigrationLoader(None).project_state((migration.app_label, migration.name))
        with connection.cursor() as cursor:
            for model in state.apps.get_app_config(migration.app_label).get_models():
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
