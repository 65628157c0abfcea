"""Events: the two that the public report names, and invented ones of organisations called Beispiel …

Of the Markt der Möglichkeiten & Festival the report knows the idea, the anchor place and that there
could be one or two mobile pop-ups; no date. Ours is marked as a date for demonstration. Whoever
has a stall or a part in the programme is an invented organisation.
"""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from actors.models import SpokenLanguage
from demonstration import actors_examples as examples
from demonstration import events_sign_ups
from demonstration.accounts import person
from demonstration.actors import created_before, organisation
from events import releasing
from events.models import (
    Event,
    EventQuestion,
    EventQuestionTranslation,
    EventTranslation,
    GroupRegistration,
    Pitch,
    PitchAssignment,
    ProgrammeItem,
    ProgrammeItemTranslation,
    Registration,
    RegistrationAnswer,
    Speaker,
    SpeakerTranslation,
    StallApplication,
    StallFormat,
    Venue,
    VenueStop,
    VenueTranslation,
)
from ssoe_portal.common.geography import Area

MARKET = "Markt der Möglichkeiten & Festival"
BUSINESS_DAY = "Wirtschaftstag Pankow"
WORKSHOP = "Beispiel-Werkstatt: Aus der Idee wird ein Betrieb"


def load() -> None:
    if not created_before("event", MARKET):
        _market()
    if not created_before("event", BUSINESS_DAY):
        _business_day()
    if not created_before("event", WORKSHOP):
        _workshop()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def saturday_in(days: int) -> date:
    """Return the first Saturday so many days from now."""
    day = timezone.localdate() + timedelta(days=days)
    return day + timedelta(days=(5 - day.weekday()) % 7)


def new_event(english: tuple[str, str, str, str], languages: str = "", **fields) -> Event:
    event = Event.objects.create(**fields)
    event.languages.set(SpokenLanguage.objects.filter(key__in=languages.split()))
    title, summary, description, date_note = english
    EventTranslation.objects.create(
        original=event,
        language="en",
        title=title,
        summary=summary,
        description=description,
        date_note=date_note,
    )
    event.publish()
    return event


def new_venue(event: Event, english: tuple[str, str, str], *, area: str, **fields) -> Venue:
    venue = Venue.objects.create(event=event, area=Area.objects.get(key=area), **fields)
    name, accessibility, directions = english
    VenueTranslation.objects.create(
        original=venue,
        language="en",
        name=name,
        accessibility=accessibility,
        directions=directions,
    )
    return venue


#: What the signs at the rooms of the market say in English.
ROOMS = {
    "": "",
    "Ideenlabor": "Idea lab",
    "Marktküche": "Market kitchen",
    "Manufaktur": "Manufactory",
    "Bühne": "Stage",
}


#: Day (0 is the first), from, to, venue, room, kind; host and languages; German and English.
Row = tuple[int, str, str, str, str, str, str, str, tuple[str, str], tuple[str, str]]


def add_programme(event: Event, venues: dict[str, Venue], rows: list[Row]) -> None:
    """Give an event sessions, which are not public before a release."""
    first = timezone.localdate(event.starts_at)
    for day, begins, ends, where, room, kind, host, languages, german, english in rows:
        that_day = first + timedelta(days=day)
        item = ProgrammeItem.objects.create(
            event=event,
            venue=venues[where],
            room=room,
            format=kind,
            organisation=organisation(host),
            title=german[0],
            summary=german[1],
            starts_at=at(that_day, *map(int, begins.split(":"))),
            ends_at=at(that_day, *map(int, ends.split(":"))),
        )
        item.languages.set(SpokenLanguage.objects.filter(key__in=languages.split()))
        ProgrammeItemTranslation.objects.create(
            original=item, language="en", title=english[0], summary=english[1], room=ROOMS[room]
        )


def add_group(
    event: Event, families: list[tuple[str, int]], created_at: datetime
) -> GroupRegistration:
    """Let the sewing café bring families, each with its places."""
    group = GroupRegistration.objects.create(
        event=event,
        organisation=organisation(examples.NAEHCAFE),
        contact=person("organisation@beispiel.example"),
        created_at=created_at,
    )
    Registration.objects.bulk_create(
        Registration(
            event=event,
            group=group,
            name=name,
            size=size,
            state=Registration.State.CONFIRMED,
            created_at=created_at,
        )
        for name, size in families
    )
    return group


# --- Markt der Möglichkeiten & Festival -----------------------------------------------------------


