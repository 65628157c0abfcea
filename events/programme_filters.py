"""What a programme is narrowed by: day, venue, format, speaker, language. A programme is a few
hundred sessions at most and a page reads all of them, so they are narrowed in memory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from events import times
from events.models import ReleasedItem
from events.models.programme import ProgrammeFormat
from ssoe_portal.common.translation import Part

#: What a session is found by under one filter: {value in the address: what the page calls it}.
Values = Callable[[ReleasedItem], Mapping[str, str | Part]]
#: By what the choices of a filter are sorted, from value and label.
Order = Callable[[str, str | Part], Any]


@dataclass(frozen=True)
class Choice:
    key: str
    value: str
    label: str | Part
    is_chosen: bool

    @property
    def query(self) -> dict[str, str]:
        """What it changes in the address."""
        return {self.key: self.value}

    @property
    def part(self) -> Part | None:
        """The label where it may be in another language than the page."""
        return self.label if isinstance(self.label, Part) else None


class Filter:
    """One question about the programme, answered by `?key=value`."""

    def __init__(
        self,
        key: str,
        heading: str | Promise,
        anything: str | Promise,
        values: Values,
        sessions: Iterable[ReleasedItem],
        chosen: str,
        order: Order,
    ) -> None:
        self.key, self.heading, self.anything, self.values = key, heading, anything, values
        found: dict[str, str | Part] = {}
        for session in sessions:
            found |= values(session)
        self.chosen = chosen if chosen in found else ""
        self.choices = [
            Choice(key, value, label, value == self.chosen)
            for value, label in sorted(found.items(), key=lambda pair: order(*pair))
        ]

    @property
    def without(self) -> dict[str, None]:
        """What the address becomes without this filter."""
        return {self.key: None}

    @property
    def is_worth_asking(self) -> bool:
        return len(self.choices) > 1

    def passes(self, session: ReleasedItem) -> bool:
        return not self.chosen or self.chosen in self.values(session)


class Filters:
    """All filters of a programme, as an address (`asked`) answers them."""

    def __init__(self, sessions: list[ReleasedItem], asked: Mapping[str, str]) -> None:
        self.sessions = sessions
        positions = {session.venue_id: session.venue.position for session in sessions}
        formats = list(ProgrammeFormat.values)

        def of(key: str, heading: str, anything: str, values: Values, order: Order) -> Filter:
            return Filter(key, heading, anything, values, sessions, asked.get(key, ""), order)

        self.all = [
            of("day", _("When"), _("All days"), _day, lambda value, label: value),
            of(
                "venue",
                _("Where"),
                _("Everywhere"),
                _venue,
                lambda value, label: (positions[int(value)], int(value)),
            ),
            of(
                "format",
                _("What"),
                _("Everything"),
                _format,
                lambda value, label: formats.index(value),
            ),
            of("speaker", _("Who"), _("Everybody"), _speakers, _by_label),
            of("language", _("In which language"), _("All languages"), _languages, _by_label),
        ]

    @cached_property
    def worth_asking(self) -> list[Filter]:
        return [each for each in self.all if each.is_worth_asking]

    @cached_property
    def number_set(self) -> int:
        return sum(bool(each.chosen) for each in self.all)

    @cached_property
    def found(self) -> list[ReleasedItem]:
        return [
            session for session in self.sessions if all(each.passes(session) for each in self.all)
        ]


def _by_label(value: str, label: str | Part) -> str:
    return str(label).casefold()


def _day(session: ReleasedItem) -> dict[str, str | Part]:
    day = timezone.localdate(session.starts_at)
    return {day.isoformat(): times.day(day, short=True)}


def _venue(session: ReleasedItem) -> dict[str, str | Part]:
    return {str(session.venue_id): session.venue.parts.name}


def _format(session: ReleasedItem) -> dict[str, str | Part]:
    return {session.item.format: capfirst(session.format_label)}


def _speakers(session: ReleasedItem) -> dict[str, str | Part]:
    return {name: name for name in session.speaker_names}


def _languages(session: ReleasedItem) -> dict[str, str | Part]:
    return dict(session.languages)
