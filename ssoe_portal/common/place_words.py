"""Words that mean a place: who types "Deutschkurs 13125" wants what is near there, who types "Buch"
and nothing else wants what there is in Buch.

No text of an entry has the postcodes around it, and what takes place in a neighbourhood seldom says
so. So the words become the filter that they mean, or are offered as one.
"""

import re
from functools import cache
from itertools import chain

from django.http import QueryDict

from ssoe_portal.common.asking import FILLERS, LONGEST
from ssoe_portal.common.geography import Area, point_for_postcode
from ssoe_portal.common.vocabulary import unaccented

#: A postcode with what people write around it: "PLZ 13125", "13125 Berlin". One in a longer number,
#: or one that must not be there ("-13125"), is none.
POSTCODE = re.compile(
    r"(?<![\w-])(?:(?:PLZ|Postleitzahl|postcode)\W+)?([0-9]{5})(?:\s+Berlin(?![\w-]))?(?!\w)",
    re.IGNORECASE,
)
#: What people write beside a name: "Ortsteil Buch", "Bezirk Mitte", "Mitte district".
KINDS = re.compile(r"^(bezirk|ortsteil|stadtteil|kiez) | (district|neighbourhood)$")


def without_postcode(text: str) -> tuple[str, str]:
    """Return a search without the first postcode in it that exists, and that postcode; where there
    is none, the search as it is, and nothing.

    Who looks for a phrase in quotation marks means its words; what is too long is told whole.
    """
    if '"' in text or len(text) > LONGEST:
        return text, ""
    for found in POSTCODE.finditer(text):
        if point_for_postcode(found[1]) is None:
            continue
        before = text[: found.start()].split()
        while before and before[-1].lower() in FILLERS:  # "in 13125"
            before.pop()
        return " ".join([*before, *text[found.end() :].split()]), found[1]
    return text, ""


def near_postcode(query: QueryDict) -> QueryDict:
    """Return a list's query with a postcode among the words turned into the place that distances
    are measured from. What somebody has filled in there stands."""
    words, postcode = without_postcode(query.get("q", ""))
    if not postcode or query.get("near"):
        return query
    clear = query.copy()
    clear["near"] = postcode
    clear["q"] = words
    if not words:
        del clear["q"]
    return clear


def area_named(text: str) -> Area | None:
    """Return the neighbourhood or district whose name this is, in any language, and nothing
    besides. "Bezirk Pankow" is more than the neighbourhood that gave it its name."""
    said = _said(text)
    return _areas().get(said) or _areas().get(KINDS.sub("", said))


@cache
def _areas() -> dict[str, Area]:
    return {
        _said(name): area
        for area in Area.in_file()
        for name in chain(area.labels.values(), *area.synonyms.values())
    }


def _said(name: str) -> str:
    """What counts of a name: "in Berlin-Buch" is "buch"."""
    words = re.findall(r"\w+", name.casefold())
    return " ".join(unaccented(word) for word in words if word not in {*FILLERS, "berlin"})
