"""Kinds of filters with numbers: what each asks of a row, what it counts, how it is drawn."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import django_filters
from django import forms
from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ssoe_portal.common.asking import LONGEST
from ssoe_portal.common.facets import Tally, holds
from ssoe_portal.common.geography import PANKOW, validate_known_postcode, validate_postcode
from ssoe_portal.common.map_box import Box
from ssoe_portal.common.vocabulary import ChoiceRow, Term

UNKNOWN = _("We do not know this one. Please choose from the list.")


@dataclass(frozen=True)
class Option:
    """One choice of a filter, with how many hits it would leave."""

    value: str
    label: str | Promise
    count: int
    chosen: bool = False

    def __iter__(self) -> Iterator[str | Promise]:
        """As a pair, for a select: the value, and the label with its number."""
        yield self.value
        yield f"{self.label} ({self.count})"


class Facet(django_filters.Filter):
    """A filter with numbers. `column` is what it asks of a row; `is_further` puts it among those
    that a person sees only who wants more."""

    #: How it is drawn: a file in templates/common/facets/.
    drawn_as = "select"

    def __init__(
        self, label: str | Promise, *, column: str = "", is_further=False, **extra
    ) -> None:
        super().__init__(label=label, **extra)
        self.column = column
        self.is_further = is_further

    def __deepcopy__(self, memo: dict) -> Self:
        """A list of its own takes what it may change: how it is labelled stays the same."""
        own = copy(self)
        own.extra = dict(self.extra)
        return own

    @property
    def narrows(self) -> bool:
        """Whether it leaves rows out."""
        return bool(self.column)

    def condition(self, value: Any) -> Q:
        """What it asks of a row."""
        raise NotImplementedError

    def counts(self, found: Tally, name: str) -> Counter:
        """How many hits each value would leave, by value."""
        raise NotImplementedError

    def says(self, value: Any) -> str | Promise:
        """What is chosen, in words."""
        return self.label

    def leaves_out(self, found: Tally, name: str) -> str | None:
        """What of the hits no choice finds, in words, empty where there is nothing; None where
        that cannot be."""
        return None


class WordsFilter(Facet):
    """What somebody looks for, in words."""

    drawn_as = "words"
    field_class = forms.CharField

    def __init__(self, label: str | Promise) -> None:
        super().__init__(label, max_length=LONGEST)

    def says(self, value: str) -> str | Promise:
        return _("“%(words)s”") % {"words": value}


class PostcodeField(forms.CharField):
    """A postcode, also where somebody types the place beside it: "13125 Berlin"."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        found = re.search(r"(?<!\d)[0-9]{5}(?!\d)", typed)
        return found[0] if found else typed


class PostcodeFilter(Facet):
    """Where distances are measured from; it changes the order and leaves nothing out."""

    drawn_as = "postcode"
    field_class = PostcodeField

    def __init__(self, label: str | Promise) -> None:
        super().__init__(label, validators=[validate_postcode, validate_known_postcode])

    def says(self, value: str) -> str | Promise:
        return _("near %(postcode)s") % {"postcode": value}


class BoxField(forms.CharField):
    """A section of the map, as `map_box.Box` writes it."""

    def clean(self, value: Any) -> Box | None:
        text = super().clean(value)
        return Box.parse(text) if text else None


class BoxFilter(Facet):
    """The section that a map showed when somebody asked for the list of it. Nothing is counted
    beside it: the map does that."""

    drawn_as = "map"
    narrows = True
    field_class = BoxField

    def __init__(self) -> None:
        super().__init__(_("in this part of the map"), max_length=100)

    def condition(self, value: Box) -> Q:
        return value.condition


class SwitchFilter(Facet):
    """A box to tick: on, or not a filter at all. It asks for one bit of a column of bits, or where
    there is none for a column that is true."""

    drawn_as = "switch"
    field_class = forms.BooleanField

    def __init__(
        self, label: str | Promise, bit: int = 0, *, column: str = "traits", **extra
    ) -> None:
        super().__init__(label, column=column, **extra)
        self.bit = int(bit)  # plain numbers: flags of an enum take twenty times as long to compare

    def condition(self, value: bool) -> Q:
        return has_bit(self.column, self.bit) if self.bit else Q(**{self.column: True})

    def counts(self, found: Tally, name: str) -> Counter:
        if not self.bit:
            return found.of(self.column, name)
        return Counter({True: found.of_bits(self.column, name, [self.bit])[self.bit]})


