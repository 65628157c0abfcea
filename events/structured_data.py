"""Events in the words of schema.org: see `ssoe_portal/common/structured_data.py`."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext

from events.models import Event, Venue
from events.registering import Places
from events.times import is_all_day
from ssoe_portal.common.mail import absolute
from ssoe_portal.common.structured_data import (
    CONTEXT,
    Data,
    entry,
    place,
    reference,
    without_blanks,
)

#: https://schema.org/EventAttendanceModeEnumeration
MODES = {
    Event.Attendance.ON_SITE: "OfflineEventAttendanceMode",
    Event.Attendance.ONLINE: "OnlineEventAttendanceMode",
    Event.Attendance.BOTH: "MixedEventAttendanceMode",
}
#: BCP 47: German Sign Language, and German in simple words.
SIGN_LANGUAGE, EASY_LANGUAGE = "gsg", "de-simple"


def event(item: Event, venues: Iterable[Venue], places: Places | None = None) -> Data:
    """`places` are those that the page shows while people can register."""
    leader = item.organisation
    begins: date = localtime(item.starts_at)
    ends: date = localtime(item.ends_at)
    if is_all_day(item.starts_at, item.ends_at):
        begins, ends = begins.date(), ends.date() - timedelta(days=1)
    called_off = item.status == Event.Status.ARCHIVED
    return entry(
        "Event",
        item,
        item.text,
        name=item.text.title,
        description=item.text.summary,
        startDate=begins.isoformat(),
        endDate=ends.isoformat(),
        eventStatus=f"{CONTEXT}/{'EventCancelled' if called_off else 'EventScheduled'}",
        eventAttendanceMode=f"{CONTEXT}/{MODES[Event.Attendance(item.attendance)]}",
        location=[*_on_site(item, venues), *_online(item)],
        inLanguage=_spoken(item),
        isAccessibleForFree=item.is_free if item.cost else None,
        offers=_offer(item, places),
        maximumAttendeeCapacity=item.capacity,
        remainingAttendeeCapacity=places.free if places else None,
        organizer=reference("Organization", leader, leader.name)
        if leader and leader.is_published
        else None,
    )


def _on_site(item: Event, venues: Iterable[Venue]) -> list[Data]:
    found = [each for venue in venues if (each := place(venue, venue.text.name))]
    if not item.is_step_free:
        return found
    feature = {"@type": "LocationFeatureSpecification", "name": gettext("Step-free"), "value": True}
    return [{**each, "amenityFeature": feature} for each in found]


def _online(item: Event) -> list[Data]:
    """Where one takes part from afar: the page, since only the registered get the link."""
    if not item.is_online:
        return []
    return [{"@type": "VirtualLocation", "url": absolute(item.get_absolute_url())}]


def _spoken(item: Event) -> list[str] | str:
    """What is spoken there; where nobody has said it, what the text is written in."""
    spoken = list(item.language_keys)
    if item.has_sign_language:
        spoken.append(SIGN_LANGUAGE)
    if item.has_easy_language:
        spoken.append(EASY_LANGUAGE)
    return list(dict.fromkeys(spoken)) or item.text.lang


def _offer(item: Event, places: Places | None) -> Data | None:
    """What a place costs, as far as it is a number, and where and since when one gets it."""
    if not (item.is_free or places):
        return None
    opens = item.registration_opens_at
    address = reverse("events:register", args=[item.slug]) if places else item.get_absolute_url()
    stock = "SoldOut" if places and places.is_full else "InStock"
    return without_blanks(
        {
            "@type": "Offer",
            "url": absolute(address),
            "price": 0 if item.is_free else None,
            "priceCurrency": "EUR" if item.is_free else "",
            "availability": f"{CONTEXT}/{stock}",
            "validFrom": localtime(opens).isoformat() if opens else "",
        }
    )
