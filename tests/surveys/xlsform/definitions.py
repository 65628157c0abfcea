"""Definitions of every shape that questionnaires have, for hypothesis."""

from typing import Any

from hypothesis import strategies as st

from ssoe_portal.common.table_files import plain
from surveys.models.questionnaire import MOST_DECIMALS, Kind

LANGUAGES = ("en", "ar", "uk", "de-x-leicht")
SIGNS = "ab cä*_#<>&[]()\\`'\"=+-@${}\nß;,1“”’ \u00e9ع"


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Words as people write them, with all that looks like something else in a spreadsheet, in
    Markdown or in HTML; "${" begins an answer that is quoted."""
    words = st.text(SIGNS, min_size=1, max_size=longest) | st.sampled_from(
        [
            "=1+1",
            "**wichtig**",
            "a < b & c",
            "<b>fett</b>",
            "&nbsp;",
            "+49 30 12",
            "2 * 3 * 4",
            "-5",
        ]
    )
    return words.map(lambda text: plain(text.replace("${", "$ {"))).filter(bool)


@st.composite
def words(draw: Any, longest: int = 40) -> dict[str, str]:
    found = {"de": draw(texts(longest))}
    for language in draw(st.sets(st.sampled_from(LANGUAGES), max_size=2)):
        found[language] = draw(texts(longest))
    return found


def maybe(strategy: st.SearchStrategy, nothing: Any) -> st.SearchStrategy:
    return st.just(nothing) | st.just(nothing) | strategy


KEYS = st.text("abcxyzÄé_", min_size=1, max_size=4).flatmap(
    lambda start: st.text("ab0-.9", max_size=3).map(lambda rest: start + rest)
)
CHOICE_KEYS = st.text("ab1é-_.#&", min_size=1, max_size=5)
DEFAULTS = st.sampled_from(
    [
        "today()",
        "5",
        "'5'",
        "'frei'",
        '"it\'s"',
        "'a - b'",
        "concat('a', 'b')",
        "'2026-11-22'",
        "-1.5",
    ]
)


class _Builder:
    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.keys: set[str] = set()
        self.sections: set[str] = set()
        self.rows: set[str] = set()
        #: What a formula may read so far.
        self.known: list[str] = []

    def key(self, taken: set[str]) -> str:
        taken_too = self.rows | {"meta"}
        free = KEYS.filter(lambda key: key not in taken and key.lower() not in taken_too)
        key = self.draw(free)
        taken.add(key)
        return key

    def formula(self) -> str:
        if not self.known:
            return self.draw(st.sampled_from(["1 = 1", "true()", "today() > '2026-01-01'"]))
        name = self.draw(st.sampled_from(self.known))
        return self.draw(
            st.sampled_from(
                [f"${{{name}}} = 'a'", f"selected(${{{name}}}, 'b')", f"not(${{{name}}} > 3.5)"]
            )
        )

    def choices(self, roles: bool = True) -> list[dict[str, Any]]:
        draw = self.draw
        keys = draw(st.lists(CHOICE_KEYS, min_size=2, max_size=4, unique=True))
        special = draw(st.permutations(["other", "exclusive", "option", "option"])) if roles else []
        return [
            {
                "key": key,
                "role": special[place] if place < len(special) else "option",
                "label": draw(words(20)),
                "columns": draw(
                    maybe(
                        st.dictionaries(
                            st.sampled_from(["cf", "region", "label", "a b", "label::xx"]),
                            st.sampled_from(["x", "", " y", "0"]),
                            max_size=2,
                        ),
                        {},
                    )
                ),
            }
            for place, key in enumerate(keys)
        ]

    def question(self, kind: str) -> dict[str, Any]:
        draw = self.draw
        question: dict[str, Any] = {
            "key": self.key(self.keys),
            "kind": kind,
            "wording": draw(words()),
            "help_text": draw(maybe(words(), {})),
            "relevant": (draw(st.booleans()) and self.formula()) or "",
        }
        if kind == Kind.CALCULATION:
            question["calculation"] = self.formula()
            question["wording"] = draw(maybe(words(), {}))
        elif kind != Kind.NOTE:
            self.asked(question, kind)
        return question

    def asked(self, question: dict[str, Any], kind: str) -> None:
        draw = self.draw
        question |= {
            "why": draw(maybe(words(), {})),
            "required": draw(st.booleans()),
            "required_if": draw(maybe(st.sampled_from(["yes", "true()", "1 = 1"]), "")),
            "required_message": draw(maybe(words(), {})),
            "constraint": draw(
                maybe(st.sampled_from([". != 'a'", ". >= 0", "(1 = 1) or 2 > 1"]), "")
            ),
            "constraint_message": draw(maybe(words(), {})),
            "default": draw(maybe(DEFAULTS, "")),
        }
        if question["required_if"] == "yes":
            question["required_if"] = "'yes'"
        if kind != Kind.MATRIX:
            question["unit"] = draw(maybe(words(10), {}))
        if kind == Kind.NUMBER:
            question["decimals"] = draw(st.integers(0, MOST_DECIMALS))
            question["minimum"] = draw(maybe(st.sampled_from([0, -10, 0.5, 0.000001]), None))
            question["maximum"] = draw(maybe(st.sampled_from([10, 1.25, 1e9]), None))
        if kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.RANKING):
            question["choices"] = self.choices()
            question["vocabulary"] = draw(maybe(st.sampled_from(["stage", "topic"]), ""))
            if "cf" in question["choices"][0]["columns"]:
                question["choice_filter"] = draw(maybe(st.just("cf = 'x'"), ""))
            if kind == Kind.RANKING:
                question["maximum"] = draw(maybe(st.integers(1, 4), None))
        if kind in (Kind.SCALE, Kind.MATRIX):
            question["choices"] = self.choices(roles=False)
            points = [choice["key"] for choice in question["choices"]]
            question["counts_from"] = draw(maybe(st.sampled_from(points), ""))
        if kind == Kind.MATRIX:
            rows = draw(
                st.lists(
                    CHOICE_KEYS.filter(lambda key: key not in {*points, *self.keys}),
                    min_size=1,
                    max_size=3,
                    unique=True,
                )
            )
            question["choices"] += [
                {"key": key, "role": "row", "label": draw(words(20)), "columns": {}} for key in rows
            ]
            self.rows.update(rows)
            question["choices"] = draw(
                st.just(question["choices"]) | st.permutations(question["choices"])
            )

    def section(self) -> dict[str, Any]:
        draw = self.draw
        repeats = draw(st.booleans())
        key = self.key(self.keys | self.sections if repeats else self.sections)
        self.sections.add(key)
        if repeats:
            self.keys.add(key)
        section = {
            "key": key,
            "title": draw(words(30)),
            "introduction": draw(maybe(words(), {})),
            "relevant": (draw(st.booleans()) and self.formula()) or "",
            "repeats": repeats,
            "repeat_count": (repeats and draw(maybe(st.just("3"), ""))) or "",
        }
        kinds = draw(
            st.lists(st.sampled_from([kind.value for kind in Kind]), min_size=1, max_size=4)
        )
        section["questions"] = [self.question(kind) for kind in kinds]
        self.known += [
            question["key"]
            for question in section["questions"]
            if question["kind"] not in (Kind.NOTE, Kind.MATRIX)
        ]
        return section


@st.composite
def definitions(draw: Any) -> dict[str, Any]:
    builder = _Builder(draw)
    return {
        "survey": {
            "slug": "rundreise",
            "minutes": draw(st.integers(1, 240)),
            "title": draw(words()),
            "introduction": draw(words()),
            "asked_by": draw(words()),
            "purpose": draw(words()),
        },
        "sections": [builder.section() for _number in range(draw(st.integers(1, 3)))],
    }
