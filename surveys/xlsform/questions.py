"""The questions of a group, with all that a definition says of each."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from pyxform.aliases import yes_no

from ssoe_portal.common.translation import BASE_LANGUAGE
from surveys.models.choice import Choice
from surveys.models.questionnaire import Kind
from surveys.xlsform.choices import OTHER, Lists, other_words, own_columns
from surveys.xlsform.formulas import default_expression
from surveys.xlsform.keys import Keys
from surveys.xlsform.lines import Findings, Line, Words
from surveys.xlsform.numbers import add_limits, add_range, own_number, parameters
from surveys.xlsform.placed import Condition, Placed
from surveys.xlsform.tree import Node
from surveys.xlsform.types import METADATA, RANGE, TODAY
from surveys.xlsform.words import EVERY_ROW, in_interface_languages

#: How many choices all questions may have together: a long list that many use is stored for each.
MOST_CHOICES = 40_000
#: Appearances that change how a question looks on a phone, and nothing else.
HARMLESS = re.compile(
    r"field-list|minimal|quick|quickcompact|compact(-\d+)?|horizontal(-compact)?|columns(-\w+)?"
    r"|autocomplete(_chars)?|search|label|list-nolabel|list|likert|multiline|numbers|url|email"
    r"|w\d+|pages|theme-\w+|picker|no-calendar|no-buttons|no-ticks|vertical|thousands-sep|counter"
    r"|bearing|dn|table-list|textarea|tel|comments|rating"
)
#: What a row of a table cannot have for itself.
ALONE = ("relevant", "constraint", "choice_filter", "default", "calculation", "read_only")


class Questions:
    def __init__(self, lists: Lists, keys: Keys, findings: Findings) -> None:
        self.lists = lists
        self.keys = keys
        self.findings = findings
        #: Names of what is not asked here, and their rows.
        self.left_out: dict[str, Line] = {}
        self.number_of_choices = 0

    def of(self, nodes: list[Node], conditions: Sequence[Condition] = ()) -> list[Placed]:
        """What stands on a page: questions, notes for the labels of groups, tables."""
        made: list[Placed] = []
        skip = 0
        for index, node in enumerate(nodes):
            if skip:
                skip -= 1
            elif node.holds:
                made += self.of_group(node, conditions)
            elif rows := self.labelled_rows(nodes, index):
                made.append(self.matrix(node, rows, conditions))
                skip = len(rows)
            else:
                made += self.of_row(node, conditions)
        return made

    def of_group(self, node: Node, conditions: Sequence[Condition]) -> list[Placed]:
        if self.is_matrix(node):
            return [self.matrix(node, node.children, conditions)]
        if "table-list" in node.appearance:
            self.findings.warn(
                node.line.at("appearance"),
                _("These rows are asked one by one: together they are no table here."),
            )
        conditions = [*conditions, *condition_of(node)]
        made = []
        if node.label:
            made.append(
                Placed(
                    node.line,
                    key=self.keys.free(node.name),
                    kind=Kind.NOTE.value,
                    wording=node.label,
                    help_text=node.line.words("hint"),
                ).asked_if(conditions)
            )
        return made + self.of(node.children, conditions)

    def of_row(self, node: Node, conditions: Sequence[Condition]) -> list[Placed]:
        line, kind = node.line, node.type.kind
        self.remark_appearance(node)
        if kind == METADATA:
            return self.metadata(node, conditions)
        kind = line["portal::kind"] or kind
        conditions = [*conditions, *condition_of(node)]
        if line["trigger"]:
            self.findings.error(
                line.at("trigger"), _("Nothing is calculated here at certain moments only.")
            )
        if kind == Kind.CALCULATION:
            return self.calculation(node, conditions)
        if kind == Kind.NOTE and not line.formula("calculation"):
            return self.note(node, conditions)
        if self.is_shown_only(line):
            return self.shown(node, conditions)
        return [self.asked(node, kind, conditions)]

    # --- What is asked ----------------------------------------------------------------------------

    def asked(self, node: Node, kind: str, conditions: Sequence[Condition]) -> Placed:
        line = node.line
        if kind == Kind.SHORT and ("multiline" in node.appearance or has_rows(line)):
            kind = Kind.LONG
        if kind == Kind.SINGLE and "likert" in node.appearance:
            kind = Kind.SCALE
        question = self.answered(
            node,
            conditions,
            key=node.key,
            kind=str(Kind.NUMBER if kind == RANGE else kind),
            wording=self.wording(node),
            unit=line.words("portal::unit"),
            default=default_of(line, kind),
        )
        if kind == RANGE:
            add_range(line, question, self.findings)
        elif kind == Kind.NUMBER:
            add_limits(line, node.type, question, self.findings)
        elif kind == Kind.RANKING:
            for name in ("minimum", "maximum"):
                question[name] = own_number(line, name, self.findings)
        if node.type.list_name:
            self.add_choices(node, question)
        return question

    def answered(self, node: Node, conditions: Sequence[Condition], **values: Any) -> Placed:
        """What all have that somebody answers."""
        line = node.line
        return Placed(
            line,
            help_text=help_of(line),
            why=line.words("portal::why"),
            required_message=line.words("required_message"),
            constraint=line.formula("constraint"),
            constraint_message=line.words("constraint_message"),
            vocabulary=line["portal::vocabulary"],
            profile_field=line["portal::profile_field"],
            counts_from=line["portal::counts_from"],
            **(required_of(line) | values),
        ).asked_if(conditions)

    def wording(self, node: Node) -> Words:
        """The label, or what stands in its place."""
        words = node.line.words("label") or node.line.words("hint")
        if node.is_refused:
            return {BASE_LANGUAGE: node.name}  # its type is what is wrong with it
        if not words:
            self.findings.error(
                node.line.at("label"), _("This row has no label; pictures are not shown here.")
            )
        return words

    def remark_appearance(self, node: Node) -> None:
        strange = [word for word in node.appearance if not HARMLESS.fullmatch(word)]
        if any(word.startswith("search(") for word in strange):
            self.findings.error(
                node.line.at("appearance"), _("Choices from another file are not known here.")
            )
        elif strange:
            self.findings.warn(
                node.line.at("appearance"),
                _("“%(appearance)s” has no effect here.") % {"appearance": " ".join(strange)},
            )

    # --- What is only read or calculated ----------------------------------------------------------

    def note(self, node: Node, conditions: Sequence[Condition]) -> list[Placed]:
        line = node.line
        if not line.words("label") and not line.words("hint"):
            self.findings.warn(line.at("label"), _("A note without a text is left out."))
            self.left_out[node.name] = line
            return []
        for unused in ("required", "constraint"):
            if line[unused] and line.flag(unused) is not False:
                self.findings.warn(line.at(unused), _("A note asks nothing; this has no effect."))
        note = Placed(
            line,
            key=node.key,
            kind=Kind.NOTE.value,
            wording=self.wording(node),
            help_text=help_of(line),
        )
        return [note.asked_if(conditions)]

    def calculation(self, node: Node, conditions: Sequence[Condition]) -> list[Placed]:
        line = node.line
        source = line.formula("calculation") or default_of(line, Kind.CALCULATION)
        if not source and line["type"] == "hidden":
            self.findings.warn(line.at(), _("What is hidden and never gets a value is left out."))
            self.left_out[node.name] = line
            return []
        if not source:
            self.findings.error(line.at("calculation"), _("It is not said what is calculated."))
        return [calculated(node, source or "''", conditions, help_text=line.words("hint"))]

    def is_shown_only(self, line: Line) -> bool:
        """Whether there is something to read and nothing to answer."""
        if line.formula("calculation"):
            return True
        if line["read_only"] and line.flag("read_only") is None:
            self.findings.error(
                line.at("read_only"),
                _("A question is answered or not: when it is asked stands in “relevant”."),
            )
        return bool(line.flag("read_only"))

    def shown(self, node: Node, conditions: Sequence[Condition]) -> list[Placed]:
        """What is calculated and shown: a calculation, and a note that quotes it."""
        line = node.line
        source = line.formula("calculation") or default_of(line, node.type.kind)
        if not source:
            self.findings.warn(line.at("read_only"), _("It cannot be answered and becomes a note."))
            return self.note(node, conditions)
        made = [calculated(node, source, conditions)]
        if words := line.words("label"):
            self.findings.warn(
                line.at("calculation" if line["calculation"] else "read_only"),
                _("It is calculated here and shown as a note; nobody can change it."),
            )
            made.append(
                Placed(
                    line,
                    key=self.keys.free(f"{node.key}_shown"),
                    kind=Kind.NOTE.value,
                    wording={lang: f"{text}\n${{{node.key}}}" for lang, text in words.items()},
                    help_text=help_of(line),
                ).asked_if(conditions)
            )
        return made

    def metadata(self, node: Node, conditions: Sequence[Condition]) -> list[Placed]:
        """What a device knows. Only the day is there where something reads it."""
        line = node.line
        if line["type"] in TODAY and node.name in self.keys.read:
            return [calculated(node, "today()", conditions)]
        self.left_out[node.name] = line
        self.findings.warn(
            line.at("type"),
            _("“%(type)s” is not collected here: answers hold what people write, nothing else.")
            % {"type": line["type"]},
        )
        return []

    # --- Choices ----------------------------------------------------------------------------------

    def add_choices(self, node: Node, question: Placed) -> None:
        line, name = node.line, node.type.list_name
        choices = self.choices_of(line, name)
        source = question["choice_filter"] = line.formula("choice_filter")
        if source and choices:
            self.lists.know_columns(choices, source)
        if node.type.has_other:
            other = next((choice for choice in choices if choice["key"] == OTHER), None)
            if other is None:
                other = Placed(line, key=OTHER, label=other_words(), columns={})
                choices.append(other)
            other["role"] = Choice.Role.OTHER.value
        question["choices"] = choices
        if dict(parameters(line)).get("randomize") == "true":
            self.findings.warn(
                line.at("parameters"), _("Choices come in the order of their list here.")
            )

    def choices_of(self, line: Line, name: str) -> list[Placed]:
        """The choices of a list, unless there are too many already."""
        if name not in self.lists:
            return []
        self.number_of_choices += len(self.lists[name])
        if self.number_of_choices <= MOST_CHOICES:
            return self.lists.choices(name)
        self.findings.error(
            line.at("type"),
            _("All questions up to here have more than %(number)s choices together.")
            % {"number": MOST_CHOICES},
        )
        return self.lists.choices(name, 2)

    # --- Tables -----------------------------------------------------------------------------------

    def is_matrix(self, node: Node) -> bool:
        """Whether a group is a table of single choices from one list."""
        if node.holds != "group" or "table-list" not in node.appearance:
            return False
        return node.line["portal::kind"] == Kind.MATRIX or self.fits(node.children)

    def fits(self, rows: list[Node]) -> bool:
        """Whether rows differ in nothing but their labels."""
        if not rows or any(row.holds or row.type.kind != Kind.SINGLE for row in rows):
            return False
        names = {row.type.list_name for row in rows}
        if len(names) > 1 or len(self.lists.get(names.pop(), ())) < 2:
            return False
        return not any(
            row.type.has_other
            or any(row.line[name] for name in ALONE)
            or not row.label
            or any("${" in words for words in row.label.values())
            for row in rows
        )

    def labelled_rows(self, nodes: list[Node], index: int) -> list[Node]:
        """The rows below a question that only shows the labels of its choices."""
        head = nodes[index]
        if "label" not in head.appearance:
            return []
        rows = []
        for node in nodes[index + 1 :]:
            if node.holds or "list-nolabel" not in node.appearance:
                break
            rows.append(node)
        is_same = rows and head.type.list_name == rows[0].type.list_name
        return rows if is_same and self.fits(rows) else []

    def matrix(self, node: Node, rows: list[Node], conditions: Sequence[Condition]) -> Placed:
        """Several rows on one scale."""
        line = node.line
        list_name = rows[0].type.list_name if rows else line["portal::list"]
        points = self.choices_of(line, list_name)
        choices = [*points, *(row_of(row) for row in rows)]
        if order := line["portal::order"].split():
            choices.sort(
                key=lambda choice: order.index(choice["key"]) if choice["key"] in order else 0
            )
        values: dict[str, Any] = {}
        if line["portal::kind"] != Kind.MATRIX and (required := required_rows(rows)):
            values = {"required": True, "required_if": ""}
            self.findings.warn(
                required.line.at("required"),
                _("Of a table here at least one row needs an answer, not each."),
            )
        return self.answered(
            node,
            [*conditions, *condition_of(node)],
            key=node.key or self.keys.free(line["portal::key"] or node.name),
            kind=Kind.MATRIX.value,
            wording=node.label or in_interface_languages(EVERY_ROW),
            default=default_of(line, Kind.MATRIX),
            choice_filter=line.formula("choice_filter"),
            choices=choices,
            **values,
        )


def condition_of(node: Node) -> list[Condition]:
    source = node.line.formula("relevant")
    return [Condition(source, node.line.at("relevant"))] if source else []


def default_of(line: Line, kind: str) -> str:
    """What a field is filled in with."""
    return line["portal::default"] or default_expression(line.formula("default"), kind)


def required_of(line: Line) -> dict[str, Any]:
    said = yes_no.get(line["required"])
    if said is None and line["required"]:
        return {"required": False, "required_if": line.formula("required")}
    return {"required": bool(said), "required_if": line["portal::required_if"]}


def required_rows(rows: list[Node]) -> Node | None:
    """The first row that must be answered."""
    return next(
        (row for row in rows if row.line["required"] and row.line.flag("required") is not False),
        None,
    )


def help_of(line: Line) -> Words:
    """The hint, unless it is all there is to read, and what belongs to it."""
    hint = line.words("hint") if line.words("label") else {}
    more = line.words("guidance_hint")
    return {
        language: "\n\n".join(filter(None, (hint.get(language), more.get(language))))
        for language in dict.fromkeys([*hint, *more])
    }


def has_rows(line: Line) -> bool:
    """Whether a text is given several rows."""
    rows = line["rows"] or dict(parameters(line)).get("rows", "")
    return rows.isdecimal() and int(rows[:4]) > 1


def calculated(node: Node, source: str, conditions: Sequence[Condition], **values: Any) -> Placed:
    return Placed(
        node.line,
        key=node.key,
        kind=Kind.CALCULATION.value,
        wording=node.line.words("label"),
        calculation=source,
        **values,
    ).asked_if(conditions)


def row_of(node: Node) -> Placed:
    """A row of a table; what is said beside it stands behind it."""
    line = node.line
    hint = line.words("hint")
    return Placed(
        line,
        key=node.key,
        role=Choice.Role.ROW.value,
        label={
            language: f"{words} ({hint[language]})" if hint.get(language) else words
            for language, words in node.label.items()
        },
        columns=own_columns(line) if line["portal::columns"] else {},
    )
