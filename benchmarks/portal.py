"""An empty portal to measure something in: a database of its own, with what every portal has."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from ssoe_portal import embedded


@contextmanager
def empty_portal(
    database: embedded.Server | None = None,
    *,
    settings: str = "benchmarks.settings",
    **environment: str,
) -> Iterator[None]:
    """Set Django up for an empty database, a temporary one unless one is given, and throw it away
    at the end. `environment` is what else the portal reads there, also in processes it starts."""
    database = database or embedded.temporary("ssoe-bench-")
    try:
        os.environ.update(
            {
                "DATABASE_URL": database.url(),
                "SECRET_KEY": secrets.token_urlsafe(50),
                "PUBLIC_URL": "http://localhost",
                "DJANGO_SETTINGS_MODULE": settings,
                "LOG_LEVEL": "ERROR",
                **environment,
            }
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        call_command("load_vocabularies", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        yield
    finally:
        embedded.discard(database)
