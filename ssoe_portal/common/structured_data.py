"""What pages tell machines about themselves, in the words of schema.org, as JSON-LD.

Whoever searches elsewhere finds an entry by it; the page itself says all of it to people as well.
Builders return plain dictionaries; the filter `as_json` writes them into the page.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import get_language

from ssoe_portal.common.geography import Located
from ssoe_portal.common.hours import WeeklyTime
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.translation import Text

Data = dict[str, Any]

CONTEXT = "https://schema.org"
PORTAL = "SSÖ-Portal Berlin-Pankow"
#: https://schema.org/DayOfWeek, by Python's weekday.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def without_blanks(data: Mapping[str, Any]) -> Data:
    """Leave out what nobody has said."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


def entry(kind: str, item: Model, text: Text, /, **more: Any) -> Data:
    """Return what describes one entry: its type, its address, and more that is known of it."""
    address = absolute(item.get_absolute_url())
    return without_blanks(
        {
            "@context": CONTEXT,
            "@type": kind,
            "@id": address,
            "url": address,
            "inLanguage": text.lang,
            **more,
        }
    )


def reference(kind: str, item: Model, name: str) -> Data:
    """Return another entry as this one names it."""
    address = absolute(item.get_absolute_url())
    return {"@type": kind, "@id": address, "name": name, "url": address}


def place(located: Located, name: str = "") -> Data | None:
    """Return where something is: the address, and the point on the map; None where nobody knows."""
    address = without_blanks(
        {
            "streetAddress": located.street,
            "postalCode": located.postcode,
            "addressLocality": "Berlin" if located.street or located.postcode else "",
            "addressCountry": "DE" if located.street or located.postcode else "",
        }
    )
    found = without_blanks(
        {
            "name": name or (located.area.label if located.area else ""),
            "address": {"@type": "PostalAddress", **address} if address else None,
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": located.latitude,
                "longitude": located.longitude,
            }
            if located.point
            else None,
        }
    )
    return {"@type": "Place", **found} if found else None


def opening_hours(times: Iterable[WeeklyTime]) -> list[Data]:
    """Return weekly times. Such that come every other week or only on one weekday of a month have
    no word in schema.org and are left to the page."""
    return [
        without_blanks(
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"{CONTEXT}/{DAYS[time.weekday]}",
                "opens": f"{time.opens:%H:%M}",
                "closes": f"{time.closes:%H:%M}",
                "validFrom": time.valid_from.isoformat() if time.valid_from else "",
                "validThrough": time.valid_until.isoformat() if time.valid_until else "",
            }
        )
        for time in times
        if time.rhythm == WeeklyTime.Rhythm.WEEKLY
    ]


def listed(entries: Iterable[Any], total: int, first: int = 1) -> Data:
    """Return one page of a list: entries by their names; `first` is the first one's number."""
    return {
        "@context": CONTEXT,
        "@type": "ItemList",
        "numberOfItems": total,
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "url": absolute(item.get_absolute_url()),
                "name": _name(item),
            }
            for number, item in enumerate(entries, start=first)
        ],
    }


def _name(item: Any) -> str:
    """An entry's name in the reader's language, where names are translated."""
    for field in ("title", "name"):
        if field in item.TRANSLATED_FIELDS:
            return getattr(item.text, field)
    return str(item)


def website(home: str, search: str) -> Data:
    """Return the portal itself, with the address of its search."""
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": PORTAL,
        "url": absolute(home),
        "inLanguage": get_language(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": absolute(f"{search}?q={{search_term_string}}"),
            },
            "query-input": "required name=search_term_string",
        },
    }
