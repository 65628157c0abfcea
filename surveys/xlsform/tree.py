"""The survey sheet as a tree: groups, repeats and the questions in them; loops are written out."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from pyxform import aliases
from pyxform.parsing.expression import is_xml_tag
from pyxform.parsing.sheet_headers import to_snake_case

from surveys.expressions import rename, rename_in_text
from surveys.expressions.syntax import NAME
from surveys.models.parts import LONGEST_KEY
from surveys.models.questionnaire import Kind
from surveys.xlsform.choices import OTHER, Lists, other_words
from surveys.xlsform.columns import NO_LANGUAGE, TRANSLATED
from surveys.xlsform.lines import Findings, Line, Table, Words
from surveys.xlsform.types import Type, begins, ends, known_types, type_of

#: Groups inside one another, and questions in a form.
DEEPEST, MOST_QUESTIONS = 10, 3_000
#: What our own export adds for other programs: skipped when it comes in again.
ADDED = ("words", "term")


@dataclass(eq=False)
class Node:
    """A question, or what holds questions: "group", "repeat" or "loop"."""

    line: Line
    holds: str = ""
    type: Type = field(default_factory=Type)
    list_name: str = ""
    children: list["Node"] = field(default_factory=list)
    #: How it is called here, where that is not how the form calls it.
    key: str = ""
    #: Whether its type is refused; it stands there so that formulas which read it are not wrong.
    is_refused: bool = False
    #: Its label, where that is not the row's.
    words: Words | None = None

    @property
    def name(self) -> str:
        return self.line["name"]

    @property
    def label(self) -> Words:
        return self.line.words("label") if self.words is None else self.words

    @property
    def appearance(self) -> list[str]:
        return self.line["appearance"].split()

    def walk(self) -> Iterator["Node"]:
        """All that is in it, from top to bottom."""
        for child in self.children:
            yield child
            yield from child.walk()

    def has_repeat(self) -> bool:
        return any(node.holds == "repeat" for node in self.walk())


class Tree:
    """Reads the survey sheet; `settings` are the few that old forms have on it."""

    def __init__(self, table: Table, lists: Lists, findings: Findings) -> None:
        self.table = table
        self.lists = lists
        self.findings = findings
        self.settings: dict[str, str] = {}
        self.root = Node(Line(table, table.sheet.heading), "group")
        self.open: list[Node] = [self.root]
        self.number = 0

    def read(self) -> Node:
        for line in self.table.lines():
            if line.refuse_marks() and not (line["type"] and line["name"]):
                continue
            if line.flag("disabled"):
                self.findings.warn(line.at("disabled"), _("This row is disabled and left out."))
                continue
            self.row(line)
        for node in self.open[1:]:
            self.findings.error(
                node.line.at("type"), _("What begins here has no end: the row for it is missing.")
            )
        self.write_out(self.root)
        return self.root

    def row(self, line: Line) -> None:
        words = " ".join(line["type"].split())
        if not words:
            return self.without_type(line)
        setting = aliases.settings_header.get(to_snake_case(words))
        if setting:
            self.settings[setting] = line["name"]
        elif holds := ends(words):
            self.end(line, holds)
        elif found := begins(words):
            self.begin(line, *found)
        elif line["portal::kind"] not in ADDED:
            self.question(line, words)
        return None

    def without_type(self, line: Line) -> None:
        if line["name"] or line.words("label"):
            self.findings.error(line.at("type"), _("This row does not say which type it is."))
        else:
            self.findings.warn(
                line.at(), _("This row has neither type nor name and is taken for a remark.")
            )

    def begin(self, line: Line, holds: str, list_name: str) -> None:
        node = Node(line, holds, list_name=list_name)
        self.named(line)
        if len(self.open) > DEEPEST:
            self.findings.error(line.at("type"), _("Here are too many groups inside one another."))
        if holds == "repeat" and any(node.holds == "repeat" for node in self.open):
            self.findings.error(
                line.at("type"),
                _("A repeat inside a repeat cannot be asked here. Please put it behind the other."),
            )
        if holds == "loop" and list_name not in self.lists:
            self.unknown_list(line, list_name)
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, line: Line, holds: str) -> None:
        if len(self.open) == 1:
            self.findings.error(line.at("type"), _("This ends something that never began."))
            return
        if self.open[-1].holds != holds:
            begun = self.open[-1].line
            self.findings.error(
                line.at("type"),
                _("This ends something else than what began in row %(row)s: “%(type)s”.")
                % {"row": begun.row.number, "type": begun["type"]},
            )
        self.open.pop()

    def question(self, line: Line, words: str) -> None:
        kind = type_of(words)
        if not kind.kind:
            self.findings.error(line.at("type"), str(kind.reason or self.unknown(words)))
        elif kind.list_name and kind.list_name not in self.lists and not line["portal::vocabulary"]:
            self.unknown_list(line, kind.list_name)
            kind = Type()
        self.number += 1
        if self.number > MOST_QUESTIONS:
            if self.number == MOST_QUESTIONS + 1:
                self.too_many(line)
            return
        if not line["name"] and kind.kind == Kind.NOTE:
            # As pyxform calls it.
            line.changed["name"] = f"generated_note_name_{line.row.number}"
        self.named(line)
        refused = not kind.kind
        self.open[-1].children.append(
            Node(line, type=Type(Kind.SHORT) if refused else kind, is_refused=refused)
        )

    def too_many(self, line: Line) -> None:
        self.findings.error(
            line.at(), _("A form has %(number)s questions at most.") % {"number": MOST_QUESTIONS}
        )

    def named(self, line: Line) -> None:
        name = line["name"]
        if not name:
            self.findings.error(line.at("name"), _("This row has no name."))
        elif not is_xml_tag(name) or ":" in name:
            self.findings.error(
                line.at("name"),
                _(
                    "“%(name)s” cannot be a name: it begins with a letter and has letters, digits, "
                    "“_”, “-” and “.” only."
                )
                % {"name": name[:LONGEST_KEY]},
            )
        elif len(name) > LONGEST_KEY:
            self.findings.error(
                line.at("name"),
                _("A name has %(number)s characters at most.") % {"number": LONGEST_KEY},
            )
        elif name.lower() == "meta":
            self.findings.error(line.at("name"), _("“meta” is a name that XLSForm needs itself."))

    def unknown(self, words: str) -> str:
        message = _("There is no type “%(type)s”.") % {"type": words[:100]}
        first = words.lower().split(" ", 1)[0]
        likely = difflib.get_close_matches(first, known_types(), 1, 0.75)
        if not likely:
            return message
        if likely[0] == words:
            return _("“%(type)s” needs the name of a list behind it.") % {"type": words}
        return _("%(message)s Perhaps “%(likely)s”?") % {"message": message, "likely": likely[0]}

    def unknown_list(self, line: Line, name: str) -> None:
        message = _("There is no list “%(name)s” on the sheet “choices”.") % {"name": name}
        likely = difflib.get_close_matches(name, list(self.lists), 1, 0.75)
        if likely:
            message = _("%(message)s Perhaps “%(likely)s”?") % {
                "message": message,
                "likely": likely[0],
            }
        self.findings.error(line.at("type"), message)

    # --- Loops ------------------------------------------------------------------------------------

    def write_out(self, node: Node) -> None:
        """A loop over a list is a group for each of its choices, as pyxform makes of it: the same
        questions, with the choice's name and label in the place of %(name)s and %(label)s."""
        children = []
        for child in node.children:
            self.write_out(child)
            children += self.rounds(child) if child.holds == "loop" else [child]
        node.children = children

    def rounds(self, loop: Node) -> list[Node]:
        made = []
        choices = [
            (choice.line, choice.line["name"], choice.words)
            for choice in self.lists.get(loop.list_name, [])
        ]
        if any(node.type.has_other for node in self.with_list(loop)):
            choices.append((choices[-1][0] if choices else loop.line, OTHER, other_words()))
        for line, name, words in choices:
            if name == "none":
                continue
            suffix = re.sub(r"[^\w.-]", "_", name)
            names = {
                node.name: f"{node.name}_{suffix}"[:LONGEST_KEY]
                for node in loop.walk()
                if re.fullmatch(NAME, node.name)
            }
            labels = {**words, NO_LANGUAGE: next(iter(words.values()), name)}
            copies = [_copied(child, names, name, labels) for child in loop.children]
            own = line.copy({"name": f"{loop.name}_{suffix}"[:LONGEST_KEY]}, None)
            made.append(Node(own, "group", children=copies, words=words))
            self.number += 1 + sum(1 for _node in made[-1].walk())
            if self.number > MOST_QUESTIONS:
                self.too_many(loop.line)
                break
        return [Node(loop.line, "group", children=made)]

    def with_list(self, loop: Node) -> Iterator[Node]:
        """The questions with the list of a loop, which has "other" where one of them has."""
        listed = {choice.line["name"] for choice in self.lists.get(loop.list_name, [])}
        for node in self.root.walk():
            if node.type.list_name == loop.list_name and OTHER not in listed:
                yield node


def _copied(node: Node, names: Mapping[str, str], name: str, labels: Mapping[str, str]) -> Node:
    def substitute(text: str, language: str) -> str:
        label = labels.get(language, labels[NO_LANGUAGE])
        text = text.replace("%(label)s", label).replace("%(name)s", name)
        return rename_in_text(text, names)

    line = node.line.copy({}, substitute)
    for column in node.line.table.columns.values():
        if column.field in TRANSLATED or column.field == "type":
            continue
        value = node.line[column.field].replace("%(name)s", name)
        line.changed[column.field] = rename(value, names) if value else ""
    line.changed["name"] = names.get(node.name, "")
    line.changed["type"] = node.line["type"]
    copies = [_copied(child, names, name, labels) for child in node.children]
    return Node(line, node.holds, node.type, node.list_name, copies)
