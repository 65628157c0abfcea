"""Rows that must not tell in what order they came.

PostgreSQL notes with every row the transaction that wrote it (`xmin`) and where it lies (`ctid`):
whoever can read the database could lay anonymous responses beside those who have answered, both in
the order of writing. So whenever a row is added, others of its kind are written anew with it: in
one transaction, with new keys, in random order. With fewer than `MIXED` rows all look the same; of
more, the latest is one of so many. What was there before lies in dead rows until PostgreSQL clears
them away, and in its log of writes: both need the server itself, not the database.

The idea is the pool mix of D. Chaum, "Untraceable electronic mail, return addresses, and digital
pseudonyms", Communications of the ACM 24 (1981).
"""

import random
import uuid

from django.db import models

#: So many rows are written together.
MIXED = 200
chance: random.Random = random.SystemRandom()


def put(row: models.Model, among: models.QuerySet) -> None:
    """Write a row, new or stored, together with others of its kind; all of them get new keys (the
    primary key is a UUID). Call it in a transaction."""
    start = uuid.UUID(int=chance.getrandbits(128))
    others = among.exclude(pk=row.pk).order_by("pk").select_for_update(skip_locked=True)
    rows = list(others.filter(pk__gte=start)[:MIXED])
    rows += list(others.filter(pk__lt=start)[: MIXED - len(rows)])
    stored = [item.pk for item in [*rows, row] if not item._state.adding]
    model = type(row)
    model._base_manager.filter(pk__in=stored).delete()
    rows.append(row)
    chance.shuffle(rows)
    for item in rows:
        item.pk = uuid.UUID(int=chance.getrandbits(128), version=4)
        item._state.adding = True
    model._base_manager.bulk_create(rows)
