"""How many hits each choice of a filter would leave, for all filters in one query.

A filter's own choice does not narrow its own numbers: who has chosen "free" still reads how many
there would be "by donation". So a row counts for a filter when it meets all the others.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, Q, Value, When


class KeysField(models.TextField):
    """Keys of other rows in one value, ",3,17,", "" for none: counting by it takes two thirds of
    the time that an array takes, since PostgreSQL compares such texts byte by byte."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_collation"] = "C"
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_collation"]
        return name, path, args, kwargs


def holds(column: str, key: int) -> models.Q:
    """Where a `KeysField` has a key."""
    return models.Q(**{f"{column}__contains": f",{key},"})


def keys(rows: models.QuerySet) -> models.Func:
    """Write the keys that a subquery finds as a `KeysField` holds them."""
    return models.Func(
        ArraySubquery(rows),
        template="coalesce(',' || nullif(array_to_string(%(expressions)s, ','), '') || ',', '')",
        output_field=models.TextField(),
    )


@dataclass
class Tally:
    """Rows that meet every condition (`total`), and of each filter how many hits would be left
    without it (`without`) and for each value of a column (`of`)."""

    names: Sequence[str]
    total: int = 0
    without: dict[str, int] = field(default_factory=dict)
    _groups: dict[str, list[tuple[Hashable, tuple[int, ...]]]] = field(default_factory=dict)
    #: What was asked for already: a dozen boxes to tick are bits of one column.
    _asked: dict[tuple[str, int], Counter] = field(default_factory=dict)

    def of(self, column: str, name: str) -> Counter:
        """Return how many rows have each value of a column, as far as all filters but `name` go."""
        position = self.names.index(name) + 1 if name in self.names else 0
        if (column, position) not in self._asked:
            groups = self._groups.get(column, ())
            self._asked[column, position] = Counter(
                {value: numbers[position] for value, numbers in groups}
            )
        return self._asked[column, position]

    def of_keys(self, column: str, name: str) -> Counter:
        """Return how many rows have each key in a `KeysField`, likewise; those without any count
        under None."""
        counts: Counter = Counter()
        for value, number in self.of(column, name).items():
            for key in map(int, value.strip(",").split(",")) if value else [None]:
                counts[key] += number
        return counts

    def of_bits(self, column: str, name: str, bits: Sequence[int]) -> Counter:
        """Return how many rows have each of these set in a column of bits, likewise; of several
        bits in one number, any of them."""
        values = self.of(column, name).items()
        return Counter(
            {bit: sum([number for value, number in values if value & bit]) for bit in bits}
        )


def missing[Rows: models.QuerySet](rows: Rows, conditions: Mapping[str, Q]) -> Rows:
    """Annotate which conditions a row does not meet, one bit each in their order; leave out rows
    that do not meet two of them or more."""
    rows = rows.annotate(missed=_sum(conditions, lambda number: 1 << number))
    if len(conditions) > 1:
        # Not "missed in (0, 1, 2 …)": inside of such a list PostgreSQL compares long lists of keys
        # one by one instead of by a hash, which takes seconds for what is open today.
        rows = rows.alias(misses=_sum(conditions, lambda number: 1)).filter(misses__lte=1)
    return rows


def _sum(conditions: Mapping[str, Q], weight: Callable[[int], int]) -> models.Expression:
    """Add up weights of the conditions, by their number, that a row does not meet."""
    parts = [
        Case(When(condition, then=Value(0)), default=Value(weight(number)))
        for number, condition in enumerate(conditions.values())
    ]
    total = sum(parts[1:], start=parts[0]) if parts else Value(0)
    return models.ExpressionWrapper(total, models.IntegerField())


#: PostgreSQL takes a word with many forms for more frequent than it is, and the words of all rows
#: for as cheap to read as numbers; then it unpacks every one of them instead of asking the index.
BY_INDEX = "SET LOCAL enable_seqscan = off;"


def tally(
    rows: models.QuerySet,
    columns: Sequence[str],
    conditions: Mapping[str, Q],
    *,
    by_words: bool = False,
) -> Tally:
    """Count rows by each of the columns, under conditions: {name of a filter: what it wants}. Rows
    that words have found are looked up in the index of words (`by_words`)."""
    names = list(conditions)
    hits = missing(rows.order_by(), conditions).values_list("missed", *columns)
    try:
        sql, params = hits.query.sql_with_params()
    except EmptyResultSet:  # nothing can be found, so nothing is asked
        return Tally(names)
    numbered = [f"c{number}" for number in range(len(columns))]
    counted = ["count(*) FILTER (WHERE missed = 0)"] + [
        f"count(*) FILTER (WHERE missed IN (0, {1 << number}))" for number in range(len(names))
    ]
    sets = ", ".join(f"({column})" for column in numbered)
    with connection.cursor() as cursor:
        cursor.execute(
            # What is open today is found out once for a row (OFFSET 0), not for each column.
            f"""{BY_INDEX if by_words else ""}
            SELECT grouping({", ".join(numbered)}), {", ".join(numbered)}, {", ".join(counted)}
            FROM ({sql} OFFSET 0) AS hits (missed, {", ".join(numbered)})
            GROUP BY GROUPING SETS ({sets})""",  # noqa: S608 (no word typed is here)
            params,
        )
        if by_words:
            cursor.nextset()  # what the setting has answered comes first
        found = Tally(names)
        # grouping() has a zero bit for the one column this row is about, the first one highest.
        everything = (1 << len(columns)) - 1
        about = {
            everything ^ (1 << number): (len(columns) - 1 - number)
            for number in range(len(columns))
        }
        groups = [found._groups.setdefault(column, []) for column in columns]
        behind = len(columns) + 1
        for row in cursor.fetchall():
            number = about[row[0]]
            groups[number].append((row[number + 1], row[behind:]))
    # Every row has one value of the first column.
    by_value = [numbers for _value, numbers in groups[0]] or [(0,) * (1 + len(names))]
    found.total, *without = map(sum, zip(*by_value, strict=True))
    found.without = dict(zip(names, without, strict=True))
    return found
