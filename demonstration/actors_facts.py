"""What the public reports of the Pankow project say of organisations, networks and initiatives.

Facts only, in our own words: no addresses, numbers, contacts or offers that the reports do not give.
Where a report only names an organisation, so do we.
"""

PARTNER = "Wirkte in der Entwicklungspartnerschaft Open Social Innovation Berlin-Buch mit."
PARTNER_EN = ("Took part in the development partnership Open Social Innovation Berlin-Buch.",)
VISIBLE = (
    "Eine von vier Organisationen, die gemeinsam die Soziale und Solidarische Ökonomie in Berlin "
    "untersucht und sichtbar gemacht haben."
)
VISIBLE_EN = (
    "One of four organisations that together studied Berlin's social and solidarity economy and "
    "made it visible.",
)

ORGANISATIONS = [
    {
        "name": "Bezirksamt Pankow von Berlin",
        "kind": "public",
        "area": "pankow-district",
        "summary": "Mit der Wirtschaftsförderung und dem BBWA Teil der Taskforce in Pankow.",
        "description": (
            "Die Wirtschaftsförderung des Bezirksamts hatte im Projekt eine Beiratsfunktion. Sie "
            "bringt Kenntnisse zur Situation von Geflüchteten und zu den Unternehmen im Bezirk ein."
        ),
        "english": (
            "With its business development office and the BBWA part of the task force in Pankow.",
            "The district office's business development advised the project. It contributes what it "
            "knows of the situation of refugees and of the companies in the district.",
        ),
    },
    {
        "name": "beta gGmbH",
        "kind": "social-enterprise",
        "legal_form": "charitable-limited-company",
        "is_nonprofit": True,
        "area": "pankow-district",
        "summary": "Arbeitsmarktintegration und Dienstleistungen zur Integration.",
        "description": (
            "Soziales Unternehmen in der Taskforce; vertritt dort die Soziale Ökonomie in Pankow "
            "und ist Fachpartnerin für Arbeitsmarktintegration."
        ),
        "english": (
            "Labour market integration and integration services.",
            "A social enterprise in the task force, where it represents the social economy of Pankow.",
        ),
    },
    {
        "name": "Campus Berlin-Buch GmbH",
        "kind": "company",
        "legal_form": "limited-company",
        "area": "buch",
        "summary": "Gründung und Wirtschaft auf dem Campus Buch; mehr als 200 Start-ups.",
        "description": (
            "Auf dem Campus arbeiten täglich über 2.000 Menschen, viele davon international "
            "hochqualifizierte Fachkräfte. Er ist als Ankerort für den Markt der Möglichkeiten & "
            "Festival im Gespräch."
        ),
        "english": (
            "Founding and business on Campus Buch; more than 200 start-ups.",
            "More than 2,000 people work on the campus every day. It is considered as the main place "
            "of the Markt der Möglichkeiten & Festival.",
        ),
    },
    {
        "name": "Technologie-Netzwerk Berlin e. V.",
        "short_name": "TechNet",
        "kind": "association",
        "legal_form": "registered-association",
        "summary": "Unterstützt soziale Unternehmen; über 20 Jahre Erfahrung mit sozialen Innovationen.",
        "description": (
            "Träger des Pankower Projekts, das es auch steuerte. Bringt Fachwissen zur Sozialen und "
            "Solidarischen Ökonomie ein."
        ),
        "english": (
            "Supports social enterprises; over 20 years of experience with social innovation.",
            "Led the Pankow project. Contributes expertise on the social and solidarity economy.",
        ),
    },
    {
        "name": "C*SPACE Berlin gGmbH",
        "kind": "social-enterprise",
        "legal_form": "charitable-limited-company",
        "is_nonprofit": True,
        "summary": "Gestaltet „Dritte Orte“ für neue Arbeit und Gemeinschaft.",
        "description": "Begleitete das Pankower Projekt; Erfahrung mit transkulturellen Projekten.",
        "english": (
            "Shapes “third places” for new work and community.",
            "Facilitated the Pankow project; experienced in transcultural projects.",
        ),
    },
    {
        "name": "Albatros GmbH",
        "kind": "company",
        "legal_form": "limited-company",
        "area": "pankow-district",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "BENN Buch",
        "kind": "association",
        "area": "buch",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "Bildungsverbund Buch",
        "kind": "association",
        "area": "buch",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "Gemeinschaftsunterkunft Groscurthstraße",
        "kind": "accommodation",
        "area": "buch",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "GUTEmission e. V.",
        "kind": "association",
        "legal_form": "registered-association",
        "area": "pankow-district",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "Kaspar Hauser Stiftung",
        "kind": "foundation",
        "area": "pankow-district",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "Spok sport und kultur gmbH",
        "kind": "company",
        "legal_form": "limited-company",
        "area": "pankow-district",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "Stephanus Stiftung",
        "kind": "foundation",
        "area": "pankow-district",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "Verband für Arbeit, Bildung und Integration Berlin-Brandenburg e. V.",
        "kind": "association",
        "legal_form": "registered-association",
        "summary": PARTNER,
        "english": PARTNER_EN,
    },
    {
        "name": "Phineo gAG",
        "kind": "company",
        "legal_form": "stock-corporation",
        "is_nonprofit": True,
        "summary": VISIBLE,
        "english": VISIBLE_EN,
    },
    {
        "name": "Netz für Selbstverwaltung und Kooperation Berlin-Brandenburg e. V.",
        "kind": "association",
        "legal_form": "registered-association",
        "summary": VISIBLE,
        "english": VISIBLE_EN,
    },
    {
        "name": "SEND e. V., Regionalgruppe Berlin",
        "short_name": "SEND",
        "kind": "association",
        "legal_form": "registered-association",
        "summary": VISIBLE,
        "english": VISIBLE_EN,
    },
]

