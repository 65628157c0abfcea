"""From a form to a definition (`surveys.loading`), with the place of everything in it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from pyxform.aliases import yes_no
from pyxform.utils import default_is_dynamic

from ssoe_portal.common.slugs import GERMAN
from ssoe_portal.common.translation import BASE_LANGUAGE
from surveys.expressions import (
    ExpressionError,
    compile_expression,
    references,
    rename,
    rename_in_text,
    text_references,
)
from surveys.expressions.syntax import NAME
from surveys.loading import LANGUAGES
from surveys.models.questionnaire import (
    LONGEST_KEY,
    MOST_DECIMALS,
    Choice,
    Kind,
    Question,
    Section,
)
from surveys.models.survey import RESERVED_SLUGS
from surveys.xlsform.choices import OTHER, Lists, other_words, own_columns
from surveys.xlsform.columns import NO_LANGUAGE, TRANSLATED, Column
from surveys.xlsform.lines import Findings, Line, Table, Words
from surveys.xlsform.placed import Condition, Placed, PlacedSurvey
from surveys.xlsform.reading import Book, Place
from surveys.xlsform.tree import Node, Tree
from surveys.xlsform.types import METADATA, RANGE
from surveys.xlsform.words import (
    ASKED_BY,
    EVERY_ROW,
    INTRODUCTION,
    PAGE,
    PART,
    PURPOSE,
    in_interface_languages,
)

#: A page has about so many questions at most, where the form has no pages of its own; a group with
#: groups in it is one page up to there.
LONGEST_PAGE, LONGEST_GROUP = 20, 30
#: How many choices all questions may have together: a long list that many use is stored for each.
MOST_CHOICES = 40_000
#: A negative number stands in a constraint: then the portal must take some.
NEGATIVE = re.compile(r"(?:^|[<>=(,\s])-\s*\d")
LOWEST = -1_000_000_000
LONGEST_SLUG = 80
#: Appearances that change how a question looks on a phone, and nothing else.
HARMLESS = re.compile(
    r"field-list|minimal|quick|quickcompact|compact(-\d+)?|horizontal(-compact)?|columns(-\w+)?"
    r"|autocomplete(_chars)?|search|label|list-nolabel|list|likert|multiline|numbers|url|email"
    r"|w\d+|pages|theme-\w+|picker|no-calendar|no-buttons|no-ticks|vertical|thousands-sep|counter"
    r"|bearing|dn|table-list|textarea|tel|comments|rating"
)
NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")
QUOTED_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00")
#: What pyxform calls the types whose defaults may have hyphens.
XFORM_TYPES = {Kind.DATE: "date", Kind.MOMENT: "dateTime"}
#: Fields of a definition that hold a formula, and those that hold texts.
FORMULAS = {*Question.EXPRESSIONS, "repeat_count"}
WORDS = {*Question.TRANSLATED_FIELDS, *Section.TRANSLATED_FIELDS}
#: What no formula can read, because nobody is asked for it.
TODAY = ("today", "get today")


@dataclass
class Page:
    """What becomes a section: its questions, and when it is asked."""

    line: Line
    name: str
    title: Words
    introduction: Words = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    questions: list[Placed] = field(default_factory=list)
    node: Node | None = None
    is_loose: bool = False


class Mapper:
    """Makes a definition of a book; what it notes is in `findings`."""

    def __init__(self, book: Book, findings: Findings) -> None:
        self.book = book
        self.findings = findings
        self.settings = self.settings_line()
        language = self.settings["default_language"] if self.settings else ""
        self.survey = Table(book.sheets["survey"], findings, language)
        sheet = book.sheets.get("choices")
        self.choices = Table(sheet, findings, language) if sheet else None
        self.lists = Lists(self.choices, findings)
        #: Keys of questions and repeats, and those of sections.
        self.keys: set[str] = set()
        self.section_keys: set[str] = set()
        #: Names of what is not asked here: the row, and what it would be.
        self.left_out: dict[str, Line] = {}
        self.number_of_choices = 0
        self.old_settings: dict[str, tuple[str, Line]] = {}

    def definition(self) -> dict[str, Any] | None:
        """None where there is no survey to speak of."""
        if not self.survey.needs("type", "name"):
            return None
        tree = Tree(self.survey, self.lists, self.findings)
        root = tree.read()
        self.old_settings = tree.settings
        self.read_names = self.names_read()
        self.name_questions(root)
        self.group_names = {node.name for node in root.walk() if node.holds}
        pages = [page for page in self.pages(root) if page.questions]
        sections = [self.section(page, pages) for page in pages]
        self.call_back(root, sections)
        self.check_inherited(sections)
        self.check_left_out(sections)
        self.remarks()
        asked = sum(
            question["kind"] not in (Kind.NOTE, Kind.CALCULATION)
            for section in sections
            for question in section["questions"]
        )
        if not asked and not self.findings.errors:
            first = self.survey.sheet.rows[0].number if self.survey.sheet.rows else 1
            note = self.findings.warn if sections else self.findings.error
            note(self.survey.at(first), _("This form asks nothing: there is no question in it."))
        return {"survey": self.about(asked), "sections": sections}

    # --- Names ------------------------------------------------------------------------------------

    def names_read(self) -> set[str]:
        """All names that formulas and texts of the survey sheet read."""
        found: set[str] = set()
        for line in self.survey.lines():
            for column in self.survey.columns.values():
                text = line.row.texts.get(column.number, "")
                if "${" in text or "/" in text:
                    found |= text_references(text) if column.field in TRANSLATED else references(text)
        return found

    def name_questions(self, root: Node) -> None:
        """Give every question a key of its own. In XLSForm two may be called the same in different
        groups, as long as nothing reads them."""
        seen: dict[str, Node] = {}
        parents = {child: node for node in [root, *root.walk()] for child in node.children}
        for node in root.walk():
            if node.holds and node.holds != "repeat":
                continue
            name = node.key = node.line["portal::key"] or node.name
            if self.is_matrix(parents[node]):
                continue  # its rows are parts of one question
            if name in seen:
                parent, other = parents[node], seen[name]
                if parents[other] is parent or name in self.read_names or node.holds:
                    self.findings.error(
                        node.line.at("name"),
                        _("“%(name)s” is the name of row %(row)s already.")
                        % {"name": name, "row": other.line.row.number},
                    )
                else:
                    node.key = self.free(f"{parent.name or 'group'}_{name}")
                    self.findings.warn(
                        node.line.at("name"),
                        _("“%(name)s” is the name of row %(row)s, too; here it becomes “%(new)s”.")
                        % {"name": name, "row": other.line.row.number, "new": node.key},
                    )
            seen.setdefault(name, node)
            self.keys.add(node.key)
            if node.holds:
                self.section_keys.add(node.key)

    def free(self, name: str) -> str:
        """A key like this that nothing has yet."""
        key, number = name[:LONGEST_KEY], 1
        while key in self.keys:
            number += 1
            key = f"{name[: LONGEST_KEY - 5]}-{number}"
        self.keys.add(key)
        return key

    # --- Pages ------------------------------------------------------------------------------------

    def pages(self, root: Node) -> Iterator[Page]:
        """Groups and repeats as pages; questions between them as pages of their own."""
        loose: list[Placed] = []
        for node in root.children:
            if node.holds and not self.is_matrix(node):
                yield from self.loose_pages(loose)
                loose = []
                yield from self.group_pages(node, [])
            else:
                loose += self.items([node], [])
        yield from self.loose_pages(loose)

    def loose_pages(self, questions: list[Placed]) -> Iterator[Page]:
        """Pages of about the same length; a note stays with what follows it."""
        shown = sum(question["kind"] != Kind.CALCULATION for question in questions)
        number = max(1, -(-shown // LONGEST_PAGE))
        length = -(-shown // number)
        page: list[Placed] = []
        for question in questions:
            on_page = [one for one in page if one["kind"] != Kind.CALCULATION]
            if on_page and len(on_page) >= length and page[-1]["kind"] != Kind.NOTE:
                yield self.loose_page(page)
                page = []
            page.append(question)
        if page:
            yield self.loose_page(page)

    def loose_page(self, questions: list[Placed]) -> Page:
        return Page(questions[0].line, "", {}, questions=questions, is_loose=True)

    def group_pages(self, node: Node, conditions: list[Condition]) -> Iterator[Page]:
        """A group as a page; where a repeat is in it, or it is too long and has groups itself, as
        several."""
        conditions = [*conditions, *self.condition(node)]
        if node.holds == "repeat":
            yield self.page(node, conditions, self.items(node.children, []))
            return
        divide = node.has_repeat() or (
            sum(not inner.holds for inner in node.walk()) > LONGEST_GROUP
            and any(child.holds and not self.is_matrix(child) for child in node.children)
        )
        if not divide:
            yield self.page(node, conditions, self.items(node.children, []))
            return
        part: list[Node] = []
        for child in node.children:
            if child.holds and not self.is_matrix(child):
                yield self.page(node, conditions, self.items(part, []))
                part = []
                yield from self.group_pages(child, conditions)
            else:
                part.append(child)
        yield self.page(node, conditions, self.items(part, []))

    def page(self, node: Node, conditions: list[Condition], questions: list[Placed]) -> Page:
        return Page(
            node.line,
            node.line["portal::key"] or node.name,
            node.label,
            node.line.words("hint"),
            conditions,
            questions,
            node,
        )

    def section(self, page: Page, pages: list[Page]) -> Placed:
        number = pages.index(page) + 1
        line = page.line
        parts = [one for one in pages if one.node is page.node and page.node is not None]
        title, introduction = page.title, page.introduction
        repeats = page.node is not None and page.node.holds == "repeat"
        longest = Section._meta.get_field("title").max_length or 0
        if any(len(words) > longest for words in title.values()):
            # It is what one reads before the questions rather than what they are called.
            introduction = {
                language: f"{words}\n\n{introduction.get(language, '')}".strip()
                for language, words in title.items()
            }
            title = {}
        if not title and len(pages) == 1:
            title = self.title()
        elif not title:
            title = in_interface_languages(PAGE, number=number)
        elif page is not parts[0]:
            title, introduction = self.next_part(title, parts.index(page) + 1), {}
        if page.node is not None and repeats:
            key = page.node.key
        else:
            key = self.section_key(page.name)
        self.warn_of_unused(line, page.node)
        return Placed(
            line,
            key=key,
            title=title,
            introduction=introduction,
            repeats=repeats,
            repeat_count=line.formula("repeat_count") if repeats else "",
            questions=page.questions,
        ).asked_if(page.conditions)

    def section_key(self, name: str) -> str:
        """Sections have keys of their own: "page-1", "page-2", …"""
        stem, dash, number = name.rpartition("-")
        stem, count = (stem, int(number)) if dash and number.isdigit() else (name, 1)
        key, taken = name, self.section_keys
        if not name:
            stem, count, key, taken = "page", 1, "page-1", self.section_keys | self.group_names
        while key in taken:
            count += 1
            key = f"{stem}-{count}"
        self.section_keys.add(key)
        return key

    def next_part(self, title: Words, number: int) -> Words:
        parts = in_interface_languages(PART, title="\0", number=number)
        return {
            language: parts.get(language, parts[BASE_LANGUAGE]).replace("\0", words)
            for language, words in title.items()
        }

    def warn_of_unused(self, line: Line, node: Node | None) -> None:
        if node is None or node.holds != "group":
            return
        if line["repeat_count"]:
            self.findings.warn(
                line.at("repeat_count"), _("Only a repeat has a number; this is a group.")
            )

    # --- Questions --------------------------------------------------------------------------------

    def items(self, nodes: list[Node], conditions: list[Condition]) -> list[Placed]:
        """What stands on a page: questions, notes for the labels of groups, matrices."""
        made: list[Placed] = []
        skip = 0
        for index, node in enumerate(nodes):
            if skip:
                skip -= 1
                continue
            if node.holds:
                made += self.group_items(node, conditions)
            elif rows := self.labelled_rows(nodes, index):
                made.append(self.matrix(node, rows, conditions))
                skip = len(rows)
            else:
                made += self.question(node, conditions)
        return made

    def group_items(self, node: Node, conditions: list[Condition]) -> list[Placed]:
        if self.is_matrix(node):
            rows = [child for child in node.children if not child.holds]
            return [self.matrix(node, rows, conditions)]
        if "table-list" in node.appearance:
            self.findings.warn(
                node.line.at("appearance"),
                _("These rows are asked one by one: together they are no table here."),
            )
        inner = [*conditions, *self.condition(node)]
        made = []
        label = node.label
        if label:
            made.append(
                self.placed(
                    node,
                    inner,
                    key=self.free(node.name),
                    kind=Kind.NOTE.value,
                    wording=label,
                    help_text=node.line.words("hint"),
                )
            )
        return made + self.items(node.children, inner)

    def question(self, node: Node, conditions: list[Condition]) -> list[Placed]:
        line, kind = node.line, node.type.kind
        self.warn_of_appearance(node)
        if kind == METADATA:
            return self.metadata(node, conditions)
        if line["portal::kind"]:
            kind = line["portal::kind"]
        conditions = [*conditions, *self.condition(node)]
        if line["trigger"]:
            self.findings.error(
                line.at("trigger"), _("Nothing is calculated here at certain moments only.")
            )
        if kind == Kind.CALCULATION:
            return self.calculation(node, conditions)
        if kind == Kind.NOTE and not line.formula("calculation"):
            return [self.note(node, conditions)]
        if self.is_shown_only(line):
            return self.shown(node, conditions)
        return [self.asked(node, kind, conditions)]

    def placed(self, node: Node, conditions: list[Condition], **values: Any) -> Placed:
        return Placed(node.line, **values).asked_if(conditions)

    def asked(self, node: Node, kind: str, conditions: list[Condition]) -> Placed:
        """A question that somebody answers."""
        line = node.line
        appearance = node.appearance
        if kind == Kind.SHORT and ("multiline" in appearance or self.rows(line)):
            kind = Kind.LONG
        if kind == Kind.SINGLE and "likert" in appearance:
            kind = Kind.SCALE
        question = self.placed(
            node,
            conditions,
            key=node.key,
            kind=Kind.NUMBER.value if kind == RANGE else str(kind),
            wording=self.wording(node),
            help_text=self.help(line),
            why=line.words("portal::why"),
            unit=line.words("portal::unit"),
            required_message=line.words("required_message"),
            constraint_message=line.words("constraint_message"),
            constraint=line.formula("constraint"),
            **self.required(line),
            vocabulary=line["portal::vocabulary"],
            profile_field=line["portal::profile_field"],
            counts_from=line["portal::counts_from"],
        )
        question["default"] = self.default(line, str(kind))
        if kind in (Kind.NUMBER, RANGE):
            self.number(node, question)
        if kind == Kind.RANKING:
            question["maximum"] = self.own_number(line, "maximum")
            question["minimum"] = self.own_number(line, "minimum")
        if node.type.list_name:
            self.add_choices(node, question)
        return question

    def note(self, node: Node, conditions: list[Condition]) -> Placed:
        line = node.line
        for unused in ("required", "constraint"):
            if line[unused] and line.flag(unused) is not False:
                self.findings.warn(line.at(unused), _("A note asks nothing; this has no effect."))
        return self.placed(
            node,
            conditions,
            key=node.key,
            kind=Kind.NOTE.value,
            wording=self.wording(node),
            help_text=self.help(line),
        )

    def calculation(self, node: Node, conditions: list[Condition]) -> list[Placed]:
        line = node.line
        source = line.formula("calculation") or self.default(line, Kind.CALCULATION)
        if not source:
            if line["type"] == "hidden":
                self.findings.warn(
                    line.at(), _("What is hidden and never gets a value is left out.")
                )
                self.left_out[node.name] = line
                return []
            self.findings.error(line.at("calculation"), _("It is not said what is calculated."))
            source = "''"
        return [
            self.placed(
                node,
                conditions,
                key=node.key,
                kind=Kind.CALCULATION.value,
                wording=line.words("label"),
                help_text=line.words("hint"),
                calculation=source,
            )
        ]

    def is_shown_only(self, line: Line) -> bool:
        """Whether there is something to read and nothing to answer."""
        if line.formula("calculation"):
            return True
        only = line["read_only"]
        if only and line.flag("read_only") is None:
            self.findings.error(
                line.at("read_only"),
                _("A question is answered or not: when it is asked stands in “relevant”."),
            )
        return bool(line.flag("read_only"))

    def shown(self, node: Node, conditions: list[Condition]) -> list[Placed]:
        """What is calculated and shown: a calculation, and a note that quotes it."""
        line = node.line
        source = line.formula("calculation") or self.default(line, str(node.type.kind))
        if not source:
            self.findings.warn(line.at("read_only"), _("It cannot be answered and becomes a note."))
            return [self.note(node, conditions)]
        made = [
            self.placed(
                node,
                conditions,
                key=node.key,
                kind=Kind.CALCULATION.value,
                wording=line.words("label"),
                calculation=source,
            )
        ]
        if words := line.words("label"):
            self.findings.warn(
                line.at("calculation" if line["calculation"] else "read_only"),
                _("It is calculated here and shown as a note; nobody can change it."),
            )
            quoted = f"${{{node.key}}}"
            made.append(
                self.placed(
                    node,
                    conditions,
                    key=self.free(f"{node.key}_shown"),
                    kind=Kind.NOTE.value,
                    wording={lang: f"{text}\n{quoted}" for lang, text in words.items()},
                    help_text=self.help(line),
                )
            )
        return made

    def metadata(self, node: Node, conditions: list[Condition]) -> list[Placed]:
        line = node.line
        if line["type"] in TODAY and node.name in self.read_names:
            return [
                self.placed(
                    node,
                    conditions,
                    key=node.key,
                    kind=Kind.CALCULATION.value,
                    wording={},
                    calculation="today()",
                )
            ]
        self.left_out[node.name] = line
        self.findings.warn(
            line.at("type"),
            _("“%(type)s” is not collected here: answers hold what people write, nothing else.")
            % {"type": line["type"]},
        )
        return []

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

    def help(self, line: Line) -> Words:
        """The hint and what belongs to it."""
        hint = line.words("hint") if line.words("label") else {}
        more = line.words("guidance_hint")
        return {
            language: "\n\n".join(filter(None, (hint.get(language), more.get(language))))
            for language in [*hint, *(language for language in more if language not in hint)]
        }

    def rows(self, line: Line) -> bool:
        """Whether a text is given several rows."""
        rows = line["rows"] or dict(self.parameters(line)).get("rows", "")
        return rows.isdigit() and int(rows) > 1

    def required(self, line: Line) -> dict[str, Any]:
        own = line["portal::required_if"]
        said = yes_no.get(line["required"])
        if said is None and line["required"]:
            return {"required": False, "required_if": line.formula("required")}
        return {"required": bool(said), "required_if": own}

    def default(self, line: Line, kind: str) -> str:
        """What a field is filled in with, as an expression. In XLSForm it is a value, unless it
        looks like a formula."""
        return line["portal::default"] or default_expression(line.formula("default"), kind)

    def condition(self, node: Node) -> list[Condition]:
        source = node.line.formula("relevant")
        return [Condition(source, node.line.at("relevant"))] if source else []

    # --- Numbers ----------------------------------------------------------------------------------

    def number(self, node: Node, question: Placed) -> None:
        line = node.line
        if node.type.kind == RANGE:
            self.range(line, question)
            return
        question["constraint"] = question["constraint"] or node.type.constraint
        minimum, maximum = self.own_number(line, "minimum"), self.own_number(line, "maximum")
        question["constraint"] = without_limits(question["constraint"], minimum, maximum)
        decimals = self.own_number(line, "decimals")
        if decimals is None:
            decimals = MOST_DECIMALS if node.type.is_decimal else 0
        if minimum is None and NEGATIVE.search(question["constraint"]):
            minimum = LOWEST
        question.update(minimum=minimum, maximum=maximum, decimals=decimals)

    def range(self, line: Line, question: Placed) -> None:
        """A range from start to end in steps."""
        given = {"start": "1", "end": "10", "step": "1", **dict(self.parameters(line))}
        try:
            start, end, step = (Decimal(given[name]) for name in ("start", "end", "step"))
            if not all(number.is_finite() for number in (start, end, step)) or step == 0:
                raise InvalidOperation
        except InvalidOperation:
            self.findings.error(
                line.at("parameters"), _("A range needs numbers: start=1 end=10 step=1.")
            )
            return
        least, most = min(start, end), max(start, end)
        decimals = max(
            0, *(-int(number.normalize().as_tuple().exponent) for number in (start, step))
        )
        if decimals > MOST_DECIMALS:
            self.findings.error(
                line.at("parameters"),
                _("A number has %(number)s digits after the point at most.")
                % {"number": MOST_DECIMALS},
            )
        question.update(minimum=_plain(least), maximum=_plain(most), decimals=decimals)
        step = abs(step)
        if step != Decimal(1).scaleb(-decimals):
            # Whole steps: rounded, because fractions are never exact.
            steps = f"(. - {_plain(least)}) div {_plain(step)}"
            fits = f"abs({steps} - round({steps})) < 0.001"
            own = question["constraint"]
            question["constraint"] = f"({own}) and {fits}" if own else fits

    def parameters(self, line: Line) -> Iterator[tuple[str, str]]:
        """What stands in "parameters": name=value, several of them."""
        for name, value in re.findall(r"([\w-]+)\s*=\s*([^\s;,]+)", line["parameters"]):
            yield name.lower(), value

    def own_number(self, line: Line, name: str) -> Any:
        """A number in one of our own columns."""
        text = line[f"portal::{name}"]
        if not text:
            return None
        try:
            return _plain(Decimal(text))
        except InvalidOperation:
            self.findings.error(line.at(f"portal::{name}"), _("Here has to be a number."))
            return None

    # --- Choices and matrices ---------------------------------------------------------------------

    def add_choices(self, node: Node, question: Placed) -> None:
        line, name = node.line, node.type.list_name
        choices = self.lists.choices(name) if name in self.lists else []
        question["choice_filter"] = line.formula("choice_filter")
        if question["choice_filter"]:
            self.know_columns(choices, question["choice_filter"])
        if node.type.has_other:
            other = next((choice for choice in choices if choice["key"] == OTHER), None)
            if other is None:
                choices.append(
                    Placed(line, key=OTHER, role=Choice.Role.OTHER.value, label=other_words())
                )
            else:
                other["role"] = Choice.Role.OTHER.value
        question["choices"] = choices
        self.count_choices(line, choices)
        if dict(self.parameters(line)).get("randomize") == "true":
            self.findings.warn(
                line.at("parameters"), _("Choices come in the order of their list here.")
            )

    def know_columns(self, choices: list[Placed], source: str) -> None:
        """A filter may read a column in which none of these choices has anything."""
        for column in self.lists.filters:
            if choices and re.search(rf"(?<![\w.${{-]){re.escape(column.header)}(?![\w(-])", source):
                if not any(column.header in (choice["columns"] or {}) for choice in choices):
                    choices[0]["columns"] = {**(choices[0]["columns"] or {}), column.header: ""}

    def count_choices(self, line: Line, choices: list[Placed]) -> None:
        self.number_of_choices += len(choices)
        if self.number_of_choices > MOST_CHOICES:
            self.findings.error(
                line.at("type"),
                _("All questions up to here have more than %(number)s choices together.")
                % {"number": MOST_CHOICES},
            )
            choices.clear()

    def is_matrix(self, node: Node) -> bool:
        """Whether a group is a table of single choices from one list."""
        if node.holds != "group" or "table-list" not in node.appearance:
            return False
        return node.line["portal::kind"] == Kind.MATRIX or self.fits_matrix(node.children)

    def fits_matrix(self, rows: list[Node]) -> bool:
        """Whether rows differ in nothing but their labels."""
        if not rows or any(row.holds or row.type.kind != Kind.SINGLE for row in rows):
            return False
        if len({row.type.list_name for row in rows}) > 1 or rows[0].type.list_name not in self.lists:
            return False
        alone = ("relevant", "constraint", "choice_filter", "default", "calculation", "read_only")
        return len(self.lists[rows[0].type.list_name]) > 1 and not any(
            row.type.has_other
            or any(row.line[name] for name in alone)
            or not row.label
            or any("${" in words for words in row.label.values())
            for row in rows
        )

    def labelled_rows(self, nodes: list[Node], index: int) -> list[Node]:
        """The rows below a question that only shows the labels of its choices."""
        head = nodes[index]
        if "label" not in head.appearance or head.type.kind != Kind.SINGLE:
            return []
        rows = []
        for node in nodes[index + 1 :]:
            if node.holds or "list-nolabel" not in node.appearance:
                break
            rows.append(node)
        return rows if rows and self.fits_matrix([head, *rows]) else []

    def matrix(self, node: Node, rows: list[Node], conditions: list[Condition]) -> Placed:
        """Several rows on one scale."""
        line = node.line
        is_own = line["portal::kind"] == Kind.MATRIX
        list_name = rows[0].type.list_name if rows else line["portal::list"]
        points = self.lists.choices(list_name) if list_name in self.lists else []
        choices = [*points, *(self.matrix_row(row) for row in rows)]
        if order := line["portal::order"].split():
            places = {key: place for place, key in enumerate(order)}
            choices.sort(key=lambda choice: places.get(choice["key"], len(places)))
        self.count_choices(line, choices)
        required = self.required(line)
        if not is_own:
            for row in rows:
                if row.line.flag("required"):
                    required = {"required": True, "required_if": ""}
                    self.findings.warn(
                        row.line.at("required"),
                        _("Of a table here at least one row needs an answer, not each."),
                    )
        return self.placed(
            node,
            [*conditions, *self.condition(node)],
            key=node.key or self.free(line["portal::key"] or node.name),
            kind=Kind.MATRIX.value,
            wording=node.label or in_interface_languages(EVERY_ROW),
            help_text=self.help(line),
            why=line.words("portal::why"),
            required_message=line.words("required_message"),
            constraint_message=line.words("constraint_message"),
            constraint=line.formula("constraint"),
            default=self.default(line, Kind.MATRIX),
            choice_filter=line.formula("choice_filter"),
            **required,
            vocabulary=line["portal::vocabulary"],
            profile_field=line["portal::profile_field"],
            counts_from=line["portal::counts_from"],
            choices=choices,
        )

    def matrix_row(self, row: Node) -> Placed:
        line = row.line
        hint = line.words("hint")
        return Placed(
            line,
            key=row.key,
            role=Choice.Role.ROW.value,
            label={
                language: f"{words} ({hint[language]})" if hint.get(language) else words
                for language, words in row.label.items()
            },
            columns=own_columns(line) if line["portal::columns"] else {},
        )

    def call_back(self, root: Node, sections: list[Placed]) -> None:
        """Let formulas and texts read what our own export had to call something else."""
        names = {}
        for node in root.walk():
            key = node.line["portal::key"]
            if key and re.fullmatch(NAME, key) and node.key == key:
                names |= {f"{node.name}{end}": f"{key}{end}" for end in ("", "_other", ".other")}
        if not names:
            return
        for node in _nodes(sections):
            for field, value in node.items():
                if field in FORMULAS and value:
                    node[field] = rename(value, names)
                elif field in WORDS:
                    node[field] = {lang: rename_in_text(text, names) for lang, text in value.items()}
            node.conditions = [
                Condition(rename(one.source, names), one.place) for one in node.conditions
            ]

    # --- What is checked when all is there --------------------------------------------------------

    def check_inherited(self, sections: list[Placed]) -> None:
        """Say of a group's condition once, at the group, what is wrong with it."""
        names = self.keys | {f"{key}_other" for key in self.keys}
        names |= {f"{key}.other" for key in self.keys}
        names |= {
            choice["key"]
            for section in sections
            for question in section["questions"]
            for choice in question.get("choices", ())
            if choice["role"] == Choice.Role.ROW
        }
        for node in _nodes(sections):
            own = node.at("relevant")
            around = [condition for condition in node.conditions if condition.place != own]
            wrong = [one for one in around if self.is_wrong(one, names)]
            if wrong:
                node.asked_if([one for one in node.conditions if one not in wrong])

    def is_wrong(self, condition: Condition, names: set[str]) -> bool:
        try:
            compile_expression(condition.source, names=names)
        except ExpressionError as error:
            self.findings.error(condition.place, str(error))
            return True
        return False

    def check_left_out(self, sections: list[Placed]) -> None:
        """What nobody is asked for cannot be read."""
        for node in _nodes(sections):
            for name, value in node.items():
                if name in FORMULAS:
                    self.refuse_left_out(node.at(name), references(value) if value else ())
                elif name in WORDS:
                    for language, words in value.items():
                        self.refuse_left_out(node.at(name, language), text_references(words))

    def refuse_left_out(self, place: Place, names: Iterable[str]) -> None:
        for name in sorted(set(names) & set(self.left_out)):
            line = self.left_out[name]
            self.findings.error(
                place,
                _("${%(name)s} is read here, but “%(type)s” in row %(row)s is not collected.")
                % {"name": name, "type": line["type"], "row": line.row.number},
            )

    # --- What is lost -----------------------------------------------------------------------------

    def remarks(self) -> None:
        """Sheets, columns and languages that the portal has no use for."""
        sheets = self.book.sheets
        for kind in sorted(set(sheets) - {"survey", "choices", "settings"}):
            if sheets[kind].rows:
                self.findings.warn(sheets[kind].at(), _("This sheet is not used here."))
        for name in self.book.others:
            self.findings.warn(Place(name), _("This sheet is none of a form and is left out."))
        for table in filter(None, (self.survey, self.choices)):
            self.remark_languages(table)
            empty = table.sheet.empty_columns
            for column in table.others:
                if column.number not in empty and column not in self.lists.filters:
                    self.findings.warn(table.at(column=column), self.unused(column))

    @staticmethod
    def unused(column: Column) -> str:
        if column.is_media:
            return _("Pictures, sounds and films beside questions are not shown here.")
        return _("This column has no meaning here and is left out.")

    def remark_languages(self, table: Table) -> None:
        used = [
            column
            for columns in table.by_field.values()
            for column in columns
            if column.field in TRANSLATED and column.number not in table.sheet.empty_columns
        ]
        for column in used:
            if column.language and column.language not in LANGUAGES:
                self.findings.warn(
                    table.at(column=column),
                    _("“%(language)s” is no language of the portal.") % {"language": column.language},
                )
        labels = [column for column in table.by_field.get("label", []) if column in used]
        if not labels:
            return
        if labels[0].language != BASE_LANGUAGE:
            self.findings.warn(
                table.at(column=labels[0]),
                _("There is no German text: this column stands in its place."),
            )
            return
        for line in table.lines():
            if labels[0].number not in line.row.texts and line.words("label"):
                self.findings.warn(
                    line.at("label", BASE_LANGUAGE),
                    _("There is no German text: another language stands in its place."),
                )
        for column in labels[1:]:
            if column.language == NO_LANGUAGE and not language_is_known(table):
                self.findings.warn(
                    table.at(column=column),
                    _("It is not said which language this is; where there is German, it is left out."),
                )

    def warn_of_appearance(self, node: Node) -> None:
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

    # --- The survey itself ------------------------------------------------------------------------

    def settings_line(self) -> Line | None:
        sheet = self.book.sheets.get("settings")
        if sheet is None:
            return None
        table = Table(sheet, self.findings)
        lines = table.lines()
        for line in lines:
            line.refuse_marks()
        for line in lines[1:]:
            self.findings.warn(line.at(), _("Settings have one row; this one is left out."))
        return lines[0] if lines else Line(table, sheet.heading, changed={"title": "", "id": ""})

    def setting(self, name: str) -> str:
        old = {"title": "title", "id": "id_string"}[name]
        return (self.settings[name] if self.settings else "") or self.old_settings.get(old, ("",))[0]

    def title(self) -> Words:
        own = self.settings.words("portal::title") if self.settings else {}
        said = self.setting("title") or self.setting("id") or self.book.name or "XLSForm"
        return own or dict.fromkeys(in_interface_languages(PAGE, number=1), said)

    def about(self, asked: int) -> Placed:
        line = self.settings or Line(self.survey, self.survey.sheet.heading)
        title = self.title()
        texts: dict[str, Words] = {"title": title}
        defaults = {
            "introduction": in_interface_languages(INTRODUCTION, title=title[BASE_LANGUAGE]),
            "asked_by": in_interface_languages(ASKED_BY),
            "purpose": in_interface_languages(PURPOSE),
        }
        self.filled_in = set()
        for name, words in defaults.items():
            own = self.settings.words(f"portal::{name}") if self.settings else {}
            texts[name] = own or words
            if not own:
                self.filled_in.add(name)
        minutes = self.own_number(line, "minutes")
        if minutes is None:
            self.filled_in.add("minutes")
        return PlacedSurvey(
            line,
            slug=self.slug(),
            minutes=minutes if minutes is not None else min(max(round(asked / 3), 1), 240),
            **texts,
        )

    def slug(self) -> str:
        words = self.setting("id") or self.setting("title") or self.book.name
        found = slugify(words.translate(GERMAN).replace("_", "-"))[:LONGEST_SLUG].strip("-")
        found = re.sub("-+", "-", found)
        if not found or found in (*RESERVED_SLUGS, "desk"):
            found = f"umfrage-{found}".strip("-")
        return found


