"""What is wrong with a formula is said when it is read, with its place."""

import pytest
from django.utils import translation

from surveys.expressions import ExpressionError, Scope, compile_expression

NAMES = {"age", "needs", "child", "child_age"}
COLUMNS = {"name", "district"}

#: The formula with "§" before the place that is meant, and what the message says.
WRONG = [
    ("§", "Nothing is written"),
    ("§  ", "Nothing is written"),
    ("1 +§", "missing at the end"),
    ("${age} = §", "missing at the end"),
    ("1 + §* 2", "A path can only"),
    ("1 §2", "“and” is missing before this"),
    ("${age} §${age}", "“and” is missing before this"),
    ("'a' §'b'", "“and” is missing before this"),
    ("1 §(2)", "“and” is missing before this"),
    ("${age} §name = 1", "“and” is missing before this"),
    ("1 §, 2", "A comma only stands"),
    ("if(§, 1, 2)", "is missing here"),
    ("1 = §= 2", "is missing here"),
    ("§((1)", "never closed"),
    ("1 + §(", "never closed"),
    ("not§(1", "never closed"),
    ("concat('a', §)", "closes none"),
    ("(1 + 2)§)", "closes none"),
    ("(§)", "closes none"),
    ("1 + §'abc", "no closing quotation mark"),
    ('§"abc\'', "no closing quotation mark"),
    ("1 §== 2", "Instead of == write = here."),
    ("1 §<> 2", "Instead of <> write != here."),
    ("1 §&& 2", "Instead of && write and here."),
    ("1 §&lt; 2", "Instead of & write and here."),
    ("1 §|| 2", "Instead of || write or here."),
    ("${age} §/ 2", "Instead of / write div here."),
    ("4 §% 2", "Instead of % write mod here."),
    ("4 §^ 2", "write pow(…, …) here"),
    ("§!${age}", "write not(…) here"),
    ("${age} = §“yes”", "Instead of “ write \" here."),
    ("${age} = §‘yes’", "Instead of ‘ write ' here."),
    ("if(1§; 2; 3)", "Instead of ; write , here."),
    ("1 §≤ 2", "Instead of ≤ write <= here."),
    ("1 §# 2", "This sign is not understood: #"),
    ("1 + §}", "This sign is not understood: }"),
    ("§$age", "This sign is not understood: $"),
    ("§${age", "comes the name of a question"),
    ("§${}", "comes the name of a question"),
    ("§${a b}", "comes the name of a question"),
    ("§${1a}", "comes the name of a question"),
    ("1 + §${last-saved#age}", "last time is not known"),
    ("1 + §${aeg}", "There is no question “aeg”. Perhaps “age”?"),
    ("${age} + §${entirely_different}", "There is no question “entirely_different”."),
    ("../group/§other = 1", "There is no question “other”."),
    ("jr:choice-name(${age}, §'${other}')", "There is no question “other”."),
    ("§age > 5", "“age” alone means nothing here: a question is written ${age}, a text 'age'."),
    ("selected(${needs}, §yes)", "“yes” alone means nothing"),
    ("§distrikt = 'x'", "Perhaps “district”?"),
    ("1 + §nothing()", "There is no function “nothing”."),
    ("§select(${needs}, 'a')", "There is no function “select”. Perhaps “selected”?"),
    ("§Selected(${needs}, 'a')", "Perhaps “selected”?"),
    ("1 + §if(1, 2)", "if() is written like this: if("),
    ("§selected(${needs})", "selected() is written like this: selected(${question}, 'choice')"),
    ("§today(1)", "today() is written like this: today()"),
    ("§round(1, 2, 3)", "round() is written"),
    ("§concat()", "concat() is written"),
    ("§coalesce(1, 2, 3)", "coalesce() is written"),
    ("position(§1)", "position() is written like this: position(..)"),
    ("sum(§1 + 2)", "has to be a question, such as ${name}"),
    ("count(§.)", "has to be a question"),
    ("indexed-repeat(§1, ${child}, 1)", "has to be a question"),
    ("indexed-repeat(${child_age}, §1, 1)", "has to be a question"),
    ("indexed-repeat(${age}, ${child}, 1, §${child_age}, 2)", "inside a repeat"),
    ("jr:choice-name(${needs}, §${needs})", "question in quotation marks"),
    ("jr:choice-name(${needs}, §'a b')", "question in quotation marks"),
    ("jr:choice-name(${needs}, §'')", "question in quotation marks"),
    ("concat(§'Age: ${age}')", "In quotation marks ${age} is only text"),
    ("§..", "“..” can only be used in position(..)."),
    ("§../.. = 1", "“..” can only be used"),
    ("§//age", "A path can only lead"),
    ("/§", "A path can only lead"),
    ("/data§//age", "A path can only lead"),
    ("../§*", "A path can only lead"),
    ("../§@id", "A path can only lead"),
    ("child§::age", "A path can only lead"),
    ("../age/§..", "A path can only lead"),
    ("§@id", "A path can only lead"),
    ("../child§[1]", "Conditions in square brackets"),
    ("${child_age}§[position() = 1]", "Conditions in square brackets"),
    ("regex(${age}, §'(?=a)')", "look around"),
    ("regex(${age}, §'(a)\\1')", "look around"),
    ("regex(${age}, §'[a-')", "This pattern cannot be understood: missing ]"),
    ("regex(${age}, §'" + "a" * 1_001 + "')", "1000 characters at most"),
    ("format-date(${age}, '%d§%B')", "“%B” is no part of a date. There are: %Y %y"),
    ("format-date-time(${age}, '§%')", "“%” is no part of a date"),
    ("§random()", "random() does not work here: an answer has to be the same"),
    ("§uuid()", "has to be the same"),
    ("§pulldata('a', 'b', 'c', 'd')", "no tables besides its choices"),
    ("§instance('a')/root/item", "no tables besides its choices"),
    ("§area(${age})", "places on a map"),
    ("§digest('a', 'MD5')", "kept as they were given"),
    ("§property('deviceid')", "read from the device"),
    ("§jr:itext('a')", "translated where they are written"),
    ("§sin(1)", "There is no function “sin”."),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "message"), WRONG)