def _market() -> None:
    saturday = saturday_in(150)
    sunday = saturday + timedelta(days=1)
    event = new_event(
        title=MARKET,
        summary=(
            "Ein Markt auf dem Campus Buch für kulturelle, wirtschaftliche, soziale und "
            "sozialunternehmerische Angebote; ein oder zwei mobile Pop-ups sind angedacht."
        ),
        description=(
            "Die Idee zu diesem Markt kommt aus dem Projekt Open Social Innovation in Berlin-Buch: "
            "Alle Beteiligten fanden sie attraktiv.\n\n"
            "Ankerort ist der Campus Buch, auf dem rund 2.000 Menschen arbeiten. Ein oder zwei "
            "mobile Pop-ups sollen den Markt über den Campus hinaus tragen. Im Mittelpunkt stehen "
            "Formate wie Projektwerkstatt und Ideenlabor, interkulturelle Essensstände und eine "
            "Pop-up-Manufaktur mit Handwerk zum Mitmachen.\n\n"
            "Ein Termin ist noch nicht beschlossen. Datum, Programm und Stände auf dieser Seite "
            "zeigen, wie das Portal eine solche Veranstaltung trägt; alle Mitwirkenden sind "
            "erfundene Beispiele."
        ),
        date_note="Demonstrationstermin, noch nicht beschlossen",
        starts_at=at(saturday, 11),
        ends_at=at(sunday, 17),
        takes_registrations=True,
        stalls_until=at(saturday - timedelta(days=42), 18),
        english=(
            "Market of Possibilities & Festival",
            "A market on Campus Buch for cultural, economic, social and social-enterprise offers, "
            "with one or two mobile pop-ups in mind.",
            "The idea for this market comes from the project Open Social Innovation in "
            "Berlin-Buch: everyone who took part found it attractive.\n\n"
            "Its anchor is Campus Buch, where about 2,000 people work. One or two mobile pop-ups "
            "are meant to carry the market beyond the campus. At its heart are formats such as a "
            "project workshop and idea lab, intercultural food stalls, and a pop-up manufactory with "
            "crafts to join in.\n\n"
            "No date has been decided. Date, programme and stalls on this page show how the portal "
            "carries such an event; everyone who takes part is an invented example.",
            "Date for demonstration, not decided yet",
        ),
    )
    campus = new_venue(
        event,
        area="buch",
        name="Campus Buch",
        kind=Venue.Kind.MAIN,
        english=("Campus Buch", "", ""),
    )
    karow = new_venue(
        event,
        area="karow",
        name="Mobiles Pop-up 1 (Beispielort in Karow)",
        kind=Venue.Kind.POP_UP,
        opens_at=at(saturday, 13),
        closes_at=at(saturday, 16),
        position=1,
        english=("Mobile pop-up 1 (example place in Karow)", "", ""),
    )
    _tour(
        karow,
        saturday,
        [
            (13, "Beispielort am Bahnhof Karow", "karow"),
            (14, "Beispielort am Dorfplatz Blankenburg", "blankenburg"),
            (15, "Beispielort in Französisch Buchholz", "franzoesisch-buchholz"),
        ],
    )
    weissensee = new_venue(
        event,
        area="weissensee",
        name="Mobiles Pop-up 2 (Beispielort in Weißensee)",
        kind=Venue.Kind.POP_UP,
        opens_at=at(sunday, 12),
        closes_at=at(sunday, 15),
        position=2,
        english=("Mobile pop-up 2 (example place in Weißensee)", "", ""),
    )
    venues = {"campus": campus, "karow": karow, "weissensee": weissensee}
    add_programme(event, venues, MARKET_PROGRAMME)
    _market_speakers(event)
    releasing.release(event)
    events_sign_ups.load(event)
    _market_stalls(event, campus)
    add_group(event, [("Familie E.", 4), ("Familie F.", 3)], timezone.now() - timedelta(days=2))


def _tour(pop_up: Venue, day: date, stops: list[tuple[int, str, str]]) -> None:
    """Let a pop-up stop at several places, three quarters of an hour at each."""
    for hour, name, area in stops:
        VenueStop.objects.create(
            venue=pop_up,
            name=name,
            area=Area.objects.get(key=area),
            starts_at=at(day, hour),
            ends_at=at(day, hour, 45),
        )


