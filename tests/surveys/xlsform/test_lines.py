"""Each line of the tables in docs/xlsforms.md: what becomes of what XLSForm knows."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from surveys.xlsform import Form
from tests.surveys.xlsform.forms import errors, form, question, warnings

DOCS = Path(__file__).parents[3] / "docs" / "xlsforms.md"
LIST = """
    list_name | name | label | region
    l | a | Eins | pankow
    l | b | Zwei | mitte
"""
#: The checks by the first cell of a line.
LINES: dict[str, Callable[[], None]] = {}


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def line(*cells: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Says which lines of the tables a check holds."""

    def noted(check: Callable[[], None]) -> Callable[[], None]:
        for cell in cells:
            assert cell not in LINES
            LINES[cell] = check
        return check

    return noted


def asked(row: str, columns: str = "", **more: str) -> dict[str, Any]:
    """A question, "q", of one row."""
    return question(one(row, columns, **more), "q")


def one(row: str, columns: str = "", **more: str) -> Form:
    return form(f"type | name | label{columns}\n{row}", **{"choices": LIST, **more})


def refused(row: str, reason: str, column: str = "A (type)", columns: str = "", **more) -> None:
    read = one(row, columns, **more)
    assert [error.split(": ")[0] for error in errors(read)] == [f"survey, row 2, column {column}"]
    assert reason in errors(read)[0]


def pages(read: Form) -> list[tuple[str, list[str]]]:
    assert read.errors == []
    return [(page["key"], [q["key"] for q in page["questions"]]) for page in read.sections]


# --- Types ----------------------------------------------------------------------------------------


@line("`text`")
def short_text():
    assert asked("text | q | Q") == {"key": "q", "kind": "short", "wording": {"de": "Q"}}


@line("`text`, appearance `multiline` or `rows`")
def long_text():
    assert asked("text | q | Q | multiline", " | appearance")["kind"] == "long"
    assert asked("text | q | Q | 5", " | rows")["kind"] == "long"
    assert asked("text | q | Q | rows=5", " | parameters")["kind"] == "long"


@line("`integer`")
def integer():
    assert asked("integer | q | Q") == {"key": "q", "kind": "number", "wording": {"de": "Q"}}
    assert asked("integer | q | Q | . > -10", " | constraint")["minimum"] < -10
    assert "minimum" not in asked("integer | q | Q | . > 10 - ${q}", " | constraint")


@line("`decimal`")
def decimal():
    assert asked("decimal | q | Q")["decimals"] == 6


@line("`range`")
def range_of_numbers():
    found = asked("range | q | Q | start=1 end=7", " | parameters")
    assert (found["minimum"], found["maximum"], found.get("decimals")) == (1, 7, None)
    assert "constraint" not in found
    found = asked("range | q | Q | start=0.5 end=2 step=0.5", " | parameters")
    assert (found["minimum"], found["maximum"], found["decimals"]) == (0.5, 2, 1)
    assert found["constraint"].startswith("abs((. - 0.5) div 0.5")
    refused("range | q | Q | start=a", "needs numbers", "D (parameters)", " | parameters")


@line("`select_one LIST`")
def one_choice():
    found = asked("select_one l | q | Q")
    assert found["kind"] == "single"
    assert found["choices"][0] == {
        "key": "a",
        "role": "option",
        "label": {"de": "Eins"},
        "columns": {"region": "pankow"},
    }
    refused("select_one k | q | Q", "There is no list “k” on the sheet “choices”")
    refused("select_one | q | Q", "needs the name of a list behind it")


@line("`select_one LIST`, appearance `likert`")
def scale():
    assert asked("select_one l | q | Q | likert", " | appearance")["kind"] == "scale"


@line("`select_multiple LIST`")
def several_choices():
    assert asked("select_multiple l | q | Q")["kind"] == "multiple"


