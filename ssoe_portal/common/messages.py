"""Interface messages without GNU gettext: extract, compile and check with Babel.

    python -m ssoe_portal.common.messages            extract into locale/*/de/…/django.po, compile
    python -m ssoe_portal.common.messages --compile  compile only
    python -m ssoe_portal.common.messages --check    fail if a message is missing or untranslated

Messages are written in English in the code; every app has a catalogue of its own.
"""

import io
import re
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_javascript
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("de",)
#: Catalogue: the folders its messages come from.
SOURCES = {
    "common": (
        "ssoe_portal",
        "templates/common",
        "templates/bootstrap5",
        "templates/*.html",
        "templates/home",
        "templates/pages",
        "templates/desk",
        "templates/account",
        "templates/mfa",
        "templates/allauth",
        "templates/admin",
    ),
    "actors": ("actors", "templates/actors"),
    "surveys": ("surveys", "templates/surveys"),
    "events": ("events", "templates/events"),
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
COMMENT_TAGS = ("Translators:",)


def extract_template(fileobj, keywords, comment_tags, options):
    """Babel extraction method for Django templates, through Django's own `templatize`."""
    source = templatize(fileobj.read().decode("utf-8"))
    # What is left are function calls between blanked-out text; Babel's JavaScript scanner reads
    # them line by line without minding the rest.
    calls = re.sub(r"\b(?:X|x)+\b", " ", source)
    yield from extract_javascript(
        io.BytesIO(calls.encode("utf-8")), keywords, comment_tags, options
    )


def files(patterns: tuple[str, ...]) -> list[Path]:
    """Return the Python files and templates of a catalogue, in a stable order."""
    found: set[Path] = set()
    for pattern in patterns:
        for path in ROOT.glob(pattern):
            if path.is_dir():
                found.update(path.rglob("*.py"))
                found.update(path.rglob("*.html"))
                found.update(path.rglob("*.txt"))
            else:
                found.add(path)
    return sorted(path for path in found if "migrations" not in path.parts)


def extracted(catalogue: str) -> Catalog:
    """Return all messages that an app's code and templates use."""
    catalog = Catalog(project="SSÖ portal", charset="utf-8")
    for path in files(SOURCES[catalogue]):
        method = "python" if path.suffix == ".py" else extract_template
        with path.open("rb") as source:
            for line, message, comments, context in extract(
                method, source, KEYWORDS, COMMENT_TAGS, {"encoding": "utf-8"}
            ):
                del line
                name = path.relative_to(ROOT).as_posix()
                place: list = [(name, None)]
                catalog.add(message, None, place, auto_comments=comments, context=context)
    return catalog


def po_path(catalogue: str, language: str) -> Path:
    return ROOT / "locale" / catalogue / language / "LC_MESSAGES" / "django.po"


def read(catalogue: str, language: str) -> Catalog:
    path = po_path(catalogue, language)
    if not path.exists():
        return Catalog(locale=language, project="SSÖ portal", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(catalogue: str, language: str) -> int:
    """Merge the extracted messages into a .po file; return how many are untranslated."""
    catalog = read(catalogue, language)
    catalog.update(extracted(catalogue), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.revision_date = catalog.creation_date = None
    path = po_path(catalogue, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalog, width=100, sort_output=True, omit_header=False)
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|'
        r"Report-Msgid-Bugs-To|Language-Team|Project-Id-Version):.*\n",
        "",
        path.read_text(encoding="utf-8"),
        flags=re.M,
    )
    path.write_text(text, encoding="utf-8")
    return len(untranslated(catalog))


def untranslated(catalog: Catalog) -> list[str]:
    """Return the messages without a (complete) translation."""
    missing = []
    for message in catalog:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        if message.fuzzy or not all(strings):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def said_twice(catalog: Catalog) -> list[str]:
    """Return the translations in which the same words follow themselves, as a slip leaves them."""
    strings = [
        str(text)
        for message in catalog
        for text in (message.string if isinstance(message.string, tuple) else (message.string,))
    ]
    return [text for text in strings if text and text in (text + text)[1:-1]]


#: From here on a message is prose, which lines break in: no label, no button.
PROSE = 60


def keep_together(catalog: Catalog) -> None:
    """Let no line of a page break after the "E-" of "E-Mail": its hyphen becomes one that holds
    (U+2011). Catalogues, labels and mails keep the one on the keyboard, which people search
    for."""
    for message in catalog:
        given = message.string
        strings = [str(text) for text in (given if isinstance(given, tuple) else (given,))]
        is_of_mail = all("/mail" in name for name, _line in message.locations)
        if is_of_mail or not message.id or len(max(strings, key=len)) < PROSE:
            continue
        held = tuple(text.replace("E-Mail", "E\N{NON-BREAKING HYPHEN}Mail") for text in strings)
        message.string = held if isinstance(given, tuple) else held[0]


def compile_all() -> None:
    """Write every .mo file that is older than its .po file."""
    for path in sorted((ROOT / "locale").glob("*/*/LC_MESSAGES/django.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        language = path.parts[-3]
        with path.open("rb") as source:
            catalog = read_po(source, locale=language)
        keep_together(catalog)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as temporary:
            write_mo(temporary, catalog)
        Path(temporary.name).chmod(0o644)
        Path(temporary.name).replace(target)


def contradictions(language: str) -> list[str]:
    """Return messages that two catalogues translate differently: Django would show either."""
    first: dict[tuple, tuple[str, object]] = {}
    found = []
    for catalogue in SOURCES:
        for message in read(catalogue, language):
            key = (str(message.id), message.context)
            where, text = first.setdefault(key, (catalogue, message.string))
            if message.id and text != message.string:
                found.append(
                    f"{message.id!r}: {text!r} in {where}, {message.string!r} in {catalogue}"
                )
    return found


def problems() -> list[str]:
    """Return what is wrong with the catalogues, a line each."""
    found = [line for language in LANGUAGES for line in contradictions(language)]
    for catalogue in SOURCES:
        used = extracted(catalogue)
        wanted = {(m.id if isinstance(m.id, str) else m.id[0], m.context) for m in used if m.id}
        for language in LANGUAGES:
            catalog = read(catalogue, language)
            have = {
                (m.id if isinstance(m.id, str) else m.id[0], m.context) for m in catalog if m.id
            }
            name = po_path(catalogue, language).relative_to(ROOT)
            found += [f"{name}: missing: {text!r}" for text, _c in sorted(wanted - have, key=str)]
            found += [f"{name}: not used: {text!r}" for text, _c in sorted(have - wanted, key=str)]
            found += [f"{name}: untranslated: {text!r}" for text in untranslated(catalog)]
            found += [f"{name}: said twice: {text!r}" for text in said_twice(catalog)]
            for message in catalog:
                found += [f"{name}: {error}: {message.id!r}" for error in message.check(catalog)]
    return found


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        found = problems()
        print("\n".join(found) or "Messages: complete.")
        return 1 if found else 0
    if "--compile" not in arguments:
        for catalogue in SOURCES:
            for language in LANGUAGES:
                missing = update(catalogue, language)
                print(f"{catalogue}/{language}: {missing} untranslated")
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