_PARTNERS = [
    "Albatros GmbH",
    "BENN Buch",
    "beta gGmbH",
    "Bezirksamt Pankow von Berlin",
    "Bildungsverbund Buch",
    "Campus Berlin-Buch GmbH",
    "Gemeinschaftsunterkunft Groscurthstraße",
    "GUTEmission e. V.",
    "Kaspar Hauser Stiftung",
    "Spok sport und kultur gmbH",
    "Stephanus Stiftung",
    "Verband für Arbeit, Bildung und Integration Berlin-Brandenburg e. V.",
]

NETWORKS = [
    {
        "name": "Taskforce „Soziale Innovationen und soziale Unternehmen in Pankow“",
        "description": (
            "Benennt soziale Probleme, die bisher zu wenig beachtet wurden, und die Akteure, die man "
            "braucht, um den Bedarf zu ermitteln."
        ),
        "english": {
            "name": "Task force “Social innovation and social enterprises in Pankow”",
            "description": (
                "Names social problems that have had too little attention, and the actors needed to "
                "find out what is lacking."
            ),
        },
        "members": [
            ("Technologie-Netzwerk Berlin e. V.", "Projektträger", "Sozial-solidarische Ökonomie"),
            ("C*SPACE Berlin gGmbH", "Projektbegleitung", "Gestaltung „Dritter Orte“"),
            ("beta gGmbH", "Vertritt die Soziale Ökonomie in Pankow", "Arbeitsmarktintegration"),
            ("Campus Berlin-Buch GmbH", "", "Gründung und Wirtschaft"),
            ("Bezirksamt Pankow von Berlin", "Beirat", "Kenntnis von Bezirk und Unternehmen"),
        ],
    },
    {
        "name": "Entwicklungspartnerschaft Open Social Innovation",
        "description": (
            "Ermittelte gemeinsam, was in Pankow gebraucht wird, und entwickelte eine Strategie der "
            "Zusammenarbeit."
        ),
        "english": {
            "name": "Development partnership Open Social Innovation",
            "description": (
                "Together found out what Pankow needs, and developed a strategy of cooperation."
            ),
        },
        "members": [(name, "", "") for name in _PARTNERS],
    },
    {
        "name": "Social Business Club",
        "description": (
            "Geplante Kompetenzstelle: Sie soll Weiterbildung anbieten, die in Praxisprojekten "
            "umgesetzt wird. Noch ohne feste Mitglieder."
        ),
        "english": {
            "name": "Social Business Club",
            "description": (
                "A planned competence centre that is to offer training put into practice in real "
                "projects. No fixed members yet."
            ),
        },
        "members": [],
    },
]

INITIATIVES = [
    {
        "name": "VeloBuch",
        "area": "buch",
        "summary": "Eine Initiative in Buch, die zu einem sozialen Unternehmen werden könnte.",
        "description": (
            "Der Projektbericht nennt VeloBuch als Beispiel einer Initiative, die in einer "
            "Projektwerkstatt mit neuen Nachbarinnen und Nachbarn zum sozialen Unternehmen ausgebaut "
            "werden kann, damit Arbeit für Menschen mit Fluchterfahrung entsteht."
        ),
        "english": {
            "summary": "An initiative in Buch that could become a social enterprise.",
            "description": (
                "The project report names VeloBuch as an example of an initiative that can grow into "
                "a social enterprise together with new neighbours, so that work for people with "
                "experience of flight comes about."
            ),
        },
    },
    {
        "name": "Nähwerkstatt",
        "area": "buch",
        "summary": "Eine Nähwerkstatt in Buch, die zu einem sozialen Unternehmen werden könnte.",
        "description": (
            "Der Projektbericht nennt die Nähwerkstatt als Beispiel einer Initiative, die in einer "
            "Projektwerkstatt mit neuen Nachbarinnen und Nachbarn zum sozialen Unternehmen ausgebaut "
            "werden kann."
        ),
        "english": {
            "summary": "A sewing workshop in Buch that could become a social enterprise.",
            "description": (
                "The project report names the sewing workshop as an example of an initiative that "
                "can grow into a social enterprise together with new neighbours."
            ),
        },
    },
]
