"""A database state built once for a whole module: rolled back after each test, and at the end."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction


def kept(build: Callable[[], Any]):
    """Return the two fixtures of a module: what `build` made, and the rollback around each test."""

    @pytest.fixture(scope="module")
    def state(django_db_setup, django_db_blocker) -> Iterator[Any]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield build()
            transaction.set_rollback(True)

    @pytest.fixture(autouse=True)
    def around(state, django_db_blocker) -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return state, around