MARKET_PROGRAMME: list[Row] = [
    (
        0, "11:30", "13:00", "campus", "Ideenlabor", "workshop",
        examples.ARBEITSLADEN, "de en",
        ("Projektwerkstatt: Was Pankow braucht", "Mit einer Idee kommen, mit einem ersten Schritt gehen."),
        ("Project workshop: what Pankow needs", "Bring an idea, leave with a first step."),
    ),
    (
        0, "12:00", "14:00", "campus", "Marktküche", "food",
        examples.KUECHE, "de ar uk",
        ("Gemeinsam kochen: drei Küchen, ein Tisch", "Alle schneiden, alle essen."),
        ("Cooking together: three kitchens, one table", "Everyone chops, everyone eats."),
    ),
    (
        0, "13:30", "16:00", "campus", "Manufaktur", "join-in",
        examples.NAEHCAFE, "de ar fa",
        ("Pop-up-Manufaktur: eine Tasche aus altem Stoff", "Mit Nähmaschinen und Geduld."),
        ("Pop-up manufactory: a bag from old fabric", "With sewing machines and patience."),
    ),
    (
        0, "14:00", "15:30", "campus", "Ideenlabor", "discussion",
        examples.DIGITAL, "de en",
        ("Ideenlabor: vom Projekt zum Unternehmen", "Fragen zu Rechtsform, Geld und Zeit."),
        ("Idea lab: from project to enterprise", "Questions about legal form, money and time."),
    ),
    (
        0, "13:00", "13:45", "karow", "", "join-in",
        examples.SPRACHTREFF, "de uk ru",
        ("Deutsch sprechen beim Tee", "Ohne Anmeldung; Kinder sind willkommen."),
        ("Speaking German over tea", "No need to register; children are welcome."),
    ),
    (
        1, "11:00", "12:30", "campus", "Bühne", "culture",
        examples.SPRACHTREFF, "de en ar uk",
        ("Musik in vielen Sprachen", "Offene Bühne, ein Lied für jede und jeden."),
        ("Music of many languages", "Open stage, one song each."),
    ),
    (
        1, "12:00", "15:00", "campus", "Manufaktur", "join-in",
        examples.RADHAUS, "de fa",
        ("Gemeinsam Fahrräder reparieren", "Rad mitbringen, Werkzeug ist da."),
        ("Repairing bicycles together", "Bring your bicycle; tools are there."),
    ),
    (
        1, "12:00", "15:00", "weissensee", "", "join-in",
        examples.BERATUNG, "de ar tr",
        ("Beratung am Lastenrad", "Post vom Amt, Arbeit, Wohnung: einfach fragen."),
        ("Advice at the cargo bike", "Letters from the authorities, jobs, housing: ask."),
    ),
]  # fmt: skip


def _market_speakers(event: Event) -> None:
    for item, name, about, english in (
        (
            "Projektwerkstatt: Was Pankow braucht",
            "Mara Beispiel",
            "Führt durch den Nachmittag und fragt nach.",
            "Leads through the afternoon and asks questions.",
        ),
        (
            "Ideenlabor: vom Projekt zum Unternehmen",
            "Jona Beispiel",
            "Hat aus einer Initiative einen Betrieb gemacht.",
            "Has turned an initiative into an enterprise.",
        ),
    ):
        speaker = Speaker.objects.create(event=event, name=name, about=about)
        SpeakerTranslation.objects.create(original=speaker, language="en", about=english)
        speaker.items.set(event.programme_items.filter(title=item))


STALLS = [
    (
        examples.NAEHCAFE,
        "pop-up-manufactory",
        "Nähen zum Mitmachen",
        "Taschen und Flicken aus alten Stoffen; drei Nähmaschinen, alle dürfen ran.",
        {"needs_power": True, "tables": 3},
        "A2",
    ),
    (
        examples.KUECHE,
        "intercultural-food",
        "Suppen aus der Nachbarschaft",
        "Drei Suppen, gekocht von Nachbarinnen und Nachbarn; auch vegan.",
        {"needs_power": True, "needs_water": True, "tables": 2},
        "A4",
    ),
    (
        examples.RADHAUS,
        "pop-up-manufactory",
        "Rad-Werkstatt unter freiem Himmel",
        "Wir flicken Schläuche und zeigen, wie es geht.",
        {"place": "outdoor", "tables": 1},
        "",
    ),
]


def _market_stalls(event: Event, campus: Venue) -> None:
    pitches = {}
    for row, letter in enumerate("AB"):
        for column in range(5):
            label = f"{letter}{column + 1}"
            pitches[label] = Pitch.objects.create(
                venue=campus,
                label=label,
                x=column,
                y=row * 2,
                has_power=letter == "A",
                has_water=label in {"A4", "A5"},
            )
    formats = {term.key: term for term in StallFormat.objects.all()}
    for host, key, title, description, needs, label in STALLS:
        application = StallApplication.objects.create(
            event=event,
            organisation=organisation(host),
            format=formats[key],
            title=title,
            description=description,
            **needs,
        )
        application.accept()
        if label:
            PitchAssignment.objects.create(pitch=pitches[label], application=application)
    StallApplication.objects.create(
        event=event,
        organisation=organisation(examples.GARTEN),
        format=formats["information"],
        title="Beete für alle",
        description="Saatgut zum Mitnehmen und ein Plan, wo noch Beete frei sind.",
        place="outdoor",
    )