@line("`… or_other`")
def something_else():
    read = form(
        """
        type | name | label
        select_one l or_other | q | Q
        """,
        LIST,
    )
    last = question(read, "q")["choices"][-1]
    assert (last["key"], last["role"], last["label"]["en"]) == ("other", "other", "Something else")
    own = LIST + "l | other | Sonst | mitte"
    roles = [
        choice["role"] for choice in asked("select_one l or_other | q | Q", choices=own)["choices"]
    ]
    assert roles == ["option", "option", "other"]


@line("`rank LIST`")
def ranking():
    assert asked("rank l | q | Q")["kind"] == "ranking"


@line("`note`")
def note():
    assert asked("note | q | Q") == {"key": "q", "kind": "note", "wording": {"de": "Q"}}
    read = form("type | name | label\nnote | n | \ntext | q | Q")
    assert pages(read) == [("page-1", ["q"])]
    assert "survey, row 2, column C (label): A note without a text is left out." in warnings(read)


@line("`date`", "`time`", "`dateTime`")
def moments():
    kinds = {"date": "date", "time": "time", "dateTime": "moment", "datetime": "moment"}
    for name, kind in kinds.items():
        assert asked(f"{name} | q | Q")["kind"] == kind


@line("`calculate`")
def calculation():
    found = asked("calculate | q | | 1 + 1", " | calculation")
    assert found == {"key": "q", "kind": "calculation", "calculation": "1 + 1"}


@line("`hidden`")
def hidden():
    assert asked("hidden | q | | x", " | default")["calculation"] == "'x'"
    read = form("type | name | label\nhidden | h\ntext | q | Q")
    assert pages(read) == [("page-1", ["q"])]
    assert "survey, row 2: What is hidden" in " ".join(warnings(read))


@line("`acknowledge`")
def consent():
    assert asked("acknowledge | q | Q")["kind"] == asked("trigger | q | Q")["kind"] == "consent"


@line("a question with `calculation` or `read_only`")
def shown():
    read = form(
        """
        type | name | label | calculation | read_only | default
        integer | q | Summe | 1 + 1
        text | r | Zum Lesen | | yes
        text | s | Wert | | yes | 5
        """
    )
    assert question(read, "q")["kind"] == "calculation"
    assert question(read, "q_shown") == {
        "key": "q_shown",
        "kind": "note",
        "wording": {"de": "Summe\n${q}"},
    }
    assert question(read, "r")["kind"] == "note"
    assert question(read, "s")["calculation"] == "5"
    assert any("nobody can change it" in warning for warning in warnings(read))
    assert any("becomes a note" in warning for warning in warnings(read))


@line("`today`")
def today():
    read = form("type | name | label\ntoday | day\nnote | q | ${day}")
    assert question(read, "day")["calculation"] == "today()"
    assert pages(form("type | name | label\ntoday | day\nnote | q | Q")) == [("page-1", ["q"])]


@line("`start`, `end`, `deviceid`, `username`, `phonenumber`, `email`, `audit`, …")
def metadata():
    kinds = ["start", "end", "deviceid", "username", "phonenumber", "email", "subscriberid"]
    kinds += ["simserial"]
    rows = "\n".join(f"{kind} | {kind}" for kind in kinds)
    read = form(f"type | name | label\n{rows}\naudit | audit\ntext | q | Q")
    assert pages(read) == [("page-1", ["q"])]
    assert sum("is not collected here" in warning for warning in warnings(read)) == 9
    read = form(f"type | name | label | relevant\n{rows}\ntext | q | Q | ${{start}} != ''")
    assert errors(read) == [
        "survey, row 10, column D (relevant): ${start} is read here, but “start” in row 2 is not "
        "collected."
    ]


@line("`geopoint`, `geotrace`, `geoshape`, `osm`")
def places():
    for kind in ("geopoint", "geotrace", "geoshape", "osm", "osm buildings", "gps"):
        refused(f"{kind} | q | Q", "Places on a map")


@line("`image`, `audio`, `video`, `file`")
def files():
    for kind in ("image", "audio", "video", "file", "photo"):
        refused(f"{kind} | q | Q", "cannot be handed in")


