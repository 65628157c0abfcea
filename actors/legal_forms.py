"""Legal forms at the end of names: they say nothing about whose name it is. "Spok gGmbH" and
"Spok e. V." may be one organisation, or two that belong together."""

import re

#: What ends many a name, in small letters and without accents; `{edge}` is where a word begins.
_PATTERN = (
    r"[\s,]*{edge}(e\s?\.?\s?v|g?gmbh(\s*(&|und)\s*co\s?\.?\s*kg)?"
    r"|g?ug(\s*\(?haftungsbeschr(ä|ae?)nkt\)?)?|e\s?\.?\s?g|e?gbr|g?ag|ohg|kg|e\s?\.?\s?k)"
    r"(?!\w)[\s.]*$"
)
_LEGAL_FORM = re.compile(_PATTERN.format(edge=r"\b"))
#: The same as PostgreSQL reads it.
IN_SQL = _PATTERN.format(edge=r"\y")


def without_legal_form(name: str) -> str:
    """Return a name in small letters, without accents and without its legal form."""
    return _LEGAL_FORM.sub("", name)
