"""Small invented events of the neighbourhood: so that the calendar has something to narrow down."""

from datetime import timedelta

from django.utils import timezone

from demonstration import actors_examples as examples
from demonstration.actors import created_before, organisation
from demonstration.events import at, new_event, new_venue, saturday_in
from events import repeating
from events.models import Event, EventSeries
from ssoe_portal.common.public_holidays import public_holiday

NOTE = ("erfundenes Beispiel", "invented example")
SOUP = "Beispiel-Suppenabend"
STORIES = "Beispiel-Erzählcafé in Leichter Sprache"
LEGAL_FORMS = "Beispiel-Onlineabend: Welche Rechtsform passt?"
GARDEN = "Beispiel-Gartentag in Blankenburg"
BICYCLES = "Beispiel-Radmarkt"


def load() -> None:
    for title, make in (
        (SOUP, _soup),
        (STORIES, _stories),
        (LEGAL_FORMS, _legal_forms),
        (GARDEN, _garden),
        (BICYCLES, _bicycles),
    ):
        if not created_before("event", title):
            make(title)


def _of(host: str, area: str, *, english: tuple[str, str], **fields) -> Event:
    """Set up an event at its organisation's own place."""
    leader = organisation(host)
    event = new_event(
        organisation=leader,
        date_note=NOTE[0],
        english=(*english, "", NOTE[1]),
        **fields,
    )
    if event.is_on_site:
        new_venue(
            event,
            area=leader.area.key if leader.area else area,
            name=leader.name,
            street=leader.street,
            postcode=leader.postcode,
            english=(leader.name, "", ""),
        )
    return event


def _soup(title: str) -> None:
    day = saturday_in(2)
    event = _of(
        examples.KUECHE,
        "buch",
        title=title,
        summary="Drei Suppen, ein langer Tisch, und wer mag, schneidet mit.",
        starts_at=at(day, 17),
        ends_at=at(day, 20),
        cost=Event.Cost.DONATION,
        has_childcare=True,
        is_step_free=True,
        languages="de ar uk",
        english=("Example soup evening", "Three soups, one long table; help chopping if you like."),
    )
    days = [day + timedelta(weeks=week) for week in range(1, 8)]
    free = [each for each in days if not public_holiday(each)]
    repeating.repeat(event, free, rhythm=EventSeries.Rhythm.WEEKLY, until=days[-1])


def _stories(title: str) -> None:
    day = timezone.localdate() + timedelta(days=9)
    _of(
        examples.SPRACHTREFF,
        "karow",
        title=title,
        summary="Wir trinken Kaffee. Jemand erzählt. Alle verstehen es.",
        starts_at=at(day, 15),
        ends_at=at(day, 17),
        cost=Event.Cost.FREE,
        is_step_free=True,
        has_easy_language=True,
        languages="de",
        english=("Example story café in Easy Language", "We drink coffee and listen to stories."),
    )


def _legal_forms(title: str) -> None:
    day = timezone.localdate() + timedelta(days=16)
    _of(
        examples.ARBEITSLADEN,
        "pankow",
        title=title,
        summary="Verein, gGmbH oder Genossenschaft: ein Abend mit Fragen und Beispielen.",
        starts_at=at(day, 18),
        ends_at=at(day, 19, 30),
        takes_registrations=True,
        capacity=40,
        attendance=Event.Attendance.ONLINE,
        online_url="https://treffen.example.org/rechtsform",
        cost=Event.Cost.FREE,
        languages="de en",
        english=(
            "Example evening online: which legal form fits?",
            "Association, company or cooperative: an evening of questions and examples.",
        ),
    )


def _garden(title: str) -> None:
    day = saturday_in(60)
    _of(
        examples.GARTEN,
        "blankenburg",
        title=title,
        summary="Beete anlegen, Setzlinge tauschen, am Feuer sitzen.",
        starts_at=at(day, 11),
        ends_at=at(day, 16),
        cost=Event.Cost.PRICE,
        price="3 € für Pflanzen",
        has_sign_language=True,
        has_childcare=True,
        languages="de fa",
        english=(
            "Example garden day in Blankenburg",
            "Lay out beds, swap seedlings, sit by the fire.",
        ),
    ).translations.update(price="€3 for plants")


def _bicycles(title: str) -> None:
    day = saturday_in(-25)
    _of(
        examples.RADHAUS,
        "buch",
        title=title,
        summary="Gebrauchte Räder, geprüft und mit Probefahrt.",
        starts_at=at(day, 10),
        ends_at=at(day, 14),
        cost=Event.Cost.FREE,
        languages="de",
        english=("Example bicycle market", "Used bicycles, checked, with a test ride."),
    )
