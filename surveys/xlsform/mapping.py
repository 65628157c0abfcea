"""From a form to a definition (`surveys.loading`), with the place of everything in it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from surveys.expressions import (
    ExpressionError,
    compile_expression,
    references,
    rename,
    rename_in_text,
    text_references,
)
from surveys.expressions.syntax import NAME
from surveys.models.choice import Choice
from surveys.models.questionnaire import NOT_ASKED, Question, Section
from surveys.xlsform.about import About
from surveys.xlsform.choices import Lists
from surveys.xlsform.keys import Keys
from surveys.xlsform.lines import Findings, Table
from surveys.xlsform.pages import Pages
from surveys.xlsform.placed import Condition, Placed
from surveys.xlsform.questions import Questions
from surveys.xlsform.reading import Book, Place, Unreadable
from surveys.xlsform.remarks import remark
from surveys.xlsform.tree import Node, Tree

#: Fields of a definition that hold a formula, and those that hold texts.
FORMULAS = {*Question.EXPRESSIONS, "repeat_count"}
WORDS = {*Question.TRANSLATED_FIELDS, *Section.TRANSLATED_FIELDS}
#: Columns that may have one, and how many characters all formulas may have together.
WITH_FORMULAS = {*Question.EXPRESSIONS, "required", "repeat_count"}
MOST_FORMULAS = 1_000_000
#: How formulas call the words beside a choice.
OWN_WORDS = ("_other", ".other")


class Mapper:
    """Makes a definition of a book; what it notes is in `findings`."""

    def __init__(self, book: Book, findings: Findings) -> None:
        self.book = book
        self.findings = findings
        self.about = About(book, findings)
        language = self.about.default_language
        self.survey = Table(book.sheets["survey"], findings, language)
        choices = book.sheets.get("choices")
        self.choices = Table(choices, findings, language) if choices else None
        self.lists = Lists(self.choices, findings, may_be_twice=self.about.may_be_twice)
        self.keys = Keys(findings)
        self.questions = Questions(self.lists, self.keys, findings)

    def definition(self) -> dict[str, Any] | None:
        """None where there is no survey to speak of."""
        if not self.survey.needs("type", "name"):
            return None
        self.bound_formulas()
        tree = Tree(self.survey, self.lists, self.findings)
        root = tree.read()
        self.about.on_survey = tree.settings
        self.keys.give(root, self.survey, self.questions.is_matrix)
        pages = Pages(self.questions, self.keys, self.findings)
        sections = pages.sections(root, self.about.title)
        self.call_back(root, sections)
        self.check_groups(sections)
        self.check_left_out(sections)
        tables = [table for table in (self.survey, self.choices) if table is not None]
        remark(self.book, tables, self.lists, self.findings)
        asked = sum(
            question["kind"] not in NOT_ASKED
            for section in sections
            for question in section["questions"]
        )
        if not asked and not self.findings.errors:
            first = self.survey.sheet.rows[0].number if self.survey.sheet.rows else 1
            note = self.findings.warn if sections else self.findings.error
            note(self.survey.at(first), _("This form asks nothing: there is no question in it."))
        return {"survey": self.about.survey(self.survey, asked), "sections": sections}

    def bound_formulas(self) -> None:
        """Raise Unreadable where the formulas of a form are together too long to be read at
        once."""
        columns = [c for c in self.survey.columns.values() if c.field in WITH_FORMULAS]
        length = 0
        for line in self.survey.lines():
            for column in columns:
                length += len(line.row.texts.get(column.number, ""))
                if length > MOST_FORMULAS:
                    place = self.survey.at(line.row.number, column)
                    raise Unreadable(too_many_formulas(), place)

    def call_back(self, root: Node, sections: list[Placed]) -> None:
        """Let formulas and texts read what our own export had to call something else."""
        names = {}
        for node in root.walk():
            key = node.line["portal::key"]
            if key and re.fullmatch(NAME, key) and node.key == key:
                names |= {f"{node.name}{end}": f"{key}{end}" for end in ("", *OWN_WORDS)}
        if not names:
            return
        for part in nodes_of(sections):
            part.conditions = [
                Condition(rename(one.source, names), one.place) for one in part.conditions
            ]
            for field, value in part.items():
                if field in FORMULAS and value:
                    part[field] = rename(value, names)
                elif field in WORDS:
                    part[field] = {
                        lang: rename_in_text(text, names) for lang, text in value.items()
                    }

    # --- What is checked before all is compiled ---------------------------------------------------

    def check_groups(self, sections: list[Placed]) -> None:
        """Say what is wrong with a group's condition once, at the group, instead of at everything
        that is in it."""
        keys = self.keys.questions
        rows = {
            choice["key"]
            for section in sections
            for question in section["questions"]
            for choice in question.get("choices", ())
            if choice["role"] == Choice.Role.ROW
        }
        names = keys | rows | {f"{key}{end}" for key in keys for end in OWN_WORDS}
        length = 0
        for node in nodes_of(sections):
            own = node.at("relevant")
            length += len(node["relevant"])  # with the conditions of the groups around it
            if length > MOST_FORMULAS:
                raise Unreadable(too_many_formulas(), own)
            wrong = [
                condition
                for condition in node.conditions
                if condition.place != own and self.is_wrong(condition, names)
            ]
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
        if not self.questions.left_out:
            return
        for node in nodes_of(sections):
            for name, value in node.items():
                if name in FORMULAS and value:
                    self.refuse_left_out(node.at(name), references(value))
                elif name in WORDS:
                    for language, words in value.items():
                        self.refuse_left_out(node.at(name, language), text_references(words))

    def refuse_left_out(self, place: Place, names: Iterable[str]) -> None:
        for name in sorted(set(names) & set(self.questions.left_out)):
            line = self.questions.left_out[name]
            self.findings.error(
                place,
                _("${%(name)s} is read here, but “%(type)s” in row %(row)s is not collected.")
                % {"name": name, "type": line["type"], "row": line.row.number},
            )


def too_many_formulas() -> str:
    return _("Up to here there are too many formulas for a form.")


def nodes_of(sections: list[Placed]) -> Iterator[Placed]:
    for section in sections:
        yield section
        yield from section["questions"]
