"""What docs/operations.md says a server must have."""

import re

from django.conf import settings
from django.contrib.postgres.operations import CreateExtension
from django.db.migrations.loader import MigrationLoader

from tests import environment

PAGE = (settings.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")


def test_names_every_extension_that_migrations_create():
    created = {
        operation.name
        for migration in MigrationLoader(None).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, CreateExtension)
    }
    [listed] = re.findall(r"with the extensions\s+(.+?)\)", PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == created


def test_names_every_variable_that_the_settings_read():
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)) == environment.variables()
