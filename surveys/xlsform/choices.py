"""The lists of the choices sheet."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from pyxform.parsing.expression import is_xml_tag

from surveys.models.choice import Choice
from surveys.models.parts import CHOICE_NAME, LONGEST_KEY
from surveys.xlsform.lines import Findings, Line, Table, Words
from surveys.xlsform.placed import Placed
from surveys.xlsform.words import OTHER_LABEL, in_interface_languages

#: The choice that "or_other" adds.
OTHER = "other"
#: What a vocabulary of the portal has, written out for other programs.
TERM = "term"


def other_words() -> Words:
    return in_interface_languages(OTHER_LABEL)


@dataclass
class ListedChoice:
    line: Line

    @cached_property
    def words(self) -> Words:
        return self.line.words("label")


class Lists(dict[str, list[ListedChoice]]):
    """The lists of a form by their names. What is wrong with a list is said when it is used; that
    two choices are called the same always, unless the form says that it is meant."""

    def __init__(
        self, table: Table | None, findings: Findings, *, may_be_twice: bool = False
    ) -> None:
        super().__init__()
        self.findings = findings
        self.looked_at: set[str] = set()
        #: The columns that choice filters may read.
        self.filters = [
            column
            for column in (table.others if table else [])
            if not column.is_media and is_xml_tag(column.header) and ":" not in column.header
        ]
        if table is None or not table.sheet.heading.texts or not table.sheet.rows:
            return
        if not table.needs("list_name", "name"):
            return
        for line in table.lines():
            if line.refuse_marks() and not line["name"]:
                self.setdefault(line["list_name"], [])
                continue
            if line["list_name"]:
                self.setdefault(line["list_name"], []).append(ListedChoice(line))
            elif line["name"]:
                findings.warn(
                    line.at("list_name"), _("This choice belongs to no list and is left out.")
                )
        for name in self if not may_be_twice else ():
            self.look_at_names(name)

    def choices(self, name: str, most: int | None = None) -> list[Placed]:
        """The choices of a list, or the first of them, each as a definition has it."""
        if name not in self.looked_at:
            self.looked_at.add(name)
            self.look_at(name)
        return [
            self.placed(choice)
            for choice in self[name][:most]
            if choice.line["portal::role"] != TERM
        ]

    def know_columns(self, choices: list[Placed], source: str) -> None:
        """Let a filter read a column in which none of these choices has anything."""
        for column in self.filters:
            name = column.header
            is_read = re.search(rf"(?<![\w.${{-]){re.escape(name)}(?![\w(-])", source)
            if is_read and not any(name in (choice["columns"] or {}) for choice in choices):
                choices[0]["columns"] = {**(choices[0]["columns"] or {}), name: ""}

    def look_at_names(self, name: str) -> None:
        """Two choices of a list cannot be called the same."""
        seen: dict[str, Line] = {}
        for choice in self[name]:
            line = choice.line
            key = line["name"]
            if not key:
                self.findings.error(line.at("name"), _("This choice has no name."))
            elif key in seen:
                self.findings.error(
                    line.at("name"),
                    _(
                        "“%(name)s” is in this list twice, in row %(row)s, too. An answer could "
                        "mean both."
                    )
                    % {"name": key, "row": seen[key].row.number},
                )
            seen.setdefault(key, line)

    def look_at(self, name: str) -> None:
        """What is wrong with a list that is used."""
        self.look_at_names(name)
        for choice in self[name]:
            line = choice.line
            if not CHOICE_NAME.regex.match(line["name"] or "-"):
                self.findings.error(
                    line.at("name"),
                    _("The name of a choice has no spaces: “%(name)s”.") % {"name": line["name"]},
                )
            elif len(line["name"]) > LONGEST_KEY:
                self.findings.error(
                    line.at("name"),
                    _("A name has %(number)s characters at most.") % {"number": LONGEST_KEY},
                )
            if not choice.words:
                self.findings.error(
                    line.at("label"), _("This choice has no label; pictures are not shown here.")
                )
            elif any("${" in words for words in choice.words.values()):
                self.findings.error(
                    line.at("label"), _("The label of a choice cannot quote an answer here.")
                )

    def placed(self, choice: ListedChoice) -> Placed:
        line = choice.line
        return Placed(
            line,
            key=line["portal::key"] or line["name"],
            role=line["portal::role"] or Choice.Role.OPTION.value,
            label=choice.words,
            columns=own_columns(line)
            if line["portal::columns"]
            else {
                column.header: text
                for column in self.filters
                if (text := line.row.texts.get(column.number))
            },
        )


def own_columns(line: Line) -> Any:
    """What our own export writes of columns that no heading can name."""
    try:
        return json.loads(line["portal::columns"])
    except ValueError:
        return None