def test_it_is_refused_with_its_place(marked, message):
    source = marked.replace("§", "")
    with translation.override("en"), pytest.raises(ExpressionError) as caught:
        compile_expression(source, names=NAMES, columns=COLUMNS)
    assert message in caught.value.message
    assert caught.value.position == marked.index("§")
    assert str(caught.value) == caught.value.message


def test_it_is_said_in_the_readers_language():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("${aeg}", names=NAMES)
    assert caught.value.message == "Es gibt keine Frage „aeg“. Vielleicht „age“?"


def test_one_that_is_too_long():
    compile_expression("1" + "+1" * 4_999)
    with pytest.raises(ExpressionError) as caught:
        compile_expression("1" + "+1" * 5_000)
    assert caught.value.position == 10_000


class TestWhatIsInsideOneAnother:
    def nested(self, number, begin="(", end=")", middle="1"):
        return begin * number + middle + end * number

    @pytest.mark.parametrize(
        ("begin", "end"), [("(", ")"), ("not(", ")"), ("if(1 = 1, ", ", 2)"), ("1 - (", ")")]
    )
    def test_is_bounded(self, begin, end):
        assert compile_expression(self.nested(50, begin, end))
        for number in (61, 500):
            with pytest.raises(ExpressionError):
                compile_expression(self.nested(number, begin, end))

    def test_is_bounded_with_all_operators_in_between(self):
        # Every bracket is inside of all six levels of operators.
        begin, end = "1 or 1 and 1 = 1 < 1 + 1 * (", ")"
        assert compile_expression(self.nested(15, begin, end))
        with pytest.raises(ExpressionError):
            compile_expression(self.nested(25, begin, end))

    @pytest.mark.parametrize("operator", ["+", " - ", " div ", "=", "<", " and ", " or "])
    def test_does_not_bound_what_stands_side_by_side(self, operator):
        expression = compile_expression(operator.join(["1"] * 1_000))
        assert expression.evaluate(Scope({})) is not None

    def test_many_minus_signs(self):
        assert compile_expression("-" * 9_999 + "1").evaluate(Scope({})) == -1


def test_without_names_every_question_is_believed():
    assert compile_expression("${whatever} = 1").names == {"whatever"}


def test_a_formula_is_read_once():
    assert compile_expression("${age} + 1", names=NAMES) is compile_expression("${age} + 1")
    with pytest.raises(ExpressionError):
        compile_expression("${age} + 1", names={"other"})
