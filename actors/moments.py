"""Words that mean a moment: who types "Deutschkurs jetzt offen" wants the filter "open now".

Other traits are found by words like any other; what is open changes by the minute, so no word of a
text can say it. The words, in every language, are in `vocabularies/moments.json`.
"""

import json
import re
from functools import cache
from pathlib import Path

from django.http import QueryDict

from actors.models import When
from ssoe_portal.common.asking import LONGEST


def understood(query: QueryDict) -> QueryDict:
    """Return the query with words that mean a moment turned into the filter. What somebody has
    chosen stands, and who looks for a phrase in quotation marks means its words."""
    typed = " ".join(query.get("q", "").split())
    # What is too long is told at its field, whole.
    if query.get("when") or '"' in typed or len(typed) > LONGEST:
        return query
    for when, phrase in _phrases():
        rest, found = phrase.subn(" ", typed)
        if found:
            clear = query.copy()
            clear["q"] = " ".join(rest.split())
            if not clear["q"]:
                del clear["q"]
            clear["when"] = when
            return clear
    return query


@cache
def _phrases() -> list[tuple[When, re.Pattern[str]]]:
    """One pattern for each moment: its phrases as whole words, the longest first."""
    file = Path(__file__).parent / "vocabularies" / "moments.json"
    found = []
    for name, languages in json.loads(file.read_text(encoding="utf-8")).items():
        phrases = sorted({text for texts in languages.values() for text in texts}, key=len)
        one_of = "|".join(re.escape(text) for text in reversed(phrases))
        found.append((When(name), re.compile(rf"(?<!\w)(?:{one_of})(?!\w)", re.IGNORECASE)))
    return found
