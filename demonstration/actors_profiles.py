"""What the examples tell about themselves in rows and short answers. All of it is invented."""

from actors import services
from actors.models import Branch, Contact, IcnpoGroup, Logo, Organisation, Picture, Sdg
from demonstration import actors_examples as examples
from demonstration import drawings
from ssoe_portal.common import pictures
from ssoe_portal.common.geography import Area

PROFILES = {
    examples.NAEHCAFE: {
        "other_names": "Nähstube Buch\nSewing Café Buch",
        "is_step_free": True,
        "has_accessible_toilet": True,
        "has_quiet_room": True,
        "access_note": "Der Eingang ist im Hof. Die Klingel ist in Sitzhöhe.",
        "social_purpose": "Wer neu in Buch ist, soll mit den Händen etwas beitragen können, bevor die Sprache dafür reicht.",
        "stakeholders": "Einmal im Monat entscheiden alle, die nähen, was als Nächstes entsteht.",
        "use_of_funds": "Was Taschen und Änderungen einbringen, bezahlt Stoff, Miete und Kinderbetreuung.",
        "structure": "Ein Verein mit dreiköpfigem Vorstand; zwei davon sind selbst zugewandert.",
        "impact": "Buch und Karow. Wir zählen, wer nach einem Jahr Arbeit oder Ausbildung hat.",
        "sdgs": [5, 8, 12],
        "icnpo_group": 6,
        "contacts": [
            ("Samira Beispiel", "Nähkurse und Anmeldung", "030 0000 1250", "", "public"),
            (
                "Oksana Beispiel",
                "Aufträge für die Manufaktur",
                "",
                "auftrag@beispiel.example",
                "public",
            ),
            ("Jo Beispiel", "Buchhaltung", "030 0000 1259", "", "staff"),
        ],
        "branches": [("Stofflager", "Beispielgleis 2", "13125", "karow")],
        "logo": 4,
        "pictures": [
            (drawings.room, 1, "Ein heller Raum mit einem langen Tisch, darauf Stoffe und Garn."),
            (drawings.house, 2, "Das Haus von außen: Die Tür liegt auf Höhe der Straße."),
            (drawings.garden, 3, "Der Garten hinter dem Café mit drei Beeten."),
        ],
        "partners": [examples.KUECHE, examples.SPRACHTREFF, "Beispiel Stoffhandel Mitte"],
        "english": {
            "access_note": "The entrance is in the yard. The bell can be reached sitting down.",
            "social_purpose": "Whoever is new in Buch should be able to contribute with their hands before their German is good enough.",
            "stakeholders": "Once a month all who sew decide what is made next.",
            "use_of_funds": "What bags and alterations bring in pays for fabric, rent and childcare.",
            "structure": "An association with a board of three; two of them have come from abroad themselves.",
            "impact": "Buch and Karow. We count who has work or training after a year.",
        },
    },
    examples.RADHAUS: {
        "is_step_free": True,
        "access_note": "Das Tor ist breit genug für Lastenräder und Rollstühle.",
        "sdgs": [11, 12],
        "contacts": [("Minh Beispiel", "Werkstattzeiten", "030 0000 1201", "", "public")],
        "branches": [
            ("Radstation am Bahnhof", "Beispielsteig 1", "13125", "buch"),
            ("Lager", "", "13187", "pankow"),
        ],
        "logo": 1,
        "pictures": [(drawings.room, 5, "Die Werkstatt: eine lange Werkbank unter drei Fenstern.")],
        "english": {
            "access_note": "The gate is wide enough for cargo bikes and wheelchairs.",
        },
    },
    examples.SPRACHTREFF: {
        "other_names": "Sprachcafé Karow",
        "is_step_free": False,
        "has_induction_loop": True,
        "access_note": "Drei Stufen am Eingang. Rufen Sie an, dann legen wir die Rampe.",
        "logo": 2,
        "english": {"access_note": "Three steps at the entrance. Call us and we put out the ramp."},
    },
    examples.BERATUNG: {
        "is_step_free": True,
        "has_lift": True,
        "has_accessible_toilet": True,
        "icnpo_group": 4,
        "logo": 3,
    },
    examples.GARTEN: {
        "pictures": [(drawings.garden, 7, "Ein Garten mit Beeten und Bäumen.")],
    },
}


def load(name: str, organisation: Organisation) -> None:
    """Add to a new example what it tells about itself."""
    row = dict(PROFILES.get(name, {}))
    row.pop("partners", None)
    english = row.pop("english", {})
    organisation.sdgs.set(
        Sdg.objects.filter(key__in=[f"sdg-{number}" for number in row.pop("sdgs", ())])
    )
    if number := row.pop("icnpo_group", None):
        organisation.icnpo_group = IcnpoGroup.objects.get(number=number)
    contacts, branches = row.pop("contacts", ()), row.pop("branches", ())
    logo, drawn = row.pop("logo", None), row.pop("pictures", ())
    for field, value in row.items():
        setattr(organisation, field, value)
    organisation.full_clean(exclude=["slug"])
    organisation.save()
    for who, role, phone, email, audience in contacts:
        _keep(
            Contact(
                organisation=organisation,
                name=who,
                role=role,
                phone=phone,
                email=email,
                audience=audience,
            )
        )
    for place, street, postcode, area in branches:
        branch = Branch(
            organisation=organisation,
            name=place,
            street=street,
            postcode=postcode,
            area=Area.objects.get(key=area),
        )
        branch.locate()
        _keep(branch)
    if logo is not None:
        prepared = pictures.prepare(drawings.logo(logo), Logo.PURPOSE)
        services.keep_row(row=Logo(organisation=organisation), prepared=prepared)
    for draw, seed, alt in drawn:
        prepared = pictures.prepare(draw(seed), Picture.PURPOSE)
        services.keep_row(row=Picture(organisation=organisation, alt=alt), prepared=prepared)
    if english:
        organisation.refresh_from_db(fields=["revision"])
        organisation.translations.filter(language="en").update(
            **english, base_revision=organisation.revision
        )


def load_partners(name: str, organisation: Organisation) -> None:
    """Name the partners of an example; those in the portal have said so, too."""
    for partner in PROFILES.get(name, {}).get("partners", ()):
        other = Organisation.objects.filter(name=partner).first()
        named = services.name_partner(organisation=organisation, partner=other, name=partner)
        # One is still asked, so that there is something to answer.
        if other is not None and partner != examples.SPRACHTREFF:
            named.confirm()


def _keep(row: Branch | Contact) -> None:
    row.full_clean()
    services.keep_row(row=row)
