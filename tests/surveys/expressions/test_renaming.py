"""New names for questions, in formulas and texts."""

import pytest

from surveys.expressions import references, rename, rename_in_text, text_references

NEW = {"age": "years", "years": "age", "need": "need_2024"}


@pytest.mark.parametrize(
    ("source", "renamed"),
    [
        ("${age} > 5", "${years} > 5"),
        ("${age}+${ years }", "${years}+${ age }"),
        ("${ages} = ${age.} ", "${ages} = ${age.} "),
        ("../age = /data/age/need", "../years = /data/age/need_2024"),
        ("current()/../age", "current()/../years"),
        ("jr:choice-name(${need}, '${need}')", "jr:choice-name(${need_2024}, '${need_2024}')"),
        ("jr:choice-name('a', '/need/g/need')", "jr:choice-name('a', '/need/g/need_2024')"),
        ("age = 'age' and need = 1", "age = 'age' and need = 1"),  # columns and texts
        ("unknown(${age}", "unknown(${years}"),  # somebody is still writing
        ("../age = ", "../age = "),
        ("", ""),
    ],
)
def test_formulas(source, renamed):
    assert rename(source, NEW) == renamed


def test_texts():
    assert rename_in_text("How ${age} is ../age? ${need}", NEW) == (
        "How ${years} is ../age? ${need_2024}"
    )


def test_references():
    assert references("${a} + ../b = jr:choice-name(${c}, '/data/d') and e") == set("abcd")
    assert references("${a} + (") == {"a"}
    assert text_references("${a} ../b") == {"a"}


@pytest.mark.parametrize("name", ["", "a b", "1a", "a}", "${a}"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="is no name"):
        rename("${a}", {"a": name})
    with pytest.raises(ValueError, match="is no name"):
        rename_in_text("${a}", {"a": name})
