"""Queries that are put into SQL once, for pages that ask the same thing all the time.

Django takes longer to write the query of a list's cards than PostgreSQL to answer it.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.db import connections, models
from django.db.models import F, Func, Value


class Among(Func):
    """Whether the key of a row, or the one in another field, is one of these, which come as
    PostgreSQL writes an array. However many they are, they are one value, which the database looks
    up in a hash; a subquery in its place would mislead its planner."""

    template = "(%(expressions)s::bigint[]))"
    arg_joiner = " = ANY("

    def __init__(self, keys: str, field: str = "pk") -> None:
        super().__init__(F(field), Value(keys), output_field=models.BooleanField())


def as_array(keys: list[int]) -> str:
    """Write keys as PostgreSQL writes an array of them."""
    return f"{{{','.join(map(str, keys))}}}"


class ReadyQuery:
    """A queryset with its SQL, for any values in the place of those that it was made with."""

    def __init__(self, rows: models.QuerySet) -> None:
        self._rows = rows
        self._compiler = rows.query.get_compiler(rows.db)
        self._sql, self._params = self._compiler.as_sql()

    def read(self, values: Mapping[Any, Any]) -> list[Any]:
        """Return what is found, with all that is fetched along; `values` are {what stood there:
        what is meant now}. Not a queryset: whatever one narrowed that by would be lost."""
        params = tuple(values.get(param, param) for param in self._params)
        compiler = copy(self._compiler)
        compiler.connection = connections[self._rows.db]  # each thread has its own
        compiler.as_sql = lambda: (self._sql, params)
        rows = self._rows.all()
        rows.query.get_compiler = lambda *args, **kwargs: compiler
        return list(rows)
