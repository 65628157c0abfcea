"""Parts of a definition that know where in the form they come from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from surveys.xlsform.lines import Line
from surveys.xlsform.reading import Place

#: Which column holds what a definition calls something else.
COLUMNS = {
    "key": "name",
    "wording": "label",
    "title": "label",
    "label": "label",
    "help_text": "hint",
    "introduction": "hint",
    "kind": "type",
    "choices": "type",
    "repeats": "type",
    "required_if": "required",
    "minimum": "parameters",
    "maximum": "parameters",
    "decimals": "parameters",
    "why": "portal::why",
    "unit": "portal::unit",
    "role": "portal::role",
    "columns": "portal::columns",
    "vocabulary": "portal::vocabulary",
    "profile_field": "portal::profile_field",
    "counts_from": "portal::counts_from",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """When something is asked, and where the form says so."""

    source: str
    place: Place


def joined(conditions: Iterable[Condition]) -> str:
    """All conditions as one formula."""
    sources = list(dict.fromkeys(condition.source for condition in conditions))
    if len(sources) < 2:
        return "".join(sources)
    return " and ".join(f"({source})" for source in sources)


class Placed(dict):
    """A part of a definition, and the row of the form that says it. `conditions` are what its
    "relevant" is made of, those of the groups around it, too."""

    conditions: Sequence[Condition] = ()

    def __init__(self, line: Line, **values: Any) -> None:
        super().__init__(values)
        self.line = line

    def asked_if(self, conditions: Sequence[Condition]) -> Self:
        self.conditions = conditions
        self["relevant"] = joined(conditions)
        return self

    def at(self, field: str = "", language: str = "") -> Place:
        """Where the form says this field."""
        if not field:
            return self.line.at()
        return self.line.at(COLUMNS.get(field, field), language)


class PlacedSurvey(Placed):
    """What a definition says of the survey itself; the settings sheet has its own columns for
    it."""

    def at(self, field: str = "", language: str = "") -> Place:
        place = self.line.at(f"portal::{field}", language)
        if not place.column:
            place = self.line.at({"slug": "id"}.get(field, field))
        return place


def place_of(definition: dict[str, Any], path: str) -> Place:
    """Where in the form a path of the definition leads: "sections[2].questions[0].relevant"."""
    node: Any = definition
    place = Place("survey")
    parts = re.findall(r"[^.\[\]]+", path)
    for index, part in enumerate(parts):
        if isinstance(node, Placed):
            field, *more = parts[index:]
            place = node.at(field, more[0] if more else "")
        try:
            node = node[int(part)] if isinstance(node, list) else node[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return place
        if isinstance(node, Placed):
            place = node.at()
    return place
