"""What the columns of a form's sheets mean, and in which language.

pyxform knows the many ways in which XLSForm lets people write a heading; what it makes of one is
given a name of ours here. `portal::…` are columns of our own: what a questionnaire here has and
XLSForm has no word for.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from pyxform import aliases
from pyxform.parsing.sheet_headers import process_header
from pyxform.question import MultipleChoiceQuestion, Option
from pyxform.survey import Survey as XFormSurvey

from ssoe_portal.common.translation import CONTENT_LANGUAGES
from surveys.xlsform.reading import LONGEST_HEADER, Sheet

#: How our own columns begin.
OWN = "portal"
LANGUAGES = dict(CONTENT_LANGUAGES)
#: A heading's language where it names none, and where it names one the portal does not know.
NO_LANGUAGE = ""

#: What pyxform makes of headings of the survey sheet, and what they are called here.
SURVEY: dict[tuple[str, ...], str] = {
    ("type",): "type",
    ("name",): "name",
    ("label",): "label",
    ("hint",): "hint",
    ("guidance_hint",): "guidance_hint",
    ("bind", "required"): "required",
    ("bind", "jr:requiredMsg"): "required_message",
    ("bind", "relevant"): "relevant",
    ("bind", "constraint"): "constraint",
    ("bind", "jr:constraintMsg"): "constraint_message",
    ("bind", "calculate"): "calculation",
    ("bind", "readonly"): "read_only",
    ("default",): "default",
    ("choice_filter",): "choice_filter",
    ("control", "jr:count"): "repeat_count",
    ("control", "appearance"): "appearance",
    ("control", "rows"): "rows",
    ("parameters",): "parameters",
    ("trigger",): "trigger",
    ("disabled",): "disabled",
}
CHOICES: dict[tuple[str, ...], str] = {
    ("list name",): "list_name",
    ("name",): "name",
    ("label",): "label",
}
SETTINGS: dict[tuple[str, ...], str] = {
    ("title",): "title",
    ("id_string",): "id",
    ("name",): "name",
    ("default_language",): "default_language",
    ("version",): "version",
    ("style",): "style",
    ("instance_name",): "instance_name",
    ("allow_choice_duplicates",): "allow_choice_duplicates",
}
#: What has a column for each language.
TRANSLATED = {
    *("label", "hint", "guidance_hint", "required_message", "constraint_message"),
    *("portal::title", "portal::introduction", "portal::asked_by", "portal::purpose"),
    *("portal::why", "portal::unit"),
}
#: How pyxform calls what a question or choice shows or plays.
MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet. `field` is empty where the portal has no use for it; `language` is a
    language of the portal, `NO_LANGUAGE`, or what the heading says instead of one."""

    number: int
    header: str
    field: str = ""
    language: str = NO_LANGUAGE
    is_media: bool = False

    @property
    def is_own(self) -> bool:
        return self.field.startswith(f"{OWN}::")


@dataclass(frozen=True, slots=True)
class _Kind:
    """What pyxform is asked with for a sheet, and how its answers are called here."""

    fields: Mapping[tuple[str, ...], str]
    aliases: Mapping[str, str | tuple[str, ...]]
    known: Container[str]


KINDS = {
    "survey": _Kind(SURVEY, aliases.survey_header, set(MultipleChoiceQuestion.get_slot_names())),
    "choices": _Kind(CHOICES, aliases.list_header, set(Option.get_slot_names())),
    "settings": _Kind(SETTINGS, aliases.settings_header, set(XFormSurvey.get_slot_names())),
}


def columns_of(sheet: Sheet) -> list[Column]:
    """The columns of a sheet, from left to right."""
    headers = sheet.heading.texts
    # Only where no heading has two colons does one divide a heading.
    double = any("::" in header for header in headers.values())
    return [column_of(sheet.kind, number, headers[number], double) for number in sorted(headers)]


def column_of(kind: str, number: int, header: str, double: bool) -> Column:
    if len(header) > LONGEST_HEADER or header.count(":") > 8:
        return Column(number, header[:LONGEST_HEADER])
    first, *rest = (part.strip() for part in header.split("::"))
    if first.lower() == OWN and rest:
        field = f"{OWN}::{rest[0]}"
        return Column(number, header, field, language_of(rest[1]) if rest[1:] else NO_LANGUAGE)
    known = KINDS[kind]
    try:
        _name, tokens = process_header(header, double, known.aliases, known.known)
    except IndexError:  # pyxform's, of a heading "jr"
        return Column(number, header)
    for length in (2, 1):
        field = known.fields.get(tokens[:length], "")
        if field and (len(tokens) == length or field in TRANSLATED):
            language = language_of(tokens[length]) if len(tokens) > length else NO_LANGUAGE
            return Column(number, header, field, language)
    return Column(number, header, is_media=tokens[0] == MEDIA)


@lru_cache(maxsize=256)
def language_of(name: str) -> str:
    """The portal's code for a language as a heading names it: "Deutsch (de)", "de", "German",
    "de-AT". What the portal has no language for comes back as it is."""
    name = name.strip()
    found = re.search(r"\(\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\s*\)$", name)
    code = (found[1] if found else name).lower()
    for candidate in (code, code.partition("-")[0]):
        if candidate in LANGUAGES:
            return candidate
    return names_of_languages().get(code, name) if not found else name


@lru_cache(maxsize=1)
def names_of_languages() -> dict[str, str]:
    """Languages by their names in German, in English and in themselves."""
    names = {}
    for code, name in CONTENT_LANGUAGES:
        names[name.lower()] = code
        with_locale = code.partition("-")[0]
        if with_locale == code:
            for locale in ("de", "en", code):
                names[str(Locale(code).get_display_name(locale)).lower()] = code
    # How English and German writers of forms call it, too.
    return {**names, "farsi": "fa", "dari": "fa", "easy german": "de-x-leicht"}


def header_of(field: str, language: str = "") -> str:
    """How a column is headed when a form goes out."""
    return f"{field}::{LANGUAGES[language]} ({language})" if language else field
