"""Labels as plain text: what ODK draws of Markdown and HTML is written out or left away.

What goes out is marked where it would be taken for that, so that it comes in again as it was.
"""

import html
import re

#: An answer that is quoted stays as it is.
_QUOTED = re.compile(r"(\$\{[^{}]*\})")
_TAGS = (
    "span|font|b|i|u|em|strong|small|big|sub|sup|center|div|p|br|hr|a|ul|ol|li|h[1-6]|img|style"
    "|table|tr|td|th"
)
_BREAK = re.compile(r"<\s*(?:br|hr|/p|/div|/li|/h[1-6]|/tr)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|amp|lt|gt|quot|apos|nbsp);")
_HEADING = re.compile(r"^(?P<before>[ \t]*)#{1,6}[ \t]+", re.MULTILINE)
_LINK = re.compile(r"\[(?P<words>[^\[\]\n]+)\]\((?P<address>[^()\s]+)\)")
_STRONG = re.compile(r"(?<![\w*\\])(\*\*|__)(?=\S)(?P<words>[^*_\n]+?)(?<=\S)\1(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=\S)(?P<words>[^*_\n]+?)(?<=\S)\1(?![\w*])")
#: A sign that is meant as it stands.
_MARKED = re.compile(r"\\([\\*_#\[\]<&])")
_SPECIAL = re.compile(r"[\\*_#\[\]<&]")
#: Where such signs wait meanwhile: characters that no text has.
_AWAY, _BACK = "\ue000", "\ue001"
_WAITING = re.compile(f"{_AWAY}(\\d+){_BACK}")


def plain_words(text: str) -> str:
    """A label without Markdown and HTML."""
    if not re.search(r"[\\*_#<&\[]", text):
        return text
    text = _MARKED.sub(lambda found: f"{_AWAY}{ord(found[1])}{_BACK}", text)
    kept: list[str] = []

    def keep(found: re.Match) -> str:
        kept.append(found[0])
        return f"{_AWAY}${len(kept) - 1}{_BACK}"

    text = _QUOTED.sub(keep, text)
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)
    text = _HEADING.sub(r"\g<before>", text)
    text = _LINK.sub(r"\g<words> (\g<address>)", text)
    text = _EMPHASIS.sub(r"\g<words>", _STRONG.sub(r"\g<words>", text))
    text = re.sub(f"{_AWAY}\\$(\\d+){_BACK}", lambda found: kept[int(found[1])], text)
    return _WAITING.sub(lambda found: chr(int(found[1])), text).strip()


def marked(text: str) -> str:
    """The text as it has to stand in a form so that `plain_words` gives it back."""
    if plain_words(text) == text:
        return text
    parts = _QUOTED.split(text)
    return "".join(
        part if _QUOTED.fullmatch(part) else _SPECIAL.sub(lambda found: "\\" + found[0], part)
        for part in parts
    )
