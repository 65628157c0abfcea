"""Lines of calendar files (RFC 5545), written by hand (docs/decisions/0013-calendar-files.md)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = time(0, 0)
#: Octets of a line before it goes on in the next one (§3.1).
LINE = 75
END = "\r\n"
FOLD = b"\r\n "
#: What is written otherwise (§3.3.11): signs that people use, and of control, which are left out.
_USUAL = {"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"}
_ESCAPED: dict[int, str | None] = {
    **dict.fromkeys((*range(32), 127)),
    ord("\t"): "\t",
    **{ord(sign): instead for sign, instead in _USUAL.items()},
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
    octets = line.encode()
    if len(octets) <= LINE:
        return line + END
    parts, at, room = [], 0, LINE
    while len(octets) - at > room:
        end = at + room
        while octets[end] & 0b1100_0000 == 0b1000_0000:  # goes on with a letter
            end -= 1
        parts.append(octets[at:end])
        at, room = end, LINE - 1
    parts.append(octets[at:])
    return FOLD.join(parts).decode() + END


def text(name: str, value: str) -> str:
    """Return a line with a text that people have written."""
    escaped = value
    for sign, instead in _USUAL.items():
        escaped = escaped.replace(sign, instead)
    if not escaped.isprintable():  # only then is it worth looking at sign by sign
        escaped = value.translate(_ESCAPED)
    return folded(f"{name}:{escaped}")


def _clock(value: datetime) -> str:
    """What a clock shows, "20261025T030000": Python's own formatting takes five times as long."""
    return value.isoformat(timespec="seconds")[:19].replace("-", "").replace(":", "")


def in_utc(value: datetime) -> str:
    return f"{_clock(value.astimezone(UTC))}Z"


def moment(name: str, value: datetime) -> str:
    """Return a line with a moment on Berlin's clocks. The hour that comes twice when they go back
    means the first one (§3.3.5): the second one is written in UTC."""
    local = value.astimezone(BERLIN)
    if local.fold:
        return f"{name}:{in_utc(value)}{END}"
    return f"{name};TZID=Europe/Berlin:{_clock(local)}{END}"


def day(name: str, value: date) -> str:
    return f"{name};VALUE=DATE:{value:%Y%m%d}{END}"


def period(starts: datetime, ends: datetime) -> str:
    """Return the lines with begin and end: of days that are meant whole, only the days."""
    starts, ends = starts.astimezone(BERLIN), ends.astimezone(BERLIN)
    if starts.time() == ends.time() == MIDNIGHT:
        return day("DTSTART", starts) + day("DTEND", ends)
    return moment("DTSTART", starts) + moment("DTEND", ends)


def entry(
    *,
    uid: str,
    title: str,
    starts: datetime,
    ends: datetime,
    modified: datetime,
    sequence: int,
    status: str,
    url: str,
    about: str,
    where: str,
) -> str:
    """Return an entry (§3.6.1); `where` are finished lines."""
    changed = in_utc(modified)
    return (
        f"BEGIN:VEVENT{END}"
        f"{folded(f'UID:{uid}')}"
        f"{text('SUMMARY', title)}"
        f"{period(starts, ends)}"
        f"DTSTAMP:{changed}{END}"
        f"LAST-MODIFIED:{changed}{END}"
        f"SEQUENCE:{sequence}{END}"
        f"STATUS:{status}{END}"
        f"{folded(f'URL:{url}')}"
        f"{text('DESCRIPTION', about)}"
        f"{where}"
        f"END:VEVENT{END}"
    )