class ChoicesFilter(Facet):
    """One of a few fixed choices. Where `bits` are named, each is a bit of the column. Where they
    `are_tabs`, the page shows them apart from the form, which takes the chosen one along."""

    field_class = forms.ChoiceField
    #: Few choices stay where they are, so that nobody looks for "in the evening" in vain; of a long
    #: vocabulary only what leaves something is worth reading.
    keeps_empty = True

    def __init__(
        self,
        label: str | Promise,
        choices: Sequence[tuple[str, str | Promise]],
        *,
        any_label: str | Promise = "",
        bits: Mapping[str, int] | None = None,
        column: str = "traits",
        are_tabs: bool = False,
        **extra,
    ) -> None:
        super().__init__(
            label,
            column=column,
            choices=choices,
            error_messages={"invalid_choice": UNKNOWN},
            **extra,
        )
        if are_tabs:
            self.drawn_as = "hidden"
        self.choices = choices
        self.any_label = any_label
        self.bits = {value: int(bit) for value, bit in bits.items()} if bits else None

    def condition(self, value: str) -> Q:
        return has_bit(self.column, self.bits[value]) if self.bits else Q(**{self.column: value})

    def counts(self, found: Tally, name: str) -> Counter:
        if not self.bits:
            return found.of(self.column, name)
        by_bit = found.of_bits(self.column, name, list(self.bits.values()))
        return Counter({value: by_bit[bit] for value, bit in self.bits.items()})

    def says(self, value: str) -> str | Promise:
        return dict(self.choices)[value]

    def groups(self, counts: Counter, chosen: str) -> list[tuple[str | Promise, list[Option]]]:
        """The choices under their headings; none where nothing could be chosen."""
        return [("", self._options(self.choices, counts, chosen))]

    def _options(
        self, choices: Sequence[tuple[str, str | Promise]], counts: Counter, chosen: str
    ) -> list[Option]:
        keeps_empty = self.keeps_empty and any(counts.values())
        return [
            Option(value, label, counts[value], value == chosen)
            for value, label in choices
            if counts[value] or value == chosen or keeps_empty
        ]


class TermFilter(ChoicesFilter):
    """One term of a vocabulary, by its key; the list reads all of them at once (`as_choices`).

    Of a column with several keys (`facets.KeysField`), `many` asks for one of them; where a row
    without any is meant for everyone, `open_to_all` counts it for each.
    """

    keeps_empty = False

    def __init__(
        self,
        label: str | Promise,
        vocabulary: type[models.Model],
        *,
        column: str,
        many: bool = False,
        open_to_all: bool = False,
        extra: str = "",
        by_label: bool = False,
        shown: Callable[[ChoiceRow], str] = lambda row: row.label,
        **more,
    ) -> None:
        super().__init__(label, (), column=column, **more)
        self.vocabulary = vocabulary
        self.many, self.open_to_all = many, open_to_all
        self.extra_column, self.by_label, self.shown = extra, by_label, shown
        self.known: list[ChoiceRow] = []

    def know(self, rows: list[ChoiceRow]) -> None:
        """Take the terms that there are."""
        self.known = rows
        self.choices = self.extra["choices"] = [(row.key, self.shown(row)) for row in rows]

    def row(self, key: str) -> ChoiceRow:
        return next(row for row in self.known if row.key == key)

    def condition(self, value: str) -> Q:
        pk = self.row(value).pk
        if not self.many:
            return Q(**{self.column: pk})
        one = holds(self.column, pk)
        return one | Q(**{self.column: ""}) if self.open_to_all else one

    def counts(self, found: Tally, name: str) -> Counter:
        by_pk = found.of_keys(self.column, name) if self.many else found.of(self.column, name)
        everyone = by_pk[None] if self.open_to_all else 0
        return Counter({row.key: by_pk[row.pk] + everyone for row in self.known})

    def says(self, value: str) -> str | Promise:
        return self.row(value).label


class AreaFilter(TermFilter):
    """A neighbourhood or district, of a column with one. What is in an area is in it, in a part of
    it, in the district it belongs to as a whole, or in no area, which means the whole city."""

    def __init__(self, label: str | Promise, vocabulary: type[Term], **more) -> None:
        super().__init__(label, vocabulary, extra="parent", **more)

    def condition(self, value: str) -> Q:
        inside = [row.pk for row in self._inside(self.row(value))]
        return Q(**{f"{self.column}__in": inside}) | Q(**{f"{self.column}__isnull": True})

    def counts(self, found: Tally, name: str) -> Counter:
        own = found.of(self.column, name)
        return Counter(
            {
                row.key: own[None] + sum(own[inside.pk] for inside in self._inside(row))
                for row in self.known
            }
        )

    def _inside(self, area: ChoiceRow) -> list[ChoiceRow]:
        return [
            row for row in self.known if row.key in (area.key, area.extra) or row.extra == area.key
        ]

    def groups(self, counts: Counter, chosen: str) -> list[tuple[str | Promise, list[Option]]]:
        in_pankow = {row.key for row in self.known if PANKOW in (row.key, row.extra)}
        options = self._options(self.choices, counts, chosen)
        return [
            (_("Pankow"), [option for option in options if option.value in in_pankow]),
            (_("Other districts"), [each for each in options if each.value not in in_pankow]),
        ]


class AreasFilter(AreaFilter):
    """The same for what has several places: its column names all areas in which a row is found,
    and none where it is for the whole city."""

    def __init__(self, label: str | Promise, vocabulary: type[Term], **more) -> None:
        super().__init__(label, vocabulary, many=True, open_to_all=True, **more)

    condition = TermFilter.condition
    counts = TermFilter.counts


def has_bit(column: str, bits: int) -> Q:
    """Where a bit is set; of several in one number, any of them."""
    return ~Q(Exact(models.F(column).bitand(bits), 0))
