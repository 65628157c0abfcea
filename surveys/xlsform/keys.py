"""Keys of questions and sections, which are each other's neighbours in answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from surveys.expressions import references, text_references
from surveys.models.parts import LONGEST_KEY
from surveys.xlsform.columns import TRANSLATED
from surveys.xlsform.lines import Findings, Table
from surveys.xlsform.tree import Node


@dataclass
class Keys:
    findings: Findings
    #: Those of questions and repeats, and those of sections.
    questions: set[str] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)
    #: How groups are called in the form.
    groups: set[str] = field(default_factory=set)
    #: What formulas and texts read.
    read: frozenset[str] = frozenset()

    def give(self, root: Node, table: Table, is_matrix: Callable[[Node], bool]) -> None:
        """Give every question and repeat its key. In XLSForm two may be called the same in
        different groups, as long as nothing reads them."""
        self.read = names_read(table)
        self.groups = {node.name for node in root.walk() if node.holds}
        seen: dict[str, Node] = {}
        parents = {child: node for node in [root, *root.walk()] for child in node.children}
        for node in root.walk():
            if node.holds and node.holds != "repeat":
                continue
            node.key = node.line["portal::key"] or node.name
            parent = parents[node]
            if is_matrix(parent):
                continue  # its rows are parts of one question
            if other := seen.get(node.key):
                self.twice(node, parent, other, same_group=parents[other] is parent)
            seen.setdefault(node.key, node)
            self.questions.add(node.key)
            if node.holds:
                self.sections.add(node.key)

    def twice(self, node: Node, parent: Node, other: Node, *, same_group: bool) -> None:
        about = {"name": node.key, "row": other.line.row.number}
        if same_group or node.holds or node.key in self.read:
            self.findings.error(
                node.line.at("name"), _("“%(name)s” is the name of row %(row)s already.") % about
            )
            return
        node.key = self.free(f"{parent.name or 'group'}_{node.key}")
        self.findings.warn(
            node.line.at("name"),
            _("“%(name)s” is the name of row %(row)s, too; here it becomes “%(new)s”.")
            % {**about, "new": node.key},
        )

    def free(self, name: str) -> str:
        """A key like this that no question has yet."""
        key, number = name[:LONGEST_KEY], 1
        while key in self.questions:
            number += 1
            key = f"{name[: LONGEST_KEY - 5]}-{number}"
        self.questions.add(key)
        return key

    def of_section(self, name: str) -> str:
        """A key like this that no section has yet; without a name "page-1", "page-2", …"""
        stem, dash, number = name.rpartition("-")
        stem, count = (stem, int(number)) if dash and number.isdigit() else (name, 1)
        key, taken = name, self.sections
        if not name:
            stem, key, taken = "page", "page-1", self.sections | self.groups
        while key in taken:
            count += 1
            key = f"{stem[: LONGEST_KEY - 5]}-{count}"
        self.sections.add(key)
        return key


def names_read(table: Table) -> frozenset[str]:
    """All names that formulas and texts of the survey sheet read."""
    found: set[str] = set()
    for line in table.lines():
        for column in table.columns.values():
            text = line.row.texts.get(column.number, "")
            if "${" in text or "/" in text:
                found |= text_references(text) if column.field in TRANSLATED else references(text)
    return frozenset(found)
