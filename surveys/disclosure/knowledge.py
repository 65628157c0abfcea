"""What somebody knows of a wave, and what follows from it.

That is somebody who reads every figure of every question, knows how many people of each group
answered, how questions depend on each other and, as the task force does, all attributed answers.
The true numbers are there, too: a search begins with them. They do not change what follows.

Bounds on counts that follow from published margins: Dobra and Fienberg, "Bounds for cell entries
in contingency tables given marginal totals and decomposable graphs", PNAS 97, 2000. How they are
found: `whole_numbers`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from surveys.disclosure.tables import (
    Cell,
    Figure,
    Reason,
    Relation,
    Release,
    Row,
    Rows,
    Span,
    Table,
    released,
    shown_sets,
    size_of,
)
from surveys.disclosure.whole_numbers import (
    NO_LIMIT,
    OutOfPatience,
    Sum,
    Terms,
    Unknowns,
    independent,
    reduced,
    without,
)


class Knowledge:
    """All that somebody knows of the answers, as sums of unknown numbers of people.

    Each count of a row in a cell is an unknown, and so is a base that would say how many people
    chose something (`Relation`). For the anonymous, attributed answers are taken off every figure.
    """

    def __init__(
        self,
        tables: Sequence[Table],
        releases: Sequence[Release],
        relations: Sequence[Relation],
        part: str,
        without: Iterable[str] = (),
    ) -> None:
        """`without` names facts to leave out. Raises ValueError if a relation does not hold."""
        self.part = part
        self.thresholds = {release.table: release.threshold for release in releases}
        self.tables = {table.name: table for table in tables}
        self.without = set(without)
        self.number: dict[tuple[str, Row | None, Cell], int] = {}
        self.truth: list[int] = []
        self.upper: list[int] = []
        self.sums: list[Sum] = []
        self.unsized = {
            relation.inner.table
            for relation in relations
            if relation.inner.row is None and relation.outer.row is not None
        }
        for table in tables:
            self._ask(table)
        for relation in relations:
            self._relate(relation)
        for table in tables:
            self._read(table, released(table, releases))
        self._split()

    # What is asked.

    def figure(self, table: Table, row: Row | None, cells: Iterable[Cell]) -> tuple[Terms, int]:
        """A count or a base: unknowns, and what is known to be added to them."""
        terms, plus = [], 0
        for cell in cells:
            key = table.name, row, cell
            if key in self.number:
                terms.append((self.number[key], 1))
            elif row is None:
                plus += size_of(table.bases[cell], self.part)
        return tuple(terms), plus

    def secrets(self, table: Table, row: Row, cells: Sequence[Cell]) -> list[Terms]:
        """What must not follow of a count: the number itself or, where it is everybody, that it is
        everybody (which is the same if it is known how many they are)."""
        terms, _plus = self.figure(table, row, cells)
        if table.name not in self.unsized:
            return [terms]
        base, _plus = self.figure(table, None, cells)
        found = []
        size = self._value(base)
        if size < self.thresholds[table.name] or not self._value(terms):
            found.append(terms)
        if self._value(terms) == size:
            found.append(terms + tuple((number, -sign) for number, sign in base))
        return found

    def is_fixed(self, terms: Terms) -> bool | None:
        """Whether the sum can only be what it is; None if that is not found out."""
        answer: bool | None = True
        for bundle, own_terms in self._by_bundle(terms):
            fixed = bundle.is_fixed(own_terms)
            if fixed is False:
                return False
            if fixed is None:
                answer = None
        return answer

    def follows(self, terms: Terms) -> bool:
        """Whether the sum follows by linear algebra alone, whatever the bounds are."""
        return all(bundle.follows(own_terms) for bundle, own_terms in self._by_bundle(terms))

    def span(self, terms: Terms, plus: int = 0) -> Span:
        """The least and the most that the sum can be."""
        found = Span(plus, plus)
        for number, sign in terms:
            if number not in self.bundle_of:
                fixed = sign * self.truth[number]
                found += Span(fixed, fixed)
        for bundle, own_terms in self._by_bundle(terms):
            found += bundle.span(own_terms)
        return found

    def _by_bundle(self, terms: Terms) -> Iterator[tuple["Bundle", Terms]]:
        own: dict[int, list[tuple[int, int]]] = {}
        for number, sign in terms:
            if number in self.bundle_of:
                place, own_number = self.bundle_of[number]
                own.setdefault(place, []).append((own_number, sign))
        for place, own_terms in own.items():
            yield self.bundles[place], tuple(own_terms)

    # What is known.

    def _ask(self, table: Table) -> None:
        """Each person gives answers of the kind that the question allows."""
        unsized = table.name in self.unsized
        crowd = max(size_of(t.base(t.bases), self.part) for t in self.tables.values())
        for cell, tally in table.bases.items():
            size = size_of(tally, self.part)
            if not (size or unsized):
                continue
            most = crowd if unsized else size
            base = self._unknown(table.name, None, cell, size, most) if unsized else None
            rows = {
                row: self._unknown(
                    table.name, row, cell, size_of(table.count(row, [cell]), self.part), most
                )
                for row in table.counts
            }
            self._answer(table, cell, size, base, rows)

    def _unknown(self, table: str, row: Row | None, cell: Cell, value: int, most: int) -> int:
        number = self.number[table, row, cell] = len(self.truth)
        self.truth.append(value)
        self.upper.append(most)
        return number

    def _answer(
        self, table: Table, cell: Cell, size: int, base: int | None, rows: Mapping[Row, int]
    ) -> None:
        """What holds of the rows of these people, whatever they answered."""
        who = f"{table.name}, {', '.join(cell)}"
        everybody = tuple((number, 1) for number in rows.values())
        given = sum(self.truth[number] for number in rows.values())

        def compare(terms: Terms, lowest: int, highest: int, words: str) -> None:
            """With the number of people: a base that is known, or is not."""
            if base is None:
                self._add(terms, lowest + size, highest + size, words)
            else:
                self._add((*terms, (base, -1)), lowest, highest, words)

        if table.rows == Rows.ONE_OF:
            # Where some answered outside these rows, nobody can rely on their adding up.
            least, most = 0 if given >= size else -NO_LIMIT, 0 if given <= size else NO_LIMIT
            compare(everybody, least, most, f"{who}: everybody chose one")
            return
        if table.rows == Rows.SOME_OF and given >= size:
            compare(everybody, 0, NO_LIMIT, f"{who}: everybody chose something")
        if base is not None:
            for number in rows.values():
                compare(((number, 1),), -NO_LIMIT, 0, f"{who}: nobody counts twice")
        if table.alone is not None:
            lonely = rows[table.alone]
            for number in rows.values():
                if number != lonely and self.truth[number] + self.truth[lonely] <= size:
                    pair = ((number, 1), (lonely, 1))
                    compare(pair, -NO_LIMIT, 0, f"{who}: “{table.alone}” stands alone")

    def _relate(self, relation: Relation) -> None:
        """The people of one figure are among those of the other, in each group that both know."""
        narrowed = {*relation.inner.where, *relation.outer.where}
        theirs = self.tables[relation.outer.table].breakdowns
        common = [
            breakdown
            for breakdown in self.tables[relation.inner.table].breakdowns
            if breakdown in theirs and breakdown not in narrowed
        ]
        inner, outer = (
            self._grouped(figure, common) for figure in (relation.inner, relation.outer)
        )
        nobody: tuple[Terms, int] = ((), 0)
        for key in inner.keys() | outer.keys():
            terms, plus = inner.get(key, nobody)
            more, minus = outer.get(key, nobody)
            terms = terms + tuple((number, -sign) for number, sign in more)
            rest = self._value(terms) + plus - minus
            if rest > 0 or (relation.whole and rest < 0):
                raise ValueError(f"the answers of {key} do not fit {relation}")
            self._add(
                terms,
                minus - plus if relation.whole else -NO_LIMIT,
                minus - plus,
                f"“{relation.inner.table}” is asked after “{relation.outer.table}”",
            )

    def _grouped(self, figure: Figure, common: Sequence[str]) -> dict[Cell, tuple[Terms, int]]:
        table = self.tables[figure.table]
        members: dict[Cell, list[Cell]] = {}
        for cell in table.bases:
            groups = dict(zip(table.breakdowns, cell, strict=True))
            if all(groups[breakdown] == group for breakdown, group in figure.where.items()):
                key = tuple(groups[breakdown] for breakdown in common)
                members.setdefault(key, []).append(cell)
        return {key: self.figure(table, figure.row, cells) for key, cells in members.items()}

    def _read(self, table: Table, releases: Sequence[Release]) -> None:
        """Take in what is shown."""
        for label, cells, column in shown_sets(table, releases):
            known = 0
            if self.part == "anonymous":
                known = table.base(cells).attributed
            terms, plus = self.figure(table, None, cells)
            base = column.base - known - plus
            self._add(terms, base, base, f"{table.name}, {label}: {column.base} answered")
            for row, span in column.counts.items():
                if self.part == "anonymous":
                    known = table.count(row, cells).attributed
                terms, _plus = self.figure(table, row, cells)
                words = f"{table.name}, {label}: {span} chose “{row}”"
                self._add(terms, span.lowest - known, span.highest - known, words)
        if table.name in self.unsized:
            for release in releases:
                for group, cells in table.groups(release.breakdown).items():
                    if release.withheld is None and group in release.hidden:
                        self._read_reason(table, group, cells, release, release.hidden[group])
                if release.withheld == Reason.SMALL:
                    self._read_reason(table, "all", list(table.bases), release, release.withheld)

    def _read_reason(
        self, table: Table, label: str, cells: Iterable[Cell], release: Release, reason: Reason
    ) -> None:
        """Why people are hidden says something about how many they are, where that is not known.

        Small are fewer than the threshold, or the anonymous among them are. The others are not;
        where there is nobody, that is taken as known, which is more than is said.
        """
        base = table.base(cells)
        known = base.attributed if self.part == "anonymous" else 0
        terms, _plus = self.figure(table, None, cells)
        size = size_of(base, self.part)
        if reason == Reason.SMALL:
            lowest = 1 - known
            highest = release.threshold - 1 if self.part == "anonymous" else NO_LIMIT
        else:
            lowest = release.threshold - known if base.all else 0
            highest = NO_LIMIT if size else 0
        self._add(terms, lowest, highest, f"{table.name}, {label}: why it is hidden")

    def _add(self, terms: Terms, lowest: int, highest: int, words: str) -> None:
        if terms and words not in self.without:
            assert lowest <= self._value(terms) <= highest, f"what is shown is not true: {words}"
            self.sums.append(Sum(terms, lowest, highest, words))

    def _value(self, terms: Terms) -> int:
        return sum(sign * self.truth[number] for number, sign in terms)

    def _split(self) -> None:
        """Unknowns that no sum connects are looked at apart."""
        everything = Unknowns([0] * len(self.truth), self.upper, self.sums, self.truth)
        self.bundles: list[Bundle] = []
        self.bundle_of: dict[int, tuple[int, int]] = {}
        for numbers in independent(everything):
            own = {number: place for place, number in enumerate(numbers)}
            for number, place in own.items():
                self.bundle_of[number] = len(self.bundles), place
            places = {place for number in numbers for place, _sign in everything.sums_of[number]}
            sums = []
            for place in sorted(places):
                known = everything.sums[place]
                open_terms = tuple((own[n], sign) for n, sign in known.terms if n in own)
                fixed = self._value(tuple(t for t in known.terms if t[0] not in own))
                sums.append(
                    replace(
                        known,
                        terms=open_terms,
                        lowest=known.lowest - fixed,
                        highest=known.highest - fixed,
                    )
                )
            unknowns = Unknowns(
                [everything.lower[number] for number in numbers],
                [everything.upper[number] for number in numbers],
                sums,
                [self.truth[number] for number in numbers],
            )
            self.bundles.append(Bundle(unknowns))


class Bundle:
    """Unknowns that depend on each other, with the true numbers to start from."""

    def __init__(self, unknowns: Unknowns) -> None:
        self.unknowns = unknowns
        self.truth = unknowns.near.guess
        #: Differences to the truth that fit everything known.
        self.moves: list[dict[int, int]] = []

    def is_fixed(self, terms: Terms) -> bool | None:
        true = self._value(terms)
        lowest, highest = self.unknowns.bounds(terms)
        if lowest == highest:
            return True
        for move in self.moves:
            if sum(sign * move.get(number, 0) for number, sign in terms):
                return False
        answer: bool | None = True
        for low, high in ((true + 1, highest), (lowest, true - 1)):
            if low > high:
                continue
            try:
                found = self.unknowns.solution(Sum(terms, low, high))
            except OutOfPatience:
                answer = None
            else:
                if found is not None:
                    self._remember(found)
                    return False
        return answer

    def span(self, terms: Terms) -> Span:
        return Span(self._end(terms, -1), self._end(terms, 1))

    def follows(self, terms: Terms) -> bool:
        """Whether the sum follows by linear algebra alone."""
        exact = reduced(
            dict(known.terms) for known in self.unknowns.sums if known.lowest == known.highest
        )
        return not without(exact, dict(terms))

    def _end(self, terms: Terms, way: int) -> int:
        """The most (or least) that the sum can be: from a solution to a better one until there is
        none. Where the search gives up, a bound that holds and may be too wide."""
        lowest, highest = self.unknowns.bounds(terms)
        best, numbers = self._value(terms), self.truth
        while best < highest if way > 0 else best > lowest:
            wanted = (best + 1, highest) if way > 0 else (lowest, best - 1)
            try:
                found = self.unknowns.solution(Sum(terms, *wanted), near=numbers)
            except OutOfPatience:
                return highest if way > 0 else lowest
            if found is None:
                break
            numbers = found
            best = sum(sign * numbers[number] for number, sign in terms)
        return best

    def _remember(self, found: Sequence[int]) -> None:
        self.moves.append(
            {
                number: value - true
                for number, (value, true) in enumerate(zip(found, self.truth, strict=True))
                if value != true
            }
        )

    def _value(self, terms: Terms) -> int:
        return sum(sign * self.truth[number] for number, sign in terms)
