"""Small invented events of the neighbourhood: so that the calendar has something to narrow down."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from demonstration import actors_examples as examples
from demonstration.actors import created_before, organisation
from demonstration.events import at, new_event, new_venue, saturday_in
from events import repeating
from events.models import Event, EventSeries, Message, Registration, Venue
from ssoe_portal.common.public_holidays import public_holiday

NOTE = ("erfundenes Beispiel", "invented example")
SOUP = "Beispiel-Suppenabend"
SEWING_DAY = "Beispiel-Nähtag: Aus Alt wird Neu"
LEGAL_FORMS = "Beispiel-Onlineabend: Welche Rechtsform passt?"
Day = Callable[[int], date]


def weekday_in(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


#: Who invites; on which day, from when to when; title and sentence in German and English; the facts.
EVENTS: list[tuple[str, Day, int, float, float, tuple[str, str], tuple[str, str], dict[str, Any]]] = [
    (
        examples.KUECHE, saturday_in, 2, 17, 20,
        (SOUP, "Drei Suppen, ein langer Tisch, und wer mag, schneidet mit."),
        ("Example soup evening", "Three soups, one long table; help chopping if you like."),
        {
            "cost": Event.Cost.DONATION,
            "has_childcare": True,
            "is_step_free": True,
            "languages": "de ar uk",
        },
    ),
    (
        examples.SPRACHTREFF, weekday_in, 9, 15, 17,
        (
            "Beispiel-Erzählcafé in Leichter Sprache",
            "Wir trinken Kaffee. Jemand erzählt. Alle verstehen es.",
        ),
        ("Example story café in Easy Language", "We drink coffee and listen to stories."),
        {
            "cost": Event.Cost.FREE,
            "is_step_free": True,
            "has_easy_language": True,
            "languages": "de",
        },
    ),
    (
        examples.ARBEITSLADEN, weekday_in, 16, 18, 19.5,
        (
            LEGAL_FORMS,
            "Verein, gGmbH oder Genossenschaft: ein Abend mit Fragen und Beispielen.",
        ),
        (
            "Example evening online: which legal form fits?",
            "Association, company or cooperative: an evening of questions and examples.",
        ),
        {
            "takes_registrations": True,
            "capacity": 40,
            "attendance": Event.Attendance.ONLINE,
            "online_url": "https://treffen.example.org/rechtsform",
            "cost": Event.Cost.FREE,
            "languages": "de en",
        },
    ),
    (
        examples.GARTEN, saturday_in, 60, 11, 16,
        (
            "Beispiel-Gartentag in Blankenburg",
            "Beete anlegen, Setzlinge tauschen, am Feuer sitzen.",
        ),
        (
            "Example garden day in Blankenburg",
            "Lay out beds, swap seedlings, sit by the fire.",
        ),
        {
            "cost": Event.Cost.PRICE,
            "price": ("3 € für Pflanzen", "€3 for plants"),
            "has_sign_language": True,
            "has_childcare": True,
            "languages": "de fa",
        },
    ),
    (
        examples.RADHAUS, saturday_in, -25, 10, 14,
        ("Beispiel-Radmarkt", "Gebrauchte Räder, geprüft und mit Probefahrt."),
        ("Example bicycle market", "Used bicycles, checked, with a test ride."),
        {"cost": Event.Cost.FREE, "languages": "de"},
    ),
]  # fmt: skip


def load() -> None:
    for host, day, days, begins, ends, german, english, facts in EVENTS:
        if created_before("event", german[0]):
            continue
        midnight = at(day(days), 0)
        event = _of(
            host,
            title=german[0],
            summary=german[1],
            starts_at=midnight + timedelta(hours=begins),
            ends_at=midnight + timedelta(hours=ends),
            english=english,
            **facts,
        )
        if german[0] == SOUP:
            _every_week(event)
        elif german[0] == LEGAL_FORMS:
            _registered(event)
    if not created_before("event", SEWING_DAY):
        _sewing_day()


def _of(
    host: str, *, english: tuple[str, str], price: tuple[str, str] = ("", ""), **fields
) -> Event:
    """Set up an event at its organisation's own place."""
    leader = organisation(host)
    event = new_event(
        organisation=leader,
        date_note=NOTE[0],
        price=price[0],
        english=(*english, "", NOTE[1]),
        **fields,
    )
    event.translations.update(price=price[1])
    if event.is_on_site:
        new_venue(
            event,
            area=leader.area.key if leader.area else "pankow",
            name=leader.name,
            street=leader.street,
            postcode=leader.postcode,
            english=(leader.name, "", ""),
        )
    return event


def _every_week(event: Event) -> None:
    day = timezone.localdate(event.starts_at)
    days = [day + timedelta(weeks=week) for week in range(1, 8)]
    free = [each for each in days if not public_holiday(each)]
    repeating.repeat(event, free, rhythm=EventSeries.Rhythm.WEEKLY, until=days[-1])


def _registered(event: Event) -> None:
    """Two wrote, one called: whoever has no address is told of the message by telephone."""
    parties = [
        Registration(name="Kemal Beispiel", email="gast21@beispiel.example"),
        Registration(name="Vera Beispiel", email="gast22@beispiel.example"),
        Registration(name="Frau Beispiel", at_desk=True, phone="030 0000 1210"),
    ]
    for party in parties:
        party.event, party.state = event, Registration.State.CONFIRMED
    Registration.objects.bulk_create(parties)
    message = Message.objects.create(
        event=event,
        subject="Der Raum öffnet früher",
        text="Wir sind ab einer Viertelstunde vor Beginn da und probieren den Ton. (erfunden)",
        parties=len(parties),
    )
    to_tell = {"about": "message", "key": "example", "facts": {"message_id": message.pk}}
    parties[2].call_about = [to_tell]
    parties[2].save(update_fields=["call_about"])


# --- Beispiel-Nähtag: proposed, and nobody has decided yet ---------------------------------------


def _sewing_day() -> None:
    day = saturday_in(55)
    host = organisation(examples.NAEHCAFE)
    event = Event.objects.create(
        title=SEWING_DAY,
        summary="Kleider flicken und ändern, mit Nähmaschinen und Geduld.",
        description=(
            "Wer mag, bringt ein Kleidungsstück mit. Stoffe, Garn und sechs Nähmaschinen sind da.\n\n"
            "Dieser Nähtag ist erfunden. An ihm lässt sich ausprobieren, wie eine Organisation "
            "eine Veranstaltung vorschlägt."
        ),
        date_note="erfundenes Beispiel",
        organisation=host,
        starts_at=at(day, 11),
        ends_at=at(day, 16),
    )
    Venue.objects.create(
        event=event,
        name="Beispiel Nähcafé",
        street=host.street,
        postcode=host.postcode,
        area=host.area,
    )
    event.submit(by_owner=True)
