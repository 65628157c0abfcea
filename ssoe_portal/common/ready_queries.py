"""Queries that are put into SQL once, for pages that ask the same thing all the time.

Django takes longer to write the query of a list's cards than PostgreSQL to answer it.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.db import connections, models
from django.db.models import F, Func, Prefetch, Value


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
    """A queryset with its SQL, for any values in the place of those that it was made with. Rows
    that it fetches along because they refer to its own, venues of events, come the same way."""

    def __init__(self, rows: models.QuerySet) -> None:
        lookups = rows._prefetch_related_lookups
        self._along = [_Along(rows.model, each) for each in lookups if _refers(rows.model, each)]
        others = [each for each in lookups if not _refers(rows.model, each)]
        self._rows = rows.prefetch_related(None).prefetch_related(*others) if lookups else rows
        self._compiler = self._rows.query.get_compiler(rows.db)
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
        found = list(rows)
        if found:
            for each in self._along:
                each.fetch(found)
        return found


def _refers(model: type[models.Model], lookup: Prefetch | str) -> bool:
    """Whether it asks, in a queryset of its own, for rows with a foreign key to the model."""
    if not isinstance(lookup, Prefetch) or lookup.queryset is None:
        return False
    name = lookup.prefetch_through
    return "__" not in name and isinstance(model._meta.get_field(name), models.ManyToOneRel)


class _Along:
    """What `prefetch_related` does for such rows, with SQL that is written once."""

    NO_KEYS = "{rows}"

    def __init__(self, model: type[models.Model], lookup: Prefetch) -> None:
        self._name, self._to_attr = lookup.prefetch_through, lookup.to_attr
        self._key = model._meta.get_field(self._name).field
        self._rows = lookup.queryset
        self._query = ReadyQuery(self._rows.filter(Among(self.NO_KEYS, self._key.attname)))

    def fetch(self, entries: list[models.Model]) -> None:
        """Put its rows to each of the entries they refer to."""
        keys = as_array(list(dict.fromkeys(entry.pk for entry in entries)))
        by_key: dict[int, list[models.Model]] = {}
        for row in self._query.read({self.NO_KEYS: keys}):
            by_key.setdefault(getattr(row, self._key.attname), []).append(row)
        for entry in entries:
            rows = by_key.get(entry.pk, [])
            for row in rows:
                setattr(row, self._key.name, entry)
            if self._to_attr:
                setattr(entry, self._to_attr, rows)
                continue
            found = getattr(entry, self._name).all()
            found._result_cache, found._prefetch_done = rows, True
            entry.__dict__.setdefault("_prefetched_objects_cache", {})[self._name] = found
