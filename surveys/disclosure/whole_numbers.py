"""Unknown whole numbers, of which some sums are known: what they can be.

Linear algebra says which sums follow from others, whatever the numbers are. Bounds that are handed
to and fro between the sums until none gets tighter are the generalised shuttle algorithm (Dobra
and Fienberg, "The Generalized Shuttle Algorithm", Working Paper 83, Center for Statistics and the
Social Sciences, University of Washington 2008). They hold but may be too wide; branching, as in the
same paper, makes them sharp: it finds numbers that fit, or that there are none. In two dimensions
that is a way around the table, by which Gusfield, "A graph theoretic approach to statistical data
security", SIAM Journal on Computing 17, 1988, tells what is unprotected.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

#: An index of a number, and +1 or -1.
Terms = tuple[tuple[int, int], ...]
#: Of each number the sums that it is in: their places and its sign.
SumsOf = Sequence[Sequence[tuple[int, int]]]
#: More than any sum of people.
NO_LIMIT = 10**12
#: How often a search begins, and how many branches the first looks at; each looks at twice as many.
ATTEMPTS = 5
FIRST_PATIENCE = 40


class OutOfPatience(Exception):
    """The search was given up: it is not known whether there is a solution."""


@dataclass(frozen=True)
class Sum:
    """A sum or difference of numbers lies between two bounds. `words` say why."""

    terms: Terms
    lowest: int
    highest: int
    words: str = ""

    def of(self, numbers: Sequence[int]) -> int:
        return sum(sign * numbers[number] for number, sign in self.terms)

    def lack(self, total: int) -> int:
        """How far a total is from what is known: what is missing, or, below zero, too much."""
        if total < self.lowest:
            return self.lowest - total
        return self.highest - total if total > self.highest else 0


class Unknowns:
    """Numbers between `lower` and `upper`, of which `sums` are known; `near` is one solution."""

    def __init__(
        self,
        lower: Sequence[int],
        upper: Sequence[int],
        sums: Iterable[Sum],
        near: Sequence[int],
    ) -> None:
        self.sums = list(sums)
        self.sums_of: list[list[tuple[int, int]]] = [[] for _ in lower]
        for place, known in enumerate(self.sums):
            for number, sign in known.terms:
                self.sums_of[number].append((place, sign))
        self.near = Branch(list(lower), list(upper), list(near), [k.of(near) for k in self.sums])
        fits = self.near.tighten(self.sums, self.sums_of, range(len(self.sums)))
        assert fits and not self.near.broken, "what is known is not true"

    @property
    def lower(self) -> list[int]:
        return self.near.lower

    @property
    def upper(self) -> list[int]:
        return self.near.upper

    def bounds(self, terms: Terms) -> tuple[int, int]:
        """Bounds of a sum that hold and may be too wide."""
        ends = [(sign * self.lower[number], sign * self.upper[number]) for number, sign in terms]
        return sum(min(pair) for pair in ends), sum(max(pair) for pair in ends)

    def solution(self, wanted: Sum, near: Sequence[int] | None = None) -> list[int] | None:
        """Numbers that fit and make `wanted` true, close to `near`; None if there are none.

        Raises OutOfPatience where neither is found. A search may lose its way early, so it begins
        anew, in another order and with more patience.
        """
        start = self.near
        if near is not None:
            totals = [known.of(near) for known in self.sums]
            start = Branch(self.lower, self.upper, list(near), totals)
        for attempt in range(ATTEMPTS):
            order = list(range(len(self.lower)))
            if attempt:
                random.Random(attempt).shuffle(order)  # noqa: S311 (the same order each time)
            try:
                return self._search(start, wanted, order, FIRST_PATIENCE << attempt)
            except OutOfPatience:
                continue
        raise OutOfPatience

    def _search(
        self, start: "Branch", wanted: Sum, order: Sequence[int], patience: int
    ) -> list[int] | None:
        sums = [*self.sums, wanted]
        sums_of = list(self.sums_of)
        for number, sign in wanted.terms:
            sums_of[number] = [*sums_of[number], (len(self.sums), sign)]
        first = start.copy()
        first.totals.append(wanted.of(first.guess))
        first.broken = {len(self.sums)} if wanted.lack(first.totals[-1]) else set()
        branches: list[tuple[Branch, Sequence[int]]] = [(first, [len(self.sums)])]
        while branches:
            if not patience:
                raise OutOfPatience
            patience -= 1
            branch, waiting = branches.pop()
            if not branch.tighten(sums, sums_of, waiting):
                continue
            if not branch.broken:
                return branch.guess
            number, by = branch.next_step(sums, sums_of, order)
            # Either as far as that, or not. The first is looked at first.
            far, near = branch.copy(), branch
            there = branch.guess[number] + by
            if by > 0:
                far.lower[number], near.upper[number] = there, there - 1
            else:
                far.upper[number], near.lower[number] = there, there + 1
            far.move(number, by, sums, sums_of)
            changed = [place for place, _sign in sums_of[number]]
            branches += [(near, changed), (far, changed)]
        return None


@dataclass
class Branch:
    """Bounds, a guess within them, what its sums come to and which of them are not as known."""

    lower: list[int]
    upper: list[int]
    guess: list[int]
    totals: list[int]
    broken: set[int] = field(default_factory=set)

    def copy(self) -> "Branch":
        return Branch(
            self.lower.copy(),
            self.upper.copy(),
            self.guess.copy(),
            self.totals.copy(),
            self.broken.copy(),
        )

    def move(self, number: int, by: int, sums: Sequence[Sum], sums_of: SumsOf) -> None:
        self.guess[number] += by
        for place, sign in sums_of[number]:
            self.totals[place] += sign * by
            if sums[place].lack(self.totals[place]):
                self.broken.add(place)
            else:
                self.broken.discard(place)

    def tighten(self, sums: Sequence[Sum], sums_of: SumsOf, waiting: Iterable[int]) -> bool:
        """Hand bounds to and fro between the sums that wait and those of what changes, and the
        guess along with them. False if nothing fits."""
        lower, upper = self.lower, self.upper
        waiting = set(waiting)
        while waiting:
            known = sums[waiting.pop()]
            least = most = 0
            for number, sign in known.terms:
                if sign > 0:
                    least += lower[number]
                    most += upper[number]
                else:
                    least -= upper[number]
                    most -= lower[number]
            if least > known.highest or most < known.lowest:
                return False
            up, down = known.highest - least, most - known.lowest
            if up >= most - least and down >= most - least:
                continue
            for number, sign in known.terms:
                low, high = lower[number], upper[number]
                if sign > 0:
                    new_low, new_high = max(low, high - down), min(high, low + up)
                else:
                    new_low, new_high = max(low, high - up), min(high, low + down)
                if new_low > low or new_high < high:
                    lower[number], upper[number] = new_low, new_high
                    waiting.update(other for other, _sign in sums_of[number])
                    guess = self.guess[number]
                    by = max(new_low - guess, 0) - max(guess - new_high, 0)
                    if by:
                        self.move(number, by, sums, sums_of)
        return True

    def next_step(
        self, sums: Sequence[Sum], sums_of: SumsOf, order: Sequence[int]
    ) -> tuple[int, int]:
        """Which number to move, by how much, so that a sum that is not as known gets better and the
        others suffer least."""
        place = min(self.broken)
        missing = sums[place].lack(self.totals[place])
        best = None
        for number, sign in sums[place].terms:
            way = sign if missing > 0 else -sign
            room = (
                self.upper[number] - self.guess[number]
                if way > 0
                else self.guess[number] - self.lower[number]
            )
            if not room:
                continue
            worse = 0
            for other, its_sign in sums_of[number]:
                total = self.totals[other]
                worse += abs(sums[other].lack(total + way * its_sign)) - abs(
                    sums[other].lack(total)
                )
            rank = worse, order[number]
            if best is None or rank < best[0]:
                best = rank, number, way * min(room, abs(missing))
        assert best is not None, "bounds that were handed on leave room"
        return best[1], best[2]


def independent(unknowns: Unknowns) -> list[list[int]]:
    """The numbers that are not fixed yet, in bundles that no sum connects."""
    bundle = list(range(len(unknowns.lower)))

    def find(number: int) -> int:
        while bundle[number] != number:
            bundle[number] = bundle[bundle[number]]
            number = bundle[number]
        return number

    def is_open(number: int) -> bool:
        return unknowns.lower[number] < unknowns.upper[number]

    for known in unknowns.sums:
        numbers = [find(number) for number, _sign in known.terms if is_open(number)]
        for number in numbers[1:]:
            bundle[find(number)] = find(numbers[0])
    found: dict[int, list[int]] = {}
    for number in range(len(bundle)):
        if is_open(number):
            found.setdefault(find(number), []).append(number)
    return list(found.values())


def reduced(rows: Iterable[Mapping[int, int]]) -> dict[int, dict[int, Fraction]]:
    """The rows in reduced echelon form: pivot to row (Gauss and Jordan, exactly)."""
    found: dict[int, dict[int, Fraction]] = {}
    for given in rows:
        row = without(found, given)
        if not row:
            continue
        pivot = min(row)
        row = {place: value / row[pivot] for place, value in row.items()}
        for key, other in found.items():
            if pivot in other:
                found[key] = _minus(other, row, other[pivot])
        found[pivot] = row
    return found


def without(
    basis: Mapping[int, Mapping[int, Fraction]], row: Mapping[int, int]
) -> dict[int, Fraction]:
    """What is left of a row when all that follows from a reduced basis is taken away."""
    left = {place: Fraction(value) for place, value in row.items() if value}
    for pivot in [place for place in left if place in basis]:
        left = _minus(left, basis[pivot], left[pivot])
    return left


def _minus(
    row: Mapping[int, Fraction], other: Mapping[int, Fraction], times: Fraction
) -> dict[int, Fraction]:
    left = dict(row)
    for place, value in other.items():
        rest = left.get(place, Fraction(0)) - times * value
        if rest:
            left[place] = rest
        else:
            left.pop(place, None)
    return left
