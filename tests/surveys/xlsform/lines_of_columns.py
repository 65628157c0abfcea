"""What becomes of a column of the survey sheet, of choices and settings."""

from typing import Any

from tests.surveys.xlsform.forms import errors, form, question, warnings
from tests.surveys.xlsform.lines import LIST, asked, line, one, pages, refused

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