@line("`barcode`")
def codes():
    refused("barcode | q | Q", "Codes cannot be scanned")


@line("`select_one_from_file`, `select_one_external`, `csv-external`, `xml-external`")
def choices_from_outside():
    for kind in ("select_one_from_file a.csv", "select_multiple_from_file a.xml"):
        refused(f"{kind} | q | Q", "Choices from another file")
    for kind in ("select_one_external l", "csv-external", "xml-external", "select_one a.csv"):
        refused(f"{kind} | q | Q", "Choices from another file")


@line("`select_one ${question}`")
def choices_from_answers():
    refused("select_one ${x} | q | Q", "earlier answers")


@line("`background-audio`, `background-geopoint`, `start-geopoint`")
def background():
    for kind in ("background-audio", "background-geopoint", "start-geopoint"):
        refused(f"{kind} | q | Q", "Nothing is recorded")


@line("`include`")
def include():
    refused("include | q | Q", "cannot be included")


@line("any other type")
def unknown():
    refused("integr | q | Q", "There is no type “integr”. Perhaps “integer”?")
    refused("Text | q | Q", "There is no type “Text”. Perhaps “text”?")
    refused("begin_score | q | Q", "There is no type “begin_score”")


# --- Groups and repeats ---------------------------------------------------------------------------


@line("`begin_group`")
def group():
    read = form(
        """
        type | name | label | hint | relevant
        text | a | A
        begin_group | g | Seite | Worum es geht | ${a} = 1
        text | b | B
        end_group
        text | c | C
        """
    )
    assert pages(read) == [("page-1", ["a"]), ("g", ["b"]), ("page-2", ["c"])]
    page = read.sections[1]
    assert (page["title"], page["introduction"]) == ({"de": "Seite"}, {"de": "Worum es geht"})
    assert page["relevant"] == "${a} = 1"
    assert errors(form("type | name | label\nbegin_group | g | G\ntext | a | A")) == [
        "survey, row 2, column A (type): What begins here has no end: the row for it is missing."
    ]
    assert errors(form("type | name | label\ntext | a | A\nend_repeat")) == [
        "survey, row 3, column A (type): This ends something that never began."
    ]


@line("a group in a group")
def group_in_a_group():
    read = form(
        """
        type | name | label | relevant
        begin_group | page | Seite
        text | a | A
        begin_group | inner | Innen | ${a} = 1
        text | b | B
        text | c | C | ${b} = 2
        end_group
        end_group
        """
    )
    assert pages(read) == [("page", ["a", "inner", "b", "c"])]
    assert question(read, "inner")["wording"] == {"de": "Innen"}
    assert question(read, "inner")["relevant"] == question(read, "b")["relevant"] == "${a} = 1"
    assert question(read, "c")["relevant"] == "(${a} = 1) and (${b} = 2)"


@line("a group of more than 30 questions with groups in it")
def long_group():
    inner = "begin_group | {0} | Teil {0} | ${{a}} = 1\n{1}\nend_group\n"
    parts = "".join(
        inner.format(name, "\n".join(f"text | {name}{n} | F" for n in range(16))) for name in "xy"
    )
    read = form(
        "type | name | label | relevant\nbegin_group | g | G | 1 = 1\ntext | a | A\n"
        f"{parts}text | z | Z\nend_group"
    )
    assert [key for key, _questions in pages(read)] == ["g", "x", "y", "g-2"]
    assert [page["title"]["de"] for page in read.sections] == ["G", "Teil x", "Teil y", "G (2)"]
    assert read.sections[1]["relevant"] == "(1 = 1) and (${a} = 1)"


