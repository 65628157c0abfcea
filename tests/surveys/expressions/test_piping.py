"""Answers in texts."""

from datetime import date, datetime, time

import pytest
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from surveys.expressions import ExpressionError, Repeated, Scope, compile_text
from surveys.expressions.moments import BERLIN

LABELS = {("need", "rooms"): "Räume", ("need", "money"): "Geld", ("day", "2026-11-22"): "Heute"}


def label(question, key):
    return LABELS.get((question, key), key)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Ana", "Ana"),
        ("rooms", "Räume"),
        (["rooms", "money", "other"], "Räume, Geld, other"),
        (3, "3"),
        (3.0, "3"),
        (2.5, "2,5"),
        (2024, "2024"),
        (1e-7, "0,0000001"),
        (True, "ja"),
        (False, "nein"),
        (date(2026, 11, 22), "22.\xa0November 2026"),
        ("2026-11-22", "22.\xa0November 2026"),
        ("2026-11-22T09:30", "22.\xa0November 2026, 09:30\xa0Uhr"),
        (datetime(2026, 11, 22, 9, 30, tzinfo=BERLIN), "22.\xa0November 2026, 09:30\xa0Uhr"),
        (time(9, 30), "09:30"),
        ("09:30", "09:30"),
        (Repeated(["rooms", "", "money"]), "Räume, Geld"),
        (Repeated([1, None, 2.5]), "1, 2,5"),
        ("", ""),
        (None, ""),
        ([], ""),
        (float("nan"), ""),
        (float("inf"), ""),
        ({"a": 1}, ""),
        ("${need}", "${need}"),
        ("<b> & %s %(x)s {0}", "<b> & %s %(x)s {0}"),
    ],
)
def test_an_answer_is_shown_as_the_reader_writes_it(answer, shown):
    text = compile_text("(${need})")
    assert text.render(Scope({"need": answer}, label=label)) == f"({shown})"


def test_in_another_language():
    with translation.override("en"):
        text = compile_text("${number} on ${day}: ${yes}")
        scope = Scope({"number": 2.5, "day": date(2026, 11, 22), "yes": True})
        assert text.render(scope) == "2.5 on 22\xa0November 2026: yes"


def test_a_choice_that_is_a_day_has_its_label():
    assert compile_text("${day}").render(Scope({"day": "2026-11-22"}, label=label)) == "Heute"


def test_within_a_repeat_it_is_that_of_the_instance():
    values = {"child": Repeated(["Bo", "Cem"], "child"), "item": Repeated(["x", "y"], "item")}
    scope = Scope(values, position=2, repeat="child")
    assert compile_text("${child}: ${item}").render(scope) == "Cem: x, y"


def test_what_is_empty_may_be_shown():
    assert compile_text("(${nobody})").render(Scope({}), empty="…") == "(…)"


def test_a_text_without_answers_is_what_it_is():
    assert compile_text("100 % for $ 5 {x}").render(Scope({})) == "100 % for $ 5 {x}"
    assert compile_text("").render(Scope({})) == ""


def test_what_comes_out_is_text():
    shown = compile_text("${a}").render(Scope({"a": mark_safe("<b>")}))
    assert shown == "<b>"
    assert not isinstance(shown, SafeString)


def test_it_does_not_grow_without_end():
    text = compile_text("${a}" * 50)
    assert len(text.render(Scope({"a": "x" * 90_000}))) == 100_000


def test_the_questions_are_known():
    assert compile_text("${a} and ${ b }, ${a}").names == {"a", "b"}
    assert compile_text("none").names == set()


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("How old is §${nmae}?", "There is no question “nmae”. Perhaps “name”?"),
        ("${name}, §${name", "After ${ comes the name of a question"),
        ("§${}", "After ${ comes the name of a question"),
        ("a §${b c} ${name}", "After ${ comes the name of a question"),
    ],
)
def test_one_that_names_no_question_is_refused(marked, message):
    with translation.override("en"), pytest.raises(ExpressionError) as caught:
        compile_text(marked.replace("§", ""), {"name", "age"})
    assert (caught.value.message[: len(message)], caught.value.position) == (
        message,
        marked.index("§"),
    )
