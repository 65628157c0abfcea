"""A questionnaire as an XLSForm workbook.

Other programs read what the standard has words for. What it has none for stands in columns of our
own, `portal::…`, so that the form comes in again as the same questionnaire; rows that are there for
other programs only are marked and skipped then.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from pyxform.aliases import yes_no
from pyxform.parsing.expression import is_xml_tag

from ssoe_portal.common.table_files import plain
from ssoe_portal.common.translation import BASE_LANGUAGE, CONTENT_LANGUAGES
from surveys.expressions import references, rename, rename_in_text, text_references
from surveys.loading import about, dump
from surveys.models import Questionnaire, Survey
from surveys.models.choice import TERMS, Choice, Stage, Vocabulary
from surveys.models.questionnaire import MOST_DECIMALS, WITH_CHOICES, Kind, Question
from surveys.xlsform.choices import TERM
from surveys.xlsform.columns import LANGUAGES, TRANSLATED, column_of, header_of
from surveys.xlsform.formulas import QUOTED_TEXT, default_expression, digits, with_limits
from surveys.xlsform.plain import marked
from surveys.xlsform.words import OWN_WORDS, in_each_language, in_interface_languages

#: Each kind's type; kinds with choices name their list behind it.
TYPES = {
    Kind.SINGLE: "select_one",
    Kind.MULTIPLE: "select_multiple",
    Kind.RANKING: "rank",
    Kind.SCALE: "select_one",
    Kind.SHORT: "text",
    Kind.LONG: "text",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.MOMENT: "dateTime",
    Kind.ORGANISATION: "text",
    Kind.CONSENT: "acknowledge",
    Kind.NOTE: "note",
    Kind.CALCULATION: "calculate",
}
APPEARANCES = {Kind.SCALE: "likert", Kind.LONG: "multiline"}
TEXTS = {
    "wording": "label",
    "help_text": "hint",
    "required_message": "required_message",
    "constraint_message": "constraint_message",
    "why": "portal::why",
    "unit": "portal::unit",
}
#: The order of columns; others follow as they come.
ORDER = [
    *("form_title", "form_id", "version", "default_language", "list_name"),
    *("type", "name", "label", "hint", "required", "required_message", "relevant", "constraint"),
    *("constraint_message", "default", "calculation", "choice_filter", "repeat_count"),
    *("appearance", "read_only", "parameters"),
]

type Cells = dict[str, str]


def workbook_of(questionnaire: Questionnaire) -> bytes:
    """A stored version as a workbook."""
    definition = {"survey": about(questionnaire.survey), "sections": dump(questionnaire)}
    return write_xlsform(definition, version=str(questionnaire.version))


def write_xlsform(definition: dict[str, Any], version: str = "1") -> bytes:
    """A definition as a workbook (.xlsx)."""
    form = _Form(definition["sections"])
    book = Workbook(write_only=True)
    _add(book, "survey", form.survey, ["type", "name"])
    _add(book, "choices", form.choices, ["list_name", "name"])
    _add(book, "settings", [_settings(definition["survey"], version)], [])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _settings(survey: dict[str, Any], version: str) -> Cells:
    cells = {
        "form_title": survey["title"][BASE_LANGUAGE],
        "form_id": survey["slug"],
        "version": version,
        "default_language": header_of("", BASE_LANGUAGE).removeprefix("::"),
        "portal::minutes": str(survey["minutes"]),
    }
    for name in Survey.TRANSLATED_FIELDS:
        _add_words(cells, f"portal::{name}", survey[name])
    return cells


def _add_words(
    cells: Cells, field: str, words: dict[str, str], names: "_Names | None" = None
) -> None:
    for language, text in words.items():
        cells[header_of(field, language)] = marked(names.text(text) if names else text)


class _Form:
    """The rows of the survey and choices sheets."""

    def __init__(self, sections: list[dict[str, Any]]) -> None:
        self.survey: list[Cells] = []
        self.choices: list[Cells] = []
        #: Lists by what is in them: two questions with the same choices share one.
        self.lists: dict[str, str] = {}
        self.names = _Names(sections)
        for section in sections:
            self.section(section)

    def section(self, section: dict[str, Any]) -> None:
        holds = "repeat" if section["repeats"] else "group"
        cells = {"type": f"begin_{holds}"}
        for field in ("relevant", "repeat_count"):
            cells[field] = self.names.formula(section[field])
        self.name(cells, section["key"], self.names.sections[section["key"]])
        _add_words(cells, "label", section["title"], self.names)
        _add_words(cells, "hint", section["introduction"], self.names)
        self.survey.append(cells)
        for question in section["questions"]:
            if question["kind"] == Kind.MATRIX:
                self.matrix(question)
            else:
                self.question(question)
        self.survey.append({"type": f"end_{holds}"})

    @staticmethod
    def name(cells: Cells, key: str, name: str) -> None:
        cells["name"] = name
        if name != key:
            cells["portal::key"] = key

    def question(self, question: dict[str, Any]) -> None:
        kind = question["kind"]
        decimals = question["decimals"]
        cells: Cells = {"type": TYPES.get(kind) or ("decimal" if decimals else "integer")}
        if kind in WITH_CHOICES:
            cells["type"] += f" {self.list_of(question)}"
        self.name(cells, question["key"], self.names.questions[question["key"]])
        cells["appearance"] = APPEARANCES.get(kind, "")
        if kind == Kind.ORGANISATION:
            cells["portal::kind"] = Kind.ORGANISATION.value
        if kind == Kind.NUMBER and decimals and decimals != MOST_DECIMALS:
            cells["portal::decimals"] = str(decimals)
        self.common(question, cells)
        if kind == Kind.NUMBER:
            limits = question["minimum"], question["maximum"]
            cells["constraint"] = with_limits(cells["constraint"], *limits)
        self.survey.append(cells)
        if any(choice["role"] == Choice.Role.OTHER for choice in question["choices"]):
            self.own_words(question)

    def common(self, question: dict[str, Any], cells: Cells) -> None:
        """What every kind has."""
        for field, column in TEXTS.items():
            _add_words(cells, column, question[field], self.names)
        for field in ("relevant", "constraint", "calculation", "choice_filter"):
            cells[field] = self.names.formula(question[field])
        for field in ("vocabulary", "profile_field", "counts_from"):
            cells[f"portal::{field}"] = question[field]
        for field in ("minimum", "maximum"):
            cells[f"portal::{field}"] = "" if question[field] is None else digits(question[field])
        condition = self.names.formula(question["required_if"])
        cells["required"] = "yes" if question["required"] else condition
        if condition and (question["required"] or condition in yes_no):
            cells["required"] = "yes" if question["required"] else ""
            cells["portal::required_if"] = condition
        self.default(question, cells)

    def default(self, question: dict[str, Any], cells: Cells) -> None:
        """A text as XLSForm has it, without quotation marks, where it comes in as one again."""
        default, kind = self.names.formula(question["default"]), question["kind"]
        text = default[1:-1] if QUOTED_TEXT.fullmatch(default) else default
        cells["default"] = text if default_expression(text, kind) == default else default
        if default_expression(cells["default"], kind) != default:
            cells["portal::default"] = default

    def own_words(self, question: dict[str, Any]) -> None:
        """The words beside a choice, for other programs: a text that is asked for with it."""
        name = self.names.questions[question["key"]]
        choice = next(c for c in question["choices"] if c["role"] == Choice.Role.OTHER)
        for own in self.names.own_words(question["key"], name):
            cells = {
                "type": "text",
                "name": own,
                "relevant": f"selected(${{{name}}}, '{choice['key']}')",
                "portal::kind": "words",
            }
            _add_words(cells, "label", in_interface_languages(OWN_WORDS))
            self.survey.append(cells)

    def matrix(self, question: dict[str, Any]) -> None:
        rows = [choice for choice in question["choices"] if choice["role"] == Choice.Role.ROW]
        points = [choice for choice in question["choices"] if choice["role"] != Choice.Role.ROW]
        list_name = self.list_of({**question, "choices": points, "vocabulary": ""})
        cells: Cells = {
            "type": "begin_group",
            "appearance": "table-list",
            "portal::kind": Kind.MATRIX.value,
            "portal::list": list_name,
        }
        if question["choices"] != [*points, *rows]:
            cells["portal::order"] = " ".join(choice["key"] for choice in question["choices"])
        self.name(cells, question["key"], self.names.questions[question["key"]])
        self.common(question, cells)
        self.survey.append(cells)
        for row in rows:
            line: Cells = {"type": f"select_one {list_name}"}
            self.name(line, row["key"], self.names.row(question["key"], row["key"]))
            _add_words(line, "label", row["label"])
            if row["columns"]:
                line["portal::columns"] = json.dumps(row["columns"], ensure_ascii=False)
            self.survey.append(line)
        if question["vocabulary"]:
            for key, words in _terms(question["vocabulary"]):
                line = {"type": f"select_one {list_name}", "portal::kind": TERM}
                line["name"] = self.names.row(question["key"], key)
                _add_words(line, "label", words)
                self.survey.append(line)
        self.survey.append({"type": "end_group"})

    # --- Choices ----------------------------------------------------------------------------------

    def list_of(self, question: dict[str, Any]) -> str:
        """The name of the list with these choices, which is written where there is none yet."""
        content = json.dumps([question["vocabulary"], question["choices"]], sort_keys=True)
        if content not in self.lists:
            name = self.names.questions[question["key"]].replace(".", "_")
            while name in self.lists.values():
                name += "_"
            self.lists[content] = name
            terms = list(_terms(question["vocabulary"]))
            if not terms and not question["choices"]:  # other programs refuse an empty list
                terms = [("none", {BASE_LANGUAGE: "–"})]
            for key, words in terms:
                cells = {"list_name": name, "name": key, "portal::role": TERM}
                _add_words(cells, "label", words)
                self.choices.append(cells)
            for choice in question["choices"]:
                self.choice(name, choice)
        return self.lists[content]

    def choice(self, list_name: str, choice: dict[str, Any]) -> None:
        cells = {"list_name": list_name, "name": choice["key"]}
        _add_words(cells, "label", choice["label"])
        if choice["role"] != Choice.Role.OPTION:
            cells["portal::role"] = choice["role"]
        columns = choice["columns"]
        if all(_is_plain_column(name, text) for name, text in columns.items()):
            cells |= columns
        else:
            cells["portal::columns"] = json.dumps(columns, ensure_ascii=False)
        self.choices.append(cells)


def _is_plain_column(name: str, text: str) -> bool:
    """Whether a heading can name a column of the choices so that it comes in again."""
    column = column_of("choices", 1, name, double=True)
    return (
        not column.field
        and not column.is_media
        and is_xml_tag(name)
        and ":" not in name
        and bool(text)
        and plain(text) == text
    )


def _terms(vocabulary: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The terms of a vocabulary with their labels."""
    if vocabulary == Vocabulary.STAGE:
        for key, label in Stage.choices:
            yield key, in_each_language(lambda label=label: str(label))
    elif vocabulary:
        known = dict(CONTENT_LANGUAGES)
        for key, labels in (
            TERMS[vocabulary].objects.order_by("position", "pk").values_list("key", "labels")
        ):
            yield key, {language: text for language, text in labels.items() if language in known}


