"""What the catalogues become when they are compiled, and when the code asks for their texts."""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog

from ssoe_portal.common.messages import keep_together, said_twice

HELD = "E\N{NON-BREAKING HYPHEN}Mail"
LONG = "Wir antworten Ihnen in den nächsten Tagen mit einer E-Mail an Ihre Adresse."


def compiled(message: str | tuple[str, str], text: str | tuple[str, str], place: str):
    catalog = Catalog()
    catalog.add(message, text, [(place, None)])
    keep_together(catalog)
    return catalog[message if isinstance(message, str) else message[0]].string


def test_no_line_of_prose_breaks_inside_e_mail():
    assert compiled("long", LONG, "templates/a.html") == LONG.replace("E-Mail", HELD)
    both = compiled(("one", "many"), ("E-Mail", LONG), "templates/a.html")
    assert both == (HELD, LONG.replace("E-Mail", HELD))


def test_labels_and_mails_keep_the_hyphen_of_the_keyboard():
    assert compiled("short", "Per E-Mail anmelden", "templates/a.html") == "Per E-Mail anmelden"
    assert compiled("mail", LONG, "templates/actors/mail/a.html") == LONG


def test_a_translation_that_says_the_same_twice_is_found():
    catalog = Catalog()
    catalog.add("good", LONG)
    catalog.add(("one", "many"), ("Eine Adresse.", "2 Adressen.2 Adressen.2 Adressen."))
    assert said_twice(catalog) == ["2 Adressen.2 Adressen.2 Adressen."]


ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = {"gettext", "ngettext", "pgettext", "npgettext"}
LAZY = {f"{name}_lazy" for name in AT_ONCE}


def frozen(source: str) -> list[int]:
    """Return the lines that ask for a text while the module is read in, when no reader is there:
    everybody would get it in one language. Functions run later."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }

    def calls(node: ast.AST, wanted: set[str]) -> bool:
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and names.get(node.func.id) in wanted
        )

    def lines(parent: ast.AST) -> Iterator[int]:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, ast.FunctionDef | ast.Lambda):
                continue
            filled_in = isinstance(node, ast.BinOp) and calls(node.left, LAZY)
            if filled_in or calls(node, AT_ONCE):
                yield node.lineno
            yield from lines(node)

    return list(lines(tree))


class TestTextsOfTheCode:
    def test_are_asked_for_when_there_is_a_reader(self):
        found = [
            f"{path.relative_to(ROOT)}:{line}"
            for room in ("actors", "events", "ssoe_portal", "surveys")
            for path in sorted((ROOT / room).rglob("*.py"))
            for line in frozen(path.read_text(encoding="utf-8"))
        ]
        assert not found

    def test_that_are_not_are_found(self):
        imports = "from django.utils.translation import gettext, gettext_lazy as _\n"
        assert frozen(imports + "def label():\n    return gettext('Name')") == []
        assert frozen(imports + "label = _('Name')") == []
        assert frozen(imports + "label = gettext('Name')") == [2]
        assert frozen(imports + "class Form:\n    label = _('%(n)s') % {'n': 3}") == [3]