@line("questions in no group")
def questions_in_no_group():
    rows = "".join(f"text | q{n} | F\n" for n in range(45))
    read = form(f"type | name | label\n{rows}")
    assert [(key, len(questions)) for key, questions in pages(read)] == [
        ("page-1", 15),
        ("page-2", 15),
        ("page-3", 15),
    ]
    assert read.sections[1]["title"] == {"de": "Seite 2", "en": "Page 2"}
    with_note = "".join(f"{'note' if n == 14 else 'text'} | q{n} | F\n" for n in range(25))
    assert [len(keys) for _key, keys in pages(form(f"type | name | label\n{with_note}"))] == [
        13,
        12,
    ]
    alone = form("type | name | label\ntext | a | A", settings="form_title\nMein Bogen")
    assert alone.sections[0]["title"]["de"] == "Mein Bogen"


@line("`begin_repeat`", "`repeat_count`")
def repeat():
    read = form(
        """
        type | name | label | repeat_count
        integer | n | N
        begin_repeat | child | Kind | ${n}
        text | a | A
        end_repeat
        begin_repeat | free | Frei
        text | b | B
        end_repeat
        calculate | sum
        """.replace("calculate | sum", "note | sum | ${a}")
    )
    first, second = read.sections[1:3]
    assert (first["key"], first["repeats"], first["repeat_count"]) == ("child", True, "${n}")
    assert (second["key"], second["repeats"], second["repeat_count"]) == ("free", True, "")


@line("a repeat in a group")
def repeat_in_a_group():
    read = form(
        """
        type | name | label | relevant
        begin_group | g | Seite | 1 = 1
        text | a | A
        begin_repeat | child | Kind | ${a} = 1
        text | b | B
        end_repeat
        text | c | C
        end_group
        """
    )
    assert pages(read) == [("g", ["a"]), ("child", ["b"]), ("g-2", ["c"])]
    assert [page["relevant"] for page in read.sections] == [
        "1 = 1",
        "(1 = 1) and (${a} = 1)",
        "1 = 1",
    ]
    assert read.sections[2]["title"] == {"de": "Seite (2)"}


@line("a repeat in a repeat")
def repeat_in_a_repeat():
    read = form(
        """
        type | name | label
        begin_repeat | r | R
        begin_repeat | s | S
        text | a | A
        end_repeat
        end_repeat
        """
    )
    assert errors(read) == [
        "survey, row 3, column A (type): A repeat inside a repeat cannot be asked here. Please put "
        "it behind the other."
    ]


TABLE = """
    type | name | label | appearance | hint | required | relevant
    begin_group | t | Wie steht es? | table-list
    select_one l | money | Geld | | vor allem Ihres
    select_one l | rooms | Räume | | | {0}
    end_group
"""


@line("a group with appearance `table-list`")
def table_list():
    found = question(form(TABLE.format(""), LIST), "t")
    assert (found["kind"], found["wording"]) == ("matrix", {"de": "Wie steht es?"})
    assert [(c["key"], c["role"], c["label"]["de"]) for c in found["choices"]] == [
        ("a", "option", "Eins"),
        ("b", "option", "Zwei"),
        ("money", "row", "Geld (vor allem Ihres)"),
        ("rooms", "row", "Räume"),
    ]
    read = form(TABLE.format("yes"), LIST)
    assert question(read, "t")["required"]
    assert any("at least one row needs an answer" in warning for warning in warnings(read))
    read = form(TABLE.format("| 1 = 1"), LIST)
    assert pages(read) == [("t", ["money", "rooms"])]


@line("`label` and `list-nolabel`")
def labelled_list():
    read = form(
        """
        type | name | label | appearance
        begin_group | g | Seite | field-list
        select_one l | t | Wie steht es? | label
        select_one l | money | Geld | list-nolabel
        select_one l | rooms | Räume | list-nolabel
        text | more | Mehr
        end_group
        """,
        LIST,
    )
    assert pages(read) == [("g", ["t", "more"])]
    found = question(read, "t")
    assert found["kind"] == "matrix"
    assert [choice["key"] for choice in found["choices"]] == ["a", "b", "money", "rooms"]


