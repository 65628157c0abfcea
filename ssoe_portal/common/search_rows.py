"""Narrow rows for the search: of every public entry of a kind one, that the database itself writes.

A model of such rows has `title` and `vector` (words), whatever its filters count, and a place.
`title` has the terms that say what the entry is about as well (an offer's category, an
organisation's fields). What words find and in which order is said here, for all kinds alike
(decision 9).
"""

from collections.abc import Iterator
from typing import ClassVar, Self

from django.db import models
from django.db.models import Case, Count, F, Q, Subquery, Value, When
from django.db.models.expressions import OrderBy

from ssoe_portal.common.asking import Asked, as_asked
from ssoe_portal.common.geography import LocatedQuerySet, Point
from ssoe_portal.common.vocabulary import Term


class SearchRowQuerySet(LocatedQuerySet):
    #: Terms that people may name in a search, as they are written into `vector`.
    VOCABULARIES: ClassVar[dict[str, type[Term]]] = {}
    #: Those of them that say what an entry is about; they are written into `title` as well.
    ABOUT: ClassVar[tuple[str, ...]] = ()
    #: The order of rows that the words and the distance do not tell apart: a total one.
    ORDER: ClassVar[tuple[OrderBy, ...]] = ()
    #: The same order in words that no index knows, where an index had better not be read along.
    ORDER_IN_TITLES: ClassVar[tuple[OrderBy, ...]] = ()

    def asked(self, text: str | Asked, language: str | None = None) -> Asked:
        """Return what the words mean, narrowed to as many as rows have together."""
        return as_asked(text, self.VOCABULARIES, language).narrowed_to(self)

    def found(self, asked: Asked) -> Self:
        """The rows that the words find."""
        return self.filter(self.has_words(asked)) if asked else self.none()

    def ranked(self, asked: Asked | None = None, origin: Point | None = None) -> Iterator[Self]:
        """Yield the rows in the order people see them, in parts that follow each other:

        1. every word is in the title, 2. one word is in the title, 3. a word names what it is
        about ("Wohnung" the category "Wohnen"), 4. the rest; before all, the row whose name is
        just what was typed (`is_titled`);
        within each part the nearest come first where a place is given (those without a place
        last), then `ORDER`: offers whose organisation said most recently that they are right, then
        the newest; organisations that have not faded, by name.

        Words count before distance and distance before freshness, each for itself: everyone can
        see why something stands where it stands, and the first page of a word that thousands of
        rows have needs to look at a few of them only.
        """
        order, order_in_titles = self.ORDER, self.ORDER_IN_TITLES or self.ORDER
        rows = self
        if origin is not None:
            rows = self.with_distance(origin)
            nearest = F("distance_km").asc(nulls_last=True)
            order, order_in_titles = (nearest, *order), (nearest, *order_in_titles)
        if asked is None:
            yield rows.order_by(*order)
            return
        if not asked:
            yield rows.none()  # nothing but punctuation
            return
        found = rows.found(asked)
        every = self.has_in_title(asked)
        first = order_in_titles
        if is_titled := self.is_titled(asked):
            first = (Case(When(is_titled, then=0), default=1).asc(), *first)
        # All words of a title are among those of its row: these need not be unpacked as well.
        yield (found if asked.excludes else rows).filter(every).order_by(*first)
        before = every
        if len(asked.words) > 1:
            one = Q(title=asked.any_written)
            yield found.filter(one).exclude(before).order_by(*order_in_titles)
            before |= one
        if about := self.is_about(asked):
            # Nor the terms of a single word. How many rows have a term is known well enough to
            # leave it to PostgreSQL whether it reads along the index.
            some = (rows if len(asked.words) == 1 else found).filter(about).exclude(before)
            yield some.order_by(*order)
            before |= about
        yield found.exclude(before).order_by(*order)

    def has_words(self, asked: Asked, to: str = "") -> Q:
        """Where the words are found; `to` leads from another model to its row."""
        return Q(**{f"{to}vector": asked.every})

    def has_in_title(self, asked: Asked, to: str = "") -> Q:
        """Where all of them are in the title."""
        return Q(**{f"{to}title": asked.every_written})

    def is_titled(self, asked: Asked, to: str = "") -> Q:
        """Where the title is just what was typed; nothing where rows do not hold it."""
        return Q()

    def is_about(self, asked: Asked, to: str = "") -> Q:
        """Where one of them names what an entry is about; nothing where they name no term."""
        about = asked.about(self.ABOUT)
        return Q() if about is None else Q(**{f"{to}title": about})


#: What `fits` is where the title is just what was typed.
JUST_FITS = 0


class InRowsQuerySet(models.QuerySet):
    """For entries that are found through their rows, which stand at `found_as`."""

    @classmethod
    def _narrow_rows(cls, model: type[models.Model]) -> SearchRowQuerySet:
        return model._meta.get_field("found_as").related_model._default_manager.all()

    def matching(self, text: str | Asked, language: str | None = None) -> Self:
        """Public entries that the words find, in the order of `ranked`."""
        rows, to = self._narrow_rows(self.model), "found_as__"
        asked = rows.asked(text, language)
        if not asked:
            return self.none()
        return _in_order(self.filter(rows.has_words(asked, to)), rows, asked, None, to)

    def best(self, text: str | Asked, number: int, origin: Point | None = None) -> Self:
        """The first few of `matching`; each has `found`, how many there are in all, and `matched`,
        how many of the words they have. From a place the nearest come first, as in `ranked`, all
        of them where there are no words."""
        rows = self._narrow_rows(self.model)
        asked = rows.asked(text)
        if not asked and origin is None:
            return self.none()
        found = rows.found(asked) if asked else rows
        first = _in_order(found, rows, asked, origin)
        every = found.order_by().values(all=Value(1)).annotate(count=Count("*")).values("count")
        return _in_order(
            self.filter(pk__in=first.values("pk")[:number]), rows, asked, origin, "found_as__"
        ).annotate(found=Subquery(every), matched=Value(asked.matched))


def _in_order[Entries: models.QuerySet](
    entries: Entries,
    rows: SearchRowQuerySet,
    asked: Asked,
    origin: Point | None,
    to: str = "",
) -> Entries:
    """Entries, to whose rows `to` leads, in the order of `ranked`."""
    order = [_through(to, each) for each in rows.ORDER]
    if origin is not None:
        entries = entries.with_distance(origin)
        order.insert(0, F("distance_km").asc(nulls_last=True))
    if asked:
        entries = entries.annotate(fits=_fits(rows, asked, to))
        order.insert(0, F("fits").asc())
    return entries.order_by(*order, "pk")


def _fits(rows: SearchRowQuerySet, asked: Asked, to: str = "") -> Case:
    """The number of the part that a row is in, as `ranked` counts them."""
    parts = [When(rows.has_in_title(asked, to), then=1)]
    if is_titled := rows.is_titled(asked, to):
        parts.insert(0, When(is_titled, then=JUST_FITS))
    if len(asked.words) > 1:
        parts.append(When(Q(**{f"{to}title": asked.any_written}), then=2))
    if about := rows.is_about(asked, to):
        parts.append(When(about, then=3))
    return Case(*parts, default=4)


def _through(to: str, order: OrderBy) -> OrderBy:
    return OrderBy(F(f"{to}{order.expression.name}"), descending=order.descending)
