"""Lines of calendar files (RFC 5545), written by hand (docs/decisions/0013-calendar-files.md)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
#: Octets of a line before it goes on in the next one (§3.1).
LINE = 75
END = "\r\n"
_ESCAPED: dict[int, str | None] = {
    **dict.fromkeys((*range(32), 127)),  # signs of control are left out
    **{ord(sign): rf"\{sign}" for sign in "\\;,"},
    ord("\n"): r"\n",
    ord("\t"): "\t",
}

#: The rules of Berlin's clocks since 1996, without an end (directive 2000/84/EC): onsets are in the
#: time that was until then.
TIMEZONE = END.join(
    (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "BEGIN:DAYLIGHT",
        "DTSTART:19960331T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19961027T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    )
)


def folded(line: str) -> str:
    """Return a line with its end, in parts of 75 octets at most; no letter is cut in two."""
    if len(line) <= LINE and (line.isascii() or len(line.encode()) <= LINE):
        return line + END
    parts, part, room = [], "", LINE
    for letter in line:
        size = 1 if letter.isascii() else len(letter.encode())
        if size > room:
            parts.append(part)
            part, room = " ", LINE - 1
        part += letter
        room -= size
    parts.append(part)
    return END.join(parts) + END


def text(name: str, value: str) -> str:
    """Return a line with a text that people have written."""
    return folded(f"{name}:{value.translate(_ESCAPED)}")


def utc(name: str, value: datetime) -> str:
    return f"{name}:{value.astimezone(UTC):%Y%m%dT%H%M%SZ}{END}"


def moment(name: str, value: datetime) -> str:
    """Return a line with a moment on Berlin's clocks. The hour that comes twice when they go back
    means the first one (§3.3.5): the second one is written in UTC."""
    local = value.astimezone(BERLIN)
    if local.fold:
        return utc(name, value)
    return f"{name};TZID=Europe/Berlin:{local:%Y%m%dT%H%M%S}{END}"


def day(name: str, value: date) -> str:
    return f"{name};VALUE=DATE:{value:%Y%m%d}{END}"
