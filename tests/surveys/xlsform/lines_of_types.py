"""What becomes of a type of question, a group, a repeat."""

from tests.surveys.xlsform.forms import errors, form, question, warnings
from tests.surveys.xlsform.lines import LIST, asked, line, pages, refused

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
