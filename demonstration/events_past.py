"""Invented events that are over: what came of them, who came, and what people thought of it."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone, translation

from demonstration import actors_examples as examples
from demonstration import drawings, events_feedback
from demonstration.accounts import person
from demonstration.actors import created_before, organisation
from demonstration.events import (
    Row,
    add_group,
    add_programme,
    at,
    new_event,
    new_venue,
    saturday_in,
)
from events import arriving, releasing, remembering
from events.models import Event, EventPicture, Registration, Venue
from ssoe_portal.common import pictures

SWAP = "Beispiel-Kleidertausch"
NEIGHBOURS = "Beispiel-Nachbarschaftstag"


def load() -> None:
    if not created_before("event", SWAP):
        _swap()
    if not created_before("event", NEIGHBOURS):
        _neighbours()


def _outcome(event: Event, english: str, drawn: list[tuple]) -> None:
    """What came of it in English too, and pictures."""
    event.translations.filter(language="en").update(outcome=english)
    for draw, seed, alt in drawn:
        prepared = pictures.prepare(draw(seed), EventPicture.PURPOSE)
        remembering.add_picture(event=event, alt=alt, prepared=prepared)


def _swap() -> None:
    day = saturday_in(-30)
    event = new_event(
        title=SWAP,
        summary="Kleider bringen, Kleider mitnehmen, dabei Tee trinken.",
        description="Dieser Kleidertausch ist erfunden.",
        date_note="",
        organisation=organisation(examples.NAEHCAFE),
        starts_at=at(day, 11),
        ends_at=at(day, 15),
        outcome=(
            "Rund sechzig Menschen kamen, und fast alles fand neue Leute. Drei von ihnen nähen "
            "seitdem jeden Dienstag im Nähcafé mit. Was übrig blieb, ging an eine Unterkunft."
        ),
        english=(
            "Example clothes swap",
            "Bring clothes, take clothes, and drink tea.",
            "This clothes swap is invented.",
            "",
        ),
    )
    new_venue(event, area="buch", name="Beispiel Nähcafé", english=("Beispiel Nähcafé", "", ""))
    _outcome(
        event,
        "About sixty people came, and almost everything found somebody new. Three of them have "
        "been sewing at the café every Tuesday since. What was left went to a shelter.",
        [
            (drawings.room, 11, "Ein langer Tisch mit Stapeln von Kleidern in einem hellen Raum."),
            (drawings.garden, 12, "Der Garten hinter dem Café, in dem die Gäste Tee trinken."),
        ],
    )


# --- Beispiel-Nachbarschaftstag: everything that is there afterwards ------------------------------


PROGRAMME: list[Row] = [
    (
        0, "11:30", "13:00", "yard", "", "food",
        examples.KUECHE, "de ar uk",
        ("Frühstück an einem Tisch", "Alle bringen etwas mit, alle probieren."),
        ("Breakfast at one table", "Everyone brings something, everyone tastes."),
    ),
    (
        0, "13:30", "15:00", "yard", "", "join-in",
        examples.RADHAUS, "de en",
        ("Fahrrad-Sprechstunde", "Bremsen, Licht, Kette: Wir sehen es uns an."),
        ("Bicycle clinic", "Brakes, lights, chain: we take a look."),
    ),
    (
        0, "12:00", "13:00", "cart", "", "join-in",
        examples.BERATUNG, "de ar tr",
        ("Fragen zu Post vom Amt", "Brief mitbringen, gemeinsam lesen."),
        ("Questions about official letters", "Bring the letter, we read it together."),
    ),
]  # fmt: skip
#: Name, how many, state, how many came to the yard, at what hour, and what they need.
PARTIES: list[tuple[str, int, str, int, float, dict]] = [
    ("Amira Beispiel", 4, "confirmed", 4, 11.1, {"interpreting": "Arabisch", "children": 2}),
    ("Jonas Beispiel", 2, "confirmed", 2, 11.2, {}),
    ("Olena Beispiel", 3, "confirmed", 2, 11.4, {"interpreting": "Ukrainisch", "children": 1}),
    ("Thi Lan Beispiel", 2, "confirmed", 2, 11.6, {}),
    ("Bernd Beispiel", 1, "confirmed", 1, 12.2, {"access_needs": "Ich nutze einen Rollstuhl."}),
    ("Zeynep Beispiel", 5, "confirmed", 5, 12.5, {"children": 3}),
    ("Piotr Beispiel", 2, "confirmed", 0, 0, {}),
    ("Salma Beispiel", 3, "confirmed", 3, 13.6, {"interpreting": "arabisch"}),
    ("Herr Beispiel", 1, "confirmed", 1, 14.1, {"at_desk": True, "phone": "030 0000 1211"}),
    ("Nora Beispiel", 4, "waiting", 0, 0, {}),
    ("Igor Beispiel", 3, "waiting", 0, 0, {}),
    ("Lea Beispiel", 2, "cancelled", 0, 0, {}),
]
#: Families that one organisation brought, and how many of each came.
FAMILIES = [("Familie A.", 4, 4), ("Familie B.", 5, 3), ("Familie C.", 2, 2), ("Familie D.", 3, 0)]


def _neighbours() -> None:
    day = saturday_in(-13)
    asked_at = at(day + timedelta(days=1), 9)
    with translation.override("de"):
        feedback = events_feedback.ask(asked_at).get_absolute_url()
    event = new_event(
        title=NEIGHBOURS,
        summary="Essen, reparieren, fragen: ein Tag im Hof der Nachbarschaftsküche.",
        description=(
            "Dieser Tag ist erfunden. An ihm lässt sich ansehen, was nach einer Veranstaltung da "
            "ist: Bericht, Gruppe, Einlass, Rückmeldung, Bilder und der Tag, an dem Namen gelöscht "
            "werden."
        ),
        date_note="erfundenes Beispiel",
        organisation=organisation(examples.KUECHE),
        starts_at=at(day, 11),
        ends_at=at(day, 16),
        takes_registrations=True,
        capacity=38,
        cost=Event.Cost.FREE,
        is_step_free=True,
        has_childcare=True,
        languages="de ar uk",
        feedback_url=feedback,
        # Whoever tries the portal is not to find mails about it.
        feedback_asked_at=asked_at,
        outcome=(
            "Rund vierzig Menschen saßen an einem Tisch. Aus der Fahrrad-Sprechstunde wird ein "
            "fester Termin im Monat, und zwei Familien kochen beim nächsten Mal mit."
        ),
        english=(
            "Example neighbourhood day",
            "Eat, repair, ask: a day in the yard of the neighbourhood kitchen.",
            "This day is invented. It shows what is there after an event: report, group, door, "
            "feedback, pictures, and the day on which names are erased.",
            "invented example",
        ),
    )
    yard = new_venue(
        event,
        area="buch",
        name="Hof der Beispiel Nachbarschaftsküche",
        english=("Yard of the Beispiel Nachbarschaftsküche", "", ""),
    )
    cart = new_venue(
        event,
        area="karow",
        name="Beispiel-Lastenrad am Bahnhof Karow",
        kind=Venue.Kind.POP_UP,
        position=1,
        english=("Example cargo bike at Karow station", "", ""),
    )
    add_programme(event, {"yard": yard, "cart": cart}, PROGRAMME)
    releasing.release(event)
    _who_came(event, yard, cart)
    _outcome(
        event,
        "About forty people sat at one table. The bicycle clinic becomes a fixed date every "
        "month, and two families will cook along next time.",
        [
            (drawings.garden, 21, "Der Hof mit Beeten und Bäumen in der Sonne."),
            (drawings.room, 22, "Ein heller Raum; auf dem langen Tisch steht das Essen."),
        ],
    )


def _who_came(event: Event, yard: Venue, cart: Venue) -> None:
    first = event.starts_at
    for number, (name, size, state, came, hour, facts) in enumerate(PARTIES):
        email = "" if facts.get("at_desk") else f"gast{30 + number}@beispiel.example"
        gone = {"cancelled_at": first - timedelta(days=4), "cancelled_because": "guest"}
        party = Registration.objects.create(
            event=event,
            name=name,
            email=email,
            size=size,
            state=state,
            created_at=first - timedelta(days=20 - number),
            **(gone if state == "cancelled" else {}),
            **facts,
        )
        if came:
            _arrive(event, party.code, came, _at_hour(event, hour))
    families = [(name, size) for name, size, _came in FAMILIES]
    group = add_group(event, families, created_at=first - timedelta(days=9))
    for party, (_name, _size, came) in zip(
        group.registrations.order_by("pk"), FAMILIES, strict=True
    ):
        if came:
            _arrive(event, party.code, came, _at_hour(event, 11.5))
    for place, people, hour in (
        (arriving.ENTRANCE, 3, 12.0),
        (arriving.ENTRANCE, 2, 14.4),
        (arriving.Place(f"venue-{cart.pk}", venue=cart), 6, 12.3),
    ):
        _arrive(event, "", people, _at_hour(event, hour), place)
    for item, people in zip(event.programme_items.order_by("pk"), (24, 9, 6), strict=True):
        place = arriving.Place(f"item-{item.pk}", item=item)
        _arrive(event, "", people, item.starts_at + timedelta(minutes=5), place)


def _at_hour(event: Event, hour: float) -> datetime:
    midnight = timezone.localtime(event.starts_at).replace(hour=0)
    return midnight + timedelta(hours=hour)


def _arrive(
    event: Event,
    code: str,
    people: int,
    arrived_at: datetime,
    place: arriving.Place = arriving.ENTRANCE,
) -> None:
    arriving.check_in(
        event=event,
        code=code,
        people=people,
        key=uuid5(NAMESPACE_URL, f"{event.slug} {code} {place.key} {arrived_at}"),
        by=person("veranstaltung@beispiel.example"),
        place=place,
        arrived_at=arrived_at,
    )