@line("`begin_loop over LIST`")
def loop():
    read = form(
        """
        type | name | label | relevant
        begin_loop over l | each | Jede
        integer | many | Wie viele %(label)s?
        text | why | Warum? | ${many} > 1
        end_loop
        """,
        LIST,
    )
    assert pages(read) == [
        ("each", ["each_a", "many_a", "why_a", "each_b", "many_b", "why_b"]),
    ]
    assert question(read, "many_b")["wording"] == {"de": "Wie viele Zwei?"}
    assert question(read, "why_b")["relevant"] == "${many_b} > 1"


@line("a group's or page's label of more than 240 characters")
def long_title():
    read = form(f"type | name | label\nbegin_group | g | {'Lang ' * 60}\ntext | a | A\nend_group")
    assert read.sections[0]["introduction"]["de"].startswith("Lang Lang")
    assert len(read.sections[0]["title"]["de"]) < 20


# --- Columns of the survey sheet ------------------------------------------------------------------


@line("`name`")
def name():
    read = form(
        """
        type | name | label
        begin_group | father | Vater
        integer | age | Alter
        end_group
        begin_group | mother | Mutter
        integer | age | Alter
        end_group
        """
    )
    assert pages(read) == [("father", ["age"]), ("mother", ["mother_age"])]
    assert any("is the name of row 3, too" in warning for warning in warnings(read))
    read = form("type | name | label\ntext | a | A\ntext | a | B")
    assert errors(read) == ["survey, row 3, column B (name): “a” is the name of row 2 already."]
    refused("text | 1a | A", "cannot be a name", "B (name)")
    refused("text |  | A", "has no name", "B (name)")


@line("`label`")
def label():
    assert asked("text | q | **Wie** <b>viel</b> &amp; _was_?")["wording"] == {
        "de": "Wie viel & was?"
    }
    assert asked("text | q | ${q} < 2 * 3 * 4")["wording"] == {"de": "${q} < 2 * 3 * 4"}


@line("`hint`")
def hint():
    assert asked("text | q | Q | Ein Hinweis", " | hint")["help_text"] == {"de": "Ein Hinweis"}
    assert asked("text | q |  | Nur ein Hinweis", " | hint")["wording"] == {"de": "Nur ein Hinweis"}


@line("`guidance_hint`")
def guidance():
    found = asked("text | q | Q | Kurz | Lang", " | hint | guidance_hint")
    assert found["help_text"] == {"de": "Kurz\n\nLang"}


@line("`required`")
def required():
    for word in ("yes", "TRUE", "true()", "True"):
        assert asked(f"text | q | Q | {word}", " | required")["required"] is True
    assert "required" not in asked("text | q | Q | no", " | required")
    assert asked("text | q | Q | 1 = 1", " | required")["required_if"] == "1 = 1"


@line("`required_message`", "`constraint_message`")
def messages():
    found = asked(
        "text | q | Q | Fehlt | Falsch | . != 'x'",
        " | required_message | constraint_message | constraint",
    )
    assert found["required_message"] == {"de": "Fehlt"}
    assert found["constraint_message"] == {"de": "Falsch"}


@line("`relevant`", "`constraint`", "`calculation`")
def formulas():
    assert asked("text | q | Q | 1 = 1", " | relevant")["relevant"] == "1 = 1"
    assert asked("text | q | Q | . = 'a'", " | constraint")["constraint"] == ". = 'a'"
    assert asked("calculate | q | | 2 * 3", " | calculation")["calculation"] == "2 * 3"


@line("`default`")
def default():
    cases = {
        "text | q | Q | frei": "'frei'",
        "text | q | Q | it's": '"it\'s"',
        "date | q | Q | 2010-06-15": "'2010-06-15'",
        "date | q | Q | today()": "today()",
        "integer | q | Q | 5": "5",
        "select_multiple l | q | Q | a b": "'a b'",
    }
    for row, source in cases.items():
        assert asked(row, " | default")["default"] == source