def _nodes(sections: list[Placed]) -> Iterator[Placed]:
    for section in sections:
        yield section
        yield from section["questions"]


def language_is_known(table: Table) -> bool:
    return bool(table.default_language)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def digits(number: Any) -> str:
    """A number as people write it."""
    found = Decimal(str(number))
    return str(int(found)) if found == found.to_integral_value() else f"{found:f}"


def default_expression(text: str, kind: str) -> str:
    """A default as an expression: a formula as it is, a value in quotation marks."""
    if not text:
        return ""
    if kind == Kind.DATE and (found := MIDNIGHT.fullmatch(text)):
        text = found[1]
    is_value = NUMBER.fullmatch(text) or QUOTED_TEXT.fullmatch(text)
    if is_value or default_is_dynamic(text, XFORM_TYPES.get(kind, kind)):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """A text as a formula has it."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    parts = "', \"'\", '".join(text.split("'"))
    return f"concat('{parts}')"


def limits(minimum: Any, maximum: Any) -> str:
    """The smallest and largest number as a constraint."""
    parts = [
        f". {sign} {digits(limit)}"
        for sign, limit in ((">=", minimum), ("<=", maximum))
        if limit is not None
    ]
    return " and ".join(parts)


def with_limits(constraint: str, minimum: Any, maximum: Any) -> str:
    """A constraint that holds the limits, too, for programs that know nothing else."""
    said = limits(minimum, maximum)
    return f"{said} and ({constraint})" if said and constraint else said or constraint


def without_limits(constraint: str, minimum: Any, maximum: Any) -> str:
    """The reverse: what is left where the limits are said themselves."""
    said = limits(minimum, maximum)
    if not said:
        return constraint
    if constraint == said:
        return ""
    start = f"{said} and ("
    if constraint.startswith(start) and constraint.endswith(")"):
        return constraint[len(start) : -1]
    return constraint