class _Names:
    """Names in the form, where several things may share one here: sections, rows of tables, and
    the two names that words beside a choice go by."""

    def __init__(self, sections: list[dict[str, Any]]) -> None:
        self.taken: Counter[str] = Counter()
        self.read = set(_read(sections))
        asked = [question for section in sections for question in section["questions"]]
        self.questions = {question["key"]: self.new(question["key"]) for question in asked}
        repeats = {s["key"]: self.new(s["key"]) for s in sections if s["repeats"]}
        self.rows: dict[tuple[str, str], str] = {}
        for question in reversed(asked):  # what is read by this name is the last one
            for key in _row_keys(question):
                self.rows[question["key"], key] = self.new(key)
        self.others = {
            question["key"]
            for question in asked
            if any(choice["role"] == Choice.Role.OTHER for choice in question["choices"])
        }
        for key in self.others:
            self.taken.update((f"{key}_other", f"{key}.other"))
        self.changed: dict[str, str] = {}
        for key, name in (self.questions | repeats).items():
            if key != name:
                self.changed[key] = name
                for ending in ("_other", ".other") if key in self.others else ():
                    self.changed[f"{key}{ending}"] = f"{name}{ending}"
        self.sections = {
            section["key"]: repeats.get(section["key"]) or self.new(section["key"])
            for section in sections
        }

    def new(self, key: str) -> str:
        name = stem = key if is_xml_tag(key) and ":" not in key else _as_name(key)
        number = 1
        while name in self.taken or name.lower() == "meta":
            number += 1
            name = f"{stem}_{number}"
        self.taken[name] += 1
        return name

    def formula(self, source: str) -> str:
        """A formula with the names that questions have in the form."""
        return rename(source, self.changed) if self.changed and source else source

    def text(self, text: str) -> str:
        return rename_in_text(text, self.changed) if self.changed else text

    def row(self, question: str, key: str) -> str:
        return self.rows[question, key]

    def own_words(self, key: str, name: str) -> list[str]:
        """The names by which formulas call the words beside a choice of this question."""
        endings = [end for end in ("_other", ".other") if f"{key}{end}" in self.read]
        return [f"{name}{end}" for end in endings or ["_other"]]


