"""Which kind of question a type of XLSForm is here, and why some are none."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pyxform import aliases
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_OSM, RE_SELECT

from surveys.models.questionnaire import Kind

#: What no kind of question is: notes about the device, the day and the person.
METADATA = "metadata"
RANGE = "range"
#: The one of them that formulas can read: every day is today.
TODAY = ("today", "get today")

ON_A_MAP = _("Places on a map cannot be asked for here. An address can, as text.")
FILE = _("Pictures, recordings and other files cannot be handed in with an answer here.")
CODE = _("Codes cannot be scanned here. A number can be typed, as text.")
OUTSIDE = _("Choices from another file or sheet are not known here: put them on “choices”.")
EARLIER = _("Choices that are made of earlier answers are not known here.")
IN_BACKGROUND = _("Nothing is recorded here while somebody answers.")
INCLUDED = _("Another form cannot be included: put its rows here.")
CASCADE = _("Please write this as single choices with a choice_filter.")

#: How the names of files end that choices may come from.
FILES = (".csv", ".xml", ".geojson")

_REFUSED_TAGS: dict[str, Promise] = {"upload": FILE, "action": IN_BACKGROUND}
_REFUSED_DATA: dict[str, Promise] = {
    "geopoint": ON_A_MAP,
    "geotrace": ON_A_MAP,
    "geoshape": ON_A_MAP,
    "barcode": CODE,
    "binary": FILE,
}
_REFUSED: dict[str, Promise] = {
    "background-geopoint": IN_BACKGROUND,
    "xml-external": OUTSIDE,
    "csv-external": OUTSIDE,
    "include": INCLUDED,
}
_KINDS: dict[str, Kind] = {
    "string": Kind.SHORT,
    "int": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.MOMENT,
}
_SELECTS: dict[str, Kind] = {
    "select one": Kind.SINGLE,
    "select all that apply": Kind.MULTIPLE,
    "rank": Kind.RANKING,
}


@dataclass(frozen=True, slots=True)
class Type:
    """What stands in the column "type". `kind` is a `Kind`, METADATA or RANGE; `reason` says why
    it is refused; neither is there for what nobody knows."""

    kind: str = ""
    reason: Promise | None = None
    list_name: str = ""
    has_other: bool = False
    is_decimal: bool = False
    #: What XLSForm has for this type in any case.
    constraint: str = ""


def type_of(words: str) -> Type:
    """Read a type that is neither the beginning nor the end of a group."""
    if found := RE_SELECT.search(words):
        return _choice(found["select_command"], found["list_name"], bool(found["specify_other"]))
    if words == "osm" or RE_OSM.match(words):
        return Type(reason=ON_A_MAP)
    if words.startswith(tuple(aliases.cascading)):
        return Type(reason=CASCADE)
    words = aliases._type_alias_map.get(words, words)
    if words in _REFUSED or words.startswith("include "):
        return Type(reason=_REFUSED.get(words, INCLUDED))
    known = QUESTION_TYPE_DICT.get(words)
    if known is None:
        return Type()
    tag = known.get("control", {}).get("tag", "")
    data = known.get("bind", {})
    kind = data.get("type", "")
    constraint = data.get("constraint", "")
    if "jr:preload" in data or words == "audit":
        return Type(METADATA)
    if tag in _REFUSED_TAGS or kind in _REFUSED_DATA:
        return Type(reason=_REFUSED_TAGS.get(tag) or _REFUSED_DATA[kind])
    if not tag:
        return Type(Kind.CALCULATION)
    if tag == "trigger":
        return Type(Kind.CONSENT)
    if tag == "range":
        return Type(RANGE)
    if data.get("readonly") == "true()":
        return Type(Kind.NOTE)
    if tag == "input" and kind in _KINDS and not words.startswith("select"):
        return Type(_KINDS[kind], is_decimal=kind == "decimal", constraint=constraint)
    return Type()


def _choice(command: str, list_name: str, has_other: bool) -> Type:
    kind = _SELECTS.get(aliases.select[command])
    if kind is None or command in aliases.select_from_file or list_name.endswith(FILES):
        return Type(reason=OUTSIDE)
    if "${" in list_name:
        return Type(reason=EARLIER)
    return Type(kind, list_name=list_name, has_other=has_other)


def known_types() -> list[str]:
    """What a type may be called, to say what was probably meant."""
    return [
        *(name for name in QUESTION_TYPE_DICT if " " not in name),
        *("select_one", "select_multiple", "begin_group", "end_group"),
        *("begin_repeat", "end_repeat"),
    ]


def begins(words: str) -> tuple[str, str] | None:
    """What a row begins, "group", "repeat" or "loop", and the list of a loop."""
    found = RE_BEGIN_CONTROL.search(words)
    return (aliases.control[found["type"]], found["list_name"] or "") if found else None


def ends(words: str) -> str:
    """What a row ends; "" where it ends nothing."""
    found = RE_END_CONTROL.search(words)
    return aliases.control[found["type"]] if found else ""
