"""How many hits each choice of a filter would leave, for all filters in one query.

A filter's own choice does not narrow its own numbers: who has chosen "free" still reads how many
there would be "by donation". So a row counts for a filter when it meets all the others.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

#: Bits of a row for flags, which are an integer, and for terms. A vocabulary that grows beyond this
#: needs a migration that widens the column and writes all rows anew.
FLAG_BITS, TERM_BITS = 24, 136
ROW_BYTES = (FLAG_BITS + TERM_BITS) // 8


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


class FacetNumber(models.Model):
    """Which bit of the rows of a table says that they have a term; of term 0, that they have none
    of the vocabulary. The database gives the numbers out itself, as terms come (`common_numbered`).
    """

    rows = models.CharField(_("rows"), max_length=60)
    vocabulary = models.CharField(_("vocabulary"), max_length=60)
    term = models.BigIntegerField(_("term"))
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("number of a term")
        verbose_name_plural = _("numbers of terms")
        ordering = ["rows", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["rows", "vocabulary", "term"], name="common_facetnumber_term"
            ),
            models.UniqueConstraint(fields=["rows", "number"], name="common_facetnumber_number"),
            models.CheckConstraint(
                condition=models.Q(number__lt=TERM_BITS),
                name="common_facetnumber_room",
                violation_error_message=_("The vocabularies have no room for another term."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rows}: {self.vocabulary} {self.term} = {self.number}"


@dataclass(frozen=True)
class Packed:
    """What of rows lies in the bits of their column `facets`, of the same length in each: a column
    of bits (`flags`), then `TERM_BITS` for the terms in other columns: {column: vocabulary}.

    PostgreSQL takes a tenth of a microsecond to count one column of one row; bits that it only puts
    one behind the other are counted here in a fraction of that.
    """

    flags: str
    terms: Mapping[str, type[models.Model]]

    @property
    def columns(self) -> list[str]:
        return [self.flags, *self.terms]


class _Bits:
    """The bits of some rows: how many of them have this one or that one set.

    Of each byte of a row that is asked for, those of all rows become one long integer; what it has
    in common with a mask is counted at a nanosecond a row.
    """

    def __init__(
        self, packed: Packed, numbers: Mapping[str, list[tuple[int, int]]], rows: list[bytes]
    ) -> None:
        self._packed, self._numbers = packed, numbers
        self._rows = b"".join(rows)
        self._bytes: dict[int, int] = {}
        ones = int.from_bytes(b"\1" * (len(self._rows) // ROW_BYTES))
        #: The same bit of every byte, the highest first.
        self._masks = [ones << (7 - bit) for bit in range(8)]

    def terms(self, column: str) -> Counter:
        """How many rows have each term of a column, and under None how many have none."""
        numbers = self._numbers.get(self._packed.terms[column]._meta.db_table, ())
        return Counter(
            {term or None: self._at(FLAG_BITS + number).bit_count() for term, number in numbers}
        )

    def flags(self, flags: int) -> int:
        """How many rows have any of these flags."""
        places = [FLAG_BITS - 1 - bit for bit in range(FLAG_BITS) if flags >> bit & 1]
        if len(places) == 1:
            return self._at(places[0]).bit_count()
        return reduce(or_, (self._at(each) >> 7 - each % 8 for each in places), 0).bit_count()

    def _at(self, place: int) -> int:
        """What all rows have at a place, counted from a row's first bit."""
        byte, bit = divmod(place, 8)
        if byte not in self._bytes:
            self._bytes[byte] = int.from_bytes(self._rows[byte::ROW_BYTES])
        return self._bytes[byte] & self._masks[bit]


@dataclass
class _Group:
    """Rows that do not meet the same conditions."""

    total: int = 0
    values: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    packed: list[bytes] = field(default_factory=list)