@line("`choice_filter`", "any other column of the choices sheet")
def choice_filter():
    found = asked("select_one l | q | Q | region = 'mitte'", " | choice_filter")
    assert found["choice_filter"] == "region = 'mitte'"
    assert [choice["columns"] for choice in found["choices"]] == [
        {"region": "pankow"},
        {"region": "mitte"},
    ]
    refused(
        "select_one l | q | Q | reggion = 'mitte'",
        "Perhaps “region”?",
        "D (choice_filter)",
        " | choice_filter",
    )
    empty = "list_name | name | label | region\nl | a | A\nl | b | B\nk | c | C | mitte"
    found = asked("select_one l | q | Q | region = 'x'", " | choice_filter", choices=empty)
    assert found["choices"][0]["columns"] == {"region": ""}


@line("`appearance`")
def appearance():
    assert len(warnings(one("text | q | Q | minimal", " | appearance"))) == 1
    read = one("text | q | Q | ex:org.app", " | appearance")
    assert "survey, row 2, column D (appearance): “ex:org.app” has no effect here." in warnings(
        read
    )
    refused(
        "select_one l | q | Q | search('file')",
        "another file",
        "D (appearance)",
        " | appearance",
    )


@line("`parameters`")
def parameters():
    read = one("select_one l | q | Q | randomize=true", " | parameters")
    assert any("in the order of their list" in warning for warning in warnings(read))


@line("`read_only` as a formula")
def read_only():
    refused("text | q | Q | 1 = 1", "stands in “relevant”", "D (read_only)", " | read_only")


@line("`trigger`")
def trigger():
    refused(
        "calculate | q | | ${q} | now()",
        "certain moments",
        "D (trigger)",
        " | trigger | calculation",
    )


@line("`disabled`")
def disabled():
    read = form("type | name | label | disabled\ntext | a | A | yes\ntext | b | B | no")
    assert pages(read) == [("page-1", ["b"])]


@line("`image`, `audio`, `video`, `media::…`")
def media():
    read = form("type | name | label | image | media::audio::de\ntext | q | Q | a.jpg | a.mp3")
    assert sum("are not shown here" in warning for warning in warnings(read)) == 2


@line("`bind::…`, `body::…`, `instance::…` with no meaning above", "any other column")
def other_columns():
    read = form(
        "type | name | label | bind::x | body::y | instance::z | more | leer | bind::relevant\n"
        "text | q | Q | 1 | 2 | 3 | so | | 1 = 1"
    )
    assert sum("has no meaning here" in warning for warning in warnings(read)) == 4
    assert question(read, "q")["relevant"] == "1 = 1"


@line("`label::Deutsch (de)`, `label::de`, `label::German`")
def german():
    for heading in (
        "label::Deutsch (de)",
        "label::de",
        "label::German",
        "label::deutsch",
        "label:de",
    ):
        read = form(f"type | name | {heading}\ntext | q | Frage")
        assert question(read, "q")["wording"] == {"de": "Frage"}
        assert warnings(read) == []


@line("`label::English (en)`, `label::fr`, …")
def translations():
    read = form(
        "type | name | label::de | label::English (en) | label::fr | label::Farsi | label::Welsh\n"
        "text | q | Q | E | F | P | K"
    )
    assert question(read, "q")["wording"] == {"de": "Q", "en": "E", "fr": "F", "fa": "P"}
    assert warnings(read) == [
        "survey, row 1, column G (label::Welsh): “Welsh” is no language of the portal."
    ]


@line("no German column")
def without_german():
    read = form("type | name | label::fr | label::English (en)\ntext | q | F | E")
    assert question(read, "q")["wording"] == {"de": "F", "fr": "F", "en": "E"}
    settings = "form_id | default_language\nf | English (en)"
    read = form(
        "type | name | label::fr | label::English (en)\ntext | q | F | E", settings=settings
    )
    assert question(read, "q")["wording"] == {"de": "E", "fr": "F", "en": "E"}
    assert "stands in its place" in warnings(read)[0]
    read = form("type | name | label | label::fr\ntext | q | Q | F", settings=settings)
    assert question(read, "q")["wording"] == {"de": "Q", "en": "Q", "fr": "F"}
    read = form("type | name | label::de | label::en\ntext | q | Q | E\ntext | r | | E")
    assert question(read, "r")["wording"] == {"de": "E", "en": "E"}
    assert warnings(read)[0].startswith("survey, row 3, column C (label::de): There is no German")


