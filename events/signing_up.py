"""Programme items with a number of places: whoever is registered signs up for them.

People are counted from the sign-ups while the event's row is held, as everything that gives places
away does (`registering.py`); nobody waits for an item's places.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction

from events import letters, registering
from events.models import Event, ItemSignUp, Registration, ReleasedItem
from ssoe_portal.common.moderation import TransitionNotAllowed


class NoRoom(Exception):
    """So many do not fit: `free` says how many places the party can have, by item."""

    def __init__(self, free: Mapping[int, int]) -> None:
        super().__init__(free)
        self.free = free


class InTwoPlaces(Exception):
    """More people than the party has would be at items that take place at once: `others` says with
    which one, and how many people that would be, by item."""

    def __init__(self, others: Mapping[int, tuple[ReleasedItem, int]]) -> None:
        super().__init__(others)
        self.others = others


def is_possible(party: Registration) -> bool:
    """Whether a party can choose anything now, if there is something to choose."""
    return party.is_confirmed and party.event.is_published and not party.event.is_over


@transaction.atomic
def choose(party: Registration, wanted: Mapping[int, int], *, by_staff: bool = False) -> bool:
    """Sign so many people of a party up for items, by their keys; 0 takes them out. Return whether
    that changed anything; then there is one letter, and sent twice the second time changes nothing.

    Raises NoRoom where places are missing, InTwoPlaces where people would have to be at two items
    at once, and TransitionNotAllowed where the party has no place at the event, is smaller, or an
    item takes nobody any more; nothing is changed then.
    """
    party = registering.hold(party)
    if not is_possible(party):
        raise TransitionNotAllowed(f"registration {party.pk} is {party.state}")
    changed = _changed(party, wanted)
    if not changed:
        return False
    leaves = [item for item, people in changed.items() if not people]
    party.sign_ups.filter(item__in=leaves).delete()
    ItemSignUp.objects.bulk_create(
        [
            ItemSignUp(registration=party, item_id=item, people=people)
            for item, people in changed.items()
            if people
        ],
        update_conflicts=True,
        unique_fields=["registration", "item"],
        update_fields=["people"],
    )
    letters.queue("changed", party, by_staff=int(by_staff))
    return True


def _changed(party: Registration, wanted: Mapping[int, int]) -> dict[int, int]:
    """Return what is another number than it was, if all of it is possible."""
    before = dict(party.sign_ups.values_list("item", "people"))
    changed = {item: number for item, number in wanted.items() if number != before.get(item, 0)}
    more = {item: number for item, number in changed.items() if number > before.get(item, 0)}
    if not more:
        return changed
    rows = {row.pk: row for row in _locked_rows(party.event, {*before, *more})}
    for item, number in more.items():
        if number > party.size or item not in rows or not rows[item].takes_sign_ups:
            raise TransitionNotAllowed(f"item {item} takes no {number} of registration {party.pk}")
    free = {item: (rows[item].free or 0) + before.get(item, 0) for item in more}
    if any(number > free[item] for item, number in more.items()):
        raise NoRoom({item: free[item] for item in more if more[item] > free[item]})
    numbers = before | changed
    taking_part = [(row, numbers[item]) for item, row in rows.items() if numbers[item]]
    others = {item: _beside(rows[item], taking_part, party.size) for item in more}
    if any(others.values()):
        raise InTwoPlaces({item: other for item, other in others.items() if other})
    return changed


def _beside(
    item: ReleasedItem, taking_part: list[tuple[ReleasedItem, int]], size: int
) -> tuple[ReleasedItem, int] | None:
    """Return an item at the same time with which it would take more than `size` people, and how
    many it would take; places for people who cannot come are missing to others."""
    at_once = [
        (other, number)
        for other, number in taking_part
        if not other.is_cancelled
        and other.starts_at < item.ends_at
        and item.starts_at < other.ends_at
    ]
    for moment in sorted({max(item.starts_at, other.starts_at) for other, _ in at_once}):
        there = [pair for pair in at_once if pair[0].starts_at <= moment < pair[0].ends_at]
        people = sum(number for _, number in there)
        if people > size:
            return next(other for other, _ in there if other.pk != item.pk), people
    return None


def _locked_rows(event: Event, items: Iterable[int]) -> list[ReleasedItem]:
    """Items with their numbers, for a caller that holds the event's lock."""
    return list(ReleasedItem.objects.filter(event=event, pk__in=items).for_programme())