@dataclass
class Tally:
    """Rows that meet every condition (`total`), and of each filter how many hits would be left
    without it (`without`) and for each value of a column (`of`)."""

    names: Sequence[str]
    packed: Packed | None = None
    #: By vocabulary the pairs of term and number (`FacetNumber`).
    numbers: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _groups: dict[int, _Group] = field(default_factory=lambda: defaultdict(_Group))
    #: What was asked for already.
    _bits: dict[int, _Bits] = field(default_factory=dict)
    _asked: dict[tuple[str, str], Counter] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self._groups[0].total

    @property
    def without(self) -> dict[str, int]:
        return {name: sum(group.total for group in self._but(name).values()) for name in self.names}

    def add(self, missed: int, number: int, bits: bytes) -> None:
        """Take rows that do not meet the same conditions."""
        group = self._groups[missed]
        group.total += number
        group.packed.append(bits)

    def add_value(self, missed: int, column: str, value: Hashable, number: int) -> None:
        """Note how many of them have a value in a column."""
        self._groups[missed].values[column][value] += number

    def of(self, column: str, name: str) -> Counter:
        """Return how many rows have each value of a column, as far as all filters but `name` go."""
        key = (column, name if name in self.names else "")
        if key not in self._asked:
            is_packed = self.packed is not None and column in self.packed.terms
            # Of what only other filters leave out there is none, which is a number, too.
            counts = Counter(
                {value: 0 for group in self._groups.values() for value in group.values[column]}
            )
            for missed, group in self._but(name).items():
                counts.update(
                    self._packed_in(missed).terms(column) if is_packed else group.values[column]
                )
            self._asked[key] = counts
        return self._asked[key]

    def of_keys(self, column: str, name: str) -> Counter:
        """Return how many rows have each key in a `KeysField`, likewise; those without any count
        under None."""
        if self.packed is not None and column in self.packed.terms:
            return self.of(column, name)
        counts: Counter = Counter()
        for value, number in self.of(column, name).items():
            for key in map(int, value.strip(",").split(",")) if value else [None]:
                counts[key] += number
        return counts

    def of_bits(self, column: str, name: str, bits: Sequence[int]) -> Counter:
        """Return how many rows have each of these set in a column of bits, likewise; of several
        bits in one number, any of them."""
        if self.packed is not None and column == self.packed.flags:
            groups = [self._packed_in(missed) for missed in self._but(name)]
            return Counter({bit: sum(group.flags(bit) for group in groups) for bit in bits})
        values = self.of(column, name).items()
        return Counter(
            {bit: sum([number for value, number in values if value & bit]) for bit in bits}
        )

    def _but(self, name: str) -> dict[int, _Group]:
        """The rows that meet all conditions, or all but this one: by what they miss."""
        missed = [0, *([1 << self.names.index(name)] if name in self.names else [])]
        return {each: self._groups[each] for each in missed}

    def _packed_in(self, missed: int) -> _Bits:
        if missed not in self._bits:
            assert self.packed is not None
            self._bits[missed] = _Bits(self.packed, self.numbers, self._groups[missed].packed)
        return self._bits[missed]


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


BITS, NO_BITS = "string_agg(facets, '')", "''::bytea"

#: The bits in which terms lie.
NUMBERS = "SELECT vocabulary, term, number FROM common_facetnumber WHERE rows = %s;"


def tally(
    rows: models.QuerySet,
    columns: Sequence[str],
    conditions: Mapping[str, Q],
    *,
    packed: Packed | None = None,
    by_words: bool = False,
) -> Tally:
    """Count rows by each of the columns, under conditions: {name of a filter: what it wants}. What
    is `packed` is counted here, all else by the database. Rows that words have found are looked up
    in the index of words (`by_words`)."""
    found = Tally(list(conditions), packed)
    apart = [column for column in columns if packed is None or column not in packed.columns]
    facets = F("facets") if packed else Value(b"", models.BinaryField())
    hits = missing(rows.order_by(), conditions).values_list(facets, "missed", *apart)
    try:
        sql, params = hits.query.sql_with_params()
    except EmptyResultSet:  # nothing can be found, so nothing is asked
        return found
    named = ["missed", *(f"c{number}" for number in range(len(apart)))]
    # Each column by itself: by all of them there are nearly as many groups as rows. Those whose
    # bits are read come in any case, and by one column at most.
    sets = [named] if packed or not apart else [["missed", name] for name in named[1:]]
    columns_of = {
        sum(1 << place for place, name in enumerate(reversed(named)) if name not in each): [
            (place, column) for place, column in enumerate(apart) if named[place + 1] in each
        ]
        for each in sets
    }
    whole = next(iter(columns_of))  # in each set every row is once
    with connection.cursor() as cursor:
        cursor.execute(
            # What is open today is found out once for a row (OFFSET 0).
            f"""{BY_INDEX if by_words else ""}
            {NUMBERS if packed else ""}
            SELECT grouping({", ".join(named)}), count(*), {BITS if packed else NO_BITS},
                {", ".join(named)}
            FROM ({sql} OFFSET 0) AS hits ({", ".join(["facets", *named])})
            GROUP BY GROUPING SETS ({", ".join(f"({', '.join(each)})" for each in sets)})""",  # noqa: S608 (no word typed is here)
            [*([rows.model._meta.db_table] if packed else []), *params],
        )
        if by_words:
            cursor.nextset()  # what the setting has answered comes first
        if packed:
            for vocabulary, term, number in cursor.fetchall():
                found.numbers.setdefault(vocabulary, []).append((term, number))
            cursor.nextset()
        for grouped, number, bits, missed, *values in cursor.fetchall():
            if grouped == whole:
                found.add(missed, number, bytes(bits))
            for place, column in columns_of[grouped]:
                found.add_value(missed, column, values[place], number)
    return found
