"""A database state built once for a whole module, and rolled back at its end.

Each test still runs in a transaction of its own: the module is marked `django_db`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction


def kept(build: Callable[[], Any]):
    """Return a fixture that holds what `build` made, for all tests of the module."""

    @pytest.fixture(scope="module", autouse=True)
    def state(django_db_setup, django_db_blocker) -> Iterator[Any]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield build()
            transaction.set_rollback(True)

    return state