def _as_name(key: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", key)
    return name if re.match(r"[A-Za-z_]", name) else f"_{name}"


def _row_keys(question: dict[str, Any]) -> list[str]:
    if question["kind"] != Kind.MATRIX:
        return []
    own = [choice["key"] for choice in question["choices"] if choice["role"] == Choice.Role.ROW]
    return own + [key for key, _words in _terms(question["vocabulary"])]


def _read(sections: list[dict[str, Any]]) -> Iterator[str]:
    """The names that formulas and texts read."""
    for node in (node for section in sections for node in (section, *section["questions"])):
        for field in (*Question.EXPRESSIONS, "repeat_count"):
            if node.get(field):
                yield from references(node[field])
        for words in node.values():
            if isinstance(words, dict):
                for text in words.values():
                    yield from text_references(text)


# --- The file -------------------------------------------------------------------------------------


def _add(book: Workbook, title: str, rows: list[Cells], first: list[str]) -> None:
    """A sheet with the columns that its rows have something in."""
    used = {header for cells in rows for header, text in cells.items() if text}
    headers = sorted(used | set(first), key=_order())
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "C2"
    for number, header in enumerate(headers, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(header)
    sheet.append([_cell(sheet, header, bold=True) for header in headers])
    for cells in rows:
        sheet.append([_cell(sheet, cells.get(header, "")) for header in headers])


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # also where it looks like a formula
    if bold:
        cell.font = Font(bold=True)
    return cell


def _order() -> Callable[[str], tuple]:
    languages = list(LANGUAGES)
    own = sorted(TRANSLATED)

    def key(header: str) -> tuple:
        field, _separator, language = header.rpartition("::")
        if not field or header in ("portal::kind",) or header.count("::") < 1:
            field, language = header, ""
        place = ORDER.index(field) if field in ORDER else len(ORDER)
        is_own = header.startswith("portal::")
        code = language.rpartition("(")[2].rstrip(")")
        return (
            is_own,
            place,
            own.index(field) if field in own and is_own else -1,
            "" if field in ORDER else field,
            languages.index(code) if code in languages else -1,
            header,
        )

    return key


def _width(header: str) -> int:
    field = header.partition("::")[0]
    return 40 if field in ("label", "hint") or header.endswith(")") else 18
