"""What the apps show in a member's own area: each registers its cards in `own_area.py`.

The area itself belongs to `actors`, which knows neither surveys nor events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Door:
    """A way on: where it leads, what is there; `waits` is what somebody should not miss."""

    title: str | Promise
    text: str | Promise
    url: str | Promise
    icon: str
    waits: bool = False


#: Takes the public organisations that somebody belongs to.
Source = Callable[[Sequence], list[Door]]

_sources: list[Source] = []
_standing: list[Door] = []


def register(source: Source) -> Source:
    _sources.append(source)
    return source


def register_standing(door: Door) -> None:
    """Add a way on that is there for every member, whatever is on; its `url` is lazy."""
    _standing.append(door)


def standing() -> list[Door]:
    """Return every app's ways on that are always there."""
    return list(_standing)


def doors(organisations: Sequence) -> list[Door]:
    """Return every app's cards for members of these public organisations; what waits is first."""
    if not organisations:
        return []
    found = [door for source in _sources for door in source(organisations)]
    return sorted(found, key=lambda door: not door.waits)
