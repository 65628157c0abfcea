"""Emptying the database after a test that commits, in milliseconds.

Django truncates every table, which makes new files for each of them and their indexes, then
makes content types and permissions again: a second a test. Most tables are empty already. Here
only what has rows is deleted, the cache's table too: it is no model, so Django would leave what one
test has counted for its rate limits to the next one.
"""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase

__all__ = ["quick_emptying"]

KEPT = ("auth_permission", "django_content_type", "django_migrations")
# Without triggers: neither foreign keys nor histories matter when everything goes.
EMPTY = """
DO $$
DECLARE
    name text;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('{kept}')
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
        IF filled THEN
            EXECUTE 'DELETE FROM ' || name;
        END IF;
    END LOOP;
END $$
""".format(kept="', '".join(KEPT))


def empty(test_case: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)


@pytest.fixture(scope="session", autouse=True)
def quick_emptying(django_test_environment: None) -> Iterator[None]:
    """Replace Django's flush for all tests."""
    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = empty
    yield
    TransactionTestCase._fixture_teardown = original
