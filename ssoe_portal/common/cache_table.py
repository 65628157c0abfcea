"""Django's cache in a table of the database, written by one statement.

Django's own reads the whole table to count it before each write, and asks for the row in a
transaction before it writes it. Each page of a survey that somebody hands in counts towards a limit
(`ratelimit`) and writes twice.
"""

import base64
import pickle
import random
from datetime import UTC, datetime

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.utils import timezone

#: One of so many writes looks whether there is too much and takes away what has run out.
LOOK_EVERY = 1000


class CacheTable(DatabaseCache):
    def _base_set(self, mode, key, value, timeout=DEFAULT_TIMEOUT):
        """Write an entry; `add` only where there is none that still holds. Say whether it was
        written."""
        if mode == "touch":
            return super()._base_set(mode, key, value, timeout)
        connection = connections[router.db_for_write(self.cache_model_class)]
        table = connection.ops.quote_name(self._table)
        now = timezone.now().replace(microsecond=0)
        until = self.get_backend_timeout(timeout)
        expires = (
            datetime.max.replace(tzinfo=UTC)
            if until is None
            else datetime.fromtimestamp(until, tz=UTC)
        ).replace(microsecond=0)
        text = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")
        write = f"""
            INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)
            ON CONFLICT (cache_key) DO UPDATE
            SET value = EXCLUDED.value, expires = EXCLUDED.expires
        """  # noqa: S608 - the table's name is a setting
        params = [key, text, expires]
        if mode == "add":
            write += f" WHERE {table}.expires < %s"
            params.append(now)
        with connection.cursor() as cursor:
            if random.randrange(LOOK_EVERY) == 0:  # noqa: S311
                self._look(connection, cursor, now)
            cursor.execute(write, params)
            return cursor.rowcount == 1

    def _look(self, connection, cursor, now) -> None:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(self._table)}")  # noqa: S608
        number = cursor.fetchone()[0]
        if number > self._max_entries:
            self._cull(connection.alias, cursor, now, number)
