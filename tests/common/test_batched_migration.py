"""An app's first migration adds indexes, constraints and triggers together, and leaves out none."""

from collections import Counter

import pytest
from django.db import connection
from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.loader import MigrationLoader
from pgtrigger.migrations import AddTrigger

from ssoe_portal.common.batched_migration import Together

ADDITIONS = (AddIndex, AddConstraint, AddTrigger)


def kinds(operations) -> Counter:
    return Counter(type(operation).__name__ for operation in operations)


@pytest.mark.parametrize("app", ["actors", "surveys", "events"])
def test_adds_at_the_end_what_no_model_waits_for(app):
    migration = MigrationLoader(None).get_migration(app, "0001_initial")
    *others, last = migration.operations
    assert isinstance(last, Together)
    assert {type(operation) for operation in last.operations} == set(ADDITIONS)
    assert not any(isinstance(operation, ADDITIONS) for operation in others)
    written = type(migration).operations
    assert kinds(others) + kinds(last.operations) == kinds(written)


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["actors", "surveys", "events"])
def test_what_it_added_is_in_the_database(app):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        found = set(cursor.fetchall())
    migration = MigrationLoader(None).get_migration(app, "0001_initial")
    added = {
        (operation.trigger.sql.table, operation.trigger.sql.pgid)
        for operation in migration.operations[-1].operations
        if isinstance(operation, AddTrigger)
    }
    assert added
    assert added <= found
