"""What formulas read: answers, instances, choices, the moment, what was there before."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import surveys.expressions
from surveys.expressions import Repeated, Scope, compile_expression


def value(source, values=(), **scope):
    return compile_expression(source).evaluate(Scope(dict(values), **scope))


class TestNames:
    @pytest.mark.parametrize(
        ("source", "names"),
        [
            ("1 + 1", set()),
            ("${a} + ${b} * ${a}", {"a", "b"}),
            ("${ a } = 1", {"a"}),
            ("../a = 1 and /data/group/b = 2 and current()/../c = ./d", {"a", "b", "c", "d"}),
            ("jr:choice-name(${a}, '${b}')", {"a", "b"}),
            ("indexed-repeat(${a}, ${items}, ${b})", {"a", "items", "b"}),
            ("count(${items}) + sum(${a})", {"items", "a"}),
            ("position(..) = 1 and . > 2", set()),
            ("${größe-1.2} = 1", {"größe-1.2"}),
        ],
    )
    def test_are_the_questions_that_are_read(self, source, names):
        assert compile_expression(source).names == names

    def test_columns_are_none_of_them(self):
        assert compile_expression("zone = ${zone}", columns={"zone"}).names == {"zone"}
        assert compile_expression("zone = 'a'", columns={"zone"}).names == set()

    @pytest.mark.parametrize(
        ("source", "uses"),
        [("today() > ${a}", True), ("if(${a}, now(), 1)", True), ("date('2026-01-01')", False)],
    )
    def test_whether_the_moment_counts(self, source, uses):
        assert compile_expression(source).uses_now is uses


class TestResults:
    def test_as_text(self):
        assert compile_expression("1 + 1").as_text(Scope({})) == "2"
        assert compile_expression("1 = 1").as_text(Scope({})) == "true"
        assert compile_expression("${nobody} + 1").as_text(Scope({})) == ""

    def test_as_number(self):
        assert compile_expression("'3,5'").as_number(Scope({})) == 3.5
        assert compile_expression("4 div 2").as_number(Scope({})) == 2
        assert compile_expression("'x'").as_number(Scope({})) is None
        assert compile_expression("1 div 0").as_number(Scope({})) is None

    def test_as_bool(self):
        assert compile_expression("'false'").as_bool(Scope({})) is True
        assert compile_expression("0 div 0").as_bool(Scope({})) is False
        assert compile_expression("${several}").as_bool(Scope({"several": []})) is False

    def test_whole_numbers_are_int(self):
        assert type(value("7 div 2 * 2")) is int
        assert value("0.5") == 0.5
        assert value("9007199254740993 * 10") == 9.007199254740992e16

    def test_a_text_of_a_page_is_only_text(self):
        from django.utils.safestring import SafeString, mark_safe

        given = mark_safe("<b>")
        for source in ("${text}", "concat(${text}, '')", "if(1, ${text}, '')"):
            assert not isinstance(value(source, {"text": given}), SafeString)


class TestInstances:
    values = {
        "child": Repeated(["", ""], "child"),
        "age": Repeated([3, 9], "child"),
        "likes": Repeated([["a", "b"], []], "child"),
        "price": Repeated([10, 20, 30], "item"),
    }

    def test_a_question_is_that_of_the_instance(self):
        assert value("${age}", self.values, position=2) == 9
        assert value("selected(${likes}, 'b')", self.values, position=1) is True
        assert value("selected(${likes}, 'b')", self.values, position=2) is False
        assert value("count-selected(${likes})", self.values, position=1) == 2

    def test_one_that_is_not_there_is_empty(self):
        assert value("${age} = ''", self.values, position=3) is True
        assert value("${age} = ''", self.values, position=0) is True

    def test_the_instance_before(self):
        before = "if(position(..) > 1, indexed-repeat(${age}, ${child}, position(..) - 1), 'none')"
        assert value(before, self.values, position=1) == "none"
        assert value(before, self.values, position=2) == 3

    def test_a_position_holds_in_its_own_repeat_only(self):
        assert value("${price}", self.values, position=2, repeat="child") == 10
        assert value("${price} = 30", self.values, position=2, repeat="child") is True
        assert value("${price}", self.values, position=2, repeat="item") == 20
        assert value("sum(${price}) + ${age}", self.values, position=2, repeat="child") == 69

    def test_a_repeat_that_nobody_began(self):
        none = {"child": Repeated(), "age": Repeated()}
        assert value("count(${child})", none) == 0
        assert value("sum(${age})", none) == 0
        assert value("${age} = ''", none) is False  # there is none that could be empty
        assert value("string(${age})", none) == ""

    def test_answers_that_are_still_missing(self):
        values = {"age": Repeated([None, "", 4])}
        assert value("${age} > 3", values) is True
        assert value("join('/', ${age})", values) == "//4"


class TestChoiceFilters:
    def test_columns_of_each_choice(self):
        choices = [
            {"name": "buch", "district": "pankow"},
            {"name": "mitte", "district": "mitte"},
            {"name": "karow", "district": "pankow"},
        ]
        rule = compile_expression(
            "district = ${district} and name != ${not_this}", columns=choices[0].keys()
        )
        scope = Scope({"district": "pankow", "not_this": "karow"})
        offered = []
        for choice in choices:
            scope.choice = choice
            if rule.as_bool(scope):
                offered.append(choice["name"])
        assert offered == ["buch"]

    def test_a_column_that_a_choice_lacks_is_empty(self):
        rule = compile_expression("district = ''", columns={"district"})
        assert rule.as_bool(Scope({})) is True

    def test_columns_may_be_called_like_operators(self):
        rule = compile_expression("div div mod", columns={"div", "mod"})
        assert rule.evaluate(Scope({}, choice={"div": "6", "mod": "4"})) == 1.5


class TestChoiceNames:
    def test_the_label_is_asked_for_with_the_question(self):
        asked = []

        def label(question, key):
            asked.append((question, key))
            return f"<{key}>"

        found = value(
            "concat(jr:choice-name(${one}, '${one}'), jr:choice-name('c', ' /data/g/two '))",
            {"one": ["a", "b"]},
            label=label,
        )
        assert found == "<a>, <b><c>"
        assert asked == [("one", "a"), ("one", "b"), ("two", "c")]


class TestOnce:
    def test_what_was_there_stays(self):
        assert value("once(today())", previous="2020-01-01") == "2020-01-01"
        assert value("once(1)", previous=0) == 0

    @pytest.mark.parametrize("previous", ["", None, []])
    def test_what_was_empty_is_worked_out(self, previous):
        assert value("once(1 + 1)", previous=previous) == 2


class TestTheMoment:
    def test_is_shown_by_a_clock_in_berlin(self):
        late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
        assert value("format-date-time(now(), '%d. %H:%M')", now=late) == "02. 00:30"
        assert value("format-date(today(), '%d')", now=late) == "02"

    def test_is_one_for_all_formulas_of_a_scope(self):
        scope = Scope({})
        first = compile_expression("now()").evaluate(scope)
        assert compile_expression("now()").evaluate(scope) == first


class TestLogic:
    """The label of a choice is only asked for where it is needed."""

    def asked(self, source):
        asked = []
        value(source, {"a": "x"}, label=lambda question, key: asked.append(key) or "label")
        return len(asked)

    LABEL = "jr:choice-name(${a}, '${a}') = 'label'"

    @pytest.mark.parametrize(
        ("source", "times"),
        [
            ("1 = 2 and {}", 0),
            ("1 = 1 and {}", 1),
            ("1 = 1 or {}", 0),
            ("1 = 2 or {}", 1),
            ("{} or {} or {}", 1),
            ("not({}) or {} or {}", 2),
            ("{} and {} and 1 = 2 and {}", 2),
            ("if(1 = 1, 'x', {})", 0),
            ("if(1 = 2, {}, 'x')", 0),
            ("coalesce('x', {})", 0),
            ("coalesce('', {})", 1),
        ],
    )
    def test_what_cannot_decide_any_more_is_not_worked_out(self, source, times):
        assert self.asked(source.replace("{}", self.LABEL)) == times


def test_the_package_knows_no_model():
    """Of Django only what it says in the reader's language."""
    allowed = ("django.utils.", "surveys.expressions")
    for path in Path(surveys.expressions.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in (
                "django",
                "surveys",
                "actors",
                "ssoe_portal",
            ):
                assert node.module.startswith(allowed), f"{path.name}: {node.module}"