# --- Choices and settings -------------------------------------------------------------------------


@line("`list_name`, `name`, `label`")
def choices():
    read = form("type | name | label\nselect_one l | p | P\nselect_one l | q | Q", LIST)
    assert question(read, "p")["choices"] == question(read, "q")["choices"]


def wrong_choice(row: str, reason: str, column: str) -> None:
    read = form("type | name | label\nselect_one l | q | Q", f"{LIST.rstrip()}\n{row}")
    assert [error.split(": ")[0] for error in errors(read)] == [f"choices, row 4, column {column}"]
    assert reason in errors(read)[0]


@line("a name twice in a list")
def name_twice():
    wrong_choice("l | a | Noch eins", "is in this list twice, in row 2, too", "B (name)")
    twice = f"{LIST}l | a | Noch eins"
    settings = "allow_choice_duplicates\nyes"
    read = form("type | name | label\nselect_one l | q | Q", twice, settings)
    assert read.definition is None
    settings = "allow_choice_duplicates\nyes"
    unused = form("type | name | label\nselect_one k | q | Q", f"{twice}\nk | c | C", settings)
    assert unused.errors == []


@line("a name with a space")
def name_with_a_space():
    wrong_choice("l | a b | Drei", "has no spaces", "B (name)")


@line("a choice without a label")
def choice_without_a_label():
    wrong_choice("l | c |", "has no label", "C (label)")


@line("an answer in a label, `${…}`")
def answer_in_a_label():
    wrong_choice("l | c | Wie ${q}", "cannot quote an answer", "C (label)")


def about(settings: str) -> dict[str, Any]:
    read = form("type | name | label\ntext | q | Q", settings=settings)
    assert read.errors == []
    return read.definition["survey"]


@line("`form_title`", "`form_id`", "`version`")
def title_and_address():
    found = about("form_title | form_id | version\nÜber Räume | Räume_2026.1 | 2026112201")
    assert found["title"] == {"de": "Über Räume", "en": "Über Räume"}
    assert found["slug"] == "raeume-2026-1"
    assert about("form_title | form_id\nX | desk")["slug"] == "umfrage-desk"
    assert about("form_title\nWas fehlt?")["slug"] == "was-fehlt"
    old = form("type | name | label\nset form title | Alt\nset form id | alt\ntext | q | Q")
    assert old.definition["survey"]["title"]["de"] == "Alt"
    assert old.definition["survey"]["slug"] == "alt"


@line("`default_language`")
def default_language():
    without_german()


@line("no introduction, nobody who asks, no purpose")
def words_of_ours():
    found = about("form_title\nRäume")
    assert found["purpose"]["en"].startswith("Not described yet.")
    assert found["minutes"] == 1
    settings = "form_title | portal::purpose::de | portal::minutes\nRäume | Wir planen | 12"
    found = about(settings)
    assert (found["purpose"], found["minutes"]) == ({"de": "Wir planen"}, 12)


# --- The tables themselves ------------------------------------------------------------------------


def lines() -> list[str]:
    """The first cells of all lines but those of our own columns, which a round trip holds."""
    found, heading = [], ""
    for text in DOCS.read_text(encoding="utf-8").splitlines():
        if text.startswith("## "):
            heading = text[3:]
        if text.startswith("| ") and not text.startswith(("| XLSForm |", "| column |")):
            first = re.split(r"(?<!\\)\|", text)[1].strip()
            if heading != "Columns of our own":
                choices = heading == "Choices sheet" and first == "any other column"
                found.append(f"{first} of the choices sheet" if choices else first)
    return found


@pytest.mark.parametrize("first", lines())
def test_each_line_holds(first):
    LINES[first]()


def test_every_check_has_its_line():
    assert set(LINES) == set(lines())