# --- Wirtschaftstag Pankow ------------------------------------------------------------------------


def _business_day() -> None:
    day = date(2025, 6, 2)
    event = new_event(
        title=BUSINESS_DAY,
        summary=(
            "Der Wirtschaftstag Pankow am 2. Juni 2025 im Pfefferberg; eine Idee für 2025 war, "
            "ihn um den Fokus Social Economy zu erweitern."
        ),
        description=(
            "Aus dem Projekt in Pankow kam die Idee, gemeinwohlorientiertes Wirtschaften und "
            "soziales Unternehmertum im Bezirk zu stärken und dafür 2025 den Wirtschaftstag um "
            "den Fokus Social Economy zu erweitern. Er fand im Pfefferberg statt."
        ),
        # The report gives the day, not the hours.
        starts_at=at(day, 0),
        ends_at=at(day + timedelta(days=1), 0),
        english=(
            "Pankow Business Day",
            "Pankow's business day on 2 June 2025 at Pfefferberg; one idea for 2025 was to extend "
            "it with a focus on the social economy.",
            "From the project in Pankow came the idea to strengthen business for the common good "
            "and social enterprise in the district, and to extend the business day of 2025 with a "
            "focus on the social economy. It took place at Pfefferberg.",
            "",
        ),
    )
    new_venue(event, area="prenzlauer-berg", name="Pfefferberg", english=("Pfefferberg", "", ""))


# --- Beispiel-Werkstatt ---------------------------------------------------------------------------


def _workshop() -> None:
    day = saturday_in(40)
    host = organisation(examples.RADHAUS)
    event = new_event(
        title=WORKSHOP,
        summary="Ein Nachmittag für alle, die aus einer Initiative einen Betrieb machen wollen.",
        description=(
            "Was kostet der Anfang? Wer macht mit? Welche Rechtsform passt? Wir rechnen an "
            "Beispielen und schreiben am Ende die nächsten drei Schritte auf.\n\n"
            "Diese Werkstatt ist erfunden. An ihr lässt sich ausprobieren, wie Anmeldung und "
            "Warteliste arbeiten: Es gibt nur acht Plätze."
        ),
        date_note="erfundenes Beispiel",
        organisation=host,
        starts_at=at(day, 14),
        ends_at=at(day, 17),
        takes_registrations=True,
        capacity=8,
        cost=Event.Cost.FREE,
        has_childcare=True,
        languages="de ar",
        english=(
            "Example workshop: from an idea to an enterprise",
            "An afternoon for everyone who wants to turn an initiative into an enterprise.",
            "What does it cost to start? Who joins in? Which legal form fits? We work through "
            "examples and write down the next three steps at the end.\n\n"
            "This workshop is invented. It is there to try out registration and waiting list: "
            "there are only eight places.",
            "invented example",
        ),
    )
    new_venue(
        event,
        area=host.area.key if host.area else "buch",
        name="Werkstatt des Beispiel Radhauses",
        street=host.street,
        postcode=host.postcode,
        accessibility="Eine Stufe am Eingang, eine Rampe liegt bereit. Toilette im Erdgeschoss.",
        directions="Der Eingang ist im Hof.",
        english=(
            "Workshop of the Beispiel Radhaus",
            "One step at the entrance, a ramp is there. Toilet on the ground floor.",
            "The entrance is in the courtyard.",
        ),
    )
    question = EventQuestion.objects.create(
        event=event,
        wording="Wie weit sind Sie mit Ihrer Idee?",
        why="Damit wir Gruppen bilden können, die zueinander passen.",
        kind=EventQuestion.Kind.CHOICE,
        choices="Noch keine Idee\nEine Idee\nSchon angefangen",
    )
    EventQuestionTranslation.objects.create(
        original=question,
        language="en",
        wording="How far are you with your idea?",
        why="So that we can form groups that fit.",
        choices="No idea yet\nAn idea\nAlready begun",
    )
    parties = [
        ("Amira Beispiel", 3, "confirmed", {"interpreting": "Arabisch"}, "Eine Idee"),
        ("Jonas Beispiel", 2, "confirmed", {}, "Schon angefangen"),
        ("Olena Beispiel", 2, "confirmed", {"children": 1}, ""),
        ("Familie Beispiel", 3, "waiting", {}, "Eine Idee"),
    ]
    for number, (name, size, state, needs, answer) in enumerate(parties):
        party = Registration.objects.create(
            event=event,
            name=name,
            email=f"gast{number + 1}@beispiel.example",
            size=size,
            state=state,
            created_at=timezone.now() - timedelta(days=5 - number),
            **needs,
        )
        if answer:
            RegistrationAnswer.objects.create(registration=party, question=question, text=answer)
